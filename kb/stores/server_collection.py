"""One collection of a Qdrant server.

Every call has a time limit. Writes wait until they are applied; a write that failed half-way may stand on one replica
and not on another, so the caller repeats it with the same ids until it is acknowledged.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import grpc
import httpx
from qdrant_client import AsyncQdrantClient, models
from qdrant_client.common.client_exceptions import QdrantException
from qdrant_client.http.exceptions import ApiException

from kb.stores.entry import (
    DENSE,
    LEXICAL,
    SHOWN,
    Entry,
    Page,
    checked,
    checked_terms,
    point_id,
    record,
)
from kb.stores.errors import StoreFailed, StoreUnreachable
from kb.stores.fusion import TIE_MARGIN, Hit, Scored, candidates, cut_in_a_tie
from kb.stores.hybrid import hybrid
from kb.stores.selection import Filter
from kb.stores.server_query import condition, dense_request, equal, lexical_request
from kb.stores.store import MAX_LIMIT, HybridQuery, LegQuery

WRITE_BATCH = 256
"""Passages of one call: about 1 MB with vectors of 384 numbers."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """How calls are made: seconds for each, and which replicas a read asks (None: any one)."""

    seconds: float
    read_consistency: models.ReadConsistencyType | None = None


class ServerCollection:
    """A collection that lives on a server."""

    def __init__(self, client: AsyncQdrantClient, name: str, dimensions: int, calls: Calls) -> None:
        self.name = name
        self.dimensions = dimensions
        self._client = client
        self._calls = calls

    async def query(self, query: HybridQuery) -> tuple[Hit, ...]:
        """Return the best hits by (fused score, id)."""
        return await hybrid(self, query)

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        """Run legs in one call; a leg that ends inside a tie is asked again for more."""
        requests = [(leg, request) for leg in asked if (request := self._request(leg))]
        if not requests:
            return tuple(() for _ in asked)
        batch = await self._batch([request(leg.limit + TIE_MARGIN) for leg, request in requests])
        found: dict[int, tuple[Scored, ...]] = {}
        for (leg, request), best in zip(requests, batch, strict=True):
            fetched = leg.limit + TIE_MARGIN
            while cut_in_a_tie([one.score for one in best], leg.limit, fetched):
                fetched *= 4
                best = (await self._batch([request(fetched)]))[0]
            found[id(leg)] = candidates(best, leg.limit)
        return tuple(found.get(id(leg), ()) for leg in asked)

    def _request(self, leg: LegQuery) -> Callable[[int], models.QueryRequest] | None:
        """Return what asks the server for so many hits of a leg; None for one without terms."""
        if leg.dense is not None:
            vector = checked(leg.dense, self.dimensions, "the question").tolist()
            return lambda limit: dense_request(vector, leg.filter, limit)
        terms = checked_terms(leg.lexical, "the question") if leg.lexical else None
        if not terms:
            return None
        sparse = models.SparseVector(indices=list(terms.ids), values=list(terms.weights))
        return lambda limit: lexical_request(sparse, leg.filter, limit)

    async def _batch(self, requests: list[models.QueryRequest]) -> list[list[Scored]]:
        answers = await self._call(
            self._client.query_batch_points(self.name, requests, consistency=self._calls.read_consistency)
        )
        return [[Scored(record=record(one.payload), score=one.score) for one in answer.points] for answer in answers]

    async def count(self, only: Filter) -> int:
        """Count the passages that the filter lets through."""
        return (await self._call(self._client.count(self.name, count_filter=condition(only), exact=True))).count

    async def scroll(self, only: Filter, *, after: str | None = None, limit: int = 100) -> Page:
        """Page through the passages that the filter lets through."""
        return await self._page(condition(only), after, limit)

    async def _page(self, only: models.Filter | None, after: str | None, limit: int) -> Page:
        found, following = await self._call(
            self._client.scroll(
                self.name,
                scroll_filter=only,
                offset=after,
                limit=limit,
                with_payload=list(SHOWN),
                consistency=self._calls.read_consistency,
            )
        )
        return Page(
            records=tuple(record(one.payload) for one in found), next=None if following is None else str(following)
        )

    async def upsert(self, entries: Sequence[Entry]) -> None:
        """Write passages in batches; all are checked before the first is written."""
        points = [self._point(entry) for entry in entries]
        for start in range(0, len(points), WRITE_BATCH):
            await self._call(self._client.upsert(self.name, points[start : start + WRITE_BATCH], wait=True))

    def _point(self, entry: Entry) -> models.PointStruct:
        vectors: dict[str, list[float] | models.SparseVector] = {
            DENSE: checked(entry.dense, self.dimensions, entry.id).tolist()
        }
        if terms := checked_terms(entry.lexical, entry.id):
            vectors[LEXICAL] = models.SparseVector(indices=list(terms.ids), values=list(terms.weights))
        return models.PointStruct(id=point_id(entry.id), vector=dict(vectors), payload=entry.payload)

    async def delete_document(self, document: str, *, keep_revision: str | None = None) -> None:
        """Remove a document's passages, except those of the revision that is kept."""
        kept = [] if keep_revision is None else [equal("revision", keep_revision)]
        await self._delete(models.Filter(must=[equal("document", document)], must_not=list(kept)))

    async def delete_source(self, source: str) -> None:
        """Remove all passages of a source."""
        await self._delete(models.Filter(must=[equal("source", source)]))

    async def _delete(self, doomed: models.Filter) -> None:
        await self._call(self._client.delete(self.name, models.FilterSelector(filter=doomed), wait=True))

    async def set_access(self, source: str, access: str) -> None:
        """Give all passages of a source another access label."""
        points = models.Filter(must=[equal("source", source)])
        await self._call(self._client.set_payload(self.name, {"access": access}, points=points, wait=True))

    async def inventory(self, *, after: str | None = None, limit: int = MAX_LIMIT) -> Page:
        """Page through everything."""
        return await self._page(None, after, limit)

    async def size(self) -> int:
        """Count everything."""
        return (await self._call(self._client.count(self.name, exact=True))).count

    async def flush(self) -> None:
        """Do nothing: the server has acknowledged what was written."""

    async def _call(self, work: Awaitable[T]) -> T:
        return await call(self.name, work, self._calls.seconds)


