"""Make objects that no form shows, but that others prove to be there.

``NewReplicaSet:`` of a description names a replica set and its size; a pod that bears ``pod-template-hash`` has one
above it and a Deployment above that; events name what they are about. Of such an object nothing is claimed beyond
what was said, and none is made where the server denied it or a complete list of its kind lacks it.
"""

import re
from collections.abc import Iterable, Mapping

from cluster.fields import labels, text, whole
from cluster.kinds import BY_KEY, Kind
from cluster.recording.forms import FORM
from cluster.recording.transcript.blocks import Block, find, values
from cluster.recording.transcript.gathered import Gathered
from cluster.recording.transcript.happenings import Happening
from cluster.recording.transcript.sightings import Fragment, Place, made_uid

HASH = "pod-template-hash"
_SET_ABOVE = re.compile(r"([a-z0-9][a-z0-9.-]{0,252}) \((\d{1,7})/(\d{1,7}) replicas created\)")
_SCALED = re.compile(r"Scaled (?:up|down) replica set ([a-z0-9][a-z0-9.-]{0,252}) (?:from \d{1,7} )?to (\d{1,7})\b")
_MADE = re.compile(
    r"(?:Created (?:pod|job):? |create Pod )([a-z0-9][a-z0-9.-]{0,252})(?: in StatefulSet \S{1,253} successful)?"
)
_MAKERS = ("Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob")
_REVISION = "deployment.kubernetes.io/revision"


def sets_of_description(found: list[Block], annotations: Mapping[str, str]) -> list[tuple[str, Fragment]]:
    """Return (name, what is known) of the replica sets that the description of a Deployment lists."""
    out: list[tuple[str, Fragment]] = []
    owner = find(found, "Name").value.strip()
    for key in ("OldReplicaSets", "NewReplicaSet"):
        for name, have, wanted in _SET_ABOVE.findall(",".join(values(find(found, key)))[:20_000]):
            meta: Fragment = {}
            if name.startswith(f"{owner}-"):
                meta["labels"] = {HASH: name.removeprefix(f"{owner}-")}
            if key == "NewReplicaSet" and (revision := annotations.get(_REVISION)):
                meta["annotations"] = {_REVISION: revision}
            size = {"spec": {"replicas": int(wanted)}, "status": {"replicas": int(have)}}
            out.append((name, {"metadata": meta, **size, "_owner": f"Deployment/{owner}"}))
    return out


def add_implied(live: dict[Place, Fragment], told: Gathered) -> None:
    """Add the workloads that events name and that labels of pods prove, and say who made what."""
    events = sorted(told.events.values(), key=lambda event: -(event.last if event.last is not None else -1))
    made = _Implied(live, told)
    for event in events:
        if event.kind.key in _MAKERS:
            made.add(event.kind, event.namespace, event.object)
            _own_made(live, event)
    for event in events:
        if event.kind.kind == "Deployment" and (match := _SCALED.match(event.message)):
            made.add(BY_KEY["ReplicaSet"], event.namespace, match[1], {"_owner": f"Deployment/{event.object}"})
    for place in list(live):
        if place[0] == "Pod":
            _above_pod(live, made, place)
    for place in sorted(made.places, key=lambda place: place[0] == "Deployment"):
        _sized(live, place, [event for event in events if event.namespace == place[2]])


class _Implied:
    """What was made here, and the guard before it."""

    def __init__(self, live: dict[Place, Fragment], told: Gathered) -> None:
        self._live, self._told = live, told
        self.places: list[Place] = []

    def add(self, kind: Kind, where: str, name: str, known: Fragment | None = None) -> Place | None:
        """Make an object unless it is known, or known not to be there; what is known of it is never changed."""
        place = (kind.kind, kind.group, where, name)
        if place in self._live:
            for key, value in (known or {}).items():
                self._live[place].setdefault(key, value)
            return place
        if absent(self._told, kind, where, name):
            return None
        version = f"{kind.group}/{kind.version}" if kind.group else kind.version
        meta: Fragment = {"name": name, "namespace": where, "uid": made_uid(*place)}
        made: Fragment = {"kind": kind.kind, "apiVersion": version, FORM: "mention", "metadata": meta}
        self._live[place] = {**made, **(known or {})}
        self.places.append(place)
        return place


