"""Where the API server's refusals stand, and whether they still count.

A controller that may not create its pods says so in a condition (``ReplicaFailure``) or an event (``FailedCreate``).
Such a text counts only while the controller is still short of what it wants.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cluster.fields import Obj, condition, moment, name, numbered, text, truth, whole
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence
from diagnose.cron import ScheduleUnreadable, schedule_of
from diagnose.findings import Edge, Reach
from diagnose.scene import Scene
from diagnose.state import job_done, job_failed

RETRY_SECONDS = 1000
"""The longest that a controller waits before it tries a refused creation again (its back-off doubles up to this)."""

_CREATORS = ("ReplicaSet", "ReplicationController", "StatefulSet", "DaemonSet", "Job", "CronJob", "Deployment")
_REASONS: dict[str, tuple[str, ...]] = {"Deployment": ("ReplicaSetCreateError",)}
_REFUSED = ("ReplicaFailure", "True", "FailedCreate")
_SUCCESSES = frozenset({"SuccessfulCreate"})
_PREFIX = re.compile(
    r"^(?:Error creating(?: job)?: |Failed to create new replica set \"[^\"]{0,253}\": "
    r"|create (?:Pod|Claim) .{0,600}? failed error: |Internal error occurred: )+",
    re.IGNORECASE,
)
_WHAT = re.compile(r"^[a-z0-9.]{0,100} ?\"[^\"]{0,253}\" is (?:forbidden|invalid): ", re.IGNORECASE)
NO_RUNTIME_CLASS = re.compile(
    r"RuntimeClass(?:es)?(?:\.node\.k8s\.io)? \\?\"(?P<name>[^\"\\]{1,253})\\?\" not found", re.IGNORECASE
)
"""A RuntimeClass that a pod names does not exist: the family of sandboxes reports it."""
_ENDING = re.compile(r"because it is being terminated", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One refused creation. ``creator`` was refused, ``workload`` holds the template that a person edits.

    ``short`` says whether the creator still lacks what it wants; ``last`` is when it was refused last.
    """

    creator: Obj
    workload: Obj
    message: str
    evidence: tuple[Evidence, ...]
    since: datetime | None
    last: datetime | None
    short: bool

    @property
    def bare(self) -> str:
        """The message without what was refused and the generated names in it."""
        return _bare(self.message)

    @property
    def label(self) -> str:
        """Kind and name of the workload, for sentences."""
        return f"{text(self.workload, 'kind')} {name(self.workload)}"

    @property
    def namespace_ends(self) -> bool:
        """Whether the namespace is being deleted, so that nothing new may be made in it."""
        return bool(_ENDING.search(self.message))


def _bare(message: str) -> str:
    return _WHAT.sub("", _PREFIX.sub("", message)).strip()


def refusals(scene: Scene) -> Iterator[Refusal]:
    """Yield the newest refusal of each controller that was refused."""
    for kind in _CREATORS:
        for creator in scene.snapshot.all(kind):
            if not text(creator, "metadata", "deletionTimestamp") and (found := _refusal(scene, creator)):
                yield found


def _refusal(scene: Scene, creator: Obj) -> Refusal | None:
    at, said = _condition(creator)
    events = [event for event in scene.snapshot.events(creator) if event.reason in _reasons(creator)]
    if text(creator, "kind") == "Deployment" and not said:
        return None
    if not said and not events:
        return None
    newest = events[-1] if events else None
    evidence: list[Evidence] = []
    if said:
        evidence.append(scene.field(creator, "status", "conditions", at, "message"))
    if newest and (not said or _bare(newest.message) != _bare(text(said, "message"))):
        evidence.append(scene.event(newest))
    first = moment(said, "lastTransitionTime")
    starts = [time for time in (first, *(event.first for event in events)) if time]
    ends = [time for time in (first, *(event.last for event in events)) if time]
    return Refusal(
        creator=creator,
        workload=scene.graph.holder(creator),
        message=text(said, "message") or (newest.message if newest else ""),
        evidence=tuple(evidence),
        since=min(starts, default=None),
        last=max(ends, default=None),
        short=_short(creator, events),
    )


