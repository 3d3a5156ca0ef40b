"""Remember what the passages of a shard are called, so that a search need not read it from the shard each time.

Reading the fields of a hit costs the engine more than finding it. One process owns a shard, so what it remembers cannot
be changed behind its back.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from sys import intern
from threading import Lock
from uuid import UUID

from kb.stores.entry import Record

MOST = 100_000
"""Records that are kept, about 35 MB: what is hit again and again. The oldest give way."""

Key = int | str | UUID
"""The id of a point, as the engine gives it."""


class Records:
    """Records by the id of their point, read with ``read`` where they are not known yet. Threads may share it."""

    def __init__(self, read: Callable[[list[Key]], Iterable[tuple[Key, Record]]], *, most: int = MOST) -> None:
        self._read = read
        self._most = most
        self._known: dict[Key, Record] = {}
        self._changes = 0
        self._lock = Lock()

    def of(self, keys: Sequence[Key]) -> dict[Key, Record]:
        """Return the records of these points; one that was removed meanwhile is left out."""
        changes = self._changes
        found = {key: known for key in keys if (known := self._known.get(key))}
        if missing := [key for key in keys if key not in found]:
            read = {key: _shared(record) for key, record in self._read(missing)}
            found |= read
            with self._lock:
                if changes == self._changes:  # else what was read may be of before the change
                    self._known |= read
                    for key in tuple(islice(self._known, max(len(self._known) - self._most, 0))):
                        del self._known[key]
        return found

    def forget(self, keys: Iterable[Key]) -> None:
        """Forget records. Called after their points were changed."""
        with self._lock:
            self._changes += 1
            for key in keys:
                self._known.pop(key, None)


def _shared(record: Record) -> Record:
    """Return a record that shares its strings with those of the same document: a third of the memory."""
    return Record(
        id=record.id,
        document=intern(record.document),
        source=intern(record.source),
        revision=intern(record.revision),
    )
