"""What webhooks of the platform refused, told by webhook and number: the wording changes from release to release."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, moment, numbered, text
from cluster.kinds import BY_KEY
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from diagnose.analyzers.admission.refusals import Refusal, reach_of, refusals
from diagnose.findings import Edge, Reach
from diagnose.scene import Scene

_MARK = "denied the request"
_DENIED = re.compile(
    r"admission webhook \"(?P<webhook>[^\"]{1,253})\" denied the request: ?(?P<said>.{0,2000})",
    re.IGNORECASE | re.DOTALL,
)
_CODE = re.compile(r"(?:^|[^0-9A-Za-z.])(?P<code>40[0-9]{3})\s{0,3}:")
_CREATORS = frozenset(
    {"ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job", "CronJob", "Deployment", "Pod"}
)
DEBT = "debt.sealos.io"


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """One refused request: by which webhook, with which number (0 for none), about what."""

    webhook: str
    number: int
    said: str
    about: ObjectRef
    evidence: Evidence
    affected: tuple[Reach, ...]
    since: datetime | None


def denials(scene: Scene) -> Iterator[Denial]:
    """Yield what was denied and still counts: creators that lack pods, conditions that hold, events of late."""
    for refusal in refusals(scene):
        if refusal.short and refusal.evidence and _MARK in refusal.message:
            yield from _read(refusal.message, _by_creator(scene, refusal))
    for key in scene.snapshot.kinds():
        if key in BY_KEY:
            continue
        for obj in scene.snapshot.all(key):
            yield from _conditions(scene, obj)
    for event in scene.snapshot.iter_events():
        if _MARK not in event.message or event.ref.kind in _CREATORS:
            continue
        if scene.age(event.last) <= scene.numbers.restart_recent_seconds:
            about = (Reach(ref=event.ref, edge=Edge.POLICY),)
            yield from _read(event.message, (event.ref, scene.event(event), about, event.first))


_Place = tuple[ObjectRef, Evidence, tuple[Reach, ...], datetime | None]


def _by_creator(scene: Scene, refusal: Refusal) -> _Place:
    return ref_of(refusal.workload), refusal.evidence[0], reach_of(scene, refusal), refusal.since


def _conditions(scene: Scene, obj: Obj) -> Iterator[Denial]:
    for index, entry in numbered(obj, "status", "conditions"):
        message = text(entry, "message")
        if _MARK in message:
            ref = ref_of(obj)
            evidence = scene.field(obj, "status", "conditions", index, "message")
            about = (Reach(ref=ref, edge=Edge.POLICY),)
            yield from _read(message, (ref, evidence, about, moment(entry, "lastTransitionTime")))


def _read(message: str, place: _Place) -> Iterator[Denial]:
    found = _DENIED.search(message)
    if found is None:
        return
    said = " ".join(found["said"].split())
    number = _CODE.search(said)
    about, evidence, affected, since = place
    yield Denial(
        webhook=found["webhook"].lower(),
        number=int(number["code"]) if number else 0,
        said=said,
        about=about,
        evidence=evidence,
        affected=affected,
        since=since,
    )
