"""Take things out of the vector store: old versions, whole sources, and access."""

import asyncio
from collections.abc import Sequence

from kb.errors import SourceNotFound
from kb.ingest.context import Context
from kb.records.documents import documents_of
from kb.records.jobs import lease_of
from kb.records.listing import drop_source, forget_documents, locked_source, source_documents
from kb.records.model import Job
from kb.records.sources import get_source
from kb.records.versions import set_families, sketches

CHUNK = 200
"""Documents of one transaction."""

LOOK_SECONDS, LOOKS = 0.1, 100
"""How long a removal waits for jobs of its source that are still running: they have been told to end."""

LOOK_AGAIN_SECONDS = 10.0
"""When a removal that waited in vain looks again: a worker that died holds its jobs until their leases end."""


async def sweep(context: Context, jobs: Sequence[Job]) -> None:
    """Delete what is not current of some documents from the vector store.

    No index job of these documents runs meanwhile: a claim takes care of that.
    """
    async with context.database.read() as connection:
        documents = await documents_of(connection, [job.document for job in jobs])
    context.collections.refresh()
    collections = await context.collections.live(fitting=False)
    for job in jobs:
        document = documents.get(job.document)
        kept = document.revision if document and document.searchable else None
        for collection in collections:
            await collection.delete_document(job.document, keep_revision=kept)
    for collection in collections:
        await collection.flush()
    async with context.database.write() as connection:
        held = await context.jobs.held(connection, jobs)
        await context.jobs.done(connection, [job for job in jobs if lease_of(job) in held])


async def remove(context: Context, job: Job) -> None:
    """Take a source away: from the database first, so that nothing of it is found any more, then from the store."""
    if not await _quiet(context, job):
        async with context.database.write() as connection:
            await context.jobs.postpone(connection, job, LOOK_AGAIN_SECONDS)
        return
    async with context.database.read() as connection:
        documents = await source_documents(connection, job.source)
    for at in range(0, len(documents), CHUNK):
        await _forget(context, job, documents[at : at + CHUNK])
    context.collections.refresh()
    for collection in await context.collections.live(fitting=False):
        await collection.delete_source(job.source)
        await collection.flush()
    async with context.database.write() as connection:
        await context.jobs.hold(connection, job)
        await drop_source(connection, job.source)
        await context.jobs.done(connection, [job])


async def _quiet(context: Context, job: Job) -> bool:
    """Wait until nothing of the source is worked on any more; False when that takes too long."""
    for _ in range(LOOKS):
        if not await context.jobs.running(source=job.source, kinds=("sync", "index")):
            return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


async def _forget(context: Context, job: Job, documents: Sequence[str]) -> None:
    async with context.families.changing() as families, context.database.write() as connection:
        await context.jobs.hold(connection, job)
        await forget_documents(connection, documents)
        changed: dict[str, str] = {}
        for key in documents:
            changed |= families.leave(key)
        await set_families(connection, {key: to for key, to in changed.items() if key not in documents})


async def change_access(context: Context, job: Job) -> None:
    """Carry a source's access label, as the database has it, into the vector store and into the families."""
    async with context.database.read() as connection:
        try:
            access = (await get_source(connection, job.source, access=None)).access
        except SourceNotFound:
            access = None
    if access is not None:
        context.collections.refresh()
        for collection in await context.collections.live(fitting=False):
            await collection.set_access(job.source, access)
            await collection.flush()
    async with context.families.changing() as families, context.database.write() as connection:
        await context.jobs.hold(connection, job)
        await locked_source(connection, job.source)
        changed: dict[str, str] = {}
        for key, label, _, sketch in await sketches(connection, source=job.source):
            changed |= families.place(key, label, sketch)
        await set_families(connection, changed)
        await context.jobs.done(connection, [job])
