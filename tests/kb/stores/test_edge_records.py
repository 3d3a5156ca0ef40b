"""Names of passages are read once, never kept beyond a change, and never without bound."""

from collections.abc import Mapping

from kb.stores.edge_records import Key, Records
from kb.stores.entry import Record


def key(number: int) -> Key:
    return number.to_bytes(16, "big")


def named(number: int, revision: str = "1") -> Record:
    return Record(id=f"passage {number}", document="page", source="docs", revision=revision, language="en")


class Shard:
    """Points as an engine holds them, counting how many were read."""

    def __init__(self, *numbers: int) -> None:
        self.points = {key(number): named(number) for number in numbers}
        self.read: list[int] = []

    async def retrieve(self, keys: list[Key]) -> Mapping[Key, Record]:
        self.read += [int.from_bytes(one, "big") for one in keys]
        return {one: self.points[one] for one in keys if one in self.points}


async def of(records: Records, *numbers: int) -> list[Record | None]:
    found = await records.of([key(number) for number in numbers])
    return [found.get(key(number)) for number in numbers]


async def test_a_record_is_read_from_the_shard_once() -> None:
    shard = Shard(1, 2, 3)
    records = Records(shard.retrieve)
    assert await of(records, 1, 2, 1) == [named(1), named(2), named(1)]
    assert await of(records, 2, 3) == [named(2), named(3)]
    assert shard.read == [1, 2, 3]


async def test_a_changed_record_is_read_again() -> None:
    shard = Shard(1, 2)
    records = Records(shard.retrieve)
    await of(records, 1, 2)
    shard.points[key(1)] = named(1, "2")
    records.forget([key(1)])
    assert await of(records, 1, 2) == [named(1, "2"), named(2)]
    assert shard.read == [1, 2, 1]


async def test_a_removed_point_has_no_record() -> None:
    assert await of(Records(Shard(1).retrieve), 1, 2) == [named(1), None]


async def test_what_was_read_before_a_change_is_not_kept_and_the_rest_is() -> None:
    shard = Shard(1, 2)

    async def overtaken(keys: list[Key]) -> Mapping[Key, Record]:
        found = await shard.retrieve(keys)
        if len(shard.read) == 2:
            shard.points[key(1)] = named(1, "2")
            records.forget([key(1)])
        return found

    records = Records(overtaken)
    assert await of(records, 1, 2) == [named(1), named(2)]
    assert await of(records, 1, 2) == [named(1, "2"), named(2)]
    assert shard.read == [1, 2, 1]


async def test_the_oldest_give_way_beyond_the_bound() -> None:
    shard = Shard(*range(10))
    records = Records(shard.retrieve, most=4)
    await of(records, *range(10))
    shard.read.clear()
    assert None not in await of(records, *range(10))
    assert shard.read == [0, 1, 2, 3, 4, 5]
