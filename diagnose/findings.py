"""What a diagnosis is made of: findings with evidence, causes and remedies.

Codes are listed in ``diagnose.catalogue``; they are API and never renamed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal

from cluster.snapshot import Coverage
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase


class Role(StrEnum):
    """What part a finding plays in what the user sees."""

    ROOT = "root"
    CONTRIBUTING = "contributing"
    SYMPTOM = "symptom"
    HYGIENE = "hygiene"


class Severity(StrEnum):
    """How much is hit. ``rank`` orders them, worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)


class Verdict(StrEnum):
    """The state of what was asked about. ``rank`` orders them, worst first."""

    FAILING = "failing"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"
    RECOVERED = "recovered"
    HEALTHY = "healthy"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Verdict).index(self)


class Edge(StrEnum):
    """How one object depends on another."""

    OWNER = "owner"
    SELECTOR = "selector"
    MOUNT = "mount"
    ENV = "env"
    ROUTE = "route"
    POLICY = "policy"
    SCHEDULING = "scheduling"
    IMAGE = "image"
    TARGET = "target"


class Risk(StrEnum):
    """What a remedy may cost."""

    NONE = "none"
    RESTART = "restart"
    DATA = "data"
    ACCESS = "access"


class Who(StrEnum):
    """Who can carry out a remedy."""

    OWNER = "owner"
    NAMESPACE_ADMIN = "namespace admin"
    CLUSTER_ADMIN = "cluster admin"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Confidence:
    """How sure a finding is, as a word and a number in 0..1, with one clause of reason."""

    word: Literal["proved", "matched", "inferred"]
    value: float
    reason: Phrase


def proved(en: str, zh: str, *, twice: bool = False) -> Confidence:
    """Every precondition was read from fields: 0.85 from one field or server message, 0.95 from two (``twice``)."""
    return Confidence(word="proved", value=0.95 if twice else 0.85, reason=Phrase(en=en, zh=zh))


def matched(en: str, zh: str, *, value: float = 0.75) -> Confidence:
    """Only a known runtime text or log line that names the object: 0.70 to 0.80."""
    return Confidence(word="matched", value=value, reason=Phrase(en=en, zh=zh))


