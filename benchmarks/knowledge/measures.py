"""A measured figure beside its bound, and how searches are timed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

PATIENCE = 2.0
"""A load that is behind is given up after so many times its length; what is open then counts with its age."""

Work = Callable[[int], Awaitable[object]]
"""The n-th piece of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One figure. Without ``bound`` it is told for context; with ``at_least`` the bound is a floor."""

    name: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Whether the bound holds."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    @property
    def line(self) -> str:
        """The figure as a row of the table."""
        sign = "" if self.bound is None else f"{'>=' if self.at_least else '<='} {self.bound:g}"
        state = "" if self.bound is None else "yes" if self.met else "NO"
        return f"{self.name:<82} {self.value:>11.3f} {self.unit:<12} {sign:<10} {state}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What came of a load. ``took`` are seconds from when a piece was due, ascending; ``unfinished`` are among them."""

    took: tuple[float, ...]
    unfinished: int
    rate: float

    def milliseconds(self, percent: float) -> float:
        """Return the latency that so many of a hundred pieces stay below."""
        return milliseconds(self.took, percent)


def milliseconds(took: Sequence[float], percent: float) -> float:
    """Return a percentile of seconds in milliseconds."""
    return round(float(np.percentile(took, percent)) * 1000, 2)


async def one_by_one(work: Work, pieces: int, *, warm: int) -> tuple[float, ...]:
    """Return the seconds of each of ``pieces``, one after the other, after ``warm`` that do not count."""
    for number in range(warm):
        await work(number)
    took = []
    for number in range(warm, warm + pieces):
        began = time.perf_counter()
        await work(number)
        took.append(time.perf_counter() - began)
    return tuple(sorted(took))


async def capacity(work: Work, pieces: int, *, at_once: int) -> float:
    """Return how many pieces a second are done while so many are always under way."""
    numbers: Iterator[int] = iter(range(pieces))

    async def worker() -> None:
        for number in numbers:
            await work(number)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return pieces / (time.perf_counter() - began)


async def open_loop(work: Work, *, rate: float, seconds: float) -> Load:
    """Begin ``rate`` pieces a second whether or not the earlier ones are done, and time each from when it was due."""
    loop = asyncio.get_running_loop()
    began, pieces = loop.time(), max(round(rate * seconds), 1)
    latest = began + seconds * PATIENCE
    due = [began + number / rate for number in range(pieces)]
    took: dict[int, float] = {}
    running: set[asyncio.Task[None]] = set()
    failed: list[BaseException] = []

    async def piece(number: int) -> None:
        await work(number)
        took[number] = loop.time() - due[number]

    def ended(done: asyncio.Task[None]) -> None:
        running.discard(done)
        if not done.cancelled() and (problem := done.exception()):
            failed.append(problem)

    for number in range(pieces):
        await asyncio.sleep(max(due[number] - loop.time(), 0))
        if loop.time() > latest or failed:
            break
        task = asyncio.create_task(piece(number))
        running.add(task)
        task.add_done_callback(ended)
    if running:
        await asyncio.wait(tuple(running), timeout=max(latest - loop.time(), 0))
    stopped, left = loop.time(), tuple(running)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    if failed:
        raise failed[0]
    waiting = [stopped - due[number] for number in range(pieces) if number not in took]
    everything = sorted([*took.values(), *waiting])
    return Load(took=tuple(everything), unfinished=len(waiting), rate=len(took) / (stopped - began))
