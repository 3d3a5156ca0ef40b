"""Fusion: ranks or scaled scores, weights, ties by id."""

import pytest

from kb.stores.entry import Record
from kb.stores.fusion import MAX_FETCHED, Fusion, Scored, candidates, cut_in_a_tie, fuse


def leg(*pairs: tuple[str, float]) -> list[Scored]:
    return [Scored(record=Record(id=key, document="", source="", revision=""), score=score) for key, score in pairs]


def order(fusion: Fusion, limit: int = 10) -> list[str]:
    dense, lexical = leg(("a", 0.9), ("b", 0.8), ("c", 0.1)), leg(("c", 7.0), ("b", 6.9), ("d", 0.5))
    return [hit.record.id for hit in fuse(dense, lexical, fusion, limit)]


def test_a_passage_in_both_legs_wins_by_rank() -> None:
    assert order(Fusion(k=1)) == ["c", "b", "a", "d"]


def test_scores_keep_their_distances() -> None:
    assert order(Fusion(method="scores")) == ["b", "a", "c", "d"]


@pytest.mark.parametrize(("dense", "lexical", "first"), [(5.0, 1.0, "a"), (1.0, 5.0, "c")])
def test_weights_decide_between_the_legs(dense: float, lexical: float, first: str) -> None:
    assert order(Fusion(k=1, dense=dense, lexical=lexical))[0] == first


def test_ties_go_by_id_and_the_limit_holds() -> None:
    hits = fuse(leg(("z", 1.0)), leg(("a", 9.0)), Fusion(), 1)
    assert [hit.record.id for hit in hits] == ["a"]
    assert fuse((), (), Fusion(), 5) == ()
    only = fuse(leg(("a", 0.5), ("b", 0.5)), (), Fusion(method="scores"), 5)
    assert [(hit.record.id, hit.score) for hit in only] == [("a", 1.0), ("b", 1.0)]


def test_candidates_are_cut_by_score_and_id() -> None:
    assert [one.record.id for one in candidates(leg(("c", 1.0), ("b", 1.0), ("a", 0.5), ("d", 2.0)), 3)] == [
        "d",
        "b",
        "c",
    ]


def test_more_is_fetched_only_while_the_cut_lies_in_an_open_tie() -> None:
    tie = (2.0, 1.0, 1.0, 1.0)
    assert cut_in_a_tie(tie, 2, 4)
    assert not cut_in_a_tie(tie, 1, 4)
    assert not cut_in_a_tie(tie, 2, 5)
    assert not cut_in_a_tie([1.0] * MAX_FETCHED, 2, MAX_FETCHED)
    assert not cut_in_a_tie((2.0, 1.0, 0.9), 2, 3)
