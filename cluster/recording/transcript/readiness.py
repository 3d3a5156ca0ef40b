"""Say of described workloads how many pods are ready: a description does not, but its other lines or the pods may."""

from cluster.fields import dig, objects, text, whole
from cluster.recording.transcript.sightings import Fragment, Place

_OWNING = {"Deployment": "readyReplicas", "ReplicaSet": "readyReplicas", "StatefulSet": "readyReplicas"}


def add_readiness(live: dict[Place, Fragment]) -> None:
    """Fill in the number of ready pods where it follows from what was shown; elsewhere it stays unset."""
    for place, obj in live.items():
        status = obj.get("status")
        if not isinstance(status, dict):
            continue
        if place[0] == "DaemonSet":
            if "numberReady" not in status and isinstance(status.get("numberAvailable"), int):
                status["numberReady"] = status["numberAvailable"]
        elif place[0] in _OWNING and "readyReplicas" not in status:
            ready = _ready(obj, live)
            if ready is not None:
                status["readyReplicas"] = ready


def _ready(obj: Fragment, live: dict[Place, Fragment]) -> int | None:
    available = dig(obj, "status", "availableReplicas")
    if isinstance(available, int):
        return available
    wanted = whole(obj, "spec", "replicas", default=1)
    pods = _pods(text(obj, "metadata", "uid"), live)
    ready = sum(_is_ready(pod) for pod in pods)
    return ready if len(pods) >= wanted else None


def _pods(uid: str, live: dict[Place, Fragment]) -> list[Fragment]:
    """Return the pods that a workload owns, also through its replica sets."""
    sets = {
        text(obj, "metadata", "uid") for place, obj in live.items() if place[0] == "ReplicaSet" and _owned(obj, uid)
    }
    return [obj for place, obj in live.items() if place[0] == "Pod" and any(_owned(obj, by) for by in {uid, *sets})]


def _owned(obj: Fragment, uid: str) -> bool:
    return any(text(ref, "uid") == uid for ref in objects(obj, "metadata", "ownerReferences"))


def _is_ready(pod: Fragment) -> bool:
    return any(
        entry.get("type") == "Ready" and entry.get("status") == "True" for entry in objects(pod, "status", "conditions")
    )
