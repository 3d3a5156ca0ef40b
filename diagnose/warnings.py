"""Fresh warnings about pods that are well: why each does not count, where no rule has said so already."""

from collections.abc import Iterable, Iterator

from cluster.fields import Obj, condition, moment
from cluster.snapshot import Event
from core.evidence import EventSource, Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import RuledOut
from diagnose.scene import Scene
from diagnose.state import pod_ready, pod_satisfied

_CODES = {
    "BackOff": "AppCrashed",
    "Failed": "ContainerStartFailed",
    "FailedAttachVolume": "ContainerStartFailed",
    "FailedCreatePodSandBox": "SandboxCreationFailed",
    "FailedMount": "ContainerStartFailed",
    "FailedPostStartHook": "PostStartHookFailed",
    "FailedScheduling": "Unschedulable",
    "FailedToRetrieveImagePullSecret": "ImagePullSecretMissing",
    "Unhealthy": "ProbeFailing",
}
"""The fault that a warning would be a sign of. Other warnings speak of no fault of this catalogue."""


def idle_warnings(scene: Scene, pods: Iterable[Obj], told: Iterable[Evidence]) -> Iterator[RuledOut]:
    """Yield for each kind of fresh warning about ready pods that their state speaks against it.

    ``told``: evidence that is shown elsewhere; what it quotes is not said twice.
    """
    known = {(entry.source.object, entry.source.reason) for entry in told if isinstance(entry.source, EventSource)}
    newest: dict[tuple[ObjectRef, str], tuple[Event, Obj]] = {}
    for pod in pods:
        if not pod_ready(pod) or not pod_satisfied(scene, pod):
            continue
        for event in scene.snapshot.events(pod):
            fresh = scene.age(event.last) <= scene.numbers.restart_window_seconds
            if event.type != "Warning" or event.reason not in _CODES or not fresh:
                continue
            if (event.ref, event.reason) not in known:
                newest[(scene.holder_ref(pod), event.reason)] = (event, pod)
    for (holder, reason), (event, pod) in newest.items():
        yield RuledOut(
            code=_CODES[reason],
            object=holder,
            reason=_why(scene, event, pod),
            evidence=(scene.event(event, current=False),),
            ended=event.last,
        )


def _why(scene: Scene, event: Event, pod: Obj) -> Phrase:
    since = moment(condition(pod, "Ready"), "lastTransitionTime")
    age = scene.age(event.last)
    ready = f" and has been for {spoken_time(scene.age(since))}" if since else ""
    ready_zh = f"，已持续 {spoken_time_zh(scene.age(since))}" if since else ""
    return Phrase(
        en=f"the warning {event.reason} of {spoken_time(age)} ago does not count: the pod is ready{ready}",
        zh=f"{spoken_time_zh(age)}前的警告 {event.reason} 不计入：Pod 处于就绪状态{ready_zh}",
    )
