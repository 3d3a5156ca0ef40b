"""The difference between a diagnosis and those before it: which roots are new, changed or healed.

Quiet about flapping: a root that goes counts as healed only when it stayed away for a settling time, one that comes
back before never went; and what can no longer be seen has not healed. Time is the snapshots', never the machine's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Literal

from cluster.kinds import kind_key
from cluster.snapshot import Coverage
from core.evidence import AbsenceSource, EventSource, FieldSource, FileSource, LogSource, ObjectRef
from core.phrase import Phrase
from diagnose.findings import Diagnosis, Finding, Severity, Verdict

ChangeKind = Literal["new", "changed", "healed"]

_RUN = re.compile(r"(?P<cron>.+)-[0-9]{8,10}")
"""The name of a Job that a CronJob made: its own, and the minutes since 1970 for which it was due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Root:
    """What is kept of a cause between two diagnoses. ``id`` stays the same for as long as it lasts (``lasting_id``)."""

    id: str
    code: str
    severity: Severity
    object: ObjectRef
    summary: Phrase
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """How long a state must last before it is told, in seconds: one that is worse (or new), and one that is better."""

    worse_seconds: float = 0.0
    better_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One root that is new, healed, or of another severity than was told ``before``.

    ``worst`` is the worst severity that it was ever told with, this time included. ``since`` is when the fault began,
    as far as that is known.
    """

    kind: ChangeKind
    root: Root
    before: Severity | None
    worst: Severity
    since: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a diagnosis adds to those before. ``verdict`` holds the former and the new one where it changed.

    ``again`` is when to diagnose again even if nothing happens: a settling time or a grace runs out then.
    """

    at: datetime
    changes: tuple[Change, ...] = ()
    verdict: tuple[Verdict, Verdict] | None = None
    again: datetime | None = None

    @property
    def quiet(self) -> bool:
        """Say whether there is nothing to tell."""
        return not self.changes and self.verdict is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A root that was seen. ``told`` is the severity that was told of it, None before it was.

    ``level_since`` is since when its severity is what it is, ``gone_since`` since when it is not seen any more.
    ``rests_on`` names what must be readable for its absence to mean anything: kinds by namespace, and logs by pod.
    """

    root: Root
    first_seen: datetime
    level_since: datetime
    told: Severity | None = None
    worst: Severity | None = None
    gone_since: datetime | None = None
    rests_on: frozenset[tuple[str, str]] = frozenset()
    logs: frozenset[ObjectRef] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A root as it was told, and the worst severity that it was told with: what has to outlast a restart."""

    root: Root
    worst: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What is known from the diagnoses so far. A new one (``Followed()``) takes every root for new."""

    standing: Mapping[str, Standing] = field(default_factory=dict)
    verdict: Verdict | None = None
    verdict_seen: Verdict | None = None
    verdict_since: datetime | None = None

    @property
    def told(self) -> tuple[Told, ...]:
        """What was told and has not been told healed."""
        return tuple(
            Told(root=replace(entry.root, severity=entry.told), worst=entry.worst or entry.told)
            for entry in self.standing.values()
            if entry.told is not None
        )


def begun(diagnosis: Diagnosis) -> Followed:
    """Follow from a diagnosis that was shown in full: all its roots count as told."""
    started, _ = follow(Followed(), diagnosis, Settling())
    return started


def resumed(told: Iterable[Told], at: datetime) -> Followed:
    """Follow on from what was told before, with nothing else known: after a restart."""
    return Followed(
        standing={
            entry.root.id: Standing(
                root=entry.root,
                first_seen=entry.root.since or at,
                level_since=at,
                told=entry.root.severity,
                worst=entry.worst,
                rests_on=frozenset(
                    {
                        (kind_key(entry.root.object.kind, entry.root.object.group), entry.root.object.namespace),
                        ("Pod", entry.root.object.namespace),
                    }
                ),
            )
            for entry in told
        }
    )


def follow(before: Followed, diagnosis: Diagnosis, settling: Settling) -> tuple[Followed, Step]:
    """Return what is known after one more diagnosis, and what there is to tell of it."""
    now = diagnosis.now
    roots = by_lasting_id(diagnosis.roots)
    others = (entry.finding for entry in diagnosis.folded)
    present = {lasting_id(finding) for finding in chain(diagnosis.findings, others)}
    standing: dict[str, Standing] = {}
    changes: list[Change] = []
    again: list[datetime] = [entry.until for entry in diagnosis.in_progress if entry.until > now]
    for key in [*before.standing, *(key for key in roots if key not in before.standing)]:
        known = before.standing.get(key)
        if finding := roots.get(key):
            entry, change, due = _seen(known, finding, diagnosis, settling)
        else:
            assert known is not None  # noqa: S101 - it stood before, or it is a root now
            entry, change, due = _unseen(known, diagnosis, settling, present=key in present)
        if entry is not None:
            standing[key] = entry
        changes += [change] if change else []
        again += [due] if due else []
    after, verdict, due = _verdict(before, diagnosis, settling)
    again += [due] if due else []
    changes.sort(key=lambda change: (_ORDER[change.kind], change.root.severity.rank, change.root.id))
    step = Step(at=now, changes=tuple(changes), verdict=verdict, again=min(again, default=None))
    return replace(after, standing=standing), step


_ORDER: dict[ChangeKind, int] = {"new": 0, "changed": 1, "healed": 2}

_Outcome = tuple[Standing | None, Change | None, datetime | None]


def _seen(known: Standing | None, finding: Finding, diagnosis: Diagnosis, settling: Settling) -> _Outcome:
    """Take note of a root that stands, and tell it where that is new and has settled."""
    now, root = diagnosis.now, root_of(finding)
    rests_on, logs = _grounds(finding, diagnosis.coverage)
    if known is None:
        known = Standing(root=root, first_seen=now, level_since=now)
    level = known.level_since if known.root.severity is root.severity else now
    entry = replace(known, root=root, level_since=level, gone_since=None, rests_on=rests_on, logs=logs)
    told = known.told
    if told is root.severity:
        return entry, None, None
    worse = told is None or root.severity.rank < told.rank
    start = known.first_seen if told is None else level
    due = start + timedelta(seconds=settling.worse_seconds if worse else settling.better_seconds)
    if now < due:
        return entry, None, due
    worst = min((severity for severity in (known.worst, root.severity) if severity), key=lambda level: level.rank)
    change = Change(
        kind="new" if told is None else "changed",
        root=root,
        before=told,
        worst=worst,
        since=root.since or known.first_seen,
        at=now,
    )
    return replace(entry, told=root.severity, worst=worst), change, None


def _unseen(known: Standing, diagnosis: Diagnosis, settling: Settling, *, present: bool) -> _Outcome:
    """Take note of a root that does not stand any more; after it stayed away for long enough it is over.

    One that another cause explains now (``present``) has not healed, nor one whose grounds cannot be read.
    """
    now = diagnosis.now
    if present or _blind(known, diagnosis.coverage):
        return replace(known, gone_since=None), None, None
    gone = known.gone_since or now
    due = gone + timedelta(seconds=settling.better_seconds)
    if now < due:
        return replace(known, gone_since=gone), None, due
    if known.told is None or known.worst is None:
        return None, None, None
    since = known.root.since or known.first_seen
    healed = Change(kind="healed", root=known.root, before=known.told, worst=known.worst, since=since, at=now)
    return None, healed, None


def _verdict(
    before: Followed, diagnosis: Diagnosis, settling: Settling
) -> tuple[Followed, tuple[Verdict, Verdict] | None, datetime | None]:
    now, seen, told = diagnosis.now, diagnosis.verdict, before.verdict
    since = before.verdict_since if before.verdict_seen is seen and before.verdict_since else now
    after = replace(before, verdict_seen=seen, verdict_since=since)
    if told is None:
        return replace(after, verdict=seen), None, None
    if told is seen:
        return after, None, None
    due = since + timedelta(seconds=settling.worse_seconds if seen.rank < told.rank else settling.better_seconds)
    if now < due:
        return after, None, due
    return replace(after, verdict=seen), (told, seen), None


def lasting_id(finding: Finding) -> str:
    """Return the id of a finding, the same for each run of a CronJob: their Jobs are named for the minute."""
    name = finding.object.name
    if finding.object.kind != "Job" or not (run := _RUN.fullmatch(name)):
        return finding.id
    return finding.id.replace(f"/{name}", f"/{run['cron']}-*", 1)


def by_lasting_id(findings: Iterable[Finding]) -> dict[str, Finding]:
    """Return findings by their lasting id; of several with the same one the worst."""
    found: dict[str, Finding] = {}
    for finding in findings:
        known = found.setdefault(lasting_id(finding), finding)
        if finding.severity.rank < known.severity.rank:
            found[lasting_id(finding)] = finding
    return found


def root_of(finding: Finding) -> Root:
    """Return what is kept of a finding."""
    return Root(
        id=lasting_id(finding),
        code=finding.code,
        severity=finding.severity,
        object=finding.object,
        summary=finding.summary,
        since=finding.since,
    )


def _grounds(finding: Finding, coverage: Coverage) -> tuple[frozenset[tuple[str, str]], frozenset[ObjectRef]]:
    """Return what a finding rests on and could be read when it was made."""
    refs = {finding.object, *(reach.ref for reach in (*finding.affected, *finding.chain))}
    events: set[str] = set()
    logs: set[ObjectRef] = set()
    for entry in finding.evidence:
        match entry.source:
            case LogSource(pod=pod):
                logs.add(pod)
                refs.add(pod)
            case EventSource(object=ref):
                events.add(ref.namespace)
                refs.add(ref)
            case FieldSource(object=ref) | AbsenceSource(object=ref):
                refs.add(ref)
            case FileSource():
                pass  # no file is read from a cluster again
    kinds = {(kind_key(ref.kind, ref.group), ref.namespace) for ref in refs} | {("Event", space) for space in events}
    return frozenset(pair for pair in kinds if _readable(coverage, *pair)), frozenset(logs)


def _blind(known: Standing, coverage: Coverage) -> bool:
    """Say whether something that could be read when the root was seen cannot be read now."""
    if not all(_readable(coverage, kind, space) for kind, space in known.rests_on):
        return True
    return any(entry.state == "missing" and entry.pod in known.logs for entry in coverage.logs)


def _readable(coverage: Coverage, kind: str, namespace: str) -> bool:
    """Say whether the absence of an object means something. Of events only the newest are ever held."""
    if coverage.complete(kind, namespace):
        return True
    return kind == "Event" and any(
        entry.kind == kind and entry.state == "partial" and entry.namespace in {"", namespace}
        for entry in coverage.kinds
    )
