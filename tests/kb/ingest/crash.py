"""Ingest a small corpus and be killed on the way: ``python -m tests.kb.ingest.crash FOLDER KILLS``.

Every call of the store that changes something and every write transaction is a point, before it and after it. A forked
process goes on from what the one before it left, checks that nothing is lost and nothing is there twice, begins the
next phase, and kills itself (SIGKILL) at the point that was chosen for it. The points, and what was wrong, are told on
stdout as JSON.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from core.settings import StorageSettings
from core.storage import Database
from kb.embed.fake import FakeEmbedder
from kb.ingest.collections import ALIAS
from kb.ingest.ingest import Ingest
from kb.ingest.limits import IngestLimits
from kb.records.passages import Passages
from kb.records.sources import Sources
from kb.stores import Collection
from kb.stores.edge import EdgeStore
from kb.stores.memory import MemoryStore
from tests.kb.ingest.scripted import Faults, FaultyStore, Shelf, page, source

PHASES = ("first", "second", "rebuild", "removal")
FIRST = {f"{name}.md": page(name, name, "pods", "nodes") for name in ("alpha", "beta", "gamma")}
SECOND = {**FIRST, "alpha.md": page("alpha", "changed", "volumes"), "delta.md": page("delta", "new")}
del SECOND["beta.md"]
LIMITS = IngestLimits(workers=2, lease_seconds=30, alone=True, poll_seconds=0.2, drop_after_seconds=0)


class Points(Faults):
    """Counts points, and ends the process at the one that was chosen."""

    def __init__(self, kill_at: int | None, pipe: int) -> None:
        super().__init__()
        self.kill_at = kill_at
        self.pipe = pipe
        self.passed: list[str] = []
        self.counting = False
        self.wrong: list[str] = []

    def at(self, operation: str) -> None:
        if not self.counting:
            return
        self.passed.append(operation)
        if self.kill_at is not None and len(self.passed) == self.kill_at:
            tell(self.pipe, self.passed, self.wrong)
            os.kill(os.getpid(), signal.SIGKILL)


class CountedDatabase(Database):
    """A database whose write transactions are points."""

    points: Points | None = None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        async with super().write() as connection:
            if self.points:
                self.points.at("in a transaction")
            yield connection
            if self.points:
                self.points.at("before a commit")
        if self.points:
            self.points.at("after a commit")


class Run:
    """One process: the database, the store and the ingestion in a folder."""

    def __init__(self, folder: Path, points: Points) -> None:
        self.points = points
        self.database = CountedDatabase(StorageSettings(state_dir=folder / "state"))
        self.store = EdgeStore(folder / "store")
        self.shelf = Shelf()
        self.wrong = points.wrong
        counted = FaultyStore(self.store, points)
        self.ingest = Ingest(self.database, counted, FakeEmbedder(dimensions=8), lambda _: self.shelf, LIMITS)

    async def go(self, left: str | None, phase: str) -> None:
        """Do what is ``left`` of a phase, check it, then do the next phase up to its end, or to the kill."""
        await self.database.migrate()
        self.database.points = self.points
        self.wrong += await complete(self.database, self.store)
        if left is None:
            self.points.counting = True
        self.shelf.pages = pages(left or phase)
        await self.ingest.start()
        if left is not None:
            await self.finish(left, again=True)
            self.points.counting = True
        self.shelf.pages = pages(phase)
        await self.finish(phase, again=False)
        self.points.counting = False
        await self.ingest.close()
        await self.store.close()
        await self.database.close()

    async def finish(self, phase: str, *, again: bool) -> None:
        """Do a phase to its end and check what came of it. What was asked for durably is not asked for ``again``."""
        present = {one.id for one in await Sources(self.database).list(None)}
        if phase == "first" and "docs" not in present:
            await self.ingest.add(source("docs"))
        elif phase == "second":
            await self.ingest.sync("docs")
        elif phase == "removal" and "docs" in present:
            await self.ingest.remove("docs")
        elif phase == "rebuild" and not again:
            await self.ingest.rebuild()
        if not await self.ingest.wait_idle(20):
            self.wrong.append(f"{phase} did not come to an end")
        self.wrong += await same(self.ingest, self.database, self.store, phase, self.shelf)


def pages(phase: str) -> dict[str, str | bytes]:
    """Return what the source holds during a phase."""
    return dict(FIRST if phase == "first" else SECOND)


async def complete(database: Database, store: EdgeStore) -> list[str]:
    """Return which passages that can be cited are missing in the store: at any moment there must be none."""
    if (name := await store.target(ALIAS)) is None:
        return []
    held = await inventory(await store.open(name))
    return [
        f"{passage.uri} lost passage {passage.ordinal} after the kill"
        async for document in Passages(database).walk()
        for passage in document.passages
        if passage.id not in held
    ]


async def same(ingest: Ingest, database: Database, store: EdgeStore, phase: str, shelf: Shelf) -> list[str]:
    """Compare database and store with each other and with what should be there."""
    wrong = []
    name = await store.target(ALIAS)
    held = await inventory(await store.open(name or ""))
    cited = {passage.id: passage.revision async for one in Passages(database).walk() for passage in one.passages}
    if held != cited:
        wrong.append(f"the store has {len(held)} passages, the database {len(cited)}")
    documents = (await ingest.documents.list(None)).documents
    expected = [] if phase == "removal" else sorted(shelf.pages)
    if [one.uri for one in documents] != expected or any(one.state != "ready" for one in documents):
        jobs = [(one.key[:12], one.state, one.attempts, one.last_error) for one in await ingest.jobs.list(None)]
        wrong.append(f"{phase}: {[(one.uri, one.state, one.last_error) for one in documents]}, {jobs}")
    if phase == "removal" and await Sources(database).list(None):
        wrong.append("the source is still there")
    if len(await store.names()) != 1 or [one.state for one in await ingest.index_state()] != ["current"]:
        wrong.append(f"collections: {await store.names()}")
    return wrong


async def inventory(collection: Collection) -> dict[str, str]:
    """Return every passage of a collection and its revision."""
    found: dict[str, str] = {}
    after = None
    while True:
        shown = await collection.inventory(after=after)
        found |= {one.id: one.revision for one in shown.records}
        if (after := shown.next) is None:
            return found


def forked(folder: Path, left: str | None, phase: str, kill_at: int | None) -> dict[str, list[str]]:
    """Go on in a process of its own; return the points of its phase that it passed, and what was wrong."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        run = Run(folder, Points(kill_at, writing))
        asyncio.run(run.go(left, phase))
        tell(writing, run.points.passed, run.wrong)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    os.waitpid(child, 0)
    told: dict[str, list[str]] = json.loads(text) if text else {"points": [], "wrong": [f"{left}, {phase}: it broke"]}
    return told


