"""The application: routes, layers, errors and life cycle, made from one context."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from prometheus_client import Gauge
from starlette.exceptions import HTTPException

from api import handlers
from api.clusters import Clusters
from api.context import ApiContext, Services
from api.description import describe
from api.edge import Edge
from api.knowledge import KnowledgeRights
from api.knowledge_runs import FOLLOWED_AT_ONCE
from api.notifying import notifying
from api.pages.routes import router as pages
from api.routes.answers import router as answers
from api.routes.builds import router as builds
from api.routes.diagnoses import router as diagnoses
from api.routes.documents import router as documents
from api.routes.events import router as events
from api.routes.health import router as health
from api.routes.knowledge import router as knowledge
from api.routes.runs import router as runs
from api.routes.search import router as search
from api.routes.snapshots import router as snapshots
from api.routes.sources import router as sources
from api.routes.workloads import router as workloads
from api.security import Gate
from api.watch_metrics import WatchMetrics
from api.watches import Watches
from core.errors import SextantError, StorageError
from core.notify import receivers
from core.runs import Runner
from kb.knowledge import Knowledge

__all__ = ["ApiContext", "create_app"]

log = structlog.get_logger("sextant.http")


RUNS_KEPT = timedelta(days=7)
"""How long an ended run can be read: over a weekend and a week's review."""
FORGET_SECONDS = 3600.0
REOPEN_SECONDS = 5.0
"""How often a closed knowledge base is tried: a command that holds the store seldom takes longer."""


def create_app(context: ApiContext) -> FastAPI:
    """Return the HTTP API over ``context``, to be served by an ASGI server or called in process.

    Its life cycle migrates the database, opens the runner and the connections, and closes all of them again: running
    work gets ``server.shutdown_seconds``, then it ends as interrupted. Raises ``SettingInvalid`` for receivers of
    notices that cannot be used.
    """
    settings = context.settings
    clusters = Clusters(settings, context.identity, context.no_cluster)
    services = Services(
        context=context,
        clusters=clusters,
        watches=Watches(settings),
        streams=Gauge("sextant_event_streams", "Event streams that are open.", registry=context.metrics.registry),
        rights=KnowledgeRights(clusters, settings.server.review_cache_seconds),
        followers=Runner(context.store, at_once=FOLLOWED_AT_ONCE),
    )
    told = receivers(settings.notify)
    WatchMetrics(services.watches.figures, context.metrics.registry)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(context.database.close)
            await context.database.migrate()
            services.clusters.open()
            stack.push_async_callback(services.clusters.close)
            stack.push_async_callback(services.watches.close)
            stack.push_async_callback(_ended, asyncio.create_task(services.watches.sweep()))
            if context.knowledge is not None:
                stack.push_async_callback(context.knowledge.close)
                await context.knowledge.open()
                if context.settings.knowledge.enabled and (trouble := context.knowledge.trouble):
                    log.warning("the knowledge base is closed", reason=trouble.message, next_step=trouble.next_step)
                stack.push_async_callback(_ended, asyncio.create_task(keep_open(context.knowledge)))
            await context.runner.open()
            stack.push_async_callback(context.runner.close, settings.server.shutdown_seconds)
            await services.followers.open()
            stack.push_async_callback(services.followers.close)
            stack.callback(context.stopping.set)
            await stack.enter_async_context(notifying(services, told))
            stack.push_async_callback(_ended, asyncio.create_task(forget_old_runs(context)))
            yield

    app = FastAPI(
        title="Sextant",
        version=context.version or "0",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
        telemetry={"auto_configure": False, "tracing": False, "metrics": False, "logs": False},
    )
    app.state.services = services
    for router in (diagnoses, snapshots, workloads, sources, documents, search, answers, events, knowledge, runs):
        app.include_router(router)
    for router in (builds, health, pages):
        app.include_router(router)
    app.add_exception_handler(SextantError, handlers.on_error)
    app.add_exception_handler(RequestValidationError, handlers.on_invalid)
    app.add_exception_handler(HTTPException, handlers.on_http)
    app.add_middleware(Gate, services=services)
    app.add_middleware(Edge, metrics=context.metrics)
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = describe(plain(), settings.server)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # FastAPI's own way to extend the document
    return app


async def forget_old_runs(context: ApiContext) -> None:
    """Delete runs that ended long ago, now and then."""
    while True:
        try:
            await context.store.purge(datetime.now(UTC) - RUNS_KEPT)
        except StorageError as exc:
            log.warning("old runs could not be deleted", reason=exc.message)
        await asyncio.sleep(FORGET_SECONDS)


async def keep_open(knowledge: Knowledge) -> None:
    """Open the knowledge base once what kept it closed has passed: a command that held the store, a server away."""
    while True:
        await asyncio.sleep(REOPEN_SECONDS)
        if knowledge.trouble is not None and knowledge.trouble.retryable:
            await knowledge.open()


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait({task})
