"""Join objects that a text shows apart: by ``Controlled By``, and by the names that controllers give.

Objects whose uid the text does not show get a made-up one, always the same for the same object.
"""

import re

from cluster.fields import objects, text
from cluster.kinds import BY_KEY, group_of, spoken
from cluster.recording.forms import FORM
from cluster.recording.transcript.sightings import Fragment, Place, made_uid

_HASHED = re.compile(r"(.{1,240})-([bcdf-hj-np-tv-xz2-9]{8,10})")
_RANDOM = re.compile(r"(.{1,245})-([bcdf-hj-np-tv-xz2-9]{5})")
_NUMBERED = re.compile(r"(.{1,245})-(\d{1,5})")


def link_owners(live: dict[Place, Fragment]) -> None:
    """Give every live object a uid, and every pod and replica set its owner."""
    _add_uids(live)
    for place, obj in list(live.items()):
        if place[0] not in {"Pod", "ReplicaSet", "Job"} or objects(obj, "metadata", "ownerReferences"):
            continue
        if owner := owner_of(place, obj, live):
            _own(obj, owner, live)


def _add_uids(live: dict[Place, Fragment]) -> None:
    shown: dict[Place, str] = {}
    for place, obj in live.items():
        for ref in objects(obj, "metadata", "ownerReferences"):
            kind, group = text(ref, "kind"), group_of(text(ref, "apiVersion"))
            if text(ref, "uid"):
                shown[kind, group, place[2], text(ref, "name")] = text(ref, "uid")
    for place, obj in live.items():
        meta = obj.setdefault("metadata", {})
        if not text(meta, "uid"):
            meta["uid"] = shown.get(place) or made_uid(*place)


def _place(kind_name: str, where: str, owner: str) -> Place:
    kind = spoken(kind_name)
    return (kind.kind, kind.group, where, owner) if kind else (kind_name, "", where, owner)


def owner_of(place: Place, obj: Fragment, live: dict[Place, Fragment]) -> Place | None:
    """Return the owner that the text names, else the one that the object's name gives away."""
    said = obj.get("_owner")
    if isinstance(said, str) and "/" in said:
        kind, _, owner = said.partition("/")
        return _place(kind, place[2], owner)
    if place[0] == "ReplicaSet":
        match = _HASHED.fullmatch(place[3])
        wanted = _place("Deployment", place[2], match[1]) if match else None
        return wanted if wanted in live else None
    if place[0] == "Job":
        match = _NUMBERED.fullmatch(place[3]) or re.fullmatch(r"(.{1,240})-(\d{6,10})", place[3])
        wanted = _place("CronJob", place[2], match[1]) if match else None
        return wanted if wanted in live else None
    if match := _RANDOM.fullmatch(place[3]):
        for kind in ("ReplicaSet", "DaemonSet", "Job"):
            if (wanted := _place(kind, place[2], match[1])) in live:
                return wanted
        above = _HASHED.fullmatch(match[1])
        if above and _place("Deployment", place[2], above[1]) in live:
            return _place("ReplicaSet", place[2], match[1])
    if (match := _NUMBERED.fullmatch(place[3])) and (wanted := _place("StatefulSet", place[2], match[1])) in live:
        return wanted
    return None


def _own(obj: Fragment, owner: Place, live: dict[Place, Fragment]) -> None:
    kind = BY_KEY.get(owner[0])
    version = f"{kind.group}/{kind.version}" if kind and kind.group else "v1"
    if owner not in live and owner[0] == "ReplicaSet":
        _add_replica_set(owner, live)
    uid = text(live.get(owner, {}), "metadata", "uid") or made_uid(*owner)
    ref = {"apiVersion": version, "kind": owner[0], "name": owner[3], "uid": uid, "controller": True}
    obj["metadata"]["ownerReferences"] = [ref]


def _add_replica_set(place: Place, live: dict[Place, Fragment]) -> None:
    """Put a replica set that only its pods tell of between them and their deployment, as large as it is seen to be."""
    above = _HASHED.fullmatch(place[3])
    if above is None or (deployment := _place("Deployment", place[2], above[1])) not in live:
        return
    count = sum(
        1 for other in live if other[0] == "Pod" and other[2] == place[2] and other[3].startswith(place[3] + "-")
    )
    meta = {"name": place[3], "namespace": place[2], "uid": made_uid(*place), "labels": {"pod-template-hash": above[2]}}
    made: Fragment = {
        "kind": "ReplicaSet",
        FORM: "mention",
        "apiVersion": "apps/v1",
        "metadata": meta,
        "spec": {"replicas": count},
        "status": {"replicas": count},
    }
    live[place] = made
    _own(made, deployment, live)
