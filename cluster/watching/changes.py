"""Tell those who wait that something changed, without keeping more than what and where."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from types import TracebackType
from typing import Self

Touched = tuple[str, str]
"""(kind key, namespace); the namespace of what is cluster-wide is empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Everything that changed since the one before: the cache's revision now, and what was touched where."""

    revision: int
    touched: frozenset[Touched]


class Changes:
    """Iterate over changes; those that come while nobody asks are put together. Ends when the cache closes.

    Use as a context manager: it listens from the moment it is made until the context is left.
    """

    def __init__(
        self,
        leave: Callable[["Changes"], None],
        *,
        namespace: str = "",
        kinds: Collection[str] = (),
        gather_seconds: float = 0.0,
    ) -> None:
        """``namespace`` and ``kinds`` (kind keys) narrow what counts; what is cluster-wide counts for every namespace.

        After the first change others are gathered for ``gather_seconds``.
        """
        self._leave, self._namespace, self._kinds, self._gather = leave, namespace, frozenset(kinds), gather_seconds
        self._touched: set[Touched] = set()
        self._revision = 0
        self._news = asyncio.Event()
        self._closed = False

    def touch(self, kind: str, namespace: str, revision: int) -> None:
        """Take note of a change."""
        counts = (not self._kinds or kind in self._kinds) and namespace in {"", self._namespace or namespace}
        if counts:
            self._touched.add((kind, namespace))
            self._revision = revision
            self._news.set()

    def close(self) -> None:
        """End the iteration."""
        self._closed = True
        self._news.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        await self._news.wait()
        if self._gather and not self._closed:
            await asyncio.sleep(self._gather)
        if self._closed:
            raise StopAsyncIteration
        change = Change(revision=self._revision, touched=frozenset(self._touched))
        self._touched.clear()
        self._news.clear()
        return change

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(self)
