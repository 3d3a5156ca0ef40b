"""Zip archives of strangers: the directory is weighed before it is read, members are unpacked within bounds."""

import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from builder.sbom.finder import Broken
from builder.sbom.image_files import ImageFiles

MAX_DIRECTORY_BYTES = 32 * 1024 * 1024
"""Of the directory of one archive: some 300,000 members."""

_END = b"PK\x05\x06"
_LARGE = b"PK\x06\x06"
_TAIL = 22 + 65_535 + 20 + 56
"""The end record with the longest comment, and before it what archives beyond 4 GiB have."""


@contextmanager
def archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open an archive. Raises ``Broken`` for what is none, and for one whose directory is made to exhaust."""
    if _directory_bytes(file) > MAX_DIRECTORY_BYTES:
        raise Broken("its directory is too large")
    try:
        with zipfile.ZipFile(file) as opened:
            yield opened
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, struct.error) as exc:
        raise Broken(f"no zip archive: {exc}") from exc


def member(opened: zipfile.ZipFile, info: zipfile.ZipInfo, files: ImageFiles, most: int) -> bytes:
    """Unpack one member of at most ``most`` bytes, whatever the directory says of its size."""
    if info.flag_bits & 1:
        raise Broken(f"{info.filename} is encrypted")
    with opened.open(info) as content:
        data = content.read(most + 1)
    files.spend(len(data))
    if len(data) > most:
        raise Broken(f"{info.filename} unpacks to more than {most:,} bytes")
    return data


def _directory_bytes(file: BinaryIO) -> int:
    """Return how large the directory says that it is."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    file.seek(0)
    at = tail.rfind(_END)
    if at < 0 or len(tail) < at + 22:
        raise Broken("no zip archive")
    (told,) = struct.unpack_from("<L", tail, at + 12)
    large = tail.rfind(_LARGE, 0, at)
    if told == 0xFFFF_FFFF and large >= 0 and len(tail) >= large + 48:
        (told,) = struct.unpack_from("<Q", tail, large + 40)
    return int(told)
