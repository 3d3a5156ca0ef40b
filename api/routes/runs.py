"""``/v1/runs``: what was started, how far it is, and its stream of events."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api import problems
from api.context import CallerOf, ServicesOf, owner_of
from api.models import RunList, RunView, run_view
from api.stopping import next_events
from core.errors import RunNotFound, StorageError, UsageError
from core.runs import Run, RunEvent, RunState

router = APIRouter(prefix="/v1/runs", tags=["runs"])

LOOK_SECONDS = 15.0
"""How long one wait for events lasts before the run itself is looked at again."""
RECONNECT_MS = 2000
CANCEL_SECONDS = 1.0
"""How long a cancel waits for the run's end: its carrier ends it within a second."""

RunIdPath = Annotated[str, Path(max_length=64, examples=["0d6f1d0e5b9c4d0f8c4c2f6b6a1e7d11"])]


async def own_run(run_id: RunIdPath, caller: CallerOf, services: ServicesOf) -> Run:
    """Return the caller's run. Somebody else's does not exist for them."""
    return await services.context.store.get(run_id, owner=owner_of(caller))


OwnRun = Annotated[Run, Depends(own_run)]


@router.get(
    "",
    summary="List your runs",
    description="Newest first, page by page.",
    response_model=RunList,
    responses={**problems.documented(UsageError, StorageError), **problems.INVALID},
)
async def list_runs(
    caller: CallerOf,
    services: ServicesOf,
    limit: Annotated[int, Query(ge=1, le=200, description="Runs on one page.", examples=[50])] = 50,
    cursor: Annotated[
        str | None, Query(max_length=200, description="`next_cursor` of the page before.", examples=[None])
    ] = None,
    kind: Annotated[str | None, Query(max_length=40, description="Only this kind.", examples=["diagnosis"])] = None,
    state: Annotated[RunState | None, Query(description="Only in this state.", examples=["succeeded"])] = None,
) -> RunList:
    """Return one page."""
    page = await services.context.store.list_runs(
        owner=owner_of(caller), limit=limit, cursor=cursor, kind=kind, state=state
    )
    return RunList(runs=[run_view(run) for run in page.runs], next_cursor=page.next_cursor)


@router.get(
    "/{run_id}",
    summary="Look at a run",
    description="State, steps, progress and, when it failed, why.",
    response_model=RunView,
    responses={**problems.documented(RunNotFound, StorageError), **problems.INVALID},
)
async def read_run(run: OwnRun) -> RunView:
    """Return the run as it is now."""
    return run_view(run)


@router.post(
    "/{run_id}/cancel",
    summary="Cancel a run",
    description="Ask for its end and return it. A run that has ended stays as it is.",
    response_model=RunView,
    responses={**problems.documented(RunNotFound, StorageError), **problems.INVALID},
)
async def cancel_run(run: OwnRun, caller: CallerOf, services: ServicesOf) -> RunView:
    """Cancel, and wait a moment for it to take effect."""
    store = services.context.store
    asked = await store.request_cancel(run.id, owner=owner_of(caller))
    return run_view(asked if asked.ended else await store.wait_finished(run.id, CANCEL_SECONDS))


_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `state`, `step`, `progress`, `result`, `error`, and `done` as the last. "
        "Each has the run's sequence number as its id. `stopping` says that the server stops: connect again with "
        "`Last-Event-ID`.",
        "content": {
            "text/event-stream": {
                "example": 'event: step\ndata: {"name":"collect","state":"running","note":""}\nid: 3\n\n'
            }
        },
    }
}


@router.get(
    "/{run_id}/events",
    summary="Follow a run",
    description="All events of the run from its beginning, or after `Last-Event-ID`, each exactly once.",
    response_class=EventSourceResponse,
    responses={**_STREAM, **problems.documented(RunNotFound, StorageError), **problems.INVALID},
)
async def follow_run(
    run: OwnRun,
    services: ServicesOf,
    last_event_id: Annotated[
        int, Header(ge=0, le=2**31 - 1, description="The id of the last event that you have.", examples=[0])
    ] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Yield events until the run has ended."""
    context, seq, ended = services.context, last_event_id, run.ended
    with services.streams.track_inprogress():
        while True:
            events = await next_events(context, run.id, seq, 0 if ended else LOOK_SECONDS)
            if events is None:
                yield ServerSentEvent(event="stopping", data={"reason": "the server stops"}, retry=RECONNECT_MS)
                return
            for event in events:
                seq = event.seq
                yield _sent(event, run)
                if event.last:
                    return
            if ended and not events:  # the caller has them all; without a last event a browser would ask for ever
                state = (await context.store.get(run.id, owner=None)).state
                yield ServerSentEvent(event="done", data={"state": state}, id=str(seq))
                return
            ended = ended or (await context.store.get(run.id, owner=None)).ended


def _sent(event: RunEvent, run: Run) -> ServerSentEvent:
    data = event.body
    if event.type == "result" and run.kind == "diagnosis" and isinstance(data, dict):
        data = data.get("document")
    return ServerSentEvent(
        event=event.type, id=str(event.seq), data=data, retry=RECONNECT_MS if event.seq == 1 else None
    )
