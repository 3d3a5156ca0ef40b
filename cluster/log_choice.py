"""Choose the containers whose logs are worth reading.

A cluster has thousands of logs and a diagnosis needs few: those of containers in trouble, of at most two pods per
owner, and those of the workload that was asked about.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cluster.fields import Obj, mapping, moment, numbered, text, truth, uid, whole
from cluster.snapshot import SnapshotBuilder, controller_of, ref_of
from core.evidence import ObjectRef

RECENT = timedelta(days=1)
"""How long ago a container may have ended for its log still to be of interest."""
INIT_LONG = timedelta(seconds=60)
"""How long an init container may run before its log is read: most end within seconds."""
PODS_PER_OWNER = 2
"""Two pods of one template rarely fail for different reasons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogWanted:
    """A container whose log is wanted. ``never_started`` is the reason where there can be no log yet."""

    pod: ObjectRef
    container: str
    previous: bool
    never_started: str = ""

    def streams(self) -> Iterator[tuple[bool, str]]:
        """Yield (previous, why there is none) for each log to read."""
        yield False, self.never_started
        if self.previous:
            yield True, ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """A pod with containers to read; a lower rank is more telling."""

    rank: int
    newest: float
    owner: str
    asked_about: bool
    wanted: tuple[LogWanted, ...]


def choose_logs(
    pods: Iterable[Obj], *, now: datetime, asked_about: Collection[str] = (), max_containers: int = 40
) -> tuple[LogWanted, ...]:
    """Return the containers to read, most telling first, at most ``max_containers``.

    ``asked_about`` holds the uids of the pods of the target: they are read even when they are healthy.
    """
    candidates = [found for pod in pods if (found := _candidate(pod, now, asked=uid(pod) in asked_about))]
    candidates.sort(key=lambda c: (not c.asked_about, c.rank, -c.newest, c.wanted[0].pod))
    chosen: list[LogWanted] = []
    per_owner: dict[str, int] = {}
    for candidate in candidates:
        if candidate.owner:
            per_owner[candidate.owner] = per_owner.get(candidate.owner, 0) + 1
            if per_owner[candidate.owner] > PODS_PER_OWNER:
                continue
        chosen.extend(candidate.wanted)
    return tuple(chosen[:max_containers])


def _candidate(pod: Obj, now: datetime, *, asked: bool) -> _Candidate | None:
    ranked: list[tuple[int, LogWanted]] = []
    newest = 0.0
    ref = ref_of(pod)
    for field in ("initContainerStatuses", "containerStatuses"):
        for _, status in numbered(pod, "status", field):
            if not text(status, "name"):
                continue
            rank = _trouble(status, now, pod, init=field == "initContainerStatuses")
            if rank is None and not asked:
                continue
            ended = _ended(status)
            newest = max(newest, ended.timestamp() if ended else 0.0)
            ranked.append((_HEALTHY if rank is None else rank, _wanted(ref, status)))
    if not ranked:
        return None
    ranked.sort(key=lambda pair: pair[0])
    return _Candidate(
        rank=ranked[0][0] + (_LEAVING if text(pod, "metadata", "deletionTimestamp") else 0),
        newest=newest,
        owner=text(controller_of(pod), "uid"),
        asked_about=asked,
        wanted=tuple(wanted for _, wanted in ranked),
    )


_DOWN, _INIT_HANGS, _NOT_READY, _RESTARTED, _HEALTHY, _LEAVING = range(6)


def _trouble(status: Obj, now: datetime, pod: Obj, *, init: bool) -> int | None:
    """Return how telling the log of a container is, lower is more, or None where it is in no trouble."""
    restarts = whole(status, "restartCount")
    terminated = mapping(status, "state", "terminated")
    last = mapping(status, "lastState", "terminated")
    if mapping(status, "state", "waiting"):
        return _DOWN if restarts or last else None
    if terminated:
        return _DOWN if whole(terminated, "exitCode") != 0 and _recent(terminated, now) else None
    failed_before = bool(last) and (whole(last, "exitCode") != 0 or restarts > 0) and _recent(last, now)
    if init:
        if truth(status, "ready") or truth(status, "started"):  # a sidecar: it runs for as long as the pod
            return _RESTARTED if failed_before else None
        started = moment(status, "state", "running", "startedAt")
        hangs = started is not None and now - started >= INIT_LONG
        return _INIT_HANGS if hangs or failed_before else None
    if (
        mapping(status, "state", "running")
        and not truth(status, "ready")
        and text(pod, "status", "phase") != "Succeeded"
    ):
        return _DOWN if failed_before else _NOT_READY
    return _RESTARTED if failed_before else None


def _recent(terminated: Obj, now: datetime) -> bool:
    finished = moment(terminated, "finishedAt")
    return finished is None or now - finished <= RECENT


def _ended(status: Obj) -> datetime | None:
    times = [
        moment(status, "state", "terminated", "finishedAt"),
        moment(status, "lastState", "terminated", "finishedAt"),
    ]
    return max((time for time in times if time), default=None)


def _wanted(pod: ObjectRef, status: Obj) -> LogWanted:
    last = mapping(status, "lastState", "terminated")
    before = whole(status, "restartCount") > 0 or bool(last)
    waiting = mapping(status, "state", "waiting")
    reason = ""
    if waiting and not before:
        reason = f"the container has not started: {text(waiting, 'reason') or 'waiting'}"
    return LogWanted(pod=pod, container=text(status, "name"), previous=before, never_started=reason)


def pods_of(target: ObjectRef, builder: SnapshotBuilder) -> frozenset[str]:
    """Return the uids of the pods that a target runs: itself, what it owns at any depth, what a Service selects."""
    pods = list(builder.objects("Pod"))
    if target.kind == "Pod":
        return frozenset(uid(pod) for pod in pods if ref_of(pod) == _in_core(target))
    if target.kind == "Service" and not target.group:
        selectors = [
            mapping(s, "spec", "selector") for s in builder.objects("Service") if ref_of(s) == _in_core(target)
        ]
        return frozenset(
            uid(pod)
            for pod in pods
            if text(pod, "metadata", "namespace") == target.namespace
            and any(sel and sel.items() <= mapping(pod, "metadata", "labels").items() for sel in selectors)
        )
    return frozenset(uid(pod) for pod in pods if _owned_by(pod, target, builder))


def _in_core(target: ObjectRef) -> ObjectRef:
    return ObjectRef(kind=target.kind, namespace=target.namespace, name=target.name)


def _owned_by(pod: Obj, target: ObjectRef, builder: SnapshotBuilder) -> bool:
    """Walk up the controlling owners; the depth is bounded, since a chain from a foreign file may be a circle."""
    obj: Obj | None = pod
    for _ in range(6):
        owner = controller_of(obj) if obj else None
        if not owner:
            return False
        kind, name = text(owner, "kind"), text(owner, "name")
        if (kind, name) == (target.kind, target.name) and text(pod, "metadata", "namespace") == target.namespace:
            return True
        obj = next((o for o in builder.objects(kind) if uid(o) == text(owner, "uid")), None)
    return False
