"""Version constraints as spans of versions, whatever grammar they were written in."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

Numbers = tuple[int, ...]

_WIDTH = 4
"""Parts that are compared; shorter versions are filled with zeros."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The versions from ``low`` up to, but without, ``high`` (None: without end)."""

    low: Numbers = ()
    high: Numbers | None = None

    def meets(self, release: str) -> bool:
        """Say whether some patch of a release (``8.3``) lies in the span."""
        first = numbers_of(release)
        return _full(self.low) < _full(after(first)) and (self.high is None or _full(self.high) > _full(first))

    def within(self, other: "Span") -> "Span":
        """Return the versions that both hold."""
        low = max(self.low, other.low, key=_full)
        ends = [one for one in (self.high, other.high) if one is not None]
        return Span(low=low, high=min(ends, key=_full, default=None))


def both(spans: Iterable[Span]) -> Span:
    """Return the versions that all of these spans hold."""
    held = Span()
    for one in spans:
        held = held.within(one)
    return held


def numbers_of(version: str) -> Numbers:
    """Return the leading numbers of a version: (8, 3, 1) of ``v8.3.1-beta2``."""
    found = re.match(r"\s*[vV=]?\s*(\d+(?:\.\d+)*)", version)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def after(version: Numbers, depth: int | None = None) -> Numbers:
    """Return the first version beyond all that begin so: (8, 4) of (8, 3); ``depth`` cuts it before."""
    cut = version if depth is None else version[:depth]
    return (*cut[:-1], cut[-1] + 1) if cut else ()


def _full(version: Numbers) -> Numbers:
    return (*version, *(0,) * _WIDTH)[:_WIDTH]
