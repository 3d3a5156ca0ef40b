"""Near-duplicates: the same page in ten versions is found once.

A document is sketched by MinHash over shingles of words (Broder 1997); sketches that agree in a band are compared.
Documents of different titles are never folded: generated pages (one for each command, one for each alert) differ in
little else, and the title is what people look for.
"""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

SHINGLE = 5  # words, or Han characters
HASHES = 128
BANDS = 32  # of 4 hashes: two texts alike at 0.8 share a band with probability 0.9999, at 0.3 with 0.23
SIMILAR = 0.8
MIN_SHINGLES = 20  # shorter texts are alike by chance: they are folded only when their words are the same

_WORD = re.compile(r"[A-Za-z0-9_]+(?:[.-][A-Za-z0-9_]+)*|[\u3400-\u9fff]")
_VERSION = re.compile(r"v?\d+(?:\.\d+)+(?:[-.]?[a-z0-9]+)*")
_RANDOM = np.random.Generator(np.random.PCG64(20_261_123))
_FACTORS: NDArray[np.uint64] = _RANDOM.integers(1, 2**63, HASHES, dtype=np.uint64) | np.uint64(1)
_TERMS: NDArray[np.uint64] = _RANDOM.integers(0, 2**63, HASHES, dtype=np.uint64)
_CHUNK = 256  # of 128 hashes: a quarter of a megabyte, which a core keeps near
KNOWN_WORDS = 65_536  # about the words of a large documentation; most of a text are seen again at once

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """A fixed-size summary. ``exact`` and ``title`` are hashes of all words of text and title, versions aside."""

    minima: bytes
    shingles: int
    exact: int
    title: int = 0


def sketch(text: str, *, title: str = "") -> Sketch:
    """Return the sketch of a document. Case, punctuation, layout and version numbers do not count."""
    words = _words(text)
    known = {word: _code(word) for word in set(words)}
    codes = np.fromiter(map(known.__getitem__, words), dtype=np.uint64, count=len(words))
    count = max(len(words) - SHINGLE + 1, 1 if words else 0)
    mixed = np.zeros(count, dtype=np.uint64)
    for offset in range(min(SHINGLE, len(words))):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[offset : offset + count]
    shingles = np.unique(mixed)
    least = np.full(HASHES, np.iinfo(np.uint64).max, dtype=np.uint64)
    for at in range(0, len(shingles), _CHUNK):
        part = shingles[at : at + _CHUNK, None] * _FACTORS
        part += _TERMS
        np.minimum(least, part.min(axis=0), out=least)
    minima = (least >> np.uint64(32)).astype(np.uint32)
    return Sketch(minima=minima.tobytes(), shingles=len(shingles), exact=_hash(words), title=_hash(_words(title)))


def similarity(one: Sketch, other: Sketch) -> float:
    """Return the estimated share of shingles that both have (Jaccard); the error is about ±0.04 at 0.8.

    Documents of different titles have nothing in common by definition.
    """
    if one.title != other.title:
        return 0.0
    if one.exact == other.exact and one.shingles == other.shingles:
        return 1.0
    if min(one.shingles, other.shingles) < MIN_SHINGLES:
        return 0.0
    return float(np.mean(_numbers(one) == _numbers(other)))


class Folding(Generic[Key]):
    """Finds for each new document the one that already stands for it. The first one added stands for its copies.

    Add the preferred version first. Copies are compared with representatives only, so that likeness does not
    creep from one document to the next.
    """

    def __init__(self, *, similar: float = SIMILAR) -> None:
        self._similar = similar
        self._bands: dict[tuple[int, bytes], list[Key]] = {}
        self._sketches: dict[Key, Sketch] = {}

    def add(self, key: Key, new: Sketch) -> Key:
        """Return the representative of ``key``: an earlier document that is alike, or ``key`` itself."""
        best, best_score = key, self._similar
        bands = _bands(new)
        for candidate in dict.fromkeys(other for band in bands for other in self._bands.get(band, ())):
            score = similarity(new, self._sketches[candidate])
            if score > best_score or (score == best_score and best == key):
                best, best_score = candidate, score
        if best == key:
            self._sketches[key] = new
            for band in bands:
                self._bands.setdefault(band, []).append(key)
        return best

    def remove(self, key: Key) -> None:
        """Forget a representative; its copies must be added again."""
        for band in _bands(self._sketches.pop(key)):
            self._bands[band].remove(key)


def fold(documents: Iterable[tuple[Key, Sketch]]) -> dict[Key, Key]:
    """Return the representative of every document, itself where nothing before it was alike."""
    folding: Folding[Key] = Folding()
    return {key: folding.add(key, new) for key, new in documents}


def _words(text: str) -> list[str]:
    found = _WORD.findall(text.lower())
    known = {word: _without_version(word) for word in set(found)}
    return list(map(known.__getitem__, found))


@lru_cache(maxsize=KNOWN_WORDS)
def _without_version(word: str) -> str:
    return _VERSION.sub("0", word)


@lru_cache(maxsize=KNOWN_WORDS)
def _code(word: str) -> int:
    return crc32(word.encode())


def _hash(words: list[str]) -> int:
    return crc32(" ".join(words).encode())


def _bands(of: Sketch) -> list[tuple[int, bytes]]:
    width = len(of.minima) // BANDS
    return [(number, of.minima[number * width : (number + 1) * width]) for number in range(BANDS)]


def _numbers(of: Sketch) -> NDArray[np.uint32]:
    return np.frombuffer(of.minima, dtype=np.uint32)
