"""Ask an API server for raw JSON objects: one light client per caller on a shared transport.

Every call has a timeout and stays within the deadline. What may heal by trying again is tried again, with back-off
and jitter; every failure that is left becomes one of ``core.errors``.
"""

import asyncio
import contextlib
import copy
import json
import random
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

import aiohttp

from cluster.exchange import JSON, Again, Caller, ClientLimits, Exchange, Query
from cluster.failures import Failure
from cluster.fields import text
from cluster.identity import Identity
from cluster.transport import Bucket, Transport
from cluster.watch_events import WatchEvent, watch_events
from core.errors import ClusterRejected, Unauthenticated

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
MANY_BYTES = 512 * 1024
"""Bodies above this are parsed in a thread, so that other requests go on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. ``first`` says that the list begins here: drop what an earlier attempt had given.

    A client that answers from memory sets ``kept``: the items are as a snapshot keeps them, with kind and without
    secrets; and ``note`` where they are not the whole truth.
    """

    body: dict[str, Any]
    first: bool
    last: bool
    kept: bool = False
    note: str = ""


class ClusterClient:
    """What one caller asks of one API server. Cheap to make; ``within`` gives a view with a deadline."""

    def __init__(
        self,
        transport: Transport,
        identity: Identity,
        *,
        limits: ClientLimits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Make a client. ``pause`` is how it waits between attempts: tests pass one that does not."""
        limits = limits or ClientLimits()
        caller = Caller(
            identity=identity,
            credentials=identity.credentials,
            bucket=Bucket(limits.requests_per_second, limits.burst),
        )
        self._exchange = Exchange(transport, caller, limits, pause)

    @property
    def server(self) -> str:
        """The address that is asked."""
        return self._exchange.transport.endpoint.server

    @property
    def identity(self) -> Identity:
        """Who asks."""
        return self._exchange.caller.identity

    @property
    def requests(self) -> Counter[tuple[str, str]]:
        """How many requests went out, by verb and resource (``("list", "pods")``), repeated attempts included."""
        return self._exchange.caller.requests

    @property
    def server_date(self) -> datetime | None:
        """The API server's clock at its newest answer, None before the first."""
        return self._exchange.caller.server_date

    @property
    def seconds_since_date(self) -> float:
        """How long ago ``server_date`` was the API server's clock."""
        return asyncio.get_running_loop().time() - self._exchange.caller.server_date_at

    def within(self, deadline: float | None) -> "ClusterClient":
        """Return a view that gives up at ``deadline``, a moment of ``time.monotonic``; the earlier one counts."""
        if deadline is None:
            return self
        view = copy.copy(self)
        view._exchange = self._exchange.within(deadline)  # noqa: SLF001 - the same class
        return view

    async def get(
        self, path: str, *, accept: str = JSON, attempts: int | None = None, **query: str | int
    ) -> dict[str, Any]:
        """GET a path and return the JSON object that it answers."""
        return await self._json("GET", path, query, accept, attempts=attempts)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST an object that asks a question (a review) and return the answer. Never used to change anything."""
        return await self._json("POST", path, {}, JSON, body=body)

    async def dry_run(
        self, method: Literal["PATCH", "POST"], path: str, body: Any, *, media: str = JSON
    ) -> dict[str, Any]:
        """Let the API server judge a change without making it (``dryRun=All``), and return the object as it would be.

        ``media`` is the type of the patch. Raises as ``get`` does: refusals of admission are ``ClusterRejected``.
        """
        return await self._json(method, path, {"dryRun": "All"}, JSON, body=body, media=media, attempts=1)

    async def create(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Create an object with the caller's own credential: the one way in which this client changes a cluster.

        It is never sent twice. Raises as ``get`` does; refusals of admission are ``ClusterRejected``.
        """
        return await self._json("POST", path, {}, JSON, body=body, attempts=1)

    async def table(self, path: str, **query: str | int) -> dict[str, Any]:
        """GET a list as a Table: the columns that ``kubectl get`` prints, and the metadata of each object."""
        return await self._json("GET", path, {"includeObject": "Metadata", **query}, TABLE)

    async def pages(
        self, path: str, limit: int = 2500, *, accept: str = JSON, attempts: int | None = None, **query: str | int
    ) -> AsyncGenerator[Page, None]:
        """Yield the pages of a list. When the server forgets the list midway (410), it begins once more."""
        restarted = False
        more = ""
        while True:
            asked = {**query, "limit": limit, **({"continue": more} if more else {})}
            try:
                body = await self._json("GET", path, asked, accept, attempts=attempts)
            except ClusterRejected as exc:
                if exc.http_status != 410 or not more or restarted:
                    raise
                restarted, more = True, ""
                continue
            begins, more = not more, text(body, "metadata", "continue")
            yield Page(body=body, first=begins, last=not more)
            if not more:
                return

    @contextlib.asynccontextmanager
    async def log_stream(
        self, namespace: str, pod: str, container: str, *, previous: bool = False, tail_lines: int = 2000
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a container's log and give its bytes as they come. Leaving the context closes the stream.

        There is no ``limitBytes`` on purpose: it would cut the end away, where the reason for a crash stands.
        """
        path = f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(pod, safe='')}/log"
        query: dict[str, str | int] = {"container": container, "tailLines": tail_lines}
        if previous:
            query["previous"] = "true"
        async with self._exchange.transport.slots, contextlib.AsyncExitStack() as stack:
            response = await self._opened(stack, path, query, "*/*")
            yield await stack.enter_async_context(contextlib.aclosing(self._streamed(response)))

    @contextlib.asynccontextmanager
    async def watch(
        self,
        path: str,
        version: str,
        *,
        accept: str = JSON,
        stall_seconds: float = 75.0,
        server_seconds: int = 300,
        **query: str | int,
    ) -> AsyncIterator[AsyncIterator[WatchEvent]]:
        """Open a watch from a resource version and give its events until the server ends it, bookmarks included.

        ``stall_seconds`` is how long the server may send nothing at all; ``server_seconds`` is when it ends the watch.
        Entering the context means that the server has accepted it. Nothing is asked again here once it is open, and it
        takes none of the transport's slots, since it stays. Raises as ``get`` does, and ``ClusterRejected`` with status
        410 where the version is too old, whether the server says so at once or in the stream.
        """
        asked = {
            **query,
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": server_seconds,
        }
        async with contextlib.AsyncExitStack() as stack:
            try:
                response = await self._opened(stack, path, asked, accept, silence_seconds=stall_seconds)
            except Unauthenticated:
                if not await self._exchange.renew():
                    raise
                response = await self._opened(stack, path, asked, accept, silence_seconds=stall_seconds)
            chunks = self._streamed(response, silence_seconds=stall_seconds)
            await stack.enter_async_context(contextlib.aclosing(chunks))
            yield await stack.enter_async_context(contextlib.aclosing(watch_events(chunks, path)))

    async def _opened(
        self,
        stack: contextlib.AsyncExitStack,
        path: str,
        query: Query,
        accept: str,
        *,
        silence_seconds: float | None = None,
    ) -> aiohttp.ClientResponse:
        """Open a stream, tried as often as a single answer; ``stack`` closes it."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return await stack.enter_async_context(
                    self._exchange.open("GET", path, query, accept, silence_seconds=silence_seconds)
                )
            except Again as exc:
                if attempt >= self._exchange.limits.attempts:
                    raise exc.failure.error from exc
                await self._wait(attempt, exc.failure)

    # -- one request, tried as often as it makes sense

    async def _json(
        self,
        method: str,
        path: str,
        query: Query,
        accept: str,
        *,
        body: Any = None,
        media: str = JSON,
        attempts: int | None = None,
    ) -> dict[str, Any]:
        renewed = False
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._exchange.transport.slots:
                    content = await self._exchange.read(method, path, query, accept, body, media=media)
                return await self._parsed(content, path)
            except Again as exc:
                if attempt >= (attempts or self._exchange.limits.attempts):
                    raise exc.failure.error from exc
                await self._wait(attempt, exc.failure)
            except Unauthenticated:
                if renewed or not await self._exchange.renew():
                    raise
                renewed = True

    async def _wait(self, attempt: int, failure: Failure) -> None:
        """Wait before the next attempt; raise the failure where the wait would be too long."""
        limits = self._exchange.limits
        backoff = limits.backoff_seconds * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
        seconds = backoff if failure.retry_after is None else failure.retry_after + backoff / 4
        if seconds > limits.max_wait_seconds or seconds >= self._exchange.seconds_left():
            raise failure.error
        await self._exchange.pause(seconds)

    async def _parsed(self, content: bytearray, path: str) -> dict[str, Any]:
        try:
            value = await asyncio.to_thread(json.loads, content) if len(content) > MANY_BYTES else json.loads(content)
        except (ValueError, RecursionError) as exc:
            raise ClusterRejected(
                f"The answer to {path} is no JSON.",
                http_status=200,
                reason="NoJSON",
                next_step=f"Check that {self.server} is an API server.",
            ) from exc
        if not isinstance(value, dict):
            raise ClusterRejected(f"The answer to {path} is no object.", http_status=200, reason="NoJSON")
        return value

    async def _streamed(
        self, response: aiohttp.ClientResponse, *, silence_seconds: float | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield a stream's bytes. What was given cannot be taken back, so that nothing is tried again here."""
        try:
            async with contextlib.aclosing(self._exchange.chunks(response, silence_seconds=silence_seconds)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except Again as exc:
            raise exc.failure.error from exc


@contextlib.asynccontextmanager
async def connect(identity: Identity, *, limits: ClientLimits | None = None) -> AsyncIterator[ClusterClient]:
    """Give a client with a transport of its own, closed at the end."""
    async with Transport(identity.endpoint, credentials=identity.credentials) as transport:
        yield ClusterClient(transport, identity, limits=limits)
