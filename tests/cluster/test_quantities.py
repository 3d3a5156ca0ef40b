"""Quantities compare as quantities."""

from fractions import Fraction
from typing import Any

import pytest

from cluster.quantities import quantity, readable


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("500m", Fraction(1, 2)),
        ("0.5", Fraction(1, 2)),
        (2, Fraction(2)),
        (0.5, Fraction(1, 2)),
        ("1Gi", Fraction(2**30)),
        ("1G", Fraction(10**9)),
        ("1e3", Fraction(1000)),
        ("1E", Fraction(10**18)),
        ("5.", Fraction(5)),
        (".5", Fraction(1, 2)),
        ("-3", Fraction(-3)),
        ("100n", Fraction(1, 10**7)),
    ],
)
def test_a_quantity_is_read_exactly(written: Any, value: Fraction) -> None:
    assert quantity(written) == value


@pytest.mark.parametrize(
    "written", ["", "1 Gi", "Gi", "1gi", "1e", "abc", None, True, [], {}, "1" * 100, float("nan"), float("inf")]
)
def test_what_is_no_quantity_reads_as_none(written: Any) -> None:
    assert quantity(written) is None


@pytest.mark.parametrize(
    ("resource", "amount", "written"),
    [
        ("cpu", Fraction(1, 4), "250m"),
        ("requests.cpu", Fraction(3, 2), "1.5"),
        ("memory", Fraction(512 * 2**20), "512Mi"),
        ("limits.memory", Fraction(3 * 2**29), "1.5Gi"),
        ("pods", Fraction(10), "10"),
    ],
)
def test_amounts_are_written_as_people_write_them(resource: str, amount: Fraction, written: str) -> None:
    assert readable(resource, amount) == written
