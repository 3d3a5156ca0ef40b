"""Both halves of a search in one round trip, and what the other languages count."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kb.lexical import TermVector, query_vector
from kb.search.halves import Half, best_of, raised, share_across
from kb.search.settings import SearchSettings
from kb.stores import Access, Collection, Filter, Fusion, LegQuery, Record, Scored

SETTINGS = SearchSettings()
ACROSS = share_across(SETTINGS, named=True)
FULL = SETTINGS.fusion.dense + SETTINGS.fusion.lexical
NO_TERMS = TermVector(ids=(), weights=())
DIRECTION = np.ones(4, dtype=np.float32)


def scored(key: str, score: float) -> Scored:
    return Scored(Record(id=key, document=key, source="docs", revision="1"), score)


class Asked:
    """A collection that notes what it is asked, and gives each leg one hit that names it."""

    def __init__(self) -> None:
        self.trips: list[Sequence[LegQuery]] = []

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        self.trips.append(asked)
        return tuple((scored(name_of(leg), 0.5),) for leg in asked)


def name_of(leg: LegQuery) -> str:
    return f"{leg.filter.languages[0]} {'lexical' if leg.dense is None else 'dense'}"


def half(language: str, **changes: object) -> Half:
    only = Filter(access=Access.of(()), languages=(language,))
    made = Half(only=only, dense=DIRECTION, lexical=query_vector("image pull"), fusion=SETTINGS.fusion)
    return replace(made, **changes)  # type: ignore[arg-type] # fields, by name


async def asked(own: Half | None, across: Half | None) -> tuple[list[list[str]], dict[str, tuple[bool, bool]]]:
    """Return the round trips, and of each hit in which legs it is."""
    collection = Asked()
    hits, exhausted = await best_of(as_collection(collection), own, across, SETTINGS, 10)
    assert exhausted
    legs = {hit.record.id: (hit.dense is not None, hit.lexical is not None) for hit in hits}
    return [[name_of(leg) for leg in trip] for trip in collection.trips], legs


def as_collection(collection: Asked) -> Collection:
    return collection  # type: ignore[return-value] # a search asks for legs only


async def test_all_legs_go_in_one_round_trip_and_each_hit_is_known_by_its_leg() -> None:
    trips, legs = await asked(half("zh"), half("en"))
    assert trips == [["zh dense", "zh lexical", "en dense", "en lexical"]]
    assert legs == {
        "zh dense": (True, False),
        "zh lexical": (False, True),
        "en dense": (True, False),
        "en lexical": (False, True),
    }


async def test_a_leg_without_anything_to_ask_is_not_asked() -> None:
    trips, legs = await asked(half("zh", dense=None), half("en", lexical=NO_TERMS))
    assert trips == [["zh lexical", "en dense"]]
    assert legs == {"zh lexical": (False, True), "en dense": (True, False)}
    off = Fusion(method="scores", dense=0.0)
    assert (await asked(half("en", fusion=off), None))[0] == [["en lexical"]]
    assert await asked(half("en", dense=None, lexical=NO_TERMS), None) == ([], {})
    assert await asked(None, None) == ([], {})


async def test_where_a_half_gives_all_that_was_asked_for_there_may_be_more() -> None:
    _, exhausted = await best_of(as_collection(Asked()), half("en", lexical=NO_TERMS), None, SETTINGS, 1)
    assert not exhausted


@pytest.mark.parametrize(
    ("cosine", "share"),
    [
        pytest.param(0.82, SETTINGS.cross_language, id="far"),
        pytest.param(0.85, SETTINGS.cross_language, id="where the rise begins"),
        pytest.param(0.865, (1 + SETTINGS.cross_language) / 2, id="half way"),
        pytest.param(0.88, 1.0, id="where the rise ends"),
        pytest.param(0.95, 1.0, id="nearer than the own language"),
    ],
)
def test_another_language_counts_less_until_it_is_as_near_in_meaning(cosine: float, share: float) -> None:
    own, across = [scored("own", 0.86)], [scored("across", cosine), scored("second", 0.99)]
    risen = raised(ACROSS, own, across, SETTINGS)
    assert risen.dense == pytest.approx(share * FULL)
    assert replace(risen, dense=ACROSS.dense) == ACROSS


def test_without_both_dense_legs_nothing_rises() -> None:
    one = [scored("one", 0.9)]
    assert raised(ACROSS, (), one, SETTINGS) == raised(ACROSS, one, (), SETTINGS) == ACROSS
    none = replace(SETTINGS, cross_language=0.0)
    assert raised(ACROSS, one, one, none) == ACROSS
