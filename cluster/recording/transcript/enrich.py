"""Fill in of pods what no form of them shows but their events say: the node, the image, why a container waits."""

import re
from collections.abc import Iterable

from cluster.fields import objects, text
from cluster.recording.transcript.happenings import Happening
from cluster.recording.transcript.sightings import Fragment, Place

_ASSIGNED = re.compile(r"Successfully assigned \S{1,300} to (\S{1,253})")
_IMAGE = re.compile(r'(?:[Ii]mage|pulling) "([^"\s]{1,500})"')
_SAID = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "InvalidImageName"})
"""Reasons of waiting whose message the kubelet repeats, word for word, in an event ``Failed`` behind ``Error: ``."""


def add_from_events(merged: dict[Place, Fragment], events: Iterable[Happening]) -> None:
    """Complete pods from their events; what a form shows is never changed."""
    for event in sorted(events, key=lambda e: e.last if e.last is not None else 10**9):
        if event.kind.kind == "Job" and event.reason in _JOB_ENDS:
            _failed_job(merged.get(("Job", "batch", event.namespace, event.object)), event)
            continue
        pod = merged.get(("Pod", "", event.namespace, event.object))
        if pod is None or event.kind.kind != "Pod":
            continue
        spec = pod.setdefault("spec", {})
        if event.reason == "Scheduled" and (match := _ASSIGNED.search(event.message[:1000])):
            spec.setdefault("nodeName", match[1])
        elif match := _IMAGE.search(event.message[:2000]):
            _image(pod, event, match[1])
        elif event.reason == "Failed" and event.message.startswith("Error: "):
            _waiting(pod, event, event.message.removeprefix("Error: "))


_JOB_ENDS = frozenset({"BackoffLimitExceeded", "DeadlineExceeded"})


def _failed_job(job: Fragment | None, event: Happening) -> None:
    """Write the condition whose reason and message the controller repeats in its event."""
    if job is None:
        return
    status = job.setdefault("status", {})
    told = [entry for entry in objects(status, "conditions") if entry.get("type") != "Failed"]
    if any(entry.get("type") == "Complete" for entry in told):
        return
    failed = {"type": "Failed", "status": "True", "reason": event.reason, "message": event.message}
    status["conditions"] = [*told, failed]


def _container(event: Happening) -> str:
    path = event.raw()["involvedObject"].get("fieldPath", "")
    return path.partition("{")[2].rstrip("}") if isinstance(path, str) else ""


def _image(pod: Fragment, event: Happening, image: str) -> None:
    """Set the image of the container that an event is about, where it is the only one or is named."""
    boxes = pod["spec"].get("containers")
    if not isinstance(boxes, list) or not all(isinstance(box, dict) for box in boxes):
        return
    named = _container(event)
    mine = [box for box in boxes if box.get("name") == named] if named else boxes
    if len(mine) == 1 and "image" not in mine[0] and not pod["spec"].get("initContainers"):
        at = boxes.index(mine[0])
        pod["spec"]["containers"] = [*boxes[:at], {**mine[0], "image": image}, *boxes[at + 1 :]]


def _waiting(pod: Fragment, event: Happening, message: str) -> None:
    named = _container(event)
    waiting = []
    for entry in objects(pod, "status", "containerStatuses"):
        state = entry.get("state")
        told = state.get("waiting") if isinstance(state, dict) else None
        if isinstance(told, dict) and text(told, "reason") in _SAID and named in {"", text(entry, "name")}:
            waiting.append(told)
    if len(waiting) == 1:
        waiting[0].setdefault("message", message)
