"""``/v1/knowledge``: the knowledge base as a whole: how it stands, building it anew, backup and restore."""

import os
import tempfile
from pathlib import Path
from typing import Any, Final

import anyio
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from api import problems
from api.answers import accepted
from api.context import CallerOf, Services, ServicesOf, owner_of
from api.files import CHUNK, chunks
from api.knowledge_callers import CLOSED, AccessOf, refusals
from api.knowledge_models import KnowledgeView, TroubleView
from api.knowledge_runs import FOLLOWED_SECONDS, fingerprint, reindexing
from api.knowledge_views import progress_view
from api.routes.parameters import IdempotencyKey
from api.uploads import Upload, read_raw
from core.errors import BundleTooLarge, Conflict, Forbidden, SextantError
from core.identity import Caller
from kb.backup import BackupBroken, backup
from kb.errors import KnowledgeOff
from kb.ingest.collections import ALIAS
from kb.knowledge import Knowledge, Parts
from kb.stores import PLATFORM

router = APIRouter(prefix="/v1/knowledge", tags=["knowledge"])

ZSTD: Final = "application/zstd"
_RUN: dict[int | str, dict[str, Any]] = {
    202: {
        "description": "It goes on: follow `Location`, or its event stream.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RunView"}}},
        "headers": {"Location": {"schema": {"type": "string"}, "description": "The run."}},
    }
}
_FILE = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "",
    summary="Look at the knowledge base",
    description="Whether it works and why not, where vectors live, which model makes them, how much there is that the "
    "caller may read, and what waits to be done.",
    response_model=KnowledgeView,
    responses=problems.documented(*CLOSED),
)
async def read_knowledge(caller: CallerOf, services: ServicesOf) -> KnowledgeView:
    """Tell; a knowledge base that is closed is told and no failure."""
    settings = services.context.settings.knowledge
    try:
        parts = services.knowledge
    except SextantError as trouble:
        return KnowledgeView(
            state="off" if isinstance(trouble, KnowledgeOff) else "trouble",
            trouble=TroubleView(code=trouble.code, message=trouble.message, next_step=trouble.next_step),
            store=settings.store,
            model=settings.embeddings_model or "bundled",
            collection="",
            sources=0,
            progress=None,
            queue=0,
        )
    labels = frozenset(source.access for source in await parts.sources.list(None))
    access = await services.rights.access(caller, labels)
    return KnowledgeView(
        state="ready",
        trouble=None,
        store=settings.store,
        model=parts.embedder.name,
        collection=await parts.store.target(ALIAS) or "",
        sources=len(await parts.sources.list(access)),
        progress=progress_view(await parts.documents.progress(access=access)),
        queue=await parts.jobs.open(),
    )


@router.post(
    "/reindex",
    summary="Build the index anew",
    description="Make all vectors again from the stored texts, beside those that are searched, and switch when they "
    "are complete: searches go on meanwhile. Needs the right to change what everybody finds.",
    status_code=202,
    response_class=Response,
    responses={**_RUN, **refusals(Forbidden, Conflict)},
)
async def reindex(
    caller: CallerOf, services: ServicesOf, access: AccessOf, idempotency_key: IdempotencyKey = None
) -> Response:
    """Begin."""
    del access  # asked for, so that a closed knowledge base says so first
    await services.rights.require_change(caller, "update", PLATFORM)
    run = await services.followers.start(
        kind="reindex",
        owner=owner_of(caller),
        work=reindexing(services.knowledge),
        deadline_seconds=FOLLOWED_SECONDS,
        idempotency_key=idempotency_key,
        fingerprint=fingerprint("reindex"),
    )
    return accepted(run)


@router.get(
    "/backup",
    summary="Back up the knowledge base",
    description="Everything as of one moment as one file: sources, texts, uploads, patterns, incidents. Vectors are "
    "not in it; they are made again. It holds what every tenant has, so it needs the right to change all of it.",
    response_class=StreamingResponse,
    responses={200: {"description": "The backup.", "content": {ZSTD: _FILE}}, **refusals(Forbidden, BackupBroken)},
)
async def take_backup(caller: CallerOf, services: ServicesOf, access: AccessOf) -> StreamingResponse:
    """Write it to a file that nobody else can see, and stream it."""
    del access
    await require_operator(services, caller)
    with tempfile.TemporaryDirectory(prefix="sextant-") as folder:
        path = Path(folder) / "knowledge"
        await backup(services.context.database, path)
        file = path.open("rb")
    size = os.fstat(file.fileno()).st_size
    headers = {"Content-Length": str(size), "Content-Disposition": 'attachment; filename="knowledge.sextant"'}
    return StreamingResponse(chunks(file), media_type=ZSTD, headers=headers)


@router.post(
    "/restore",
    summary="Restore the knowledge base",
    description="Replace everything by what a backup holds, after the whole file was checked, and make the vectors "
    "again. `server.max_upload_bytes` bounds the file.",
    status_code=202,
    response_class=Response,
    responses={
        **_RUN,
        **refusals(problems.BodyTooLarge, problems.MediaTypeUnknown, BackupBroken, Forbidden, Conflict),
    },
    openapi_extra={"requestBody": {"required": True, "content": {ZSTD: _FILE, "application/octet-stream": _FILE}}},
)
async def put_back(request: Request, caller: CallerOf, services: ServicesOf, access: AccessOf) -> Response:
    """Take the file in, restore, and begin to build the index."""
    del access
    await require_operator(services, caller)
    knowledge = services.context.knowledge
    assert knowledge is not None  # noqa: S101 - its access was asked for
    most = services.context.settings.server.max_upload_bytes
    try:
        upload = await read_raw(request, most)
    except BundleTooLarge as exc:
        raise problems.BodyTooLarge(
            f"The backup has more than {most} bytes.", next_step="Raise server.max_upload_bytes."
        ) from exc
    parts = await restored(knowledge, upload)
    run = await services.followers.start(
        kind="reindex",
        owner=owner_of(caller),
        work=reindexing(parts, begun=True),
        deadline_seconds=FOLLOWED_SECONDS,
    )
    return accepted(run)


async def restored(knowledge: Knowledge, upload: Upload) -> Parts:
    """Replace what is stored while nothing is ingested, and return the parts of the knowledge base opened again."""
    with tempfile.TemporaryDirectory(prefix="sextant-") as folder:
        path = Path(folder) / "knowledge"
        await anyio.to_thread.run_sync(_written, upload, path)
        await knowledge.restore(path)
    return knowledge.parts


async def require_operator(services: Services, caller: Caller) -> None:
    """Raise ``Forbidden`` unless the caller may see and replace what every tenant has."""
    await services.rights.require_change(caller, "update", PLATFORM)
    if not await services.rights.may_read(caller, ""):
        raise Forbidden(
            f"{caller.name} may not list pods in all namespaces, and a backup holds what all of them have.",
            next_step="Ask somebody who may.",
        )


def _written(upload: Upload, path: Path) -> None:
    with path.open("wb") as file:
        while chunk := upload.file.read(CHUNK):
            file.write(chunk)
    upload.close()
