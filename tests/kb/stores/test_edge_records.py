"""Names of passages are read once, never kept beyond a change, and never without bound."""

from collections.abc import Iterable

from kb.stores.edge_records import Key, Records
from kb.stores.entry import Record


def named(key: Key, revision: str = "1") -> Record:
    return Record(id=f"passage {key}", document="page", source="docs", revision=revision)


class Shard:
    """Points as an engine holds them, counting how many were read."""

    def __init__(self, *keys: int) -> None:
        self.points = {key: named(key) for key in keys}
        self.read: list[Key] = []

    def retrieve(self, keys: list[Key]) -> Iterable[tuple[Key, Record]]:
        self.read += keys
        return [(key, found) for key in keys if isinstance(key, int) and (found := self.points.get(key))]


def test_a_record_is_read_from_the_shard_once() -> None:
    shard = Shard(1, 2, 3)
    records = Records(shard.retrieve)
    assert records.of([1, 2]) == {1: named(1), 2: named(2)}
    assert records.of([2, 3]) == {2: named(2), 3: named(3)}
    assert shard.read == [1, 2, 3]


def test_a_changed_record_is_read_again() -> None:
    shard = Shard(1, 2)
    records = Records(shard.retrieve)
    records.of([1, 2])
    shard.points[1] = named(1, "2")
    records.forget([1])
    assert records.of([1, 2]) == {1: named(1, "2"), 2: named(2)}
    assert shard.read == [1, 2, 1]


def test_a_removed_point_has_no_record() -> None:
    assert Records(Shard(1).retrieve).of([1, 2]) == {1: named(1)}


def test_what_was_read_before_a_change_is_not_kept() -> None:
    shard = Shard(1)

    def overtaken(keys: list[Key]) -> Iterable[tuple[Key, Record]]:
        found = tuple(shard.retrieve(keys))
        if len(shard.read) == 1:
            shard.points[1] = named(1, "2")
            records.forget([1])
        return found

    records = Records(overtaken)
    assert records.of([1]) == {1: named(1)}
    assert records.of([1]) == {1: named(1, "2")}


def test_the_oldest_give_way_beyond_the_bound() -> None:
    shard = Shard(*range(10))
    records = Records(shard.retrieve, most=4)
    records.of(list(range(10)))
    shard.read.clear()
    assert len(records.of(list(range(10)))) == 10
    assert shard.read == [0, 1, 2, 3, 4, 5]
