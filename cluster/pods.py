"""Run something in a cluster for a while: give a pod bytes, run a program in it, follow what it prints, take it away.

All of it with the caller's own credential. ``execute`` needs the right to create ``pods/exec``.
"""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol, cast
from urllib.parse import quote, urlencode

import aiohttp
from multidict import CIMultiDict

from cluster.client import ClusterClient
from cluster.exchange import JSON, ClientLimits
from cluster.failures import of_exception, of_status
from cluster.fields import objects, text
from cluster.identity import Identity
from cluster.transport import Transport
from core.errors import ClusterRejected, ClusterUnreachable, SextantError

PROTOCOLS = ("v5.channel.k8s.io", "v4.channel.k8s.io")
"""Both name the stream in the first byte of each message; the first is of Kubernetes 1.30 and later."""

PIECE = 32 * 1024
"""Bytes of one message, as kubectl sends them."""

KEPT_BYTES = 256 * 1024
"""Of what a program prints: it is read to its end, what is more is dropped."""

PING_SECONDS = 20.0
"""Between pings on a connection over which nothing else may go for minutes."""

SILENCE_SECONDS = 120.0
"""A log that says nothing for so long is opened again: a dead connection looks the same."""

_STDIN, _STDOUT, _STDERR, _STATUS = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """How a program in a pod ended, and what it printed."""

    status: int
    out: bytes
    err: bytes


class _Sessions(Protocol):
    """The part of the Kubernetes client's REST layer that opens WebSockets."""

    pool_manager: aiohttp.ClientSession | None

    def _create_pool_manager(self) -> aiohttp.ClientSession: ...


class StreamTransport(Transport):
    """A transport that opens WebSockets too, over the same TLS."""

    def websocket(
        self, path: str, *, headers: CIMultiDict[str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        """Open a WebSocket; leaving the context closes it."""
        rest = cast("_Sessions", self._rest)
        if rest.pool_manager is None:
            rest.pool_manager = rest._create_pool_manager()  # noqa: SLF001 - the factory that its author names for this
        return rest.pool_manager.ws_connect(
            self.endpoint.server + path,
            headers=headers,
            protocols=PROTOCOLS,
            heartbeat=PING_SECONDS,
            max_msg_size=4 * 1024 * 1024,
            proxy=self.endpoint.proxy_url or None,
            server_hostname=self.endpoint.tls_server_name or None,
        )


class PodClient(ClusterClient):
    """What one caller runs in one cluster."""

    def __init__(self, transport: StreamTransport, identity: Identity, *, limits: ClientLimits | None = None) -> None:
        super().__init__(transport, identity, limits=limits)
        self._streams = transport

    async def delete(self, path: str, *, grace_seconds: int | None = None) -> None:
        """Delete an object, what it owns in the background. Nothing happens where there is none."""
        query: dict[str, str | int] = {"propagationPolicy": "Background"}
        if grace_seconds is not None:
            query["gracePeriodSeconds"] = grace_seconds
        try:
            await self._json("DELETE", path, query, JSON)
        except ClusterRejected as exc:
            if exc.http_status != 404:
                raise

    @contextlib.asynccontextmanager
    async def followed(
        self, namespace: str, pod: str, container: str, *, since: str = ""
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """Open a container's log and give its bytes, each line with its time in front, until the container ends.

        ``since`` is the time at which it begins; the server counts whole seconds, so lines of that second come again.
        """
        query: dict[str, str | int] = {"container": container, "follow": "true", "timestamps": "true"}
        if since:
            query["sinceTime"] = since
        async with contextlib.AsyncExitStack() as stack:
            path = f"{pod_path(namespace, pod)}/log"
            response = await self._opened(stack, path, query, "*/*", silence_seconds=SILENCE_SECONDS)
            chunks = self._streamed(response, silence_seconds=SILENCE_SECONDS)
            yield await stack.enter_async_context(contextlib.aclosing(chunks))

    async def execute(
        self, namespace: str, pod: str, container: str, words: Sequence[str], *, stdin: Iterable[bytes] | None = None
    ) -> Executed:
        """Run a program in a container, give it ``stdin``, and return how it ended.

        What it reads must say itself where it ends: older servers cannot close it. Raises errors of ``core.errors``.
        """
        asked: list[tuple[str, str]] = [("container", container), ("stdout", "true"), ("stderr", "true")]
        asked += [("stdin", "true")] if stdin is not None else []
        asked += [("command", word) for word in words]
        path = f"{pod_path(namespace, pod)}/exec?{urlencode(asked)}"
        headers = self._exchange.headers("*/*")
        headers.popall("Content-Type", None)
        self.requests["exec", "pods"] += 1
        try:
            async with self._streams.websocket(path, headers=headers) as socket:
                return await _talked(socket, stdin, self.server)
        except aiohttp.WSServerHandshakeError as exc:
            said = (exc.message or "").encode()
            raise of_status(
                exc.status, exc.headers or {}, said, server=self.server, asked="create pods/exec"
            ).error from exc
        except (aiohttp.ClientError, TimeoutError, OSError, ssl.SSLError) as exc:
            raise of_exception(exc, self.server, PING_SECONDS).error from exc


def pod_path(namespace: str, pod: str) -> str:
    """Return a pod's path."""
    return f"/api/v1/namespaces/{quote(namespace, safe='')}/pods/{quote(pod, safe='')}"


@contextlib.asynccontextmanager
async def connect_pods(identity: Identity, *, limits: ClientLimits | None = None) -> AsyncIterator[PodClient]:
    """Give a client with a transport of its own, closed at the end."""
    async with StreamTransport(identity.endpoint, credentials=identity.credentials) as transport:
        yield PodClient(transport, identity, limits=limits)


async def _talked(socket: aiohttp.ClientWebSocketResponse, stdin: Iterable[bytes] | None, server: str) -> Executed:
    """Send what there is to send while reading what comes."""
    sending = asyncio.create_task(_sent(socket, stdin or ()))
    kept = {_STDOUT: bytearray(), _STDERR: bytearray(), _STATUS: bytearray()}
    try:
        async for message in socket:
            if message.type is not aiohttp.WSMsgType.BINARY or not message.data:
                continue
            held = kept.get(message.data[0])
            if held is not None and len(held) < KEPT_BYTES:
                held += message.data[1:]
    finally:
        sending.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, aiohttp.ClientError):
            await sending
    return Executed(status=_status(bytes(kept[_STATUS]), server), out=bytes(kept[_STDOUT]), err=bytes(kept[_STDERR]))


async def _sent(socket: aiohttp.ClientWebSocketResponse, stdin: Iterable[bytes]) -> None:
    for block in stdin:
        for at in range(0, len(block), PIECE):
            await socket.send_bytes(bytes((_STDIN,)) + block[at : at + PIECE])


def _status(said: bytes, server: str) -> int:
    """Return the exit status that the last message tells of. Raises where there is none: the connection broke."""
    try:
        told = json.loads(said)
    except ValueError:
        raise ClusterUnreachable(
            f"The API server {server} broke off while a program ran in a pod.", next_step="Try again."
        ) from None
    if text(told, "status") == "Success":
        return 0
    for cause in objects(told, "details", "causes"):
        if text(cause, "reason") == "ExitCode" and text(cause, "message").isdigit():
            return int(text(cause, "message"))
    raise _not_started(text(told, "message"))


def _not_started(message: str) -> SextantError:
    return ClusterRejected(f"A program could not be run in a pod: {message}", http_status=500, reason="ExecFailed")
