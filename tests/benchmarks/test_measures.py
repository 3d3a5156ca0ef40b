"""Bounds, and the open loop that searches are timed by."""

import asyncio
from dataclasses import dataclass

import pytest

from benchmarks.knowledge.measures import Measure, capacity, milliseconds, one_by_one, open_loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    measure: Measure
    met: bool


def figure(value: float, bound: float | None, *, at_least: bool = False) -> Measure:
    return Measure(name="rate", value=value, unit="ms", bound=bound, at_least=at_least)


CASES = (
    Case(id="a ceiling holds at its value", measure=figure(20, 20), met=True),
    Case(id="a ceiling is exceeded", measure=figure(20.1, 20), met=False),
    Case(id="a floor holds at its value", measure=figure(0.9, 0.9, at_least=True), met=True),
    Case(id="a floor is not reached", measure=figure(0.89, 0.9, at_least=True), met=False),
    Case(id="what has no bound is met", measure=figure(1e9, None), met=True),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_bound_is_a_ceiling_or_a_floor(case: Case) -> None:
    assert case.measure.met is case.met
    told = "" if case.measure.bound is None else "yes" if case.met else "NO"
    assert case.measure.line.endswith(told)


async def test_a_load_goes_on_while_earlier_pieces_are_not_answered() -> None:
    held, begun = asyncio.Event(), 0

    async def work(number: int) -> object:
        nonlocal begun
        begun += 1
        if number == 4:
            held.set()
        return await held.wait()

    came = await open_loop(work, rate=200, seconds=0.025)
    assert begun == 5
    assert (len(came.took), came.unfinished) == (5, 0)
    # The first waited for the fifth, and its latency says so.
    assert came.took[-1] >= 4 / 200
    assert list(came.took) == sorted(came.took)


async def test_what_is_never_answered_is_given_up_and_counts_with_its_age() -> None:
    never = asyncio.Event()

    async def work(number: int) -> object:
        return await never.wait() if number else number

    came = await open_loop(work, rate=100, seconds=0.03)
    assert came.unfinished == 2
    assert len(came.took) == 3
    assert came.milliseconds(100) >= 30


async def test_a_piece_that_fails_ends_the_measure() -> None:
    async def work(number: int) -> object:
        raise ValueError(number)

    with pytest.raises(ValueError, match="0"):
        await open_loop(work, rate=100, seconds=0.01)


async def test_the_first_pieces_are_not_timed() -> None:
    asked: list[int] = []

    async def work(number: int) -> object:
        asked.append(number)
        return number

    took = await one_by_one(work, 3, warm=2)
    assert asked == [0, 1, 2, 3, 4]
    assert len(took) == 3


async def test_capacity_keeps_so_many_pieces_under_way() -> None:
    most = under_way = 0

    async def work(number: int) -> object:
        nonlocal most, under_way
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return number

    assert await capacity(work, 20, at_once=4) > 0
    assert most == 4


def test_percentiles_are_milliseconds() -> None:
    assert milliseconds([0.001, 0.002, 0.003], 50) == 2.0