def tell(pipe: int, points: list[str], wrong: list[str]) -> None:
    """Write to the parent, in one piece that survives a kill."""
    os.write(pipe, json.dumps({"points": points, "wrong": wrong}).encode())


def main(folder: Path, kills: int) -> dict[str, list[str]]:
    """Go through the phases once whole, then with a kill in each until there were so many, never twice at one point.

    Return the points and what was wrong. A phase that ends before its point has fewer points this time: the point is
    given up for another one.
    """
    warm_up(folder / "warm")
    folder = folder / "tried"
    wrong: list[str] = []
    killed: list[str] = []
    untried: dict[str, list[int]] = {}
    left: str | None = None
    for phase in PHASES:
        told = forked(folder, left, phase, None)
        wrong += told["wrong"]
        untried[phase] = scattered(len(told["points"]))
        left = phase
    while len(killed) < kills and any(untried.values()):
        for phase in PHASES:
            kill_at = untried[phase].pop(0) if untried[phase] and len(killed) < kills else None
            told = forked(folder, left, phase, kill_at)
            wrong += [f"after {killed[-1] if killed else 'nothing'}: {one}" for one in told["wrong"]]
            if kill_at is not None and len(told["points"]) == kill_at:
                killed.append(f"{phase} {kill_at} {told['points'][-1]}")
            left = phase
    wrong += forked(folder, left, "first", None)["wrong"]
    return {"wrong": wrong, "points": killed}


def scattered(size: int) -> list[int]:
    """Return the numbers 1 to ``size`` so that the first few of them are spread over all."""
    golden = 0.618034
    return sorted(range(1, size + 1), key=lambda number: number * golden % 1)


def warm_up(folder: Path) -> None:
    """Load what is loaded on first use, once for all processes."""

    async def ingest() -> None:
        database = Database(StorageSettings(state_dir=folder))
        await database.migrate()
        shelf = Shelf(pages=pages("first"))
        warm = Ingest(database, MemoryStore(), FakeEmbedder(dimensions=8), lambda _: shelf, LIMITS)
        await warm.start()
        await warm.add(source("docs"))
        await warm.wait_idle(20)
        await warm.close()
        await database.close()

    asyncio.run(ingest())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
