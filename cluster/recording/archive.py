"""Read archives, packed files and directories of strangers, member by member, and never write to a disk.

What a file is, its first bytes say; the ending of its name is not asked. Limits are counted while reading: what a
header claims is never believed. Archives inside archives are not opened.
"""

import bz2
import io
import lzma
import os
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import zstandard

from cluster.recording.intake import MIB, Feed, Member, RecordingLimits, quoted, safe_name, size_text
from cluster.recording.tar import BLOCK, is_tar, tar_members
from core.errors import BundleBroken, BundleError, NotFound

__all__ = ["Member", "RecordingLimits", "members", "packing", "unpacked"]

STEP = 1024
"""Packed bytes given to a decompressor at once: even the worst of them makes no more than 32 MiB of these."""

WINDOW = 128 * MIB
"""Memory that packed data may ask for: as much as ``zstd --long`` and ``xz -9`` use."""

_BROKEN = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError, zstandard.ZstdError)
_BROKEN_ZIP = (*_BROKEN, zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, IndexError)

_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"BZh", "bzip2"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"),
    (b"Rar!\x1a\x07", "rar"),
)

_FRAMES: dict[str, Callable[[], Any]] = {
    "gzip": lambda: zlib.decompressobj(31),
    "xz": lambda: lzma.LZMADecompressor(memlimit=WINDOW),
    "bzip2": bz2.BZ2Decompressor,
    "zstd": lambda: zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj(),
}


def packing(head: bytes) -> str:
    """Name the form of packed data by their first bytes (``gzip``, ``zip``, ``tar``, …); empty when not packed."""
    for magic, form in _MAGIC:
        if head.startswith(magic):
            return form
    return "tar" if is_tar(head) else ""


def unpacked(data: bytes, limits: RecordingLimits, name: str) -> bytes:
    """Unpack one packed file of a recording under the same limits as the recording itself.

    Raises as ``members`` does; ``BundleBroken`` where the data are damaged or break off.
    """
    packed = Feed(io.BytesIO(data).read, limits.check_packed)
    plain = Feed(_Unpacked(packed, packing(data[:BLOCK])).read, lambda count: limits.check_expanded(count, len(data)))
    content = plain.exactly(limits.member_bytes + 1)
    limits.check_member(name, len(content))
    return content


def members(source: Path | BinaryIO, limits: RecordingLimits) -> Iterator[Member]:
    """Yield the files of a directory, of an archive, or the one file itself, whose name then is empty.

    Raises ``BundleHostile`` for names that leave the archive and for bombs, ``BundleTooLarge`` over a limit,
    ``BundleBroken`` where data end too early or cannot be unpacked, ``NotFound`` when there is no such path.
    """
    if not isinstance(source, Path):
        yield from _stream_members(source, limits)
        return
    try:
        if source.is_dir():
            yield from _directory_members(source, limits)
            return
        with source.open("rb") as stream:
            yield from _stream_members(stream, limits)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file or directory {source}.") from error
    except OSError as error:
        raise BundleError(f"{source} cannot be read: {error.strerror or error}.") from error


def _stream_members(stream: BinaryIO, limits: RecordingLimits) -> Iterator[Member]:
    packed = Feed(stream.read, limits.check_packed)
    form = packing(packed.peek(BLOCK))
    if form == "zip":
        yield from _zip_members(packed.exactly(limits.compressed_bytes + 1), limits)
        return
    if form in {"7z", "rar"}:
        raise BundleBroken(
            f"The recording is a {form} archive, which is not read.", next_step="Pack it as .tar.gz or .zip."
        )
    read = _Unpacked(packed, form).read if form in _FRAMES else packed.read
    plain = Feed(read, lambda count: limits.check_expanded(count, packed.count))
    head = plain.peek(BLOCK)
    if is_tar(head):
        yield from tar_members(plain, limits)
        return
    if inner := packing(head):
        raise BundleBroken(f"The recording is {inner} inside {form}; archives inside archives are not opened.")
    data = plain.exactly(limits.member_bytes + 1)
    limits.check_member("The file", len(data))
    yield Member(name="", data=data)


