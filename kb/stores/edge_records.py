"""Remember what the passages of a shard are called, so that a search need not read it from the shard each time.

Reading the fields of a hit costs the engine more than finding it. One process owns a shard, so what it remembers cannot
be changed behind its back.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from itertools import islice
from sys import intern

from kb.stores.entry import Record

MOST = 100_000
"""Records that are kept, about 35 MB: what is hit again and again. The oldest give way."""

Key = bytes
"""The id of a point."""


class Records:
    """Records by the id of their point, read with ``read`` where they are not known yet."""

    def __init__(self, read: Callable[[list[Key]], Awaitable[Mapping[Key, Record]]], *, most: int = MOST) -> None:
        self._read = read
        self._most = most
        self._known: dict[Key, Record] = {}
        self._reading = 0
        self._changed: set[Key] = set()  # while something is being read

    async def of(self, keys: Sequence[Key]) -> Mapping[Key, Record]:
        """Return at least the records of these points; one that was removed meanwhile is left out."""
        missing = [key for key in keys if key not in self._known]
        if not missing:
            return self._known
        found = {key: self._known[key] for key in keys if key in self._known}
        self._reading += 1
        try:
            read = {key: _shared(record) for key, record in (await self._read(list(dict.fromkeys(missing)))).items()}
            # What was read of a point that was changed meanwhile may be of before.
            self._known |= {key: record for key, record in read.items() if key not in self._changed}
        finally:
            self._reading -= 1
            if not self._reading:
                self._changed.clear()
        for key in tuple(islice(self._known, max(len(self._known) - self._most, 0))):
            del self._known[key]
        return found | read

    def forget(self, keys: Iterable[Key]) -> None:
        """Forget records. Called after their points were changed."""
        for key in keys:
            self._known.pop(key, None)
            if self._reading:
                self._changed.add(key)


def _shared(record: Record) -> Record:
    """Return a record that shares its strings with those of the same document: a third of the memory."""
    return Record(
        id=record.id,
        document=intern(record.document),
        source=intern(record.source),
        revision=intern(record.revision),
        language=intern(record.language),
    )
