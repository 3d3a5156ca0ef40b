"""Make a snapshot of what a session told: settle the time, name containers, join owners, give logs to pods."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from cluster.fields import Obj, mapping, name, namespace, objects, text
from cluster.kinds import BY_KEY, kind_key, spoken
from cluster.recording.known import with_missing
from cluster.recording.material import kept_lines
from cluster.recording.transcript.enrich import add_from_events
from cluster.recording.transcript.implied import add_implied
from cluster.recording.transcript.log_outputs import LogOutput
from cluster.recording.transcript.moments import MADE_UP as NO_TIME
from cluster.recording.transcript.moments import Ago, settled
from cluster.recording.transcript.naming import name_containers
from cluster.recording.transcript.now import now_of
from cluster.recording.transcript.owners import link_owners
from cluster.recording.transcript.readiness import add_readiness
from cluster.recording.transcript.session import Session
from cluster.recording.transcript.sightings import MENTIONED, WISH, Fragment, Place
from cluster.recording.transcript.usage import ALONE, POD_METRICS
from cluster.redaction import redact_object
from cluster.snapshot import KindCoverage, LogCoverage, Snapshot, SnapshotBuilder
from core.evidence import ObjectRef
from core.redaction import redact

MANY = 20


def conclude(
    session: Session,
    *,
    origin: str,
    stated: datetime | None,
    logs_beside: Callable[[SnapshotBuilder], None] | None = None,
) -> Snapshot:
    """Freeze what was gathered. ``logs_beside`` adds logs that were kept in files of their own."""
    merged = {place: (obj, rank) for place, obj, rank in session.sightings.merged()}
    now = stated or now_of(session, merged)
    builder = SnapshotBuilder(origin=origin)
    if now is None:
        now = NO_TIME
        builder.note("the transcript holds no time of day: ages keep their distances, but no date can be trusted")
    rowed = name_containers(session, {place: obj for place, (obj, _) in merged.items()})
    if rowed:
        which = "1 pod is" if rowed == 1 else f"{rowed} pods are"
        builder.note(f"{which} known from tables alone, which do not name containers or show their settings")
    live = {place: obj for place, (obj, rank) in merged.items() if rank != WISH and not _mentioned(place, rank)}
    wishes = {place: obj for place, (obj, rank) in merged.items() if rank == WISH and not _contradicted(session, place)}
    add_implied(live, session, wishes)
    add_from_events(live, session.events.values(), now)
    _name_usage(live)
    link_owners(live)
    add_readiness(live)
    for obj in (*wishes.values(), *live.values()):
        clean = {key: value for key, value in obj.items() if not key.startswith("_")}
        builder.add(redact_object(settled(clean, now)))
    _add_events(session, builder, now)
    _add_coverage(session, builder)
    _add_logs(session, builder)
    if logs_beside is not None:
        logs_beside(builder)
    if wishes:
        which = "1 object is" if len(wishes) == 1 else f"{len(wishes)} objects are"
        builder.note(f"{which} known as manifests alone, as somebody wrote them: their live state was not shown")
    notes = list(dict.fromkeys(session.notes))
    for note in notes[:MANY]:
        builder.note(redact(note))
    if len(notes) > MANY:
        builder.note(f"{len(notes) - MANY} more answers were refusals or could be read only in part")
    builder.server_version = session.server_version
    here = {(key, *place) for key in BY_KEY for place in ((namespace(o), name(o)) for o in builder.objects(key))}
    return with_missing(builder.build(now=now), session.missing - here)


def _mentioned(place: Place, rank: int) -> bool:
    """Say that of a pod nothing is known but that it is there: then its state is not known to be bad."""
    return place[0] == "Pod" and rank == MENTIONED


def _contradicted(session: Session, place: Place) -> bool:
    """Say that what somebody wrote is not in the cluster: the server denied it, or listed its kind without it."""
    key = kind_key(place[0], place[1])
    if (key, place[2], place[3]) in session.missing:
        return True
    states = [session.coverage.get((key, where)) for where in {"", place[2]}]
    return any(entry is not None and entry[0] == "complete" for entry in states)


def _name_usage(live: dict[Place, Fragment]) -> None:
    """Give the usage of a whole pod to its container where it has only one; otherwise whose it is cannot be said."""
    for place in [place for place in live if place[0] == POD_METRICS.kind]:
        boxes = objects(live.get(("Pod", "", place[2], place[3]), {}), "spec", "containers")
        parts = objects(live[place], "containers")
        if named := [part for part in parts if text(part, "name") != ALONE]:
            live[place]["containers"] = named
        else:
            if len(boxes) != 1:
                del live[place]
                continue
            live[place]["containers"] = [{**part, "name": text(boxes[0], "name")} for part in parts]


# -- events, coverage, logs


def _add_events(session: Session, builder: SnapshotBuilder, now: datetime) -> None:
    for event in session.events.values():
        raw = {"apiVersion": "v1", "kind": "Event", **event.raw()}
        if event.last is not None:
            raw["lastTimestamp"] = Ago(event.last)
            raw["firstTimestamp"] = Ago(event.first if event.first is not None else event.last)
        builder.add(redact_object(settled(raw, now)))


def _add_coverage(session: Session, builder: SnapshotBuilder) -> None:
    complete = {kind for (kind, where), (state, _) in session.coverage.items() if state == "complete" and not where}
    for kind in (*BY_KEY, *(k for k, _ in session.coverage if k not in BY_KEY)):
        found: Counter[str] = Counter(namespace(obj) for obj in builder.objects(kind))
        for where, count in found.items():
            if (kind, where) not in session.coverage and kind not in complete:
                builder.covered(KindCoverage(kind=kind, namespace=where, state="partial", count=count))
    for (kind, where), (state, note) in session.coverage.items():
        if where and kind in complete:
            continue
        count = sum(1 for obj in builder.objects(kind) if not where or namespace(obj) == where)
        builder.covered(KindCoverage(kind=kind, namespace=where, state=state, count=count, note=redact(note)))


def _add_logs(session: Session, builder: SnapshotBuilder) -> None:
    pods = {(namespace(pod), name(pod)): pod for pod in builder.objects("Pod")}
    best: dict[tuple[str, str, str, bool], LogOutput] = {}
    for log in session.logs:
        picked = _pod_of(log, pods)
        where, pod_name = (namespace(picked), name(picked)) if picked else (log.namespace, log.name or log.selector)
        if not pod_name:
            continue
        container = log.container or (_failing_container if log.mixed else _only_container)(picked or {})
        if log.mixed and picked and not container:
            builder.note(f"a log of all containers of pod {pod_name} does not say which of them wrote what")
            continue
        key = (where, pod_name, container, log.previous)
        old = best.get(key)
        if old is None or not _says_more(old, log):
            best[key] = log
    for (where, pod_name, container, previous), log in best.items():
        kind = spoken(log.kind) if (where, pod_name) not in pods else BY_KEY["Pod"]
        ref = ObjectRef(
            kind=kind.kind if kind else log.kind, group=kind.group if kind else "", namespace=where, name=pod_name
        )
        if log.failed:
            entry = LogCoverage(
                pod=ref, container=container, previous=previous, state="missing", note=redact(log.failed[:300])
            )
            builder.log_covered(entry)
            continue
        kept = kept_lines("\n".join(log.lines).encode("utf-8", "replace"))
        builder.add_log(ref, container, kept.lines, previous=previous, cut=kept.cut or log.cut)
        if log.kind != "Pod" or not log.name:
            builder.note(f"a log of {log.kind} {log.name or log.selector} does not say which pod wrote it")


def _says_more(old: LogOutput, new: LogOutput) -> bool:
    """Say that a log read before is worth more than the same one read again: read beside refused, whole beside cut."""
    if bool(old.failed) != bool(new.failed):
        return bool(new.failed)
    return (not old.cut, len(old.lines)) > (not new.cut, len(new.lines))


def _only_container(pod: object) -> str:
    boxes = objects(pod, "spec", "containers")
    return text(boxes[0], "name") if boxes else ""


def _failing_container(pod: object) -> str:
    """Return the container that lines of all containers are read for: the only one, else the only one that fails."""
    boxes = objects(pod, "spec", "containers")
    if len(boxes) == 1 and not objects(pod, "spec", "initContainers"):
        return text(boxes[0], "name")
    lists = ("initContainerStatuses", "containerStatuses")
    entries = [entry for key in lists for entry in objects(pod, "status", key)]
    failing = [
        entry
        for entry in entries
        if entry.get("ready") is not True and text(entry, "state", "terminated", "reason") != "Completed"
    ]
    return text(failing[0], "name") if len(failing) == 1 else ""


def _pod_of(log: LogOutput, pods: Mapping[tuple[str, str], Obj]) -> object:
    """Return the pod that a log is of; of a workload the one that kubectl would pick, as far as can be seen."""
    if log.kind == "Pod" and log.name:
        return pods.get((log.namespace, log.name))
    members: list[object] = []
    wanted = dict(part.split("=", 1) for part in log.selector.replace("==", "=").split(",") if "=" in part)
    for (where, pod_name), pod in pods.items():
        if where != log.namespace:
            continue
        worn = mapping(pod, "metadata", "labels")
        if log.name and log.kind != "Pod":
            mine = re.fullmatch(re.escape(log.name) + r"(?:-[a-z0-9]{1,12}){1,2}", pod_name) is not None
        else:
            mine = bool(wanted) and all(worn.get(k) == v for k, v in wanted.items())
        if mine:
            members.append(pod)
    members.sort(key=lambda pod: (text(pod, "status", "phase") != "Running", -_ready(pod), name(pod)))
    return members[0] if members else None


def _ready(pod: object) -> int:
    return sum(entry.get("ready") is True for entry in objects(pod, "status", "containerStatuses"))
