"""Serving from a thread: the value is given, the end is reached, and errors come to whoever asked."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from core.threads import in_thread


def test_what_is_served_is_given_and_left_at_the_end() -> None:
    left: list[str] = []

    @contextlib.asynccontextmanager
    async def serve() -> AsyncIterator[int]:
        yield 7
        left.append("left")

    with in_thread(serve, name="seven") as value:
        assert (value, left) == (7, [])
    assert left == ["left"]


def test_an_error_at_the_start_is_raised_here() -> None:
    free_ports: list[int] = []

    @contextlib.asynccontextmanager
    async def serve() -> AsyncIterator[int]:
        yield free_ports.pop()

    with pytest.raises(IndexError, match="empty list"), in_thread(serve, name="none"):
        pytest.fail("nothing was served")


def test_an_error_at_the_end_is_raised_here() -> None:
    @contextlib.asynccontextmanager
    async def serve() -> AsyncIterator[int]:
        yield 1
        message = "it would not close"
        raise OSError(message)

    with pytest.raises(OSError, match="would not close"), in_thread(serve, name="stubborn"):
        pass
