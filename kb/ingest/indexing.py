"""Index one document: fetch, read, split, embed, write beside the old version, then make it the current one."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any

from kb.documents.errors import DocumentEmpty
from kb.embed.embedder import Vector
from kb.ingest.committing import Committer
from kb.ingest.context import Context
from kb.ingest.entering import asked_of, entries, version_of
from kb.ingest.failing import in_words
from kb.ingest.limits import IngestEvent
from kb.ingest.preparing import Prepared
from kb.records.documents import Sourced
from kb.records.model import DocumentState, Job, StoredDocument
from kb.records.rows import plain
from kb.records.spool import spooled
from kb.records.versions import Outcome, Verdict
from kb.sources.source import Fetched
from kb.stores.errors import StoreFailed
from kb.stores.store import Collection

BATCH = 64
"""Passages of one write: the embedded store holds the interpreter for about 2 ms."""

HEAVY_BYTES = 2 * 1024 * 1024
"""Documents above this are worked on one at a time: each may take some hundred MB while it is read."""

REWRITES = 5
"""How often a document is written again because access or collections changed under it, before it is tried later."""

NOTHING = "There is nothing in it to index: no text below its front matter."


async def index(context: Context, committer: Committer, job: Job, release: Callable[[], None]) -> None:
    """Do an index job to its end. ``release`` is called when the work is done and only the transaction is left.

    Raises what went wrong; then nothing has become current, and the version that could be found still can.
    """
    with committer.working():
        loaded = await _load(context, job)
        if loaded is None:
            await _end(context, job)
            return
        async with context.slots:
            began = asyncio.get_running_loop().time()
            async with asyncio.timeout(context.limits.document_seconds):
                outcome, prepared = await _work(context, job, loaded)
            context.pace.note(asyncio.get_running_loop().time() - began)
    release()
    verdict = await committer.settle(outcome)
    for _ in range(REWRITES):
        if verdict != "stale" or prepared is None:
            break
        verdict = await _rewrite(context, committer, job, prepared)
    _tell(context, job, outcome, verdict)
    if verdict == "stale":
        message = "access or collections changed again and again while the document was written"
        raise StoreFailed(message, next_step="it is tried again by itself")


async def _load(context: Context, job: Job) -> Sourced | None:
    found = await context.loader.load(job.document)
    return None if found is None or found.source.state == "removing" else found


async def _end(context: Context, job: Job) -> None:
    async with context.database.write() as connection:
        await context.jobs.cancelled(connection, job)


async def _work(context: Context, job: Job, loaded: Sourced) -> tuple[Outcome, Prepared | None]:
    """Return what came of the document; its passages stand in the vector store, not yet current."""
    content = None
    if loaded.spooled:
        async with context.database.read() as connection:
            content = await spooled(connection, job.document)
    if content is None:
        async with context.sources.use(loaded.source) as source:
            content = await source.fetch(loaded.document.uri)
    if len(content.data) < HEAVY_BYTES:
        return await _worked(context, job, loaded.document, content)
    async with context.heavy:
        return await _worked(context, job, loaded.document, content)


async def _worked(
    context: Context, job: Job, document: StoredDocument, content: Fetched
) -> tuple[Outcome, Prepared | None]:
    asked = asked_of(document, content, anew=bool(job.payload.get("anew")))
    try:
        prepared = await context.in_thread(context.readers.read, asked)
    except DocumentEmpty as exc:
        # Bytes without any text in them replace what was there; no bytes at all look like a write that was cut off.
        return _skipped(job, in_words(exc), exc.code, drop=bool(content.data.strip())), None
    if isinstance(prepared, Prepared):
        return await _written(context, job, prepared, document), prepared
    if not prepared.same:
        return _skipped(job, NOTHING, "document_empty", drop=True), None
    values = {"state": "ready", "last_error": "", "error_code": "", "notes": list(prepared.notes)}
    return Outcome(job=job, values={**values, "media_type": prepared.media_type}), None


async def _written(context: Context, job: Job, prepared: Prepared, document: StoredDocument) -> Outcome:
    written = await _write(context, prepared, document)
    return Outcome(job=job, version=version_of(prepared, document.access, written), values={})


async def _write(context: Context, prepared: Prepared, document: StoredDocument) -> frozenset[str]:
    """Embed the passages and write them to every collection of this model, a batch at a time."""
    collections = await context.collections.live(fitting=True)
    if not collections:
        message = "there is no collection for this model yet"
        raise StoreFailed(message, next_step="it is tried again by itself while the collection is being made")
    vectors = context.embedder.passages(map(prepared.embedded, range(len(prepared.rows))))
    first, batch = 0, list[Vector]()
    try:
        async for vector in vectors:
            batch.append(vector)
            if len(batch) == BATCH:
                await _upsert(collections, prepared, document, first, batch)
                first, batch = first + len(batch), []
    finally:
        if isinstance(vectors, AsyncGenerator):
            await vectors.aclose()
    await _upsert(collections, prepared, document, first, batch)
    return frozenset(one.name for one in collections)


async def _upsert(
    collections: Sequence[Collection],
    prepared: Prepared,
    document: StoredDocument,
    first: int,
    vectors: list[Vector],
) -> None:
    made = entries(prepared, document, document.access, first, vectors)
    for collection in collections:
        await collection.upsert(made)


async def _rewrite(context: Context, committer: Committer, job: Job, prepared: Prepared) -> Verdict:
    """Write the passages again under the access and to the collections of now."""
    context.collections.refresh()
    loaded = await _load(context, job)
    if loaded is None:
        await _end(context, job)
        return "gone"
    return await committer.settle(await _written(context, job, prepared, loaded.document))


def _skipped(job: Job, message: str, code: str, *, drop: bool) -> Outcome:
    values: dict[str, Any] = {"state": "skipped", "last_error": plain(message), "error_code": code}
    return Outcome(job=job, values=values, drop=drop)


def _tell(context: Context, job: Job, outcome: Outcome, verdict: Verdict) -> None:
    if verdict == "done":
        state: DocumentState = "skipped" if outcome.values.get("state") == "skipped" else "ready"
        error = str(outcome.values.get("last_error", ""))
        context.tell(IngestEvent(kind="index", source=job.source, document=job.document, state=state, error=error))
