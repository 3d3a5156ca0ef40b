"""Containers that start and end, or run and complain."""

from collections.abc import Iterator

from cluster.fields import Obj, text
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.crash.case import Case
from diagnose.analyzers.crash.ends import crash_loop_without_end, exited_zero, explained
from diagnose.analyzers.crash.running import errors_in_log, restarts_increasing
from diagnose.containers import Container, containers
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Observation, RuledOut
from diagnose.logs.ending import (
    LOST,
    NOT_STARTED,
    ended_in_command,
    hook_failed,
    killed_by_node,
    killed_by_probe,
    read_ending,
)
from diagnose.scene import Scene
from diagnose.state import termination_current

_NOT_THE_APP = frozenset(
    {"Evicted", "NodeShutdown", "Shutdown", "Preempting", "Terminated", "NodeLost", "NodeAffinity"}
)
"""Reasons of failed pods that the node or scheduler gave: the container was stopped from outside."""


@analyzer(kinds=("Pod",))
def crash(scene: Scene) -> Iterator[Observation]:
    """Yield what ended, what ends again and again, and what runs and logs errors.

    Left to others: memory kills (``memory``), probe kills (``probes``), commands that cannot be run
    (``container_start``), pods that were evicted.
    """
    for pod in scene.live_pods:
        if text(pod, "status", "reason") in _NOT_THE_APP or _disrupted(pod):
            continue
        for container in containers(pod):
            if container.role != "ephemeral":
                yield from _container(scene, container)


def _container(scene: Scene, container: Container) -> Iterator[Observation]:
    if not container.ended:
        if container.waiting_reason == "CrashLoopBackOff":
            yield crash_loop_without_end(scene, container)
        else:
            yield from errors_in_log(scene, container)
        return
    if not termination_current(scene, container):
        yield from _history(scene, container)
        yield from errors_in_log(scene, container)
        return
    if _left_to_others(scene, container):
        yield from restarts_increasing(scene, container)
        return
    if container.exit_code == 0:
        yield from exited_zero(scene, container)
        return
    ending = read_ending(scene, container)
    if ended_in_command(ending) or (ending.match is not None and ending.match.code == "RuntimeHeapExhausted"):
        return
    reason = text(container.ended, "reason")
    if reason in LOST and container.running:
        yield _lost(scene, container)
        return
    yield explained(Case(scene=scene, container=container, ending=ending))
    yield from restarts_increasing(scene, container)


def _left_to_others(scene: Scene, container: Container) -> bool:
    reason = text(container.ended, "reason")
    if reason == "OOMKilled" or reason in NOT_STARTED or container.waiting_reason == "PostStartHookError":
        return True
    if killed_by_node(scene, container) is not None:
        return True
    return killed_by_probe(scene, container) is not None or hook_failed(scene, container) is not None


def _disrupted(pod: Obj) -> bool:
    """Say whether the pod failed because something else made room or tidied up."""
    conditions = pod.get("status", {}).get("conditions") if isinstance(pod.get("status"), dict) else None
    return text(pod, "status", "phase") == "Failed" and any(
        text(entry, "type") == "DisruptionTarget" and text(entry, "status") == "True"
        for entry in (conditions if isinstance(conditions, list) else ())
    )


def _history(scene: Scene, container: Container) -> Iterator[Observation]:
    """Say of a former end why it does not count: the container has run since, or an init step ended well."""
    code, ended = container.exit_code, container.ended_at
    if not code or not container.running or ended is None or _left_to_others(scene, container):
        return
    age = scene.age(ended)
    yield RuledOut(
        code="AppCrashed",
        object=scene.holder_ref(container.pod),
        reason=Phrase(
            en=f"container {container.name} ended with exit code {code} {spoken_time(age)} ago and has run since",
            zh=f"容器 {container.name} 在 {spoken_time_zh(age)}前以退出码 {code} 结束，此后一直运行",
        ),
        evidence=(scene.field(container.pod, *container.ended_path, "exitCode", current=False),),
        healed=True,
        ended=ended,
    )


def _lost(scene: Scene, container: Container) -> RuledOut:
    return RuledOut(
        code="AppCrashed",
        object=scene.holder_ref(container.pod),
        reason=Phrase(
            en=f"container {container.name} was restarted because its node or container runtime restarted",
            zh=f"容器 {container.name} 的重启是节点或容器运行时重启造成的",
        ),
        evidence=(scene.field(container.pod, *container.ended_path, "reason", current=False),),
        healed=True,
        ended=container.ended_at,
    )
