"""What a search reads of passages and documents, on both databases."""

from datetime import UTC, datetime

import pytest

from core.storage import Database
from core.storage.schema import EPOCH
from kb.records import tables
from kb.records.listing import Told, tell
from kb.records.model import SourceRecord
from kb.records.passages import Passages
from kb.records.rows import document_id
from kb.records.sources import Sources

NOW = datetime(2026, 11, 23, tzinfo=UTC)
FIRST, SECOND, NEVER_READ = (document_id("docs", f"{number}.md") for number in range(3))


@pytest.fixture
async def filled(database: Database) -> Database:
    """A source with three documents; the first two have a revision, the first a passage of it and one of an older."""
    source = SourceRecord(id="docs", name="docs", kind="directory", created_at=NOW, weight=1.5)
    added = await Sources(database).add(source)
    async with database.write() as connection:
        await tell(connection, added, [Told(uri=f"{number}.md", stamp="1") for number in range(3)])
        for key, values in ((FIRST, {"revision": "r1", "updated_at": NOW}), (SECOND, {"revision": "r2"})):
            change = tables.document.update().where(tables.document.c.id == key)
            await connection.execute(change.values(family="family", **values))
        rows = [passage("new", FIRST, "r1"), passage("old", FIRST, "r0")]
        await connection.execute(tables.passage.insert(), rows)
    return database


def passage(key: str, document: str, revision: str) -> dict[str, object]:
    spans = dict.fromkeys(("span_start", "span_end", "parent_start", "parent_end", "ordinal"), 0)
    words = {"title": "Title", "heading_path": ["Part"], "text": "Text", "kind": "text", "language": "en"}
    return {"id": key, "document": document, "revision": revision, "tokens": 1, **spans, **words}


async def test_that_the_standing_is_that_of_searchable_documents_only(filled: Database) -> None:
    found = await Passages(filled).standing([FIRST, SECOND, NEVER_READ, "unknown", "\x00", FIRST])
    assert found.keys() == {FIRST, SECOND}
    first = found[FIRST]
    assert (first.document, first.revision, first.access, first.family) == (FIRST, "r1", "platform", "family")
    assert first.weight == 1.5
    assert first.updated_at == (NOW - EPOCH).total_seconds() * 1_000_000
    assert found[SECOND].updated_at is None
    assert await Passages(filled).standing([]) == {}


async def test_that_only_passages_of_the_current_revision_are_read(filled: Database) -> None:
    found = await Passages(filled).current(["new", "old", "unknown"])
    assert found.keys() == {"new"}
    one = found["new"]
    assert (one.document, one.updated_at, one.weight, one.heading_path) == (FIRST, NOW, 1.5, ("Part",))


async def test_that_what_is_being_removed_is_not_found_any_more(filled: Database) -> None:
    async with filled.write() as connection:
        await connection.execute(tables.source.update().values(state="removing"))
    assert await Passages(filled).standing([FIRST]) == {}
    assert await Passages(filled).current(["new"]) == {}


async def test_that_a_change_shows_in_the_next_search_whoever_made_it(filled: Database) -> None:
    passages = Passages(filled)
    before = (await passages.standing([FIRST]))[FIRST]
    async with filled.write() as connection:
        await connection.execute(tables.document.update().values(access="namespace:shop", revision="r9"))
        await connection.execute(tables.source.update().values(weight=0.5))
    after = (await passages.standing([FIRST]))[FIRST]
    assert after == before._replace(access="namespace:shop", revision="r9", weight=0.5)
    assert await passages.current(["new"]) == {}


async def test_that_many_documents_are_one_question(filled: Database) -> None:
    keys = [f"unknown-{number}" for number in range(40_000)]
    assert (await Passages(filled).standing([*keys, SECOND])).keys() == {SECOND}
