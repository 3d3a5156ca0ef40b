"""Make objects that no form shows, but that others prove to be there.

``NewReplicaSet:`` of a description names a replica set and its size; a pod that bears ``pod-template-hash`` has one
above it and a Deployment above that; events name what they are about. Of such an object nothing is claimed beyond
what was said, and none is made where the server denied it or a complete list of its kind lacks it.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping

from cluster.fields import labels, text, whole
from cluster.kinds import BY_KEY, Kind
from cluster.recording.forms import FORM
from cluster.recording.transcript.blocks import Block, find, values
from cluster.recording.transcript.gathered import Gathered
from cluster.recording.transcript.happenings import Happening
from cluster.recording.transcript.implied_pods import pod_of_events
from cluster.recording.transcript.sightings import Fragment, Place, made_uid

HASH = "pod-template-hash"
_SET_ABOVE = re.compile(r"([a-z0-9][a-z0-9.-]{0,252}) \((\d{1,7})/(\d{1,7}) replicas created\)")
_SCALED = re.compile(r"Scaled (?:up|down) replica set ([a-z0-9][a-z0-9.-]{0,252}) (?:from \d{1,7} )?to (\d{1,7})\b")
_MADE = re.compile(
    r"(?:Created (?:pod|job):? |create Pod )([a-z0-9][a-z0-9.-]{0,252})(?: in StatefulSet \S{1,253} successful)?"
)
_DELETED = re.compile(r"(?:Deleted pod:? |delete Pod )([a-z0-9][a-z0-9.-]{0,252})")
_SOON = 60
_RETRIED = 1200
"""A controller tries a refused creation again within 1,000 seconds."""
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


def add_implied(live: dict[Place, Fragment], told: Gathered, wishes: Container[Place] = ()) -> None:
    """Add the pods and workloads that events name and that labels of pods prove, and say who made what.

    What somebody wrote down (``wishes``) says more of an object than its events.
    """
    events = sorted(told.events.values(), key=lambda event: -(event.last if event.last is not None else 10**9))
    made = _Implied(live, told, wishes)
    _add_pods(made, events)
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
    _size_all(live, [place for place in made.places if place[0] != "Pod"], events)


def _add_pods(made: "_Implied", events: Iterable[Happening]) -> None:
    """Make the pods that only events tell of, in the state that these tell."""
    by_pod: dict[tuple[str, str], list[Happening]] = defaultdict(list)
    deleted: dict[tuple[str, str], int | None] = {}
    emptied: dict[tuple[str, str], bool] = {}
    born: dict[tuple[str, str], int] = {}
    for event in events:
        if event.kind.kind == "Pod":
            by_pod[event.namespace, event.object].append(event)
        elif match := _DELETED.match(event.message):
            deleted[event.namespace, match[1]] = event.last
        elif event.reason == "SuccessfulCreate" and (match := _MADE.match(event.message)):
            born[event.namespace, match[1]] = event.last or 0
        elif match := _SCALED.match(event.message):
            emptied[event.namespace, match[1]] = match[2] == "0"
    for (where, name), found in by_pod.items():
        if made.known(BY_KEY["Pod"], where, name) or emptied.get((where, name.rpartition("-")[0])):
            continue
        newest = found[-1].last
        gone = (where, name) in deleted and (newest is None or newest >= (deleted[where, name] or 0))
        if not gone and (pod := pod_of_events(found, born.get((where, name), 0))) is not None:
            made.add(BY_KEY["Pod"], where, name, pod)


class _Implied:
    """What was made here, and the guard before it."""

    def __init__(self, live: dict[Place, Fragment], told: Gathered, wishes: Container[Place]) -> None:
        self._live, self._told, self._wishes = live, told, wishes
        self.places: dict[Place, None] = {}

    def known(self, kind: Kind, where: str, name: str) -> bool:
        """Say whether an object was shown."""
        return (kind.kind, kind.group, where, name) in self._live

    def add(self, kind: Kind, where: str, name: str, known: Fragment | None = None) -> Place | None:
        """Make an object unless it is known, or known not to be there; what is known of it is never changed."""
        place = (kind.kind, kind.group, where, name)
        if place in self._live:
            for key, value in (known or {}).items():
                self._live[place].setdefault(key, value)
            return place
        if place in self._wishes or absent(self._told, kind, where, name):
            return None
        version = f"{kind.group}/{kind.version}" if kind.group else kind.version
        meta: Fragment = {"name": name, "namespace": where, "uid": made_uid(*place)}
        made: Fragment = {"kind": kind.kind, "apiVersion": version, FORM: "mention", "metadata": meta}
        told = dict(known or {})
        self._live[place] = {**made, **told, "metadata": {**told.get("metadata", {}), **meta}}
        self.places[place] = None
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


def _size_all(live: dict[Place, Fragment], places: list[Place], events: Iterable[Happening]) -> None:
    """Make what nothing says the size of as large as it is seen to be, or as its events say."""
    pods = Counter((at[2], text(pod, "_owner")) for at, pod in live.items() if at[0] == "Pod")
    sets: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for at, obj in live.items():
        if at[0] == "ReplicaSet":
            sets[at[2], text(obj, "_owner")].append(at)
    own: dict[tuple[str, str], list[Happening]] = defaultdict(list)
    scaled: dict[tuple[str, str], int] = {}
    for event in events:
        own[event.namespace, f"{event.kind.kind}/{event.object}"].append(event)
        if match := _SCALED.match(event.message):
            scaled[event.namespace, f"ReplicaSet/{match[1]}"] = int(match[2])
    for place in sorted(places, key=lambda place: place[0] == "Deployment"):
        key = (place[2], f"{place[0]}/{place[3]}")
        if place[0] == "CronJob" or "spec" in live[place]:
            continue
        if below := [live[at] for at in sets[key] if place[0] == "Deployment"]:
            have = sum(whole(other, "status", "replicas") for other in below)
            wanted = sum(whole(other, "spec", "replicas") for other in below)
        else:
            have, wanted = _size(pods[key], scaled.get(key), refused=_refused(own[key]))
        _write(live[place], place[0], have, wanted)


def _size(count: int, wanted: int | None, *, refused: bool) -> tuple[int, int]:
    """Return (how many pods it has, how many it wants); a refusal newer than any success says that it lacks one."""
    if wanted != 0 and refused:
        wanted = max(wanted or 0, count + 1)
        return min(count, wanted - 1), wanted
    have = count if wanted is None else wanted
    return have, have


def _write(obj: Fragment, kind: str, have: int, wanted: int) -> None:
    if kind == "Job":
        obj["status"] = {"active": max(have, int(have == wanted))}
        return
    if kind == "DaemonSet":
        obj["status"] = {"desiredNumberScheduled": wanted, "currentNumberScheduled": have}
        obj["status"]["updatedNumberScheduled"] = have
        return
    obj["spec"], obj["status"] = {"replicas": wanted}, {"replicas": have}
    if kind != "ReplicaSet":
        obj["status"]["updatedReplicas"] = have


def _refused(own: list[Happening]) -> bool:
    """Say whether the newest word of a controller is that it may not create, and is as new as its next try would be.

    The pauses between its tries double: it would have tried again within the time that it has been trying.
    """
    refusals = [event for event in own if event.reason == "FailedCreate" and event.last is not None]
    made = [event.last for event in own if event.reason == "SuccessfulCreate" and event.last is not None]
    last = min((event.last for event in refusals if event.last is not None), default=None)
    if last is None or (made and min(made) <= last):
        return False
    first = max(event.first or event.last or 0 for event in refusals)
    return last <= min(max(_SOON, 2 * (first - last)), _RETRIED)
