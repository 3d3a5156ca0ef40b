"""The field ``scope`` of a shard, which must always say what ``access`` and ``language`` say.

Whoever changes one of them changes it in the same operation. Shards of before have no such field, and a program of
before may have written to a newer one: whatever is not as it should be is put right when a shard is opened. That takes
20 ms for 50,000 points that are in order and 0.5 s for as many without the field, and may end anywhere in the middle:
the next opening goes on.
"""

from collections.abc import Iterator

from qdrant_edge import CountRequest, EdgeShard, FacetRequest, FieldCondition, KeywordIndexParams, MatchValue
from qdrant_edge import Filter as EdgeFilter
from qdrant_edge import UpdateOperation as Operation

from kb.stores.entry import SCOPE, scope

_MOST = 1_000_000
"""Different labels or languages that are looked at: more than a shard has points."""


def completions(shard: EdgeShard) -> Iterator[tuple[int, Operation]]:
    """Give the operations that put every point's scope right, each with the number of points that it changes."""
    if SCOPE not in shard.info().payload_schema:
        yield 1, Operation.create_field_index(SCOPE, KeywordIndexParams(is_tenant=True))
    languages = _values(shard, "language")
    for access in _values(shard, "access"):
        for language in languages:
            right = scope(access, language)
            wrong = EdgeFilter(
                must=[_equal("access", access), _equal("language", language)], must_not=[_equal(SCOPE, right)]
            )
            if points := shard.count(CountRequest(filter=wrong)):
                yield points, Operation.set_payload_by_filter(wrong, {SCOPE: right})


def moves(shard: EdgeShard, source: str, access: str) -> Iterator[Operation]:
    """Give the operations by which all points of a source get another access label."""
    for language in _values(shard, "language", within=EdgeFilter(must=[_equal("source", source)])):
        points = EdgeFilter(must=[_equal("source", source), _equal("language", language)])
        yield Operation.set_payload_by_filter(points, {"access": access, SCOPE: scope(access, language)})


def _values(shard: EdgeShard, key: str, *, within: EdgeFilter | None = None) -> list[str]:
    return [str(hit.value) for hit in shard.facet(FacetRequest(key, limit=_MOST, exact=True, filter=within)).hits]


def _equal(key: str, value: str) -> FieldCondition:
    return FieldCondition(key, match=MatchValue(value))