def inferred(en: str, zh: str, *, value: float = 0.5) -> Confidence:
    """Circumstantial, a needed read is missing, or one of several candidates was chosen: 0.30 to 0.60."""
    return Confidence(word="inferred", value=value, reason=Phrase(en=en, zh=zh))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """An object that a finding reaches, with the edge used (``owner`` for the pods of a workload)."""

    ref: ObjectRef
    edge: Edge


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """What a live API server says of a change: accepted, or refused with its ``message``; the lines that differ.

    ``diff`` holds unified-diff lines of the object as YAML, without bookkeeping and status, secrets masked.
    """

    accepted: bool
    message: str = ""
    diff: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """One way to put it right. ``command`` is complete (namespace and names filled in) or empty.

    Where the change is computable, ``patch`` holds it, ``target`` what it changes, and ``patch_type`` how: by strategic
    merge, JSON merge, JSON patch (``{"operations": […]}``) or ``create``. Without a type it is to be made by hand.
    ``dry_run`` is what a live API server says of it, where one was asked.

    An empty ``command`` means that no command can do it (new code, a new image); ``summary`` says what to do then.
    ``verify`` is a command and ``expect`` what it then shows. ``undo`` reverses it or is empty. ``estimate`` gives the
    rule by which a suggested value was chosen when the snapshot does not hold it.
    """

    summary: Phrase
    command: str = ""
    patch: Mapping[str, Any] | None = None
    target: ObjectRef | None = None
    patch_type: Literal["", "strategic", "merge", "json", "create"] = ""
    dry_run: DryRun | None = None
    verify: str = ""
    expect: Phrase | None = None
    undo: str = ""
    risk: Risk = Risk.RESTART
    reversible: bool = True
    who: Who = Who.OWNER
    estimate: Phrase | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NextCheck:
    """What to read next when the evidence does not decide."""

    command: str
    why: Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A change that came shortly before a fault began, and on which what fails depends.

    ``changes``: what differs, in field notation (``containers[web].image: a -> b``), or the fields that were written
    where the former values are not known; ``more`` counts those left out. ``by`` is the field manager, if known.
    """

    object: ObjectRef
    at: datetime
    summary: Phrase
    by: str = ""
    changes: tuple[str, ...] = ()
    more: int = 0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong, with the evidence for it.

    ``object``: the thing to change (the Deployment, not its third pod); ``absent`` when it does not exist.
    ``part``: what within the object, such as a container's name, so that two faults of one object stay apart.
    ``affected``: where it was seen (pods first) and whom it hits; causes are joined over these and the object.
    ``expected`` and ``actual``: both sides of the mismatch, in field notation, the same in every language.
    ``near``: near-misses ("did you mean"), best first, at most three.
    ``summary``: one sentence with both sides concrete; never the name of a generated pod.
    ``trigger``: the change after which it began, set by the engine on causes.
    """

    code: str
    variant: str = ""
    role: Role = Role.ROOT
    severity: Severity = Severity.HIGH
    confidence: Confidence
    object: ObjectRef
    absent: bool = False
    part: str = ""
    affected: tuple[Reach, ...] = ()
    summary: Phrase
    expected: str = ""
    actual: str = ""
    near: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...]
    chain: tuple[Reach, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    next_checks: tuple[NextCheck, ...] = ()
    since: datetime | None = None
    trigger: Trigger | None = None

    @property
    def runbook(self) -> str:
        """The id of the runbook: the code in kebab case."""
        return kebab(self.code)

    @property
    def id(self) -> str:
        """A stable name of this finding within one diagnosis."""
        return "/".join(
            part for part in (self.runbook, self.variant, str(self.object).replace(" ", "/"), self.part) if part
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOut:
    """Something that was checked and is fine, or that ended by itself, with the reason why it does not count.

    ``healed`` marks a fault that is over: it makes a verdict ``recovered`` when it ended inside the window for that.
    """

    code: str
    object: ObjectRef
    reason: Phrase
    evidence: tuple[Evidence, ...] = ()
    healed: bool = False
    ended: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InProgress:
    """Something inside its grace: not a fault yet. ``until`` is when to look again."""

    object: ObjectRef
    reason: Phrase
    until: datetime
    serving: bool = False


Observation = Finding | RuledOut | InProgress
"""What an analyzer yields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A symptom and the id of the finding that explains it."""

    finding: Finding
    explained_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unexplained:
    """An object that is not as it should be and that no finding explains, with the next thing to read."""

    object: ObjectRef
    state: Phrase
    next_check: NextCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadState:
    """The verdict of one workload in scope."""

    object: ObjectRef
    verdict: Verdict
    ready: int
    wanted: int
    cause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The answer. ``findings`` holds roots, then contributing ones, best first; ``folded`` the symptoms below them."""

    target: Phrase
    verdict: Verdict
    summary: Phrase
    now: datetime
    origin: str
    findings: tuple[Finding, ...] = ()
    folded: tuple[Folded, ...] = ()
    in_progress: tuple[InProgress, ...] = ()
    ruled_out: tuple[RuledOut, ...] = ()
    unexplained: tuple[Unexplained, ...] = ()
    workloads: tuple[WorkloadState, ...] = ()
    checked: tuple[Phrase, ...] = ()
    notes: tuple[Phrase, ...] = ()
    coverage: Coverage = field(default_factory=Coverage)

    @property
    def roots(self) -> tuple[Finding, ...]:
        """The findings that are causes."""
        return tuple(finding for finding in self.findings if finding.role is Role.ROOT)


@cache
def kebab(code: str) -> str:
    """Write a code as a file name: ``OOMKilledByNode`` → ``oom-killed-by-node``."""
    out: list[str] = []
    for index, char in enumerate(code):
        after_lower = index > 0 and not code[index - 1].isupper()
        before_lower = index + 1 < len(code) and code[index + 1].islower()
        if char.isupper() and index and (after_lower or before_lower):
            out.append("-")
        out.append(char.lower())
    return "".join(out)
