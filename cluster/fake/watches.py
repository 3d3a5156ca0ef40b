"""How the fake server streams the changes of a collection, and how such a stream fails."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from cluster.fake.faults import IN_STREAM, Fault
from cluster.fake.history import Change
from cluster.fake.store import Store, api_version, as_table
from cluster.fields import name, namespace
from cluster.kinds import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is watched: a kind in a namespace or (empty) in all, or one object by name, since a version."""

    kind: Kind
    namespace: str
    name: str
    since: int
    seconds: float
    bookmarks: bool
    accept: str

    def wants(self, obj: dict[str, Any]) -> bool:
        """Say whether changes of this object are wanted."""
        return (not self.namespace or namespace(obj) == self.namespace) and (not self.name or name(obj) == self.name)


def named(selector: str) -> str:
    """Return the name that a field selector asks for; other selectors are not told apart."""
    key, equals, value = selector.partition("=")
    return value.removeprefix("=") if equals and key == "metadata.name" else ""


class News:
    """A bell that rings for all who wait, at each change and at the end."""

    def __init__(self) -> None:
        self.closed = False
        self.broken_off = 0
        self._bell = asyncio.Event()

    def ring(self) -> None:
        """Wake all who wait."""
        self._bell.set()
        self._bell = asyncio.Event()

    def close(self) -> None:
        """Wake all who wait, for the last time."""
        self.closed = True
        self.ring()

    def break_off(self) -> None:
        """Break off the streams that are open now."""
        self.broken_off += 1
        self.ring()

    def from_any_thread(self, loop: asyncio.AbstractEventLoop) -> Callable[[], None]:
        """Return a function that rings, for threads other than the loop's."""

        def ring() -> None:
            loop.call_soon_threadsafe(self.ring)

        return ring

    async def wait(self, seconds: float) -> bool:
        """Wait for the bell; say whether it rang in time."""
        bell = self._bell
        try:
            async with asyncio.timeout(seconds):
                return await bell.wait()
        except TimeoutError:
            return False


class WatchStream:
    """One open watch."""

    def __init__(
        self,
        request: web.Request,
        response: web.StreamResponse,
        store: Store,
        news: News,
        bookmark_seconds: float,
        fault: Fault | None,
    ) -> None:
        self._request, self._response, self._store, self._news = request, response, store, news
        self._bookmark_seconds = bookmark_seconds
        self._fault = fault if fault is not None and fault.kind in IN_STREAM else None
        self._columns_told = False
        self._generation = news.broken_off

    async def run(self, wanted: Wanted) -> None:
        """Send events until the time is up, the caller leaves, or the fault that is scripted strikes."""
        sent = 0
        try:
            async for event in self._events(wanted):
                if self._fault is not None and sent >= self._fault.after:
                    await self._strike(self._fault, event)
                    return
                if event:
                    await self._response.write(event)
                    sent += 1
        except ConnectionError:
            return  # the caller has left

    async def _events(self, wanted: Wanted) -> AsyncIterator[bytes]:
        """Yield lines; an empty one before each wait, so that a fault can strike where nothing happens."""
        loop = asyncio.get_running_loop()
        end = loop.time() + wanted.seconds
        next_bookmark = loop.time() + self._bookmark_seconds
        at, begins = wanted.since, True
        told = max(at, self._store.version)
        while not self._news.closed and not self._left():
            now = self._store.version
            try:
                changes = self._store.history(wanted.kind.key).since(at, begins=begins)
            except LookupError as exc:
                yield _line("ERROR", gone(str(exc)))
                return
            for change in changes:
                if wanted.wants(change.object):
                    yield self._change(wanted, change)
            at, begins = max(at, now), False
            yield b""
            if self._store.version > now:
                continue
            if await self._news.wait(min(end, next_bookmark) - loop.time()):
                continue
            if wanted.bookmarks and at > told:  # a real server says nothing where nothing happened since it began
                yield self._bookmark(wanted, at)
            next_bookmark = loop.time() + self._bookmark_seconds
            if loop.time() >= end:
                return

    def _change(self, wanted: Wanted, change: Change) -> bytes:
        if "as=Table" not in wanted.accept:
            return _line(change.type, change.object)
        return _line(change.type, self._table(wanted, change.object, str(change.version)))

    def _bookmark(self, wanted: Wanted, at: int) -> bytes:
        metadata = {"resourceVersion": str(at)}
        if "as=Table" in wanted.accept:
            return _line("BOOKMARK", self._table(wanted, {"metadata": metadata}, str(at)))
        return _line(
            "BOOKMARK", {"kind": wanted.kind.kind, "apiVersion": api_version(wanted.kind), "metadata": metadata}
        )

    def _table(self, wanted: Wanted, obj: dict[str, Any], version: str) -> dict[str, Any]:
        table = as_table(wanted.kind, [obj], {"resourceVersion": version})
        if self._columns_told:
            table["columnDefinitions"] = None
        self._columns_told = True
        return table

    async def _strike(self, fault: Fault, event: bytes) -> None:
        match fault.kind:
            case "truncated":
                line = event or _line("ADDED", {"metadata": {"name": "nobody"}})
                await self._response.write(line[: len(line) // 2])
                if self._request.transport is not None:
                    self._request.transport.close()
            case "gone":
                await self._response.write(_line("ERROR", gone("too old resource version")))
            case "garbled":
                await self._response.write(b'{"type": "ADDED", "object": {\n')
            case "silent":
                while not self._news.closed and not self._left():
                    await self._news.wait(3600)

    def _left(self) -> bool:
        """Say whether the caller has left, or must go."""
        transport = self._request.transport
        if transport is not None and self._generation < self._news.broken_off:
            transport.abort()
        return transport is None or transport.is_closing()


def gone(message: str) -> dict[str, Any]:
    """Return the Status that says that a version is too old."""
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": "Expired",
        "code": 410,
    }


def _line(kind: str, obj: dict[str, Any]) -> bytes:
    return json.dumps({"type": kind, "object": obj}, separators=(",", ":")).encode() + b"\n"
