"""Say in qdrant_client's words what a filter and a search mean."""

from qdrant_client import models

from kb.stores.entry import DENSE, LEXICAL, SHOWN, UPDATED_AT
from kb.stores.selection import Filter


def condition(only: Filter) -> models.Filter:
    """Return the server's filter. It always holds the caller's access."""
    must: list[models.Condition] = [
        models.FieldCondition(key=key, match=models.MatchAny(any=list(values))) for key, values in only.choices
    ]
    if only.since_seconds is not None:
        must.append(models.FieldCondition(key=UPDATED_AT, range=models.Range(gte=only.since_seconds)))
    return models.Filter(must=must)


def equal(key: str, value: str) -> models.FieldCondition:
    """Return a condition for the writer: a field has a value."""
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def dense_request(vector: list[float], only: Filter, limit: int) -> models.QueryRequest:
    """Ask for the nearest vectors inside the filter."""
    nearest = models.NearestQuery(nearest=vector)
    return models.QueryRequest(
        query=nearest, using=DENSE, filter=condition(only), limit=limit, with_payload=list(SHOWN)
    )


def lexical_request(terms: models.SparseVector, only: Filter, limit: int) -> models.QueryRequest:
    """Ask for the best matches of the terms inside the filter, rarity counted over what the caller may read."""
    corpus = models.IdfCorpusParams(corpus=condition(Filter(access=only.access)))
    return models.QueryRequest(
        query=models.NearestQuery(nearest=terms),
        using=LEXICAL,
        filter=condition(only),
        limit=limit,
        with_payload=list(SHOWN),
        params=models.SearchParams(idf=corpus),
    )
