"""Who uses a storage of images: any number of builds of any programs at the same time, or one alone, to clean up."""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

LOOK_SECONDS = 0.05
"""Between two looks whether somebody still cleans up, which takes a tenth of a second."""


class Claim:
    """One claim on a storage: a shared lock on a file, which ends with the process however that ends."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    async def taken(cls, file: Path) -> "Claim":
        """Claim a storage; waits as long as somebody cleans up. End it with ``leave``."""
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            while not _locked(descriptor, fcntl.LOCK_SH):  # noqa: ASYNC110 - a file tells nobody
                await asyncio.sleep(LOOK_SECONDS)
        except BaseException:
            os.close(descriptor)
            raise
        return cls(descriptor)

    async def leave(self, clean: Callable[[], Awaitable[None]] | None = None) -> None:
        """End the claim. Where it is the last one anywhere, ``clean`` runs before; nobody gets one meanwhile."""
        try:
            if clean is not None and _locked(self._descriptor, fcntl.LOCK_EX):
                await clean()
        finally:
            os.close(self._descriptor)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
