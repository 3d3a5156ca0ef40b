"""Ask the store: the question's own languages and the others, each by meaning and by words, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.embed import Vector
from kb.lexical import TermVector
from kb.search.settings import SearchSettings
from kb.stores import Collection, Filter, Fusion, Hit, LegQuery, Scored
from kb.stores.fusion import fuse


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """What is searched in some languages, with what, and how its two legs are joined."""

    only: Filter
    dense: Vector | None
    lexical: TermVector
    fusion: Fusion

    @property
    def wants_dense(self) -> bool:
        """Whether the dense leg runs."""
        return self.dense is not None and self.fusion.dense > 0

    @property
    def wants_lexical(self) -> bool:
        """Whether the lexical leg runs."""
        return bool(self.lexical) and self.fusion.lexical > 0

    def legs(self, limit: int) -> list[LegQuery]:
        """Return the legs that run, the dense one first."""
        dense = [LegQuery(filter=self.only, limit=limit, dense=self.dense)] if self.wants_dense else []
        lexical = [LegQuery(filter=self.only, limit=limit, lexical=self.lexical)] if self.wants_lexical else []
        return [*dense, *lexical]


async def best_of(
    collection: Collection, own: Half | None, across: Half | None, settings: SearchSettings, limit: int
) -> tuple[list[Hit], bool]:
    """Return the best ``limit`` of each half, in no order, and whether there is nothing beyond them."""
    halves = [half for half in (own, across) if half is not None]
    asked = [leg for half in halves for leg in half.legs(limit)]
    found = iter(await collection.legs(asked) if asked else ())
    legs = [
        (next(found) if half.wants_dense else (), next(found) if half.wants_lexical else ()) for half in halves
    ]  # in the order in which they were asked
    fusions = [half.fusion for half in halves]
    if own is not None and across is not None:
        fusions[1] = raised(across.fusion, legs[0][0], legs[1][0], settings)
    fused = [fuse(dense, lexical, fusion, limit) for (dense, lexical), fusion in zip(legs, fusions, strict=True)]
    return [hit for half in fused for hit in half], all(len(half) < limit for half in fused)


def raised(fusion: Fusion, own: Sequence[Scored], across: Sequence[Scored], settings: SearchSettings) -> Fusion:
    """Let the other languages count more where they are as near in meaning: they rise to the full share of a leg."""
    if not own or not across or settings.cross_language <= 0:
        return fusion
    begins, ends = settings.nearer
    rise = min(max((across[0].score - own[0].score - begins) / (ends - begins), 0.0), 1.0)
    return replace(fusion, dense=fusion.dense * (1.0 + rise * (1.0 / settings.cross_language - 1.0)))


def share_across(settings: SearchSettings, *, named: bool) -> Fusion:
    """Let the dense leg stand for both, at the share that another language counts."""
    fusion = settings.fusion
    return replace(
        fusion,
        dense=settings.cross_language * (fusion.dense + fusion.lexical),
        lexical=settings.identifiers_across if named else settings.words_across,
    )
