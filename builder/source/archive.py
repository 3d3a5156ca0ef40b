"""Unpack an archive of source code into a folder of ours: tar in any packing, or zip.

Names, links and sizes are judged before anything is written, and sizes again while it is: an archive may lie. What is
neither file, folder nor a link that stays inside is refused, because a source tree has no use for it.
"""

import os
import stat
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import IO

import zstandard

from builder.source.errors import TreeHostile, TreeRefused, TreeTooLarge
from builder.source.limits import DEFAULT, MIB, SourceLimits

_ZSTD = b"\x28\xb5\x2f\xfd"
_CHUNK = 256 * 1024
_BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    EOFError,
    OSError,
    zstandard.ZstdError,
    ValueError,
    NotImplementedError,
)

MAX_RATIO = 200
"""How many times larger than the archive its content may be: source code packs to a tenth, generated one to a
fiftieth. Small archives may hold ``RATIO_FREE_BYTES`` in any case."""
RATIO_FREE_BYTES = 64 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """One entry. ``link`` is the target of a symbolic link."""

    path: str
    size: int
    executable: bool = False
    link: str | None = None
    folder: bool = False


def unpack(archive: Path, into: Path, limits: SourceLimits = DEFAULT, *, whole: bool = False) -> Path:
    """Unpack ``archive`` into the new folder ``into``; return the folder of the source, the only one in it if so.

    ``whole``: what is packed is the source itself, also where it is a single folder.
    Raises ``TreeRefused`` for what is no archive, ``TreeHostile``, ``TreeTooLarge``. Blocks: call it in a thread.
    """
    into.mkdir(parents=True, mode=0o700)
    budget = _Budget(limits, packed=archive.stat().st_size, name=archive.name)
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                _unzip(opened, into, budget)
        else:
            with _tar(archive) as opened_tar:
                _untar(opened_tar, into, budget)
    except _BROKEN as exc:
        raise TreeRefused(
            f"{archive.name} cannot be unpacked: {exc}", next_step="Pack the folder anew, as .tar.gz or .zip."
        ) from exc
    return into if whole else _top(into)


class _Budget:
    """What may still be written."""

    def __init__(self, limits: SourceLimits, *, packed: int, name: str) -> None:
        self._limits = limits
        self._name = name
        self._bytes = min(limits.max_bytes, max(RATIO_FREE_BYTES, MAX_RATIO * packed))
        self._files = limits.max_files
        self._seen: set[str] = set()

    def admit(self, member: _Member) -> None:
        """Judge an entry before it is written."""
        parts = member.path.split("/")
        if member.path.startswith("/") or ".." in parts or "\0" in member.path or "\\" in member.path:
            raise TreeHostile(f"{self._name} holds {member.path!r}, which leads out of the folder.", next_step=_CLEAN)
        if ".git" in [part.lower() for part in parts]:
            return
        if len(parts) > self._limits.max_depth:
            raise TreeHostile(f"{self._name} holds folders {len(parts)} deep.", next_step=_CLEAN)
        key = normpath(member.path)
        if not member.folder and key in self._seen:
            raise TreeHostile(f"{self._name} holds {member.path!r} twice.", next_step=_CLEAN)
        self._seen.add(key)
        self._files -= 1
        if self._files < 0:
            raise TreeTooLarge(f"{self._name} holds more than {self._limits.max_files:,} files.", next_step=_SMALLER)
        if member.link is not None and not inside(member.path, member.link):
            message = f"{self._name} holds a link {member.path!r} to {member.link!r}, which leads out of the folder."
            raise TreeHostile(message, next_step=_CLEAN)

    def spend(self, size: int) -> None:
        """Count what was written."""
        self._bytes -= size
        if self._bytes < 0:
            raise TreeTooLarge(
                f"{self._name} unpacks to more than its size and the {self._limits.max_bytes // MIB:,} MiB allow.",
                next_step=_SMALLER,
            )


