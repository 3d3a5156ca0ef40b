"""Cancelling, removing, changing access, building anew, and several processes at once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from core.errors import UsageError
from core.settings import StorageSettings
from core.storage import Database
from kb.errors import DocumentNotFound, SourceNotFound
from kb.ingest.collections import ALIAS
from kb.records.documents import Documents
from kb.records.indexes import IndexRecord, add_index
from kb.records.model import StoredDocument
from kb.records.passages import Passages
from kb.records.sources import Sources
from kb.stores import Access, StoreUnreachable
from kb.stores.memory import MemoryStore
from tests.kb.ingest.bench import EVERYBODY, LIMITS, Bench, benched
from tests.kb.ingest.scripted import FaultyEmbedder, Shelf, page, source

PAGES: dict[str, str | bytes] = {f"{name}.md": page(name, name, "pods") for name in ("alpha", "beta", "gamma", "delta")}


async def test_that_a_removed_source_leaves_nothing(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    await bench.add("other")
    await bench.ingest.remove("docs")
    await bench.settled()
    with pytest.raises(SourceNotFound):
        await Sources(bench.database).get("docs", access=None)
    assert {one.source for one in (await bench.documents()).values()} == {"other"}
    await bench.consistent()
    await bench.add()
    assert len((await Documents(bench.database).list(None, source="docs")).documents) == len(PAGES)
    await bench.consistent()


async def test_that_a_source_that_is_being_removed_is_not_found_any_more(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    ids = sorted(await bench.inventory())
    documents = [one.id for one in (await bench.documents()).values()]
    await Sources(bench.database).update("docs", state="removing")
    passages = Passages(bench.database)
    assert await passages.current(ids, access=EVERYBODY) == {}
    assert await passages.standing(documents) == {}
    assert await bench.documents() == {}
    with pytest.raises(DocumentNotFound):
        await bench.ingest.documents.get(documents[0], access=None)
    assert (await bench.ingest.progress()).documents == 0


async def test_that_the_jobs_of_a_removed_source_go_with_it(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    bench.shelf.pages["alpha.md"] = page("alpha", "heron")
    await bench.sync()
    await bench.ingest.set_access("docs", "namespace:shop")
    await bench.ingest.remove("docs")
    await bench.settled()
    assert [(one.kind, one.state) for one in await bench.ingest.jobs.list(None)] == [("remove", "done")]


async def test_that_a_source_is_removed_while_it_is_indexed(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    bench.shelf.gate = asyncio.Event()
    await bench.ingest.add(source())
    await bench.shelf.asked.wait()
    await bench.ingest.remove("docs")
    with pytest.raises(UsageError, match="being removed"):
        await bench.ingest.sync("docs")
    bench.shelf.gate.set()
    await bench.settled()
    assert await bench.documents() == {}
    assert await bench.inventory() == {}


async def test_that_a_removal_goes_on_when_the_store_is_back(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    bench.store.faults.plan("delete_source", StoreUnreachable("no answer"))
    await bench.ingest.remove("docs")
    await bench.settled()
    assert await bench.texts() == ""
    await bench.later()
    assert await bench.inventory() == {}
    assert await Sources(bench.database).list(None) == ()


async def test_that_a_removed_document_is_gone_until_it_is_listed_as_new(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    document = await bench.document("alpha.md")
    await bench.ingest.remove_document(document.id)
    await bench.settled()
    await bench.consistent()
    with pytest.raises(DocumentNotFound):
        await bench.ingest.documents.get(document.id, access=None)
    await bench.sync()
    assert (await bench.document("alpha.md")).id == document.id
    await bench.consistent()


async def _again_by_document(bench: Bench) -> None:
    assert await bench.ingest.retry(document_id=(await bench.document("alpha.md")).id) == 1


async def _again_by_source(bench: Bench) -> None:
    assert await bench.ingest.retry(source_id="docs") == 1


async def _again_by_listing(bench: Bench) -> None:
    await bench.ingest.sync("docs")


@pytest.mark.parametrize("again", [_again_by_document, _again_by_source, _again_by_listing])
async def test_that_a_cancelled_document_keeps_its_version_until_somebody_wants_it_after_all(
    bench: Bench, again: Callable[[Bench], Awaitable[None]]
) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha", "walrus")}
    await bench.add()
    bench.shelf.pages["alpha.md"] = page("alpha", "heron")
    bench.shelf.gate = asyncio.Event()
    bench.shelf.asked.clear()
    await bench.ingest.sync("docs")
    await bench.shelf.asked.wait()
    await bench.ingest.cancel(document_id=(await bench.document("alpha.md")).id)
    await bench.settled()
    cancelled = await bench.document("alpha.md")
    assert (cancelled.state, cancelled.searchable) == ("cancelled", True)
    assert "walrus" in await bench.texts()
    bench.shelf.gate.set()
    await again(bench)
    await bench.settled()
    assert "heron" in await bench.texts()
    await bench.consistent()


async def test_that_cancelling_a_source_ends_what_waits(bench: Bench) -> None:
    bench.shelf.pages = {f"{number}.md": page(f"page {number}") for number in range(20)}
    bench.shelf.gate = asyncio.Event()
    await bench.ingest.add(source())
    await bench.shelf.asked.wait()
    while (await bench.ingest.progress()).documents < 20:
        await bench.ingest.wait_idle(0.05)
    await bench.ingest.cancel(source_id="docs")
    await bench.settled()
    assert {one.state for one in (await bench.documents()).values()} == {"cancelled"}


async def test_that_a_change_of_access_reaches_database_and_store(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    everything = await bench.visible()
    assert everything
    await bench.ingest.set_access("docs", "namespace:shop")
    held = await bench.inventory()
    assert await Passages(bench.database).current(held, access=EVERYBODY) == {}
    await bench.settled()
    assert (await bench.visible(), await bench.visible("shop")) == (0, everything)
    assert (await Documents(bench.database).list(EVERYBODY)).documents == ()
    assert len((await Documents(bench.database).list(Access.of(["shop"]))).documents) == len(PAGES)


async def test_that_a_document_is_never_made_current_under_the_access_of_before(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    bench.embedder.gate = asyncio.Event()
    await bench.ingest.add(source())
    while not any(one.state == "indexing" for one in (await bench.documents()).values()):
        await bench.ingest.wait_idle(0.05)
    await bench.ingest.set_access("docs", "namespace:shop")
    bench.embedder.gate.set()
    await bench.settled()
    assert await bench.visible() == 0
    assert await bench.visible("shop") == len(await bench.inventory())
    await bench.consistent()


async def test_that_copies_are_folded_within_one_access_and_unfolded_when_the_first_goes(bench: Bench) -> None:
    bench.shelf.pages = {"a.md": page("Storage", *"abcdefghij" * 9)}
    await bench.add("one")
    await bench.add("two")
    await bench.add("three", access="namespace:shop")
    families = {one.source: one.family for one in await all_documents(bench)}
    ids = {one.source: one.id for one in await all_documents(bench)}
    assert families == {"one": ids["one"], "two": ids["one"], "three": ids["three"]}
    await bench.ingest.remove("one")
    await bench.settled()
    assert {one.source: one.family for one in await all_documents(bench)} == {
        "two": ids["two"],
        "three": ids["three"],
    }
    await bench.ingest.set_access("three", "platform")
    await bench.settled()
    assert {one.family for one in await all_documents(bench)} == {ids["two"]}


async def all_documents(bench: Bench) -> tuple[StoredDocument, ...]:
    return (await bench.ingest.documents.list(None)).documents


async def test_that_a_rebuild_replaces_the_collection_while_it_is_searched(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    before, held = await bench.store.real.target(ALIAS), await bench.inventory()
    bench.embedder.gate = asyncio.Event()
    await bench.ingest.rebuild()
    while len(await bench.store.real.names()) < 2:
        await bench.ingest.wait_idle(0.05)
    assert await bench.inventory() == held
    bench.embedder.gate.set()
    await bench.settled()
    after = await bench.store.real.target(ALIAS)
    assert after != before
    assert await bench.store.real.names() == (after,)
    assert await bench.inventory() == held
    assert [one.state for one in await bench.ingest.index_state()] == ["current"]


async def test_that_what_changes_during_a_rebuild_is_in_the_new_collection(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    bench.embedder.gate = asyncio.Event()
    await bench.ingest.rebuild()
    while len(await bench.store.real.names()) < 2:
        await bench.ingest.wait_idle(0.05)
    del bench.shelf.pages["alpha.md"]
    bench.shelf.pages |= {"beta.md": page("beta", "heron"), "new.md": page("new", "walrus")}
    await bench.ingest.sync("docs")
    while "alpha.md" in await bench.documents():
        await bench.ingest.wait_idle(0.05)
    bench.embedder.gate.set()
    await bench.settled()
    await bench.consistent()
    assert sorted(await bench.documents()) == ["beta.md", "delta.md", "gamma.md", "new.md"]
    texts = await bench.texts()
    assert "heron" in texts
    assert "walrus" in texts


async def test_that_access_taken_away_during_a_rebuild_stays_taken_away(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    bench.embedder.gate = asyncio.Event()
    await bench.ingest.rebuild()
    while len(await bench.store.real.names()) < 2:
        await bench.ingest.wait_idle(0.05)
    await bench.ingest.set_access("docs", "namespace:shop")
    while "after set_access" not in bench.store.faults.calls:
        await bench.ingest.wait_idle(0.05)
    bench.embedder.gate.set()
    await bench.settled()
    assert await bench.visible() == 0
    assert await bench.visible("shop") == len(await bench.inventory())
    await bench.consistent()


async def test_that_another_model_is_built_beside_at_the_next_start(database: Database) -> None:
    store, shelf = MemoryStore(), Shelf(pages=dict(PAGES))
    async with benched(database, store=store, shelf=shelf) as bench:
        await bench.add()
        before = await bench.store.real.target(ALIAS)
    embedder = FaultyEmbedder(variant="other", dimensions=24)
    embedder.gate = asyncio.Event()
    async with benched(database, store=store, shelf=shelf, embedder=embedder) as bench:
        assert await bench.store.real.target(ALIAS) == before
        assert {one.state for one in await bench.ingest.index_state()} == {"current", "building"}
        embedder.gate.set()
        await bench.settled()
        (current,) = await bench.ingest.index_state()
        assert (current.fingerprint, current.dimensions) == (embedder.fingerprint, 24)
        assert (await bench.searched()).dimensions == 24
        await bench.consistent()


async def test_that_passages_too_long_for_another_model_are_split_anew(database: Database) -> None:
    store, shelf = MemoryStore(), Shelf(pages={"long.md": page("long", *(f"word{n}" for n in range(60)))})
    async with benched(database, store=store, shelf=shelf) as bench:
        await bench.add()
        before = await bench.document("long.md")
    small = FaultyEmbedder(variant="small", max_tokens=96)
    async with benched(database, store=store, shelf=shelf, embedder=small) as bench:
        await bench.settled()
        after = await bench.document("long.md")
        assert after.passages > before.passages
        assert after.state == "ready"
        await bench.consistent()


async def test_that_a_store_that_was_lost_is_built_from_the_texts(database: Database) -> None:
    shelf = Shelf(pages=dict(PAGES))
    async with benched(database, shelf=shelf) as bench:
        await bench.add()
    async with benched(database, store=MemoryStore(), shelf=shelf) as bench:
        await bench.settled()
        await bench.consistent()
        assert await bench.inventory()
        assert len(bench.shelf.fetched) == len(PAGES)


async def test_that_closing_gives_work_back_and_the_next_start_goes_on(database: Database) -> None:
    store, shelf = MemoryStore(), Shelf(pages=dict(PAGES), gate=asyncio.Event())
    async with benched(database, store=store, shelf=shelf) as bench:
        await bench.ingest.add(source())
        await bench.shelf.asked.wait()
        await bench.ingest.close(grace=0)
    states = {one.state for one in (await Documents(database).list(None)).documents}
    assert states == {"pending"}
    shelf.gate = None
    async with benched(database, store=store, shelf=shelf) as bench:
        await bench.settled()
        assert {one.state for one in (await bench.documents()).values()} == {"ready"}
        assert {one.attempts for one in (await bench.documents()).values()} <= {1, 2}
        await bench.consistent()


async def test_that_several_workers_share_one_queue_without_doing_anything_twice(
    database: Database, storage: StorageSettings
) -> None:
    if database.sqlite:
        pytest.skip("SQLite serves one process")
    other = Database(storage)
    store, pages = MemoryStore(), {f"{number}.md": page(f"page {number}", f"word{number}") for number in range(40)}
    shelves = Shelf(pages=dict(pages)), Shelf(pages=dict(pages))
    try:
        async with (
            benched(database, store=store, shelf=shelves[0], limits=replace(LIMITS, workers=2)) as first,
            benched(other, store=store, shelf=shelves[1], limits=replace(LIMITS, workers=2)),
        ):
            await first.add()
            await first.settled()
            assert {one.state for one in (await first.documents()).values()} == {"ready"}
            await first.consistent()
            assert sorted(shelves[0].fetched + shelves[1].fetched) == sorted(pages)
    finally:
        await other.close()


async def test_that_a_process_with_the_old_model_does_not_leave_gaps_in_the_new_collection(bench: Bench) -> None:
    bench.shelf.pages = dict(PAGES)
    await bench.add()
    now = bench.clock()
    spec = {"collection": "passages-other", "fingerprint": "other", "dimensions": 16}
    async with bench.database.write() as connection:
        building = IndexRecord(**spec, state="building", created_at=now, position="f" * 32)  # type: ignore[arg-type]
        await add_index(connection, building)
    bench.ingest.collections.refresh()
    bench.shelf.pages["beta.md"] = page("beta", "heron")
    await bench.ingest.sync("docs")
    changed = (await bench.document("beta.md")).id
    while (await bench.ingest.index_state())[-1].position >= changed:
        await bench.ingest.wait_idle(0.05)
