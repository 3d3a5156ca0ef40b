"""Patterns of paths: ``*.md`` anywhere, ``docs/**/*.md`` from the top, ``drafts/`` with all that is inside."""

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass

_ANY = None  # the part ``**``


@dataclass(frozen=True, slots=True, kw_only=True)
class Glob:
    """One pattern, compiled: a regular expression for each part of a path, None for ``**``."""

    parts: tuple[re.Pattern[str] | None, ...]

    def fits(self, path: str) -> bool:
        """Return whether the whole of a relative path with forward slashes fits.

        All places in the pattern that the path may have reached are followed at once, so that no pattern is slow.
        """
        last = len(self.parts)
        reached = self._beyond({0})
        for part in path.split("/"):
            step: set[int] = set()
            for place in reached:
                if place < last:
                    expected = self.parts[place]
                    if expected is _ANY:
                        step.add(place)
                    elif expected.match(part):
                        step.add(place + 1)
            reached = self._beyond(step)
            if not reached:
                return False
        return last in reached

    def _beyond(self, places: set[int]) -> set[int]:
        """Return ``places`` and those behind each ``**``, which may stand for no part at all."""
        found = set(places)
        for place in sorted(places):
            while place < len(self.parts) and self.parts[place] is _ANY:
                place += 1
                found.add(place)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Globs:
    """Several patterns, of which one has to fit."""

    globs: tuple[Glob, ...] = ()
    words: frozenset[str] = frozenset()

    def fits(self, path: str) -> bool:
        """Return whether one of the patterns fits."""
        return any(glob.fits(path) for glob in self.globs)

    def names(self, part: str) -> bool:
        """Return whether a pattern names this file or folder literally, so that it is meant and not caught."""
        return part in self.words

    def __bool__(self) -> bool:
        return bool(self.globs)


def globs(patterns: Iterable[str]) -> Globs:
    """Compile patterns. Without a slash inside, a pattern fits at any depth; a folder's fits all that is in it."""
    found: list[Glob] = []
    words: set[str] = set()
    for pattern in patterns:
        bare = pattern.removeprefix("./").strip("/")
        parts = [part for part in bare.split("/") if part]
        if not parts:
            continue
        words.update(parts)
        if len(parts) == 1 and not pattern.startswith(("/", "./")):
            parts = ["**", *parts]
        compiled = tuple(_ANY if part == "**" else re.compile(fnmatch.translate(part)) for part in parts)
        if not pattern.endswith("/"):
            found.append(Glob(parts=compiled))
        if parts[-1] != "**":
            found.append(Glob(parts=(*compiled, _ANY, re.compile(r".*", re.DOTALL))))
    return Globs(globs=tuple(found), words=frozenset(words))
