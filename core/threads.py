"""Serve something asynchronous from a thread, for callers that have an event loop of their own or none."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

T = TypeVar("T")


@contextlib.contextmanager
def in_thread(serve: Callable[[], AbstractAsyncContextManager[T]], *, name: str) -> Iterator[T]:
    """Enter ``serve()`` in the event loop of a thread of its own and give what it gives; leave it at the end.

    What entering or leaving raises is raised here.
    """
    loop = asyncio.new_event_loop()
    given: list[T] = []
    raised: list[BaseException] = []
    started = threading.Event()
    stop = asyncio.Event()

    async def serving() -> None:
        async with serve() as value:
            given.append(value)
            started.set()
            await stop.wait()

    def run() -> None:
        try:
            loop.run_until_complete(serving())
        except BaseException as exc:  # noqa: BLE001 - handed to the caller's thread
            raised.append(exc)
        finally:
            started.set()
            loop.close()

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    started.wait()
    try:
        if not given:
            raise raised[0]
        yield given[0]
    finally:
        if not loop.is_closed():
            with contextlib.suppress(RuntimeError):  # it closed by itself meanwhile
                loop.call_soon_threadsafe(stop.set)
        thread.join()
    if raised:  # while leaving
        raise raised[0]
