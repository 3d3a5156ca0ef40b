"""From a source to passages that can be found, on both databases."""

import pytest

from core.errors import UsageError
from kb.records.errors import SourceExists
from kb.records.passages import Passages
from kb.records.sources import Sources
from kb.sources.errors import SourceGone, SourceUnavailable
from kb.sources.source import Fetched, Trouble
from kb.stores import Access
from tests.kb.ingest.bench import Bench
from tests.kb.ingest.scripted import page, source


async def test_that_an_added_source_can_be_found(bench: Bench) -> None:
    bench.shelf.pages = {f"{name}.md": page(name) for name in ("alpha", "beta", "gamma")}
    await bench.add()
    documents = await bench.documents()
    assert [one.state for one in documents.values()] == ["ready"] * 3
    assert all(one.searchable and one.passages and one.title for one in documents.values())
    assert "alpha" in await bench.texts()
    await bench.consistent()
    added = await Sources(bench.database).get("docs", access=None)
    assert (added.state, added.last_error) == ("ready", "")
    assert added.synced_at


async def test_that_passages_carry_what_citing_them_needs(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha", "storage")}
    await bench.add(name="Handbook", weight=1.5)
    found = await Passages(bench.database).current(await bench.inventory())
    for one in found.values():
        assert (one.uri, one.title, one.source_name, one.source_kind) == ("alpha.md", "alpha", "Handbook", "directory")
        assert (one.weight, one.access, one.family) == (1.5, "platform", one.document)
        text = await Passages(bench.database).text(one.document, one.revision, one.span)
        assert text == one.text
    assert await Passages(bench.database).current(found, access=Access(labels=frozenset())) == {}


async def test_that_an_unchanged_source_is_not_fetched_again(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha"), "beta.md": page("beta")}
    await bench.add()
    fetched, embedded = len(bench.shelf.fetched), bench.embedder.embedded
    await bench.sync()
    assert bench.shelf.listed == 2
    assert (len(bench.shelf.fetched), bench.embedder.embedded) == (fetched, embedded)


async def test_that_a_change_that_does_not_show_is_not_embedded_again(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha")}
    await bench.add()
    before, embedded = await bench.document("alpha.md"), bench.embedder.embedded
    bench.shelf.pages["alpha.md"] = page("alpha") + "\n<!-- a comment -->\n"
    await bench.sync()
    after = await bench.document("alpha.md")
    assert (after.revision, after.state, bench.embedder.embedded) == (before.revision, "ready", embedded)
    assert after.stamp != before.stamp


async def test_that_a_new_version_takes_the_place_of_the_old_one(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha", "walrus")}
    await bench.add()
    before = await bench.document("alpha.md")
    bench.shelf.pages["alpha.md"] = page("alpha", "heron")
    await bench.sync()
    after = await bench.document("alpha.md")
    assert after.revision != before.revision
    assert after.id == before.id
    texts = await bench.texts()
    assert "heron" in texts
    assert "walrus" not in texts
    await bench.consistent()


async def test_that_what_is_not_told_any_more_is_removed(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha", "walrus"), "beta.md": page("beta", "heron")}
    await bench.add()
    del bench.shelf.pages["alpha.md"]
    await bench.sync()
    assert list(await bench.documents()) == ["beta.md"]
    assert "walrus" not in await bench.texts()
    await bench.consistent()


async def test_that_an_incomplete_listing_removes_nothing_and_keeps_what_it_told(bench: Bench) -> None:
    bench.shelf.pages = {"beta.md": page("beta")}
    await bench.add()
    bench.shelf.pages = {"alpha.md": page("alpha"), "gamma.md": page("gamma")}
    bench.shelf.breaks_after, bench.shelf.listing_error = 1, SourceUnavailable("no answer", next_step="wait")
    await bench.sync()
    assert list(await bench.documents()) == ["alpha.md", "beta.md"]
    failed = await Sources(bench.database).get("docs", access=None)
    assert (failed.state, failed.last_error) == ("failed", "no answer. Wait")
    bench.shelf.breaks_after = None
    await bench.later()
    assert list(await bench.documents()) == ["alpha.md", "gamma.md"]
    await bench.consistent()


async def test_that_trouble_with_one_document_is_shown_on_it_and_harms_no_other(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha"), "broken.pdf": b"%PDF-1.7 and nothing more", "empty.md": b""}
    bench.shelf.trouble = {"gone": Trouble(uri="gone.md", error=SourceGone("the link leads nowhere"))}
    await bench.add()
    documents = await bench.documents()
    assert {uri: one.state for uri, one in documents.items()} == {
        "alpha.md": "ready",
        "broken.pdf": "dead",
        "empty.md": "skipped",
        "gone.md": "dead",
    }
    assert documents["gone.md"].last_error == "the link leads nowhere"
    assert all(one.last_error and one.error_code for uri, one in documents.items() if uri != "alpha.md")


async def test_that_a_page_of_front_matter_alone_is_skipped_and_its_old_text_goes(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha", "walrus")}
    await bench.add()
    bench.shelf.pages["alpha.md"] = "---\ntitle: alpha\n---\n"
    await bench.sync()
    skipped = await bench.document("alpha.md")
    assert (skipped.state, skipped.searchable, skipped.passages) == ("skipped", False, 0)
    assert skipped.last_error
    assert await bench.inventory() == {}


async def test_that_content_found_while_listing_is_not_fetched(bench: Bench) -> None:
    bench.shelf.inline = True
    bench.shelf.pages = {"alpha.md": page("alpha"), "beta.md": page("beta")}
    await bench.add()
    assert bench.shelf.fetched == []
    assert [one.state for one in (await bench.documents()).values()] == ["ready", "ready"]


async def test_that_an_upload_is_indexed_and_can_be_uploaded_anew(bench: Bench) -> None:
    await bench.add("files", kind="upload")
    first = await bench.ingest.upload("files", Fetched(data=page("alpha", "walrus").encode(), name="alpha.md"))
    await bench.settled()
    assert "walrus" in await bench.texts()
    second = await bench.ingest.upload("files", Fetched(data=page("alpha", "heron").encode(), name="alpha.md"))
    await bench.settled()
    assert first.id == second.id
    assert "walrus" not in await bench.texts()
    await bench.ingest.retry(document_id=first.id)
    await bench.settled()
    assert (await bench.ingest.documents.get(first.id, access=None)).state == "ready"
    await bench.consistent()


async def test_that_uploads_and_listings_are_kept_apart(bench: Bench) -> None:
    await bench.add("files", kind="upload")
    await bench.add("docs")
    with pytest.raises(UsageError, match="holds uploads"):
        await bench.ingest.sync("files")
    with pytest.raises(UsageError, match="listed from elsewhere"):
        await bench.ingest.upload("docs", Fetched(data=b"x", name="x"))
    with pytest.raises(SourceExists):
        await bench.ingest.add(source("other", name="files"))


async def test_that_foreign_text_with_zero_bytes_and_lone_surrogates_is_stored(bench: Bench) -> None:
    bench.shelf.pages = {"a\x00\udcff.md": page("alpha", "walrus")}
    bench.shelf.inline = True
    await bench.add(name="docs\x00")
    (document,) = (await bench.documents()).values()
    assert (document.uri, document.state) == ("a%00%FF.md", "ready")
    await bench.sync()
    assert len(await bench.documents()) == 1


async def test_that_progress_counts_documents_and_passages(bench: Bench) -> None:
    bench.shelf.pages = {f"{number}.md": page(f"page {number}") for number in range(5)} | {"empty.md": b""}
    await bench.add()
    progress = await bench.ingest.progress("docs")
    assert (progress.documents, progress.ready, progress.skipped, progress.pending) == (6, 5, 1, 0)
    assert progress.passages == len(await bench.inventory())
    assert progress.rate
    assert progress.remaining_seconds == 0
    ready = [one.document for one in bench.events if one.state == "ready" and one.kind == "index"]
    assert sorted(ready) == sorted(one.id for one in (await bench.documents()).values() if one.state == "ready")


async def test_that_nobody_guesses_how_long_it_takes_before_the_first_listing(bench: Bench) -> None:
    assert (await bench.ingest.progress()).remaining_seconds == 0.0
    bench.shelf.pages = {"alpha.md": page("alpha")}
    await Sources(bench.database).add(source("docs"))
    await Sources(bench.database).add(source("uploads", kind="upload"))
    assert (await bench.ingest.progress("docs")).remaining_seconds is None
    assert (await bench.ingest.progress()).remaining_seconds is None
    assert (await bench.ingest.progress("uploads")).remaining_seconds == 0.0
    await bench.sync()
    assert (await bench.ingest.progress()).remaining_seconds == 0.0


async def test_that_a_scheduled_source_is_listed_again_by_itself(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha")}
    await bench.add(schedule_seconds=3600)
    assert bench.shelf.listed == 1
    bench.shelf.pages["beta.md"] = page("beta")
    planned = (await Sources(bench.database).get("docs", access=None)).next_sync_at
    assert planned
    await bench.ingest.set_schedule("docs", 60)
    while bench.shelf.listed < 2:
        await bench.ingest.wait_idle(1, due_within=-1)
    await bench.settled()
    assert sorted(await bench.documents()) == ["alpha.md", "beta.md"]
