"""``EventFeed``: read the events of a namespace, or of a cluster, for as long as the service runs."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from cluster.client import ClusterClient
from cluster.fields import objects, text
from cluster.kinds import BY_KEY
from core.errors import ClusterRejected, Forbidden, SextantError
from kb.events.memory import EventMemory

EVENT = BY_KEY["Event"]
GONE = 410
TOLD = frozenset({"ADDED", "MODIFIED"})
STEADY_SECONDS = 5.0
"""A watch that lasted this long was no failure, even if nothing happened in it."""

Told = tuple[str, Any]
"""The version that a watch has reached, and the event; None where it was a bookmark or a deletion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLimits:
    """How patient a feed is; times are in seconds.

    ``page_size`` bounds the memory of a list: an event is about 1 KiB. ``batch`` events of a watch, or what came
    within ``gather_seconds``, are recorded together. ``stall_seconds`` leaves room after the bookmark that API servers
    send each minute. ``recheck_seconds`` is the wait after a refusal: rights change seldom.
    """

    page_size: int = 500
    batch: int = 500
    gather_seconds: float = 1.0
    stall_seconds: float = 75.0
    server_seconds: int = 300
    backoff_seconds: float = 0.25
    max_backoff_seconds: float = 30.0
    recheck_seconds: float = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedHealth:
    """How a feed is doing: whether its watch is open, how often it listed and connected, why it last failed."""

    live: bool
    lists: int
    connects: int
    error: str


class EventFeed:
    """A loop of list and watch that feeds a memory: ``async with`` it, or ``run`` it in a task of one's own.

    Delivery is at least once, and the memory counts once. What happened while the connection was down comes with the
    next watch, or with the next list where the server has forgotten where the feed was (410). ``cluster`` is what the
    memory calls this cluster; an empty ``namespace`` means all. ``listed`` is called after each list.
    """

    def __init__(
        self,
        client: ClusterClient,
        memory: EventMemory,
        *,
        cluster: str = "",
        namespace: str = "",
        limits: FeedLimits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        listed: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._client, self._memory, self._pause, self._listed = client, memory, pause, listed
        self._cluster, self._namespace = cluster, namespace
        self._limits = limits or FeedLimits()
        self._path = EVENT.path(namespace)
        self._version, self._error = "", ""
        self._lists = self._connects = self._failures = 0
        self._live = False
        self._task: asyncio.Task[None] | None = None

    @property
    def health(self) -> FeedHealth:
        """How this feed is doing."""
        return FeedHealth(live=self._live, lists=self._lists, connects=self._connects, error=self._error)

    async def __aenter__(self) -> "EventFeed":
        self._task = asyncio.create_task(self.run(), name=f"event-feed {self._namespace or 'all namespaces'}")
        self._task.add_done_callback(self._ended)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._memory.flush()

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Take note that ``run`` is over, which without a cancel is a fault of ours."""
        if not task.cancelled() and (exc := task.exception()):
            self._error = f"Reading events ended unexpectedly: {exc!r}"

    async def run(self) -> None:
        """List and watch until cancelled. No failure of the cluster or of the database ends it."""
        while True:
            try:
                if not self._version:
                    await self._list()
                await self._follow()
                wait = self._backoff()
            except SextantError as exc:
                wait = self._after(exc)
            await self._pause(wait)

    async def _list(self) -> None:
        version = ""
        async with aclosing(self._client.pages(self._path, self._limits.page_size, attempts=2)) as pages:
            async for page in pages:
                await self._record(objects(page.body, "items"))
                version = text(page.body, "metadata", "resourceVersion")
        if not version:
            raise ClusterRejected("The list of events has no resource version.", http_status=200, reason="NoVersion")
        await self._memory.watching(self._cluster, self._namespace)
        self._version = version
        self._lists += 1
        if self._listed is not None:
            await self._listed()

    async def _follow(self) -> None:
        """Record what a watch tells, in batches, until the server ends it. The version moves on with what is recorded.

        A reader and a recorder work at once, so that events that come alone are recorded without waiting for others.
        """
        limits = self._limits
        told: asyncio.Queue[Told | None] = asyncio.Queue(maxsize=limits.batch)
        watch = self._client.watch(
            self._path,
            self._version,
            stall_seconds=limits.stall_seconds,
            server_seconds=round(limits.server_seconds * random.uniform(0.8, 1.2)),  # noqa: S311 - jitter
        )

        async def read() -> None:
            try:
                async with watch as events:
                    self._connects += 1
                    self._live, self._error = True, ""
                    async for event in events:
                        await told.put((event.version, event.object if event.type in TOLD else None))
            except Exception:  # whoever records must hear of the end, whatever it was
                await told.put(None)
                raise
            await told.put(None)

        opened = asyncio.get_running_loop().time()
        reading = asyncio.create_task(read(), name="event-feed-watch")
        try:
            while await self._take(told):
                pass
            await reading
        finally:
            self._live = False
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            if asyncio.get_running_loop().time() - opened >= STEADY_SECONDS:
                self._failures = 0

    async def _take(self, told: "asyncio.Queue[Told | None]") -> bool:
        """Record what has been told by now; say whether there may be more."""
        first = await told.get()
        if first is not None and told.empty():
            await self._pause(self._limits.gather_seconds)
        batch = [first]
        while batch[-1] is not None and len(batch) < self._limits.batch and not told.empty():
            batch.append(told.get_nowait())
        events = [one for one in batch if one is not None]
        await self._record([obj for _, obj in events if obj is not None])
        self._version = next((version for version, _ in reversed(events) if version), self._version)
        if events:
            self._failures = 0
        return batch[-1] is not None

    async def _record(self, events: list[Any]) -> None:
        await self._memory.record(events, cluster=self._cluster, namespace=self._namespace)

    def _after(self, error: SextantError) -> float:
        """Return how long to wait after a failure."""
        self._error = error.message
        if isinstance(error, ClusterRejected) and error.http_status == GONE:
            self._version = ""
        if isinstance(error, Forbidden):
            self._version = ""
            return self._limits.recheck_seconds * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
        return self._backoff()

    def _backoff(self) -> float:
        limits = self._limits
        seconds = min(limits.max_backoff_seconds, limits.backoff_seconds * 2.0**self._failures)
        self._failures = min(self._failures + 1, 16)
        return seconds * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
