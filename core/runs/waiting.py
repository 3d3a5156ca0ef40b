"""Wake those who wait for a run to change. What changed stands in the database; this only says look again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")


class Changes:
    """Who waits for which run in this process. Runs written by other processes are found by polling."""

    def __init__(self, poll_seconds: float) -> None:
        self._poll_seconds = poll_seconds
        self._waiting: dict[str, set[asyncio.Event]] = {}

    def wake(self, run_id: str) -> None:
        """Make everybody who waits for ``run_id`` look again."""
        for event in self._waiting.get(run_id, ()):
            event.set()

    async def until(
        self, run_id: str, look: Callable[[], Awaitable[T]], done: Callable[[T], bool], timeout: float
    ) -> T:
        """Call ``look`` until ``done`` accepts what it returns or ``timeout`` seconds have passed; return the last."""
        loop = asyncio.get_running_loop()
        end = loop.time() + timeout
        event = asyncio.Event()
        waiting = self._waiting.setdefault(run_id, set())
        waiting.add(event)  # before the first look, so that no change is missed between look and wait
        try:
            while True:
                event.clear()
                seen = await look()
                left = end - loop.time()
                if done(seen) or left <= 0:
                    return seen
                try:
                    async with asyncio.timeout(min(left, self._poll_seconds)):
                        await event.wait()
                except TimeoutError:
                    continue
        finally:
            waiting.discard(event)
            if not waiting:
                self._waiting.pop(run_id, None)
