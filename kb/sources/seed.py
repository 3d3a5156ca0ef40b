"""The knowledge that ships with the product: runbooks of the finding codes, concepts, how-tos, in two languages."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from core.data import data_file
from kb.sources.errors import SourceError, SourceGone
from kb.sources.local_files import read_file
from kb.sources.source import Fetched, Item, Trouble

PREFIX = "sextant:knowledge/"
FOLDERS = ("runbooks", "concepts", "howto")
_PAGE = re.compile(r"[a-z0-9][a-z0-9._-]*\.(?:en|zh)\.md", re.IGNORECASE)


class SeedSource:
    """Reads the bundled folder. ``folder`` is for tests; without it the product's own is taken."""

    def __init__(self, *, max_bytes: int, folder: Path | None = None) -> None:
        self._given, self._max_bytes = folder, max_bytes

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every page, stamped by its content; a new version of the product changes only what it rewrote."""
        for path in await asyncio.to_thread(self._pages):
            fetched = await self.fetch(uri := PREFIX + path)
            stamp = hashlib.sha256(fetched.data).hexdigest()[:32]
            yield Item(uri=uri, stamp=stamp, content=None if known.get(uri) == stamp else fetched)

    async def fetch(self, uri: str) -> Fetched:
        """Return one page."""
        folder, _, name = uri.removeprefix(PREFIX).partition("/")
        if not uri.startswith(PREFIX) or folder not in FOLDERS or not _PAGE.fullmatch(name):
            raise SourceGone(f"{uri} is no page of the bundled knowledge.")
        found = await asyncio.to_thread(self._read, folder, name)
        # The time of change is that of the installation and says nothing about the page.
        return Fetched(data=found.data, name=f"{folder}/{name}", media_type="text/markdown")

    async def close(self) -> None:
        """Hold nothing."""

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
