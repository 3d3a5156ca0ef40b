"""Say of described workloads how many pods are ready: a description does not, but its other lines or the pods may."""

from collections import defaultdict

from cluster.fields import dig, objects, text, whole
from cluster.recording.transcript.sightings import Fragment, Place

_OWNING = {"Deployment": "readyReplicas", "ReplicaSet": "readyReplicas", "StatefulSet": "readyReplicas"}


def add_readiness(live: dict[Place, Fragment]) -> None:
    """Fill in the number of ready pods where it follows from what was shown; elsewhere it stays unset."""
    owned = _by_owner(live)
    for place, obj in live.items():
        status = obj.get("status")
        if not isinstance(status, dict):
            continue
        if place[0] == "DaemonSet":
            if "numberReady" not in status and isinstance(status.get("numberAvailable"), int):
                status["numberReady"] = status["numberAvailable"]
        elif place[0] in _OWNING and "readyReplicas" not in status:
            ready = _ready(obj, owned)
            if ready is not None:
                status["readyReplicas"] = ready


def _by_owner(live: dict[Place, Fragment]) -> dict[str, list[Fragment]]:
    """Return pods and replica sets by the uid of what owns them."""
    owned: dict[str, list[Fragment]] = defaultdict(list)
    for place, obj in live.items():
        if place[0] in {"Pod", "ReplicaSet"}:
            for uid in {text(ref, "uid") for ref in objects(obj, "metadata", "ownerReferences")}:
                owned[uid].append(obj)
    return owned


def _ready(obj: Fragment, owned: dict[str, list[Fragment]]) -> int | None:
    available = dig(obj, "status", "availableReplicas")
    if isinstance(available, int):
        return available
    wanted = whole(obj, "spec", "replicas", default=1)
    pods = _pods(_uid(obj), owned)
    ready = sum(_is_ready(pod) for pod in pods)
    return ready if len(pods) >= wanted else None


def _pods(uid: str, owned: dict[str, list[Fragment]]) -> list[Fragment]:
    """Return the pods that a workload owns, also through its replica sets."""
    found = owned.get(uid, [])
    below = [pod for entry in found if text(entry, "kind") == "ReplicaSet" for pod in owned.get(_uid(entry), [])]
    return [entry for entry in (*found, *below) if text(entry, "kind") == "Pod"]


def _uid(obj: Fragment) -> str:
    return text(obj, "metadata", "uid")


def _is_ready(pod: Fragment) -> bool:
    return any(
        entry.get("type") == "Ready" and entry.get("status") == "True" for entry in objects(pod, "status", "conditions")
    )
