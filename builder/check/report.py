"""What a trial showed: each check with how it went, and the line or figure that proves it."""

from dataclasses import dataclass
from typing import Literal

from core.phrase import Phrase

Check = Literal[
    "services", "variables", "migrated", "starts", "listens", "answers", "health", "user", "stops", "read_only", "log"
]
"""The first three speak of what was prepared: there is a line of ``services`` for each that is needed."""

Outcome = Literal["passed", "failed", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One check. ``proof`` are the lines of the log, or what was measured, that carry the outcome."""

    check: Check
    outcome: Outcome
    text: Phrase
    proof: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All checks of one trial in order, and the end of the container's log."""

    checks: tuple[Checked, ...]
    log: tuple[str, ...]
    seconds: float

    @property
    def works(self) -> bool:
        """Whether nothing failed."""
        return all(one.outcome != "failed" for one in self.checks)

    def of(self, check: Check) -> Checked | None:
        """Return one check, the first of several."""
        return next((one for one in self.checks if one.check == check), None)


def said(check: Check, outcome: Outcome, en: str, zh: str, proof: tuple[str, ...] = ()) -> Checked:
    """Return a check with its sentence in both languages."""
    return Checked(check=check, outcome=outcome, text=Phrase(en=en, zh=zh), proof=proof)
