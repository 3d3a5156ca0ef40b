"""Bring the write-ahead log of a shard to the disk.

The engine's own flush writes every segment and takes up to 200 ms, in which nobody can search. What was acknowledged
stands in its log, from which it makes the segments anew: the log alone, a few milliseconds outside the engine, is
enough.
"""

import asyncio
import os
from pathlib import Path

from kb.stores.errors import StoreFailed


class Log:
    """The log of one shard."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "wal"
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None

    async def flush(self) -> None:
        """Return when all that was written before this call survives a power cut. One run serves all who wait."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._after(self._running))
        await asyncio.shield(self._next)

    async def _after(self, before: "asyncio.Task[None] | None") -> None:
        """Write after the run that may have begun too early for those who wait."""
        if before is not None:
            await asyncio.wait([before])
        self._running, self._next = self._next, None
        await asyncio.to_thread(synced, self._folder)


def synced(folder: Path) -> None:
    """Bring the files of a folder, and their names, to the disk. Raises ``StoreFailed``."""
    try:
        while False in [_synced(path) for path in folder.iterdir()]:
            pass  # the engine gave one another name meanwhile
        _synced(folder)
    except OSError as exc:
        message = f"the vector store cannot write {folder}: {exc.strerror}"
        raise StoreFailed(message, next_step="check the disk and its free space") from exc


def _synced(path: Path) -> bool:
    """Bring one file to the disk; False if it is not there any more."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        os.fsync(file)
    finally:
        os.close(file)
    return True
