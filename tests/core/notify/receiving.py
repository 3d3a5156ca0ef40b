"""A receiver of notices on the loopback that answers as it is told, and notices to send."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from core.notify import Notice
from core.phrase import Phrase

AT = datetime(2026, 3, 1, 10, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(slots=True, kw_only=True)
class Receiver:
    """Answers in turn with ``answers`` (status, headers), then with 200; ``hang`` requests are not answered first."""

    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    hang: int = 0
    got: list[Got] = field(default_factory=list)
    url: str = ""
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def until(self, number: int) -> list[Got]:
        """Wait until so many requests have come, and return all."""
        async with asyncio.timeout(60), self.arrived:
            await self.arrived.wait_for(lambda: len(self.got) >= number)
        return self.got

    async def handle(self, request: web.Request) -> web.Response:
        body = await request.read()
        now = asyncio.get_running_loop().time()
        self.got.append(Got(path=request.path_qs, headers=request.headers.copy(), body=body, at=now))
        async with self.arrived:
            self.arrived.notify_all()
        if self.hang > 0:
            self.hang -= 1
            await asyncio.sleep(3600)
        status, headers = self.answers.pop(0) if self.answers else (200, {})
        return web.Response(status=status, headers=headers, text="x" * 100)


@contextlib.asynccontextmanager
async def receiving(**how: Any) -> AsyncIterator[Receiver]:
    """Serve a receiver on a free port."""
    receiver = Receiver(**how)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?team=shop"
        yield receiver
    finally:
        await runner.cleanup()


def notice(number: int = 1, **fields: Any) -> Notice:
    made: dict[str, Any] = {
        "id": f"image-not-found/{number}",
        "delivery": f"delivery-{number}",
        "change": "new",
        "at": AT,
        "summary": Phrase(en=f"cause {number}", zh=f"原因 {number}"),
        "cluster": "https://cluster.example",
        "namespace": "shop",
        "object": f"deployment/web-{number}",
        "code": "ImageNotFound",
        "severity": "high",
    }
    return Notice(**{**made, **fields})
