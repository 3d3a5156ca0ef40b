"""Containers that do not get to run: configuration, command, user, mounts, hooks, init steps that do not end."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import moment, text
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.container_start.command import command_end, command_failure
from diagnose.analyzers.container_start.failure import WAITING, Failure, failure_of
from diagnose.analyzers.container_start.healed import healed
from diagnose.analyzers.container_start.other import hook, mount_invalid, non_root_violated, other
from diagnose.analyzers.container_start.references import missing_references
from diagnose.analyzers.container_start.stuck import stuck
from diagnose.analyzers.container_start.waiting import hanging
from diagnose.analyzers.image_pull.case import REASONS as IMAGE_REASONS
from diagnose.containers import Container, containers
from diagnose.findings import InProgress, Observation
from diagnose.logs.ending import ended_in_command, hook_failed, killed_by_probe, read_ending
from diagnose.scene import Scene
from diagnose.state import START_REASONS, termination_current

_CACHES = re.compile(r"failed to sync (?:configmap|secret) cache|services have not yet been read at least once")
_MEMORY = re.compile(r"container init was OOM-killed|memory limit too low")
_CONFIG = re.compile(r"(?:configmap|secret) \"[^\"]{1,253}\" not found|couldn't find key")


@analyzer(kinds=("Pod",))
def container_start(scene: Scene) -> Iterator[Observation]:
    """Yield why containers of live pods do not get to run.

    Images are left to ``image_pull``, networks to ``sandbox``, programs that start and end to ``crash``.
    """
    for pod in scene.live_pods:
        if text(pod, "status", "phase") == "Failed" and text(pod, "status", "reason"):
            continue
        lacking = list(missing_references(scene, pod))
        yield from lacking
        for container in containers(pod):
            if container.role != "ephemeral":
                yield from _container(scene, container, explained=bool(lacking))
        if not lacking and (held := stuck(scene, pod)) is not None:
            yield held
        yield from healed(scene, pod)


def _container(scene: Scene, container: Container, *, explained: bool) -> Iterator[Observation]:
    if (held := hanging(scene, container)) is not None:
        yield held
    if (event := hook_failed(scene, container)) is not None and _not_up(scene, container):
        yield hook(
            Failure(scene=scene, container=container, message=event.message, evidence=scene.event(event), event=event)
        )
        return
    failure = failure_of(scene, container)
    if failure is not None and container.waiting_reason == "PostStartHookError":
        yield hook(failure)
        return
    if failure is not None:
        yield from _failure(scene, failure, explained=explained)
        return
    if container.waiting_reason not in START_REASONS | IMAGE_REASONS | WAITING | {"CrashLoopBackOff"}:
        yield _unknown(scene, container)
        return
    if not container.exit_code or not termination_current(scene, container):
        return
    ending = read_ending(scene, container)
    if container.exit_code in {126, 127}:
        named = read_ending(scene, container, "CommandNotExecutable", "CommandNotFound")
        ending = named if named.match is not None and ended_in_command(ending) else ending
    if ended_in_command(ending) and killed_by_probe(scene, container) is None:
        yield command_end(scene, ending)


def _not_up(scene: Scene, container: Container) -> bool:
    return bool(container.waiting_reason) or (bool(container.ended) and termination_current(scene, container))


def _failure(scene: Scene, failure: Failure, *, explained: bool) -> Iterator[Observation]:
    message = failure.message
    if _MEMORY.search(message) or (explained and _CONFIG.search(message)):
        return
    made = moment(failure.pod, "metadata", "creationTimestamp")
    if _CACHES.search(message) and made is not None and scene.age(made) <= scene.numbers.create_grace_seconds:
        yield InProgress(
            object=failure.object,
            reason=Phrase(en="the kubelet is still filling its caches", zh="kubelet 仍在填充缓存"),
            until=made + timedelta(seconds=scene.numbers.create_grace_seconds),
        )
        return
    for rule in (non_root_violated, mount_invalid, command_failure):
        if (found := rule(failure)) is not None:
            yield found
            return
    yield other(failure)


def _unknown(scene: Scene, container: Container) -> Observation:
    """Report a waiting reason that no rule knows: no broken container stays silent."""
    key = "message" if text(container.waiting, "message") else "reason"
    return other(
        Failure(
            scene=scene,
            container=container,
            message=text(container.waiting, "message"),
            evidence=scene.field(container.pod, *container.status_path, "state", "waiting", key),
        )
    )
