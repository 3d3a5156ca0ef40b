"""Say in qdrant_edge's words what a filter and a search mean."""

import numpy as np
from qdrant_edge import (
    FieldCondition,
    IdfParams,
    MatchAny,
    MatchValue,
    Query,
    QueryRequest,
    RangeFloat,
    SearchParams,
    SparseVector,
)
from qdrant_edge import Filter as EdgeFilter

from kb.embed.embedder import Vector
from kb.lexical.weights import TermVector
from kb.stores.entry import DENSE, LEXICAL, UPDATED_AT
from kb.stores.selection import Filter


def condition(only: Filter) -> EdgeFilter:
    """Return the engine's filter. It always holds the caller's access."""
    must = [FieldCondition(key, match=_match(values)) for key, values in only.choices]
    if only.since_seconds is not None:
        must.append(FieldCondition(UPDATED_AT, range=RangeFloat(gte=only.since_seconds)))
    return EdgeFilter(must=list(must))


def _match(values: tuple[str, ...]) -> MatchValue | MatchAny:
    """Match one value or any of several; the first is the cheaper on every passage that is looked at."""
    return MatchValue(values[0]) if len(values) == 1 else MatchAny(list(values))


def equal(key: str, value: str, *, unless: tuple[str, str] | None = None) -> EdgeFilter:
    """Return a filter for the writer: a field has a value, and another does not."""
    must_not = [FieldCondition(unless[0], match=MatchValue(unless[1]))] if unless else []
    return EdgeFilter(must=[FieldCondition(key, match=MatchValue(value))], must_not=list(must_not))


def dense_request(vector: Vector, only: Filter, limit: int) -> QueryRequest:
    """Ask for the nearest vectors inside the filter."""
    nearest = Query.Nearest(np.ascontiguousarray(vector, dtype=np.float32).tolist(), using=DENSE)
    return QueryRequest(limit=limit, query=nearest, filter=condition(only), with_payload=False)


def lexical_request(terms: TermVector, only: Filter, limit: int) -> QueryRequest:
    """Ask for the best matches of the terms inside the filter, rarity counted over what the caller may read."""
    nearest = Query.Nearest(SparseVector(list(terms.ids), list(terms.weights)), using=LEXICAL)
    corpus = condition(Filter(access=only.access))
    return QueryRequest(
        limit=limit,
        query=nearest,
        filter=condition(only),
        with_payload=False,
        params=SearchParams(idf=IdfParams(corpus=corpus)),
    )
