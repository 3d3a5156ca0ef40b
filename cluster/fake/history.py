"""What happened to the objects of one kind, for those who watch."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Any

KEPT = 10_000
"""Changes that are remembered at most, of each kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: ``type`` is ADDED, MODIFIED or DELETED, ``object`` what a watch shows of it."""

    version: int
    type: str
    object: dict[str, Any]


class History:
    """Changes in order. ``oldest`` is the version from which on a watch may begin."""

    def __init__(self, oldest: int) -> None:
        self.oldest = oldest
        self._last_forgotten = 0
        self._changes: list[Change] = []

    def add(self, version: int, kind: str, obj: dict[str, Any]) -> None:
        """Remember a change, and forget the older half where there are too many."""
        self._changes.append(Change(version=version, type=kind, object=obj))
        if len(self._changes) > KEPT:
            half = len(self._changes) // 2
            self.forget(self._changes[half - 1].version)

    def forget(self, version: int) -> None:
        """Forget everything up to a version."""
        first_kept = self._after(version)
        if first_kept:
            self._last_forgotten = self._changes[first_kept - 1].version
        self.oldest = max(self.oldest, version)
        del self._changes[:first_kept]

    def since(self, version: int, *, begins: bool) -> list[Change]:
        """Return the changes after a version. Raises ``LookupError`` where a watch cannot begin there or go on."""
        if version < (self.oldest if begins else self._last_forgotten):
            raise LookupError(f"too old resource version: {version} ({self.oldest})")
        return self._changes[self._after(version) :]

    def _after(self, version: int) -> int:
        return bisect_right(self._changes, version, key=lambda change: change.version)
