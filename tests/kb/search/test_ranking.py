"""The pure steps between hits and results."""

from datetime import UTC, datetime, timedelta

import pytest

from core.storage.schema import EPOCH
from kb.records.passages import Standing
from kb.search.ranking import Ranked, folded, recency_of, share_of, spread, weighed
from kb.search.settings import SearchSettings
from kb.stores import Hit, Leg, Record

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SETTINGS = SearchSettings()


def hit(key: str, score: float, document: str = "") -> Hit:
    record = Record(id=key, document=document or key, source="docs", revision="1")
    return Hit(record=record, score=score, dense=Leg(score=0.8, rank=1, share=score), lexical=None)


def standing(document: str, *, family: str = "", weight: float = 1.0, updated: datetime | None = None) -> Standing:
    moment = None if updated is None else moment_of(updated)
    return Standing(document=document, revision="1", access="platform", family=family, weight=weight, updated_at=moment)


def moment_of(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def ranked(hits: list[Hit], *standings: Standing) -> list[Ranked]:
    return weighed(hits, {one.document: one for one in standings}, SETTINGS, NOW)


def test_weight_age_and_support_make_the_score_and_a_document_unknown_to_the_database_has_none() -> None:
    hits = [hit("a1", 0.5, "a"), hit("a2", 1.0, "a"), hit("a3", 0.4, "a"), hit("a4", 0.3, "a"), hit("b1", 1.0, "b")]
    old = standing("b", weight=1.2, updated=NOW - timedelta(days=365))
    found = ranked([*hits, hit("gone", 9.0)], standing("a"), old)
    scores = {one.hit.record.id: (one.score, one.support) for one in found}
    assert [one.hit.record.id for one in found] == ["b1", "a2", "a1", "a3", "a4"]
    assert scores["a2"] == pytest.approx((1.0 + 0.09, 0.09))
    assert scores["a1"] == (0.5, 0.0)
    assert scores["b1"] == pytest.approx((1.2 * (1 - SETTINGS.recency_share / 2), 0.0))


def test_equal_scores_are_ordered_by_id_whatever_the_order_of_the_hits() -> None:
    hits = [hit(key, 1.0) for key in "cab"]
    assert [one.hit.record.id for one in ranked(hits, *map(standing, "abc"))] == ["a", "b", "c"]


def test_a_family_is_one_document_and_its_first_passage_names_the_others() -> None:
    hits = [hit("new1", 1.0, "new"), hit("old1", 0.9, "old"), hit("new2", 0.8, "new"), hit("old2", 0.7, "old")]
    family = [standing(one, family="page") for one in ("new", "old")]
    found = folded(ranked([*hits, hit("else", 0.1)], *family, standing("else")))
    assert [(one.hit.record.id, one.variants) for one in found] == [("new1", ("old1",)), ("new2", ()), ("else", ())]


def test_a_list_holds_few_of_one_document_unless_there_is_nothing_else() -> None:
    hits = [hit(f"a{n}", 1.0 - n / 10, "a") for n in range(5)]
    both = ranked([*hits, hit("b", 0.1)], standing("a"), standing("b"))
    assert [one.hit.record.id for one in spread(both, 2, 1)] == ["a0", "b"]
    assert [one.hit.record.id for one in spread(both, 4, 1)] == ["a0", "a1", "a2", "b"]


def test_age_takes_little_and_only_from_what_has_a_date() -> None:
    now = moment_of(NOW)
    assert recency_of(None, SETTINGS, now) == 1.0
    assert recency_of(moment_of(NOW + timedelta(days=3)), SETTINGS, now) == 1.0
    year, decade = (recency_of(moment_of(NOW - timedelta(days=days)), SETTINGS, now) for days in (365, 3650))
    assert 1 - SETTINGS.recency_share < decade < year == pytest.approx(1 - SETTINGS.recency_share / 2)


@pytest.mark.parametrize(("limit", "most"), [(1, 1), (3, 1), (5, 1), (6, 2), (10, 2), (50, 2)])
def test_short_lists_hold_fewer_passages_of_one_document(limit: int, most: int) -> None:
    assert share_of(limit, 2) == most
