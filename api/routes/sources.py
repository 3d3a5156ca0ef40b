"""``/v1/sources``: where documents come from. What a caller may not see does not exist for them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from api.answers import json_response
from api.context import CallerOf, Services, ServicesOf, owner_of
from api.knowledge import require_location, require_place
from api.knowledge_bodies import DOCUMENT_BODY, MAX_NAME, json_body, read_body, read_document
from api.knowledge_callers import BODIES, AccessOf, Cursor, SourceId, changeable_source, refusals
from api.knowledge_models import CLEAN, SourceChange, SourceList, SourceRequest, SourceStarted, SourceView
from api.knowledge_runs import fingerprint, follow_source
from api.knowledge_sources import free_name, record_of, require_movable, same_place
from api.knowledge_views import shown_source
from api.models import run_view
from api.routes.parameters import IdempotencyKey
from core.errors import Conflict, Forbidden, UsageError
from core.identity import Caller
from core.runs import Run
from kb.errors import SourceNotFound
from kb.records.errors import SourceExists
from kb.records.model import SourceRecord
from kb.records.rows import cursor_of, place_of
from kb.sources import Fetched, SourceInvalid, SourceRefused
from kb.stores import Access

router = APIRouter(prefix="/v1/sources", tags=["knowledge"])

REMOVED_SECONDS = 10.0
"""How long a removal is waited for: that of 10,000 documents takes about as long."""

Begin = Callable[[], Awaitable[object]]
_STARTED: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "It goes on: the run follows it. Cancelling the run cancels the ingestion.",
        "model": SourceStarted,
        "headers": {"Location": {"schema": {"type": "string"}, "description": "The run."}},
    }
}


@router.post(
    "",
    summary="Add a source",
    description="Read a place and index its documents. The same place under the same access is read again instead of "
    "being added twice. The caller's rights decide which access a source may get.",
    status_code=202,
    response_class=Response,
    responses={
        **_STARTED,
        **refusals(UsageError, *BODIES, SourceInvalid, SourceRefused, Forbidden, Conflict),
    },
    openapi_extra=json_body(
        SourceRequest,
        web_site={"location": "https://docs.example.com", "name": "team-docs", "schedule_seconds": 86_400},
        git={"kind": "git", "options": {"url": "https://git.example.com/docs.git"}, "access": "namespace:shop"},
    ),
)
async def add_source(
    request: Request, caller: CallerOf, services: ServicesOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Check the rights, then begin."""
    body = await read_body(request, SourceRequest)
    parts = services.knowledge
    require_location(caller, body.location)
    record = record_of(body, created_by=owner_of(caller))
    require_place(caller, record.kind, record.options)
    if record.kind == "events":
        services.clusters.client(caller)  # raises where there is no cluster that events could come from
    await services.rights.require_change(caller, "create", record.access)

    async def begin() -> SourceRecord:
        known = await parts.sources.list(Access(labels=frozenset({record.access})))
        same = next((one for one in known if same_place(one, record)), None)
        if same is None:
            named = record if body.name else replace(record, name=free_name(record.name, known))
            added = await parts.ingest.add(named)
            parts.feeds.look()
            return added
        if same.kind != "upload":
            await parts.ingest.sync(same.id)
        return same

    mark = fingerprint("add", body.model_dump(mode="json"))
    source, run = await follow_source(services, caller, begin, idempotency_key=idempotency_key, fingerprint=mark)
    return await started(services, source, run)


@router.get(
    "",
    summary="List sources",
    description="Those that the caller may read, by name, each with the progress of its documents.",
    response_model=SourceList,
    responses={**refusals(UsageError)},
)
async def list_sources(
    services: ServicesOf,
    access: AccessOf,
    limit: Annotated[int, Query(ge=1, le=200, description="Sources on one page.", examples=[50])] = 50,
    cursor: Cursor = None,
    name: Annotated[str, Query(max_length=120, pattern=CLEAN, description="Only the ones of this name.")] = "",
) -> SourceList:
    """Return one page."""
    parts = services.knowledge
    found = [source for source in await parts.sources.list(access) if not name or source.name == name]
    if cursor is not None:
        after = tuple(place_of(cursor, 2))
        found = [source for source in found if (source.name, source.id) > after]
    shown = found[:limit]
    more = len(found) > limit
    return SourceList(
        sources=[await shown_source(parts, source) for source in shown],
        next_cursor=cursor_of(shown[-1].name, shown[-1].id) if more else None,
    )


@router.get(
    "/{source_id}",
    summary="Look at a source",
    description="How it was added, when it was read, and how far its documents are.",
    response_model=SourceView,
    responses={**refusals(SourceNotFound)},
)
async def read_source(source_id: SourceId, services: ServicesOf, access: AccessOf) -> SourceView:
    """Return the source as it is now."""
    parts = services.knowledge
    source = await parts.sources.get(source_id, access=access)
    return await shown_source(parts, source)


@router.patch(
    "/{source_id}",
    summary="Change a source",
    description="Its name, weight, schedule or access. A new access needs the right to add sources there.",
    response_model=SourceView,
    responses=refusals(UsageError, *BODIES, SourceInvalid, Forbidden, SourceNotFound, SourceExists),
    openapi_extra=json_body(SourceChange, weight={"weight": 2.0}, by_hand_only={"schedule_seconds": None}),
)
async def change_source(
    source_id: SourceId, request: Request, caller: CallerOf, services: ServicesOf, access: AccessOf
) -> SourceView:
    """Check both accesses, then write what was sent."""
    body = await read_body(request, SourceChange)
    parts = services.knowledge
    source = await changeable_source(services, caller, access, source_id, "update")
    if body.access is not None and body.access != source.access:
        require_movable(source)
        await services.rights.require_change(caller, "create", body.access)
        await parts.ingest.set_access(source.id, body.access)
    if body.weight is not None and body.weight != source.weight:
        await parts.ingest.set_weight(source.id, body.weight)
    if "schedule_seconds" in body.model_fields_set:
        await parts.ingest.set_schedule(source.id, body.schedule_seconds)
    if body.name is not None and body.name != source.name:
        await parts.sources.update(source.id, name=body.name)
    source = await parts.sources.get(source.id, access=None)
    return await shown_source(parts, source)


