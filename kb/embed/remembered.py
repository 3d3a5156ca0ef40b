"""Vectors that were computed before and ship with the product, so that bundled knowledge is searchable at once.

The file: one line of JSON (``fingerprint``, ``dimensions``, ``count``), then ``count`` keys of 16 bytes in ascending
order (the head of the SHA-256 of the embedded text), then as many vectors of little-endian 32-bit floats.
"""

import hashlib
import json
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kb.embed.embedder import Embedder, Vector, counter_of
from kb.embed.errors import ModelFilesBroken

KEY_BYTES = 16
FILE = "knowledge/vectors.bin"


def key_of(text: str) -> bytes:
    """Return what stands for an embedded text."""
    return hashlib.sha256(text.encode()).digest()[:KEY_BYTES]


class VectorFile:
    """A file of vectors, mapped into memory and never read whole. Raises ``ModelFilesBroken`` for a damaged one."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                head = json.loads(line := file.readline(1024))
            self.fingerprint, dimensions, count = str(head["fingerprint"]), int(head["dimensions"]), int(head["count"])
            start = len(line)
            if path.stat().st_size != start + count * (KEY_BYTES + 4 * dimensions):
                raise ValueError("its size is not what its head says")
            keys: NDArray[np.void] = np.fromfile(path, dtype=f"V{KEY_BYTES}", count=count, offset=start)
            at = start + count * KEY_BYTES
            self._vectors = np.memmap(path, "<f4", "r", at, (count, dimensions)) if count else None
        except (OSError, ValueError, KeyError, TypeError) as exc:
            message = f"{path.name} of the bundled knowledge cannot be used: {exc}"
            raise ModelFilesBroken(message, next_step="install the package again") from exc
        self._places = {key.tobytes(): place for place, key in enumerate(keys)}

    def __len__(self) -> int:
        return len(self._places)

    @property
    def keys(self) -> frozenset[bytes]:
        """The keys of all vectors."""
        return frozenset(self._places)

    def get(self, text: str) -> Vector | None:
        """Return the vector of a text, or None."""
        place = self._places.get(key_of(text))
        if place is None or self._vectors is None:
            return None
        return np.array(self._vectors[place], dtype=np.float32)


def write_vectors(path: Path, *, fingerprint: str, dimensions: int, vectors: Mapping[bytes, Vector]) -> None:
    """Write a file of vectors beside the old one and put it in its place. Equal vectors give equal bytes."""
    new = path.with_suffix(".new")
    head = {"count": len(vectors), "dimensions": dimensions, "fingerprint": fingerprint}
    with new.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n")
        for key in sorted(vectors):
            file.write(key)
        for key in sorted(vectors):
            file.write(vectors[key].astype("<f4").tobytes())
    new.replace(path)


class RememberingEmbedder:
    """An embedder that looks a passage up before it computes it. Both ways give the vector of the same model."""

    def __init__(self, embedder: Embedder, known: VectorFile) -> None:
        if embedder.fingerprint != known.fingerprint:
            message = f"the bundled vectors are of another model than {embedder.name}"
            raise ModelFilesBroken(message, next_step="install the package again")
        self._embedder = embedder
        self._known = known
        self.name, self.dimensions = embedder.name, embedder.dimensions
        self.fingerprint, self.max_tokens = embedder.fingerprint, embedder.max_tokens
        self.counter = counter_of(embedder)

    def count_tokens(self, text: str) -> int:
        """Return how many tokens a text has."""
        return self._embedder.count_tokens(text)

    async def query(self, text: str) -> Vector:
        """Embed a question."""
        return await self._embedder.query(text)

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages in order; those that are known cost nothing."""
        waiting: deque[Vector | None] = deque()  # in the order of the texts; None: the embedder gives the next one

        def unknown() -> Iterator[str]:
            for text in texts:
                found = self._known.get(text)
                waiting.append(found)
                if found is None:
                    yield text

        async for vector in self._embedder.passages(unknown()):
            while (known := waiting.popleft()) is not None:
                yield known
            yield vector
        for known in waiting:
            if known is not None:
                yield known

    async def close(self) -> None:
        """Close the embedder."""
        await self._embedder.close()
