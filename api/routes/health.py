"""Whether the service lives, whether it can work, and what it has counted."""

from fastapi import APIRouter, Response

from api import problems
from api.context import ServicesOf
from api.models import Alive, Ready, WatchState
from core.errors import StorageError

router = APIRouter(tags=["service"])


@router.get(
    "/healthz",
    summary="Is the process alive",
    description="Needs no token and asks nothing else.",
    response_model=Alive,
)
async def healthz() -> Alive:
    """Answer."""
    return Alive(status="ok")


@router.get(
    "/readyz",
    summary="Can the service work",
    description="The database must answer with the right schema. The cluster is reported and not required.",
    response_model=Ready,
    response_model_exclude_none=True,
    responses=problems.documented(StorageError),
)
async def readyz(services: ServicesOf) -> Ready:
    """Look at what the service stands on."""
    await services.context.database.check()
    figures = services.watches.figures()
    watches = WatchState(caches=figures.caches, stale=figures.stale) if figures.caches else None
    return Ready(status="ready", database="ok", cluster=await services.clusters.reach(), watches=watches)


@router.get(
    "/metrics",
    summary="Counters for Prometheus",
    description="The text format that Prometheus scrapes.",
    response_class=Response,
    responses={200: {"description": "The counters.", "content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(services: ServicesOf) -> Response:
    """Return all counters."""
    content, media_type = services.context.metrics.render()
    return Response(content, headers={"Content-Type": media_type})
