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
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
from multidict import CIMultiDict

from cluster.failures import Failure, http_date, of_exception, of_status
from cluster.fields import text
from cluster.identity import Credentials, Identity
from cluster.transport import Bucket, Transport
from core.errors import ClusterRejected, DeadlineExceeded, Unauthenticated

JSON = "application/json"
TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"
MANY_BYTES = 512 * 1024
"""Bodies above this are parsed in a thread, so that other requests go on."""

Query = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientLimits:
    """How patient a client is. ``request_seconds`` covers one attempt, a large page over a slow line included."""

    request_seconds: float = 30.0
    connect_seconds: float = 10.0
    attempts: int = 4
    backoff_seconds: float = 0.25
    max_wait_seconds: float = 20.0
    requests_per_second: float = 50.0
    burst: int = 100
    max_body_bytes: int = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of a list. ``first`` says that the list begins here: drop what an earlier attempt had given."""

    body: dict[str, Any]
    first: bool
    last: bool


@dataclass(slots=True)
class _Caller:
    """What all views of one client share."""

    identity: Identity
    credentials: Credentials
    bucket: Bucket
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    server_date: datetime | None = None


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
        self.limits = limits or ClientLimits()
        self.deadline: float | None = None
        self._transport = transport
        self._pause = pause
        self._caller = _Caller(
            identity=identity,
            credentials=identity.credentials,
            bucket=Bucket(self.limits.requests_per_second, self.limits.burst),
        )

    @property
    def server(self) -> str:
        """The address that is asked."""
        return self._transport.endpoint.server

    @property
    def identity(self) -> Identity:
        """Who asks."""
        return self._caller.identity

    @property
    def requests(self) -> Counter[tuple[str, str]]:
        """How many requests went out, by verb and resource (``("list", "pods")``), repeated attempts included."""
        return self._caller.requests

    @property
    def server_date(self) -> datetime | None:
        """The API server's clock at its newest answer, None before the first."""
        return self._caller.server_date

    def within(self, deadline: float | None) -> "ClusterClient":
        """Return a view that gives up at ``deadline``, a moment of ``time.monotonic``; the earlier one counts."""
        if deadline is None:
            return self
        view = copy.copy(self)
        view.deadline = deadline if self.deadline is None else min(deadline, self.deadline)
        return view

    async def get(
        self, path: str, *, accept: str = JSON, attempts: int | None = None, **query: str | int
    ) -> dict[str, Any]:
        """GET a path and return the JSON object that it answers."""
        return await self._json("GET", path, query, accept, attempts=attempts)

    async def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """POST an object that asks a question (a review) and return the answer. Never used to change anything."""
        return await self._json("POST", path, {}, JSON, body=body)

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
        async with self._transport.slots, contextlib.AsyncExitStack() as stack:
            attempt = 0
            while True:
                attempt += 1
                try:
                    response = await stack.enter_async_context(self._open("GET", path, query, "*/*"))
                    break
                except _Again as exc:
                    if attempt >= self.limits.attempts:
                        raise exc.failure.error from exc
                    await self._wait(attempt, exc.failure)
            yield await stack.enter_async_context(contextlib.aclosing(self._log_chunks(response)))

    # -- one request, tried as often as it makes sense

    async def _json(
        self,
        method: str,
        path: str,
        query: Query,
        accept: str,
        *,
        body: Mapping[str, Any] | None = None,
        attempts: int | None = None,
    ) -> dict[str, Any]:
        renewed = False
        attempt = 0
        while True:
            attempt += 1
            try:
                async with self._transport.slots:
                    content = await self._once(method, path, query, accept, body)
                return await self._parsed(content, path)
            except _Again as exc:
                if attempt >= (attempts or self.limits.attempts):
                    raise exc.failure.error from exc
                await self._wait(attempt, exc.failure)
            except Unauthenticated:
                if renewed or not await self._renew():
                    raise
                renewed = True

    async def _once(
        self, method: str, path: str, query: Query, accept: str, body: Mapping[str, Any] | None
    ) -> bytearray:
        content = bytearray()
        async with (
            self._open(method, path, query, accept, body) as response,
            contextlib.aclosing(self._chunks(response)) as chunks,
        ):
            async for chunk in chunks:
                content += chunk
                if len(content) > self.limits.max_body_bytes:
                    raise ClusterRejected(
                        f"The answer to {path} is larger than {self.limits.max_body_bytes} bytes.",
                        http_status=response.status,
                        reason="AnswerTooLarge",
                    )
        return content

    @contextlib.asynccontextmanager
    async def _open(
        self, method: str, path: str, query: Query, accept: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send one request and give the response when its status is good."""
        verb, resource = asked = spoken_request(method, path)
        if wait := self._caller.bucket.take():
            await self._pause(wait)
        timeout = self._timeout()
        self._caller.requests[asked] += 1
        url = path + ("?" + urlencode(query) if query else "")
        try:
            response = await self._transport.request(
                method, url, headers=self._headers(accept), timeout=timeout, body=body
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise self._failed(exc, timeout) from exc
        async with response:
            self._caller.server_date = http_date(response.headers.get("Date", "")) or self._caller.server_date
            if response.status >= 400:
                failure = of_status(
                    response.status,
                    response.headers,
                    await self._start_of(response),
                    server=self.server,
                    asked=f"{verb} {resource}",
                    token=self._caller.credentials.token,
                )
                raise _Again(failure) if failure.again else failure.error
            yield response

    async def _chunks(self, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise self._failed(exc, self._timeout()) from exc

    async def _log_chunks(self, response: aiohttp.ClientResponse) -> AsyncGenerator[bytes, None]:
        """Yield a log's bytes. What was given cannot be taken back, so that nothing is tried again here."""
        try:
            async with contextlib.aclosing(self._chunks(response)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except _Again as exc:
            raise exc.failure.error from exc

    async def _start_of(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await response.content.read(64 * 1024)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return b""

    def _failed(self, exc: BaseException, timeout: aiohttp.ClientTimeout) -> Exception:
        self._check_deadline(margin=0.05 if isinstance(exc, TimeoutError) else 0.0)
        failure = of_exception(exc, self.server, timeout.total or self.limits.request_seconds)
        return _Again(failure) if failure.again else failure.error

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

    def _headers(self, accept: str) -> CIMultiDict[str]:
        credentials = self._caller.credentials
        headers = CIMultiDict({"Accept": accept, "User-Agent": "sextant", "Content-Type": JSON})
        if credentials.token:
            headers["Authorization"] = f"Bearer {credentials.token}"
        if credentials.impersonate_user:
            headers["Impersonate-User"] = credentials.impersonate_user
        for group in credentials.impersonate_groups:
            headers.add("Impersonate-Group", group)
        return headers

    # -- time

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _check_deadline(self, margin: float = 0.0) -> None:
        if self.deadline is not None and self._now() + margin >= self.deadline:
            raise DeadlineExceeded(
                f"The time given was over before the API server {self.server} had answered everything.",
                next_step="Give more time, or ask about one namespace or one workload.",
            )

    def _timeout(self) -> aiohttp.ClientTimeout:
        self._check_deadline()
        total = self.limits.request_seconds
        if self.deadline is not None:
            total = min(total, max(0.001, self.deadline - self._now()))
        return aiohttp.ClientTimeout(total=total, sock_connect=min(self.limits.connect_seconds, total))

    async def _wait(self, attempt: int, failure: Failure) -> None:
        """Wait before the next attempt; raise the failure where the wait would be too long."""
        backoff = self.limits.backoff_seconds * 2.0 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
        seconds = backoff if failure.retry_after is None else failure.retry_after + backoff / 4
        too_late = self.deadline is not None and self._now() + seconds >= self.deadline
        if seconds > self.limits.max_wait_seconds or too_late:
            raise failure.error
        await self._pause(seconds)

    async def _renew(self) -> bool:
        """Read fresh credentials; say whether there are any."""
        renew = self._caller.identity.renew
        if renew is None:
            return False
        fresh = await asyncio.to_thread(renew)
        changed = bool(fresh.token) and fresh.token != self._caller.credentials.token
        if changed:
            self._caller.credentials = fresh
        return changed


class _Again(Exception):
    """A failure after which the same request may be sent again."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error.message)
        self.failure = failure


@contextlib.asynccontextmanager
async def connect(identity: Identity, *, limits: ClientLimits | None = None) -> AsyncIterator[ClusterClient]:
    """Give a client with a transport of its own, closed at the end."""
    async with Transport(identity.endpoint, credentials=identity.credentials) as transport:
        yield ClusterClient(transport, identity, limits=limits)


def spoken_request(method: str, path: str) -> tuple[str, str]:
    """Return verb and resource of a request, for people and for counting: ``("list", "pods")``."""
    parts = path.strip("/").split("/")
    verb = {"GET": "get", "POST": "create"}.get(method, method.lower())
    rest = parts[2:] if parts[0] == "api" else parts[3:] if parts[0] == "apis" else None
    if rest is None:
        return verb, parts[0]
    if not rest:
        return verb, "discovery"
    if rest[0] == "namespaces" and len(rest) > 2:
        rest = rest[2:]
    if len(rest) == 3 and rest[2] == "log":
        return "log", rest[0]
    return ("list" if method == "GET" and len(rest) == 1 else verb), rest[0]
