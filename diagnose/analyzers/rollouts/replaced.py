"""Workloads that are short only because a former pod still ends."""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, moment
from cluster.snapshot import controller_of, ref_of
from core.phrase import Phrase
from diagnose.findings import InProgress
from diagnose.scene import Scene
from diagnose.state import pod_satisfied, read_workload


def awaits_ending(scene: Scene, workload: Obj) -> Iterator[InProgress]:
    """Say that pods on their way out, within their time, account for all that the workload lacks."""
    if controller_of(workload):
        return  # its owner speaks for it
    reading = read_workload(scene, workload)
    lacking = reading.wanted - reading.ready
    ends = [
        end
        for pod in scene.graph.pods_of(workload)
        if (end := moment(pod, "metadata", "deletionTimestamp")) and pod_satisfied(scene, pod)
    ]
    if not 0 < lacking <= len(ends):
        return
    count = len(ends)
    yield InProgress(
        object=ref_of(workload),
        reason=Phrase(
            en="a pod is being stopped and its replacement follows"
            if count == 1
            else f"{count} pods are being stopped and their replacements follow",
            zh=f"{count} 个 Pod 正在停止，随后会由新的 Pod 替换",
        ),
        until=max(max(ends) + timedelta(seconds=scene.numbers.terminating_grace_seconds), scene.now),
    )
