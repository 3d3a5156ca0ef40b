"""Count events in memory and write what was counted, in one transaction for many of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import SextantError
from core.storage import Database
from kb.events import writing
from kb.events.counting import Gathered, Seen
from kb.events.model import EventLimits, MemoryHealth
from kb.events.reading import EVERYWHERE
from kb.events.sightings import LONGEST_NAME, clean, sighting
from kb.events.tables import seen
from kb.stores.selection import namespace_label

LONGEST_PAUSE_SECONDS = 60.0
"""The longest wait between two attempts to write while the database does not answer."""
READ_AT_ONCE = 200
"""Events after which others get their turn: about 20 ms of reading."""


class Recorder:
    """What waits to be written, what was seen before, and the task that writes in time."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        limits: EventLimits,
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        self._database, self._clock, self._limits, self._pause = database, clock, limits, pause
        self._seen: Seen | None = None
        self._gathered = Gathered()
        self._known_scopes: set[tuple[str, str]] = set()
        self._written: set[str] = set()
        self._flushed_at = clock()
        self._flushing, self._loading = asyncio.Lock(), asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._remembered_rows = self._recorded = self._ignored = self._flushes = 0
        self._error = ""

    @property
    def health(self) -> MemoryHealth:
        """How recording is doing."""
        return MemoryHealth(
            waiting=len(self._gathered.tallies),
            seen=len(self._seen or ()),
            recorded=self._recorded,
            ignored=self._ignored,
            flushes=self._flushes,
            error=self._error,
        )

    async def record(self, events: Sequence[Mapping[str, Any]], cluster: str, namespace: str) -> int:
        """See ``EventMemory.record``."""
        known = await self._known()
        now, total = self._clock(), 0
        oldest = now - timedelta(days=self._limits.occurrence_days)
        for index, raw in enumerate(events):
            if self._full():
                await self.flush()
                now = self._clock()
            if index % READ_AT_ONCE == READ_AT_ONCE - 1:
                await asyncio.sleep(0)
            found = sighting(raw, cluster, now)
            if found is None or found.last < oldest or namespace not in {"", found.namespace}:
                self._ignored += 1
                continue
            self._open(found.cluster, found.access, now)
            fresh = self._gathered.add(found, known.count(found.event), now)
            if fresh:
                known.note(found.event, found.count, now)
            total += fresh
            self._recorded += fresh
        if self._gathered:
            if (now - self._flushed_at).total_seconds() >= self._limits.flush_seconds:
                await self._try_flush()
            self._flush_later()
        return total

    async def watching(self, cluster: str, namespace: str) -> None:
        """See ``EventMemory.watching``."""
        access = namespace_label(namespace) if namespace else EVERYWHERE
        self._open(clean(cluster, LONGEST_NAME), clean(access, LONGEST_NAME), self._clock())
        await self.flush()

    async def flush(self) -> None:
        """Write what was counted. Raises ``StorageError``, and then keeps it for the next attempt."""
        async with self._flushing:
            taken, self._gathered = self._gathered, Gathered()
            self._flushed_at = self._clock()
            if not taken:
                return
            writing_all = asyncio.create_task(self._write(taken), name="event-memory-write")
            try:
                await asyncio.shield(writing_all)
            except asyncio.CancelledError:
                await asyncio.wait({writing_all})  # cut off in its commit, nobody would know whether it was done
                raise

    async def _write(self, taken: Gathered) -> None:
        self._remembered_rows += len(taken.events)
        forget = self._seen.oldest() if self._seen and self._remembered_rows > self._limits.max_seen else None
        grown = {tally.newest.access for key, tally in taken.tallies.items() if key not in self._written}
        try:
            await writing.write(self._database, taken, self._limits, grown=grown, forget_before=forget)
        except BaseException as exc:
            taken.put_back(self._gathered)
            self._gathered = taken
            self._error = exc.message if isinstance(exc, SextantError) else repr(exc)
            raise
        self._written |= taken.tallies.keys()
        if len(self._written) > self._limits.max_seen:
            self._written.clear()
        if forget is not None:
            self._remembered_rows = 0
        self._error = ""
        self._flushes += 1

    async def close(self) -> None:
        """Write what is left. Raises ``StorageError`` when that is not possible."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()

    def _full(self) -> bool:
        waiting = self._gathered
        return len(waiting.tallies) >= self._limits.flush_keys or len(waiting.events) >= self._limits.flush_events

    def _open(self, cluster: str, access: str, now: datetime) -> None:
        if (cluster, access) not in self._known_scopes:
            self._known_scopes.add((cluster, access))
            self._gathered.scopes[(cluster, access)] = now

    async def _known(self) -> Seen:
        """Return what was counted before, from the database the first time."""
        async with self._loading:
            if self._seen is None:
                query = sa.select(seen.c.event, seen.c["count"], seen.c.at)
                newest = query.order_by(seen.c.at.desc(), seen.c.event).limit(self._limits.max_seen)
                async with self._database.read() as connection:
                    rows = (await connection.execute(newest)).all()
                known = Seen(self._limits.max_seen)
                for event, count, at in reversed(rows):
                    known.note(event, count, at)
                self._seen, self._remembered_rows = known, len(rows)
            return self._seen

    def _flush_later(self) -> None:
        if self._gathered and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._flush_until_empty(), name="event-memory-flush")

    async def _flush_until_empty(self) -> None:
        wait = self._limits.flush_seconds
        while self._gathered:
            await self._pause(wait)
            wait = self._limits.flush_seconds if await self._try_flush() else min(2 * wait, LONGEST_PAUSE_SECONDS)

    async def _try_flush(self) -> bool:
        """Write; a failure is kept in ``health`` and tried again."""
        try:
            await self.flush()
        except SextantError:
            return False
        return True
