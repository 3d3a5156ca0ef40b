"""The port that every embedding model fits."""

from collections.abc import AsyncIterator, Callable, Iterable
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
"""One text: ``dimensions`` finite numbers, of length 1."""

TokenCounter = Callable[[str], int]


class Embedder(Protocol):
    """Turn texts into vectors. Vectors of two fingerprints never meet in one collection."""

    @property
    def name(self) -> str:
        """The model's name, for people."""
        ...

    @property
    def dimensions(self) -> int:
        """How many numbers a vector has."""
        ...

    @property
    def fingerprint(self) -> str:
        """16 hexadecimal digits that change whenever the same text would get another vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens of a text the model reads, what the model adds to every text not counted."""
        ...

    def count_tokens(self, text: str) -> int:
        """Return how many of the model's tokens a text has. An adapter that cannot know counts too many."""
        ...

    async def query(self, text: str) -> Vector:
        """Embed a question. Raises ``TextTooLong`` above ``max_tokens``; ``shorten`` gives what fits."""
        ...

    def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages: one vector for each, in order. ``texts`` is read only a little ahead.

        Raises ``TextTooLong`` at the first passage above ``max_tokens``.
        """
        ...

    async def close(self) -> None:
        """Give back threads and connections."""
        ...


@runtime_checkable
class Counts(Protocol):
    """What an embedder may offer besides: to count tokens in other processes."""

    @property
    def counter(self) -> TokenCounter | None:
        """A function that counts as ``count_tokens`` does and can be pickled, if there is one."""
        ...


def counter_of(embedder: Embedder) -> TokenCounter | None:
    """Return what counts an embedder's tokens in another process; None where only the embedder itself can."""
    return embedder.counter if isinstance(embedder, Counts) else None


def shorten(embedder: Embedder, text: str) -> str:
    """Return the longest beginning of ``text`` that the model reads. Callers say so when it is not the whole."""
    if embedder.count_tokens(text) <= embedder.max_tokens:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if embedder.count_tokens(text[:middle]) <= embedder.max_tokens:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def unit(numbers: NDArray[np.floating]) -> Vector | None:
    """Return a vector with length 1, or None when it is zero or holds what is not a finite number."""
    with np.errstate(all="ignore"):
        wide = numbers.astype(np.float64)
        length = float(np.linalg.norm(wide))
        if not np.isfinite(length) or length == 0.0:
            return None
        return (wide / length).astype(np.float32)
