"""From hits to results: weight and age, copies folded, one document among several, a budget of tokens. All pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from core.storage.schema import EPOCH
from kb.records.model import StoredPassage
from kb.records.passages import Standing
from kb.search.model import Found, Parts
from kb.search.settings import SearchSettings
from kb.stores import Hit

MICROSECOND = timedelta(microseconds=1)
MICROSECONDS_PER_DAY = timedelta(days=1) / MICROSECOND
FULL_LIST = 10
"""``per_document`` is meant for a list of ten."""

SUPPORTING = 2
"""Passages of a document that support its best one; more would favour long pages."""


@dataclass(slots=True, kw_only=True)
class Ranked:
    """A hit with what ranks it. ``variants`` are the ids of passages of near-duplicates that it stands for."""

    hit: Hit
    standing: Standing
    recency: float
    score: float
    support: float = 0.0
    variants: tuple[str, ...] = ()


def _order(one: Ranked) -> tuple[float, str]:
    """Return what sorts the best first, equal scores by id."""
    return -one.score, one.hit.record.id


def weighed(
    hits: Iterable[Hit], standings: Mapping[str, Standing], settings: SearchSettings, now: datetime
) -> list[Ranked]:
    """Return the hits whose document is there, the best first, with weight, age and support in their scores."""
    today = (now - EPOCH) / MICROSECOND
    ages: dict[int | None, float] = {}
    of: dict[str, list[Ranked]] = {}
    for hit in hits:
        document = hit.record.document
        if standing := standings.get(document):
            updated = standing.updated_at
            if (recency := ages.get(updated)) is None:
                recency = ages[updated] = recency_of(updated, settings, today)
            one = Ranked(hit=hit, standing=standing, recency=recency, score=hit.score * standing.weight * recency)
            of.setdefault(document, []).append(one)
    for found in of.values():
        support(found, settings.support)
    return sorted(chain.from_iterable(of.values()), key=_order)


def support(found: list[Ranked], share: float) -> None:
    """Give the best of one document's passages a share of the scores of the next ones."""
    if len(found) > 1:
        found.sort(key=_order)
        best = found[0]
        best.support = share * sum(one.score for one in found[1 : 1 + SUPPORTING])
        best.score += best.support


def shown(ranked: Sequence[Ranked], passages: Mapping[str, StoredPassage]) -> list[Found]:
    """Return results with their passages; one that was replaced meanwhile is left out."""
    return [_found(one, passages) for one in ranked if one.hit.record.id in passages]


def _found(one: Ranked, passages: Mapping[str, StoredPassage]) -> Found:
    passage, hit = passages[one.hit.record.id], one.hit
    variants = tuple(passages[key] for key in one.variants if key in passages)
    parts = Parts(
        dense_score=hit.dense.score if hit.dense else None,
        dense_rank=hit.dense.rank if hit.dense else None,
        dense_share=hit.dense.share if hit.dense else 0.0,
        lexical_score=hit.lexical.score if hit.lexical else None,
        lexical_rank=hit.lexical.rank if hit.lexical else None,
        lexical_share=hit.lexical.share if hit.lexical else 0.0,
        weight=one.standing.weight,
        recency=one.recency,
        support=one.support,
    )
    also_in = tuple(sorted({copy.uri for copy in variants} - {passage.uri}))
    return Found(passage=passage, score=one.score, parts=parts, also_in=also_in, variants=variants)


def recency_of(updated_at: int | None, settings: SearchSettings, now: float) -> float:
    """Return what age multiplies: 1 for what is new, has no date or lies ahead, a little less for what is old.

    Both moments are in microseconds since 1970.
    """
    if updated_at is None:
        return 1.0
    days = max((now - updated_at) / MICROSECONDS_PER_DAY, 0.0)
    return float(1.0 - settings.recency_share * (1.0 - 0.5 ** (days / settings.recency_half_life_days)))


def folded(found: Sequence[Ranked]) -> list[Ranked]:
    """Keep one document of each family of near-duplicates: the one with the best hit, which names the others."""
    keeper: dict[str, str] = {}
    others: dict[str, dict[str, str]] = {}
    kept: list[Ranked] = []
    for one in found:
        document = one.standing.document
        family = one.standing.family or document
        if keeper.setdefault(family, document) == document:
            kept.append(one)
        else:
            others.setdefault(family, {}).setdefault(document, one.hit.record.id)
    if others:
        for one in kept:
            family = one.standing.family or one.standing.document
            one.variants = tuple(others.pop(family, {}).values())  # the first of its passages names them
    return kept


def spread(found: Sequence[Ranked], limit: int, per_document: int) -> list[Ranked]:
    """Return at most ``limit``, few of one document; where there is nothing else, the rest of those documents."""
    most = share_of(limit, per_document)
    seen: dict[str, int] = {}
    first: list[Ranked] = []
    rest: list[Ranked] = []
    for one in found:
        document = one.standing.document
        seen[document] = place = seen.get(document, 0) + 1
        (first if place <= most else rest).append(one)
        if len(first) == limit:
            return first
    return sorted((first + rest)[:limit], key=_order)


def share_of(limit: int, per_document: int) -> int:
    """Return how many passages of one document a list of ``limit`` holds before other documents are exhausted."""
    return max(1, -(-per_document * min(limit, FULL_LIST) // FULL_LIST) if limit < FULL_LIST else per_document)


def within(found: Sequence[Found], budget: int | None) -> tuple[list[Found], int]:
    """Return the passages that fit into the budget of tokens, in order, and how many did not."""
    if budget is None:
        return list(found), 0
    kept, left = [], budget
    for one in found:
        if one.passage.tokens <= left:
            kept.append(one)
            left -= one.passage.tokens
    return kept, len(found) - len(kept)
