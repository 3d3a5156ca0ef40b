"""What all kinds of jobs work with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from core.errors import StorageError
from core.storage import Database
from kb.embed.embedder import Embedder
from kb.ingest.collections import Collections
from kb.ingest.families import Families
from kb.ingest.limits import IngestEvent, IngestLimits
from kb.ingest.opening import OpenSources
from kb.ingest.readers import Readers
from kb.records.documents import Sourced, documents_with_sources
from kb.records.jobs import Jobs
from kb.records.versions import sketches
from kb.stores.store import VectorStore

FRESH_SECONDS = 300.0
"""On PostgreSQL other processes change families too: after this long they are read again."""

P = ParamSpec("P")
T = TypeVar("T")


class FamilyBook:
    """The families in memory, read when they are first needed, and again after a write of them failed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changing = asyncio.Lock()
        self._families: Families | None = None
        self._read_at = 0.0

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[Families]:
        """Give the families to whoever writes their changes; one at a time."""
        async with self._changing:
            now = asyncio.get_running_loop().time()
            old = not self._database.sqlite and now - self._read_at > FRESH_SECONDS
            if self._families is None or old:
                async with self._database.read() as connection:
                    rows = await sketches(connection)
                self._families, self._read_at = await asyncio.to_thread(Families.load, rows), now
            try:
                yield self._families
            except BaseException:
                self._families = None  # what was changed here may not have been written
                raise


@dataclass(slots=True, kw_only=True)
class Pace:
    """How long a document takes at the moment, of the last ten or so."""

    seconds: float = 1.0

    def note(self, seconds: float) -> None:
        """Take another document into account."""
        self.seconds += (seconds - self.seconds) / 10


class Loader:
    """Reads documents with their sources, all that are asked for at the same moment in one query."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: dict[str, asyncio.Future[Sourced | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def load(self, document_id: str) -> Sourced | None:
        """Return a document with its source as they are now; None when it is gone."""
        loop = asyncio.get_running_loop()
        if not self._asked:
            task = loop.create_task(self._read())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        future = self._asked.setdefault(document_id, loop.create_future())
        return await asyncio.shield(future)

    async def close(self) -> None:
        """Wait for what is being read: the database is closed afterwards."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _read(self) -> None:
        await asyncio.sleep(0)  # whoever begins at this moment asks first
        asked, self._asked = self._asked, {}
        try:
            async with self._database.read() as connection:
                found = await documents_with_sources(connection, asked)
        except BaseException as exc:
            for future in asked.values():
                if not future.done():
                    future.set_exception(exc if isinstance(exc, Exception) else StorageError("reading was stopped"))
                    future.exception()  # who asked may have been cancelled meanwhile
            if not isinstance(exc, Exception):
                raise
            return
        for key, future in asked.items():
            future.set_result(found.get(key))


@dataclass(slots=True, kw_only=True)
class Context:
    """The parts that jobs share. ``tell`` informs listeners, ``wake`` makes workers look for jobs of these kinds."""

    database: Database
    store: VectorStore
    embedder: Embedder
    jobs: Jobs
    collections: Collections
    sources: OpenSources
    families: FamilyBook
    loader: Loader
    limits: IngestLimits
    threads: ThreadPoolExecutor
    readers: Readers
    tell: Callable[[IngestEvent], None]
    wake: Callable[..., None]
    slots: asyncio.Semaphore
    """One for each document that may be worked on at once."""
    pace: Pace = field(default_factory=Pace)
    heavy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something that computes without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, lambda: work(*args, **kwargs))
