"""Hold a folder: one process owns an embedded store, and a second one is told which.

The locks are the operating system's (``flock``), so they end with their process, however that ends. There are two: the
owner has the one whose file says who it is, and the process of its engine shares the other, so that nobody opens the
files while an engine that lost its owner is still busy with them.
"""

import fcntl
import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from kb.stores.errors import StoreFailed, StoreHeld

LOCK_FILE = "holder.json"
ENGINE_LOCK_FILE = "engine.lock"

ORPHAN_SECONDS = 30.0
"""How long is waited for an engine that lost its owner: it ends with the call it is in, which may take seconds."""

POLL_SECONDS = 0.02


class FolderLock:
    """The right to write into a folder, from construction until ``release``."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: IO[str] = (folder / LOCK_FILE).open("a+", encoding="utf-8")
            self._engine: IO[str] = (folder / ENGINE_LOCK_FILE).open("a+", encoding="utf-8")
        except OSError as exc:
            message = f"the vector store in {folder} cannot be opened: {exc.strerror}"
            raise StoreFailed(message, next_step="check the folder's owner and the free space") from exc
        free = _locked(self._file)
        if not free or not _locked(self._engine, patience=ORPHAN_SECONDS):
            holder = "the engine of a process that has ended" if free else _holder(self._file)
            self.release()
            message = f"the vector store in {folder} is held by {holder}"
            step = "stop that process, ask it over HTTP, or configure a Qdrant server that several processes can share"
            raise StoreHeld(message, next_step=step)
        self._file.truncate(0)
        json.dump(
            {
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "program": Path(sys.argv[0] or "python").name,
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            self._file,
        )
        self._file.flush()

    @property
    def shared(self) -> int:
        """The file descriptor that the engine's process keeps open."""
        return self._engine.fileno()

    def release(self) -> None:
        """Let others hold the folder."""
        self._engine.close()
        self._file.close()


def _locked(file: IO[str], *, patience: float = 0.0) -> bool:
    """Take the lock of a file, and say whether it could be had in time."""
    until = monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if monotonic() >= until:
                return False
            sleep(POLL_SECONDS)
        else:
            return True


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        told = json.load(file)
        return f"process {told['pid']} ({told['program']}) on {told['host']} since {told['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
