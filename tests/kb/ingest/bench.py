"""One ingestion with a scripted source, a store and an embedder that can be made to fail, and a clock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from core.storage import Database
from kb.ingest.collections import ALIAS
from kb.ingest.ingest import Ingest
from kb.ingest.limits import IngestEvent, IngestLimits
from kb.records.jobs import Jobs
from kb.records.model import StoredDocument
from kb.records.passages import Passages
from kb.stores import Access, Collection, Filter, VectorStore
from kb.stores.memory import MemoryStore
from tests.kb.ingest.scripted import FaultyEmbedder, FaultyStore, Shelf, source

LIMITS = IngestLimits(workers=3, lease_seconds=20, poll_seconds=0.05, drop_after_seconds=0, longest_pause_seconds=0.05)
EVERYBODY = Access.of([])
PATIENCE_SECONDS = 30


@dataclass
class Shifted:
    """The real time, moved forward by hand."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Bench:
    """What a test works with."""

    database: Database
    store: FaultyStore
    embedder: FaultyEmbedder
    shelf: Shelf
    clock: Shifted
    ingest: Ingest
    events: list[IngestEvent] = field(default_factory=list)

    async def settled(self, *, source_id: str | None = None) -> None:
        """Wait until nothing runs or is due."""
        assert await self.ingest.wait_idle(PATIENCE_SECONDS, source_id=source_id)

    async def add(self, key: str = "docs", **values: object) -> None:
        await self.ingest.add(source(key, **values))
        await self.settled()

    async def sync(self, key: str = "docs") -> None:
        await self.ingest.sync(key)
        await self.settled()

    async def later(self, seconds: float = 400.0) -> None:
        """Let so much time pass that every retry is due, and wait until they are done."""
        self.clock.ahead += timedelta(seconds=seconds)
        await self.settled()

    async def documents(self) -> dict[str, StoredDocument]:
        return {one.uri: one for one in (await self.ingest.documents.list(None)).documents}

    async def document(self, uri: str) -> StoredDocument:
        return (await self.documents())[uri]

    async def searched(self) -> Collection:
        return await self.store.real.open(ALIAS)

    async def texts(self) -> str:
        """Return the texts of all passages that can be found, those of the database and of the store."""
        held = await self.inventory()
        passages = await Passages(self.database).current(held)
        return "\n".join(one.text for one in passages.values())

    async def inventory(self) -> dict[str, str]:
        """Return every passage in the store and its revision."""
        return {one.id: one.revision for one in (await (await self.searched()).inventory()).records}

    async def consistent(self) -> None:
        """Check that the store holds exactly the passages of the current revisions."""
        walked = Passages(self.database).walk()
        cited = {one.id: one.revision async for document in walked for one in document.passages}
        assert await self.inventory() == cited

    async def visible(self, *namespaces: str) -> int:
        """Count the passages that somebody who may read these namespaces can find."""
        return await (await self.searched()).count(Filter(access=Access.of(namespaces)))


@asynccontextmanager
async def benched(
    database: Database,
    *,
    store: VectorStore | None = None,
    embedder: FaultyEmbedder | None = None,
    shelf: Shelf | None = None,
    limits: IngestLimits = LIMITS,
    clock: Shifted | None = None,
) -> AsyncIterator[Bench]:
    """Open an ingestion over a database, started."""
    faulty, model, shelf = FaultyStore(store or MemoryStore()), embedder or FaultyEmbedder(), shelf or Shelf()
    clock = clock or Shifted()
    jobs = Jobs(database, clock=clock)
    ingest = Ingest(database, faulty, model, lambda _: shelf, limits, jobs=jobs)
    bench = Bench(database=database, store=faulty, embedder=model, shelf=shelf, clock=clock, ingest=ingest)
    ingest.listeners.add(bench.events.append)
    await ingest.start()
    try:
        yield bench
    finally:
        await ingest.close(grace=1)
