"""The written questions, and how they are split."""

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from evals.retrieval.corpus import Corpus, CorpusUnfit
from evals.retrieval.questions import Question, half_of, withheld_pages, written
from evals.retrieval.setting import DATA, Setting


def rows(name: str) -> list[list[str]]:
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def test_there_are_as_many_questions_as_the_measures_ask_for() -> None:
    assert len(rows("operators.en.tsv")) >= 150
    assert len(rows("operators.zh.tsv")) >= 150
    assert len(rows("unanswerable.tsv")) >= 120


def test_no_id_and_no_question_is_written_twice() -> None:
    every = [*rows("operators.en.tsv"), *rows("operators.zh.tsv")]
    nothing = rows("unanswerable.tsv")
    ids = Counter(line[0] for line in chain(every, nothing))
    texts = Counter([*(line[1] for line in every), *(line[2] for line in nothing)])
    assert [one for one, count in ids.items() if count > 1] == []
    assert [one for one, count in texts.items() if count > 1] == []


def test_every_operator_question_names_pages_that_stay_in_the_index() -> None:
    withheld = set(withheld_pages(DATA))
    for identity, _, pages in [*rows("operators.en.tsv"), *rows("operators.zh.tsv")]:
        assert pages.split(), identity
        assert not set(pages.split()) & withheld, identity


def test_only_questions_about_withheld_pages_name_any() -> None:
    for identity, kind, _, pages in rows("unanswerable.tsv"):
        assert kind in ("other", "adjacent", "withheld"), identity
        assert bool(pages) == (kind == "withheld"), identity


def test_halves_are_alike_in_size() -> None:
    halves = Counter(half_of(line[0]) for line in [*rows("operators.en.tsv"), *rows("operators.zh.tsv")])
    assert min(halves.values()) / max(halves.values()) > 0.75


def test_the_forms_of_a_question_are_in_one_half() -> None:
    plain = Question(id="zh-001", group="operators", language="zh", text="?")
    crossing = Question(id="zh-001+en", group="crossing", language="zh", text="?")
    assert plain.half == crossing.half


def test_a_chinese_question_has_a_chinese_page_and_as_a_crossing_one_an_english_page(tiny: Setting) -> None:
    own = next(one for one in tiny.questions if one.id == "t-zh-1")
    crossing = next(one for one in tiny.questions if one.id == "t-zh-1+en")
    assert own.gold == ("content/zh-cn/docs/concepts/storage/claims.md",)
    assert crossing.gold == ("content/en/docs/concepts/storage/claims.md",)
    assert crossing.pages == ("en",)


def test_a_page_that_the_corpus_lacks_is_an_error_that_names_it(tmp_path: Path) -> None:
    for language in ("en", "zh"):
        (tmp_path / f"operators.{language}.tsv").write_text("x\twhere\tconcepts/nowhere.md\n", encoding="utf-8")
    with pytest.raises(CorpusUnfit, match=r"no page concepts/nowhere\.md"):
        list(written(tmp_path, Corpus(DATA / "tiny")))


def test_a_line_with_too_few_columns_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "operators.en.tsv").write_text("# id\n\nx\twhere\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 3: 2 columns"):
        list(written(tmp_path, Corpus(DATA / "tiny")))
