"""Questions that the corpus gives, and what leaves the index for them."""

from pathlib import Path

from evals.retrieval.built import build
from evals.retrieval.corpus import Corpus
from evals.retrieval.setting import Setting
from tests.evals.retrieval.conftest import TINY


def test_the_same_corpus_gives_the_same_questions() -> None:
    assert build(Corpus(TINY), ()) == build(Corpus(TINY), ())


def test_a_definition_asks_for_the_page_that_explains_its_term_and_leaves_the_index(tiny: Setting) -> None:
    question = next(one for one in tiny.questions if one.group == "glossary")
    assert question.text == "An upper bound on what all workloads of a namespace may take together."
    assert question.gold == ("content/en/docs/concepts/storage/claims.md",)
    assert not (tiny.folder / "content/en/docs/reference/glossary/quota.md").exists()


def test_a_paragraph_that_is_asked_with_is_missing_from_its_page(tiny: Setting) -> None:
    assert {one.language for one in tiny.of("paragraphs")} == {"en", "zh"}
    for page, paragraph in tiny.built.cuts.items():
        assert paragraph in tiny.corpus.text(page)
        assert paragraph not in (tiny.folder / page).read_text(encoding="utf-8")


def test_a_title_asks_for_the_page_in_the_other_language(tiny: Setting) -> None:
    asked = {one.text: (one.gold, one.pages) for one in tiny.of("titles")}
    assert asked["申请磁盘空间"] == (("content/en/docs/concepts/storage/claims.md",), ("en",))
    assert asked["Asking for disk space"] == (("content/zh-cn/docs/concepts/storage/claims.md",), ("zh",))


def test_an_alert_asks_for_its_runbook_unless_that_is_withheld(tiny: Setting) -> None:
    assert {one.id for one in tiny.of("alerts")} == {"alert-QueueTooLong", "alert-CertificateNearExpiry"}
    assert not (tiny.folder / "runbooks/DiskSlow.md").exists()


def test_runbooks_of_one_name_are_equally_right(tmp_path: Path) -> None:
    for vendor in ("one", "two"):
        (tmp_path / vendor).mkdir()
        (tmp_path / vendor / "DiskFull.md").write_text("# DiskFull\n\nDelete something.\n", encoding="utf-8")
    (question,) = build(Corpus(tmp_path), ()).questions
    assert question.gold == ("one/DiskFull.md", "two/DiskFull.md")
