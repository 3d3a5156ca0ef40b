"""The API in the caller's own process: what commands use when no server runs.

The command line finds ``local`` through the entry point ``local`` of the group ``sextant.services``, because ``cli``
and ``api`` do not know each other.
"""

import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from api.app import create_app
from api.serving import context_of
from core.settings import NotifySettings, ServerSettings, Settings
from core.telemetry import configure_logging

BASE = "http://127.0.0.1"
"""Nothing listens there: the transport calls the application. The name is one that the gate answers to."""
MARGIN_SECONDS = 30.0
"""What a call may take beyond the time that the API gives itself."""


@contextlib.asynccontextmanager
async def local(*, settings: Settings, kubeconfig: Path | None, context: str) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application in this process and give a client of it. It serves one person and notifies nobody."""
    configure_logging("error")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it lists its plugins at every start
    token = secrets.token_urlsafe(24)
    server = settings.server.model_copy(update={"auth": "token", "shutdown_seconds": 0.0})
    alone = settings.model_copy(update={"server": ServerSettings.model_validate(server), "notify": NotifySettings()})
    app = create_app(context_of(alone, token=token, kubeconfig=kubeconfig, context=context))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),
            base_url=BASE,
            headers={"Authorization": f"Bearer {token}"},
            timeout=settings.server.request_seconds + MARGIN_SECONDS,
        ) as client,
    ):
        yield client
