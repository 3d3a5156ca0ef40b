"""A small knowledge base for tests: pages read, split and indexed as the product does it, passages in a dictionary."""

from collections.abc import Collection as Group
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.storage.schema import EPOCH
from kb.documents.document import Document
from kb.documents.reading import read
from kb.embed import Embedder, Vector
from kb.embed.fake import FakeEmbedder
from kb.lexical import document_vector
from kb.passages.splitting import split
from kb.records.model import StoredPassage
from kb.records.passages import Standing
from kb.search import Reranker, Search, SearchSettings
from kb.stores import PLATFORM, Collection, CollectionSpec, Entry
from kb.stores.memory import MemoryStore


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page in Markdown."""

    uri: str
    text: str
    access: str = PLATFORM
    source: str = "docs"
    version: str = ""
    family: str = ""
    weight: float = 1.0
    updated_at: datetime | None = None


@dataclass
class Reader:
    """Passages in a dictionary. ``stale`` documents have a newer revision, so theirs are not current."""

    passages: dict[str, StoredPassage] = field(default_factory=dict)
    stale: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    async def current(self, ids: Group[str]) -> dict[str, StoredPassage]:
        found = {key: self.passages[key] for key in ids if key in self.passages}
        return {key: one for key, one in found.items() if one.document not in self.stale}

    async def of_document(self, document: str) -> tuple[StoredPassage, ...]:
        found = [one for one in self.passages.values() if one.document == document and document not in self.stale]
        return tuple(sorted(found, key=lambda one: one.ordinal))

    async def standing(self, documents: Group[str]) -> dict[str, Standing]:
        self.asked += documents
        return {
            one.document: Standing(
                document=one.document,
                revision=one.revision,
                access=one.access,
                family=one.family,
                weight=one.weight,
                updated_at=None if one.updated_at is None else (one.updated_at - EPOCH) // timedelta(microseconds=1),
            )
            for one in self.passages.values()
            if one.document in documents and one.document not in self.stale
        }


@dataclass(kw_only=True)
class Library:
    """The parts of a search, and the texts of its documents."""

    search: Search
    reader: Reader
    collection: Collection
    texts: dict[str, str]

    def text_of(self, document: str, revision: str) -> str | None:
        return self.texts.get(document)


def document_of(page: Page) -> Document:
    return read(page.text.encode(), uri=page.uri, name=page.uri, version=page.version, updated_at=page.updated_at)


def stored(page: Page, document: Document, embedder: Embedder) -> list[StoredPassage]:
    return [
        StoredPassage(
            id=passage.id,
            document=page.uri,
            source=page.source,
            revision="1",
            ordinal=passage.ordinal,
            uri=page.uri,
            title=passage.title,
            heading_path=passage.heading_path,
            text=passage.text,
            span=passage.span,
            parent=passage.parent,
            kind=passage.kind,
            language=passage.language,
            tokens=passage.tokens,
            version=page.version,
            updated_at=page.updated_at,
            access=page.access,
            family=page.family,
            weight=page.weight,
        )
        for passage in split(document, embedder.count_tokens)
    ]


async def library(
    pages: Sequence[Page],
    *,
    embedder: Embedder | None = None,
    collection: Collection | None = None,
    settings: SearchSettings | None = None,
    reranker: Reranker | None = None,
) -> Library:
    embedder = embedder or FakeEmbedder()
    spec = CollectionSpec(fingerprint=embedder.fingerprint, dimensions=embedder.dimensions)
    held = collection or await MemoryStore().create(spec)
    reader, texts = Reader(), {}
    for page in pages:
        document = document_of(page)
        texts[page.uri] = document.text
        passages = stored(page, document, embedder)
        reader.passages.update((one.id, one) for one in passages)
        vectors = [one async for one in embedder.passages(f"{one.context}\n{one.text}" for one in passages)]
        await held.upsert([entry(one, vector) for one, vector in zip(passages, vectors, strict=True)])

    async def current() -> Collection:
        return held

    search = Search(current, embedder, reader, settings, reranker=reranker)
    return Library(search=search, reader=reader, collection=held, texts=texts)


def entry(passage: StoredPassage, vector: Vector) -> Entry:
    return Entry(
        id=passage.id,
        document=passage.document,
        source=passage.source,
        access=passage.access,
        language=passage.language,
        kind=passage.kind,
        version=passage.version,
        revision=passage.revision,
        updated_at=passage.updated_at,
        dense=vector,
        lexical=document_vector(passage.text, context=passage.context),
    )
