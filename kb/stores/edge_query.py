"""Say in qdrant_edge's words what a filter and a search mean."""

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

from kb.stores.edge_wire import Narrowed
from kb.stores.entry import DENSE, LEXICAL, SCOPE, UPDATED_AT, scope

FEW = 8
"""Values that are better asked for one by one."""


Choice = tuple[str, list[str]]
"""A field and the values that it may have."""


def condition(only: Narrowed) -> EdgeFilter:
    """Return the engine's filter. Raises ``ValueError`` for one without the caller's access."""
    access, others = _parted(only)
    return EdgeFilter(must=[*_conditions([access, *others], only[1])])


def _scanned(only: Narrowed) -> EdgeFilter:
    """Return the same filter for what looks at every passage that it lets through: a dense leg, a term's rarity.

    Where languages are named, access and language are one field: each is looked up for every passage, and one costs
    half of two. (What comes from the lists of terms is faster with two.) Else a few labels of the caller cost a seventh
    to a third less as alternatives, each read from its own list. No label at all must stay a condition that nothing
    meets: no alternatives would let everything through.
    """
    (key, labels), others = _parted(only)
    languages = next((values for other, values in others if other == "language"), None)
    if languages is not None:
        scopes = [scope(label, language) for label in labels for language in languages]
        rest = [one for one in others if one[0] != "language"]
        return EdgeFilter(must=[*_conditions([(SCOPE, scopes), *rest], only[1])])
    if not 2 <= len(labels) <= FEW:
        return condition(only)
    access = EdgeFilter(should=[FieldCondition(key, match=MatchValue(label)) for label in labels])
    return EdgeFilter(must=[access, *_conditions(others, only[1])])


def _parted(only: Narrowed) -> tuple[Choice, list[Choice]]:
    """Return what holds the caller to what they may read, and the rest."""
    if not only[0] or only[0][0][0] != "access":
        message = "a filter begins with the caller's access"
        raise ValueError(message)
    return only[0][0], only[0][1:]


def _conditions(choices: list[Choice], since: float | None) -> list[FieldCondition]:
    must = [FieldCondition(key, match=_match(values)) for key, values in choices]
    if since is not None:
        must.append(FieldCondition(UPDATED_AT, range=RangeFloat(gte=since)))
    return must


def _match(values: list[str]) -> MatchValue | MatchAny:
    """Match one value or any of several; the first is the cheaper on every passage that is looked at."""
    return MatchValue(values[0]) if len(values) == 1 else MatchAny(values)


def equal(key: str, value: str, *, unless: tuple[str, str] | None = None) -> EdgeFilter:
    """Return a filter for the writer: a field has a value, and another does not."""
    must_not = [FieldCondition(unless[0], match=MatchValue(unless[1]))] if unless else []
    return EdgeFilter(must=[FieldCondition(key, match=MatchValue(value))], must_not=list(must_not))


def dense_request(vector: list[float], only: Narrowed, limit: int) -> QueryRequest:
    """Ask for the nearest vectors inside the filter."""
    nearest = Query.Nearest(vector, using=DENSE)
    return QueryRequest(limit=limit, query=nearest, filter=_scanned(only), with_payload=False)


def lexical_request(terms: SparseVector, only: Narrowed, limit: int) -> QueryRequest:
    """Ask for the best matches of the terms inside the filter, rarity counted over what the caller may read."""
    access = only[0][:1]
    return QueryRequest(
        limit=limit,
        query=Query.Nearest(terms, using=LEXICAL),
        filter=condition(only),
        with_payload=False,
        params=SearchParams(idf=IdfParams(corpus=_scanned((access, None)))),
    )
