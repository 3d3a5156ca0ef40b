"""Families of near-duplicates, kept while documents come, change and go.

A family is named after the document that stands for it: the first one that was there. Only documents of the same
access label are folded: what one tenant has must not decide what another one sees.
"""

import struct
from collections.abc import Iterable

from kb.passages.duplicates import HASHES, Folding, Sketch

_NUMBERS = struct.Struct("<QII")


def packed(sketch: Sketch) -> bytes:
    """Return a sketch as bytes, to be stored."""
    return _NUMBERS.pack(sketch.shingles, sketch.exact, sketch.title) + sketch.minima


def unpacked(data: bytes) -> Sketch | None:
    """Return a stored sketch; None when another version of this program made it in another size."""
    if len(data) != _NUMBERS.size + 4 * HASHES:
        return None
    shingles, exact, title = _NUMBERS.unpack_from(data)
    return Sketch(minima=data[_NUMBERS.size :], shingles=shingles, exact=exact, title=title)


class Families:
    """The families of all searchable documents. Every change is answered with the families that it changes."""

    def __init__(self) -> None:
        self._folding: dict[str, Folding[str]] = {}
        self._sketches: dict[str, tuple[str, Sketch]] = {}
        self._family: dict[str, str] = {}
        self._members: dict[str, dict[str, None]] = {}

    @classmethod
    def load(cls, rows: Iterable[tuple[str, str, str, bytes]]) -> "Families":
        """Return the families of stored documents (id, access, family, sketch), those that stand for others first."""
        families = cls()
        for key, access, family, data in rows:
            sketch = unpacked(data)
            if sketch is None:
                continue
            known = families._sketches.get(family)
            if key != family and known is not None and known[0] == access and families._family[family] == family:
                families._join(key, access, sketch, family)
            else:
                families._add(key, access, sketch)
        return families

    def place(self, key: str, access: str, sketch: bytes) -> dict[str, str]:
        """Find the family of a new or changed document. Its earlier copies look for another one where it moved away."""
        before = self._family.get(key)
        new = unpacked(sketch)
        if new is None:
            return self.leave(key)
        if before == key and self._sketches[key] == (access, new):
            return {key: key}
        orphans = self._forget(key)
        changed = {key: self._add(key, access, new)}
        return changed | self._settle(orphans)

    def leave(self, key: str) -> dict[str, str]:
        """Forget a document; its copies look for another family, the first of them stands for the rest."""
        return self._settle(self._forget(key)) if key in self._family else {}

    def _settle(self, orphans: Iterable[tuple[str, str, Sketch]]) -> dict[str, str]:
        return {key: self._add(key, access, sketch) for key, access, sketch in orphans}

    def _add(self, key: str, access: str, sketch: Sketch) -> str:
        folding = self._folding.setdefault(access, Folding())
        family = folding.add(key, sketch)
        self._join(key, access, sketch, family)
        return family

    def _join(self, key: str, access: str, sketch: Sketch, family: str) -> None:
        self._sketches[key] = (access, sketch)
        self._family[key] = family
        self._members.setdefault(family, {})[key] = None

    def _forget(self, key: str) -> list[tuple[str, str, Sketch]]:
        """Remove a document; return those that it stood for, removed as well."""
        if key not in self._family:
            return []
        family = self._family.pop(key)
        access, _ = self._sketches.pop(key)
        if family != key:
            self._members[family].pop(key, None)
            return []
        self._folding[access].remove(key)
        orphans = []
        for member in self._members.pop(key):
            if member != key:
                del self._family[member]
                label, sketch = self._sketches.pop(member)
                orphans.append((member, label, sketch))
        return orphans
