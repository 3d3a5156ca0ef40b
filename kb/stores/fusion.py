"""Join the dense and the lexical leg of a search into one ranking.

The legs come from the engine, the fusion is ours: so that every store ranks alike, ties are ordered by id, and each
hit can say how it came to its place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, assert_never

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A record with its score in one leg."""

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


def cut_in_a_tie(found: Sequence[Scored], limit: int, fetched: int) -> bool:
    """Say whether more must be fetched: all that was fetched after the limit has the score of the limit."""
    if len(found) < fetched or fetched >= MAX_FETCHED:
        return False
    scores = sorted((one.score for one in found), reverse=True)
    return scores[limit - 1] == scores[-1]


def fuse(dense: Sequence[Scored], lexical: Sequence[Scored], fusion: Fusion, limit: int) -> tuple[Hit, ...]:
    """Join two legs, each in order, into at most ``limit`` hits by (fused score, id)."""
    records = {one.record.id: one.record for one in (*dense, *lexical)}
    left, right = _legs(dense, fusion, fusion.dense), _legs(lexical, fusion, fusion.lexical)
    hits = [
        Hit(
            record=found,
            score=sum(leg.share for leg in (left.get(key), right.get(key)) if leg),
            dense=left.get(key),
            lexical=right.get(key),
        )
        for key, found in records.items()
    ]
    return tuple(sorted(hits, key=lambda hit: (-hit.score, hit.record.id))[:limit])


def _legs(found: Sequence[Scored], fusion: Fusion, weight: float) -> dict[str, Leg]:
    if not found:
        return {}
    best, worst = found[0].score, found[-1].score
    legs: dict[str, Leg] = {}
    for rank, one in enumerate(found, start=1):
        match fusion.method:
            case "rrf":
                share = weight / (fusion.k + rank)
            case "scores":
                share = weight * ((one.score - worst) / (best - worst) if best > worst else 1.0)
            case _:
                assert_never(fusion.method)
        legs[one.record.id] = Leg(score=one.score, rank=rank, share=share)
    return legs
