"""Watch caches of the service: one for each caller and namespace, begun when somebody asks again, closed when idle.

A caller is told apart by their credential, so that what one may read is never shown to another. A diagnosis that is
asked once costs no watches; who asks again within a while is answered from memory from then on.
"""

import asyncio
import contextlib
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import structlog

from api.reviews import digest
from cluster.client import ClusterClient, connect
from cluster.limits import client_limits, watch_limits
from cluster.watching import WatchCache
from core.errors import SextantError
from core.identity import Caller
from core.settings import Settings

log = structlog.get_logger("sextant.watches")

ASKED = 1000
"""First questions that are remembered at most: a key has about 100 bytes."""
READY_SECONDS = 20.0
"""How long the first lists may take before the question is answered without them; they go on."""

Key = tuple[str, str, str]
"""(kind of caller, digest of the credential, namespace; empty: all of them)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What all caches together hold and did. ``relists``, ``reconnects``, ``answers`` count closed ones too.

    ``stale`` counts kinds whose watch is down, ``answers`` the questions that were answered from memory.
    """

    caches: int = 0
    objects: int = 0
    bytes: int = 0
    stale: int = 0
    relists: int = 0
    reconnects: int = 0
    answers: int = 0

    def plus(self, cache: WatchCache) -> "Figures":
        """Return the sum with a cache that is open."""
        health = cache.health()
        return replace(
            self,
            caches=self.caches + 1,
            objects=self.objects + sum(entry.objects for entry in health),
            bytes=self.bytes + sum(entry.bytes for entry in health),
            stale=self.stale + sum(entry.state == "stale" for entry in health),
            relists=self.relists + sum(entry.relists for entry in health),
            reconnects=self.reconnects + sum(entry.reconnects for entry in health),
        )


@dataclass(slots=True, kw_only=True)
class _Open:
    cache: WatchCache
    stack: contextlib.AsyncExitStack
    used: float
    users: int = 0
    ready: asyncio.Task[None] | None = None


@dataclass(kw_only=True)
class _Counts:
    relists: int = 0
    reconnects: int = 0
    answers: int = 0


class Watches:
    """The watch caches of one service. ``sweep`` runs beside it; ``close`` ends all."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings, self._watch, self._clock = settings, settings.watch, clock
        self._open: dict[Key, _Open] = {}
        self._asked: OrderedDict[Key, float] = OrderedDict()
        self._counts = _Counts()
        self._ended = False
        self._beside: list[WatchCache] = []
        self._opening = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def lent(self, caller: Caller, client: ClusterClient, namespace: str) -> AsyncIterator[WatchCache | None]:
        """Lend the cache that answers for a caller in a namespace, or None where the cluster is to be asked.

        ``client`` is one of the caller's. What is lent is not closed before it is given back, except at the end.
        """
        entry = await self._entry((caller.kind, digest(caller.token), namespace), client)
        if entry is None:
            yield None
            return
        entry.users += 1
        try:
            ready = await _is_ready(entry)
            self._counts.answers += ready
            yield entry.cache if ready else None
        finally:
            entry.users -= 1
            entry.used = self._clock()

    @contextlib.contextmanager
    def beside(self, cache: WatchCache) -> Iterator[None]:
        """Count a cache that the service has for itself with the others, as long as the context lasts."""
        self._beside.append(cache)
        try:
            yield
        finally:
            self._beside.remove(cache)
            self._count(cache)

    def figures(self) -> Figures:
        """Return what all caches hold and did."""
        found = Figures(relists=self._counts.relists, reconnects=self._counts.reconnects, answers=self._counts.answers)
        for cache in (*(entry.cache for entry in self._open.values()), *self._beside):
            found = found.plus(cache)
        return found

    async def sweep(self) -> None:
        """Close what nobody asked for a while, again and again until cancelled."""
        while True:
            await asyncio.sleep(min(60.0, max(1.0, self._watch.idle_seconds / 10)))
            await self.close_idle()

    async def close_idle(self) -> None:
        """Close what nobody asked for a while, and what may be read no more: its token ran out."""
        since = self._clock() - self._watch.idle_seconds
        await self._close(
            key
            for key, entry in self._open.items()
            if not entry.users and (entry.used <= since or not _of_use(entry.cache))
        )

    async def close(self) -> None:
        """Close all. Nothing is opened after that."""
        self._ended = True
        await self._close(self._open)

    # -- opening and closing

    async def _entry(self, key: Key, client: ClusterClient) -> _Open | None:
        kind, credential, namespace = key
        for known in (key, (kind, credential, "")) if namespace else (key,):
            if entry := self._open.get(known):
                return entry
        if not self._watch.enabled or self._ended or not self._asked_again(key):
            return None
        async with self._opening:
            if key in self._open or self._ended:
                return self._open.get(key)
            if len(self._open) >= self._watch.max_caches and not await self._make_room():
                return None
            return await self._opened(key, client)

    def _asked_again(self, key: Key) -> bool:
        """Take note of a question; say whether the same was asked within the window."""
        now = self._clock()
        before = self._asked.pop(key, None)
        self._asked[key] = now
        while len(self._asked) > ASKED:
            self._asked.popitem(last=False)
        return before is not None and now - before <= self._watch.window_seconds

    async def _make_room(self) -> bool:
        """Close the cache that was not asked for the longest time, where that is longer than the window.

        Younger ones stay: more namespaces in use than caches would otherwise be opened and closed in turn.
        """
        since = self._clock() - self._watch.window_seconds
        idle = [(entry.used, key) for key, entry in self._open.items() if not entry.users and entry.used <= since]
        if not idle:
            return False
        await self._close([min(idle)[1]])
        return len(self._open) < self._watch.max_caches

    async def _opened(self, key: Key, client: ClusterClient) -> _Open:
        stack = contextlib.AsyncExitStack()
        # A transport of its own, so that open watches take no connection from other callers.
        own = await stack.enter_async_context(connect(client.identity, limits=client_limits(self._settings)))
        cache = await stack.enter_async_context(WatchCache(own, namespace=key[2], limits=watch_limits(self._settings)))
        entry = self._open[key] = _Open(cache=cache, stack=stack, used=self._clock())
        entry.ready = asyncio.create_task(cache.ready(READY_SECONDS))
        return entry

    async def _close(self, keys: Iterable[Key]) -> None:
        for key in list(keys):
            if entry := self._open.pop(key, None):
                await self._end(entry)

    def _count(self, cache: WatchCache) -> None:
        """Keep the counts of a cache that is about to be gone."""
        figures = Figures().plus(cache)
        self._counts.relists += figures.relists
        self._counts.reconnects += figures.reconnects

    async def _end(self, entry: _Open) -> None:
        self._count(entry.cache)
        if entry.ready is not None:
            entry.ready.cancel()
            await asyncio.wait({entry.ready})
            if not entry.ready.cancelled():
                entry.ready.exception()
        try:
            await entry.stack.aclose()
        except Exception:
            log.exception("a watch cache ended with an error")


async def _is_ready(entry: _Open) -> bool:
    """Wait for the first lists. Where they cannot be had, the caller asks the cluster and learns why."""
    if entry.ready is None:
        return True
    try:
        await asyncio.shield(entry.ready)
    except SextantError:
        entry.ready = None if any(health.state == "live" for health in entry.cache.health()) else entry.ready
        return entry.ready is None
    entry.ready = None
    return True


def _of_use(cache: WatchCache) -> bool:
    """Say whether anything is held, or may come to be."""
    return any(entry.state not in {"refused", "absent", "unwatchable"} for entry in cache.health())
