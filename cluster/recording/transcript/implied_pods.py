"""Tell the state of a pod from its events alone, in the order in which they came.

Only what an event states is written: a container that was started runs, whether it is ready stays open. A pod whose
containers were stopped is on its way out, or gone, and is not made.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cluster.recording.forms import MADE_UP
from cluster.recording.transcript.happenings import Happening, container_of
from cluster.recording.transcript.moments import Ago
from cluster.recording.transcript.sightings import Fragment

_ASSIGNED = re.compile(r"Successfully assigned \S{1,300} to (\S{1,253})")
_IMAGE = re.compile(r'(?:[Ii]mage|pulling) "([^"\s]{1,500})"')
_PULL_REASONS = frozenset({"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"})
_SETTINGS = re.compile(
    r"(?:configmap|secret)s? \"[^\"]{1,253}\" not found|couldn't find key |has runAsNonRoot|"
    r"failed to sync (?:configmap|secret)"
)
_IN_A_ROW = 3
"""A check may fail now and then in a pod that is ready; after so many failures it is not."""
_NEVER = re.compile(
    r"executable file not found|exec: \"[^\"]{1,200}\": (?:stat|permission denied)|no such file or directory"
)
"""What a check says that cannot pass in this container at all."""
_BEFORE_START = frozenset({"FailedMount", "FailedAttachVolume", "FailedCreatePodSandBox", "FailedCreatePodContainer"})
_REPEATED = 900
"""The kubelet tries again, and says so, at least every few minutes: a failure that was silent for so long is over."""
_GONE = frozenset({"TaintManagerEviction", "Preempted", "Preempting"})
_ENDED = frozenset({"Evicted", "DeadlineExceeded"})


@dataclass(slots=True, kw_only=True)
class _Told:
    """What the events of one pod said so far. ``boxes`` are the states of its containers, ALONE where none is named."""

    node: str = ""
    image: str = ""
    unscheduled: str = ""
    waiting: bool = False
    gone: bool = False
    ended: Fragment = field(default_factory=dict)
    boxes: dict[str, Fragment] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=dict)
    unready: bool = False


_ALONE = ""


def pod_of_events(events: Iterable[Happening], oldest: int = 0) -> Fragment | None:
    """Return what the events of a pod, oldest first, tell of it; None where it is gone.

    ``oldest`` is the age of the event by which its owner said that it was made, if there is one.
    """
    told = _Told()
    last: int | None = None
    for event in events:
        _take(told, event)
        last = event.last
        oldest = max(oldest, event.first or 0, last or 0)
    failing = any("waiting" in state for state in told.boxes.values())
    stale = failing and last is not None and last > _REPEATED
    if stale or (told.gone and not told.ended):
        return None
    # It is at least as old as its events; what has to wait for its age must not call it old without any.
    return {"metadata": {"creationTimestamp": Ago(oldest)}, **_pod(told)}


def _take(told: _Told, event: Happening) -> None:
    reason, message, box = event.reason, event.message[:4000], container_of(event)
    if (event.component and event.component.startswith("kubelet")) or reason in {"Pulled", "Started", "Created"}:
        told.unscheduled = ""
    if match := _IMAGE.search(message):
        told.image = match[1]
    if reason == "FailedScheduling":
        told.unscheduled = message
    elif reason == "Scheduled":
        match = _ASSIGNED.search(message)
        told.node, told.unscheduled = match[1] if match else "", ""
    elif reason in _GONE or (reason == "Killing" and message.startswith("Stopping container")):
        told.gone = True
    elif reason in _ENDED:
        told.ended = {"phase": "Failed", "reason": reason, "message": message}
    elif reason in _BEFORE_START or (reason == "Pulling" and not told.boxes):
        told.waiting = True
    elif reason in {"Pulled", "Created"}:
        told.waiting = False
    elif reason == "Started":
        _started(told, event, box)
    elif reason in {"Failed", "BackOff", "InspectFailed", "ErrImageNeverPull"}:
        _failed(told, event, box)
    elif reason == "Unhealthy":
        lasting = event.count >= _IN_A_ROW or _NEVER.search(message) is not None
        told.unready = told.unready or (lasting and message.startswith(("Readiness", "Startup")))


def _started(told: _Told, event: Happening, box: str) -> None:
    told.boxes.pop(_ALONE, None)
    told.boxes[box] = {"running": {} if event.last is None else {"startedAt": Ago(event.last)}}
    told.starts[box] = max(event.count, told.starts.get(box, 0) + 1)
    told.waiting = told.unready = told.gone = False


def _failed(told: _Told, event: Happening, box: str) -> None:
    message = event.message
    named = box or (next(iter(told.boxes)) if len(told.boxes) == 1 else _ALONE)
    said = message.removeprefix("Error: ")
    state: Fragment = {}
    if message.startswith(("Back-off restarting", "back-off restarting")):
        state = {"reason": "CrashLoopBackOff", "message": message}
    elif said in _PULL_REASONS:
        kept = told.boxes.get(named, {}).get("waiting", {}).get("message", "")
        state = {"reason": said, **({"message": kept} if kept else {})}
    elif message.startswith(("Back-off pulling", "Failed to pull image")):
        kept = told.boxes.get(named, {}).get("waiting", {}).get("message", "")
        back = message.startswith("Back-off")
        state = {
            "reason": "ImagePullBackOff" if back else "ErrImagePull",
            "message": kept if back and kept else message,
        }
    elif event.reason == "InspectFailed":
        state = {"reason": "InvalidImageName", "message": message}
    elif event.reason == "ErrImageNeverPull":
        state = {"reason": "ErrImageNeverPull", "message": message}
    elif message.startswith("Error: "):
        state = {"reason": _start_reason(said), "message": said}
    if state:
        told.boxes[named] = {"waiting": state}
        told.gone = False


def _start_reason(said: str) -> str:
    """Return why a container waits whose creation or start failed, by the stage that the message comes from."""
    if _SETTINGS.search(said):
        return "CreateContainerConfigError"
    return "RunContainerError" if said.startswith(("failed to start", "failed to create")) else "CreateContainerError"


def _pod(told: _Told) -> Fragment:
    spec: Fragment = {"nodeName": told.node} if told.node else {}
    if told.unscheduled:
        unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
        return {
            "spec": spec,
            "status": {"phase": "Pending", "conditions": [{**unscheduled, "message": told.unscheduled}]},
        }
    if told.ended:
        return {"spec": spec, "status": told.ended}
    if not told.boxes and told.waiting:
        told.boxes[_ALONE] = {"waiting": {"reason": "ContainerCreating"}}
    statuses: list[Fragment] = []
    down = told.unready
    for box, state in told.boxes.items():
        entry: Fragment = {"name": box or "container-1", "state": state}
        restarts = told.starts.get(box, 0) - 1
        if state.get("waiting", {}).get("reason") == "CrashLoopBackOff":
            restarts = max(restarts, 1)
        if restarts > 0:
            entry["restartCount"] = restarts
        if "waiting" in state or told.unready:
            entry["ready"] = False
            down = True
        statuses.append(entry)
    if statuses:
        spec["containers"] = [
            {"name": entry["name"]} if box else {"name": entry["name"], MADE_UP: True}
            for box, entry in zip(told.boxes, statuses, strict=True)
        ]
        if told.image and len(statuses) == 1:
            spec["containers"][0]["image"] = told.image
    running = any("running" in state or told.starts.get(box) for box, state in told.boxes.items())
    status: Fragment = {"conditions": []}
    if statuses:
        status["phase"] = "Running" if running else "Pending"
    status["conditions"].append({"type": "PodScheduled", "status": "True"})
    if down:
        status["conditions"].append({"type": "Ready", "status": "False"})
    if statuses:
        status["containerStatuses"] = statuses
    return {"spec": spec, "status": status}
