"""Pods that the platform removed or refused: node pressure, disk limits, priorities, taints, a node's refusal.

What was removed stays listed as failed for long; it counts only while nothing runs in its place.
"""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import text
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.evictions.case import Removed
from diagnose.analyzers.evictions.displaced import by_taint, gone, preempted
from diagnose.analyzers.evictions.pressure import by_node_pressure, storage_limit
from diagnose.analyzers.evictions.refused import refused
from diagnose.findings import Finding, InProgress, Observation
from diagnose.scene import Scene

LASTING = frozenset({"EphemeralStorageLimitExceeded"})
"""Causes that lie in the pod itself: its successor meets them too."""

MANY = 3
"""So many pods of one workload that ended alike are a pattern, as with restarts."""

RULES = (storage_limit, by_node_pressure, preempted, by_taint, refused)


@analyzer(kinds=("Pod",))
def evictions(scene: Scene) -> Iterator[Observation]:
    """Yield why pods were removed or refused, and whether others have taken their place."""
    live = {id(pod) for pod in scene.live_pods}
    replaced: dict[tuple[ObjectRef, str], list[tuple[Removed, Finding]]] = {}
    for pod in scene.snapshot.all("Pod"):
        removed = Removed(scene, pod)
        if not (removed.failed or removed.actor or text(pod, "metadata", "deletionTimestamp")):
            continue
        if text(pod, "status", "phase") == "Succeeded":
            continue
        found = _judge(removed)
        if found is None:
            continue
        leaving = bool(text(pod, "metadata", "deletionTimestamp"))
        if removed.replaced or not (leaving or id(pod) in live):
            replaced.setdefault((removed.holder, found.code), []).append((removed, found))
        elif (soon := _soon(removed)) is not None:
            yield soon
        else:
            yield found
    for group in replaced.values():
        yield from _again(scene, group)
    yield from gone(scene)


def _again(scene: Scene, group: list[tuple[Removed, Finding]]) -> Iterator[Observation]:
    """Yield what is over; but what ends one pod of a workload after the other goes on, although one runs just now."""
    newest, found = min(group, key=lambda entry: scene.age(entry[0].when))
    lasting = found.code in LASTING and len(group) >= MANY
    if lasting and scene.age(newest.when) <= scene.numbers.restart_recent_seconds:
        yield found
        return
    yield from (removed.over(entry.code) for removed, entry in group)


def _soon(removed: Removed) -> InProgress | None:
    """Return until when a successor may still be starting."""
    grace = removed.scene.numbers.observed_lag_seconds
    if removed.owner is None or removed.when is None or removed.scene.age(removed.when) >= grace:
        return None
    return InProgress(
        object=removed.holder,
        reason=Phrase(en="a pod was removed from its node and is being replaced", zh="有 Pod 被移出节点，正在重建"),
        until=removed.when + timedelta(seconds=grace),
    )


def _judge(removed: Removed) -> Finding | None:
    return next((found for rule in RULES if (found := rule(removed)) is not None), None)
