"""Workloads whose new revision does not arrive, that were stopped on purpose, or that miss pods where they are needed.

A rollout inside its deadline is in progress, not stuck; a deliberate stop is a fault only when something needs the
workload.
"""

from collections.abc import Iterator

from cluster.fields import text
from diagnose.analyzers import analyzer
from diagnose.analyzers.rollouts.argo import argo_stuck
from diagnose.analyzers.rollouts.governing import service_missing
from diagnose.analyzers.rollouts.ordinals import ordinal_blocked
from diagnose.analyzers.rollouts.replaced import awaits_ending
from diagnose.analyzers.rollouts.stopped import scaled_to_zero
from diagnose.analyzers.rollouts.strategy import strategy_unsafe
from diagnose.analyzers.rollouts.stuck import rollout_stuck
from diagnose.analyzers.rollouts.suspended import suspended
from diagnose.analyzers.rollouts.uncovered import nodes_uncovered
from diagnose.analyzers.rollouts.users import Users
from diagnose.findings import Finding, Observation
from diagnose.scene import Scene

_ROLLING = ("Deployment", "StatefulSet", "DaemonSet")


@analyzer(kinds=("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"))
def rollouts(scene: Scene) -> Iterator[Observation]:
    """Yield what keeps each workload from its newest revision; a blocked ordinal is sharper than a stuck rollout."""
    users = Users(scene)
    for kind in (*_ROLLING, "ReplicaSet", "Job", "CronJob"):
        for workload in scene.snapshot.all(kind):
            if text(workload, "metadata", "deletionTimestamp"):
                continue
            if kind in {"Deployment", "StatefulSet", "ReplicaSet"}:
                yield from scaled_to_zero(scene, workload, users)
            if kind != "ReplicaSet":
                yield from suspended(scene, workload)
            blocked: list[Observation] = []
            if kind == "StatefulSet":
                blocked += ordinal_blocked(scene, workload)
            elif kind == "DaemonSet":  # pods that are not there cannot be of the newest revision
                blocked += nodes_uncovered(scene, workload)
            yield from blocked
            if kind == "Deployment":
                yield from strategy_unsafe(scene, workload)
            if kind in _ROLLING and not any(isinstance(entry, Finding) for entry in blocked):
                yield from rollout_stuck(scene, workload)
            if kind in {*_ROLLING, "ReplicaSet"}:
                yield from awaits_ending(scene, workload)
    yield from argo_stuck(scene)
    for workload in scene.snapshot.all("StatefulSet"):
        yield from service_missing(scene, workload)
