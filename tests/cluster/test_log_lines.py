"""Logs of any size end in a bounded number of telling lines."""

import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster.log_lines import KeptLines, LineKeeper, keep_lines


def kept(
    content: bytes, *, max_lines: int = 100, max_bytes: int = 4096, line_bytes: int = 200, step: int = 1000
) -> KeptLines:
    keeper = LineKeeper(max_lines=max_lines, max_bytes=max_bytes, line_bytes=line_bytes)
    for start in range(0, len(content), step):
        keeper.feed(content[start : start + step])
    return keeper.finish()


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    content: bytes
    expected: tuple[str, ...]


CASES = (
    Case(id="an empty log", content=b"", expected=()),
    Case(id="no newline at the end", content=b"one\ntwo", expected=("one", "two")),
    Case(id="Windows line ends", content=b"one\r\ntwo\r\n", expected=("one", "two")),
    Case(id="a progress bar", content=b"10 %\r20 %\rdone\n", expected=("10 %", "20 %", "done")),
    Case(id="invalid UTF-8", content=b"caf\xe9 \xff\n", expected=("caf\ufffd \ufffd",)),
    Case(id="NULs", content=b"a\x00b\n\x00\x00\n", expected=("ab",)),
    Case(id="colours", content=b"\x1b[31mERROR\x1b[0m no\n", expected=("ERROR no",)),
    Case(id="a terminal's title", content=b"\x1b]0;owned\x07ok\n", expected=("ok",)),
    Case(id="Chinese", content="无法连接\n".encode(), expected=("无法连接",)),
    Case(id="blank lines", content=b"a\n\n  \nb\n", expected=("a", "b")),
)


@pytest.mark.parametrize("step", [1, 3, 1000])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_lines_are_read_as_a_person_would_however_the_bytes_arrive(case: Case, step: int) -> None:
    result = kept(case.content, step=step)
    assert result.lines == case.expected
    assert not result.cut


def test_an_early_error_with_its_stack_trace_survives_a_flood_of_chatter() -> None:
    trace = ["Exception in thread main: no database", "\tat shop.Orders.load(Orders.java:12)", "Caused by: refused"]
    lines = ["start", *trace, *(f"INFO request {i} served" for i in range(5000))]
    result = kept("\n".join(lines).encode())
    assert result.cut
    assert [line for line in result.lines if line in trace] == trace
    assert result.lines[-1] == "INFO request 4999 served"


def test_the_last_line_survives_a_flood_of_errors() -> None:
    lines = [f"ERROR {i} something {chr(97 + i % 26) * 9}" for i in range(5000)]
    result = kept("\n".join([*lines, "FATAL out of disk"]).encode())
    assert result.lines[-1] == "FATAL out of disk"
    assert len(result.lines) <= 100


def test_one_error_said_a_thousand_times_leaves_room_for_another() -> None:
    lines = ["ERROR the one that matters", *["ERROR connect try 7 failed"] * 3000, *["INFO ok"] * 3000]
    result = kept("\n".join(lines).encode())
    assert result.lines[0] == "ERROR the one that matters"


def test_a_line_of_megabytes_keeps_its_beginning_and_its_end() -> None:
    result = kept(b"begin " + b"x" * 3_000_000 + b" level=error end\nnext\n")
    assert result.cut
    assert result.lines[0].startswith("begin xxx")
    assert result.lines[0].endswith("level=error end")
    assert len(result.lines[0]) < 260
    assert result.lines[1] == "next"


async def _flood(*, newline: bool) -> AsyncIterator[bytes]:
    chunk = (b"2024-05-01 INFO served in 12 ms status=200" + (b"\n" if newline else b" ")) * 1500
    for _ in range(8_000_000 // len(chunk)):
        yield chunk
    yield b"\nFATAL disk full\n"


@pytest.mark.parametrize("newline", [True, False], ids=["many lines", "no newline at all"])
async def test_many_megabytes_take_little_memory(newline: bool) -> None:
    tracemalloc.start()
    try:
        result = await keep_lines(_flood(newline=newline))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert result.cut
    assert result.lines[-1] == "FATAL disk full"
    assert peak < 3_000_000


@settings(deadline=None)
@given(st.binary(max_size=3000), st.integers(1, 500), st.integers(1, 30), st.integers(20, 400))
def test_no_bytes_break_it_and_the_budgets_hold(content: bytes, step: int, max_lines: int, max_bytes: int) -> None:
    result = kept(content, step=step, max_lines=max_lines, max_bytes=max_bytes, line_bytes=40)
    assert len(result.lines) <= max_lines
    assert sum(len(line) for line in result.lines) <= max(max_bytes, 100)
    assert not any("\n" in line or "\x00" in line or "\x1b" in line for line in result.lines)
