"""Ten thousand random searches by random tenants: no passage of another tenant leaves the store or the search."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from kb.documents.document import Span
from kb.embed.fake import FakeEmbedder
from kb.lexical import document_vector
from kb.records.model import StoredPassage
from kb.search import Search, SearchRequest, SearchSettings
from kb.stores import Access, Collection, CollectionSpec, Entry, LegQuery, Scored, edge_wire
from kb.stores.edge import EdgeStore
from tests.kb.search.library import Reader
from tests.kb.stores.samples import KINDS, LABELS, LANGUAGES, START, VERSIONS, access, some_filter

CASES = 10_000
AT_ONCE = 50
WORDS = (
    "pod",
    "node",
    "image",
    "pull",
    "volume",
    "claim",
    "OOMKilled",
    "drain",
    "quota",
    "DNS",
    "镜像",
    "节点",
    "拉取",
    "配额",
)
HERE: Span = (0, 10)


class Watched:
    """A collection that counts the hits that a caller got without having their label."""

    def __init__(self, inner: Collection, labels: dict[str, str]) -> None:
        self._inner, self._labels = inner, labels
        self.foreign = self.hits = 0

    async def legs(self, asked: Sequence[LegQuery], *, callers: frozenset[str]) -> tuple[tuple[Scored, ...], ...]:
        legs = await self._inner.legs(asked)
        found = [one.record.id for leg in legs for one in leg]
        self.hits += len(found)
        self.foreign += sum(self._labels[key] not in callers for key in found)
        return legs


class AsCaller:
    """The collection as one caller has it: whatever filter a search makes, the watch knows who asks."""

    def __init__(self, watched: Watched, caller: Access) -> None:
        self._watched, self._caller = watched, caller

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        return await self._watched.legs(asked, callers=self._caller.labels)


def passages(count: int) -> list[StoredPassage]:
    chance = random.Random(5)
    return [
        StoredPassage(
            id=f"p{number}",
            document=f"d{number // 3}",
            source=f"source-{chance.randrange(5)}",
            revision="1",
            ordinal=number % 3,
            uri=f"d{number // 3}",
            title=chance.choice(WORDS),
            heading_path=(),
            text=" ".join(chance.choices(WORDS, k=12)),
            span=HERE,
            parent=HERE,
            kind=chance.choice(KINDS),  # type: ignore[arg-type] # the kinds of passages
            language=chance.choice(LANGUAGES),
            tokens=12,
            version=chance.choice(VERSIONS),
            updated_at=START,
            access=chance.choice(LABELS),
        )
        for number in range(count)
    ]


async def stored(store: EdgeStore, embedder: FakeEmbedder, held: list[StoredPassage]) -> Collection:
    collection = await store.create(CollectionSpec(fingerprint=embedder.fingerprint, dimensions=embedder.dimensions))
    vectors = [vector async for vector in embedder.passages(one.text for one in held)]
    await collection.upsert(
        [
            Entry(
                id=one.id,
                document=one.document,
                source=one.source,
                access=one.access,
                language=one.language,
                kind=one.kind,
                version=one.version,
                revision=one.revision,
                updated_at=one.updated_at,
                dense=vector,
                lexical=document_vector(one.text, context=one.title),
            )
            for one, vector in zip(held, vectors, strict=True)
        ]
    )
    return collection


async def foreign(folder: Path, cases: int) -> tuple[int, int, int]:
    """Return how many foreign passages searches gave, how many hits callers had no label for, and all hits."""
    embedder, held, store = FakeEmbedder(dimensions=16), passages(150), EdgeStore(folder)
    labels = {one.id: one.access for one in held}
    watched = Watched(await stored(store, embedder, held), labels)
    reader, settings = Reader({one.id: one for one in held}), SearchSettings(candidates=12)
    chance = random.Random(cases)

    async def one_case() -> int:
        caller, only = access(chance), some_filter(chance)

        async def collection() -> Collection:
            return AsCaller(watched, caller)  # type: ignore[return-value] # a search asks for legs only

        request = SearchRequest(
            text=" ".join(chance.choices(WORDS, k=chance.randint(1, 4))),
            access=caller,
            limit=3,
            sources=only.sources,
            languages=only.languages,
            kinds=only.kinds,
            versions=only.versions,
            updated_since=only.updated_since,
        )
        result = await Search(collection, embedder, reader, settings).search(request)
        shown = [passage for one in result.found for passage in (one.passage, *one.variants)]
        return sum(one.access not in caller.labels for one in shown)

    found = 0
    for _ in range(0, cases, AT_ONCE):
        found += sum(await asyncio.gather(*(one_case() for _ in range(AT_ONCE))))
    await store.close()
    return found, watched.foreign, watched.hits


async def test_no_search_gives_a_passage_of_another_tenant(tmp_path: Path) -> None:
    found, leaked, hits = await foreign(tmp_path, CASES)
    assert (found, leaked) == (0, 0)
    assert hits > CASES


async def test_without_the_filter_in_the_query_the_check_would_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, everybody = edge_wire.narrowed, Access(labels=frozenset(LABELS))
    monkeypatch.setattr(edge_wire, "narrowed", lambda only: asked(replace(only, access=everybody)))
    found, leaked, _ = await foreign(tmp_path, 100)
    assert leaked > 100
    assert found == 0  # what the database says of a passage is checked as well
