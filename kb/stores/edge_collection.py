"""One shard of qdrant_edge as a collection.

Every call of the engine, searches too, holds the interpreter lock from beginning to end: the process searches on one
core, and whatever one call takes, all others wait. So writes go through one thread in small batches, searches leave in
the engine what it need not give back, and ``optimize`` is never called here: it takes seconds to minutes.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from qdrant_edge import (
    CountRequest,
    Distance,
    EdgeConfig,
    EdgeShard,
    EdgeSparseVectorParams,
    EdgeVectorParams,
    KeywordIndexParams,
    Modifier,
    PayloadSchemaType,
    Point,
    QueryRequest,
    ScoredPoint,
    ScrollRequest,
    SparseVector,
    UpdateOperation,
)
from qdrant_edge import Filter as EdgeFilter

from kb.stores.edge_query import condition, dense_request, equal, lexical_request
from kb.stores.edge_records import Key, Records
from kb.stores.entry import (
    DENSE,
    KEYWORDS,
    LEXICAL,
    SHOWN,
    UPDATED_AT,
    Entry,
    Page,
    Record,
    checked,
    checked_terms,
    point_id,
    record,
)
from kb.stores.errors import StoreFailed
from kb.stores.fusion import TIE_MARGIN, Hit, Scored, candidates, cut_in_a_tie, fuse
from kb.stores.selection import Filter
from kb.stores.store import MAX_LIMIT, HybridQuery

WRITE_BATCH = 64
"""Passages of one write: the interpreter stands still for about 2 ms each."""

T = TypeVar("T")


class EdgeCollection:
    """A shard that is open in this process."""

    def __init__(self, folder: Path, dimensions: int, readers: ThreadPoolExecutor, writer: ThreadPoolExecutor) -> None:
        self.name = folder.name
        self.dimensions = dimensions
        self._readers = readers
        self._writer = writer
        self._shard = open_shard(folder, dimensions)
        self._records = Records(self._retrieved)

    async def query(self, query: HybridQuery) -> tuple[Hit, ...]:
        """Return the best hits by (fused score, id)."""
        return await self._read(lambda: self._hits(query))

    def _hits(self, query: HybridQuery) -> tuple[Hit, ...]:
        """Run both legs in one thread: side by side they would cost two hops, and the engine has no more cores."""
        dense: list[ScoredPoint] = []
        lexical: list[ScoredPoint] = []
        if query.dense is not None and query.wants_dense:
            vector = checked(query.dense, self.dimensions, "the question")
            dense = self._leg(lambda limit: dense_request(vector, query.filter, limit), query.candidates)
        if query.lexical is not None and query.wants_lexical:
            terms = checked_terms(query.lexical, "the question")
            lexical = self._leg(lambda limit: lexical_request(terms, query.filter, limit), query.candidates)
        legs = [[(point.id, point.score) for point in leg] for leg in (dense, lexical)]
        records = self._records.of(list(dict.fromkeys(key for leg in legs for key, _ in leg)))
        ranked = [
            candidates(
                [Scored(record=known, score=score) for key, score in leg if (known := records.get(key))],
                query.candidates,
            )
            for leg in legs
        ]
        return fuse(ranked[0], ranked[1], query.fusion, query.limit)

    def _leg(self, request: Callable[[int], QueryRequest], limit: int) -> list[ScoredPoint]:
        """Run a leg; while it ends inside a tie it is asked again for more."""
        asked = limit + TIE_MARGIN
        found = self._shard.query(request(asked))
        while cut_in_a_tie([point.score for point in found], limit, asked):
            asked *= 4
            found = self._shard.query(request(asked))
        return found

    def _retrieved(self, keys: list[Key]) -> Iterator[tuple[Key, Record]]:
        for point in self._shard.retrieve(keys, with_payload=list(SHOWN), with_vector=False):
            yield point.id, record(point.payload)

    async def count(self, only: Filter) -> int:
        """Count the passages that the filter lets through."""
        return await self._read(lambda: self._shard.count(CountRequest(filter=condition(only))))

    async def scroll(self, only: Filter, *, after: str | None = None, limit: int = 100) -> Page:
        """Page through the passages that the filter lets through."""
        return await self._read(lambda: self._page(condition(only), after, limit))

    def _page(self, only: EdgeFilter | None, after: str | None, limit: int) -> Page:
        request = ScrollRequest(offset=after, limit=limit, filter=only, with_payload=list(SHOWN), with_vector=False)
        found, following = self._shard.scroll(request)
        return Page(
            records=tuple(record(one.payload) for one in found), next=None if following is None else str(following)
        )

    async def upsert(self, entries: Sequence[Entry]) -> None:
        """Write passages in batches; all are checked before the first is written."""
        # In the writer's thread: 48 microseconds each, which for a long document the event loop must not wait for.
        points = await self._run(self._writer, lambda: [self._point(entry) for entry in entries])
        for start in range(0, len(points), WRITE_BATCH):
            batch = points[start : start + WRITE_BATCH]
            await self._update(UpdateOperation.upsert_points(batch), [point.id for point in batch])

    def _point(self, entry: Entry) -> Point:
        terms = checked_terms(entry.lexical, entry.id)
        dense = checked(entry.dense, self.dimensions, entry.id).tolist()
        vectors: dict[str, list[float] | SparseVector | list[list[float]]] = {DENSE: dense}
        if terms:
            vectors[LEXICAL] = SparseVector(list(terms.ids), list(terms.weights))
        return Point(point_id(entry.id), vectors, entry.payload)

    async def delete_document(self, document: str, *, keep_revision: str | None = None) -> None:
        """Remove a document's passages, except those of the revision that is kept."""
        unless = None if keep_revision is None else ("revision", keep_revision)
        await self._update(UpdateOperation.delete_points_by_filter(equal("document", document, unless=unless)))

    async def delete_source(self, source: str) -> None:
        """Remove all passages of a source."""
        await self._update(UpdateOperation.delete_points_by_filter(equal("source", source)))

    async def set_access(self, source: str, access: str) -> None:
        """Give all passages of a source another access label."""
        await self._update(UpdateOperation.set_payload_by_filter(equal("source", source), {"access": access}))

    async def inventory(self, *, after: str | None = None, limit: int = MAX_LIMIT) -> Page:
        """Page through everything."""
        return await self._read(lambda: self._page(None, after, limit))

    async def size(self) -> int:
        """Count everything."""
        return await self._read(lambda: self._shard.count(CountRequest()))

    async def flush(self) -> None:
        """Return when all that was written is on the disk."""
        await self._run(self._writer, self._shard.flush)

    def close(self) -> None:
        """Close the shard. Called when no thread works on it any more."""
        with translated(self.name):
            self._shard.flush()
            self._shard.close()

    async def _read(self, work: Callable[[], T]) -> T:
        return await self._run(self._readers, work)

    async def _update(self, operation: UpdateOperation, changed: Sequence[Key] = ()) -> None:
        await self._run(self._writer, lambda: self._changed(operation, changed))

    def _changed(self, operation: UpdateOperation, changed: Sequence[Key]) -> None:
        try:
            self._shard.update(operation)
        finally:
            self._records.forget(changed)

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            future = asyncio.get_running_loop().run_in_executor(threads, work)
        except RuntimeError as exc:  # the threads have ended
            raise StoreFailed("the vector store is closed") from exc
        with translated(self.name):
            return await future