async def call(name: str, work: Awaitable[T], seconds: float) -> T:
    """Wait for the server, no longer than ``seconds``, and turn what it raises into our own errors."""
    with translated(name):
        async with asyncio.timeout(seconds):
            return await work


@contextmanager
def translated(name: str) -> Iterator[None]:
    """Turn the client's errors, of three libraries, into our own."""
    try:
        yield
    except (TimeoutError, httpx.TransportError) as exc:
        raise _unreachable(name, type(exc).__name__) from exc
    except grpc.aio.AioRpcError as exc:
        passing = {
            grpc.StatusCode.UNAVAILABLE,
            grpc.StatusCode.DEADLINE_EXCEEDED,
            grpc.StatusCode.RESOURCE_EXHAUSTED,
            grpc.StatusCode.ABORTED,
        }
        if exc.code() in passing:
            raise _unreachable(name, f"{exc.code().name}: {exc.details()}") from exc
        message = f"the Qdrant server refused an operation on {name}: {exc.code().name}: {exc.details()}"
        raise StoreFailed(message, next_step="check the API key and the server's log") from exc
    except (ApiException, QdrantException, ValueError) as exc:
        message = f"the Qdrant server refused an operation on {name}: {exc}"
        raise StoreFailed(message, next_step="check the API key and the server's log") from exc


def _unreachable(name: str, why: str) -> StoreUnreachable:
    message = f"the Qdrant server did not answer about {name}: {why}"
    return StoreUnreachable(message, next_step="check the address of the server and that its gRPC port listens")
