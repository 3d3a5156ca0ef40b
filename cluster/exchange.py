"""Send one request to an API server: whose it is, how long it may take, and what its failure means."""

import asyncio
import contextlib
import copy
import math
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import aiohttp
from multidict import CIMultiDict

from cluster.failures import Failure, http_date, of_exception, of_status
from cluster.identity import Credentials, Identity
from cluster.transport import Bucket, Transport
from core.errors import ClusterRejected, DeadlineExceeded

JSON = "application/json"

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


@dataclass(slots=True)
class Caller:
    """Who asks, and what all views of one client share. ``server_date_at`` is the loop's time of ``server_date``."""

    identity: Identity
    credentials: Credentials
    bucket: Bucket
    requests: Counter[tuple[str, str]] = field(default_factory=Counter)
    server_date: datetime | None = None
    server_date_at: float = 0.0


class Again(Exception):
    """A failure after which the same request may be sent again."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.error.message)
        self.failure = failure


class Exchange:
    """Single requests of one caller, each within the deadline. Failures that may heal are raised as ``Again``."""

    def __init__(
        self, transport: Transport, caller: Caller, limits: ClientLimits, pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self.transport = transport
        self.caller = caller
        self.limits = limits
        self.pause = pause
        self.deadline: float | None = None

    def within(self, deadline: float) -> "Exchange":
        """Return the same exchange with a deadline; the earlier one counts."""
        view = copy.copy(self)
        view.deadline = deadline if self.deadline is None else min(deadline, self.deadline)
        return view

    def seconds_left(self) -> float:
        """Return the seconds until the deadline; without one there is no end to them."""
        return math.inf if self.deadline is None else self.deadline - asyncio.get_running_loop().time()

    async def read(
        self, method: str, path: str, query: Query, accept: str, body: Any, *, media: str = JSON
    ) -> bytearray:
        """Send one request and return the whole body, up to the limit."""
        content = bytearray()
        async with (
            self.open(method, path, query, accept, body, content=media) as response,
            contextlib.aclosing(self.chunks(response)) as chunks,
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
    async def open(
        self,
        method: str,
        path: str,
        query: Query,
        accept: str,
        body: Any = None,
        *,
        silence_seconds: float | None = None,
        content: str = JSON,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Send one request and give the response when its status is good. ``content`` is the media type of ``body``.

        With ``silence_seconds`` the answer may take for ever, but no pause in it may be longer than this.
        """
        verb, resource = asked = spoken_request(method, path, watch="watch" in query)
        if wait := self.caller.bucket.take():
            await self.pause(wait)
        timeout = self._timeout(silence_seconds)
        self.caller.requests[asked] += 1
        url = path + ("?" + urlencode(query) if query else "")
        try:
            response = await self.transport.request(
                method, url, headers=self.headers(accept, content), timeout=timeout, body=body
            )
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise self._failed(exc, timeout) from exc
        async with response:
            if date := http_date(response.headers.get("Date", "")):
                self.caller.server_date, self.caller.server_date_at = date, asyncio.get_running_loop().time()
            if response.status >= 400:
                failure = of_status(
                    response.status,
                    response.headers,
                    await self._start_of(response),
                    server=self.transport.endpoint.server,
                    asked=f"{verb} {resource}",
                    token=self.caller.credentials.token,
                )
                raise Again(failure) if failure.again else failure.error
            yield response

    async def chunks(
        self, response: aiohttp.ClientResponse, *, silence_seconds: float | None = None
    ) -> AsyncGenerator[bytes, None]:
        """Yield a body's bytes as they come. ``silence_seconds`` is what ``open`` was given."""
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, TimeoutError, OSError) as exc:
            raise self._failed(exc, self._timeout(silence_seconds)) from exc

    async def _start_of(self, response: aiohttp.ClientResponse) -> bytes:
        try:
            return await response.content.read(64 * 1024)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return b""

    def _failed(self, exc: BaseException, timeout: aiohttp.ClientTimeout) -> Exception:
        self._check_deadline(margin=0.05 if isinstance(exc, TimeoutError) else 0.0)
        patience = timeout.sock_read or timeout.total or self.limits.request_seconds
        failure = of_exception(exc, self.transport.endpoint.server, patience)
        return Again(failure) if failure.again else failure.error

    def headers(self, accept: str, content: str = JSON) -> CIMultiDict[str]:
        """Return the headers that say who asks, and for what form of answer."""
        credentials = self.caller.credentials
        headers = CIMultiDict({"Accept": accept, "User-Agent": "sextant", "Content-Type": content})
        if credentials.token:
            headers["Authorization"] = f"Bearer {credentials.token}"
        if credentials.impersonate_user:
            headers["Impersonate-User"] = credentials.impersonate_user
        for group in credentials.impersonate_groups:
            headers.add("Impersonate-Group", group)
        return headers

    def _check_deadline(self, margin: float = 0.0) -> None:
        if self.seconds_left() <= margin:
            raise DeadlineExceeded(
                f"The time given was over before {self.transport.endpoint.server} had answered everything.",
                next_step="Give more time, or ask about one namespace or one workload.",
            )

    def _timeout(self, silence_seconds: float | None = None) -> aiohttp.ClientTimeout:
        self._check_deadline()
        left = max(0.001, self.seconds_left())
        if silence_seconds is not None:
            connect = min(self.limits.connect_seconds, left)
            return aiohttp.ClientTimeout(
                total=None if math.isinf(left) else left, sock_connect=connect, sock_read=silence_seconds
            )
        total = min(self.limits.request_seconds, left)
        return aiohttp.ClientTimeout(total=total, sock_connect=min(self.limits.connect_seconds, total))

    async def renew(self) -> bool:
        """Read fresh credentials; say whether there are any."""
        renew = self.caller.identity.renew
        if renew is None:
            return False
        fresh = await asyncio.to_thread(renew)
        changed = bool(fresh.token) and fresh.token != self.caller.credentials.token
        if changed:
            self.caller.credentials = fresh
        return changed


def spoken_request(method: str, path: str, *, watch: bool = False) -> tuple[str, str]:
    """Return verb and resource of a request, for people and for counting: ``("list", "pods")``.

    ``watch`` says that the query asks for the changes of a collection.
    """
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
    if method == "GET" and len(rest) == 1:
        verb = "watch" if watch else "list"
    return verb, rest[0]
