"""One shard of qdrant_edge, as the engine's process has it.

Every call of the engine holds the interpreter lock from beginning to end, searches too: that is why it has a process of
its own. ``optimize`` is never called here: it takes seconds to minutes.
"""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

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
    QueryBatchRequest,
    QueryRequest,
    ScoredPoint,
    ScrollRequest,
    SparseVector,
    UpdateOperation,
)

from kb.stores.edge_query import condition, dense_request, equal, lexical_request
from kb.stores.edge_wire import ID_BYTES, Narrowed
from kb.stores.engine_scopes import completions, moves
from kb.stores.entry import DENSE, KEYWORDS, LEXICAL, SHOWN, UPDATED_AT
from kb.stores.errors import StoreFailed
from kb.stores.fusion import TIE_MARGIN, cut_in_a_tie

CHECKPOINT = 20_000
"""Points that are changed before the engine brings its segments to the disk: reading so many from the log again, after
a crash, takes the engine a second."""

Answer = tuple[Any, bytes]


class Shard:
    """A shard that is open in this process. What is public here, but ``close``, is what may be asked for."""

    def __init__(self, shard: EdgeShard) -> None:
        self._shard = shard
        self.changed = 1  # what the log holds may be newer than the segments

    def legs(self, blob: bytes, asked: list[tuple[int, Narrowed, Any]]) -> Answer:
        """Run the legs of a search."""
        return self.searched([(blob, asked)])[0]

    def searched(self, searches: Sequence[tuple[bytes, list[tuple[int, Narrowed, Any]]]]) -> list[Answer]:
        """Run the legs of several searches as one batch."""
        legs = [list(_legs(blob, asked)) for blob, asked in searches]
        requests = [leg.request(leg.limit + TIE_MARGIN) for search in legs for leg in search if leg.wants]
        batch = iter(self._shard.query_batch(QueryBatchRequest(requests)) if requests else ())
        return [self._found(search, batch) for search in legs]

    def _found(self, legs: list["_Leg"], batch: Iterator[list[ScoredPoint]]) -> Answer:
        """Return how many points each leg has, and their ids and scores; a leg that ends inside a tie asks for more."""
        counts, parts = list[int](), list[bytes]()
        for leg in legs:
            found = self._untied(leg, next(batch)) if leg.wants else []
            scores = array("f", [point.score for point in found])
            end = min(leg.limit, len(scores))
            while 0 < end < len(scores) and scores[end] == scores[end - 1]:
                end += 1  # equal to the last: who of them is among the best, their owner knows by their names
            counts.append(end)
            parts += [key.bytes for point in found[:end] if isinstance(key := point.id, UUID)]  # made anew each time
            parts.append(scores[:end].tobytes())
        return counts, b"".join(parts)

    def _untied(self, leg: "_Leg", found: list[ScoredPoint]) -> list[ScoredPoint]:
        fetched = leg.limit + TIE_MARGIN
        while cut_in_a_tie([point.score for point in found], leg.limit, fetched):
            fetched *= 4
            found = self._shard.query(leg.request(fetched))
        return found

    def records(self, blob: bytes) -> Answer:
        """Read the fields of points by their ids."""
        found = self._shard.retrieve([*_ids(blob)], with_payload=list(SHOWN), with_vector=False)
        ids = b"".join(key.bytes for point in found if isinstance(key := point.id, UUID))
        return [_fields(point.payload) for point in found], ids

    def count(self, _: bytes, only: Narrowed | None) -> Answer:
        """Count the points that a filter lets through, or all."""
        return self._shard.count(CountRequest(filter=condition(only) if only else None)), b""

    def page(self, _: bytes, only: Narrowed | None, after: str | None, limit: int) -> Answer:
        """List points in the order of their ids."""
        within = condition(only) if only else None
        request = ScrollRequest(offset=after, limit=limit, filter=within, with_payload=list(SHOWN), with_vector=False)
        found, following = self._shard.scroll(request)
        return ([_fields(one.payload) for one in found], None if following is None else str(following)), b""

    def upsert(self, blob: bytes, entries: list[tuple[dict[str, Any], list[int], list[float]]]) -> Answer:
        """Write points."""
        vectors = _vectors(blob[len(entries) * ID_BYTES :], len(entries))
        points = list[Point]()
        for key, (payload, ids, weights) in zip(_ids(blob[: len(entries) * ID_BYTES]), entries, strict=True):
            named: dict[str, list[float] | SparseVector | list[list[float]]] = {DENSE: next(vectors)}
            if ids:
                named[LEXICAL] = SparseVector(ids, weights)
            points.append(Point(key, named, payload))
        return self._update(UpdateOperation.upsert_points(points), len(points))

    def delete(self, _: bytes, key: str, value: str, unless: tuple[str, str] | None) -> Answer:
        """Remove the points whose field has a value, unless another has its own."""
        return self._update(UpdateOperation.delete_points_by_filter(equal(key, value, unless=unless)), 1)

    def access(self, _: bytes, source: str, access: str) -> Answer:
        """Give the points of a source another access label."""
        for operation in moves(self._shard, source, access):
            self._update(operation, 1)
        return None, b""

    def complete(self) -> None:
        """Put right what the points lack of scopes: a shard may be of before."""
        for points, operation in completions(self._shard):
            self._update(operation, points)

    def _update(self, operation: UpdateOperation, points: int) -> Answer:
        self.changed += points
        self._shard.update(operation)
        if self.changed >= CHECKPOINT:
            self.checkpoint()
        return None, b""

    def checkpoint(self) -> None:
        """Bring the segments to the disk, so that the log need not be read again."""
        if self.changed:
            self._shard.flush()
            self.changed = 0

    def close(self) -> None:
        """Let go of the files."""
        self._shard.close()


