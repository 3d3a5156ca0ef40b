"""From the lines of a failure to the classes it belongs to, the most certain first, with the lines that prove them."""

import re
from collections.abc import Iterable, Sequence

from builder.build.executor import Line
from builder.check.report import Report
from builder.repair.classes import CLASSES
from builder.repair.model import ErrorClass, Match, Proof, Where

MAX_LINE = 2_000
"""Characters of a line that are looked at: errors stand at its beginning."""

MAX_PROOFS = 5
"""Lines that one class is proved by; the last ones, as they are nearest to the end."""

_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_NUMBERED = re.compile(r"^#\d+ (?:\d+\.\d+ )?")


def of_build(log: Sequence[Line], step: str, message: str = "") -> tuple[Match, ...]:
    """Return what a failed build matches. Lines of steps that went well before prove nothing.

    ``message`` is the executor's own, which says that time was up.
    """
    numbered = [(at, line.text) for at, line in enumerate(log, start=1) if not step or line.step in {step, ""}]
    return _ordered(_matches([*numbered, *([(len(log) + 1, message)] if message else [])], "build", step))


def of_start(log: Sequence[str]) -> tuple[Match, ...]:
    """Return what the log of a program that does not start matches."""
    return _ordered(_matches(list(enumerate(log, start=1)), "start", ""))


def of_report(report: Report) -> tuple[Match, ...]:
    """Return what a trial that failed matches: its log, and what its checks found."""
    found = [
        f"{one.check}: {text}" for one in report.checks if one.outcome == "failed" for text in (one.text.en, *one.proof)
    ]
    checked = _matches(list(enumerate(found, start=1)), "check", "")
    started = _matches(list(enumerate(report.log, start=1)), "start", "")
    return _ordered([*checked, *started])


def _matches(lines: Sequence[tuple[int, str]], where: Where, step: str) -> list[Match]:
    plain = [(at, _plain(text)) for at, text in lines]
    classes = (one for one in CLASSES if where in one.where)
    return [match for one in classes if (match := _match(one, plain, where, step)) is not None]


def _plain(text: str) -> str:
    return _NUMBERED.sub("", _COLOUR.sub("", text[:MAX_LINE]))


def _match(one: ErrorClass, lines: Iterable[tuple[int, str]], where: Where, step: str) -> Match | None:
    proofs: list[Proof] = []
    values: dict[str, str] = {}
    counts = one.under is None
    for at, text in lines:
        if one.under is not None and one.under[0].search(text):
            counts = bool(one.under[1].search(text))
        found = next((hit for pattern in one.proof if (hit := pattern.search(text))), None) if counts else None
        if found is not None:
            proofs.append(Proof(number=at, text=text))
            values |= {name.rstrip("23"): value for name, value in found.groupdict().items() if value}
    if not proofs:
        return None
    return Match(
        code=one.code,
        where=where,
        certainty=one.certainty,
        transient=one.transient,
        evidence=tuple(proofs[-MAX_PROOFS:]),
        values=tuple(sorted(values.items())),
        step=step,
    )


def _ordered(matches: Iterable[Match]) -> tuple[Match, ...]:
    """Put the most certain first; among equals what stands nearest to the end, as it is what ended it."""
    return tuple(sorted(matches, key=lambda one: (-one.certainty, -one.evidence[-1].number, one.code)))


def class_of(code: str) -> ErrorClass:
    """Return a class by its code. Raises ``KeyError``."""
    return _BY_CODE[code]


_BY_CODE = {one.code: one for one in CLASSES}
