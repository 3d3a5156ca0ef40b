"""The processes that a test has started and that run still."""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def children() -> Iterator[tuple[int, str]]:
    """Yield the id and the command line of each child of this process that has not ended (Linux)."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                yield int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
