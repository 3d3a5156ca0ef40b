"""Lines of a log that breaks off and is read again: each once, in order."""

from dataclasses import dataclass

import pytest

from cluster.following import LINE_BYTES, Reader

AT = "2026-01-02T03:04:05.{:09d}Z"


def line(nanos: int, text: str) -> bytes:
    return f"{AT.format(nanos)} {text}\n".encode()


@dataclass(frozen=True, kw_only=True)
class Case:
    """Pieces of each reading of one log, and the lines that come of them."""

    id: str
    readings: tuple[tuple[bytes, ...], ...]
    lines: tuple[str, ...]


ONE, TWO, SAME = line(1, "one"), line(2, "two"), line(2, "same moment")

CASES = (
    Case(id="whole", readings=((ONE + TWO,),), lines=("one", "two")),
    Case(id="cut-within-a-line", readings=((ONE[:9], ONE[9:] + TWO[:3], TWO[3:]),), lines=("one", "two")),
    Case(id="read-again-from-the-start", readings=((ONE,), (ONE + TWO,)), lines=("one", "two")),
    Case(id="broken-off-within-a-line", readings=((ONE + TWO[:-4],), (ONE + TWO,)), lines=("one", "two")),
    Case(id="two-lines-of-one-moment", readings=((ONE + TWO,), (TWO + SAME,)), lines=("one", "two", "same moment")),
    Case(id="three-readings", readings=((TWO,), (TWO + SAME,), (TWO + SAME,)), lines=("two", "same moment")),
    Case(id="a-last-line-without-an-end", readings=((ONE, TWO[:-1]),), lines=("one", "two")),
    Case(id="an-empty-line", readings=((line(1, ""),),), lines=("",)),
    Case(id="bytes-that-are-no-text", readings=((f"{AT.format(1)} ".encode() + b"\xff\n",),), lines=("\ufffd",)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_each_line_is_told_once(case: Case) -> None:
    reader, told = Reader(), []
    for at, pieces in enumerate(case.readings):
        if at:
            reader.again()
        for piece in pieces:
            told += reader.feed(piece)
    assert tuple(told + reader.finish()) == case.lines


def test_a_line_without_an_end_stays_within_bounds() -> None:
    reader = Reader()
    for _ in range(100):
        assert reader.feed(line(1, "x" * 1_000).rstrip(b"\n")) == []
    (told,) = reader.finish()
    assert len(told) <= LINE_BYTES
