"""Pulls that work and take too long."""

import re
from collections.abc import Iterator
from fractions import Fraction

from cluster.fields import name, objects, strings, text, whole
from cluster.quantities import readable_bytes
from cluster.snapshot import Event
from core.phrase import Phrase
from diagnose.containers import Container, containers
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.fault import named
from diagnose.findings import Finding, NextCheck, Role, Severity, proved
from diagnose.remedies import in_application
from diagnose.scene import Scene
from diagnose.state import START_REASONS, pod_satisfied

_STEPS = ("Pulling", "Pulled", "Failed", "BackOff")
_TOOK = re.compile(
    r"Successfully pulled image \"[^\"]{1,400}\" in (?P<own>[0-9.hmsµn]{2,30})"
    r"(?: \((?P<all>[0-9.hmsµn]{2,30}) including waiting\))?(?:\. Image size: (?P<size>[0-9]{1,16}) bytes)?"
)
_PART = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,9})?)(h|ms|m|s)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def slow_pulls(scene: Scene) -> Iterator[Finding]:
    """Yield each container whose image is still being pulled after ``slow_pull_seconds``, or came too late.

    A node pulls one image after another by default: of those that wait there, the first is the slow one.
    """
    waiting: dict[str, list[tuple[Event, Container]]] = {}
    for pod in scene.live_pods:
        if pod_satisfied(scene, pod) or not (node := text(pod, "spec", "nodeName")):
            continue
        for container in containers(pod):
            last = _last_step(scene, container)
            if last is None:
                continue
            if last.reason == "Pulling" and container.waiting_reason in START_REASONS and not container.running:
                if not container.ended:
                    waiting.setdefault(node, []).append((last, container))
            elif last.reason == "Pulled" and (late := _late(scene, last, container)) is not None:
                yield late
    for entries in waiting.values():
        began = min((event.last for event, _ in entries if event.last), default=None)
        for event, container in entries:
            first = event.last == began or any(
                container.image == other.image and earlier.last == began for earlier, other in entries
            )
            if first and scene.numbers.slow_pull_seconds < scene.age(event.last) < float("inf"):
                yield _still(scene, event, container)


def _last_step(scene: Scene, container: Container) -> Event | None:
    """Return the newest event about the pull of a container's image."""
    for event in reversed(scene.snapshot.events(container.pod)):
        about = event.container == container.name or (not event.container and container.image in event.message)
        if about and event.reason in _STEPS:
            return event
    return None


def seconds_of(written: str) -> float:
    """Read a duration as Go writes it: ``6m12.5s``."""
    return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(written))


def _late(scene: Scene, event: Event, container: Container) -> Finding | None:
    """Judge a pull that went through: it counts when it alone took longer than the rollout may wait."""
    took = _TOOK.search(event.message)
    if took is None:
        return None
    own = seconds_of(took["own"])
    queue = max(seconds_of(took["all"] or "") - own, 0.0)
    deadline = _patience(scene, container)
    if own <= deadline or queue > own:
        return None
    size = int(took["size"]) if took["size"] else 0
    what = Phrase(
        en=f"took {spoken_time(own)}, longer than the {deadline} s that a rollout may stand still",
        zh=f"用时 {spoken_time_zh(own)}，超过发布允许停滞的 {deadline} 秒",
    )
    return _finding(scene, event, container, what, size, own)


def _patience(scene: Scene, container: Container) -> int:
    """Return how long a rollout may stand still, in seconds: beyond that a pull is what keeps the pod from serving."""
    holder = scene.graph.holder(container.pod)
    return whole(holder, "spec", "progressDeadlineSeconds", default=int(scene.numbers.rollout_grace_seconds))


def _still(scene: Scene, event: Event, container: Container) -> Finding:
    age = scene.age(event.last)
    what = Phrase(
        en=f"has been under way for {spoken_time(age)} and is not done",
        zh=f"已进行 {spoken_time_zh(age)}，仍未完成",
    )
    return _finding(scene, event, container, what, _size(scene, container.image), age)


def _size(scene: Scene, image: str) -> int:
    """Return how large the image is by what other nodes hold, or 0."""
    for node in scene.snapshot.all("Node"):
        for entry in objects(node, "status", "images"):
            if any(held == image or held.endswith(f"/{image}") for held in strings(entry, "names")):
                return whole(entry, "sizeBytes")
    return 0


def _finding(scene: Scene, event: Event, container: Container, what: Phrase, size: int, took: float) -> Finding:
    pod = container.pod
    late = not container.running and took > _patience(scene, container)
    node = text(pod, "spec", "nodeName")
    big, big_zh = (
        (f" ({readable_bytes(Fraction(size))})", f"（{readable_bytes(Fraction(size))}）") if size else ("", "")
    )
    who = named(container)
    return Finding(
        code="ImagePullSlow",
        role=Role.ROOT if late else Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=proved("the kubelet's events give the times", "kubelet 的事件写明了时间"),
        object=scene.holder_ref(pod),
        part=container.name,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{who.en} waits for its image: pulling {container.image}{big} on node {node} {what.en}",
            zh=f"{who.zh} 在等待镜像：节点 {node} 拉取 {container.image}{big_zh} {what.zh}",
        ),
        expected=f"pulled within {scene.numbers.slow_pull_seconds:.0f} s",
        actual=f"{took:.0f} s",
        evidence=(scene.event(event), scene.field(pod, *container.spec_path, "image")),
        remedies=(
            in_application(
                Phrase(
                    en="Make the image smaller, keep it on the nodes beforehand, or pull it from a registry nearby",
                    zh="缩小镜像、预先拉取到节点，或改用就近的镜像仓库",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {text(pod, 'metadata', 'namespace')} describe pod/{name(pod)}",
                why=Phrase(en="whether the pull is done by now", zh="拉取是否已经完成"),
            ),
        ),
        since=event.first,
    )
