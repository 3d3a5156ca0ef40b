"""A knowledge base of any size in moments: passages mixed of the sentences of the bundled pages, random vectors.

The words have the frequencies of real pages, and the engine scans vectors whatever they hold, so a search costs what
it costs on real passages. Every document is a tenant's own or open to all, as its source is.
"""

import random
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np

from benchmarks.knowledge.embedders import InstantEmbedder
from core.data import data_file
from core.settings import StorageSettings
from core.storage import Database
from kb.embed import Embedder
from kb.ingest.collections import ALIAS, Collections
from kb.lexical import document_vector
from kb.records import tables
from kb.records.jobs import Jobs
from kb.records.passages import Passages
from kb.search import Search
from kb.stores import PLATFORM, Access, Collection, Entry, namespace_label
from kb.stores.edge import EdgeStore

TENANTS = 50
PER_DOCUMENT = 10
SENTENCES = 6
"""Of a passage: with its names about as long as a real one."""

OWN_WORDS = 12
"""Names in a passage that few others hold: the long tail of a real vocabulary."""

VOCABULARY = 200_000
SHARED = 0.2
"""The share of the documents that are open to all where there are tenants."""

READS = 2
"""Tenants that one caller may read, beside what is open to all."""

ROWS = 2_000
NOW = datetime(2026, 11, 1, tzinfo=UTC)

Language = Literal["en", "zh"]
_SENTENCE = re.compile(r"(?<=[.。！!？?])\s*|\n+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """An open knowledge base."""

    database: Database
    store: EdgeStore
    embedder: Embedder

    async def collection(self) -> Collection:
        """Return what is searched, as every search of the product does."""
        return await self.store.open(ALIAS)

    def search(self, embedder: Embedder | None = None) -> Search:
        """Return the whole search path, with another embedder for questions if one is given."""
        return Search(self.collection, embedder or self.embedder, Passages(self.database))


@asynccontextmanager
async def opened(folder: Path, embedder: Embedder) -> AsyncIterator[Base]:
    """Open a knowledge base in a folder, on SQLite and the embedded store."""
    database = Database(StorageSettings(state_dir=folder))
    store = EdgeStore(folder / "vectors")
    try:
        await database.migrate()
        await Collections(database, store, embedder, Jobs(database)).start()
        yield Base(database=database, store=store, embedder=embedder)
    finally:
        await store.close()
        await database.close()


def tenant(number: int) -> str:
    """Return the namespace of a tenant."""
    return f"tenant-{number}"


def caller(number: int) -> Access:
    """Return what the caller of the n-th search may read."""
    return Access.of(tenant((number * 7 + step) % TENANTS) for step in range(READS))


def questions() -> tuple[str, ...]:
    """Return the operators' questions of the evaluation, the two languages in turn."""
    read = {one: data_file(f"retrieval/operators.{one}.tsv").read_text(encoding="utf-8") for one in ("en", "zh")}
    asked = [
        [line.split("\t")[1] for line in text.splitlines() if line and not line.startswith("#")]
        for text in read.values()
    ]
    return tuple(question for pair in zip(*asked, strict=False) for question in pair)


async def fill(base: Base, size: int, *, shared: float = SHARED) -> None:
    """Write so many passages to both the database and the store. ``shared`` is the share that is open to all."""
    chance = np.random.default_rng(3)
    made = random.Random(3)
    sentences = {one: bundled_sentences(one) for one in ("en", "zh")}
    collection = await base.collection()
    await _sources(base.database)
    documents = -(-size // PER_DOCUMENT)
    for first in range(0, documents, ROWS // PER_DOCUMENT):
        rows, entries = list[dict[str, Any]](), list[Entry]()
        described = [
            _document(number, made, shared=made.random() < shared)
            for number in range(first, min(first + ROWS // PER_DOCUMENT, documents))
        ]
        for one in described:
            for row in _passages(one, sentences[one["language"]], made):
                rows.append(row)
                entries.append(_entry(row, one, chance))
        async with base.database.write() as connection:
            await connection.execute(tables.document.insert(), described)
            await connection.execute(tables.passage.insert(), rows)
        await collection.upsert(entries)
    await collection.flush()


def bundled_sentences(language: Language) -> Sequence[str]:
    """Return the sentences of the pages that ship with the product, each as often as it stands there."""
    found = [
        sentence.strip()
        for page in sorted(data_file("knowledge").rglob(f"*.{language}.md"))
        for sentence in _SENTENCE.split(page.read_text(encoding="utf-8"))
    ]
    return [one for one in found if len(one) > 12]  # headings and remains of lists hold no words of their own


async def _sources(database: Database) -> None:
    labels = [PLATFORM, *(namespace_label(tenant(number)) for number in range(TENANTS))]
    rows = [
        {
            "id": f"filled-{at}",
            "name": f"filled {at}",
            "kind": "upload",
            "options": {},
            "access": label,
            "weight": 1.0,
            "state": "ready",
            "created_at": NOW,
            "created_by": "",
            "last_error": "",
            "error_code": "",
        }
        for at, label in enumerate(labels)
    ]
    async with database.write() as connection:
        await connection.execute(tables.source.insert(), rows)


def _document(number: int, made: random.Random, *, shared: bool) -> dict[str, Any]:
    place = 0 if shared else 1 + made.randrange(TENANTS)
    language = "zh" if number % 3 == 0 else "en"
    return {
        "id": f"document-{number:08}",
        "source": f"filled-{place}",
        "uri": f"https://docs.example.com/{language}/page-{number}",
        "title": f"Page {number}",
        "language": language,
        "version": "",
        "media_type": "text/markdown",
        "access": PLATFORM if shared else namespace_label(tenant(place - 1)),
        "state": "ready",
        "stamp": "1",
        "content_hash": f"{number:032}",
        "revision": f"revision-{number}",
        "family": f"document-{number:08}",
        "passages": PER_DOCUMENT,
        "characters": 0,
        "attempts": 1,
        "last_error": "",
        "error_code": "",
        "notes": [],
        "updated_at": NOW - timedelta(days=number % 1_000),
        "indexed_at": NOW,
    }


def _passages(document: dict[str, Any], sentences: Sequence[str], made: random.Random) -> Iterator[dict[str, Any]]:
    for ordinal in range(PER_DOCUMENT):
        names = " ".join(f"svc-{made.randrange(VOCABULARY)}" for _ in range(OWN_WORDS))
        text = "\n".join([*made.choices(sentences, k=SENTENCES), names])
        yield {
            "id": f"{document['id']}-{ordinal}",
            "document": document["id"],
            "revision": document["revision"],
            "ordinal": ordinal,
            "title": document["title"],
            "heading_path": [f"Part {ordinal}"],
            "text": text,
            "span_start": 0,
            "span_end": len(text),
            "parent_start": 0,
            "parent_end": len(text),
            "kind": "code" if ordinal % 5 == 0 else "text",
            "language": document["language"],
            "tokens": 200,
        }


def _entry(row: dict[str, Any], document: dict[str, Any], chance: np.random.Generator) -> Entry:
    vector = chance.standard_normal(InstantEmbedder.dimensions).astype(np.float32)
    return Entry(
        id=row["id"],
        document=document["id"],
        source=document["source"],
        access=document["access"],
        language=row["language"],
        kind=row["kind"],
        revision=row["revision"],
        updated_at=document["updated_at"],
        dense=vector / np.float32(np.linalg.norm(vector)),
        lexical=document_vector(row["text"], context=f"{row['title']} > {row['heading_path'][0]}"),
    )
