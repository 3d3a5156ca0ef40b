"""Measures of ranked pages, with bootstrap intervals."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.retrieval.questions import Question

SEED = 5
SAMPLES = 2_000
"""Resamples of an interval: the ends of 95 % then move by less than half a point between seeds."""

DEPTHS = (1, 3, 5, 10)
ORDERED = 10
"""How far down nDCG and the reciprocal rank look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a question found, best first. ``confidence`` and ``refused`` are those of the answer.

    Each of ``pages`` is a page with the near-duplicates that it stands for, which share its place.
    """

    question: Question
    pages: tuple[tuple[str, ...], ...]
    confidence: float | None = None
    refused: bool | None = None
    seconds: float = 0.0

    @property
    def rank(self) -> int | None:
        """The place of the first right page, from 1; None where none was found."""
        gold = frozenset(self.question.gold)
        return next((place for place, page in enumerate(once(self.pages), start=1) if gold & {*page}), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A mean with the ends of its 95 % interval."""

    mean: float
    low: float
    high: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f}–{self.high:.3f})" if self.count else "–"


def figure(values: Iterable[float]) -> Figure:
    """Return the mean of values and its interval, by resampling questions."""
    numbers: NDArray[np.float64] = np.array(list(values), dtype=np.float64)
    if not numbers.size:
        return Figure(mean=math.nan, low=math.nan, high=math.nan, count=0)
    picks = np.random.default_rng(SEED).integers(0, numbers.size, (SAMPLES, numbers.size))
    low, high = np.percentile(numbers[picks].mean(axis=1), (2.5, 97.5))
    return Figure(mean=float(numbers.mean()), low=float(low), high=float(high), count=int(numbers.size))


def hit(outcome: Outcome, depth: int) -> float:
    """Return 1 when a right page is among the first ``depth``: pages in ``gold`` answer equally well, so one is all."""
    return float(outcome.rank is not None and outcome.rank <= depth)


def reciprocal(outcome: Outcome) -> float:
    """Return 1 / rank of the first right page, 0 beyond ``ORDERED``."""
    return 1.0 / outcome.rank if outcome.rank is not None and outcome.rank <= ORDERED else 0.0


def ndcg(outcome: Outcome) -> float:
    """Return nDCG@10 with each right page worth 1."""
    gold = frozenset(outcome.question.gold)
    places = enumerate(once(outcome.pages)[:ORDERED], start=1)
    gained = sum(1 / math.log2(place + 1) for place, page in places if gold & {*page})
    best = sum(1 / math.log2(place + 1) for place in range(1, min(len(gold), ORDERED) + 1))
    return gained / best if best else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The figures of one group of questions."""

    name: str
    hits: dict[int, Figure]
    reciprocal: Figure
    ndcg: Figure

    @property
    def count(self) -> int:
        """How many questions."""
        return self.reciprocal.count


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """Measure one group of outcomes."""
    return Row(
        name=name,
        hits={depth: figure(hit(outcome, depth) for outcome in outcomes) for depth in DEPTHS},
        reciprocal=figure(map(reciprocal, outcomes)),
        ndcg=figure(map(ndcg, outcomes)),
    )


def once(pages: Iterable[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Return pages in order, each once: a page stands where its best passage stands."""
    seen: dict[str, tuple[str, ...]] = {}
    for page in pages:
        seen.setdefault(page[0], page)
    return tuple(seen.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """How refusing went: unanswerable questions refused, and answerable ones refused wrongly.

    ``falsely`` counts the questions of operators, ``others`` the rest.
    """

    refused: Figure
    falsely: Figure
    others: Figure


def abstention(outcomes: Iterable[Outcome], *, kinds: tuple[str, ...] = ()) -> Abstention:
    """Measure refusals. ``kinds`` keeps only unanswerable questions of these kinds."""
    asked = [outcome for outcome in outcomes if outcome.refused is not None]
    nothing = [o for o in asked if not o.question.gold and (not kinds or o.question.kind in kinds)]
    something = [o for o in asked if o.question.gold]
    return Abstention(
        refused=_refused(nothing),
        falsely=_refused(o for o in something if o.question.group == "operators"),
        others=_refused(o for o in something if o.question.group != "operators"),
    )


def _refused(outcomes: Iterable[Outcome]) -> Figure:
    return figure(float(bool(outcome.refused)) for outcome in outcomes)
