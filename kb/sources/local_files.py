"""One file of this machine: which path an address names, and its bytes up to a limit."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from core.errors import SextantError
from kb.sources.errors import SourceError, SourceGone, SourceRefused, SourceTooLarge
from kb.sources.source import Fetched

MIB = 1024 * 1024


def path_of(uri: str) -> Path:
    """Return the path that a ``file://`` address names. Raises SourceGone for any other address."""
    parts = urlsplit(uri)
    path = os.fsdecode(unquote_to_bytes(parts.path))
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or "\0" in path:
        raise SourceGone(f"{uri} is no file of this machine.")
    return Path(path)


def stamp_of(status: os.stat_result) -> str:
    """Return what changes when a file's content may have changed."""
    return f"{status.st_size}-{status.st_mtime_ns}"


def read_file(path: Path, *, max_bytes: int, inside: Path | None = None) -> Fetched:
    """Return the bytes of a regular file. Blocks: call it in a thread.

    ``inside`` is a folder that must not be left, with links resolved. Raises errors of ``SourceError``.
    """
    try:
        real = path.resolve(strict=True)
        if inside is not None and not real.is_relative_to(inside):
            raise SourceRefused(
                f"{path} leads out of the folder {inside} and is not read.",
                next_step="Add the place that it leads to as a source of its own.",
            )
        # Without blocking: opening a pipe that nobody writes to would wait for ever.
        descriptor = os.open(real, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise SourceRefused(f"{path} is no regular file.")
            data = file.read(max_bytes + 1) if status.st_size <= max_bytes else b""
    except (OSError, RuntimeError, ValueError) as exc:
        raise unreadable(path, exc) from exc
    if status.st_size > max_bytes or len(data) > max_bytes:
        raise SourceTooLarge(
            f"{path} has {status.st_size / MIB:.1f} MiB; at most {max_bytes / MIB:g} MiB are read.",
            next_step="Split the document, or leave it out with `exclude`.",
        )
    return Fetched(data=data, name=path.name, updated_at=datetime.fromtimestamp(status.st_mtime, UTC))


def unreadable(path: Path, exc: Exception) -> SextantError:
    """Return the error for a path that could not be opened or listed."""
    reason = (exc.strerror or str(exc)) if isinstance(exc, OSError) else str(exc)
    if isinstance(exc, FileNotFoundError | NotADirectoryError):
        return SourceGone(f"{path} does not exist.", next_step="Check the path, and that it is mounted.")
    if isinstance(exc, PermissionError):
        return SourceRefused(f"{path} may not be read: {reason}.", next_step="Let the service's user read it.")
    return SourceError(f"{path} cannot be read: {reason}.")