def open_shard(folder: Path, dimensions: int) -> EdgeShard:
    """Open a shard, or make it with its indexes. The write-ahead log is on: what was acknowledged survives a kill."""
    with translated(folder.name):
        if (folder / "segments").exists():
            return EdgeShard.load(str(folder))
        shard = EdgeShard.create(
            str(folder),
            EdgeConfig(
                vectors={DENSE: EdgeVectorParams(size=dimensions, distance=Distance.Cosine)},
                sparse_vectors={LEXICAL: EdgeSparseVectorParams(modifier=Modifier.Idf)},
                wal_enabled=True,
            ),
        )
        for key in KEYWORDS:
            index = KeywordIndexParams(is_tenant=key == "access")
            shard.update(UpdateOperation.create_field_index(key, index))
        shard.update(UpdateOperation.create_field_index(UPDATED_AT, PayloadSchemaType.Float))
        return shard


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn what the engine raises into our own errors: bare ``Exception``, and ``ValueError`` for arguments."""
    try:
        yield
    except Exception as exc:
        if type(exc) not in {Exception, ValueError}:  # ours, or a mistake in this program
            raise
        message = f"the vector store refused an operation on {name}: {exc}"
        full = "No space left" in str(exc)
        step = "free disk space, then retry" if full else "retry; if it fails again, run `sextant kb reindex`"
        raise StoreFailed(message, next_step=step) from exc
