"""Folders of builds: one for each run, below one of this process, which are gone when those have ended."""

import asyncio
import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(slots=True, kw_only=True)
class Place:
    """The folder of one build, and the threads that work there."""

    path: Path
    pool: ThreadPoolExecutor
    _threads: set[asyncio.Future[Any]] = field(default_factory=set)

    @property
    def busy(self) -> bool:
        """Say whether a thread still works."""
        return any(not one.done() for one in self._threads)

    async def in_thread(self, do: Callable[[], T]) -> T:
        """Run ``do`` beside the event loop. When the caller is cancelled, the thread ends by itself, unheard."""
        running = asyncio.get_running_loop().run_in_executor(self.pool, do)
        self._threads.add(running)
        return await asyncio.shield(running)

    async def remove(self) -> None:
        """Remove the folder after its threads."""
        if self._threads:
            ended, _ = await asyncio.wait(self._threads)
            for one in ended:
                if not one.cancelled():
                    one.exception()  # whoever asked is gone
        await asyncio.to_thread(shutil.rmtree, self.path, ignore_errors=True)


@dataclass(slots=True, kw_only=True)
class Scratch:
    """A folder of this process, held by a lock: the folders of processes that died can be told from those that work."""

    folder: Path
    lock: int

    @classmethod
    def made(cls, above: Path) -> "Scratch":
        """Make it."""
        above.mkdir(parents=True, exist_ok=True, mode=0o700)
        swept(above)
        folder = above / secrets.token_hex(8)
        lock = os.open(f"{folder}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder.mkdir(mode=0o700)
        return cls(folder=folder, lock=lock)

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            Path(f"{self.folder}.lock").unlink()
        os.close(self.lock)


def swept(above: Path) -> None:
    """Remove the folders of processes that died. Blocks."""
    for path in above.glob("*.lock") if above.is_dir() else ():
        with contextlib.suppress(OSError):  # another process sweeps too, or holds it
            lock = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.with_suffix(""), ignore_errors=True)
                path.unlink()
            finally:
                os.close(lock)