def _reasons(creator: Obj) -> tuple[str, ...]:
    return _REASONS.get(text(creator, "kind"), ("FailedCreate",))


def _condition(creator: Obj) -> tuple[int, Obj]:
    """Return index and content of the condition that says that a creation was refused."""
    kind = text(creator, "kind")
    for index, entry in numbered(creator, "status", "conditions"):
        if not text(entry, "message"):
            continue
        if kind == "Deployment":
            if text(entry, "type") == "Progressing" and text(entry, "reason") == "ReplicaSetCreateError":
                return index, entry
        elif (text(entry, "type"), text(entry, "status"), text(entry, "reason")) == _REFUSED:
            return index, entry
    return -1, {}


def _short(creator: Obj, events: Sequence[Event]) -> bool:
    """Say whether the creator still lacks what it wants."""
    have = whole(creator, "status", "replicas")
    wanted = whole(creator, "spec", "replicas", default=1)
    match text(creator, "kind"):
        case "Deployment":
            return condition(creator, "Progressing").get("reason") == "ReplicaSetCreateError"
        case "ReplicaSet" | "ReplicationController":
            return wanted > 0 and (have < wanted or condition(creator, "ReplicaFailure").get("status") == "True")
        case "StatefulSet":
            return have < wanted
        case "DaemonSet":
            return whole(creator, "status", "currentNumberScheduled") < whole(
                creator, "status", "desiredNumberScheduled"
            )
        case "Job":
            return _job_short(creator)
        case _:
            return _cron_short(creator, events)


def _job_short(job: Obj) -> bool:
    if job_done(job) or job_failed(job) or truth(job, "spec", "suspend"):
        return False
    parallel = whole(job, "spec", "parallelism", default=1)
    wanted = min(parallel, whole(job, "spec", "completions", default=parallel))
    return whole(job, "status", "active") + whole(job, "status", "succeeded") < wanted


def _cron_short(cron: Obj, events: Sequence[Event]) -> bool:
    """Say whether no Job was made since the refusal although a time was due."""
    if truth(cron, "spec", "suspend"):
        return False
    refused = max((event.last for event in events if event.last), default=None)
    made = moment(cron, "status", "lastScheduleTime")
    if refused is None or made is None:
        return refused is not None
    try:
        due = schedule_of(cron).latest(refused + timedelta(seconds=1))
    except ScheduleUnreadable:
        return refused > made
    return due is not None and made < due


def made_since(scene: Scene, refusal: Refusal) -> datetime | None:
    """Return when the creator succeeded after its last refusal, if an event says so."""
    for event in reversed(scene.snapshot.events(refusal.creator)):
        if event.reason in _SUCCESSES and event.last and (refusal.last is None or event.last >= refusal.last):
            return event.last
    return None


def reach_of(scene: Scene, refusal: Refusal) -> tuple[Reach, ...]:
    """Point at the refused controller and at everything above it."""
    creator = Reach(ref=ref_of(refusal.creator), edge=Edge.POLICY)
    return (creator, *(Reach(ref=ref_of(owner), edge=Edge.OWNER) for owner in scene.graph.owners(refusal.creator)))


def missing_pods(refusal: Refusal) -> int:
    """Return how many pods the creator still lacks, at least one."""
    creator = refusal.creator
    match text(creator, "kind"):
        case "DaemonSet":
            return max(
                whole(creator, "status", "desiredNumberScheduled") - whole(creator, "status", "currentNumberScheduled"),
                1,
            )
        case "ReplicaSet" | "ReplicationController" | "StatefulSet":
            wanted = whole(creator, "spec", "replicas", default=1)
            return max(wanted - whole(creator, "status", "replicas"), 1)
        case _:
            return 1


def clipped(sentence: str, limit: int = 240) -> str:
    """Cut a server message to what a sentence bears."""
    return sentence if len(sentence) <= limit else sentence[: limit - 1].rstrip() + "…"
