"""Fill in of pods what no form of them shows but their events say: the node, the image, why a container waits."""

import re
from collections.abc import Iterable
from datetime import datetime

from cluster.fields import mapping, moment, objects, text
from cluster.recording.forms import FORM
from cluster.recording.transcript.happenings import Happening, container_of
from cluster.recording.transcript.moments import MADE_UP, Ago
from cluster.recording.transcript.sightings import Fragment, Place

_ASSIGNED = re.compile(r"Successfully assigned \S{1,300} to (\S{1,253})")
_IMAGE = re.compile(r'(?:[Ii]mage|pulling) "([^"\s]{1,500})"')
_SAID = frozenset({"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "InvalidImageName"})
"""Reasons of waiting whose message the kubelet repeats, word for word, in an event ``Failed`` behind ``Error: ``."""


def add_from_events(merged: dict[Place, Fragment], events: Iterable[Happening], now: datetime = MADE_UP) -> None:
    """Complete objects from their events, and let a newer event correct an older form of a pod."""
    ordered = sorted(events, key=lambda e: e.last if e.last is not None else 10**9)
    _down_again(merged, ordered, now)
    for event in ordered:
        if event.kind.kind == "Job" and event.reason in _JOB_ENDS:
            _ended_job(merged.get(("Job", "batch", event.namespace, event.object)), event)
            continue
        if event.kind.kind == "HorizontalPodAutoscaler" and event.reason in _UNMEASURED:
            _unmeasured(merged.get((event.kind.kind, event.kind.group, event.namespace, event.object)), event)
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
        elif event.reason == "Started":
            _started(pod, event)
        elif event.reason == "Unhealthy":
            _probed(pod, event.message)
        elif event.reason == "Evicted" and text(pod, "status", "phase") == "Failed":
            pod["status"].setdefault("message", event.message)
            pod["status"].setdefault("reason", event.reason)


_UNMEASURED = {
    "FailedGetScale": "AbleToScale",
    **dict.fromkeys(
        (
            *("FailedGetContainerResourceMetric", "FailedGetExternalMetric", "FailedGetObjectMetric"),
            *("FailedGetPodsMetric", "FailedGetResourceMetric"),
        ),
        "ScalingActive",
    ),
}
"""Reasons that an autoscaler's controller writes into the condition named, and into an event with the same words."""
_UNMEASURED_SECONDS = 120
"""An autoscaler measures every 15 seconds: what it could not do longer ago than this may be over."""


def _unmeasured(scaler: Fragment | None, event: Happening) -> None:
    """Write the condition of an autoscaler whose conditions were not shown, nor a measurement."""
    if scaler is None or event.last is None or event.last > _UNMEASURED_SECONDS:
        return
    status = scaler.setdefault("status", {})
    told, kind = objects(status, "conditions"), _UNMEASURED[event.reason]
    if objects(status, "currentMetrics") or any(entry.get("type") == kind for entry in told) or FORM not in scaler:
        return
    if text(scaler, FORM) in {"table", "mention"}:
        said = {"type": kind, "status": "False", "reason": event.reason, "message": event.message}
        status["conditions"] = [*told, said]


def _down_again(merged: dict[Place, Fragment], newest: list[Happening], now: datetime) -> None:
    """Mark containers that were described while they ran and that an event, printed later, shows to be down again.

    Both must be told of the same run: the newest start in the events is the one that was described.
    """
    started: dict[tuple[str, str, str], int] = {}
    for event in newest:
        if event.reason == "Started" and event.last is not None and (box := container_of(event)):
            started.setdefault((event.namespace, event.object, box), event.last)
    for event in newest:
        key = (event.namespace, event.object, container_of(event))
        if event.reason != "BackOff" or event.last is None or event.last >= started.get(key, -1):
            continue
        pod = merged.get(("Pod", "", *key[:2]), {})
        for entry in objects(pod, "status", "containerStatuses"):
            began = moment(entry, "state", "running", "startedAt")
            same = began is not None and abs((now - began).total_seconds() - started[key]) <= _SAME_SECONDS
            if text(entry, "name") == key[2] and same and isinstance(entry, dict):
                entry.update(ready=False, state={"waiting": {"reason": "CrashLoopBackOff", "message": event.message}})


_SAME_SECONDS = 3
"""Ages are printed in whole seconds, each command's at another moment."""
_JOB_ENDS = frozenset({"BackoffLimitExceeded", "Completed", "DeadlineExceeded"})


def _ended_job(job: Fragment | None, event: Happening) -> None:
    """Write the condition whose reason and message the controller repeats in its event."""
    if job is None:
        return
    status = job.setdefault("status", {})
    told = [entry for entry in objects(status, "conditions") if entry.get("type") != "Failed"]
    if any(entry.get("type") == "Complete" for entry in told):
        return
    if event.reason == "Completed":
        if text(job, FORM) == "mention":
            status["conditions"] = [*told, {"type": "Complete", "status": "True"}]
            status.pop("active", None)
        return
    failed = {"type": "Failed", "status": "True", "reason": event.reason, "message": event.message}
    status["conditions"] = [*told, failed]


def _image(pod: Fragment, event: Happening, image: str) -> None:
    """Set the image of the container that an event is about, where it is the only one or is named."""
    boxes = pod["spec"].get("containers")
    if not isinstance(boxes, list) or not all(isinstance(box, dict) for box in boxes):
        return
    named = container_of(event)
    mine = [box for box in boxes if box.get("name") == named] if named else boxes
    if len(mine) == 1 and "image" not in mine[0] and not pod["spec"].get("initContainers"):
        at = boxes.index(mine[0])
        pod["spec"]["containers"] = [*boxes[:at], {**mine[0], "image": image}, *boxes[at + 1 :]]


_PROBE = re.compile(r"(Liveness|Readiness|Startup) probe (?:failed|errored)(?: and resulted in unknown state)?: ?")
_ASKED = re.compile(r'Get "(https?)://[^/"]{0,253}?:(\d{1,5})(/[^"]{0,300})?"')
_DIALLED = re.compile(r"dial tcp \S{0,253}?:(\d{1,5}): ")


def _started(pod: Fragment, event: Happening) -> None:
    """Write when the run began that a table shows."""
    for entry in objects(pod, "status", "containerStatuses"):
        state = entry.get("state")
        if text(entry, "name") == container_of(event) and isinstance(state, dict) and state.get("running") == {}:
            state["running"] = {"startedAt": Ago(event.last)} if event.last is not None else {}


def _probed(pod: Fragment, message: str) -> None:
    """Write of a check, which no table shows, what the kubelet's words about its failure tell."""
    boxes, match = objects(pod, "spec", "containers"), _PROBE.match(message)
    if text(pod, FORM) not in {"table", "mention"} or len(boxes) != 1 or match is None:
        return
    said = message[match.end() : match.end() + 2000]
    handler: Fragment = {}
    if asked := _ASKED.match(said):
        handler["httpGet"] = {"scheme": asked[1].upper(), "port": int(asked[2]), "path": asked[3] or "/"}
    elif said.startswith("HTTP probe failed"):
        handler["httpGet"] = {}
    elif dialled := _DIALLED.match(said):
        handler["tcpSocket"] = {"port": int(dialled[1])}
    elif "failed to exec in container" in said or "exec failed" in said:
        handler["exec"] = {}
    key = f"{match[1].lower()}Probe"
    if handler and not mapping(boxes[0], key):
        pod["spec"]["containers"] = [{**boxes[0], key: handler}]


def _waiting(pod: Fragment, event: Happening, message: str) -> None:
    named = container_of(event)
    waiting = []
    for entry in objects(pod, "status", "containerStatuses"):
        state = entry.get("state")
        told = state.get("waiting") if isinstance(state, dict) else None
        if isinstance(told, dict) and text(told, "reason") in _SAID and named in {"", text(entry, "name")}:
            waiting.append(told)
    if len(waiting) == 1:
        waiting[0].setdefault("message", message)
