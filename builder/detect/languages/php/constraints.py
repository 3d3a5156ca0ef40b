"""Composer's version constraints: ``^8.1``, ``~7.4``, ``>=7.2 <8.3``, ``7.4 - 8.2``, ``8.1.*``, with ``||`` between."""

import re
from collections.abc import Iterator

from builder.detect.shared.spans import Span, after, both, numbers_of

_TERM = re.compile(r"(\^|~|>=|<=|!=|<>|==|>|<|=)?\s*v?(\d+(?:\.(?:\d+|[*xX]))*)(?:[-+@][\w.\-]*)?")
_RANGE = re.compile(r"v?(\d[\w.]*)\s+-\s+v?(\d[\w.]*)")


def spans(constraint: str) -> tuple[Span, ...]:
    """Return the versions that a constraint allows, alternatives apart; empty for what allows any or says nothing."""
    found = []
    for part in re.split(r"\|\|?", constraint):
        terms = tuple(_terms(part))
        if terms:
            found.append(both(terms))
    return tuple(found)


def _terms(part: str) -> Iterator[Span]:
    if ranged := _RANGE.search(part):
        yield Span(low=numbers_of(ranged[1]), high=after(numbers_of(ranged[2])))
        return
    for found in _TERM.finditer(part):
        yield _span(found[1] or "", found[2])


def _span(operator: str, version: str) -> Span:
    parts = numbers_of(version)
    if re.search(r"[*xX]", version) or (operator in {"", "=", "=="} and len(parts) < 3):
        return Span(low=parts, high=after(parts))
    if operator == "^":
        depth = next((at for at, one in enumerate(parts, start=1) if one), len(parts))
        return Span(low=parts, high=after(parts, depth))
    if operator == "~":
        return Span(low=parts, high=after(parts, max(len(parts) - 1, 1)))
    if operator == ">=":
        return Span(low=parts)
    if operator == ">":
        return Span(low=after(parts))
    if operator in {"<", "<="}:
        return Span(high=parts if operator == "<" else after(parts))
    return Span() if operator in {"!=", "<>"} else Span(low=parts, high=after(parts))
