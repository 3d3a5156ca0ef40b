"""The made-up knowledge base, the pages, and what the measures are made of."""

import io
import tarfile
from pathlib import Path

import pytest

from benchmarks.knowledge.__main__ import main
from benchmarks.knowledge.corpus import copied, corpus, pages, spread
from benchmarks.knowledge.embedders import CountingEmbedder, InstantEmbedder
from benchmarks.knowledge.filling import TENANTS, caller, fill, opened, questions, tenant
from benchmarks.knowledge.ingesting import ingested, texts_of
from benchmarks.knowledge.searching import searched, stored
from benchmarks.knowledge.storm import PATTERNS, event
from cluster.fields import parse_time
from kb.records.passages import Passages
from kb.search import SearchRequest
from kb.stores import PLATFORM, Access, Filter

PAGE = "# Quotas\n\nA namespace has a quota of memory and of processor time.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(5):
        page = tmp_path / "docs" / f"part-{number % 2}" / f"page-{number}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(PAGE.replace("Quotas", f"Quotas {number}"), encoding="utf-8")
    (tmp_path / "docs" / "empty.md").write_text("---\ntitle: Nothing\n---\n", encoding="utf-8")
    return tmp_path / "docs"


async def test_a_filled_knowledge_base_agrees_with_itself_and_keeps_tenants_apart(tmp_path: Path) -> None:
    async with opened(tmp_path, InstantEmbedder()) as base:
        await fill(base, 400)
        collection = await base.collection()
        assert await collection.size() == await Passages(base.database).count() == 400
        everybody = await collection.count(Filter(access=Access.of([])))
        assert 0 < everybody < 400
        everything = await collection.count(Filter(access=Access.of(tenant(one) for one in range(TENANTS))))
        assert everything == 400
        result = await base.search().search(SearchRequest(text=questions()[0], access=Access.of([])))
        assert result.found
        assert {one.passage.access for one in result.found} == {PLATFORM}
        for work in (stored(base, base.embedder), searched(base.search())):
            for number in range(4):
                assert await work(number)


async def test_all_passages_can_be_open_to_all(tmp_path: Path) -> None:
    async with opened(tmp_path, InstantEmbedder()) as base:
        await fill(base, 100, shared=1.0)
        assert await (await base.collection()).count(Filter(access=Access.of([]))) == 100


async def test_an_ingestion_embeds_each_passage_once_and_listing_it_again_none(folder: Path) -> None:
    embedder = CountingEmbedder(InstantEmbedder())
    found = await ingested(folder, embedder)
    assert found.passages == embedder.embedded == len(texts_of(folder, embedder)) == 5
    assert found.failed == 0
    assert found.seconds > 0
    assert found.processor > 0


def test_questions_come_in_both_languages_in_turn() -> None:
    asked = questions()
    assert len(asked) == len(set(asked)) > 200
    assert [one.isascii() for one in asked[:2]] == [True, False]


def test_callers_read_the_platform_and_two_tenants() -> None:
    assert {len(caller(number).labels) for number in range(3 * TENANTS)} == {3}


def test_pages_are_taken_evenly_and_keep_their_paths(folder: Path, tmp_path: Path) -> None:
    chosen = spread(folder, 3)
    assert len(chosen) == 3
    target = copied(chosen, folder, tmp_path / "copy")
    assert {path.relative_to(target) for path in pages(target)} == {path.relative_to(folder) for path in chosen}
    assert spread(folder, 100) == pages(folder)


def test_archives_are_unpacked_for_the_time_of_a_run(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "some-docs-1.tar.xz", "w:xz") as archive:
        inside = tarfile.TarInfo("content/page.md")
        inside.size = len(PAGE.encode())
        archive.addfile(inside, io.BytesIO(PAGE.encode()))
    with corpus(tmp_path) as unpacked:
        assert unpacked is not None
        assert [page.read_text(encoding="utf-8") for page in pages(unpacked)] == [PAGE]
    assert not unpacked.exists()


def test_a_folder_without_archives_is_the_corpus_itself(folder: Path) -> None:
    with corpus(folder) as given:
        assert given == folder


def test_a_storm_has_few_patterns_and_no_message_twice() -> None:
    moment = parse_time("2026-11-23T12:00:00Z")
    assert moment is not None
    events = [event(serial, moment) for serial in range(2_000)]
    assert len({one["metadata"]["uid"] for one in events}) == 2_000
    about = {(one["metadata"]["namespace"], one["involvedObject"]["name"][:5], one["reason"]) for one in events}
    assert len(about) == PATTERNS


def test_an_unknown_measure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "nothing"])
    assert "nothing" in capsys.readouterr().err
