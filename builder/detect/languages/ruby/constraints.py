"""RubyGems' version requirements: ``~> 3.2``, ``>= 3.1``, ``3.3.0``, several of them at once."""

import re
from collections.abc import Iterable

from builder.detect.shared.spans import Span, after, both, numbers_of

_TERM = re.compile(r"(~>|>=|<=|!=|=|>|<)?\s*(\d+(?:\.\d+)*)")


def span(requirements: Iterable[str]) -> Span:
    """Return the versions that all of these requirements allow."""
    return both(_span(*found) for text in requirements for found in _TERM.findall(text))


def exact(requirement: str) -> str:
    """Return the full version that a requirement names and nothing else allows, empty for none."""
    found = re.fullmatch(r"\s*(?:=\s*)?(?:ruby-)?v?(\d+\.\d+\.\d+)(?:p\d+|-p\d+)?\s*", requirement)
    return found[1] if found else ""


def _span(operator: str, version: str) -> Span:
    parts = numbers_of(version)
    if operator == "~>":
        return Span(low=parts, high=after(parts, max(len(parts) - 1, 1)))
    if operator == ">=":
        return Span(low=parts)
    if operator == ">":
        return Span(low=parts if len(parts) > 2 else after(parts))
    if operator in {"<", "<="}:
        return Span(high=parts if operator == "<" else after(parts))
    return Span() if operator == "!=" else Span(low=parts, high=after(parts))
