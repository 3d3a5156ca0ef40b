"""Events of a watch, out of bytes that come in any pieces."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cluster.watch_events import WatchEvent, watch_events
from core.errors import ClusterBusy, ClusterRejected, SextantError
from tests.virtual_time import in_virtual_time


def line(kind: str, **metadata: str) -> bytes:
    return json.dumps({"type": kind, "object": {"metadata": metadata}}).encode() + b"\n"


async def given_in(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def read(*chunks: bytes, max_line_bytes: int = 1000) -> list[WatchEvent]:
    return [event async for event in watch_events(given_in(*chunks), "/api/v1/pods", max_line_bytes)]


@given(cuts=st.lists(st.integers(0, 400), max_size=8))
def test_events_are_the_same_however_the_bytes_are_cut(cuts: list[int]) -> None:
    @in_virtual_time
    async def check() -> None:
        whole = line("ADDED", name="a", resourceVersion="1") + b"\n" + line("BOOKMARK", resourceVersion="2")
        whole += line("DELETED", name="ä", resourceVersion="3")
        edges = [0, *sorted(cut for cut in cuts if cut < len(whole)), len(whole)]
        found = await read(*(whole[start:end] for start, end in pairwise(edges)))
        assert [(event.type, event.version) for event in found] == [("ADDED", "1"), ("BOOKMARK", "2"), ("DELETED", "3")]

    check()


async def test_a_line_that_the_end_cuts_off_never_was_an_event() -> None:
    found = await read(line("ADDED", name="a"), line("MODIFIED", name="a")[:-5])
    assert [event.type for event in found] == ["ADDED"]
    assert await read(line("ADDED", name="a").rstrip()) == []


@dataclass(frozen=True, kw_only=True)
class Broken:
    id: str
    content: bytes
    error: type[SextantError]
    message: str


BROKEN = (
    Broken(id="no JSON", content=b"<html>\n", error=ClusterRejected, message="a line that is no JSON"),
    Broken(id="nested too deep", content=b"[" * 900 + b"\n", error=ClusterRejected, message="no JSON"),
    Broken(id="no event", content=b'{"kind": "Pod"}\n', error=ClusterRejected, message="something that is no event"),
    Broken(id="a list", content=b"[]\n", error=ClusterRejected, message="something that is no event"),
    Broken(id="too long", content=b'"' + b"x" * 2000, error=ClusterRejected, message="more than 1000 bytes"),
    Broken(
        id="too old",
        content=b'{"type": "ERROR", "object": {"code": 410, "reason": "Expired", "message": "too old"}}\n',
        error=ClusterRejected,
        message="410 too old",
    ),
    Broken(
        id="busy",
        content=b'{"type": "ERROR", "object": {"code": 429, "message": "slow down"}}\n',
        error=ClusterBusy,
        message="429 slow down",
    ),
    Broken(id="an error of nothing", content=b'{"type": "ERROR"}\n', error=ClusterRejected, message="no reason given"),
)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.id)
async def test_what_is_no_event_is_said_plainly(case: Broken) -> None:
    with pytest.raises(case.error, match=case.message):
        await read(case.content)
