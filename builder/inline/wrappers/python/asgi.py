"""Call the function as an ASGI server does. It is told of its start (lifespan) before the first request."""

from __future__ import annotations

import asyncio
from typing import Any

from builder.inline.wrappers.python.server import Function, Reply, Request, log, settled


class Lifespan:
    """The application's start, once. One that knows of none raises or returns."""

    starting: asyncio.Task[None] | None = None
    living: asyncio.Task[None] | None = None

    @classmethod
    async def started(cls, function: Function) -> None:
        """Wait until the application has started; the first caller starts it."""
        if cls.starting is None:
            cls.starting = asyncio.ensure_future(cls._start(function))
        await asyncio.shield(cls.starting)

    @classmethod
    async def _start(cls, function: Function) -> None:
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        never: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        messages = [{"type": "lifespan.startup"}]

        async def receive() -> dict[str, Any]:
            return messages.pop() if messages else await never

        async def send(message: dict[str, Any]) -> None:
            if not done.done():
                done.set_result(message.get("message", "") if message["type"].endswith("failed") else "")

        async def live() -> None:
            try:
                await function({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)
            except Exception as exc:  # noqa: BLE001 - the specification: it does not support lifespan
                log(f"the application takes no part in lifespan: {exc!r}")
            if not done.done():
                done.set_result("")

        cls.living = asyncio.ensure_future(live())
        said = await done
        if said:
            raise RuntimeError(said)


async def exchanged(function: Function, request: Request) -> Reply:
    """Hand over one request and take the reply."""
    await Lifespan.started(function)
    host, _, port = request.headers.get("Host", "").partition(":")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": request.path,
        "raw_path": request.raw_path.encode(),
        "query_string": request.query_string.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), one.encode("latin-1")) for name, one in request.headers.items()],
        "client": (request.client, 0),
        "server": (host or "localhost", int(port) if port.isdigit() else 80),
        "state": {},
    }
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": request.body, "more_body": False}]
    reply = Reply(500)

    async def receive() -> dict[str, Any]:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            reply.status = message["status"]
            reply.headers = [
                (name.decode("latin-1"), one.decode("latin-1")) for name, one in message.get("headers", [])
            ]
        elif message["type"] == "http.response.body":
            reply.body += message.get("body", b"")

    await function(scope, receive, send)
    return reply


def serve(function: Function, request: Request) -> Reply:
    """Call the function on the one event loop."""
    reply: Reply = settled(exchanged(function, request))
    return reply
