"""What others ask of ingestion. Each request only writes down what is wanted; workers do it, here or elsewhere."""

from dataclasses import replace
from hashlib import sha256

from core.errors import UsageError
from kb.ingest.beating import sync_of
from kb.ingest.context import Context
from kb.ingest.syncing import queue_documents
from kb.ingest.worker import Worker
from kb.records.documents import Documents, get_document
from kb.records.jobs import NewJob
from kb.records.listing import (
    Told,
    documents_in_state,
    forget_documents,
    locked_source,
    set_documents,
    set_source_access,
    tell,
)
from kb.records.model import Job, SourceRecord, StoredDocument
from kb.records.rows import Connection, plain
from kb.records.sources import add_source, get_source, update_source
from kb.records.spool import put_by
from kb.records.versions import set_families, sweep_of
from kb.sources.source import Fetched


class Requests:
    """The requests that are written down in the database of ``context`` and carried by ``worker``."""

    def __init__(self, context: Context, worker: Worker) -> None:
        self._context = context
        self._worker = worker
        self.jobs = context.jobs
        self.documents = Documents(context.database)

    async def add(self, record: SourceRecord) -> SourceRecord:
        """Add a source and list it, unless it is one for uploads. Raises ``SourceExists``."""
        async with self._context.database.write() as connection:
            added = await add_source(connection, record)
            if added.kind != "upload":
                await self.jobs.put(connection, [self._sync_of(added.id)])
        self._context.wake("sync")
        return added

    async def sync(self, source_id: str) -> Job:
        """List a source now and index what has changed. Raises ``SourceNotFound``, and ``UsageError`` for uploads."""
        async with self._context.database.write() as connection:
            source = await self._usable(connection, source_id)
            if source.kind == "upload":
                message = f"{source.name} holds uploads: there is no other place that could be listed."
                raise UsageError(message, next_step="Upload the document again.")
            # Without a stamp the listing takes them for changed: who lists again wants what was cancelled after all.
            cancelled = await documents_in_state(connection, source.id, ("cancelled",))
            await set_documents(connection, cancelled, {"stamp": ""})
            await self.jobs.put(connection, [self._sync_of(source.id)])
        self._context.wake("sync")
        return await self.jobs.with_key(f"sync:{source.id}")

    async def upload(self, source_id: str, content: Fetched, *, uri: str = "") -> StoredDocument:
        """Put a file into a source for uploads; one of the same name gets a new version.

        ``uri`` is what citations show; without it, it is made of the name.
        """
        told = Told(uri=uri or f"upload:{content.name}", stamp=sha256(content.data).hexdigest()[:32])
        async with self._context.database.write() as connection:
            source = await self._usable(connection, source_id)
            if source.kind != "upload":
                message = f"{source.name} is listed from elsewhere: an upload would vanish with its next listing."
                raise UsageError(message, next_step="Upload into a source of kind upload.")
            key = told.id(source.id)
            await tell(connection, source, [told])
            await put_by(connection, [(key, content)])
            await queue_documents(self._context, connection, source.id, [key])
        self._context.wake("index")
        return await self.documents.get(key, access=None)

    async def retry(self, *, source_id: str | None = None, document_id: str | None = None) -> int:
        """Try again now: one document, or all of a source that failed or were cancelled, and its listing.

        Return how many jobs that is.
        """
        async with self._context.database.write() as connection:
            if document_id is not None:
                document = await get_document(connection, document_id, access=None)
                await self._usable(connection, document.source)
                source, wanted, listing = document.source, [document.id], False
            else:
                record = await self._usable(connection, source_id or "")
                source, listing = record.id, record.state == "failed"
                wanted = await documents_in_state(connection, source, ("failed", "dead", "cancelled"))
            working = set(await documents_in_state(connection, source, ("indexing",))) & set(wanted)
            waiting = {"state": "pending", "next_try_at": None}
            await set_documents(connection, sorted(set(wanted) - working), waiting)
            await queue_documents(self._context, connection, source, wanted)
            if listing:
                await self.jobs.put(connection, [self._sync_of(source)])
        self._context.wake("index", "sync")
        return len(wanted) + listing

    async def cancel(self, *, source_id: str = "", document_id: str = "") -> None:
        """End the listing and the indexing of a source, or the indexing of one document.

        What could be found still can.
        """
        async with self._context.database.write() as connection:
            if document_id:
                await get_document(connection, document_id, access=None)
            else:
                await get_source(connection, source_id, access=None)
            running = await self.jobs.cancel(connection, source=source_id, document=document_id)
        self._worker.stop(running)

    async def remove(self, source_id: str) -> Job:
        """Take a source away with everything in it. What it had is not found any more within moments."""
        async with self._context.database.write() as connection:
            await get_source(connection, source_id, access=None)
            await update_source(connection, source_id, {"state": "removing", "next_sync_at": None})
            running = await self.jobs.cancel(connection, source=source_id)
            job = NewJob(key=f"remove:{source_id}", kind="remove", source=source_id)
            await self.jobs.put(connection, [job], rerun=False)
        self._worker.stop(running)
        self._context.wake("remove")
        return await self.jobs.with_key(f"remove:{source_id}")

    async def remove_document(self, document_id: str) -> None:
        """Take a document away. One that its source still has comes back with the next listing."""
        async with self._context.families.changing() as families, self._context.database.write() as connection:
            document = await get_document(connection, document_id, access=None)
            running = await self.jobs.cancel(connection, document=document.id)
            await forget_documents(connection, [document.id])
            changed = families.leave(document.id)
            await set_families(connection, {key: to for key, to in changed.items() if key != document.id})
            await self.jobs.put(connection, [sweep_of(document.id, document.source)])
        self._worker.stop(running)
        self._context.wake("sweep")

    async def rebuild(self) -> Job:
        """Build the collection anew from the texts in the database, beside the one that is searched."""
        await self._context.collections.begin_rebuild()
        self._context.wake("rebuild")
        return await self.jobs.with_key("rebuild")

    async def set_access(self, source_id: str, access: str) -> SourceRecord:
        """Give a source another access label. The database has it at once, the vector store moments later."""
        async with self._context.database.write() as connection:
            await self._usable(connection, source_id)
            await update_source(connection, source_id, {"access": access})
            await set_source_access(connection, source_id, access)
            await self.jobs.put(
                connection, [NewJob(key=f"access:{source_id}", kind="access", source=source_id, max_attempts=1_000)]
            )
            changed = await get_source(connection, source_id, access=None)
        self._context.wake("access")
        return changed

    async def set_weight(self, source_id: str, weight: float) -> SourceRecord:
        """Give a source another weight. It holds from the next search on."""
        async with self._context.database.write() as connection:
            await update_source(connection, source_id, {"weight": weight})
            return await get_source(connection, source_id, access=None)

    async def set_schedule(self, source_id: str, seconds: int | None) -> SourceRecord:
        """List a source every so many seconds from now on, or only when asked (None)."""
        async with self._context.database.write() as connection:
            source = await self._usable(connection, source_id)
            now = await self.jobs.now(connection)
            following = None if seconds is None else now
            await update_source(connection, source.id, {"schedule_seconds": seconds, "next_sync_at": following})
            return replace(source, schedule_seconds=seconds, next_sync_at=following)

    async def _usable(self, connection: Connection, source_id: str) -> SourceRecord:
        await get_source(connection, source_id, access=None)
        source = await locked_source(connection, plain(source_id))
        if source is None or source.state == "removing":
            raise UsageError(f"The source {source_id!r} is being removed.", next_step="Add it again when it is gone.")
        return source

    def _sync_of(self, source_id: str) -> NewJob:
        return sync_of(source_id, self._context.limits.max_attempts)
