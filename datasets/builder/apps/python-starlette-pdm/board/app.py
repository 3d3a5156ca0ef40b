from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from board.room import Room
from board.page import PAGE

room = Room()


async def index(request):
    return HTMLResponse(PAGE)


async def health(request):
    return PlainTextResponse("ok")


app = Starlette(
    routes=[
        Route("/", index),
        Route("/health", health),
        WebSocketRoute("/board", room.visit),
    ]
)
