"""Ingestion as others use it: add, list, upload, retry, cancel, remove, rebuild, and see how far it is."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog

from core.errors import SextantError
from core.storage import Database
from kb.embed.embedder import Embedder, counter_of
from kb.ingest.collections import Collections
from kb.ingest.committing import Committer
from kb.ingest.context import Context, FamilyBook, Loader
from kb.ingest.entering import method_for
from kb.ingest.indexing import index
from kb.ingest.lanes import Lane, Release
from kb.ingest.limits import IngestEvent, IngestLimits, Listener
from kb.ingest.opening import OpenSource, OpenSources
from kb.ingest.readers import Readers
from kb.ingest.rebuilding import rebuild
from kb.ingest.removing import change_access, remove, sweep
from kb.ingest.requests import Requests
from kb.ingest.syncing import sync
from kb.ingest.worker import Worker
from kb.records.indexes import IndexRecord
from kb.records.jobs import Jobs
from kb.records.model import Job, JobKind, Progress
from kb.stores.store import VectorStore

__all__ = ["Ingest", "IngestEvent", "IngestLimits"]

SWEEPS = 64
"""Documents that are swept at once: one flush for all."""

IDLE_POLL_SECONDS, BUSY_POLL_SECONDS = 0.05, 0.25

log = structlog.get_logger("sextant.kb")


class Ingest(Requests):
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
        limits = limits or IngestLimits()
        jobs = jobs or Jobs(database)
        self.collections = Collections(database, store, embedder, jobs)
        self.listeners: set[Listener] = set()
        context = Context(
            database=database,
            store=store,
            embedder=embedder,
            jobs=jobs,
            collections=self.collections,
            sources=OpenSources(open_source),
            families=FamilyBook(database),
            loader=Loader(database),
            limits=limits,
            threads=ThreadPoolExecutor(limits.workers, thread_name_prefix="ingest"),
            readers=Readers(
                method_for(embedder, limits.documents),
                processes=limits.readers if counter_of(embedder) else 0,
                seconds=limits.document_seconds,
            ),
            slots=asyncio.Semaphore(limits.workers),
            tell=self._tell,
            wake=self._wake,
        )
        lanes = (
            Lane(kinds=("access", "remove", "rebuild"), slots=2, handler=self._others),
            Lane(kinds=("sync",), slots=2, handler=self._sync),
            Lane(kinds=("sweep",), slots=1, batch=SWEEPS, handler=self._sweep),
            Lane(kinds=("index",), slots=limits.workers, handler=self._index),
        )
        super().__init__(context, Worker(context, lanes))
        self._committer = Committer(context)

    @property
    def trouble(self) -> SextantError | None:
        """Why this process claims no jobs at the moment, None while all is well."""
        return self._worker.trouble

    async def start(self) -> None:
        """See that there is a collection, go on with what was begun, and take jobs."""
        await self.collections.start()
        if self._context.limits.alone:
            await self.jobs.reap(everyone=True)
        self._committer.start()
        self._worker.start()

    async def close(self, grace: float = 5.0) -> None:
        """Let what runs end within ``grace`` seconds; the rest is given back and goes on at the next start."""
        await self._worker.close(grace)
        await self._committer.close()
        await self._context.loader.close()
        await self._context.sources.close()
        await asyncio.to_thread(self._context.readers.close)
        await asyncio.to_thread(self._context.threads.shutdown, wait=True, cancel_futures=True)

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
                while await self.jobs.open(source=source_id, due_within=due_within):
                    await self._worker.rested(BUSY_POLL_SECONDS)
                    await asyncio.sleep(IDLE_POLL_SECONDS)  # others may work
                return True
        return False

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
