"""The port of sources: what there is to read, told piece by piece, and the bytes of one piece."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.errors import SextantError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The bytes of one document as the source gave them, before any reading.

    ``name`` (a file name or the path of a URL) and ``media_type`` are hints for the reader; ``version`` and
    ``updated_at`` hold where the document itself states none.
    """

    data: bytes = field(repr=False)
    name: str
    media_type: str = ""
    version: str = ""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One document that a source holds.

    ``uri`` names it for good and is what citations open. ``stamp`` changes whenever its content may have changed
    (blob hash, ETag, size and change time); the same stamp as last time means that nothing is fetched. ``content`` is
    set where finding the item already meant fetching it (a crawl), so that nothing is fetched twice.
    """

    uri: str
    stamp: str
    content: Fetched | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One document that is known to be there and cannot be had. It is shown on that document, the others go on."""

    uri: str
    error: SextantError


class Source(Protocol):
    """Something that documents come from. Listing and fetching raise errors of ``SourceError``."""

    def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every document that is there. ``known`` maps the uris of last time to their stamps.

        A document that is not told any more is removed, so an incomplete listing must raise and not end early.
        """
        ...

    async def fetch(self, uri: str) -> Fetched:
        """Return the bytes of one item that was told without content."""
        ...

    async def close(self) -> None:
        """Give back connections, processes and temporary files."""
        ...
