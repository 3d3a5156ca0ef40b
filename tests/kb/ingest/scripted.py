"""A source that holds what a test puts there, and a store and an embedder that fail when a test says so."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from kb.embed.embedder import Vector
from kb.embed.fake import FakeEmbedder
from kb.records.model import SourceRecord
from kb.sources.source import Fetched, Item, Trouble
from kb.stores import Collection, CollectionSpec, Entry, Health, VectorStore
from kb.stores.entry import Page
from kb.stores.fusion import Hit, Scored
from kb.stores.selection import Filter
from kb.stores.store import MAX_LIMIT, HybridQuery, LegQuery


def source(key: str = "docs", **values: object) -> SourceRecord:
    """Return a source that is added."""
    given = {"name": key, "kind": "directory", "created_at": datetime(2026, 11, 1, tzinfo=UTC), **values}
    return SourceRecord(id=key, **given)  # type: ignore[arg-type]


@dataclass
class Shelf:
    """Documents by URI. ``fetched`` and ``listed`` tell what was asked for."""

    pages: dict[str, str | bytes] = field(default_factory=dict)
    trouble: dict[str, Trouble] = field(default_factory=dict)
    inline: bool = False
    breaks_after: int | None = None
    listing_error: Exception | None = None
    fetch_errors: dict[str, deque[Exception]] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    listed: int = 0
    gate: asyncio.Event | None = None
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    closed: int = 0

    def data(self, uri: str) -> bytes:
        page = self.pages[uri]
        return page if isinstance(page, bytes) else page.encode("utf-8", "surrogatepass")

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        self.listed += 1
        for number, uri in enumerate(sorted(self.pages)):
            if self.breaks_after is not None and number >= self.breaks_after:
                assert self.listing_error is not None
                raise self.listing_error
            content = Fetched(data=self.data(uri), name=uri) if self.inline else None
            yield Item(uri=uri, stamp=sha256(self.data(uri)).hexdigest(), content=content)
        for trouble in self.trouble.values():
            yield trouble

    async def fetch(self, uri: str) -> Fetched:
        self.fetched.append(uri)
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if errors := self.fetch_errors.get(uri):
            raise errors.popleft()
        return Fetched(data=self.data(uri), name=uri)

    async def close(self) -> None:
        self.closed += 1


def page(title: str, *words: str) -> str:
    """Return a page of Markdown with two sections of their own words."""
    body = " ".join(words) or title
    return f"# {title}\n\nAbout {body}.\n\n## Details of {title}\n\n" + f"What {body} means in practice. " * 8 + "\n"


class Faults:
    """Errors that an operation raises, one for each call, until they are used up."""

    def __init__(self) -> None:
        self.planned: dict[str, deque[Exception]] = {}
        self.calls: list[str] = []

    def plan(self, operation: str, *errors: Exception) -> None:
        self.planned.setdefault(operation, deque()).extend(errors)

    def at(self, operation: str) -> None:
        self.calls.append(operation)
        if errors := self.planned.get(operation):
            raise errors.popleft()


class FaultyCollection:
    """A collection behind ``Faults``."""

    def __init__(self, real: Collection, faults: Faults) -> None:
        self.real, self.name, self.dimensions, self._faults = real, real.name, real.dimensions, faults

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        return await self.real.legs(asked)

    async def query(self, query: HybridQuery) -> tuple[Hit, ...]:
        return await self.real.query(query)

    async def count(self, only: Filter) -> int:
        return await self.real.count(only)

    async def scroll(self, only: Filter, *, after: str | None = None, limit: int = 100) -> Page:
        return await self.real.scroll(only, after=after, limit=limit)

    async def upsert(self, entries: Sequence[Entry]) -> None:
        self._faults.at("upsert")
        await self.real.upsert(entries)
        self._faults.at("after upsert")

    async def delete_document(self, document: str, *, keep_revision: str | None = None) -> None:
        self._faults.at("delete_document")
        await self.real.delete_document(document, keep_revision=keep_revision)
        self._faults.at("after delete_document")

    async def delete_source(self, source: str) -> None:
        self._faults.at("delete_source")
        await self.real.delete_source(source)
        self._faults.at("after delete_source")

    async def set_access(self, source: str, access: str) -> None:
        self._faults.at("set_access")
        await self.real.set_access(source, access)
        self._faults.at("after set_access")

    async def inventory(self, *, after: str | None = None, limit: int = MAX_LIMIT) -> Page:
        return await self.real.inventory(after=after, limit=limit)

    async def size(self) -> int:
        return await self.real.size()

    async def flush(self) -> None:
        self._faults.at("flush")
        await self.real.flush()
        self._faults.at("after flush")


class FaultyStore:
    """A store behind ``Faults``."""

    def __init__(self, real: VectorStore, faults: Faults | None = None) -> None:
        self.real = real
        self.faults = faults or Faults()

    async def create(self, spec: CollectionSpec) -> FaultyCollection:
        self.faults.at("create")
        made = FaultyCollection(await self.real.create(spec), self.faults)
        self.faults.at("after create")
        return made

    async def open(self, name: str) -> FaultyCollection:
        return FaultyCollection(await self.real.open(name), self.faults)

    async def names(self) -> tuple[str, ...]:
        return await self.real.names()

    async def switch(self, alias: str, name: str) -> None:
        self.faults.at("switch")
        await self.real.switch(alias, name)
        self.faults.at("after switch")

    async def target(self, alias: str) -> str | None:
        return await self.real.target(alias)

    async def drop(self, name: str) -> None:
        self.faults.at("drop")
        await self.real.drop(name)
        self.faults.at("after drop")

    async def health(self) -> Health:
        return await self.real.health()

    async def close(self) -> None:
        await self.real.close()


class FaultyEmbedder(FakeEmbedder):
    """The fake embedder behind ``Faults``; with a ``gate`` it waits before each passage."""

    def __init__(self, *, variant: str = "", dimensions: int = 16, max_tokens: int = 506) -> None:
        super().__init__(variant=variant, dimensions=dimensions, max_tokens=max_tokens)
        self.faults = Faults()
        self.gate: asyncio.Event | None = None
        self.embedded = 0

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        for text in texts:
            self.faults.at("embed")
            if self.gate is not None:
                await self.gate.wait()
            self.embedded += 1
            yield self._vector(text)