def opened(folder: Path, dimensions: int | None = None) -> Shard:
    """Open a shard, or make it with its indexes if its size is given. What was acknowledged survives a kill."""
    if (folder / "segments").exists():
        found = Shard(EdgeShard.load(str(folder)))
        found.complete()
        return found
    if dimensions is None:
        message = f"the files of the collection {folder.name} are gone"
        raise StoreFailed(message, next_step="run `sextant kb reindex`")
    folder.parent.mkdir(exist_ok=True, mode=0o700)
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
    made = Shard(shard)
    made.complete()
    made.checkpoint()  # the log of the next writes stands on files that are there
    return made


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


class _Leg(NamedTuple):
    limit: int
    only: Narrowed
    vector: list[float] | None
    terms: tuple[list[int], list[float]] | None

    @property
    def wants(self) -> bool:
        """Whether there is anything to search for."""
        return self.terms is None or bool(self.terms[0])

    def request(self, fetched: int) -> QueryRequest:
        """Ask for so many."""
        if self.terms is not None:
            return lexical_request(SparseVector(*self.terms), self.only, fetched)
        return dense_request(self.vector or [], self.only, fetched)


def _legs(blob: bytes, asked: list[tuple[int, Narrowed, Any]]) -> Iterator[_Leg]:
    vectors = _vectors(blob, sum(terms is None for *_, terms in asked))
    for limit, only, terms in asked:
        yield _Leg(limit, only, next(vectors) if terms is None else None, terms)


def _vectors(blob: bytes, count: int) -> Iterator[list[float]]:
    size = len(blob) // count if count else 0
    for at in range(0, count * size, size or 1):
        vector = array("f")
        vector.frombytes(blob[at : at + size])
        yield vector.tolist()


def _ids(blob: bytes) -> Iterator[UUID]:
    for at in range(0, len(blob), ID_BYTES):
        yield UUID(bytes=blob[at : at + ID_BYTES])


def _fields(payload: Any) -> Sequence[str]:
    fields = payload or {}
    return [str(fields.get(key, "")) for key in SHOWN]
