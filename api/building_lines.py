"""The log of a build as events of its run: some lines in each, of long ones beginning and end."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from core.errors import SextantError
from core.runs import RunProgress

MAX_LINES: Final = 3_000
"""Lines of a build that are told as they come: a long build has some hundreds. After that the last ones are kept."""
LAST_LINES: Final = 200
MAX_TOLD: Final = 1_000
"""Characters of a line."""
EACH_LINES: Final = 100
"""Lines in one event."""
EACH_SECONDS: Final = 0.25
"""Between events: as fast as a person sees."""


class Lines:
    """Collects lines and writes them as progress of the run, the note of which they are."""

    def __init__(self, progress: RunProgress) -> None:
        self.fraction = 0.0
        self._progress = progress
        self._waiting: deque[str] = deque()
        self._taken = 0
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._there = asyncio.Event()

    def tell(self, text: str) -> None:
        """Take a line. It has gone through the screen of the build already."""
        self._taken += 1
        line = text[:MAX_TOLD]
        if self._taken <= MAX_LINES:
            self._waiting.append(line)
            self._there.set()
        else:
            self._last.append(line)

    @asynccontextmanager
    async def written(self) -> AsyncIterator[None]:
        """Write while the body runs, and at its end what is left."""
        writing = asyncio.create_task(self._write())
        try:
            yield
        finally:
            writing.cancel()
            await asyncio.wait({writing})
            if not writing.cancelled():
                writing.exception()  # the run was ended by somebody; the work learns it at its next step
            await self._rest()

    async def _write(self) -> None:
        while True:
            await self._there.wait()
            await self._some()
            await asyncio.sleep(EACH_SECONDS)

    async def _some(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(EACH_LINES, len(self._waiting)))]
        if not self._waiting:
            self._there.clear()
        if batch:  # taken out before: a write that is cancelled from outside is carried through all the same
            await self._progress.report(self.fraction, "\n".join(batch))

    async def _rest(self) -> None:
        left_out = self._taken - MAX_LINES - len(self._last)
        if left_out > 0:
            self._waiting.append(f"… {left_out:,} lines are left out …")
        self._waiting.extend(self._last)
        self._last.clear()
        self._taken = min(self._taken, MAX_LINES)
        try:
            while self._waiting:
                await self._some()
        except SextantError:
            self._waiting.clear()  # the run has ended: nobody reads on
