"""The loop's judgement: which patch next, or try again, or stop and why. The caller builds, waits, keeps the record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from builder.repair.allowing import objection
from builder.repair.classifying import class_of
from builder.repair.model import CAUSE, LIKELY, Match
from builder.repair.patches import Patch
from builder.repair.subject import Subject, apply
from core.phrase import Phrase

MAX_ATTEMPTS: Final = 5
"""Builds in all, the first one counted: what five did not mend, a person must see."""

MAX_RETRIES: Final = 2
"""For one failure that passes by itself."""

PAUSES: Final = (5.0, 20.0)
"""Seconds before each retry: a registry that restarts is back within them."""

By = Literal["rule", "model"]
Reason = Literal["attempts", "unknown", "no_repair", "exhausted", "unreachable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mend:
    """Build again with one patch more. ``code`` is the class that it is for."""

    patch: Patch
    code: str
    by: By = "rule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Build again as it was, after a pause."""

    code: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Build no more. ``code`` is the class that a person must look at, empty where none matched."""

    reason: Reason
    text: Phrase
    next_step: Phrase
    code: str = ""

    @property
    def model_may(self) -> bool:
        """Whether rules leave something that a model may be asked about."""
        return self.reason in {"unknown", "no_repair", "exhausted"}


Decision = Mend | Retry | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One build or trial that failed: what was in force, what it matched, what was decided."""

    number: int
    patches: tuple[Patch, ...]
    matches: tuple[Match, ...]
    decision: Decision


def judged(history: Sequence[Attempt], matches: tuple[Match, ...], subject: Subject) -> Attempt:
    """Return the attempt that has just failed, with what follows from it."""
    patches = in_force(history)
    return Attempt(
        number=len(history) + 1, patches=patches, matches=matches, decision=_decided(history, matches, subject)
    )


def in_force(history: Sequence[Attempt]) -> tuple[Patch, ...]:
    """Return the patches that the next build has."""
    return tuple(one.decision.patch for one in history if isinstance(one.decision, Mend))


def with_model(attempt: Attempt, patch: Patch) -> Attempt:
    """Return an attempt whose stop is replaced by a patch that a model proposed and that was found allowed."""
    code = attempt.decision.code
    return Attempt(
        number=attempt.number,
        patches=attempt.patches,
        matches=attempt.matches,
        decision=Mend(patch=patch, code=code, by="model"),
    )


def _decided(history: Sequence[Attempt], matches: tuple[Match, ...], subject: Subject) -> Decision:
    if len(history) + 1 >= MAX_ATTEMPTS:
        text = Phrase(en=f"It failed {MAX_ATTEMPTS} times.", zh=f"已失败 {MAX_ATTEMPTS} 次。")
        return _stopped("attempts", text, matches)
    if not matches:
        text = Phrase(en="Nothing in the log is known.", zh="日志中没有已知的错误。")
        return _stopped("unknown", text, matches)
    had_rule = False
    for match in _weighty(matches):
        if match.transient:
            return _again(history, match, matches)
        rule = class_of(match.code).repair
        had_rule = had_rule or rule is not None
        patch = rule(match, subject) if rule is not None else None
        if patch is not None and _new(patch, history, subject):
            return Mend(patch=patch, code=match.code)
    if had_rule:
        text = Phrase(en="What rules can change was tried, or does not apply.", zh="规则能做的修复已尝试或不适用。")
        return _stopped("exhausted", text, matches)
    text = Phrase(en="Only the project itself can mend this.", zh="只能由项目自身修复。")
    return _stopped("no_repair", text, matches)


def _weighty(matches: tuple[Match, ...]) -> tuple[Match, ...]:
    """Return what may be acted on: where a cause is known, no patch is made for its consequences."""
    causes = tuple(one for one in matches if one.certainty >= CAUSE)
    likely = tuple(one for one in matches if one.certainty >= LIKELY)
    return causes or likely or matches


def _again(history: Sequence[Attempt], match: Match, matches: tuple[Match, ...]) -> Decision:
    retries = 0
    for one in reversed(history):
        if not isinstance(one.decision, Retry) or one.decision.code != match.code:
            break
        retries += 1
    if retries >= MAX_RETRIES:
        text = Phrase(en=f"It failed alike {retries + 1} times.", zh=f"已连续 {retries + 1} 次同样失败。")
        return _stopped("unreachable", text, (match, *matches))
    return Retry(code=match.code, seconds=PAUSES[retries])


def _new(patch: Patch, history: Sequence[Attempt], subject: Subject) -> bool:
    """Say whether a patch was never tried, may be made, and changes something."""
    return patch not in in_force(history) and not objection(patch, subject) and apply(subject, patch) != subject


def _stopped(reason: Reason, text: Phrase, matches: tuple[Match, ...]) -> Stop:
    first = class_of(matches[0].code) if matches else None
    look = Phrase(en="Read the last lines of the log.", zh="请阅读日志的最后几行。")
    if first is None:
        return Stop(reason=reason, text=text, next_step=look)
    said = Phrase(en=f"{text.en} {first.means.en}", zh=f"{text.zh}{first.means.zh}")
    return Stop(reason=reason, text=said, next_step=first.next_step, code=first.code)
