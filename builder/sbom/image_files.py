"""The files of an image in a folder of this machine: read within bounds, no link followed, nothing executed.

An image's links point wherever its maker wants (``/etc/shadow`` of this machine): a path is opened part by part, and a
part that is a link ends it.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Literal

from builder.sbom.limits import Limits
from builder.sbom.model import System
from builder.sbom.words import clean

_UNLOOKED = frozenset({"dev", "proc", "sys"})
"""Folders at the top that a kernel fills."""

Bound = Literal["seconds", "entries", "read_bytes", "depth", "components"]


class Exhausted(Exception):
    """A bound is reached; what was found until then counts."""

    def __init__(self, bound: Bound) -> None:
        super().__init__(bound)
        self.bound: Bound = bound


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A regular file. ``path`` is relative to the image's root."""

    path: str
    size: int
    executable: bool


class ImageFiles:
    """Reads below ``root`` until a bound is reached: then ``Exhausted``. A context manager."""

    def __init__(self, root: Path, limits: Limits) -> None:
        self._limits = limits
        self._deadline = monotonic() + limits.seconds
        self._left = limits.read_bytes
        self._root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.too_deep = False

    def __enter__(self) -> "ImageFiles":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._root)

    def walk(self) -> Iterator[File]:
        """Tell every regular file, in order."""
        seen = 0
        folders = [""]
        while folders:
            folder = folders.pop()
            inner: list[str] = []
            for name, state in self._listed(folder):
                seen += 1
                if seen > self._limits.entries:
                    raise Exhausted("entries")
                path = f"{folder}/{name}" if folder else name
                if stat.S_ISDIR(state.st_mode):
                    inner.append(path)
                elif stat.S_ISREG(state.st_mode):
                    yield File(path=path, size=state.st_size, executable=bool(state.st_mode & 0o111))
            self.check_time()
            folders += reversed([path for path in inner if self._entered(path)])

    def _entered(self, path: str) -> bool:
        deep = path.count("/") >= self._limits.depth
        self.too_deep = self.too_deep or deep
        return path not in _UNLOOKED and not deep

    def _listed(self, folder: str) -> list[tuple[str, os.stat_result]]:
        try:
            number = self._opened(folder, os.O_DIRECTORY) if folder else os.dup(self._root)
        except OSError:
            return []
        try:
            with os.scandir(number) as entries:
                named: list[tuple[str, os.stat_result]] = []
                for entry in entries:
                    if len(named) >= self._limits.entries:
                        raise Exhausted("entries")
                    try:
                        named.append((entry.name, entry.stat(follow_symlinks=False)))
                    except OSError:
                        continue
                return sorted(named, key=lambda one: one[0])
        finally:
            os.close(number)

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open a regular file. Raises ``OSError`` for anything else, and for a link on its way."""
        number = self._opened(path, os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise OSError(f"{path} is no regular file")
        with os.fdopen(number, "rb") as file:
            yield file

    def read(self, path: str, most: int) -> bytes:
        """Return the beginning of a file. Raises ``OSError``."""
        with self.open(path) as file:
            data = file.read(most)
        self.spend(len(data))
        return data

    def holds(self, path: str) -> bool:
        """Say whether there is such a regular file."""
        try:
            with self.open(path):
                return True
        except OSError:
            return False

    def spend(self, size: int) -> None:
        """Count what was read or unpacked."""
        self._left -= size
        if self._left < 0:
            raise Exhausted("read_bytes")
        self.check_time()

    def check_time(self) -> None:
        """End when time is up."""
        if monotonic() > self._deadline:
            raise Exhausted("seconds")

    @cached_property
    def system(self) -> System | None:
        """The distribution, None where the image says none."""
        for path in ("usr/lib/os-release", "etc/os-release"):
            try:
                text = self.read(path, 16 * 1024).decode("utf-8", "replace")
            except OSError:
                continue
            pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
            told = {key.strip(): clean(value.strip().strip("\"'")) for key, _, value in pairs}
            if told.get("ID"):
                return System(id=told["ID"], version=told.get("VERSION_ID", ""), name=told.get("PRETTY_NAME", ""))
        return None

    def _opened(self, path: str, flags: int) -> int:
        """Open a path part by part, each below the one before, none of them a link."""
        *folders, name = path.split("/")
        if not {"", ".", ".."}.isdisjoint((*folders, name)) or "\0" in path:
            raise OSError(f"{path} leads elsewhere")
        at = os.dup(self._root)
        try:
            for folder in folders:
                inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=at)
                os.close(at)
                at = inner
            return os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | flags, dir_fd=at)
        finally:
            os.close(at)
