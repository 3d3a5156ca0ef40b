"""Who uses a storage of images: any number of programs at the same time, or one alone, which may clean up."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


class Claim:
    """The claims of one process on a storage, by a lock on a file, which ends with the process however that ends."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._holders = 0
        self._held = -1
        self._changing = asyncio.Lock()

    async def take(self) -> None:
        """Claim the storage for a while; waits as long as another process cleans up. End it with ``leave``."""
        async with self._changing:
            if not self._holders:
                self._held = await asyncio.to_thread(_locked, self._file)
            self._holders += 1

    async def leave(self) -> None:
        """End a claim."""
        async with self._changing:
            self._holders -= 1
            if not self._holders:
                os.close(self._held)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """Say whether the only claim anywhere is the caller's own; nobody else gets one meanwhile."""
        async with self._changing:
            if self._holders != 1:
                yield False
                return
            try:
                fcntl.flock(self._held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:  # another process has one; trying lets go of ours for a moment
                await asyncio.to_thread(fcntl.flock, self._held, fcntl.LOCK_SH)
                yield False
                return
            try:
                yield True
            finally:
                fcntl.flock(self._held, fcntl.LOCK_SH)


def _locked(file: Path) -> int:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
