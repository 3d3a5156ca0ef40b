"""Build a collection anew from the texts in the database, beside the one that is searched, then switch.

Documents are copied in the order of their ids, and how far that came is written down with each page. Documents that
are indexed meanwhile are written to both collections; what changed while a page was copied is swept or copied again.
"""

from collections.abc import AsyncGenerator, Sequence

from core.errors import NotFound
from kb.embed.embedder import Vector, shorten
from kb.ingest.collections import ALIAS
from kb.ingest.context import Context
from kb.ingest.entering import embedded, stored_entries
from kb.ingest.limits import IngestEvent
from kb.records.documents import documents_of
from kb.records.indexes import IndexRecord, all_indexes, forget_indexes, set_index
from kb.records.jobs import NewJob
from kb.records.model import Job, StoredDocument, StoredPassage
from kb.records.passages import DocumentPassages, passages_after
from kb.records.versions import sweep_of
from kb.stores.store import Collection

PAGE_PASSAGES = 512
"""Passages between two notes of how far it came: what a crash makes it do again, some seconds of embedding."""

PAGE_DOCUMENTS = 64
BATCH = 64
"""Passages of one write, as in indexing."""


async def rebuild(context: Context, job: Job) -> None:
    """Go on with the collection that is being built; switch to it when it is complete; drop what was replaced."""
    record = await _building(context)
    if record is not None:
        await _build(context, job, record)
        if context.limits.drop_after_seconds:
            async with context.database.write() as connection:
                await context.jobs.postpone(connection, job, context.limits.drop_after_seconds)
            return
    await _drop(context, job)


async def _building(context: Context) -> IndexRecord | None:
    records = await context.collections.indexes.list()
    return next((one for one in records if one.state == "building" and context.collections.fits(one)), None)


async def _build(context: Context, job: Job, record: IndexRecord) -> None:
    collection = await context.collections.open(record)
    position = record.position
    while True:
        async with context.database.read() as connection:
            page = await passages_after(connection, position, documents=PAGE_DOCUMENTS, passages=PAGE_PASSAGES)
        if page:
            long = await _copy(context, collection, page)
            await collection.flush()
            position = await _checked(context, job, record, page, position, long)
            context.tell(IngestEvent(kind="rebuild", source="", document=position))
        elif (before := await _switched(context, job, record, position)) is None:
            break
        else:
            position = before
    context.collections.refresh()
    context.tell(IngestEvent(kind="rebuild", source="", state="ready"))


async def _switched(context: Context, job: Job, record: IndexRecord, position: str) -> str | None:
    """Make the collection the one that is searched. Return where to go on when that is too early."""
    await context.store.switch(ALIAS, record.collection)
    async with context.database.write() as connection:
        await context.collections.indexes.lock(connection, shared=False)
        await context.jobs.hold(connection, job)
        records = await all_indexes(connection)
        stored = next((one.position for one in records if one.collection == record.collection), position)
        if stored != position:
            return stored
        for one in records:
            if one.state == "current" and one.collection != record.collection:
                await set_index(connection, one.collection, state="retired")
        await set_index(connection, record.collection, state="current", position="")
    return None


async def _copy(context: Context, collection: Collection, page: Sequence[DocumentPassages]) -> set[str]:
    """Write the passages of a page; return the documents with passages too long for this model.

    Those are found by their beginnings until they have been split anew.
    """
    passages = [one for document in page for one in document.passages]
    texts, long = await context.in_thread(_texts, context, passages)
    vectors = context.embedder.passages(texts)
    first, batch = 0, list[Vector]()
    try:
        async for vector in vectors:
            batch.append(vector)
            if len(batch) == BATCH:
                await collection.upsert(
                    await context.in_thread(stored_entries, passages[first : first + len(batch)], batch)
                )
                first, batch = first + len(batch), []
    finally:
        if isinstance(vectors, AsyncGenerator):
            await vectors.aclose()
    await collection.upsert(await context.in_thread(stored_entries, passages[first:], batch))
    return long


def _texts(context: Context, passages: Sequence[StoredPassage]) -> tuple[list[str], set[str]]:
    texts, long = [], set()
    for one in passages:
        whole = embedded(one)
        fitting = shorten(context.embedder, whole)
        if fitting != whole:
            long.add(one.document)
        texts.append(fitting)
    return texts, long


async def _checked(
    context: Context,
    job: Job,
    record: IndexRecord,
    page: Sequence[DocumentPassages],
    position: str,
    long: set[str],
) -> str:
    """Write down how far it came. Return the position, the old one where the page must be copied again."""
    copied = {one.document: one for one in page}
    async with context.database.write() as connection:
        await context.collections.indexes.lock(connection, shared=False)
        await context.jobs.hold(connection, job)
        stored = next(
            (one.position for one in await all_indexes(connection) if one.collection == record.collection), position
        )
        if stored != position:
            return stored  # a process with another model has indexed a document that was copied before
        now = await documents_of(connection, copied)
        if any(_moved(now.get(key), one) for key, one in copied.items()):
            return position
        changed = [key for key, one in copied.items() if key not in now or now[key].revision != one.revision]
        await context.jobs.put(connection, [sweep_of(key, "") for key in changed])
        split_anew = [
            NewJob(
                key=f"index:{key}",
                kind="index",
                source=now[key].source,
                document=key,
                payload={"anew": True},
                max_attempts=context.limits.max_attempts,
            )
            for key in sorted(long & now.keys())
        ]
        await context.jobs.put(connection, split_anew)
        await set_index(connection, record.collection, position=page[-1].document)
    context.wake("sweep", "index")
    return page[-1].document


def _moved(now: StoredDocument | None, copied: DocumentPassages) -> bool:
    """Say whether a document got another access label while it was copied."""
    return now is not None and now.revision == copied.revision and now.access != copied.access


async def _drop(context: Context, job: Job) -> None:
    """Drop the collections that were replaced."""
    records = await context.collections.indexes.list()
    current = next((one.collection for one in records if one.state == "current"), None)
    if current is not None and await context.store.target(ALIAS) != current:
        await context.store.switch(ALIAS, current)  # a process that started just then took the old one for current
    retired = [one.collection for one in records if one.state == "retired"]
    for name in retired:
        context.collections.forget(name)
        try:
            await context.store.drop(name)
        except NotFound:
            continue  # it was dropped before a crash, or never made
    async with context.database.write() as connection:
        await context.jobs.hold(connection, job)
        await forget_indexes(connection, retired)
        await context.jobs.done(connection, [job])
