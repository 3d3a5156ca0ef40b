"""State before history: is an object as it should be now, and does its last fault still count.

The rules are those of the catalogue, part 1, A.2 and decision 2.1.4.
"""

from dataclasses import dataclass, replace
from typing import Literal

from cluster.fields import Obj, condition, dig, moment, text, truth, whole
from diagnose.containers import Container, containers
from diagnose.scene import Scene

START_REASONS = frozenset({"", "ContainerCreating", "PodInitializing"})
"""Waiting reasons of a container that has not been tried yet."""


def termination_current(scene: Scene, container: Container) -> bool:
    """Say whether the cause of the container's last end still counts.

    It does while the container waits or is down, for ``restart_window_seconds`` after a restart, and while restarts
    keep coming (three or more, the last within ``restart_recent_seconds``).
    """
    if not container.ended:
        return False
    if finished_well(container):
        return False
    if not container.running:
        return True
    age = scene.age(container.ended_at)
    if age <= scene.numbers.restart_window_seconds:
        return True
    return container.restarts >= 3 and age <= scene.numbers.restart_recent_seconds


def finished_well(container: Container) -> bool:
    """Say whether the container ended with 0 and is not wanted again: an init container, or a pod that may end."""
    if whole(container.status, "state", "terminated", "exitCode", default=-1) != 0:
        return False
    return container.role == "init" or text(container.pod, "spec", "restartPolicy") in {"OnFailure", "Never"}


def recently_restarted(scene: Scene, pod: Obj) -> bool:
    """Say whether a container of the pod ended badly within ``restart_window_seconds``."""
    return any(
        container.restarts > 0 and scene.age(container.ended_at) <= scene.numbers.restart_window_seconds
        for container in containers(pod)
        if container.role in {"main", "sidecar"}
    )


def pod_ready(pod: Obj) -> bool:
    """Say whether the pod serves: Ready is True and it is not being deleted."""
    return condition(pod, "Ready").get("status") == "True" and not text(pod, "metadata", "deletionTimestamp")


def pod_satisfied(scene: Scene, pod: Obj) -> bool:
    """Say whether a pod is as it should be: succeeded, or ready without a recent restart, or ending in time."""
    if text(pod, "status", "phase") == "Succeeded":
        return True
    if deletion := moment(pod, "metadata", "deletionTimestamp"):
        return (scene.now - deletion).total_seconds() <= scene.numbers.terminating_grace_seconds
    return pod_ready(pod) and not recently_restarted(scene, pod)


SHORT_RUN_SECONDS = 60
"""A run that ended badly within this time never did its work: the program fails at its start."""
OUTLIVED_SECONDS = 30
"""How much longer than such a run the next one must last before it counts as an improvement."""


def between_crashes(scene: Scene, pod: Obj) -> bool:
    """Say whether a pod is only up until its next crash.

    A container without a readiness probe is Ready from the first second of every run; one that fails at its start
    would thus serve "now and then", by the second in which one looks.
    """
    return any(_between_crashes(scene, container) for container in containers(pod))


def _between_crashes(scene: Scene, container: Container) -> bool:
    if not container.running or not container.restarts or container.role not in {"main", "sidecar"}:
        return False
    ran = container.run_seconds
    if ran is None or ran >= SHORT_RUN_SECONDS:
        return False
    return scene.age(container.started_at) <= ran + OUTLIVED_SECONDS


Progress = Literal["satisfied", "serving", "short", "down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadReading:
    """Numbers of a workload. ``serving`` pods are ready; ``updated`` ones carry the newest template."""

    wanted: int
    ready: int
    updated: int
    observed: bool

    @property
    def progress(self) -> Progress:
        """``satisfied``: all wanted are ready and new; ``serving``: all wanted are ready; ``short``: some; ``down``."""
        if self.wanted == 0:
            return "satisfied"
        if self.ready >= self.wanted:
            return "satisfied" if self.observed and self.updated >= self.wanted else "serving"
        return "short" if self.ready else "down"


def read_workload(scene: Scene, obj: Obj) -> WorkloadReading:
    """Read the numbers of a Deployment, ReplicaSet, StatefulSet, DaemonSet or bare pod.

    A kind that is none of these is judged by the pods below it. Pods that are only up until their next crash are not
    counted as ready.
    """
    reading = _numbers(scene, obj)
    if not reading.ready:
        return reading
    unsteady = sum(pod_ready(pod) and between_crashes(scene, pod) for pod in scene.graph.pods_of(obj))
    return replace(reading, ready=max(reading.ready - unsteady, 0)) if unsteady else reading


def _numbers(scene: Scene, obj: Obj) -> WorkloadReading:
    status = dig(obj, "status")
    observed = whole(obj, "status", "observedGeneration") >= whole(obj, "metadata", "generation")
    match text(obj, "kind"):
        case "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController":
            wanted = whole(obj, "spec", "replicas", default=1)
            ready = whole(status, "readyReplicas")
            updated = whole(status, "updatedReplicas", default=ready if text(obj, "kind") != "Deployment" else 0)
            if text(obj, "kind") == "StatefulSet" and text(status, "updateRevision") == text(status, "currentRevision"):
                updated = max(updated, whole(status, "currentReplicas"))
            if text(obj, "kind") in {"ReplicaSet", "ReplicationController"}:
                updated = ready
            return WorkloadReading(wanted=wanted, ready=ready, updated=updated, observed=observed)
        case "DaemonSet":
            return WorkloadReading(
                wanted=whole(status, "desiredNumberScheduled"),
                ready=whole(status, "numberReady"),
                updated=whole(status, "updatedNumberScheduled"),
                observed=observed,
            )
        case _:
            pods = [pod for pod in scene.graph.pods_of(obj) if text(pod, "status", "phase") != "Succeeded"]
            ready = sum(pod_ready(pod) for pod in pods)
            return WorkloadReading(wanted=len(pods), ready=ready, updated=ready, observed=True)


def workload_satisfied(scene: Scene, obj: Obj) -> bool:
    """Say whether a workload has what it wants, in its newest form."""
    if text(obj, "kind") == "Job":
        return job_done(obj) or truth(obj, "spec", "suspend")
    return read_workload(scene, obj).progress == "satisfied"


def job_done(job: Obj) -> bool:
    """Say whether a Job completed."""
    return any(condition(job, kind).get("status") == "True" for kind in ("Complete", "SuccessCriteriaMet"))


def job_failed(job: Obj) -> bool:
    """Say whether a Job failed for good."""
    return any(condition(job, kind).get("status") == "True" for kind in ("Failed", "FailureTarget"))
