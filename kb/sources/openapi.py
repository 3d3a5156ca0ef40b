"""One OpenAPI or Swagger description, at an address or in a file of this machine."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import field_validator

from kb.sources.crawl import content
from kb.sources.directory import DirectoryOptions, DirectorySource
from kb.sources.errors import SourceGone, SourceRefused
from kb.sources.fetching import HttpReader
from kb.sources.options import Line, Options
from kb.sources.source import Fetched, Item, Source, Trouble
from kb.sources.stamps import parse_stamp, stamp
from kb.sources.web_options import checked_url


class OpenapiOptions(Options):
    """``location`` is an http(s) address or a path of this machine, to one file in JSON or YAML."""

    location: Line
    version: Line = ""

    @field_validator("location")
    @classmethod
    def _place(cls, location: str) -> str:
        if is_address(location):
            return checked_url(location)
        if "://" in location:
            raise ValueError("it is neither an http(s) address nor a path")
        return DirectoryOptions(path=location).path


def is_address(location: str) -> bool:
    """Return whether a location is read over HTTP."""
    return urlsplit(location.strip()).scheme.lower() in ("http", "https")


class OpenapiAddress:
    """Reads one address, and only when it has changed."""

    def __init__(self, options: OpenapiOptions, reader: HttpReader) -> None:
        self._url, self._version, self._reader = options.location, options.version, reader

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell the one file, with its content where it is new."""
        before = known.get(self._url, "")
        page = await self._reader.get(self._url, validators=parse_stamp(before).validators)
        found = stamp(page)
        if page.unchanged or (before and parse_stamp(before).digest == found.digest):
            yield Item(uri=self._url, stamp=before)
        else:
            yield Item(uri=self._url, stamp=str(found), content=content(page, self._version))

    async def fetch(self, uri: str) -> Fetched:
        """Return the file as it is now."""
        if uri != self._url:
            raise SourceGone(f"{uri} is not part of this source.")
        return content(await self._reader.get(uri), self._version)

    async def close(self) -> None:
        """Close the connections."""
        await self._reader.close()


def openapi_file(options: OpenapiOptions, *, max_bytes: int) -> Source:
    """Return the source of a file of this machine. Raises SourceRefused for a folder."""
    path = Path(options.location)
    if path.is_dir():
        raise SourceRefused(f"{path} is a folder; an openapi source is one file.", next_step="Add it as a directory.")
    return DirectorySource(
        DirectoryOptions(path=options.location, version=options.version), max_bytes=max_bytes, max_documents=1
    )
