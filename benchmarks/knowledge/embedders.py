"""Embedders that cost nothing, and one that counts what the real one does."""

import hashlib
from collections.abc import AsyncIterator, Callable, Iterable
from zlib import crc32

import numpy as np

from kb.embed import Embedder
from kb.embed.bundled import DIMENSIONS
from kb.embed.embedder import Vector, counter_of

POOL = 4_096
"""Directions that are made once: enough that no two passages of a page share one often."""

LETTERS_PER_TOKEN = 3
"""Of English text a token of the bundled model has 4 letters, of Chinese 1.5."""


class InstantEmbedder:
    """Give each text one of some random directions, at once. ``count`` counts tokens; without it letters are taken."""

    name = "instant"
    dimensions = DIMENSIONS
    max_tokens = 506
    fingerprint = hashlib.sha256(b"instant").hexdigest()[:16]

    def __init__(self, count: Callable[[str], int] | None = None) -> None:
        drawn = np.random.default_rng(5).standard_normal((POOL, DIMENSIONS)).astype(np.float32)
        self._pool = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        self.counter = count or guessed_tokens

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""
        return self.counter(text)

    async def query(self, text: str) -> Vector:
        """Give a question's direction."""
        return self.direction(text)

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Give the directions of passages, in order."""
        for text in texts:
            yield self.direction(text)

    async def close(self) -> None:
        """Hold nothing."""

    def direction(self, text: str) -> Vector:
        """Return the direction of a text."""
        found: Vector = self._pool[crc32(text.encode("utf-8", "surrogatepass")) % POOL]
        return found


def guessed_tokens(text: str) -> int:
    """Guess from its letters how many tokens a text has."""
    return -(-len(text) // LETTERS_PER_TOKEN)


class CountingEmbedder:
    """Pass everything on to another embedder, and count the passages."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.embedded = 0
        self.name, self.dimensions = inner.name, inner.dimensions
        self.fingerprint, self.max_tokens = inner.fingerprint, inner.max_tokens
        self.counter = counter_of(inner)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""
        return self._inner.count_tokens(text)

    async def query(self, text: str) -> Vector:
        """Embed a question."""
        return await self._inner.query(text)

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages, and count each that is done."""
        vectors = self._inner.passages(texts)
        try:
            async for vector in vectors:
                self.embedded += 1
                yield vector
        finally:
            if hasattr(vectors, "aclose"):
                await vectors.aclose()

    async def close(self) -> None:
        """Leave the other one open: it belongs to who made it."""
