"""Ingestion as others use it: add, list, upload, retry, cancel, remove, rebuild, and see how far it is."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

import structlog

from core.errors import SextantError, UsageError
from core.storage import Database
from kb.embed.embedder import Embedder
from kb.ingest.collections import Collections
from kb.ingest.committing import Committer
from kb.ingest.context import Context, FamilyBook, Loader
from kb.ingest.indexing import index
from kb.ingest.limits import IngestEvent, IngestLimits, Listener
from kb.ingest.opening import OpenSource, OpenSources
from kb.ingest.rebuilding import rebuild
from kb.ingest.removing import change_access, remove, sweep
from kb.ingest.syncing import queue_documents, sync
from kb.ingest.worker import Lane, Release, Worker, sync_of
from kb.records.documents import Documents, get_document
from kb.records.indexes import IndexRecord
from kb.records.jobs import Jobs, NewJob
from kb.records.listing import (
    Told,
    documents_in_state,
    forget_documents,
    locked_source,
    set_documents,
    set_source_access,
    tell,
)
from kb.records.model import Job, JobKind, Progress, SourceRecord, StoredDocument
from kb.records.rows import Connection, plain
from kb.records.sources import add_source, get_source, update_source
from kb.records.spool import put_by
from kb.records.versions import set_families, sweep_of
from kb.sources.source import Fetched
from kb.stores.store import VectorStore

__all__ = ["Ingest", "IngestEvent", "IngestLimits"]

SWEEPS = 64
"""Documents that are swept at once: one flush for all."""

IDLE_POLL_SECONDS = 0.05

log = structlog.get_logger("sextant.kb")


class Ingest:
    """The ingestion of one process. Every call only writes down what is wanted; workers do it, here or elsewhere."""

    def __init__(
        self,
        database: Database,
        store: VectorStore,
        embedder: Embedder,
        open_source: OpenSource,
        limits: IngestLimits | None = None,
        *,
        jobs: Jobs | None = None,
    ) -> None:
        self._limits = limits or IngestLimits()
        self._database = database
        self.jobs = jobs or Jobs(database)
        self.documents = Documents(database)
        self.collections = Collections(database, store, embedder, self.jobs)
        self.listeners: set[Listener] = set()
        self._sources = OpenSources(open_source)
        self._threads = ThreadPoolExecutor(self._limits.workers, thread_name_prefix="ingest")
        self._context = Context(
            database=database,
            store=store,
            embedder=embedder,
            jobs=self.jobs,
            collections=self.collections,
            sources=self._sources,
            families=FamilyBook(database),
            loader=Loader(database),
            limits=self._limits,
            threads=self._threads,
            slots=asyncio.Semaphore(self._limits.workers),
            tell=self._tell,
            wake=self._wake,
        )
        self._committer = Committer(self._context)
        self._worker = Worker(
            self._context,
            (
                Lane(kinds=("access", "remove", "rebuild"), slots=2, handler=self._others),
                Lane(kinds=("sync",), slots=2, handler=self._sync),
                Lane(kinds=("sweep",), slots=1, batch=SWEEPS, handler=self._sweep),
                Lane(kinds=("index",), slots=self._limits.workers, handler=self._index),
            ),
        )

    @property
    def trouble(self) -> SextantError | None:
        """Why this process claims no jobs at the moment, None while all is well."""
        return self._worker.trouble

    async def start(self) -> None:
        """See that there is a collection, go on with what was begun, and take jobs."""
        await self.collections.start()
        if self._limits.alone:
            await self.jobs.reap(everyone=True)
        self._committer.start()
        self._worker.start()

    async def close(self, grace: float = 5.0) -> None:
        """Let what runs end within ``grace`` seconds; the rest is given back and goes on at the next start."""
        await self._worker.close(grace)
        await self._committer.close()
        await self._context.loader.close()
        await self._sources.close()
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    async def add(self, record: SourceRecord) -> SourceRecord:
        """Add a source and list it, unless it is one for uploads. Raises ``SourceExists``."""
        async with self._database.write() as connection:
            added = await add_source(connection, record)
            if added.kind != "upload":
                await self.jobs.put(connection, [self._sync_of(added.id)])
        self._wake("sync")
        return added

    async def sync(self, source_id: str) -> Job:
        """List a source now and index what has changed. Raises ``SourceNotFound``, and ``UsageError`` for uploads."""
        async with self._database.write() as connection:
            source = await self._usable(connection, source_id)
            if source.kind == "upload":
                message = f"{source.name} holds uploads: there is no other place that could be listed."
                raise UsageError(message, next_step="Upload the document again.")
            # Without a stamp the listing takes them for changed: who lists again wants what was cancelled after all.
            cancelled = await documents_in_state(connection, source.id, ("cancelled",))
            await set_documents(connection, cancelled, {"stamp": ""})
            await self.jobs.put(connection, [self._sync_of(source.id)])
        self._wake("sync")
        return await self.jobs.with_key(f"sync:{source.id}")

    async def upload(self, source_id: str, content: Fetched, *, uri: str = "") -> StoredDocument:
        """Put a file into a source for uploads; one of the same name gets a new version.

        ``uri`` is what citations show; without it, it is made of the name.
        """
        told = Told(uri=uri or f"upload:{content.name}", stamp=sha256(content.data).hexdigest()[:32])
        async with self._database.write() as connection:
            source = await self._usable(connection, source_id)
            if source.kind != "upload":
                message = f"{source.name} is listed from elsewhere: an upload would vanish with its next listing."
                raise UsageError(message, next_step="Upload into a source of kind upload.")
            key = told.id(source.id)
            await tell(connection, source, [told])
            await put_by(connection, [(key, content)])
            await queue_documents(self._context, connection, source.id, [key])
        self._wake("index")
        return await self.documents.get(key, access=None)

    async def retry(self, *, source_id: str | None = None, document_id: str | None = None) -> int:
        """Try again now: one document, or all of a source that failed or were cancelled, and its listing.

        Return how many jobs that is.
        """
        async with self._database.write() as connection:
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
        self._wake("index", "sync")
        return len(wanted) + listing

    async def cancel(self, *, source_id: str = "", document_id: str = "") -> None:
        """End the listing and the indexing of a source, or the indexing of one document.

        What could be found still can.
        """
        async with self._database.write() as connection:
            if document_id:
                await get_document(connection, document_id, access=None)
            else:
                await get_source(connection, source_id, access=None)
            running = await self.jobs.cancel(connection, source=source_id, document=document_id)
        self._worker.stop(running)

    async def remove(self, source_id: str) -> Job:
        """Take a source away with everything in it. What it had is not found any more within moments."""
        async with self._database.write() as connection:
            await get_source(connection, source_id, access=None)
            await update_source(connection, source_id, {"state": "removing", "next_sync_at": None})
            running = await self.jobs.cancel(connection, source=source_id)
            job = NewJob(key=f"remove:{source_id}", kind="remove", source=source_id)
            await self.jobs.put(connection, [job], rerun=False)
        self._worker.stop(running)
        self._wake("remove")
        return await self.jobs.with_key(f"remove:{source_id}")

    async def remove_document(self, document_id: str) -> None:
        """Take a document away. One that its source still has comes back with the next listing."""
        async with self._context.families.changing() as families, self._database.write() as connection:
            document = await get_document(connection, document_id, access=None)
            running = await self.jobs.cancel(connection, document=document.id)
            await forget_documents(connection, [document.id])
            changed = families.leave(document.id)
            await set_families(connection, {key: to for key, to in changed.items() if key != document.id})
            await self.jobs.put(connection, [sweep_of(document.id, document.source)])
        self._worker.stop(running)
        self._wake("sweep")

    async def rebuild(self) -> Job:
        """Build the collection anew from the texts in the database, beside the one that is searched."""
        await self.collections.begin_rebuild()
        self._wake("rebuild")
        return await self.jobs.with_key("rebuild")

    async def set_access(self, source_id: str, access: str) -> SourceRecord:
        """Give a source another access label. The database has it at once, the vector store moments later."""
        async with self._database.write() as connection:
            await self._usable(connection, source_id)
            await update_source(connection, source_id, {"access": access})
            await set_source_access(connection, source_id, access)
            await self.jobs.put(
                connection, [NewJob(key=f"access:{source_id}", kind="access", source=source_id, max_attempts=1_000)]
            )
            changed = await get_source(connection, source_id, access=None)
        self._wake("access")
        return changed

    async def set_weight(self, source_id: str, weight: float) -> SourceRecord:
        """Give a source another weight. It holds from the next search on."""
        async with self._database.write() as connection:
            await update_source(connection, source_id, {"weight": weight})
            return await get_source(connection, source_id, access=None)

    async def set_schedule(self, source_id: str, seconds: int | None) -> SourceRecord:
        """List a source every so many seconds from now on, or only when asked (None)."""
        async with self._database.write() as connection:
            source = await self._usable(connection, source_id)
            now = await self.jobs.now(connection)
            following = None if seconds is None else now
            await update_source(connection, source.id, {"schedule_seconds": seconds, "next_sync_at": following})
            return replace(source, schedule_seconds=seconds, next_sync_at=following)

    async def progress(self, source_id: str | None = None) -> Progress:
        """Say how far the documents of a source, or of all, are."""
        return await self.documents.progress(source_id)

    async def index_state(self) -> tuple[IndexRecord, ...]:
        """Return the collections: the one that is searched, and how far one that is being built has come."""
        return await self.collections.indexes.list()

    async def wait_idle(self, timeout: float, *, source_id: str | None = None, due_within: float = 0.0) -> bool:
        """Wait until nothing runs or is due; False when ``timeout`` seconds passed before.

        What waits longer than ``due_within`` seconds for its next try is not waited for.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                while await self.jobs.open(source=source_id, due_within=due_within):  # noqa: ASYNC110 - others may work
                    await asyncio.sleep(IDLE_POLL_SECONDS)
                return True
        return False

    async def _usable(self, connection: Connection, source_id: str) -> SourceRecord:
        await get_source(connection, source_id, access=None)
        source = await locked_source(connection, plain(source_id))
        if source is None or source.state == "removing":
            raise UsageError(f"The source {source_id!r} is being removed.", next_step="Add it again when it is gone.")
        return source

    def _sync_of(self, source_id: str) -> NewJob:
        return sync_of(source_id, self._limits.max_attempts)

    def _wake(self, *kinds: JobKind) -> None:
        self._worker.wake(*kinds)

    def _tell(self, event: IngestEvent) -> None:
        for listener in tuple(self.listeners):
            try:
                listener(event)
            except Exception:
                log.exception("A listener of ingestion failed.")

    async def _index(self, jobs: Sequence[Job], release: Release) -> None:
        await index(self._context, self._committer, jobs[0], release)

    async def _sync(self, jobs: Sequence[Job], release: Release) -> None:
        del release  # a listing holds its slot to the end
        await sync(self._context, jobs[0])

    async def _sweep(self, jobs: Sequence[Job], release: Release) -> None:
        del release
        await sweep(self._context, jobs)

    async def _others(self, jobs: Sequence[Job], release: Release) -> None:
        del release
        job = jobs[0]
        if job.kind == "remove":
            await remove(self._context, job)
        elif job.kind == "access":
            await change_access(self._context, job)
        else:
            await rebuild(self._context, job)
