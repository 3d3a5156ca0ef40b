"""Vectors that were computed in an earlier run: an embedder that looks passages up on disk first."""

import hashlib
import sqlite3
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import numpy as np

from kb.embed.embedder import Embedder, Vector

COMMIT_EACH = 256
"""Vectors that a killed run may lose: a few seconds of work."""


class CachingEmbedder:
    """An embedder whose passages are kept in one file per fingerprint. It counts what it computed and what it found.

    ``found`` and ``computed`` tell whether a measured time was that of embedding.
    """

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._embedder = embedder
        self._database = sqlite3.connect(folder / f"vectors-{embedder.fingerprint}.sqlite", check_same_thread=False)
        self._database.execute("CREATE TABLE IF NOT EXISTS vector (key BLOB PRIMARY KEY, value BLOB NOT NULL)")
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self.fingerprint, self.max_tokens = embedder.fingerprint, embedder.max_tokens
        self.found = self.computed = 0

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""
        return self._embedder.count_tokens(text)

    async def query(self, text: str) -> Vector:
        """Embed a question, always anew."""
        return await self._embedder.query(text)

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages in order; those that are kept cost a look-up."""
        waiting: deque[Vector | bytes] = deque()  # in the order of the texts; a key: the embedder gives the next one

        def unknown() -> Iterator[str]:
            for text in texts:
                key = hashlib.sha256(text.encode()).digest()
                row = self._database.execute("SELECT value FROM vector WHERE key = ?", (key,)).fetchone()
                waiting.append(key if row is None else np.frombuffer(row[0], dtype="<f4").astype(np.float32))
                if row is None:
                    yield text

        async for vector in self._embedder.passages(unknown()):
            while not isinstance(first := waiting.popleft(), bytes):
                self.found += 1
                yield first
            self._keep(first, vector)
            yield vector
        for known in waiting:
            if not isinstance(known, bytes):
                self.found += 1
                yield known
        self._database.commit()

    def _keep(self, key: bytes, vector: Vector) -> None:
        self._database.execute("INSERT OR IGNORE INTO vector VALUES (?, ?)", (key, vector.astype("<f4").tobytes()))
        self.computed += 1
        if self.computed % COMMIT_EACH == 0:
            self._database.commit()

    async def close(self) -> None:
        """Write what is open and close the embedder."""
        self._database.commit()
        self._database.close()
        await self._embedder.close()
