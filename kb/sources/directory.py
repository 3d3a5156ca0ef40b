"""A folder of this machine, or one file of it: everything in it that can be read as a document."""

import asyncio
import os
import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from pydantic import field_validator

from core.errors import SextantError
from kb.documents.formats import SUFFIXES
from kb.sources.errors import SourceGone, SourceRefused, SourceTooLarge
from kb.sources.globs import Globs, globs
from kb.sources.local_files import path_of, read_file, stamp_of, unreadable
from kb.sources.nothing import nothing_readable
from kb.sources.options import Line, Options, Patterns
from kb.sources.source import Fetched, Item, Trouble

SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__", "venv", "site-packages", "CVS", "lost+found"})
"""Folders that programs fill and nobody reads. Hidden ones (``.git``, ``.venv``) are skipped too."""
SKIPPED_FILES = frozenset({"package-lock.json", "npm-shrinkwrap.json", "composer.lock", "pnpm-lock.yaml"})
"""Lists that programs write for programs."""
MAX_SEEN = 2_000_000
"""Entries looked at, wanted or not: a folder such as ``/`` ends in an error and not in hours."""

MAX_OTHERS = 10_000
"""Names that are kept of files that are not taken: to say what they were where nothing else is found."""


class DirectoryOptions(Options):
    """``include`` and ``exclude`` are patterns of paths (``*.md``, ``docs/**``). ``include`` replaces the default.

    By default: files whose suffix says that they can be read, outside hidden folders and those of package managers.
    """

    path: Line
    include: Patterns = ()
    exclude: Patterns = ()
    version: Line = ""

    @field_validator("path")
    @classmethod
    def _whole(cls, path: str) -> str:
        if not path.strip():
            raise ValueError("it is empty")
        return os.path.abspath(os.path.expanduser(path))


def wanted(name: str) -> bool:
    """Return whether a file of this name is read where no ``include`` says what is."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    return not name.startswith(".") and suffix in SUFFIXES and name not in SKIPPED_FILES


def skipped_folder(name: str) -> bool:
    """Return whether a folder of this name is left out by default."""
    return name.startswith(".") or name in SKIPPED_FOLDERS


class DirectorySource:
    """Lists in a thread. A link counts where it leads to a file inside that is not found by itself."""

    def __init__(self, options: DirectoryOptions, *, max_bytes: int, max_documents: int) -> None:
        self._path = Path(options.path)
        self._include, self._exclude = globs(options.include), globs(options.exclude)
        self._version = options.version
        self._max_bytes, self._max_documents = max_bytes, max_documents

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every file with its size and time of change as the stamp. Raises ``SourceEmpty`` where none ever was."""
        others: list[str] = []  # looking at every file costs less than comparing with what is known
        listed = await asyncio.to_thread(self._list, others)
        if not listed and not known:
            raise nothing_readable(str(self._path), others, narrowed=bool(self._include or self._exclude))
        for told in listed:
            yield told

    async def fetch(self, uri: str) -> Fetched:
        """Return the bytes of one file."""
        return await asyncio.to_thread(self._read, uri)

    async def close(self) -> None:
        """Hold nothing."""

    def _read(self, uri: str) -> Fetched:
        path, root = path_of(uri), self._root()
        inside = root if root.is_dir() else root.parent
        if not root.is_dir() and path != root:
            raise SourceGone(f"{uri} is not part of this source.")
        if not path.is_relative_to(inside) or ".." in path.parts:
            raise SourceRefused(f"{path} is outside of the folder {inside} and is not read.")
        fetched = read_file(path, max_bytes=self._max_bytes, inside=inside)
        name = path.relative_to(inside).as_posix().encode(errors="replace").decode()
        return Fetched(data=fetched.data, name=name, version=self._version, updated_at=fetched.updated_at)

    def _root(self) -> Path:
        try:
            return self._path.resolve(strict=True)
        except (OSError, RuntimeError) as exc:
            raise unreadable(self._path, exc) from exc

    def _list(self, others: list[str]) -> list[Item | Trouble]:
        """Return what is there, in order; add the names of files that are not taken to ``others``."""
        root = self._root()
        if root.is_file():
            return [Item(uri=root.as_uri(), stamp=stamp_of(root.stat()))]
        if not root.is_dir():
            raise SourceRefused(f"{root} is neither a folder nor a regular file.")
        told: list[Item | Trouble] = []
        links: list[os.DirEntry[str]] = []
        found: set[tuple[int, int]] = set()
        for entry in _walk(root, self._include, self._exclude, told, others):
            if entry.is_symlink():
                links.append(entry)
                continue
            if (item := _regular(entry, found)) is not None:
                told.append(item)
                self._check_count(len(told))
        for link in links:
            if (item := _linked(link, root, found)) is not None:
                told.append(item)
                self._check_count(len(told))
        return sorted(told, key=lambda one: one.uri)

    def _check_count(self, count: int) -> None:
        if count > self._max_documents:
            raise SourceTooLarge(
                f"{self._path} holds more than {self._max_documents:,} documents.",
                next_step="Add a smaller folder, or narrow it with `include` and `exclude`.",
            )


def _walk(
    root: Path, include: Globs, exclude: Globs, told: list[Item | Trouble], others: list[str]
) -> Iterator[os.DirEntry[str]]:
    """Yield the files and links that are asked for. Links are not entered.

    What cannot be listed is added to ``told``, the names of files that are not asked for to ``others``.
    """
    folders, cut, seen = [str(root)], len(str(root).rstrip("/")) + 1, 0
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(folder) as entries:
                listed = list(entries)
        except OSError as exc:
            error: SextantError = unreadable(Path(folder), exc)
            if folder == str(root):
                raise error from exc
            told.append(Trouble(uri=Path(folder).as_uri(), error=error))
            continue
        seen += len(listed)
        if seen > MAX_SEEN:
            raise SourceTooLarge(f"{root} holds more than {MAX_SEEN:,} entries.", next_step="Add a smaller folder.")
        for entry in listed:
            path = entry.path[cut:]
            if exclude.fits(path):
                others += [entry.name] if len(others) < MAX_OTHERS else []
            elif entry.is_dir(follow_symlinks=False):
                if not skipped_folder(entry.name) or include.names(entry.name):
                    folders.append(entry.path)
            elif include.fits(path) if include else wanted(entry.name):
                yield entry
            elif len(others) < MAX_OTHERS:
                others.append(entry.name)


def _regular(entry: os.DirEntry[str], found: set[tuple[int, int]]) -> Item | Trouble | None:
    """Return the item of a regular file, and note in ``found`` which one it is."""
    path = Path(entry.path)
    try:
        status = entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # deleted since the folder was read
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    found.add((status.st_dev, status.st_ino))
    if not os.access(entry.path, os.R_OK, effective_ids=True):
        return Trouble(uri=path.as_uri(), error=unreadable(path, PermissionError(13, "permission denied")))
    return Item(uri=path.as_uri(), stamp=stamp_of(status))


def _linked(link: os.DirEntry[str], root: Path, found: set[tuple[int, int]]) -> Item | None:
    """Return the item of a link to a file inside that is not listed by itself (as in a mounted ConfigMap)."""
    try:
        real = Path(link.path).resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError):  # it leads nowhere, or in a circle
        return None
    inode = (status.st_dev, status.st_ino)
    if not real.is_relative_to(root) or not stat.S_ISREG(status.st_mode) or inode in found:
        return None
    found.add(inode)
    return Item(uri=Path(link.path).as_uri(), stamp=stamp_of(status))
