"""Keep one feed of events open for each source of kind ``events``, as sources come and go."""

import asyncio
from contextlib import AsyncExitStack

import structlog

from core.errors import SextantError
from kb.events import EventFeed, EventMemory, FeedHealth
from kb.records.sources import Sources
from kb.sources.crds import OpenClient
from kb.stores import namespace_of

LOOK_SECONDS = 2.0
"""How often the sources are looked at: a person who has added one waits for its first events."""

PURGE_SECONDS = 3600.0
"""Seconds between two removals of what has outlived its time: that is counted in days."""

log = structlog.get_logger("sextant.kb")


class Feeds:
    """The feeds of one process. Without a cluster there are none, and ``health`` is empty."""

    def __init__(self, memory: EventMemory, sources: Sources, open_client: OpenClient | None) -> None:
        self._memory, self._sources, self._open_client = memory, sources, open_client
        self._feeds: dict[str, EventFeed] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def health(self) -> dict[str, FeedHealth]:
        """How the feed of each namespace is doing."""
        return {namespace: feed.health for namespace, feed in self._feeds.items()}

    def start(self) -> None:
        """Begin to look at the sources, and to forget old events."""
        self._tasks.append(asyncio.create_task(self._purge(), name="event-purge"))
        if self._open_client is not None:
            self._tasks.append(asyncio.create_task(self._look(self._open_client), name="event-feeds"))

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
            try:
                wanted = {
                    namespace_of(one.access) for one in await self._sources.list(None) if one.kind == "events"
                } - {""}
            except SextantError as exc:
                log.warning("the sources of events cannot be read", reason=exc.message)
                wanted = set(self._running)
            for namespace in wanted - set(self._running):
                task = asyncio.create_task(self._feed(open_client, namespace), name=f"event-feed {namespace}")
                self._running[namespace] = task
            for namespace in set(self._running) - wanted:
                self._running.pop(namespace).cancel()
                self._feeds.pop(namespace, None)
            await asyncio.sleep(LOOK_SECONDS)

    async def _feed(self, open_client: OpenClient, namespace: str) -> None:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(open_client())
            feed = EventFeed(client, self._memory, namespace=namespace)
            self._feeds[namespace] = feed
            await feed.run()

    async def _purge(self) -> None:
        while True:
            try:
                await self._memory.purge()
            except SextantError as exc:
                log.warning("old events could not be forgotten", reason=exc.message)
            await asyncio.sleep(PURGE_SECONDS)
