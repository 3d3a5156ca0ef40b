"""The attempts of a repair: in words, and as plain JSON values with the lines that prove each class."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from builder.repair.classifying import class_of
from builder.repair.model import Match
from builder.repair.repairing import Attempt, Mend, Retry, Stop
from builder.repair.subject import described
from core.phrase import Language, Phrase

MAX_CLASSES = 8
"""Of one attempt, the most certain first: one failure shows in many lines."""


def in_words(attempt: Attempt) -> Phrase:
    """Say what was decided after an attempt, and by whom."""
    match attempt.decision:
        case Mend() as mend:
            said, why = described(mend.patch), mend.code or "unknown"
            by = Phrase(en="a model", zh="模型") if mend.by == "model" else Phrase(en="a rule", zh="规则")
            return Phrase(en=f"{why}, by {by.en}: {said.en}", zh=f"{why}，由{by.zh}：{said.zh}")
        case Retry() as retry:
            return Phrase(
                en=f"{retry.code}: it may pass by itself; again in {retry.seconds:g} s.",
                zh=f"{retry.code}：可能会自行恢复；{retry.seconds:g} 秒后重试。",
            )
        case Stop() as stop:
            return stop.text


def attempts_data(attempts: Sequence[Attempt], language: Language) -> list[dict[str, Any]]:
    """Return all attempts, sentences in ``language``."""
    return [attempt_data(one, language) for one in attempts]


def attempt_data(attempt: Attempt, language: Language) -> dict[str, Any]:
    """Return one attempt."""
    decision = attempt.decision
    return {
        "number": attempt.number,
        "classes": [_class(one, language) for one in attempt.matches[:MAX_CLASSES]],
        "decision": "repair" if isinstance(decision, Mend) else "retry" if isinstance(decision, Retry) else "stop",
        "code": decision.code,
        "by": decision.by if isinstance(decision, Mend) else "",
        "patch": _patch(decision) if isinstance(decision, Mend) else None,
        "reason": decision.reason if isinstance(decision, Stop) else "",
        "text": in_words(attempt).in_language(language),
        "next_step": decision.next_step.in_language(language) if isinstance(decision, Stop) else "",
    }


def _class(match: Match, language: Language) -> dict[str, Any]:
    return {
        "code": match.code,
        "certainty": match.certainty,
        "where": match.where,
        "means": class_of(match.code).means.in_language(language),
        "lines": [{"number": one.number, "text": one.text} for one in match.evidence],
    }


def _patch(mend: Mend) -> dict[str, Any]:
    values = {one.name: getattr(mend.patch, one.name) for one in fields(mend.patch)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
