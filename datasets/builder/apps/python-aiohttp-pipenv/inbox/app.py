from collections import deque
from datetime import UTC, datetime

from aiohttp import web

KEPT = 100
INBOX = web.AppKey("inbox", deque)


async def show(request: web.Request) -> web.Response:
    return web.json_response({"inbox": list(request.app[INBOX])})


async def take(request: web.Request) -> web.Response:
    body = await request.text()
    request.app[INBOX].appendleft({"at": datetime.now(UTC).isoformat(), "path": request.path, "body": body[:2000]})
    return web.Response(status=202)


def make_app() -> web.Application:
    app = web.Application()
    app[INBOX] = deque(maxlen=KEPT)
    app.router.add_get("/", show)
    app.router.add_post("/{tail:.*}", take)
    return app
