"""The pure steps between hits and results."""

from datetime import UTC, datetime, timedelta

import pytest

from kb.search.ranking import joined, recency_of, share_of
from kb.search.settings import SearchSettings
from kb.stores import Hit, Leg, Record

NOW = datetime(2026, 6, 1, tzinfo=UTC)
SETTINGS = SearchSettings()


def hit(key: str, cosine: float, share: float) -> Hit:
    record = Record(id=key, document=key, source="docs", revision="1")
    return Hit(record=record, score=share, dense=Leg(score=cosine, rank=1, share=share), lexical=None)


def test_another_language_counts_less_until_it_is_as_near_in_meaning() -> None:
    own = [hit("own", 0.86, 1.0)]
    far = joined(own, [hit("across", 0.82, 0.72)], settings=SETTINGS)
    assert [(one.record.id, one.score) for one in far] == [("own", 1.0), ("across", 0.72)]
    near = joined(own, [hit("across", 0.90, 0.72)], settings=SETTINGS)
    assert [one.record.id for one in near] == ["across", "own"]
    assert near[0].score == pytest.approx(0.72 / SETTINGS.cross_language)
    between = joined(own, [hit("across", 0.865, 0.72)], settings=SETTINGS)
    assert 0.72 < next(one.score for one in between if one.record.id == "across") < 0.72 / SETTINGS.cross_language


def test_age_takes_little_and_only_from_what_has_a_date() -> None:
    assert recency_of(None, SETTINGS, NOW) == 1.0
    assert recency_of(NOW + timedelta(days=3), SETTINGS, NOW) == 1.0
    year, decade = (recency_of(NOW - timedelta(days=days), SETTINGS, NOW) for days in (365, 3650))
    assert 1 - SETTINGS.recency_share < decade < year == pytest.approx(1 - SETTINGS.recency_share / 2)
    naive = NOW.replace(tzinfo=None) - timedelta(days=365)
    assert recency_of(naive, SETTINGS, NOW) == pytest.approx(year)


@pytest.mark.parametrize(("limit", "most"), [(1, 1), (3, 1), (5, 1), (6, 2), (10, 2), (50, 2)])
def test_short_lists_hold_fewer_passages_of_one_document(limit: int, most: int) -> None:
    assert share_of(limit, 2) == most
