"""Reading raw objects: a wrong type reads as "not set", and nothing raises."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster import fields

ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)
PATHS = st.lists(st.text(max_size=5) | st.integers(-3, 3), max_size=4)


@given(ANYTHING, PATHS)
def test_no_reader_raises_on_any_input(obj: Any, path: list[str | int]) -> None:
    assert isinstance(fields.text(obj, *path), str)
    assert isinstance(fields.whole(obj, *path), int)
    assert isinstance(fields.truth(obj, *path), bool)
    assert fields.mapping(obj, *path) is not None
    assert isinstance(fields.objects(obj, *path), list)
    assert isinstance(fields.strings(obj, *path), list)
    assert isinstance(fields.labels(obj, *path), dict)
    fields.moment(obj, *path)
    fields.condition(obj, "Ready")


def test_a_value_is_found_through_keys_and_indices() -> None:
    obj = {"spec": {"containers": [{"image": "a"}, {"image": "b"}]}}
    assert fields.text(obj, "spec", "containers", 1, "image") == "b"
    assert fields.text(obj, "spec", "containers", -1, "image") == "b"
    assert fields.dig(obj, "spec", "containers", 2) is None


def test_items_of_another_type_are_left_out_and_indices_kept() -> None:
    obj = {"items": [None, {"name": "a"}, "x", {"name": "b"}]}
    assert [index for index, _ in fields.numbered(obj, "items")] == [1, 3]


@pytest.mark.parametrize("value", [True, "3", 3.0, None])
def test_only_integers_are_whole(value: Any) -> None:
    assert fields.whole({"a": value}, "a", default=7) == 7


@pytest.mark.parametrize(
    "value", ["1970-01-01T00:00:00Z", "2026-03-02", "yesterday", "2026-03-02T10:00:00", "9999-12-31T23:59:59Z"]
)
def test_never_and_nonsense_are_no_times(value: str) -> None:
    assert fields.parse_time(value) is None


def test_times_are_turned_into_utc() -> None:
    time = fields.parse_time("2026-03-02T10:00:00+01:00")
    assert time is not None
    assert time.isoformat() == "2026-03-02T09:00:00+00:00"
