"""A Git repository at one ref: the files below a path, fetched when their content has changed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from posixpath import basename

from pydantic import field_validator

from kb.sources.directory import skipped_folder, wanted
from kb.sources.errors import SourceError, SourceGone, SourceTooLarge
from kb.sources.git_mirror import Blob, Mirror
from kb.sources.git_places import checked_ref, checked_subpath, naming, place
from kb.sources.globs import globs
from kb.sources.nothing import nothing_readable
from kb.sources.options import Line, Options, Patterns
from kb.sources.source import Fetched, Item, Trouble

_LFS = b"version https://git-lfs.github.com/spec/"
MIB = 1024 * 1024


class GitOptions(Options):
    """``ref`` is a branch, tag or commit, by default what the repository calls HEAD. ``path`` is inside of it.

    ``include`` and ``exclude`` are patterns of paths below ``path``, as for a directory.
    """

    url: Line
    ref: Line = ""
    path: Line = ""
    include: Patterns = ()
    exclude: Patterns = ()
    version: Line = ""

    @field_validator("url")
    @classmethod
    def _place(cls, url: str) -> str:
        return place(url.strip()).url

    @field_validator("ref")
    @classmethod
    def _named(cls, ref: str) -> str:
        return checked_ref(ref)

    @field_validator("path")
    @classmethod
    def _inside(cls, path: str) -> str:
        return checked_subpath(path)


class GitSource:
    """Lists the tree of the newest commit; stamps are the hashes of the files' contents."""

    def __init__(self, options: GitOptions, mirror: Mirror, *, max_bytes: int, max_documents: int) -> None:
        self._options, self._mirror = options, mirror
        self._include, self._exclude = globs(options.include), globs(options.exclude)
        self._naming = naming(place(options.url), options.ref)
        self._max_bytes, self._max_documents = max_bytes, max_documents
        self._hashes: dict[str, str] = {}
        self._listing = asyncio.Lock()

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every file of the newest commit. What changed is fetched first, all in one go."""
        await self._mirror.update()
        blobs = await self._list()
        if not blobs and not known:
            tree = await self._mirror.tree(self._options.path)
            narrowed = bool(self._include or self._exclude)
            raise nothing_readable(self._options.url, (basename(blob.path) for blob in tree), narrowed=narrowed)
        await self._mirror.bring(blob.hash for blob in blobs if known.get(self._naming.uri(blob.path)) != blob.hash)
        for blob in blobs:
            yield Item(uri=self._naming.uri(blob.path), stamp=blob.hash)

    async def fetch(self, uri: str) -> Fetched:
        """Return the bytes of one file, as of the last listing."""
        path = self._naming.path(uri)
        async with self._listing:
            if not self._hashes:
                if not await self._mirror.exists():
                    await self._mirror.update()
                await self._list()
        if path is None or path not in self._hashes:
            raise SourceGone(f"{uri} is not in the repository.", next_step="Synchronise the source again.")
        try:
            data = await self._mirror.read(self._hashes[path], self._max_bytes)
        except SourceTooLarge as exc:
            raise SourceTooLarge(
                f"{path} is larger than {self._max_bytes / MIB:g} MiB.",
                next_step="Split the document, or leave it out with `exclude`.",
            ) from exc
        if data.startswith(_LFS):
            raise SourceError(
                f"{path} is kept in Git LFS and not in the repository.", next_step="Upload the file, or leave it out."
            )
        name = path.encode(errors="replace").decode()
        return Fetched(data=data, name=name, version=self._options.version or self._options.ref)

    async def close(self) -> None:
        """Hold nothing: the copy stays for the next time."""

    async def _list(self) -> tuple[Blob, ...]:
        subpath = self._options.path
        listed = await self._mirror.tree(subpath)
        if subpath and not listed:
            raise SourceGone(f"The repository has no files below {subpath!r}.", next_step="Check `path`.")
        found = tuple(blob for blob in listed if self._wants(blob.path))
        if len(found) > self._max_documents:
            raise SourceTooLarge(
                f"{self._options.url} holds {len(found):,} documents; at most {self._max_documents:,} are taken.",
                next_step="Name a smaller `path`, or narrow it with `include` and `exclude`.",
            )
        self._hashes = {blob.path: blob.hash for blob in found}
        return found

    def _wants(self, path: str) -> bool:
        subpath = self._options.path
        inside = path[len(subpath) + 1 :] if subpath and path != subpath else basename(path) if subpath else path
        *folders, name = inside.split("/")
        if self._exclude.fits(inside) or any(skipped_folder(one) and not self._include.names(one) for one in folders):
            return False
        return self._include.fits(inside) if self._include else path == subpath or wanted(name)
