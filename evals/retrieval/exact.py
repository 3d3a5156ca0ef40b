"""An exact index in memory: both legs by numpy, fused like the stores fuse. The reference when weights are tuned.

One question is scored once against everything; any weights, cuts and filters are then tried on the same scores.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.lexical import TermVector, document_vector
from kb.stores import Fusion

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A passage as the suite needs it."""

    page: str
    language: str
    context: str
    text: str

    @property
    def embedded(self) -> str:
        """The text that is embedded, as ``kb.passages`` makes it."""
        return f"{self.context}\n{self.text}" if self.context else self.text


class ExactIndex:
    """All passages with their vectors and terms."""

    def __init__(self, places: Sequence[Place], vectors: NDArray[np.float32]) -> None:
        self.places = tuple(places)
        self.languages = np.array([place.language for place in places])
        self.pages = tuple(place.page for place in places)
        self._vectors = vectors
        rows: defaultdict[int, list[int]] = defaultdict(list)
        weights: defaultdict[int, list[float]] = defaultdict(list)
        for row, place in enumerate(places):
            vector = document_vector(place.text, context=place.context)
            for key, weight in zip(vector.ids, vector.weights, strict=True):
                rows[key].append(row)
                weights[key].append(weight)
        self._postings = {
            key: (np.array(found, dtype=np.int32), np.array(weights[key], dtype=np.float32))
            for key, found in rows.items()
        }

    def within(self, languages: Iterable[str]) -> NDArray[np.bool_]:
        """Return which passages are of these languages; all where none is named."""
        wanted = tuple(languages)
        return np.isin(self.languages, wanted) if wanted else np.ones(len(self.places), dtype=bool)

    def dense(self, query: NDArray[np.float32], within: NDArray[np.bool_]) -> Scores:
        """Return the cosine of every passage, minus infinity outside."""
        return np.where(within, self._vectors @ query, -np.inf).astype(np.float32)

    def lexical(self, query: TermVector, within: NDArray[np.bool_]) -> Scores:
        """Return the lexical score of every passage, with the rarity of terms inside the filter; 0 where none meets."""
        scores = np.zeros(len(self.places), dtype=np.float32)
        total = int(within.sum())
        for key, weight in zip(query.ids, query.weights, strict=True):
            rows, weights = self._postings.get(key, (None, None))
            if rows is None or weights is None:
                continue
            inside = within[rows]
            count = int(inside.sum())
            idf = math.log(1 + (total - count + 0.5) / (count + 0.5))
            np.add.at(scores, rows[inside], np.float32(weight * idf) * weights[inside])
        return scores

    def fused(
        self, dense: Scores, lexical: Scores, fusion: Fusion, *, candidates: int = 100
    ) -> list[tuple[int, float]]:
        """Return rows and scores, best first, of the best ``candidates`` of each leg."""
        total: defaultdict[int, float] = defaultdict(float)
        for scores, weight, least in ((dense, fusion.dense, -np.inf), (lexical, fusion.lexical, 0.0)):
            if weight > 0:
                for row, share in _shares(scores, fusion, candidates, least):
                    total[row] += weight * share
        return sorted(total.items(), key=lambda entry: (-entry[1], entry[0]))


def _shares(scores: Scores, fusion: Fusion, candidates: int, least: float) -> list[tuple[int, float]]:
    some = np.argpartition(-scores, min(candidates, len(scores) - 1))[:candidates]
    rows = [int(row) for row in some[np.argsort(-scores[some], kind="stable")] if scores[row] > least]
    if not rows:
        return []
    if fusion.method == "rrf":
        return [(row, 1.0 / (fusion.k + rank)) for rank, row in enumerate(rows, start=1)]
    best, worst = float(scores[rows[0]]), float(scores[rows[-1]])
    return [(row, (float(scores[row]) - worst) / (best - worst) if best > worst else 1.0) for row in rows]
