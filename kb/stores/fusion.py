"""Join the dense and the lexical leg of a search into one ranking.

The legs come from the engine, the fusion is ours: so that every store ranks alike, ties are ordered by id, and each
hit can say how it came to its place.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Literal, NamedTuple, assert_never

from kb.stores.entry import Record

TIE_MARGIN = 32
"""How many more than needed are fetched, so that equal scores at the edge are cut by id and not by chance."""

MAX_FETCHED = 4096
"""Where the search for the end of a tie stops: beyond it the order of equal scores is the engine's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """How the legs are joined. ``rrf`` adds weight / (k + rank); ``scores`` adds weight * score scaled to 0..1.

    A weight of zero leaves that leg out altogether.
    """

    method: Literal["rrf", "scores"] = "rrf"
    k: int = 60
    dense: float = 1.0
    lexical: float = 1.0


class Scored(NamedTuple):
    """A record with its score in one leg. A tuple, because every search makes hundreds of them."""

    record: Record
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The place of a hit in one leg: its score there, its rank from 1, and what it added to the fused score."""

    score: float
    rank: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A passage that was found. A leg is None when the passage was not among that leg's candidates."""

    record: Record
    score: float
    dense: Leg | None
    lexical: Leg | None


def candidates(found: Sequence[Scored], limit: int) -> tuple[Scored, ...]:
    """Return the best ``limit`` by (score, id)."""
    return tuple(sorted(found, key=lambda one: (-one.score, one.record.id))[:limit])


def cut_in_a_tie(scores: Iterable[float], limit: int, fetched: int) -> bool:
    """Say whether more must be fetched: all that was fetched after the limit has the score of the limit."""
    best = sorted(scores, reverse=True)
    if len(best) < fetched or fetched >= MAX_FETCHED:
        return False
    return best[limit - 1] == best[-1]


def fuse(dense: Sequence[Scored], lexical: Sequence[Scored], fusion: Fusion, limit: int) -> tuple[Hit, ...]:
    """Join two legs, each in order, into at most ``limit`` hits by (fused score, id)."""
    left, right = _shares(dense, fusion, fusion.dense), _shares(lexical, fusion, fusion.lexical)
    scores: dict[str, float] = {}
    for one, share in chain(zip(dense, left, strict=True), zip(lexical, right, strict=True)):
        scores[one.record.id] = scores.get(one.record.id, 0.0) + share
    best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]
    legs = [
        {one.record.id: (rank, one, share) for rank, (one, share) in enumerate(zip(leg, shares, strict=True), start=1)}
        for leg, shares in ((dense, left), (lexical, right))
    ]
    found = ((score, legs[0].get(key), legs[1].get(key)) for key, score in best)
    return tuple(
        Hit(record=place[1].record, score=score, dense=_leg(left_place), lexical=_leg(right_place))
        for score, left_place, right_place in found
        if (place := left_place or right_place)
    )


def _shares(found: Sequence[Scored], fusion: Fusion, weight: float) -> list[float]:
    """Return what each hit of a leg adds to the fused score."""
    match fusion.method:
        case "rrf":
            return [weight / (fusion.k + rank) for rank in range(1, len(found) + 1)]
        case "scores":
            best, worst = (found[0].score, found[-1].score) if found else (0.0, 0.0)
            return [weight * ((one.score - worst) / (best - worst) if best > worst else 1.0) for one in found]
        case _:
            assert_never(fusion.method)


_Place = tuple[int, Scored, float]


def _leg(place: _Place | None) -> Leg | None:
    if place is None:
        return None
    rank, one, share = place
    return Leg(score=one.score, rank=rank, share=share)
