"""The whole suite over a few pages, with the bundled model and the product's own ingestion and search."""

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from evals.retrieval import suite
from evals.retrieval.corpus import Corpus, CorpusMissing, find, prepare
from evals.retrieval.exact import ExactIndex
from evals.retrieval.loading import load
from evals.retrieval.measures import Outcome
from evals.retrieval.product import indexed
from evals.retrieval.report import Circumstances, report, shortfalls
from evals.retrieval.setting import Setting
from evals.retrieval.tuning import outcomes, scored, sweep
from evals.retrieval.vectors import CachingEmbedder
from kb.embed.bundled import BundledEmbedder
from kb.stores import Fusion
from tests.evals.retrieval.conftest import TINY

RUN = Circumstances(
    today=date(2026, 1, 2), command="make it", cores=2, memory_gib=7.6, documents=9, passages=12, corpus_pages=12,
    withheld=2, cut=2,
)  # fmt: skip


@pytest.fixture
async def embedder(cache: Path) -> AsyncIterator[CachingEmbedder]:
    opened = CachingEmbedder(BundledEmbedder(threads=1), cache)
    yield opened
    await opened.close()


async def asked(tiny: Setting, state: Path, embedder: CachingEmbedder) -> list[Outcome]:
    async with indexed(tiny.folder, state, embedder) as knowledge:
        assert knowledge.progress.ready == 10
        return await knowledge.outcomes(tiny.questions, suite.answered)


async def test_questions_of_people_find_their_pages_and_the_report_says_so(
    tiny: Setting, tmp_path: Path, embedder: CachingEmbedder
) -> None:
    found = await asked(tiny, tmp_path / "state", embedder)
    people = [one for one in found if one.question.group == "operators"]
    assert len(people) == 9
    assert all(one.rank is not None and one.rank <= 5 for one in people)
    assert not any("DiskSlow" in page for one in found for pages in one.pages for page in pages)
    page = report(found, RUN)
    assert "Printed by `make it` on 2026-01-02; 2 cores, 8 GiB of memory." in page
    assert "| operators, English | 5 | " in page
    assert max(map(len, (line for line in page.splitlines() if not line.startswith("|")))) <= 120


async def test_a_state_that_was_kept_is_searched_as_it_is(
    tiny: Setting, tmp_path: Path, embedder: CachingEmbedder
) -> None:
    first = await asked(tiny, tmp_path / "state", embedder)
    computed = embedder.computed
    second = await asked(tiny, tmp_path / "state", embedder)
    assert embedder.computed == computed
    assert [one.pages for one in first] == [one.pages for one in second]


async def test_a_failed_question_is_listed_without_its_text(
    tiny: Setting, tmp_path: Path, embedder: CachingEmbedder
) -> None:
    del tmp_path, embedder
    question = tiny.questions[0]
    line = json.loads(suite.failures([Outcome(question=question, pages=(("elsewhere.md",),))]))
    assert line["id"] == question.id
    assert line["first"] == ["elsewhere.md"]
    assert question.text not in json.dumps(line, ensure_ascii=False)


def test_a_missed_target_is_named(tiny: Setting) -> None:
    nothing = [Outcome(question=question, pages=()) for question in tiny.questions]
    said = shortfalls(nothing)
    assert "operators, English: recall@5: 0.000, wanted 0.88" in said
    assert len(said) == 4


async def test_the_exact_index_finds_what_the_product_finds_and_the_sweep_prints_a_table(
    tiny: Setting, embedder: CachingEmbedder
) -> None:
    index: ExactIndex = await load(tiny.folder, embedder)
    people = await scored(index, tiny.of("operators"), embedder)
    assert all(one.rank is not None and one.rank <= 5 for one in outcomes(index, people, Fusion(method="scores")))
    head, *lines = sweep(index, people)
    assert "operators/zh" in head
    assert len(lines) == 14


def test_without_a_corpus_the_suite_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert suite.main(["--corpus", str(tmp_path)]) == 2
    assert "There is no corpus in" in capsys.readouterr().err


def test_without_a_corpus_beside_the_repository_the_suite_says_how_to_name_one(tmp_path: Path) -> None:
    with pytest.raises(CorpusMissing) as caught:
        find(None, root=tmp_path / "repository")
    assert "--corpus" in caught.value.next_step


def test_what_was_prepared_is_kept(cache: Path) -> None:
    first = prepare(Corpus(TINY), without=["runbooks/DiskSlow.md"], cuts={})
    assert first == prepare(Corpus(TINY), without=["runbooks/DiskSlow.md"], cuts={})
    assert first.is_relative_to(cache)
    assert first != prepare(Corpus(TINY), without=[], cuts={})


def test_the_comparison_says_what_is_missing(capsys: pytest.CaptureFixture[str], cache: Path) -> None:
    arguments = ["peers", "--corpus", str(TINY), "--questions", str(TINY / "questions"), "--python", "/bin/false"]
    assert suite.main(arguments) == 2
    assert "has no LlamaIndex" in capsys.readouterr().err