@router.delete(
    "/{source_id}",
    summary="Remove a source",
    description="With everything in it. What is left after some seconds is deleted in the background.",
    status_code=204,
    response_class=Response,
    responses={**refusals(Forbidden, SourceNotFound)},
)
async def remove_source(source_id: SourceId, caller: CallerOf, services: ServicesOf, access: AccessOf) -> Response:
    """Remove, and wait a moment for it to take effect."""
    source = await changeable_source(services, caller, access, source_id, "delete")
    ingest = services.knowledge.ingest
    await ingest.remove(source.id)
    await ingest.wait_idle(REMOVED_SECONDS, source_id=source.id)
    return Response(status_code=204)


def _again(what: str, summary: str, description: str) -> Callable[[Any], Any]:
    return router.post(
        f"/{{source_id}}/{what}",
        summary=summary,
        description=description,
        status_code=202,
        response_class=Response,
        responses={
            **_STARTED,
            **refusals(UsageError, Forbidden, SourceNotFound, Conflict),
        },
    )


@_again("sync", "Read a source again", "List it now, and index what is new or has changed.")
async def sync_source(
    source_id: SourceId,
    caller: CallerOf,
    services: ServicesOf,
    access: AccessOf,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Begin."""
    source, ingest = await changeable_source(services, caller, access, source_id, "update"), services.knowledge.ingest
    return await _begun(services, caller, source, idempotency_key, "sync", lambda: ingest.sync(source.id))


@_again("retry", "Try failed documents again", "Those that gave up, wait or were cancelled; a failed listing too.")
async def retry_source(
    source_id: SourceId,
    caller: CallerOf,
    services: ServicesOf,
    access: AccessOf,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Begin."""
    source = await changeable_source(services, caller, access, source_id, "update")
    return await _begun(
        services, caller, source, idempotency_key, "retry", lambda: services.knowledge.ingest.retry(source_id=source.id)
    )


@router.post(
    "/{source_id}/cancel",
    summary="Cancel the ingestion of a source",
    description="Nothing more of it is read until somebody asks for it. What is indexed stays searchable.",
    response_model=SourceView,
    responses={**refusals(Forbidden, SourceNotFound)},
)
async def cancel_source(source_id: SourceId, caller: CallerOf, services: ServicesOf, access: AccessOf) -> SourceView:
    """Cancel, and return the source as it is now."""
    parts = services.knowledge
    source = await changeable_source(services, caller, access, source_id, "update")
    await parts.ingest.cancel(source_id=source.id)
    source = await parts.sources.get(source.id, access=None)
    return await shown_source(parts, source)


@router.post(
    "/{source_id}/documents",
    summary="Upload a document",
    description="Into a source of kind `upload`. The same name again replaces the document; until the new one is "
    "indexed the old one is found. `knowledge.max_document_bytes` bounds it.",
    status_code=202,
    response_class=Response,
    responses={
        **_STARTED,
        **refusals(UsageError, *BODIES, SourceInvalid, Forbidden, SourceNotFound, Conflict),
    },
    openapi_extra=DOCUMENT_BODY,
)
async def upload_document(
    source_id: SourceId,
    request: Request,
    caller: CallerOf,
    services: ServicesOf,
    access: AccessOf,
    name: Annotated[
        str, Query(max_length=MAX_NAME, pattern=CLEAN, description="Its file name.", examples=["guide.md"])
    ] = "",
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Take the bytes in, then begin."""
    parts = services.knowledge
    source = await changeable_source(services, caller, access, source_id, "update")
    if source.kind != "upload":
        raise SourceInvalid(
            f"{source.name} is a source of kind {source.kind}; documents are sent to sources of kind upload.",
            next_step='Add one: POST /v1/sources with {"kind": "upload", "name": "files"}.',
        )
    sent = await read_document(request, name, services.context.settings.knowledge.max_document_bytes)
    data = await sent.data()
    uploaded: list[str] = []

    async def begin() -> SourceRecord:
        fetched = Fetched(data=data, name=sent.name, media_type=sent.media_type)
        uploaded.append((await parts.ingest.upload(source.id, fetched)).id)
        return source

    mark = fingerprint("upload", source.id, sent.name, sent.media_type, sha256(data).hexdigest())
    source, run = await follow_source(services, caller, begin, idempotency_key=idempotency_key, fingerprint=mark)
    return await started(services, source, run, uploaded)


async def _begun(
    services: Services, caller: Caller, source: SourceRecord, key: str | None, what: str, begin: Begin
) -> Response:
    async def begun() -> SourceRecord:
        await begin()
        return await services.knowledge.sources.get(source.id, access=None)

    mark = fingerprint(what, source.id)
    found, run = await follow_source(services, caller, begun, idempotency_key=key, fingerprint=mark)
    return await started(services, found, run)


async def started(services: Services, source: SourceRecord, run: Run, documents: list[str] | None = None) -> Response:
    """Answer that a run goes on, and where to look."""
    view = SourceStarted(
        source=await shown_source(services.knowledge, source),
        run=run_view(run),
        documents=documents or [],
    )
    headers = {"Location": f"/v1/runs/{run.id}", "Retry-After": "1"}
    return json_response(view.model_dump(mode="json"), 202, headers)
