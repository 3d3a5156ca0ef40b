"""Ranks, gains and intervals."""

import math
from dataclasses import dataclass

import pytest

from evals.retrieval.measures import Outcome, abstention, figure, hit, ndcg, reciprocal, row
from evals.retrieval.questions import Question


def outcome(
    *pages: str | tuple[str, ...], gold: tuple[str, ...] = ("a",), refused: bool | None = None, kind: str = ""
) -> Outcome:
    question = Question(id="q", group="operators", language="en", text="?", gold=gold, kind=kind)
    found = tuple((page,) if isinstance(page, str) else page for page in pages)
    return Outcome(question=question, pages=found, refused=refused)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    outcome: Outcome
    rank: int | None
    gain: float


CASES = (
    Case(id="first", outcome=outcome("a", "b"), rank=1, gain=1.0),
    Case(id="third", outcome=outcome("b", "c", "a"), rank=3, gain=1 / math.log2(4)),
    Case(id="passages of one page count once", outcome=outcome("b", "b", "b", "a"), rank=2, gain=1 / math.log2(3)),
    Case(id="a near-duplicate shares the place", outcome=outcome("b", ("c", "a")), rank=2, gain=1 / math.log2(3)),
    Case(id="absent", outcome=outcome("b", "c"), rank=None, gain=0.0),
    Case(id="one of two is all that recall asks", outcome=outcome("a", "c", gold=("a", "b")), rank=1,
         gain=1 / (1 + 1 / math.log2(3))),
    Case(id="nothing found", outcome=outcome(), rank=None, gain=0.0),
)  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_rank_of_the_first_right_page_decides(case: Case) -> None:
    assert case.outcome.rank == case.rank
    assert ndcg(case.outcome) == pytest.approx(case.gain)
    assert hit(case.outcome, 5) == float(case.rank is not None)
    assert reciprocal(case.outcome) == (1 / case.rank if case.rank else 0.0)


def test_an_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = [1.0] * 80 + [0.0] * 20
    first, second = figure(values), figure(values)
    assert first == second
    assert first.low < first.mean < first.high
    assert first.low == pytest.approx(0.72, abs=0.02)
    assert first.high == pytest.approx(0.88, abs=0.02)


def test_more_questions_give_a_narrower_interval() -> None:
    few, many = figure([1.0, 0.0] * 10), figure([1.0, 0.0] * 1000)
    assert many.high - many.low < few.high - few.low


def test_nothing_measured_is_said_as_a_dash() -> None:
    assert str(figure([])) == "–"


def test_a_row_measures_every_depth() -> None:
    measured = row("all", [outcome("a"), outcome("b", "b", "a")])
    assert (measured.hits[1].mean, measured.hits[3].mean) == (0.5, 1.0)
    assert measured.count == 2


def test_refusals_of_answerable_and_unanswerable_questions_are_told_apart() -> None:
    measured = abstention(
        [
            outcome("b", gold=(), refused=True, kind="other"),
            outcome("b", gold=(), refused=False, kind="withheld"),
            outcome("a", refused=True),
            outcome("a", refused=False),
            outcome("a", refused=False),
            outcome("a", refused=None),
        ]
    )
    assert measured.refused.mean == 0.5
    assert measured.falsely.mean == pytest.approx(1 / 3)
    assert abstention([outcome(gold=(), refused=True, kind="other")], kinds=("withheld",)).refused.count == 0