class _Unpacked:
    """Unpack gzip, xz, bzip2 or zstd, also where several packed parts follow one another."""

    def __init__(self, packed: Feed, form: str) -> None:
        self._packed, self._form = packed, form
        self._magic = next(magic for magic, name in _MAGIC if name == form)
        self._frame: Any = None
        self._rest = b""
        self._count = 0
        self._out: list[bytes] = []

    def read(self, _size: int) -> bytes:
        """Return at least one byte until the end, as many as come at once."""
        while True:
            if self._frame is None and not self._begin():
                return b""
            data, self._rest = self._rest or self._packed.read(STEP), b""
            if not data:
                raise BundleBroken(f"The {self._form} data break off after {size_text(self._count)} of content.")
            try:
                out: bytes = self._frame.decompress(data)
            except (*_BROKEN, MemoryError) as error:
                where = size_text(self._count)
                raise BundleBroken(f"The {self._form} data are damaged after {where} of content: {error}.") from error
            if self._frame.eof:
                self._rest, self._frame = self._frame.unused_data, None
            if out:
                self._count += len(out)
                return out

    def _begin(self) -> bool:
        """Start the next packed part, if one follows; padding and foreign bytes behind the last end the data."""
        data = self._rest
        while len(data) < len(self._magic) and (more := self._packed.read(STEP)):
            data = (data + more).lstrip(b"\0")
        self._rest = data = data.lstrip(b"\0")
        if not data.startswith(self._magic):
            return False
        self._frame = _FRAMES[self._form]()
        return True


def _zip_members(data: bytes, limits: RecordingLimits) -> Iterator[Member]:
    limits.check_members(data.count(b"PK\x01\x02"))
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN_ZIP as error:
        raise BundleBroken(f"The zip archive cannot be read: {error}. It may have been cut off.") from error
    total = 0
    with archive:
        for entry in archive.infolist():
            name = safe_name(entry.filename)
            if entry.filename.endswith("/") or not name:
                continue
            if entry.flag_bits & 0x1:
                raise BundleBroken(
                    f"{quoted(name)} in the zip archive is encrypted.",
                    next_step="Pack the recording without a password.",
                )
            mode = entry.external_attr >> 16
            if stat.S_ISLNK(mode):
                yield Member(name=name, type="link", note="a link, not followed")
                continue
            content = _zip_content(archive, entry, name, limits, total, len(data))
            total += len(content)
            yield Member(name=name, data=content)


def _zip_content(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str, limits: RecordingLimits, before: int, packed: int
) -> bytes:
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}:
        raise BundleBroken(f"{quoted(name)} in the zip archive is packed in an unusual way, which is not read.")

    def check(count: int) -> None:
        limits.check_member(quoted(name), count)
        limits.check_expanded(before + count, packed)

    try:
        with archive.open(entry) as stream:
            return Feed(stream.read, check).exactly(limits.member_bytes + 1)
    except BundleError:
        raise
    except _BROKEN_ZIP as error:
        raise BundleBroken(f"{quoted(name)} in the zip archive is damaged: {error}.") from error


def _directory_members(root: Path, limits: RecordingLimits) -> Iterator[Member]:
    """Yield the files below a directory in the order of their names; hidden ones are left out, links not followed."""
    inside = root.resolve()
    count = total = 0
    unreadable: list[OSError] = []
    for folder, folders, files in os.walk(root, onerror=unreadable.append):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files + [name for name in folders if Path(folder, name).is_symlink()]):
            if name.startswith("."):
                continue
            count += 1
            limits.check_members(count)
            member = _file(Path(folder, name), root, inside, limits)
            total += len(member.data)
            limits.check_expanded(total, total)
            yield member
    for error in unreadable:
        yield Member(name=str(error.filename or ""), type="skipped", note=f"not readable: {error.strerror}")


def _file(path: Path, root: Path, inside: Path, limits: RecordingLimits) -> Member:
    name = path.relative_to(root).as_posix()
    try:
        if path.is_symlink() and not path.resolve().is_relative_to(inside):
            return Member(name=name, type="link", note="a link out of the directory, not followed")
        if not stat.S_ISREG(path.stat().st_mode):
            return Member(name=name, type="skipped", note="not a regular file, not read")
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            feed = Feed(stream.read, lambda count: limits.check_member(name, count))
            return Member(name=name, data=feed.exactly(limits.member_bytes + 1))
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Member(name=name, type="skipped", note=f"not readable: {reason}")
