"""The engine's process from within: whose turn it is, and what it answers."""

import random
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from kb.stores import engine_shard
from kb.stores.edge_wire import entries_sent, legs_asked
from kb.stores.engine import Engine
from kb.stores.engine_shard import opened
from kb.stores.engine_turns import PATIENCE, TOGETHER, Turns
from kb.stores.frames import Frame, Frames, packed
from kb.stores.store import LegQuery
from tests.kb.stores.samples import DIMENSIONS, direction, entries
from tests.kb.stores.test_contract import ALL


def named(number: int, what: str) -> Frame:
    return Frame(number, [what, "c"])


def order(*words: str) -> list[list[str]]:
    turns = Turns()
    for number, word in enumerate(words):
        turns.put(named(number, word))
    return [[f"{one.told[0]} {one.number}" for one in taken] for taken in iter(turns.take, [])]


def test_searches_go_before_listings_before_writes_each_in_its_own_order() -> None:
    assert order("upsert", "page", "delete", "legs", "make", "records", "legs", "count") == [
        ["legs 3"],
        ["records 5"],
        ["legs 6"],
        ["count 7"],
        ["page 1"],
        ["upsert 0"],
        ["delete 2"],
        ["make 4"],
    ]
    assert order() == []


def test_searches_of_one_collection_that_wait_are_run_together() -> None:
    taken = order(*["legs"] * (TOGETHER + 2), "upsert", "upsert")
    assert [len(one) for one in taken] == [TOGETHER, 2, 1, 1]
    turns = Turns()
    turns.put(Frame(1, ["legs", "a"]))
    turns.put(Frame(2, ["legs", "b"]))
    assert [one.number for one in turns.take()] == [1]


def test_a_write_is_overtaken_by_so_many_searches_and_no_more() -> None:
    taken = [one for together in order("upsert", "page", *["legs"] * (2 * PATIENCE), "upsert") for one in together]
    assert taken.index("upsert 0") == PATIENCE
    assert taken.index("page 1") == PATIENCE + 1
    assert len(taken) == 2 * PATIENCE + 3


def answers(link: socket.socket) -> Iterator[Frame]:
    frames = Frames()
    while data := link.recv(1 << 16):
        yield from frames.fed(data)


def served(folder: Path, *requests: Frame, stop: bool = True) -> list[Frame]:
    """Serve requests that all wait before the engine begins, and return its answers in their order."""
    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(b"".join(map(packed, requests)))
        if not stop:
            ours.shutdown(socket.SHUT_WR)

        def serve() -> None:
            with theirs:
                Engine(folder, theirs).run()

        thread = Thread(target=serve)
        thread.start()
        found = list(answers(ours))
        thread.join()
    return found


def write(number: int, count: int = 3) -> Frame:
    told, blob, _ = entries_sent(entries(count, seed=number))
    return Frame(number, ["upsert", "c", told], blob)


def search(number: int) -> Frame:
    told, blob = legs_asked([LegQuery(filter=ALL, limit=5, dense=direction(random.Random(number)))], DIMENSIONS)
    return Frame(number, ["legs", "c", told], blob)


STOP = Frame(999, ["stop", ""])


def test_searches_that_come_behind_writes_are_answered_before_them(tmp_path: Path) -> None:
    served(tmp_path, Frame(1, ["make", "c", DIMENSIONS]), STOP)
    found = served(tmp_path, write(1), write(2), search(3), write(4), search(5), STOP)
    assert [frame.number for frame in found] == [3, 5, 1, 2, 4, 999]
    assert all(frame.told[0] == "done" for frame in found)


def test_searches_run_together_find_what_each_finds_alone_and_fail_alone(tmp_path: Path) -> None:
    served(tmp_path, Frame(1, ["make", "c", DIMENSIONS]), write(2, 200), STOP)
    alone = [served(tmp_path, search(number), STOP)[0] for number in range(3)]
    assert alone[0].told[1] == [5]
    broken = Frame(3, ["legs", "c", [[5, [[["access", ["platform"]]], None], None]]], b"\x00" * 8)
    found = served(tmp_path, search(0), search(1), broken, search(2), STOP)
    assert [frame for frame in found if frame.number < 3] == alone
    assert found[2].told[0] == "failed"


def test_an_error_is_told_and_the_engine_goes_on(tmp_path: Path) -> None:
    served(tmp_path, Frame(0, ["make", "c", DIMENSIONS]), STOP)
    asked: list[Any] = [
        ["upsert", "gone", []],
        ["page", "c", None, "no UUID", 5],
        ["upsert", "c", 5],
        ["sing", "c"],
        ["count", "c", None],
    ]
    found = {one.number: one.told for one in served(tmp_path, *map(Frame, range(5), asked), STOP)}
    assert [found[number][0] for number in range(5)] == [*["failed"] * 4, "done"]
    assert "files of the collection gone" in found[0][1]
    assert "refused" in found[1][1]
    assert "TypeError" in found[2][1]
    assert "sing" in found[3][1]


def test_it_ends_without_its_owner_and_keeps_what_it_acknowledged(tmp_path: Path) -> None:
    served(tmp_path, Frame(1, ["make", "c", DIMENSIONS]), STOP)
    served(tmp_path, write(1, 40), stop=False)  # its end is read together with the request: nothing is promised
    served(tmp_path, write(2, 40), STOP)
    shard = opened(tmp_path / "collections" / "c")
    assert shard.count(b"", None)[0] >= 40
    shard.close()


def test_segments_are_brought_to_the_disk_after_so_many_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_shard, "CHECKPOINT", 50)
    shard = opened(tmp_path / "c", DIMENSIONS)
    changed = []
    for number in range(1, 5):
        told, blob, _ = entries_sent(entries(20, seed=number))
        shard.upsert(blob, told)
        changed.append(shard.changed)
    assert changed == [20, 40, 0, 20]
    shard.close()
