"""The hybrid search of every store: two legs in one round trip, joined here."""

from collections.abc import Sequence
from typing import Protocol

from kb.stores.fusion import Hit, Scored, fuse
from kb.stores.store import HybridQuery, LegQuery


class Legged(Protocol):
    """What runs legs."""

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        """Run legs in one round trip."""
        ...


async def hybrid(collection: Legged, query: HybridQuery) -> tuple[Hit, ...]:
    """Return the best hits of a hybrid search by (fused score, id)."""
    only, most = query.filter, query.candidates
    dense = [LegQuery(filter=only, limit=most, dense=query.dense)] if query.wants_dense else []
    lexical = [LegQuery(filter=only, limit=most, lexical=query.lexical)] if query.wants_lexical else []
    if not (asked := [*dense, *lexical]):
        return ()
    found = [*await collection.legs(asked)]
    return fuse(found[0] if dense else (), found[-1] if lexical else (), query.fusion, query.limit)
