"""Starts that failed for a time and went through: what the events still say of containers that run."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, moment
from cluster.snapshot import Event
from core.phrase import Phrase
from diagnose.analyzers.container_start.references import SETTLE_SECONDS
from diagnose.containers import containers
from diagnose.findings import RuledOut
from diagnose.scene import Scene

_OBJECT = re.compile(r"(?P<kind>configmap|secret) \"(?P<name>[^\"]{1,253})\" not found", re.IGNORECASE)
_KEY = re.compile(r"couldn't find key|references non-existent (?:config|secret) key")
_OF_START = re.compile(r"^Error: (?!ErrImage|ImagePull|Image)")
"""Texts of ``Failed`` events that speak of starting, not of pulling."""


def healed(scene: Scene, pod: Obj) -> Iterator[RuledOut]:
    """Say of failed mounts and starts that the containers have started since; a delay inside its grace was no fault."""
    started = {entry.name for entry in containers(pod) if entry.running or entry.ended}
    if not started or any(entry.waiting for entry in containers(pod)):
        return
    seen: set[str] = set()
    for event in reversed(scene.snapshot.events(pod)):
        code = _code(event)
        if not code or code in seen or (event.container and event.container not in started):
            continue
        seen.add(code)
        if code == "ContainerStartFailed" and _ran_on(pod, event):
            yield _refreshed(scene, pod, event, code)
            continue
        named = _OBJECT.search(event.message)
        what = f"{'ConfigMap' if named['kind'].lower() == 'configmap' else 'Secret'} {named['name']}" if named else ""
        yield RuledOut(
            code=code,
            object=scene.holder_ref(pod),
            reason=Phrase(en=f"the pod waited for {what}, which it has now", zh=f"Pod 曾等待 {what}，现已获得")
            if what
            else Phrase(en="the pod could not be started for a time and runs now", zh="Pod 曾一度无法启动，现在已运行"),
            evidence=(scene.event(event, current=False),),
            healed=_too_long(scene, pod, event, code),
            ended=event.last,
        )


def _ran_on(pod: Obj, event: Event) -> bool:
    """Say whether a mount failed only after every container was up: the contents were refreshed, nothing waited."""
    began = [moment(entry.status, "state", "running", "startedAt") for entry in containers(pod) if entry.running]
    mounts = event.reason in {"FailedMount", "FailedAttachVolume"}
    return (
        mounts and bool(event.first and began) and all(start and event.first and start < event.first for start in began)
    )


def _refreshed(scene: Scene, pod: Obj, event: Event, code: str) -> RuledOut:
    return RuledOut(
        code=code,
        object=scene.holder_ref(pod),
        reason=Phrase(
            en="a volume of the running pod could not be refreshed for a time; the containers ran on",
            zh="运行中的 Pod 曾一度无法刷新卷的内容；容器一直在运行",
        ),
        evidence=(scene.event(event, current=False),),
        healed=False,
        ended=event.last,
    )


def _code(event: Event) -> str:
    """Return the code of a start that failed, or an empty string for other events."""
    starts = event.reason in {"FailedMount", "FailedAttachVolume"} or (
        event.reason == "Failed" and _OF_START.search(event.message)
    )
    if not starts:
        return ""
    if _KEY.search(event.message):
        return "ConfigKeyMissing"
    named = _OBJECT.search(event.message)
    if named is None:
        return "ContainerStartFailed"
    return "ConfigMapMissing" if named["kind"].lower() == "configmap" else "SecretMissing"


def _too_long(scene: Scene, pod: Obj, event: Event, code: str) -> bool:
    """Say whether the failure outlasted the time that a start may take."""
    numbers = scene.numbers
    grace = numbers.attach_grace_seconds if code == "ContainerStartFailed" else SETTLE_SECONDS
    made = moment(pod, "metadata", "creationTimestamp") or event.first
    return bool(made and event.last and event.last - made > timedelta(seconds=grace))
