"""Hold a folder: one process owns an embedded store, and a second one is told which.

The lock is the operating system's (``flock``), so it ends with its process, however that ends. What stands in the file
only says who holds it.
"""

import fcntl
import json
import os
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from kb.stores.errors import StoreFailed, StoreHeld

LOCK_FILE = "holder.json"


class FolderLock:
    """The right to write into a folder, from construction until ``release``."""

    def __init__(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file: IO[str] = (folder / LOCK_FILE).open("a+", encoding="utf-8")
        except OSError as exc:
            message = f"the vector store in {folder} cannot be opened: {exc.strerror}"
            raise StoreFailed(message, next_step="check the folder's owner and the free space") from exc
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(self._file)
            self._file.close()
            message = f"the vector store in {folder} is held by {holder}"
            step = "stop that process, ask it over HTTP, or configure a Qdrant server that several processes can share"
            raise StoreHeld(message, next_step=step) from None
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

    def release(self) -> None:
        """Let others hold the folder."""
        self._file.close()


def _holder(file: IO[str]) -> str:
    file.seek(0)
    try:
        told = json.load(file)
        return f"process {told['pid']} ({told['program']}) on {told['host']} since {told['since']}"
    except (ValueError, KeyError, TypeError):
        return "another process"
