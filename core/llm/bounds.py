"""Bounds on what an endpoint sends, counted in bytes as they come.

The client gathers a line until it ends: without a bound, one without an end would be gathered until memory is full.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from core.llm.errors import ModelAnswerBroken, ModelAnswerTooLong


async def refuse_compression(request: httpx.Request) -> None:
    """Ask for an answer that is not compressed: a small one could expand without a bound."""
    request.headers["Accept-Encoding"] = "identity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bound of each answer."""

    max_bytes: int

    async def bind(self, response: httpx.Response) -> None:
        """Put a bound on one response before it is read."""
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ModelAnswerBroken("The endpoint sent a compressed answer, which was not asked for.")
        if isinstance(response.stream, httpx.AsyncByteStream):
            response.stream = _Bounded(response.stream, self.max_bytes)


class _Bounded(httpx.AsyncByteStream):
    """A stream of bytes with an end."""

    def __init__(self, inner: httpx.AsyncByteStream, max_bytes: int) -> None:
        self._inner, self._max_bytes = inner, max_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for part in self._inner:
            seen += len(part)
            if seen > self._max_bytes:
                raise ModelAnswerTooLong(f"The answer has more than {self._max_bytes} bytes.")
            yield part

    async def aclose(self) -> None:
        """Close what is behind."""
        await self._inner.aclose()
