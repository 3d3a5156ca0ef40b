"""Keep one collection true: list it, watch it from there, and list again when the server has forgotten where we were.

Delivery is at least once: after a broken connection the watch goes on from the last version seen, and an event that
comes twice changes nothing, since uid and version are compared.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any, Literal

from cluster.client import TABLE, ClusterClient
from cluster.exchange import JSON
from cluster.fields import namespace, text
from cluster.kinds import Kind
from cluster.listing import items_of
from cluster.watch_events import WatchEvent
from cluster.watching.held import Entry, Held, Room
from cluster.watching.limits import WatchLimits
from cluster.watching.states import KindHealth, State, afresh
from core.errors import ClusterRejected, ClusterUnreachable, Forbidden, SextantError, Unauthenticated

_NOT_SERVED = frozenset({404, 405, 406})
_GONE = 410
_MANY_ITEMS = 200
_STEADY_SECONDS = 5.0
"""A watch that lasted this long was no failure, even if nothing happened in it."""
_SILENT_SECONDS = 30.0
"""A watch that lasted this long without any event is suspicious; one that broke before says nothing."""


class Watcher:
    """One collection: a kind, in one namespace or (empty) everywhere, or one object of it by ``only``."""

    def __init__(
        self,
        client: ClusterClient,
        kind: Kind,
        where: str,
        *,
        only: str = "",
        limits: WatchLimits,
        room: Room,
        gate: asyncio.Semaphore,
        changed: Callable[[str, str], None],
        pause: Callable[[float], Awaitable[None]],
    ) -> None:
        """``gate`` bounds the lists at one time; ``changed`` is told kind key and namespace of what changed."""
        self.kind, self.where = kind, where
        self.held = Held(kind, limits, room)
        self.settled = asyncio.Event()
        self.error: SextantError | None = None
        self._client, self._limits, self._gate, self._changed, self._pause = client, limits, gate, changed, pause
        self._secret = kind.key == "Secret"
        self._query: dict[str, str | int] = {"includeObject": "Metadata"} if self._secret else {}
        if only:
            self._query["fieldSelector"] = f"metadata.name={only}"
        self._columns: Any = None
        self._heard = False
        self._ended_by: Literal["refused", "unwatchable", "absent"] | None = None
        self._version = ""
        self._synced = False
        self._down_since: float | None = None
        self._last_event: float | None = None
        self._failures = self._silent = 0
        self._relists = self._opened = 0

    # -- how it is doing

    @property
    def state(self) -> State:
        """Return how far what is held can be trusted now."""
        if self._ended_by:
            return self._ended_by
        if not self._synced:
            return "failed" if self.error else "starting"
        down = 0.0 if self._down_since is None else _now() - self._down_since
        return "live" if down <= self._limits.grace_seconds else "stale"

    @property
    def note(self) -> str:
        """Return why what is held is not the whole truth; empty where it is."""
        if self.state == "stale":
            age = _now() - (self._last_event or 0.0)
            why = self.error.message if self.error else "the watch is down"
            return f"as it was {age:.0f} s ago: {why}"
        return self.held.note

    def health(self) -> KindHealth:
        """Return how this watch is doing."""
        return KindHealth(
            kind=self.kind.key,
            namespace=self.where,
            state=self.state,
            objects=self.held.count,
            bytes=self.held.size,
            last_event_age=None if self._last_event is None else _now() - self._last_event,
            relists=max(0, self._relists - 1),
            reconnects=max(0, self._opened - 1),
            note=self.note or (self.error.message if self.error else ""),
        )

    def ended(self, task: asyncio.Task[None]) -> None:
        """Take note that ``run`` is over: where that is a fault of ours, nobody shall wait for it or trust it."""
        if not task.cancelled() and (exc := task.exception()):
            self.error = ClusterUnreachable(f"Watching {self.kind.plural} ended unexpectedly: {exc!r}")
            self._down_since = float("-inf")
        self.settled.set()

    # -- the loop

    async def run(self) -> None:
        """List and watch until cancelled."""
        while True:
            try:
                if self._silent >= self._limits.silent_streams:
                    await self._check_version()
                if not self._version:
                    await self._list()
                await self._follow()
                wait = self._after_end()
            except SextantError as exc:
                wait = self._after_failure(exc)
            self.settled.set()
            await self._pause(wait)

    async def _list(self) -> None:
        async with self._gate:
            listed: list[tuple[str, str, Entry]] = []
            version = stopped = ""
            accept = TABLE if self._secret else JSON
            pages = self._client.pages(
                self.kind.path(self.where), self._limits.page_size, accept=accept, attempts=2, **self._query
            )
            async with aclosing(pages):
                async for page in pages:
                    if page.first:
                        listed.clear()
                    items = items_of(page.body, self.kind)
                    many = len(items) > _MANY_ITEMS
                    listed += await asyncio.to_thread(self.held.prepared, items) if many else self.held.prepared(items)
                    version = text(page.body, "metadata", "resourceVersion")
                    if len(listed) >= self._limits.max_objects and not page.last:
                        stopped = f"reading stopped after {len(listed)} objects"
                        break
        if not version:
            raise ClusterRejected(
                f"The list of {self.kind.plural} has no resource version.", http_status=200, reason="NoVersion"
            )
        for space in self.held.replace(listed):
            self._changed(self.kind.key, space)
        self.held.note = self.held.note or stopped
        self._version, self._synced = version, True
        self._relists += 1
        self._last_event = _now()
        self._ended_by = None
        self.settled.set()

    async def _check_version(self) -> None:
        """Give up a version that the server has not reached: it may have been restored from an older state.

        A kind in which nothing happens is silent too: servers send no bookmark where no version is new.
        """
        accept = TABLE if self._secret else JSON
        body = await self._client.get(
            self.kind.path(self.where), accept=accept, attempts=2, **{**self._query, "limit": 1}
        )
        current = text(body, "metadata", "resourceVersion")
        if not (current.isdecimal() and self._version.isdecimal() and int(current) >= int(self._version)):
            self._version = ""
        self._silent = 0

    async def _follow(self) -> None:
        limits = self._limits
        seconds = round(limits.server_seconds * random.uniform(0.8, 1.2))  # noqa: S311 - jitter
        accept = TABLE if self._secret else JSON
        opened, self._columns, self._heard = _now(), None, False
        watch = self._client.watch(
            self.kind.path(self.where),
            self._version,
            accept=accept,
            stall_seconds=limits.stall_seconds,
            server_seconds=seconds,
            **self._query,
        )
        try:
            async with watch as events:
                self._opened += 1
                self._down_since = self.error = None
                async for event in events:
                    self._take(event)
        finally:
            lasted = _now() - opened
            if lasted >= _STEADY_SECONDS:
                self._failures = 0
            if lasted >= _SILENT_SECONDS and not self._heard:
                self._silent += 1

    def _take(self, event: WatchEvent) -> None:
        self._last_event = _now()
        self._heard, self._silent = True, 0
        if self._secret:  # of the Tables in a stream only the first one, a bookmark or not, names the columns
            self._columns = event.object.get("columnDefinitions") or self._columns
        if event.version and event.version != self._version:
            self._version, self._failures = event.version, 0
        if event.type == "BOOKMARK":
            return
        for obj in self._objects(event.object):
            changed = self.held.drop(obj) if event.type == "DELETED" else self.held.put(obj)
            if changed:
                self._changed(self.kind.key, namespace(obj))

    def _objects(self, obj: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the object of an event; of a Secret what its Table says."""
        if not self._secret:
            return [obj]
        return items_of({**obj, "columnDefinitions": self._columns}, self.kind)

    # -- what to do after it ended

    def _after_end(self) -> float:
        """Go on after the server has ended the watch in order, at once unless it does so again and again."""
        return self._backoff()

    def _after_failure(self, error: SextantError) -> float:
        """Return how long to wait after a failure, and forget what may not or cannot be held any longer."""
        self.error = afresh(error)
        self._down_since = self._down_since if self._down_since is not None else _now()
        if isinstance(error, ClusterRejected) and error.http_status == _GONE:
            self._version = ""
            return self._backoff()
        if isinstance(error, Forbidden | Unauthenticated) or self._not_served(error):
            return self._give_up(error)
        if isinstance(error, ClusterRejected) and self._failures >= self._limits.silent_streams:
            self._version = ""  # the same event would be as unreadable each time
        return self._backoff()

    @staticmethod
    def _not_served(error: SextantError) -> bool:
        return isinstance(error, ClusterRejected) and error.http_status in _NOT_SERVED

    def _give_up(self, error: SextantError) -> float:
        """Hold nothing of what the caller may not read, or may only list; look again much later."""
        watching = bool(self._version)
        if watching and (isinstance(error, Forbidden) or (self._not_served(error) and not _missing(error))):
            self._ended_by = "unwatchable"
        else:
            self._ended_by = "absent" if self._not_served(error) else "refused"
        for space in self.held.clear():
            self._changed(self.kind.key, space)
        self._version, self._synced = "", False
        if isinstance(error, Unauthenticated):
            return self._backoff()  # credentials are renewed within minutes
        return self._limits.recheck_seconds * random.uniform(0.8, 1.2)  # noqa: S311 - jitter

    def _backoff(self) -> float:
        limits = self._limits
        seconds = min(limits.max_backoff_seconds, limits.backoff_seconds * 2.0**self._failures)
        self._failures = min(self._failures + 1, 16)
        return seconds * random.uniform(0.5, 1.5)  # noqa: S311 - jitter


def _missing(error: SextantError) -> bool:
    return isinstance(error, ClusterRejected) and error.http_status == 404


def _now() -> float:
    return asyncio.get_running_loop().time()
