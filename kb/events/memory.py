"""``EventMemory``: take events in, tell what is known of them, keep what people confirmed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

from core.storage import Database
from kb.events import reading, resolving, writing
from kb.events.model import (
    EventLimits,
    Incident,
    MemoryHealth,
    Novelty,
    Occurrences,
    Pattern,
    PatternPage,
    Remedy,
    Remembered,
    Similar,
    Subject,
)
from kb.events.recording import Recorder
from kb.events.similarity import Comparison, ranked, remedies
from kb.stores.selection import Access

DAY = timedelta(days=1)
DOCUMENTS_AT_ONCE = 200
"""Rows that are in memory while all are told: about 1 MB."""


class EventMemory:
    """The memory of events of one process, on one database. Only one process should ``record`` a cluster's events.

    ``record`` counts in memory; what was counted is written in one transaction every ``flush_seconds``, or earlier
    when much of it waits. When the process is killed, what waits is lost with it, and is counted again after a restart
    as far as the API server still has those events: an event is marked as seen in the same transaction. Reading
    writes first, so that this process sees all it has recorded. ``async with`` writes the rest at the end.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        limits: EventLimits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.limits = limits or EventLimits()
        self._database, self._clock = database, clock
        self._recorder = Recorder(database, clock, self.limits, pause)

    async def __aenter__(self) -> "EventMemory":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def health(self) -> MemoryHealth:
        """How recording is doing."""
        return self._recorder.health

    # -- taking events in

    async def record(self, events: Sequence[Mapping[str, Any]], *, cluster: str = "", namespace: str = "") -> int:
        """Count raw events, as listed or as a watch told them (added or changed); return how many are new.

        An event that was counted before adds what its count has grown by, so that it may be told as often as one
        likes. With ``namespace`` events of other namespaces are ignored. Raises ``StorageError`` when too much waits
        and cannot be written: what comes after was then not counted, and is to be told again.
        """
        return await self._recorder.record(events, cluster, namespace)

    async def watching(self, cluster: str, namespace: str = "") -> None:
        """Take note that all events of a namespace, or (empty) of the cluster, are recorded from now on.

        Only what begins later can be called new.
        """
        await self._recorder.watching(cluster, namespace)

    async def flush(self) -> None:
        """Write what was counted. Raises ``StorageError``, and then keeps it for the next attempt."""
        await self._recorder.flush()

    async def close(self) -> None:
        """Write what is left. Raises ``StorageError`` when that is not possible."""
        await self._recorder.close()

    async def purge(self, now: datetime | None = None) -> int:
        """Delete what is older than its time to live, and return how many rows that were. Once an hour is enough."""
        await self.flush()
        return await writing.purge(self._database, self.limits, now or self._clock())

    # -- what is known

    async def patterns(
        self,
        access: Access,
        *,
        cluster: str = "",
        namespace: str = "",
        workload: str = "",
        since: datetime | None = None,
        novel: bool = False,
        warnings: bool = False,
        limit: int = 50,
        cursor: str | None = None,
    ) -> PatternPage:
        """Return patterns, last seen first. ``novel``: only what is new ``since`` then, or since a day ago.

        ``workload`` is KIND/NAME or a name alone; the name of a pod stands for its workload.
        """
        await self.flush()
        conditions = reading.asked(
            access, cluster=cluster, namespace=namespace, workload=workload, since=since, warnings=warnings
        )
        if novel:
            conditions += reading.began_since(since or self._clock() - DAY)
        return await reading.page(self._database, conditions, limit, cursor)

    async def novel(
        self,
        access: Access,
        *,
        cluster: str = "",
        namespace: str = "",
        workload: str = "",
        since: datetime | None = None,
        limit: int = 50,
    ) -> tuple[Novelty, ...]:
        """Return warnings that are new since a moment (a day ago), newest first, each with the reason.

        New is what was first seen since then and never before by this workload, while its namespace was being watched;
        and what came back after ``quiet_days``.
        """
        begin = since or self._clock() - DAY
        found = await self.patterns(
            access,
            cluster=cluster,
            namespace=namespace,
            workload=workload,
            since=begin,
            novel=True,
            warnings=True,
            limit=limit,
        )
        return tuple(await reading.explained(self._database, access, found.patterns, begin))

    async def labels(self) -> frozenset[str]:
        """Return the access labels of all that is remembered: what a caller's rights must be asked for."""
        await self.flush()
        return await reading.labels(self._database)

    async def remembered(self, access: Access) -> Remembered:
        """Return how much the caller may read of warnings, and since when their events are watched."""
        await self.flush()
        return await reading.remembered(self._database, access)

    async def occurrences(
        self, access: Access, pattern_id: str, *, since: datetime | None = None
    ) -> tuple[Occurrences, ...]:
        """Return when a pattern occurred, by hour, since a moment (a day ago)."""
        await self.flush()
        return await reading.occurrences(self._database, access, pattern_id, since or self._clock() - DAY)

    # -- what helped

    async def resolve(self, access: Access, resolved: Incident) -> Incident:
        """Keep what a person confirmed of a diagnosis, and return it as it is kept: without secrets, and cut to size.

        The same id again replaces it. Raises ``Forbidden`` when the caller may not read the namespace, ``UsageError``
        when it does not say what was done, where and by whom.
        """
        kept = resolving.checked(resolved)
        await resolving.keep(self._database, access, kept)
        return kept

    async def incidents(
        self,
        access: Access,
        *,
        cluster: str = "",
        namespace: str = "",
        workload: str = "",
        after: str = "",
        limit: int = 50,
    ) -> tuple[Incident, ...]:
        """Return incidents by id, those after the id ``after``."""
        found = await reading.incidents(
            self._database, access, cluster=cluster, namespace=namespace, workload=workload, after=after, limit=limit
        )
        return tuple(found)

    async def similar(self, access: Access, subject: Subject, *, limit: int = 10) -> tuple[Similar, ...]:
        """Return incidents and patterns that are like an event or a finding, best first, with their scores."""
        await self.flush()
        incidents, patterns = await reading.candidates(self._database, access, subject)
        return ranked(self._comparison(subject), [*incidents, *patterns], limit)

    async def worked_before(self, access: Access, subject: Subject, *, limit: int = 5) -> tuple[Remedy, ...]:
        """Return the fixes of similar incidents: those that helped first, those that failed last, told as such."""
        incidents, _ = await reading.candidates(self._database, access, subject)
        return remedies(self._comparison(subject), incidents, limit)

    async def all_warnings(self, access: Access) -> AsyncIterator[Pattern]:
        """Yield every pattern of warnings that the caller may read, by id."""
        await self.flush()
        after = ""
        while found := await reading.warnings_by_id(self._database, access, after, DOCUMENTS_AT_ONCE):
            for one in found:
                yield one
            after = found[-1].id

    async def all_incidents(self, access: Access) -> AsyncIterator[Incident]:
        """Yield every incident that the caller may read, by id."""
        after = ""
        while found := await self.incidents(access, after=after, limit=DOCUMENTS_AT_ONCE):
            for one in found:
                yield one
            after = found[-1].id

    # -- inside

    def _comparison(self, subject: Subject) -> Comparison:
        return Comparison(subject, self._clock(), self.limits.half_life_days)
