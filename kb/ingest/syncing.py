"""List a source: queue what is new or has changed, remove what is gone."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.errors import SextantError
from kb.ingest.context import Context
from kb.ingest.failing import failure_of
from kb.ingest.limits import IngestEvent
from kb.records.jobs import NewJob
from kb.records.listing import Told, forget_documents, known_stamps, locked_source, tell
from kb.records.model import Job, SourceRecord
from kb.records.rows import Connection, document_id, plain, plain_uri
from kb.records.sources import update_source
from kb.records.spool import put_by
from kb.records.versions import set_families, sweep_of
from kb.sources.source import Fetched, Item, Trouble

BATCH = 200
"""Documents of one transaction: about 20 ms of the writer."""

BATCH_BYTES = 8 * 1024 * 1024
"""Fetched content of one transaction."""

BATCH_SECONDS = 1.0
"""A slow listing shows what it has found so far."""


@dataclass(slots=True, kw_only=True)
class _Batch:
    told: list[Told] = field(default_factory=list)
    contents: list[tuple[str, Fetched]] = field(default_factory=list)
    size: int = 0
    since: float = 0.0

    def full(self, now: float) -> bool:
        return bool(self.told) and (
            len(self.told) >= BATCH or self.size >= BATCH_BYTES or now - self.since > BATCH_SECONDS
        )


async def sync(context: Context, job: Job) -> None:
    """Do a sync job to its end. When the listing fails, what it told so far is indexed and nothing is removed."""
    begun = await _begin(context, job)
    if begun is None:
        return
    source, known = begun
    context.tell(IngestEvent(kind="sync", source=source.id))
    try:
        async with asyncio.timeout(context.limits.sync_seconds):
            seen = await _list(context, job, source, known)
    except (SextantError, TimeoutError, OSError):
        await _plan(context, job, source)
        raise
    await _forget(context, job, source, sorted(known.keys() - seen))
    async with context.database.write() as connection:
        await context.jobs.hold(connection, job)
        now = await context.jobs.now(connection)
        told = {"state": "ready", "synced_at": now, "last_error": "", "error_code": ""}
        await update_source(connection, source.id, {**told, "next_sync_at": _next(source, now)})
        await context.jobs.done(connection, [job])
    context.tell(IngestEvent(kind="sync", source=source.id, state="ready"))


async def _begin(context: Context, job: Job) -> tuple[SourceRecord, dict[str, str]] | None:
    async with context.database.write() as connection:
        await context.jobs.hold(connection, job)
        source = await locked_source(connection, job.source)
        if source is None or source.state == "removing":
            await context.jobs.done(connection, [job])
            return None
        await update_source(connection, source.id, {"state": "syncing"})
        return source, await known_stamps(connection, source.id)


async def _list(context: Context, job: Job, source: SourceRecord, known: Mapping[str, str]) -> set[str]:
    """Queue what the source tells of; return the URIs of all that is there."""
    loop = asyncio.get_running_loop()
    seen: set[str] = set()
    batch = _Batch(since=loop.time())
    async with context.sources.use(source) as opened:
        items = opened.items(known)
        try:
            async for item in items:
                uri = plain_uri(item.uri)
                if uri in seen:
                    continue
                seen.add(uri)
                _take(batch, source, item, known)
                if batch.full(loop.time()):
                    full, batch = batch, _Batch(since=loop.time())
                    await _write(context, job, full)
        except (SextantError, OSError):
            await _write(context, job, batch)
            raise
        finally:
            if isinstance(items, AsyncGenerator):
                await items.aclose()
    await _write(context, job, batch)
    return seen


def _take(batch: _Batch, source: SourceRecord, item: Item | Trouble, known: Mapping[str, str]) -> None:
    if isinstance(item, Trouble):
        failure = failure_of(item.error)
        batch.told.append(Told(uri=item.uri, stamp="", trouble=(failure.message, failure.code, not failure.permanent)))
        return
    stamp = plain(item.stamp)
    if stamp and known.get(plain_uri(item.uri)) == stamp:
        return
    batch.told.append(Told(uri=item.uri, stamp=stamp))
    if item.content is not None:
        batch.contents.append((document_id(source.id, plain_uri(item.uri)), item.content))
        batch.size += len(item.content.data)


async def _write(context: Context, job: Job, batch: _Batch) -> None:
    if not batch.told:
        return
    async with context.database.write() as connection:
        await context.jobs.hold(connection, job)
        source = await locked_source(connection, job.source)
        if source is None or source.state == "removing":
            return
        now = await context.jobs.now(connection)
        await tell(connection, source, batch.told, next_try=_next(source, now))
        await put_by(connection, batch.contents)
        wanted = [one.id(source.id) for one in batch.told if one.trouble is None]
        await queue_documents(context, connection, source.id, wanted)
    context.wake("index")


async def queue_documents(context: Context, connection: Connection, source: str, documents: list[str]) -> None:
    """Queue index jobs in the caller's transaction."""
    most = context.limits.max_attempts
    jobs = [
        NewJob(key=f"index:{key}", kind="index", source=source, document=key, max_attempts=most) for key in documents
    ]
    await context.jobs.put(connection, jobs)


async def _forget(context: Context, job: Job, source: SourceRecord, uris: list[str]) -> None:
    """Remove documents that are not told any more, with what the vector store has of them."""
    for at in range(0, len(uris), BATCH):
        gone = [document_id(source.id, uri) for uri in uris[at : at + BATCH]]
        async with context.families.changing() as families, context.database.write() as connection:
            await context.jobs.hold(connection, job)
            await forget_documents(connection, gone)
            changed: dict[str, str] = {}
            for key in gone:
                changed |= families.leave(key)
            await set_families(connection, {key: to for key, to in changed.items() if key not in gone})
            await context.jobs.put(connection, [sweep_of(key, source.id) for key in gone])
        context.wake("sweep")


async def _plan(context: Context, job: Job, source: SourceRecord) -> None:
    """Write down when a source whose listing failed is listed again by its schedule."""
    async with context.database.write() as connection:
        await context.jobs.hold(connection, job)
        now = await context.jobs.now(connection)
        await update_source(connection, source.id, {"next_sync_at": _next(source, now)})


def _next(source: SourceRecord, now: datetime) -> datetime | None:
    return None if source.schedule_seconds is None else now + timedelta(seconds=source.schedule_seconds)
