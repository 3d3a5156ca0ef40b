"""Classes of errors, and what a failure matches: the class, its proving lines, what they name."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from builder.repair.patches import Patch
from builder.repair.subject import Subject
from core.phrase import Phrase

Where = Literal["build", "start", "check"]
"""In a step of the build, in the log of what runs, or in what a check of the trial found."""

CAUSE: Final = 0.9
"""The line says why."""

LIKELY: Final = 0.7
"""The line says what happened; there is usually one reason."""

SYMPTOM: Final = 0.4
"""The line says that something failed; why stands elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A line that proves a class. ``number`` counts from 1 in what was given."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A class that a failure belongs to. ``values`` is what its lines name: a package, a header, a port."""

    code: str
    where: Where
    certainty: float
    transient: bool
    evidence: tuple[Proof, ...]
    values: tuple[tuple[str, str], ...] = ()
    step: str = ""

    def value(self, name: str) -> str:
        """Return what the lines name, empty where they do not."""
        return dict(self.values).get(name, "")

    @property
    def line(self) -> str:
        """The line of the step that runs: an instruction without its word and mounts."""
        return re.sub(r"^RUN\s+(?:--\S+\s+)*", "", self.step).strip() if self.step.startswith("RUN ") else ""


Repair = Callable[[Match, Subject], Patch | None]
"""A rule that makes a patch of what the lines name; None where it has none for this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorClass:
    """One class of errors. Any of ``proof`` proves it; the names of groups become values.

    A transient class is tried again and never "repaired".
    """

    code: str
    proof: tuple[re.Pattern[str], ...]
    where: tuple[Where, ...]
    means: Phrase
    next_step: Phrase
    certainty: float = CAUSE
    transient: bool = False
    repair: Repair | None = None
    under: tuple[re.Pattern[str], re.Pattern[str]] | None = None
    """Heads of messages of several lines, and which of them count: the last head above a line says what it is."""


BUILD: Final[tuple[Where, ...]] = ("build",)
START: Final[tuple[Where, ...]] = ("start",)
CHECK: Final[tuple[Where, ...]] = ("check",)
ANY: Final[tuple[Where, ...]] = ("build", "start")


def known(
    code: str,
    proof: str | Sequence[str],
    means: tuple[str, str],
    do: tuple[str, str],
    *,
    where: tuple[Where, ...] = BUILD,
    certainty: float = CAUSE,
    transient: bool = False,
    repair: Repair | None = None,
    under: tuple[str, str] | None = None,
) -> ErrorClass:
    """Return a class, its sentences as pairs of English and Chinese."""
    patterns = (proof,) if isinstance(proof, str) else tuple(proof)
    return ErrorClass(
        code=code,
        proof=tuple(re.compile(one) for one in patterns),
        where=where,
        means=Phrase(en=means[0], zh=means[1]),
        next_step=Phrase(en=do[0], zh=do[1]),
        certainty=certainty,
        transient=transient,
        repair=repair,
        under=(re.compile(under[0]), re.compile(under[1])) if under else None,
    )