_CLEAN = "Pack the folder with `git archive` or `tar`, without links that leave it."
_SMALLER = "Leave out what is installed or built (node_modules, target, dist), or give the folder of one program."


def inside(path: str, target: str) -> bool:
    """Say whether a link at ``path`` that points at ``target`` stays inside of the folder that holds ``path``."""
    reached = normpath(join(dirname(path), target))
    return not target.startswith("/") and reached != ".." and not reached.startswith("../")


@contextmanager
def _tar(archive: Path) -> Iterator[tarfile.TarFile]:
    with archive.open("rb") as raw:
        zstd = raw.read(4) == _ZSTD
        raw.seek(0)
        if not zstd:
            with tarfile.open(fileobj=raw, mode="r:*") as opened:
                yield opened
            return
        with (
            zstandard.ZstdDecompressor(max_window_size=128 * MIB).stream_reader(raw) as stream,
            tarfile.open(fileobj=stream, mode="r|") as opened,
        ):
            yield opened


def _untar(archive: tarfile.TarFile, into: Path, budget: _Budget) -> None:
    for info in archive:
        name = info.name.removeprefix("./")
        if name in {"", "."}:
            continue
        if not (info.isreg() or info.isdir() or info.issym()):
            raise TreeHostile(f"The archive holds {name!r}, which is neither file, folder nor link.", next_step=_CLEAN)
        member = _Member(
            path=name,
            size=info.size,
            executable=bool(info.mode & stat.S_IXUSR),
            link=info.linkname if info.issym() else None,
            folder=info.isdir(),
        )
        budget.admit(member)
        _write(member, archive.extractfile(info) if info.isreg() else None, into, budget)


def _unzip(archive: zipfile.ZipFile, into: Path, budget: _Budget) -> None:
    for info in archive.infolist():
        mode = info.external_attr >> 16
        name = info.filename.removeprefix("./").rstrip("/")
        if not name:
            continue
        if info.flag_bits & 1:
            raise TreeRefused(f"{name} in the archive is encrypted.", next_step="Pack it without a password.")
        link = stat.S_ISLNK(mode)
        member = _Member(
            path=name,
            size=info.file_size,
            executable=bool(mode & stat.S_IXUSR),
            link=archive.read(info)[:4_096].decode("utf-8", "replace") if link and info.file_size < 4_096 else None,
            folder=info.is_dir(),
        )
        budget.admit(member)
        if link and member.link is None:
            raise TreeHostile(f"The archive holds a link {name!r} without an end.", next_step=_CLEAN)
        if member.folder or link:
            _write(member, None, into, budget)
        else:
            with archive.open(info) as content:
                _write(member, content, into, budget)


def _write(member: _Member, content: IO[bytes] | None, into: Path, budget: _Budget) -> None:
    """Write one entry. No folder on its way may be a link, which an earlier entry may have made."""
    if ".git" in member.path.lower().split("/"):
        return  # its hooks and configuration are for nobody
    target = into / member.path
    _folders(into, dirname(member.path))
    if member.folder:
        _folders(into, member.path)
    elif member.link is not None:
        target.symlink_to(member.link)
    elif content is not None:
        mode = 0o755 if member.executable else 0o644
        number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
        with os.fdopen(number, "wb") as file:
            while chunk := content.read(_CHUNK):
                budget.spend(len(chunk))
                file.write(chunk)


def _folders(into: Path, path: str) -> None:
    place = into
    for part in path.split("/") if path else ():
        place /= part
        if place.is_symlink():
            raise TreeHostile(f"The archive writes through a link, {path!r}.", next_step=_CLEAN)
        place.mkdir(exist_ok=True, mode=0o755)


def _top(folder: Path) -> Path:
    """Return the only folder of an archive, as ``git archive --prefix`` and release pages make them."""
    names = [path for path in folder.iterdir() if path.name not in {"__MACOSX", "pax_global_header"}]
    return names[0] if len(names) == 1 and names[0].is_dir() and not names[0].is_symlink() else folder
