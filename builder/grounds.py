"""Values with their grounds: who says so, where it stands, how sure that is, and what spoke for another value.

Everything in a build plan is such a ``Field``. Rules never overwrite each other: each adds a ``Candidate``, and
``decide`` weighs them. What they leave open stays open.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from core.evidence import Evidence
from core.phrase import Phrase

STATED: Final = 0.98
"""A person wrote it for exactly this purpose: a Procfile's line, CMD of a Dockerfile, ``.tool-versions``."""

DECLARED: Final = 0.95
"""The project's manifest says it: ``engines``, ``requires-python``, ``scripts.start``."""

LOCKED: Final = 0.9
"""A file that a tool wrote and that only that tool writes: a lock file, ``.python-version`` of a tool."""

CODE: Final = 0.85
"""It stands in parsed source code: ``app.listen(4000)``."""

CONVENTION: Final = 0.7
"""The framework's documented default or layout."""

DEFAULT: Final = 0.5
"""The language's common default, where nothing else speaks."""

GUESS: Final = 0.3
"""Better than nothing; shown as a question."""

UNSURE: Final = 0.4
"""Below it a value is not decided, only proposed."""

TIE: Final = 0.03
"""Two values whose confidence differs by less contradict each other: neither is decided."""

T = TypeVar("T", bound=Hashable)
T_co = TypeVar("T_co", bound=Hashable, covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Why a value is believed. ``rule`` is a stable name (``python.start.procfile``), ``evidence`` may be opened.

    A value that follows from a rule alone (a framework's default port) has the evidence of the rule's condition.
    """

    rule: str
    why: Phrase
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate(Generic[T_co]):
    """One value for a field, as one rule sees it. ``confidence`` is from 0 to 1: see the steps above."""

    value: T_co
    confidence: float
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Field(Generic[T_co]):
    """What was decided. ``value`` None: nothing is known (no rivals), or it is undecided (the rivals are the choice).

    ``grounds`` are those of the value, the strongest first.
    """

    value: T_co | None = None
    confidence: float = 0.0
    grounds: tuple[Ground, ...] = ()
    rivals: tuple[Candidate[T_co], ...] = ()

    @property
    def undecided(self) -> bool:
        """Whether somebody must choose."""
        return self.value is None and bool(self.rivals)


@dataclass(slots=True)
class Weighing(Generic[T]):
    """The candidates of one field, collected while rules run."""

    candidates: list[Candidate[T]] = field(default_factory=list)

    def add(self, value: T, confidence: float, rule: str, why: Phrase, *evidence: Evidence | None) -> None:
        """Add what a rule says. Evidence that could not be located is left out."""
        ground = Ground(rule=rule, why=why, evidence=tuple(one for one in evidence if one is not None))
        self.candidates.append(Candidate(value=value, confidence=confidence, ground=ground))

    @property
    def best(self) -> T | None:
        """The value of the strongest candidate so far, for rules that build on it."""
        return max(self.candidates, key=lambda one: one.confidence).value if self.candidates else None

    def decided(self) -> Field[T]:
        """Return the field."""
        return decide(self.candidates)


def decide(candidates: Iterable[Candidate[T]]) -> Field[T]:
    """Return the value with the strongest single candidate; equal values support each other's order only.

    Undecided where two values are as strong (``TIE``), or where the strongest is weaker than ``UNSURE``.
    """
    by_value: dict[T, list[Candidate[T]]] = {}
    for one in candidates:
        by_value.setdefault(one.value, []).append(one)
    groups = [sorted(group, key=lambda one: -one.confidence) for group in by_value.values()]
    groups.sort(key=lambda group: (-group[0].confidence, -len(group)))
    if not groups:
        return Field()
    first = groups[0][0]
    contradicted = (
        len(groups) > 1 and first.confidence - groups[1][0].confidence < TIE and len(groups[0]) == len(groups[1])
    )
    if contradicted or first.confidence < UNSURE:
        return Field(rivals=tuple(group[0] for group in groups))
    return Field(
        value=first.value,
        confidence=first.confidence,
        grounds=tuple(one.ground for one in groups[0]),
        rivals=tuple(group[0] for group in groups[1:]),
    )
