"""Turn terms into sparse vectors: the document's half of BM25 here, the rarity of a term (IDF) in the store.

A document's weight of a term is tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / AVERAGE_TERMS)): repetition saturates
and long passages do not win by length. The average length is a constant, so that a weight never depends on what else
is stored.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from kb.lexical.tokens import bigrams, runs_and_words, terms_of, terms_of_word

K1 = 1.8
"""How fast repetition saturates. Usual values are 1.2 to 2; 1.8 gives English operator questions 2 points of recall@5
over 1.2 and takes none from other questions."""

B = 0.5
"""How much length counts. Passages are cut to similar lengths, so less than the 0.75 that suits whole documents; from
0.3 to 0.7 nothing measurable changes."""

AVERAGE_TERMS = 85
"""Terms of the mean passage of 3,480 pages of documentation and runbooks, parts of identifiers included."""

CONTEXT_WEIGHT = 2.0
"""A term of the title or a heading counts as this many in the text. With 1 Chinese questions lose 3 points of recall@5
in English pages; 3 and 4 gain nothing."""

PART_WEIGHT = 0.5
"""In a question, a part of an identifier counts half: the whole identifier says what was meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermVector:
    """A sparse vector: ``ids`` ascending without repetition, one positive weight each. It may be empty."""

    ids: tuple[int, ...]
    weights: tuple[float, ...]

    def __bool__(self) -> bool:
        return bool(self.ids)


@lru_cache(maxsize=262_144)
def term_id(term: str) -> int:
    """Return the stable 32-bit id of a term: the same in every process, version and machine."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=4).digest(), "big")


def document_vector(text: str, *, context: str = "") -> TermVector:
    """Weigh the terms of a passage. ``context`` is its title and headings."""
    ids = _ids(text)
    counts: dict[int, float] = {**Counter(ids)}
    for key in _ids(context):
        counts[key] = counts.get(key, 0) + CONTEXT_WEIGHT
    norm = K1 * (1 - B + B * len(ids) / AVERAGE_TERMS)
    weights = {tf: tf * (K1 + 1) / (tf + norm) for tf in set(counts.values())}
    keys = sorted(counts)
    return TermVector(ids=tuple(keys), weights=tuple([weights[counts[key]] for key in keys]))


def _ids(text: str) -> list[int]:
    found: list[int] = []
    for run, word in runs_and_words(text):
        if run:
            found += map(term_id, bigrams(run))
        else:
            found += _ids_of_word(word)
    return found


@lru_cache(maxsize=65_536)
def _ids_of_word(word: str) -> tuple[int, ...]:
    return tuple(term_id(term) for term, _ in terms_of_word(word))


def query_vector(text: str, *, additions: Iterable[tuple[str, float]] = ()) -> TermVector:
    """Weigh the terms of a question. ``additions`` are further texts, each with the weight of its terms.

    A term counts once, with the highest weight that it was given.
    """
    weights: dict[int, float] = {}
    for source, factor in ((text, 1.0), *additions):
        for term, part in terms_of(source):
            key = term_id(term)
            weights[key] = max(weights.get(key, 0.0), factor * (PART_WEIGHT if part else 1.0))
    return _vector(weights)


def _vector(weights: dict[int, float]) -> TermVector:
    ids = sorted(key for key, weight in weights.items() if weight > 0)
    return TermVector(ids=tuple(ids), weights=tuple(weights[key] for key in ids))