def absent(told: Gathered, kind: Kind, where: str, name: str) -> bool:
    """Say that an object is known not to be there, before it is looked whether it is."""
    listed = (told.coverage.get((kind.key, space)) for space in ("", where))
    return (kind.key, where, name) in told.missing or any(entry and entry[0] == "complete" for entry in listed)


def _own_made(live: dict[Place, Fragment], event: Happening) -> None:
    """Say who owns what an event says was made."""
    match = _MADE.match(event.message)
    if match is None or event.reason != "SuccessfulCreate":
        return
    place = ("Job", "batch", event.namespace, match[1]) if event.kind.kind == "CronJob" else None
    obj = live.get(place or ("Pod", "", event.namespace, match[1]))
    if obj is not None:
        obj.setdefault("_owner", f"{event.kind.kind}/{event.object}")


def _above_pod(live: dict[Place, Fragment], made: _Implied, place: Place) -> None:
    """Make the Deployment of a pod that bears the hash of one; nothing else sets that label."""
    pod = live[place]
    owner = pod.get("_owner")
    digest = labels(pod, "metadata", "labels").get(HASH, "")
    above = owner.removeprefix("ReplicaSet/") if isinstance(owner, str) and owner.startswith("ReplicaSet/") else ""
    if not digest or not above.endswith(f"-{digest}"):
        return
    name = above.removesuffix(f"-{digest}")
    made.add(BY_KEY["Deployment"], place[2], name)
    known = {"_owner": f"Deployment/{name}"}
    set_place = made.add(BY_KEY["ReplicaSet"], place[2], above, known)
    if set_place in made.places:
        live[set_place]["metadata"].setdefault("labels", {HASH: digest})


def _sized(live: dict[Place, Fragment], place: Place, events: Iterable[Happening]) -> None:
    """Make what nothing says the size of as large as it is seen to be, or as its events say."""
    obj = live[place]
    if place[0] not in {"Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"} or "spec" in obj:
        return
    sets = [other for at, other in live.items() if at[0] == "ReplicaSet" and _owned(at, other, place)]
    pods = [at for at, pod in live.items() if at[0] == "Pod" and _below(at, pod, place, live)]
    if place[0] == "Deployment" and sets:
        have = sum(whole(other, "status", "replicas") for other in sets)
        wanted = sum(whole(other, "spec", "replicas") for other in sets)
    else:
        have, wanted = _size(place, len(pods), list(events))
    if place[0] == "DaemonSet":
        obj["status"] = {"desiredNumberScheduled": wanted, "currentNumberScheduled": have}
        obj["status"]["updatedNumberScheduled"] = have
        return
    obj["spec"], obj["status"] = {"replicas": wanted}, {"replicas": have}
    if place[0] != "ReplicaSet":
        obj["status"]["updatedReplicas"] = have


def _size(place: Place, count: int, events: list[Happening]) -> tuple[int, int]:
    """Return (how many pods it has, how many it wants); a refusal newer than any success says that it lacks one."""
    wanted: int | None = None
    refused = succeeded = None
    for event in events:
        if place[0] == "ReplicaSet" and (match := _SCALED.match(event.message)) and match[1] == place[3]:
            wanted = int(match[2])
        if (event.kind.kind, event.object) == (place[0], place[3]):
            refused = event.last if event.reason == "FailedCreate" else refused
            succeeded = event.last if event.reason == "SuccessfulCreate" else succeeded
    if wanted != 0 and refused is not None and (succeeded is None or refused < succeeded):
        wanted = max(wanted or 0, count + 1)
        return min(count, wanted - 1), wanted
    have = count if wanted is None else wanted
    return have, have


def _owned(place: Place, obj: Fragment, above: Place) -> bool:
    return place[2] == above[2] and text(obj, "_owner") == f"{above[0]}/{above[3]}"


def _below(place: Place, pod: Fragment, above: Place, live: Mapping[Place, Fragment]) -> bool:
    """Say whether a pod belongs to a workload, as far as the text names its owners."""
    if _owned(place, pod, above):
        return True
    kind, _, name = text(pod, "_owner").partition("/")
    middle = live.get((kind, "apps", place[2], name), {})
    return kind == "ReplicaSet" and place[2] == above[2] and text(middle, "_owner") == f"{above[0]}/{above[3]}"
