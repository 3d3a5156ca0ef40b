"""Sources, documents and passages as callers read them, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import UsageError
from core.storage import Database
from kb.errors import DocumentNotFound, SourceNotFound
from kb.records.documents import Documents
from kb.records.errors import SourceExists
from kb.records.listing import Told, tell
from kb.records.model import SourceRecord, StoredDocument
from kb.records.passages import Passages
from kb.records.rows import document_id, plain, plain_uri
from kb.records.sources import Sources
from kb.stores import Access

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PUBLIC = Access.of([])
SHOP = Access.of(["shop"])
NOBODY = Access(labels=frozenset())


def record(key: str, **values: object) -> SourceRecord:
    return replace(SourceRecord(id=key, name=key, kind="directory", created_at=NOW), **values)  # type: ignore[arg-type]


@pytest.fixture
async def filled(database: Database) -> Database:
    """Two sources with three documents each, one of them of a namespace."""
    for one in (record("open"), record("closed", access="namespace:shop")):
        added = await Sources(database).add(one)
        async with database.write() as connection:
            await tell(connection, added, [Told(uri=f"{number}.md", stamp="1") for number in range(3)])
    return database


async def test_that_a_source_is_read_as_it_was_added(database: Database) -> None:
    added = record("a", options={"path": "docs\x00"}, weight=1.5, schedule_seconds=60, created_by="joe")
    assert await Sources(database).add(added) == added
    assert await Sources(database).get("a", access=PUBLIC) == added
    assert await Sources(database).named("a", access=PUBLIC) == added
    assert await Sources(database).named("a", access=NOBODY) is None


async def test_that_a_name_is_taken_once_for_each_access(database: Database) -> None:
    await Sources(database).add(record("a"))
    with pytest.raises(SourceExists):
        await Sources(database).add(record("b", name="a"))
    with pytest.raises(SourceExists):
        await Sources(database).add(record("a", name="other"))
    await Sources(database).add(record("c", name="a", access="namespace:shop"))
    await Sources(database).add(record("d"))
    with pytest.raises(SourceExists):
        await Sources(database).update("d", name="a")


async def test_that_callers_see_sources_and_documents_of_their_access_only(filled: Database) -> None:
    sources, documents = Sources(filled), Documents(filled)
    assert [one.id for one in await sources.list(PUBLIC)] == ["open"]
    assert [one.id for one in await sources.list(SHOP)] == ["closed", "open"]
    assert (await sources.list(NOBODY), (await documents.list(NOBODY)).documents) == ((), ())
    with pytest.raises(SourceNotFound):
        await sources.get("closed", access=PUBLIC)
    hidden = document_id("closed", "0.md")
    with pytest.raises(DocumentNotFound):
        await documents.get(hidden, access=PUBLIC)
    assert (await documents.get(hidden, access=SHOP)).source == "closed"
    assert await documents.find("closed", "0.md", access=PUBLIC) is None
    assert {one.source for one in (await documents.list(PUBLIC)).documents} == {"open"}
    assert (await documents.progress(access=PUBLIC)).documents == 3
    assert (await documents.progress(access=NOBODY)).documents == 0


async def test_that_pages_of_documents_tell_each_one_once(filled: Database) -> None:
    told: list[StoredDocument] = []
    cursor = None
    while True:
        page = await Documents(filled).list(SHOP, limit=2, cursor=cursor)
        told += page.documents
        if (cursor := page.next_cursor) is None:
            break
    assert [(one.source, one.uri) for one in told] == [
        (source, f"{number}.md") for source in ("closed", "open") for number in range(3)
    ]
    assert len((await Documents(filled).list(SHOP, state="pending", source="open")).documents) == 3
    assert (await Documents(filled).list(SHOP, state="dead")).documents == ()


@pytest.mark.parametrize("cursor", ["", "x", "bm90IGpzb24", "W10", "e30", "\x00", "WzEsMl0"])
async def test_that_a_cursor_of_somebody_else_is_refused(filled: Database, cursor: str) -> None:
    with pytest.raises(UsageError):
        await Documents(filled).list(PUBLIC, cursor=cursor)


async def test_that_sources_are_due_in_order_and_not_while_they_are_removed(database: Database) -> None:
    for key, minutes in (("late", 5), ("next", 2), ("first", 1)):
        await Sources(database).add(record(key, next_sync_at=NOW + timedelta(minutes=minutes)))
    await Sources(database).add(record("going", state="removing", next_sync_at=NOW))
    await Sources(database).add(record("never"))
    due = await Sources(database).due(NOW + timedelta(minutes=3))
    assert [one.id for one in due] == ["first", "next"]


async def test_that_removing_a_source_takes_its_documents(filled: Database) -> None:
    await Sources(filled).remove("open")
    assert {one.source for one in (await Documents(filled).list(None)).documents} == {"closed"}
    with pytest.raises(SourceNotFound):
        await Sources(filled).update("open", weight=2.0)


async def test_that_hostile_keys_find_nothing_and_break_nothing(filled: Database) -> None:
    for key in ("\x00", "\ud800", "' OR 1=1 --", "x" * 10_000):
        with pytest.raises(DocumentNotFound):
            await Documents(filled).get(key, access=PUBLIC)
        with pytest.raises(SourceNotFound):
            await Sources(filled).get(key, access=PUBLIC)
        assert await Passages(filled).current([key]) == {}
        assert await Passages(filled).text(key, key) is None
        assert (await Documents(filled).list(PUBLIC, source=key)).documents == ()


async def test_that_no_more_than_a_thousand_passages_are_asked_for_at_once(database: Database) -> None:
    assert await Passages(database).current(map(str, range(1_000))) == {}
    with pytest.raises(ValueError, match="1001"):
        await Passages(database).current(map(str, range(1_001)))


def test_that_two_names_that_cannot_be_stored_stay_two() -> None:
    assert plain("a\x00\ud800") == "a\ufffd\ufffd"
    assert len({plain_uri("a\x00"), plain_uri("a\udcff"), plain_uri("a\ud800"), plain_uri("a")}) == 4
