"""The knowledge that ships with the product: runbooks of the finding codes, concepts, how-tos, in two languages."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from core.data import data_file
from kb.sources.errors import SourceError, SourceGone
from kb.sources.local_files import read_file
from kb.sources.source import Fetched, Item, Trouble

PREFIX = "sextant:knowledge/"
FOLDERS = ("runbooks", "concepts", "howto")
TOGETHER = 64
"""Pages of one turn of a thread: some hundred KB. On a busy machine the turn takes longer than the reading."""

_PAGE = re.compile(r"[a-z0-9][a-z0-9._-]*\.(?:en|zh)\.md", re.IGNORECASE)


class SeedSource:
    """Reads the bundled folder. ``folder`` is for tests; without it the product's own is taken."""

    def __init__(self, *, max_bytes: int, folder: Path | None = None) -> None:
        self._given, self._max_bytes = folder, max_bytes

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every page, stamped by its content; a new version of the product changes only what it rewrote."""
        paths = await asyncio.to_thread(self._pages)
        for at in range(0, len(paths), TOGETHER):
            for item in await asyncio.to_thread(self._items, paths[at : at + TOGETHER], known):
                yield item

    async def fetch(self, uri: str) -> Fetched:
        """Return one page."""
        folder, _, name = uri.removeprefix(PREFIX).partition("/")
        if not uri.startswith(PREFIX) or folder not in FOLDERS or not _PAGE.fullmatch(name):
            raise SourceGone(f"{uri} is no page of the bundled knowledge.")
        return await asyncio.to_thread(self._fetched, folder, name)

    async def close(self) -> None:
        """Hold nothing."""

    def _items(self, paths: Sequence[str], known: Mapping[str, str]) -> list[Item]:
        items = []
        for path in paths:
            folder, _, name = path.partition("/")
            fetched = self._fetched(folder, name)
            stamp = hashlib.sha256(fetched.data).hexdigest()[:32]
            uri = PREFIX + path
            items.append(Item(uri=uri, stamp=stamp, content=None if known.get(uri) == stamp else fetched))
        return items

    def _fetched(self, folder: str, name: str) -> Fetched:
        # The time of change is that of the installation and says nothing about the page.
        return Fetched(data=self._read(folder, name).data, name=f"{folder}/{name}", media_type="text/markdown")

    def _read(self, folder: str, name: str) -> Fetched:
        return read_file(self._folder() / folder / name, max_bytes=self._max_bytes)

    def _folder(self) -> Path:
        try:
            return self._given or data_file("knowledge")
        except FileNotFoundError as exc:
            raise SourceError(f"The bundled knowledge cannot be read: {exc}.") from exc

    def _pages(self) -> list[str]:
        root = self._folder()
        return sorted(
            f"{folder}/{page.name}"
            for folder in FOLDERS
            if (root / folder).is_dir()
            for page in (root / folder).iterdir()
            if _PAGE.fullmatch(page.name)
        )
