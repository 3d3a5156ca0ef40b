"""A search cannot be written without the caller's access."""

import random

import pytest

from kb.lexical import TermVector
from kb.stores import PLATFORM, Access, Filter, HybridQuery, LegQuery
from tests.kb.stores.samples import direction


def test_no_filter_without_access_and_no_query_without_filter() -> None:
    with pytest.raises(TypeError):
        Filter()  # type: ignore[call-arg]  # this is the point: neither types nor the program let it pass
    with pytest.raises(TypeError):
        HybridQuery()  # type: ignore[call-arg]  # as above
    with pytest.raises(TypeError):
        LegQuery(limit=1)  # type: ignore[call-arg]  # as above


def test_access_comes_first_and_is_never_left_out() -> None:
    assert Filter(access=Access(labels=frozenset())).choices == (("access", ()),)
    assert Filter(access=Access.of(["b", "a"]), kinds=("code",)).choices == (
        ("access", ("namespace:a", "namespace:b", PLATFORM)),
        ("kind", ("code",)),
    )


@pytest.mark.parametrize(("limit", "candidates"), [(0, 10), (11, 10), (2_000, 2_000)])
def test_limits_are_bounded(limit: int, candidates: int) -> None:
    with pytest.raises(ValueError, match="limit"):
        HybridQuery(filter=Filter(access=Access.of([])), limit=limit, candidates=candidates)


def test_a_leg_has_a_vector_or_terms_and_a_limit_within_bounds() -> None:
    only, terms = Filter(access=Access.of([])), TermVector(ids=(1,), weights=(1.0,))
    with pytest.raises(ValueError, match="either"):
        LegQuery(filter=only, limit=1)
    with pytest.raises(ValueError, match="either"):
        LegQuery(filter=only, limit=1, dense=direction(random.Random(1)), lexical=terms)
    with pytest.raises(ValueError, match="limit"):
        LegQuery(filter=only, limit=0, lexical=terms)
