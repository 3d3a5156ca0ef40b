"""Keep one feed of events open for each source of kind ``events``, as sources come and go."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from core.errors import SextantError
from kb.events import EventFeed, EventMemory, FeedHealth
from kb.records.sources import Sources
from kb.sources.crds import OpenClient
from kb.stores import Access, namespace_label, namespace_of

LOOK_SECONDS = 2.0
"""How often the sources are looked at: one that another process has added is watched after that time."""

REOPEN_SECONDS = 30.0
"""Seconds until a feed that could not be opened (a kubeconfig that cannot be read) is opened again."""

PURGE_SECONDS = 3600.0
"""Seconds between two removals of what has outlived its time: that is counted in days."""

ReadAgain = Callable[[str], Awaitable[object]]
"""Read a source again, named by its id."""

log = structlog.get_logger("sextant.kb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How the events of a namespace are watched: ``live`` while the watch is open here, ``error`` why it is not.

    ``since`` is when they were first watched, None before that; ``patterns`` are those of warnings, ``events`` how
    often they occurred, ``last_seen`` when the last of them did.
    """

    namespace: str
    live: bool
    error: str = ""
    since: datetime | None = None
    patterns: int = 0
    events: int = 0
    last_seen: datetime | None = None


class Feeds:
    """The feeds of one process. Without a cluster there are none, and ``health`` is empty.

    ``read_again`` is called for a source of events once its feed has listed what the cluster holds: its documents are
    made of that, and the source was read before there was any.
    """

    def __init__(
        self,
        memory: EventMemory,
        sources: Sources,
        open_client: OpenClient | None,
        read_again: ReadAgain | None = None,
    ) -> None:
        self._memory, self._sources, self._open_client = memory, sources, open_client
        self._read_again = read_again
        self._feeds: dict[str, EventFeed] = {}
        self._unopened: dict[str, str] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()

    @property
    def health(self) -> dict[str, FeedHealth]:
        """How the feed of each namespace is doing."""
        return {namespace: feed.health for namespace, feed in self._feeds.items()}

    async def watch(self, namespace: str) -> Watch:
        """Return how the events of a namespace are watched, and how much is remembered of them."""
        remembered = await self._memory.remembered(Access(labels=frozenset({namespace_label(namespace)})))
        health = self.health.get(namespace)
        return Watch(
            namespace=namespace,
            live=health is not None and health.live,
            error=health.error if health else self._unopened.get(namespace, ""),
            since=remembered.since,
            patterns=remembered.patterns,
            events=remembered.events,
            last_seen=remembered.last_seen,
        )

    def start(self) -> None:
        """Begin to look at the sources, and to forget old events."""
        self._tasks.append(asyncio.create_task(self._purge(), name="event-purge"))
        if self._open_client is not None:
            self._tasks.append(asyncio.create_task(self._look(self._open_client), name="event-feeds"))

    def look(self) -> None:
        """Look at the sources now: a person who has added one waits for its first events."""
        self._changed.set()

    async def close(self) -> None:
        """Close every feed; what they had recorded is written by the memory."""
        tasks, self._tasks = [*self._tasks, *self._running.values()], []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._running.clear()
        self._feeds.clear()

    async def _look(self, open_client: OpenClient) -> None:
        while True:
            self._changed.clear()
            try:
                wanted = set(await self._wanted())
            except SextantError as exc:
                log.warning("the sources of events cannot be read", reason=exc.message)
                wanted = set(self._running)
            for namespace in wanted - set(self._running):
                task = asyncio.create_task(self._feed(open_client, namespace), name=f"event-feed {namespace}")
                self._running[namespace] = task
            for namespace in set(self._running) - wanted:
                self._running.pop(namespace).cancel()
                self._feeds.pop(namespace, None)
                self._unopened.pop(namespace, None)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._changed.wait()

    async def _wanted(self) -> dict[str, list[str]]:
        """Return the namespaces that sources of events are for, each with the ids of those sources."""
        wanted: dict[str, list[str]] = {}
        for one in await self._sources.list(None):
            if one.kind == "events" and one.state != "removing" and (namespace := namespace_of(one.access)):
                wanted.setdefault(namespace, []).append(one.id)
        return wanted

    async def _feed(self, open_client: OpenClient, namespace: str) -> None:
        while True:
            try:
                async with AsyncExitStack() as stack:
                    client = await stack.enter_async_context(open_client())
                    self._unopened.pop(namespace, None)
                    feed = EventFeed(
                        client, self._memory, namespace=namespace, listed=lambda: self._read_anew(namespace)
                    )
                    self._feeds[namespace] = feed
                    await feed.run()
            except SextantError as exc:
                self._unopened[namespace] = exc.message
                log.warning("the events of a namespace cannot be watched", namespace=namespace, reason=exc.message)
            await asyncio.sleep(REOPEN_SECONDS)

    async def _read_anew(self, namespace: str) -> None:
        """Have the documents made of what was just listed; where that fails, the schedule of the source does it."""
        if self._read_again is None:
            return
        try:
            for source in (await self._wanted()).get(namespace, ()):
                await self._read_again(source)
        except SextantError as exc:
            log.warning("a source of events is read later", namespace=namespace, reason=exc.message)

    async def _purge(self) -> None:
        while True:
            try:
                await self._memory.purge()
            except SextantError as exc:
                log.warning("old events could not be forgotten", reason=exc.message)
            await asyncio.sleep(PURGE_SECONDS)
