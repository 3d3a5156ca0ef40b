"""The revisions of a Deployment, StatefulSet or DaemonSet, and what differs between two of them.

A Deployment keeps its revisions as ReplicaSets, the others as ControllerRevisions.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cluster.fields import Obj, dig, labels, mapping, moment, name, objects, text, whole
from cluster.snapshot import written
from core.evidence import UNSET
from diagnose.graph import Graph, template_of
from diagnose.remedies import revision_of
from diagnose.state import pod_ready

HASHES = ("pod-template-hash", "controller-revision-hash")
MAX_SHOWN = 120
"""Characters of a value that are shown of a change."""

_CONTAINER_FIELDS = (
    "command",
    "args",
    "ports",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "envFrom",
    "volumeMounts",
    "securityContext",
)
_POD_FIELDS = ("serviceAccountName", "nodeSelector", "priorityClassName", "runtimeClassName", "hostNetwork")


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One revision of a workload. ``holder`` keeps its template; ``hash`` marks its pods; ``current`` is the newest.

    ``wanted`` and ``ready`` count its pods; ``number`` is 0 where the revision's number is not known.
    """

    number: int
    holder: Obj
    template: Obj
    hash: str
    wanted: int
    ready: int
    created: datetime | None
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of a pod template that differs. A value that is not set reads ``<unset>``."""

    path: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.path}: {self.old} -> {self.new}"


def revisions(graph: Graph, workload: Obj) -> tuple[Revision, ...]:
    """Return the revisions of a workload that still exist, newest first; empty where none was read."""
    if text(workload, "kind") == "Deployment":
        found = list(_of_replica_sets(graph, workload))
    else:
        found = list(_of_controller_revisions(graph, workload))
    return tuple(sorted(found, key=lambda entry: (-entry.current, -entry.number, name(entry.holder))))


def _of_replica_sets(graph: Graph, deployment: Obj) -> Iterator[Revision]:
    sets = [child for child in graph.children(deployment) if text(child, "kind") == "ReplicaSet"]
    template = template_of(deployment)
    same = [
        child
        for child in sets
        if template and same_template(mapping(child, "spec", "template"), mapping(deployment, *template.path))
    ]
    newest = max(same or sets, key=lambda child: (revision_of(child), name(child)), default=None)
    for child in sets:
        yield Revision(
            number=revision_of(child),
            holder=child,
            template=mapping(child, "spec", "template"),
            hash=labels(child, "metadata", "labels").get(HASHES[0], ""),
            wanted=whole(child, "spec", "replicas", default=1),
            ready=whole(child, "status", "readyReplicas"),
            created=moment(child, "metadata", "creationTimestamp"),
            current=child is newest,
        )


def _of_controller_revisions(graph: Graph, workload: Obj) -> Iterator[Revision]:
    held = [child for child in graph.children(workload) if text(child, "kind") == "ControllerRevision"]
    newest = max(held, key=lambda child: (whole(child, "revision"), name(child)), default=None)
    pods = graph.pods_of(workload)
    for child in held:
        mark = labels(child, "metadata", "labels").get(HASHES[1], "") or name(child).rpartition("-")[2]
        own = [pod for pod in pods if on_revision(pod, mark, name(child))]
        yield Revision(
            number=whole(child, "revision"),
            holder=child,
            template=mapping(child, "data", "spec", "template"),
            hash=mark,
            wanted=len(own),
            ready=sum(pod_ready(pod) for pod in own),
            created=moment(child, "metadata", "creationTimestamp"),
            current=child is newest,
        )


def on_revision(pod: Obj, *marks: str) -> bool:
    """Say whether a pod carries one of these revision hashes (a StatefulSet marks pods with the revision's name)."""
    carried = {labels(pod, "metadata", "labels").get(key, "") for key in HASHES} - {""}
    return not carried.isdisjoint(marks)


def current_revision(found: tuple[Revision, ...]) -> Revision | None:
    """Return the newest revision, or None."""
    return next((entry for entry in found if entry.current), None)


def serving_revision(found: tuple[Revision, ...]) -> Revision | None:
    """Return the older revision with the most ready pods (the newest of these), or None when none has any."""
    older = [entry for entry in found if not entry.current and entry.ready > 0]
    return max(older, key=lambda entry: (entry.ready, entry.number), default=None)


def same_template(left: Obj, right: Obj) -> bool:
    """Say whether two pod templates are equal but for the hash that the controller adds."""
    return bool(_bare(left) == _bare(right))


def _bare(template: Obj) -> Any:
    meta = mapping(template, "metadata")
    kept = {key: value for key, value in mapping(meta, "labels").items() if key not in HASHES}
    return kept, mapping(meta, "annotations"), mapping(template, "spec")


def difference(old_template: Obj, new_template: Obj) -> tuple[Change, ...]:
    """Return what differs between two pod templates: images first, then resources, env, probes and the rest."""
    old, new = mapping(old_template, "spec"), mapping(new_template, "spec")
    found: list[Change] = []
    for which in ("initContainers", "containers"):
        before = {text(entry, "name"): entry for entry in objects(old, which)}
        after = {text(entry, "name"): entry for entry in objects(new, which)}
        for label in dict.fromkeys((*before, *after)):
            at = f"{which}[{label}]"
            if label not in before or label not in after:
                was, now = before.get(label), after.get(label)
                found.append(Change(path=at, old=_image_or_unset(was), new=_image_or_unset(now)))
            else:
                found += _container_changes(at, before[label], after[label])
    found += [
        Change(path=key, old=_shown(dig(old, key)), new=_shown(dig(new, key)))
        for key in _POD_FIELDS
        if dig(old, key) != dig(new, key)
    ]
    return tuple(sorted(found, key=_order))


def _container_changes(at: str, old: Obj, new: Obj) -> Iterator[Change]:
    if text(old, "image") != text(new, "image"):
        yield Change(path=f"{at}.image", old=text(old, "image") or UNSET, new=text(new, "image") or UNSET)
    for side in ("requests", "limits"):
        was, now = mapping(old, "resources", side), mapping(new, "resources", side)
        yield from _changed_keys(f"{at}.resources.{side}", was, now)
    yield from _changed_keys(f"{at}.env", _variables(old), _variables(new))
    for key in _CONTAINER_FIELDS:
        before, after = dig(old, key), dig(new, key)
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _changed_keys(f"{at}.{key}", before, after)
        else:
            yield Change(path=f"{at}.{key}", old=_shown(before), new=_shown(after))


def _variables(container: Obj) -> dict[str, Any]:
    """Return the environment as written: the value, or where it comes from."""
    return {
        text(entry, "name"): entry.get("value") if "value" in entry else entry.get("valueFrom", "")
        for entry in objects(container, "env")
    }


def _changed_keys(at: str, old: Obj, new: Obj) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        if old.get(key) != new.get(key):
            yield Change(path=f"{at}.{key}", old=_shown(old.get(key)), new=_shown(new.get(key)))


def _shown(value: Any) -> str:
    shown = written(value)
    return shown if len(shown) <= MAX_SHOWN else shown[: MAX_SHOWN - 1] + "…"


def _image_or_unset(container: Obj | None) -> str:
    return UNSET if container is None else text(container, "image") or "{}"


def _order(change: Change) -> tuple[int, str]:
    kinds = (".image", ".resources.", ".env.", "Probe")
    rank = next((index for index, mark in enumerate(kinds) if mark in change.path), len(kinds))
    return rank, change.path
