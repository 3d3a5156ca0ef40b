"""No passage of another tenant is ever found: ten thousand random searches, and proof that the filter is why."""

import asyncio
import random
from dataclasses import replace
from pathlib import Path

import pytest

from kb.stores import Access, Collection, CollectionSpec, Entry, HybridQuery, edge_wire
from kb.stores.edge import EdgeStore
from tests.kb.stores.samples import DIMENSIONS, LABELS, direction, entries, some_filter, words

CASES = {"edge": 10_000, "memory": 300, "local": 300, "server": 2_000}
AT_ONCE = 50


async def foreign_passages(collection: Collection, stored: list[Entry], cases: int) -> int:
    """Count the passages that callers found without having their label, over random searches and listings."""
    labels = {one.id: one.access for one in stored}
    chance = random.Random(cases)

    async def one_case() -> int:
        only = some_filter(chance)
        query = HybridQuery(
            filter=only,
            dense=direction(chance) if chance.random() < 0.7 else None,
            lexical=words(chance, 6) if chance.random() < 0.7 else None,
            limit=20,
            candidates=20,
        )
        records = [hit.record for hit in await collection.query(query)]
        if chance.random() < 0.1:
            records += (await collection.scroll(only, limit=50)).records
        return sum(labels[record.id] not in only.access.labels for record in records)

    total = 0
    for _ in range(0, cases, AT_ONCE):
        total += sum(await asyncio.gather(*(one_case() for _ in range(AT_ONCE))))
    return total


async def test_no_search_finds_a_passage_of_another_tenant(
    request: pytest.FixtureRequest, collection: Collection
) -> None:
    stored = entries(300, seed=21)
    await collection.upsert(stored)
    kind = request.node.callspec.params["store"]
    assert await foreign_passages(collection, stored, CASES[kind]) == 0


async def test_without_the_callers_access_in_the_filter_the_check_would_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = entries(300, seed=21)
    asked, everybody = edge_wire.narrowed, Access(labels=frozenset(LABELS))
    monkeypatch.setattr(edge_wire, "narrowed", lambda only: asked(replace(only, access=everybody)))
    store = EdgeStore(tmp_path)
    collection = await store.create(CollectionSpec(fingerprint="0" * 16, dimensions=DIMENSIONS))
    await collection.upsert(stored)
    assert await foreign_passages(collection, stored, 100) > 100
    await store.close()
