"""What all kinds of jobs work with."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

from core.storage import Database
from kb.embed.embedder import Embedder
from kb.ingest.collections import Collections
from kb.ingest.families import Families
from kb.ingest.limits import IngestEvent, IngestLimits
from kb.ingest.opening import OpenSources
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
    limits: IngestLimits
    threads: ThreadPoolExecutor
    tell: Callable[[IngestEvent], None]
    wake: Callable[..., None]
    slots: asyncio.Semaphore
    """One for each document that may be worked on at once."""
    pace: Pace = field(default_factory=Pace)
    heavy: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something that computes without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self.threads, lambda: work(*args, **kwargs))
