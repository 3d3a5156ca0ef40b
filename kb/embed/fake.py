"""An embedder for tests and demonstrations: deterministic, instant, and texts that share terms come out alike."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from functools import lru_cache

import numpy as np

from kb.embed.embedder import Vector, unit
from kb.embed.errors import TextTooLong
from kb.lexical.tokens import terms_of


class FakeEmbedder:
    """Add up one fixed random direction for each term of the text. It knows no meaning beyond shared terms.

    ``variant`` makes another model of the same kind: other vectors, another fingerprint.
    """

    def __init__(self, *, dimensions: int = 64, max_tokens: int = 506, variant: str = "") -> None:
        self.name = f"fake{variant and '-'}{variant}"
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self.fingerprint = hashlib.sha256(f"fake {dimensions} {variant}".encode()).hexdigest()[:16]
        self.counter = count_terms
        self._variant = variant

    def count_tokens(self, text: str) -> int:
        """Return how many terms ``text`` has."""
        return count_terms(text)

    async def query(self, text: str) -> Vector:
        """Embed a question exactly as a passage."""
        return self._vector(text)

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages in order."""
        for text in texts:
            yield self._vector(text)

    async def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def _vector(self, text: str) -> Vector:
        if (tokens := self.count_tokens(text)) > self.max_tokens:
            message = f"a text of {tokens} tokens is longer than the {self.max_tokens} that {self.name} reads"
            raise TextTooLong(message)
        total = _direction("", self._variant, self.dimensions) * np.float32(0.01)  # no text is without a direction
        for term, _ in terms_of(text):
            total = total + _direction(term, self._variant, self.dimensions)
        vector = unit(total)
        return vector if vector is not None else _direction("", self._variant, self.dimensions)


def count_terms(text: str) -> int:
    """Return how many terms ``text`` has."""
    return sum(1 for _ in terms_of(text))


@lru_cache(maxsize=16_384)
def _direction(term: str, variant: str, dimensions: int) -> Vector:
    seed = int.from_bytes(hashlib.blake2b(f"{variant}\0{term}".encode(), digest_size=8).digest(), "big")
    vector = np.random.default_rng(seed).standard_normal(dimensions).astype(np.float32)
    vector.flags.writeable = False  # shared by all texts
    return vector
