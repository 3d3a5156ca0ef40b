"""Answer from a watch cache what a snapshot asks of the API server, and ask the server only for what is not held."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any

from cluster.client import TABLE, ClusterClient, Page
from cluster.discovery import discover
from cluster.exchange import JSON
from cluster.live import CollectLimits, Progress, collect
from cluster.snapshot import Snapshot
from cluster.watching.cache import WatchCache, projected
from cluster.watching.contents import objects_of
from cluster.watching.states import afresh
from cluster.watching.watcher import Watcher
from core.errors import ClusterBusy, ClusterRejected, ClusterUnreachable, DeadlineExceeded
from core.evidence import ObjectRef

_REMEMBERED = re.compile(r"/version|/apis(?:/[^/]+/[^/]+)?")
"""Answers that change so rarely that minutes do not matter: the version, and which kinds there are."""


_METRICS = "/apis/metrics.k8s.io/"


async def collect_from(
    cache: WatchCache,
    client: ClusterClient | None = None,
    *,
    namespace: str = "",
    limits: CollectLimits | None = None,
    target: ObjectRef | None = None,
    progress: Progress | None = None,
    deadline: float | None = None,
) -> Snapshot:
    """Take the same snapshot as ``cluster.live.collect``, with its arguments and errors, from what the cache holds.

    Logs are read live with ``client``, the cache's own where none is given, and so is what cannot be watched. A
    collection that is asked for the first time is watched from then on. What is stale is asked of the server once; if
    it does not answer, what is held counts as partial. Raises ``ValueError`` for a client of another identity.
    """
    asking = client or cache.client
    return await collect(
        CachedReads(cache, asking),
        namespace=namespace,
        limits=limits,
        target=target,
        progress=progress,
        deadline=deadline,
    )


class CachedReads(ClusterClient):
    """A client that knows already what a watch cache holds. All else it asks."""

    def __init__(self, cache: WatchCache, client: ClusterClient) -> None:
        """Raise ``ValueError`` where the cache was filled in another one's name: its owner may see other things."""
        asks, owns = client.identity, cache.client.identity
        if (asks.endpoint, asks.credentials) != (owns.endpoint, owns.credentials):
            raise ValueError("a watch cache is only for the identity that it was filled for")
        self._exchange = client._exchange  # noqa: SLF001 - the same class
        self._cache = cache

    @property
    def server_date(self) -> datetime | None:
        """The API server's clock now."""
        return projected(self._cache.client)

    async def get(
        self, path: str, *, accept: str = JSON, attempts: int | None = None, **query: str | int
    ) -> dict[str, Any]:
        """GET a path, or return what is known of it."""
        if _REMEMBERED.fullmatch(path) and not query:
            return await self._cache.answers.get(path, self, accept=accept, attempts=attempts)
        found = None if query or accept != JSON else self._cache.one(path)
        if found is not None:
            watcher, namespace, name = found
            await self._settled(watcher)
            held = watcher.held.find(namespace, name)
            if held is not None and watcher.state in {"live", "stale"}:
                return held
        return await super().get(path, accept=accept, attempts=attempts, **query)

    async def pages(
        self, path: str, limit: int = 2500, *, accept: str = JSON, attempts: int | None = None, **query: str | int
    ) -> AsyncGenerator[Page, None]:
        """Yield the pages of a list: one page of what is held, or those of the server."""
        usual = (accept == JSON and not query) or (accept == TABLE and query == {"includeObject": "Metadata"})
        found = self._cache.watching(path) if usual else None
        if found is None and usual:
            found = await self._discovered(path)
        if found is not None:
            watcher, namespace = found
            await self._settled(watcher)
            if page := await self._answer(watcher, namespace, path):
                yield page
                return
            if watcher.state == "stale":
                yield await self._fresh_or_held(watcher, namespace, path, limit, accept, query)
                return
        polled = usual and path.startswith(_METRICS)
        known = self._cache.answers.page(path) if polled else None
        if isinstance(known, Page):
            yield known
            return
        if known is not None:
            raise afresh(known)
        async with aclosing(self._asked(path, limit, accept, attempts, query)) as pages:
            async for page in pages:
                if polled and page.first and page.last:
                    self._cache.answers.keep(path, page, self._cache.limits.metrics_seconds)
                yield page

    async def _asked(
        self, path: str, limit: int, accept: str, attempts: int | None, query: dict[str, str | int]
    ) -> AsyncGenerator[Page, None]:
        """Ask the server. That it has no metrics is remembered: most clusters without them never get them."""
        try:
            async with aclosing(super().pages(path, limit, accept=accept, attempts=attempts, **query)) as pages:
                async for page in pages:
                    yield page
        except ClusterRejected as exc:
            if path.startswith(_METRICS) and exc.http_status == 404:
                self._cache.answers.keep(path, afresh(exc), self._cache.limits.recheck_seconds)
            raise

    async def _discovered(self, path: str) -> tuple[Watcher, str] | None:
        """Watch a collection of a custom kind, which only discovery tells. Its answer is remembered by now."""
        if not path.startswith("/apis/"):
            return None
        try:
            self._cache.serves(*await discover(self))
        except (ClusterRejected, ClusterBusy, ClusterUnreachable, DeadlineExceeded):
            return None
        return self._cache.watching(path)

    async def _settled(self, watcher: Watcher) -> None:
        left = self._exchange.seconds_left()
        try:
            async with asyncio.timeout(left if left < float("inf") else None):
                await watcher.settled.wait()
        except TimeoutError as exc:
            raise DeadlineExceeded(
                f"The time given was over before {self.server} had listed {watcher.kind.plural}.",
                next_step="Give more time, or ask about one namespace or one workload.",
            ) from exc

    async def _answer(self, watcher: Watcher, namespace: str, path: str) -> Page | None:
        """Return what is held, raise why nothing may be, or None where only the server can tell."""
        if watcher.state == "live":
            return await _page(watcher, namespace)
        final = watcher.state in {"refused", "absent"} and path == watcher.kind.path(watcher.where)
        if final and watcher.error is not None:
            raise afresh(watcher.error)
        return None

    async def _fresh_or_held(
        self, watcher: Watcher, namespace: str, path: str, limit: int, accept: str, query: dict[str, str | int]
    ) -> Page:
        """Ask the server for what is stale, once and in one page; where it does not answer, give what is held."""
        body: dict[str, Any] = {}
        try:
            async with aclosing(super().pages(path, limit, accept=accept, attempts=1, **query)) as pages:
                async for page in pages:
                    if page.first or not body:
                        body = page.body
                    else:
                        for part in ("items", "rows"):
                            if isinstance(page.body.get(part), list):
                                body[part] += page.body[part]
        except (ClusterUnreachable, ClusterBusy, DeadlineExceeded):
            return await _page(watcher, namespace)
        return Page(body=body, first=True, last=True)


async def _page(watcher: Watcher, namespace: str) -> Page:
    found = await objects_of(watcher, namespace)
    return Page(body={"items": found}, first=True, last=True, kept=True, note=watcher.note)
