"""The field that joins access and language always says what they say, whatever wrote the shard and however it ended."""

import random
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from qdrant_edge import EdgeShard, ScrollRequest, UpdateOperation

from kb.stores import PLATFORM, Access, Collection, CollectionSpec, Entry, Filter, LegQuery, namespace_label
from kb.stores.edge import EdgeStore
from kb.stores.edge_query import condition, dense_request
from kb.stores.edge_wire import narrowed
from kb.stores.engine_scopes import completions
from kb.stores.entry import SCOPE, scope
from kb.stores.store import MAX_LIMIT
from tests.kb.stores.samples import DIMENSIONS, LABELS, LANGUAGES, direction, entries, entry

SPEC = CollectionSpec(fingerprint="f" * 16, dimensions=DIMENSIONS)
EVERYTHING = Access(labels=frozenset(LABELS))


async def written(folder: Path, stored: list[Entry]) -> Path:
    """Write passages and return the folder of their shard."""
    store = EdgeStore(folder)
    await (await store.create(SPEC)).upsert(stored)
    await store.close()
    return folder / "collections" / SPEC.name


def aged(shard_folder: Path) -> None:
    """Make a shard what it was before there were scopes."""
    shard = EdgeShard.load(str(shard_folder))
    points, _ = shard.scroll(ScrollRequest(limit=10_000))
    shard.update(UpdateOperation.delete_payload([point.id for point in points], [SCOPE]))
    shard.update(UpdateOperation.delete_field_index(SCOPE))
    shard.flush()
    assert SCOPE not in shard.info().payload_schema
    shard.close()


def payloads(shard_folder: Path) -> list[dict[str, str]]:
    shard = EdgeShard.load(str(shard_folder))
    points, _ = shard.scroll(ScrollRequest(limit=10_000, with_payload=True))
    shard.close()
    return [dict(point.payload or {}) for point in points]


def wrong(shard_folder: Path) -> int:
    """Count the points whose scope is not what it must be."""
    return sum(one.get(SCOPE) != scope(one["access"], one["language"]) for one in payloads(shard_folder))


async def found_by_vector(collection: Collection, label: str, language: str) -> int:
    only = Filter(access=Access(labels=frozenset({label})), languages=(language,))
    (leg,) = await collection.legs([LegQuery(filter=only, limit=MAX_LIMIT, dense=direction(random.Random(1)))])
    return len(leg)


async def counted(folder: Path) -> dict[tuple[str, str], int]:
    """Count by label and language what callers find."""
    store = EdgeStore(folder)
    collection = await store.open(SPEC.name)
    found = {
        (label, language): await found_by_vector(collection, label, language)
        for label in LABELS
        for language in LANGUAGES
    }
    await store.close()
    return found


def expected(stored: list[Entry]) -> dict[tuple[str, str], int]:
    by = Counter((one.access, one.language) for one in stored)
    return {(label, language): by[label, language] for label in LABELS for language in LANGUAGES}


async def test_a_shard_of_before_is_filled_when_it_is_opened(tmp_path: Path) -> None:
    stored = [*entries(300), entry("no language", language=""), entry("strange", language="a|b")]
    shard = await written(tmp_path, stored)
    aged(shard)
    assert wrong(shard) == 302
    assert await counted(tmp_path) == expected(stored)
    assert wrong(shard) == 0


DYING = """
import os, sys
from qdrant_edge import EdgeShard
from kb.stores.engine_scopes import completions

shard = EdgeShard.load(sys.argv[1])
for number, (_, operation) in enumerate(completions(shard)):
    if number == int(sys.argv[2]):
        os._exit(9)
    shard.update(operation)
"""


@pytest.mark.parametrize("operations", [0, 1, 2, 9, 20])
async def test_a_process_that_dies_while_it_fills_a_shard_leaves_nothing_for_good(
    tmp_path: Path, operations: int
) -> None:
    stored = entries(200)
    shard = await written(tmp_path, stored)
    aged(shard)
    command = [sys.executable, "-c", DYING, str(shard), str(operations)]
    assert subprocess.run(command, cwd=Path(__file__).parents[3], check=False).returncode == 9  # noqa: ASYNC221
    assert 0 < wrong(shard) <= 200
    assert await counted(tmp_path) == expected(stored)
    assert wrong(shard) == 0


async def test_what_a_program_of_before_changed_is_put_right(tmp_path: Path) -> None:
    """It gave a source to a namespace and knew of no scope, which still says that all may read it."""
    stored = [entry(f"p{number}", language=LANGUAGES[number % 3]) for number in range(30)]
    shard = await written(tmp_path, stored)
    opened = EdgeShard.load(str(shard))
    points, _ = opened.scroll(ScrollRequest(limit=10_000))
    opened.update(UpdateOperation.set_payload([point.id for point in points], {"access": namespace_label("team-1")}))
    opened.flush()
    opened.close()
    assert wrong(shard) == 30
    found = await counted(tmp_path)
    assert {key for key, count in found.items() if count} == {(namespace_label("team-1"), one) for one in LANGUAGES}


async def test_a_change_of_access_reaches_every_language_at_once_and_no_other_source(tmp_path: Path) -> None:
    stored = [
        entry(f"{source} {number}", source=source, language=(*LANGUAGES, "")[number % 4])
        for source in ("docs", "blog")
        for number in range(20)
    ]
    store = EdgeStore(tmp_path)
    collection = await store.create(SPEC)
    await collection.upsert(stored)
    await collection.set_access("docs", namespace_label("team-2"))
    for label in (PLATFORM, namespace_label("team-2")):
        for language in LANGUAGES:
            assert await found_by_vector(collection, label, language) == 5
    await store.close()
    assert wrong(tmp_path / "collections" / SPEC.name) == 0


async def test_a_shard_that_is_in_order_is_left_alone(tmp_path: Path) -> None:
    shard = EdgeShard.load(str(await written(tmp_path, entries(100))))
    assert list(completions(shard)) == []
    shard.close()


def test_no_filter_can_be_made_without_the_access_of_a_caller() -> None:
    choices, since = narrowed(Filter(access=EVERYTHING, languages=("en",), kinds=("text",)))
    for broken in ([], choices[1:], [*choices[1:], choices[0]]):
        with pytest.raises(ValueError, match="caller's access"):
            condition((broken, since))
        with pytest.raises(ValueError, match="caller's access"):
            dense_request([0.0], (broken, since), 5)


async def test_languages_do_not_let_a_caller_without_labels_find_anything(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    collection = await store.create(SPEC)
    await collection.upsert([*entries(50), entry("nobody's", access="")])
    found = [
        len((await collection.legs([LegQuery(filter=only, limit=MAX_LIMIT, dense=direction(random.Random(2)))]))[0])
        for labels in (frozenset[str](), EVERYTHING.labels)
        for only in [Filter(access=Access(labels=labels), languages=LANGUAGES)]
    ]
    assert found == [0, 50]
    await store.close()


def test_no_language_that_a_caller_names_reaches_into_another_label() -> None:
    assert scope("a", "b|en") != scope("a|b", "en")
    pairs = [(label, language) for label in ("a", "a|b", "", "a|") for language in ("en", "|en", "b|en", "")]
    by_scope: dict[str, set[str]] = {}
    for label, language in pairs:
        by_scope.setdefault(scope(label, language), set()).add(label)
    assert all(len(labels) == 1 for labels in by_scope.values())
