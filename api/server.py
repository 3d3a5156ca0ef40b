"""Serve the application with uvicorn, so that a stop is told to open streams before connections are waited for."""

import socket

import uvicorn

from api.app import ApiContext, create_app

STREAM_SECONDS = 2.0
"""What connections get beyond the time for running work before they are cut."""


class ApiServer(uvicorn.Server):
    """A server whose stop ends event streams and waiting calls at once; running work keeps its time."""

    def __init__(self, config: uvicorn.Config, context: ApiContext) -> None:
        super().__init__(config)
        self._context = context

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop: no new connections, streams end with a typed event, then the application closes."""
        self._context.stopping.set()
        await super().shutdown(sockets)


def make_server(context: ApiContext, *, host: str = "", port: int | None = None) -> ApiServer:
    """Return a server for ``context``; ``host`` and ``port`` replace the settings'. Call ``run`` or await ``serve``."""
    settings = context.settings.server
    config = uvicorn.Config(
        create_app(context),
        host=host or settings.host,
        port=settings.port if port is None else port,
        access_log=False,  # the application writes its own, without query strings
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=max(1, round(settings.shutdown_seconds + STREAM_SECONDS)),
        limit_concurrency=512,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return ApiServer(config, context)
