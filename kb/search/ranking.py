"""From hits to results: weight and age, copies folded, one document among several, a budget of tokens. All pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kb.records.model import StoredPassage
from kb.records.passages import Standing
from kb.search.model import Found, Parts
from kb.search.settings import SearchSettings
from kb.stores import Hit

SECONDS_PER_DAY = 86_400.0
FULL_LIST = 10
"""``per_document`` is meant for a list of ten."""

SUPPORTING = 2
"""Passages of a document that support its best one; more would favour long pages."""


def joined(own: Sequence[Hit], across: Sequence[Hit], *, settings: SearchSettings) -> list[Hit]:
    """Join the hits in the question's languages and in the others, the best first.

    Where the others are as near in meaning, their dense shares rise from the share that another language counts.
    """
    nearest = [max((hit.dense.score for hit in half if hit.dense), default=None) for half in (own, across)]
    if nearest[0] is not None and nearest[1] is not None and settings.cross_language > 0:
        begins, ends = settings.nearer
        rise = min(max((nearest[1] - nearest[0] - begins) / (ends - begins), 0.0), 1.0)
        factor = 1.0 + rise * (1.0 / settings.cross_language - 1.0)
        across = [_raised(hit, factor) for hit in across] if factor > 1.0 else across
    return sorted((*own, *across), key=lambda hit: (-hit.score, hit.record.id))


def _raised(hit: Hit, factor: float) -> Hit:
    if hit.dense is None:
        return hit
    dense = replace(hit.dense, share=hit.dense.share * factor)
    return replace(hit, dense=dense, score=hit.score + dense.share - hit.dense.share)


@dataclass(slots=True, kw_only=True)
class Ranked:
    """A hit with what ranks it. ``variants`` are the ids of passages of near-duplicates that it stands for."""

    hit: Hit
    standing: Standing
    recency: float
    score: float
    support: float = 0.0
    variants: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[float, str]:
        """The best first, equal scores by id."""
        return -self.score, self.hit.record.id


def weighed(
    hits: Iterable[Hit], standings: Mapping[str, Standing], settings: SearchSettings, now: datetime
) -> list[Ranked]:
    """Return the hits whose document is there, the best first, with weight, age and support in their scores."""
    ages: dict[str, float] = {}
    found = []
    for hit in hits:
        if standing := standings.get(hit.record.document):
            if standing.document not in ages:
                ages[standing.document] = recency_of(standing.updated_at, settings, now)
            recency = ages[standing.document]
            score = hit.score * standing.weight * recency
            found.append(Ranked(hit=hit, standing=standing, recency=recency, score=score))
    return supported(sorted(found, key=lambda one: one.order), settings.support)


def supported(found: Sequence[Ranked], share: float) -> list[Ranked]:
    """Give the best passage of each document a share of the scores of the next ones. ``found`` is in order."""
    of: dict[str, list[Ranked]] = {}
    for one in found:
        of.setdefault(one.standing.document, []).append(one)
    for best, *rest in of.values():
        best.support = share * sum(one.score for one in rest[:SUPPORTING])
    for best, *_ in of.values():
        best.score += best.support
    return sorted(found, key=lambda one: one.order)


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


def recency_of(updated_at: datetime | None, settings: SearchSettings, now: datetime) -> float:
    """Return what age multiplies: 1 for what is new, has no date or lies ahead, a little less for what is old."""
    if updated_at is None:
        return 1.0
    dated = updated_at if updated_at.tzinfo else updated_at.replace(tzinfo=UTC)
    days = max((now - dated).total_seconds() / SECONDS_PER_DAY, 0.0)
    return float(1.0 - settings.recency_share * (1.0 - 0.5 ** (days / settings.recency_half_life_days)))


def folded(found: Sequence[Ranked]) -> list[Ranked]:
    """Keep one document of each family of near-duplicates: the one with the best hit, which names the others."""
    keeper: dict[str, str] = {}
    others: dict[str, dict[str, str]] = {}
    kept: list[Ranked] = []
    for one in found:
        family = one.standing.family or one.standing.document
        if keeper.setdefault(family, one.standing.document) == one.standing.document:
            kept.append(one)
        else:
            others.setdefault(family, {}).setdefault(one.standing.document, one.hit.record.id)
    for one in kept:
        family = one.standing.family or one.standing.document
        one.variants = tuple(others.pop(family, {}).values())  # the first of its passages names them
    return kept


def spread(found: Sequence[Ranked], limit: int, per_document: int) -> list[Ranked]:
    """Return at most ``limit``, few of one document; where there is nothing else, the rest of those documents."""
    most = share_of(limit, per_document)
    seen: Counter[str] = Counter()
    first: list[Ranked] = []
    rest: list[Ranked] = []
    for one in found:
        seen[one.standing.document] += 1
        (first if seen[one.standing.document] <= most else rest).append(one)
    chosen = (first + rest)[:limit]
    return sorted(chosen, key=lambda one: one.order)


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
