"""What is remembered of events: patterns, when they occurred, and what helped when somebody resolved them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from cluster.kinds import spoken
from core.phrase import Phrase
from kb.events.owners import Owner, owner_of

Outcome = Literal["worked", "failed", "unknown"]
"""Whether the fix helped, as the person who resolved the trouble says."""

NoveltyKind = Literal["new", "new_here", "returned"]
"""``new``: nobody whom the caller may read had it before; ``new_here``: others had it, this workload never;
``returned``: this workload had it, but not for a long time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLimits:
    """How much is remembered, and how often it is written.

    ``flush_seconds``: what was counted is written at least this often; a crash loses no more, and even that is counted
    again when the API server still has the events. ``flush_keys``, ``flush_events``: it is written earlier when so
    many patterns, or single events, wait. Both bound the memory of a storm and the size of a transaction.
    ``max_seen``: single events whose counts are known, so that they are not counted twice (about 200 bytes each); the
    API server keeps events for an hour unless told otherwise, so that ``seen_seconds`` is twice that.
    ``max_patterns`` is for one namespace: beyond it the pattern that was not seen for the longest time is forgotten,
    so that random messages of one tenant cannot fill the database.
    ``occurrence_days`` is three half-lives; patterns are kept longer, or a monthly fault would be new each month;
    incidents for two years, since people confirmed them. After ``quiet_days`` without it, a pattern has returned.
    ``half_life_days`` is how fast old experience loses weight.
    """

    flush_seconds: float = 2.0
    flush_keys: int = 1_000
    flush_events: int = 5_000
    max_seen: int = 50_000
    seen_seconds: int = 7_200
    max_patterns: int = 5_000
    occurrence_days: int = 60
    pattern_days: int = 180
    incident_days: int = 730
    quiet_days: int = 14
    half_life_days: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One kind of trouble of one workload. ``id`` names it; ``key`` is the same for all workloads and namespaces.

    ``kind`` is that of the object that the events are about, ``owner`` what runs behind it. ``wording`` is the message
    with placeholders, ``sample`` the first message that was seen, redacted. ``image`` has neither tag nor digest.
    ``returned_at`` is when it came back after a long silence.
    """

    id: str
    key: str
    cluster: str
    access: str
    namespace: str
    owner: Owner
    kind: str
    reason: str
    type: str
    wording: str
    sample: str
    image: str = ""
    component: str = ""
    count: int = 0
    first_seen: datetime
    last_seen: datetime
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternPage:
    """Patterns, last seen first, and where the next page begins."""

    patterns: tuple[Pattern, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """How much is remembered of warnings, and since when their events are watched (None: they never were)."""

    since: datetime | None
    patterns: int
    events: int
    last_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrences:
    """How often a pattern occurred within an hour (of the events' own times)."""

    hour: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """A pattern that is new, in which way, and why that is believed. ``watched_since`` is how far back memory goes."""

    pattern: Pattern
    kind: NoveltyKind
    since: datetime
    watched_since: datetime
    elsewhere: int = 0
    why: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """A resolved diagnosis: what it was, what was done, by whom, and whether it helped.

    ``workload`` is ``KIND/NAME``. ``code`` and ``variant`` are those of the finding, ``reason`` and ``message`` those
    of an event or of the finding. ``origin`` names the diagnosis. The same ``id`` again replaces what was said before,
    so that an outcome can be told later. The access label is that of ``namespace``.
    """

    id: str
    namespace: str
    workload: str
    fix: str
    author: str
    outcome: Outcome = "unknown"
    resolved_at: datetime
    code: str = ""
    variant: str = ""
    reason: str = ""
    message: str = ""
    image: str = ""
    note: str = ""
    origin: str = ""
    cluster: str = ""

    @property
    def owner(self) -> Owner:
        """Return the workload without hashes and ordinals."""
        return workload_of(self.workload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What similar things are looked for: an event, or a finding. Empty fields are not known.

    ``workload`` is ``KIND/NAME`` or a name alone.
    """

    code: str = ""
    variant: str = ""
    reason: str = ""
    message: str = ""
    workload: str = ""
    image: str = ""
    namespace: str = ""

    @property
    def owner(self) -> Owner:
        """Return the workload without hashes and ordinals."""
        return workload_of(self.workload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How similar: ``match`` (0 to 1) times ``decay`` (0 to 1) times the factors of ``boosts``."""

    match: float
    decay: float
    boosts: tuple[tuple[str, float], ...] = ()

    @property
    def total(self) -> float:
        """Return the product."""
        total = self.match * self.decay
        for _, factor in self.boosts:
            total *= factor
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """Something that happened before: an incident, or a pattern that nobody has resolved."""

    found: Incident | Pattern
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A fix that was tried before, how often with which outcome, and the sentence that says so.

    ``last_at`` and ``author`` are of the last time that it worked, or of the last time at all where it never did.
    ``weight`` is the sum of the scores, failures counted against it.
    """

    fix: str
    worked: int = 0
    failed: int = 0
    unknown: int = 0
    last_at: datetime
    author: str
    weight: float
    incidents: tuple[str, ...] = ()
    says: Phrase

    @property
    def advisable(self) -> bool:
        """Say whether it helped more than it failed, old times counting less."""
        return self.worked > 0 and self.weight > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryHealth:
    """How recording is doing. ``error`` is the last failed write, empty once one has succeeded again."""

    waiting: int = 0
    """Patterns that were counted and are not written yet."""
    seen: int = 0
    recorded: int = 0
    """Occurrences taken since the start."""
    ignored: int = 0
    """Objects that are no events, of another namespace, or older than what is kept."""
    flushes: int = 0
    error: str = field(default="")


def workload_of(workload: str) -> Owner:
    """Read ``KIND/NAME``, also as people write it (``deploy/web``), or a name alone."""
    kind, _, name = workload.rpartition("/")
    known = spoken(kind)
    return owner_of(known.kind if known else kind, name)


def decay(age: timedelta, half_life_days: float) -> float:
    """Return the weight of what is so old: a half after each half-life. The future counts as now."""
    days = max(0.0, age.total_seconds() / 86_400)
    return float(0.5 ** (days / half_life_days))
