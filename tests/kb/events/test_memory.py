"""Recording and asking: counted once, kept as long as promised, written before it is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import StorageError, UsageError
from core.storage import Database
from kb.events import EventLimits, EventMemory, Pattern
from kb.events.tables import occurrence, pattern, seen
from kb.stores import Access
from tests.kb.events.made import NOON, SHOP, Clock, event, until


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def memory(database: Database, clock: Clock) -> AsyncIterator[EventMemory]:
    async with EventMemory(database, clock=clock) as opened:
        yield opened


async def only(memory: EventMemory, access: Access = SHOP) -> Pattern:
    (found,) = (await memory.patterns(access)).patterns
    return found


async def rows(database: Database, table: sa.Table) -> int:
    async with database.read() as connection:
        count: int = (await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
    return count


async def test_pods_of_one_workload_are_one_pattern(memory: EventMemory) -> None:
    pods = ["web-7c9d6b5f4d-x2x4z", "web-7c9d6b5f4d-9m2kq", "web-56b589b599-zc2z9"]
    said = "Back-off restarting failed container web in pod {}_shop(0a1b2c3d-1111-4222-8333-000000000001)"
    events = [event(uid=pod, pod=pod, message=said.format(pod)) for pod in pods]
    assert await memory.record(events, cluster="east") == 3
    found = await only(memory)
    assert (str(found.owner), found.reason, found.count, found.cluster) == ("Deployment/web", "BackOff", 3, "east")
    assert found.wording == "Back-off restarting failed container <name> in pod <name>"
    assert found.access == "namespace:shop"


async def test_an_event_that_is_told_again_counts_what_it_has_grown_by(memory: EventMemory, clock: Clock) -> None:
    assert await memory.record([event(count=3)]) == 3
    assert await memory.record([event(count=3)]) == 0
    await memory.flush()
    later = clock.forward(hours=2)
    assert await memory.record([event(count=5, last=later), event(count=5, last=later)]) == 2
    found = await only(memory)
    assert (found.count, found.first_seen, found.last_seen) == (5, NOON, later)
    hours = await memory.occurrences(SHOP, found.id, since=NOON)
    assert [(one.hour, one.count) for one in hours] == [(NOON, 3), (later, 2)]


async def test_a_restart_counts_nothing_twice(database: Database, clock: Clock) -> None:
    listed = [event(uid=f"e{number}", count=number) for number in range(1, 5)]
    async with EventMemory(database, clock=clock) as first:
        assert await first.record(listed) == 10
    async with EventMemory(database, clock=clock) as second:
        assert await second.record([*listed, event(uid="e9", count=2)]) == 2
        assert (await only(second)).count == 12


async def test_what_was_not_written_when_the_process_died_is_counted_again(database: Database, clock: Clock) -> None:
    async def never(_seconds: float) -> None:
        await asyncio.Event().wait()

    killed = EventMemory(database, clock=clock, pause=never)
    await killed.record([event(uid="e1")])
    await killed.flush()
    await killed.record([event(uid="e2")])  # never written, as after kill -9
    async with EventMemory(database, clock=clock) as after:
        assert await after.record([event(uid="e1"), event(uid="e2")]) == 1
        assert (await only(after)).count == 2


async def test_what_waits_is_written_without_another_event(database: Database, clock: Clock) -> None:
    waited: list[float] = []

    async def pause(seconds: float) -> None:
        waited.append(seconds)

    memory = EventMemory(database, clock=clock, pause=pause)
    await memory.record([event()])
    await until(lambda: memory.health.flushes == 1 and not memory.health.waiting, 30)
    assert await rows(database, pattern) == 1
    assert waited == [memory.limits.flush_seconds]
    await memory.close()


async def test_events_of_other_namespaces_old_ones_and_no_events_are_ignored(memory: EventMemory) -> None:
    old = event(uid="old", first=NOON - timedelta(days=61))
    taken = await memory.record([event(), event(uid="x", namespace="pay"), old, {}, {"reason": 5}], namespace="shop")
    assert (taken, memory.health.ignored) == (1, 4)


async def test_a_clock_that_is_ahead_does_not_make_an_event_live_longer(memory: EventMemory) -> None:
    await memory.record([event(first=NOON + timedelta(days=900))])
    assert (await only(memory)).last_seen == NOON


async def test_patterns_come_in_pages_last_seen_first(memory: EventMemory, clock: Clock) -> None:
    for number in range(7):
        when = clock.forward(minutes=1)
        await memory.record([event(uid=f"e{number}", reason=f"Reason{number}", first=when)])
    found: list[str] = []
    cursor = None
    while True:
        page = await memory.patterns(SHOP, limit=3, cursor=cursor)
        found += [one.reason for one in page.patterns]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [f"Reason{number}" for number in reversed(range(7))]
    with pytest.raises(UsageError, match="cursor"):
        await memory.patterns(SHOP, cursor="§")


async def test_patterns_can_be_narrowed(memory: EventMemory) -> None:
    both = Access.of(["shop", "pay"])
    await memory.record(
        [
            event(uid="1"),
            event(uid="2", reason="Pulled", severity="Normal"),
            event(uid="3", namespace="pay"),
            event(uid="4", pod="api-7c9d6b5f4d-x2x4z", first=NOON - timedelta(days=3)),
        ],
        cluster="east",
    )

    async def count(**narrowed: Any) -> int:
        return len((await memory.patterns(both, **narrowed)).patterns)

    assert await count() == 4
    assert await count(namespace="pay") == 1
    assert await count(workload="deploy/web") == 3
    assert await count(workload="Pod/web-7c9d6b5f4d-zzzzz") == 3
    assert await count(workload="api") == 1
    assert await count(workload="StatefulSet/web") == 0
    assert await count(warnings=True) == 3
    assert await count(since=NOON - timedelta(days=1)) == 3
    assert await count(cluster="west") == 0
    assert await count(workload="we\x00b") == 0


async def test_purging_forgets_what_is_older_than_promised(database: Database, clock: Clock) -> None:
    limits = EventLimits(occurrence_days=60, pattern_days=180)
    async with EventMemory(database, clock=clock, limits=limits) as memory:
        await memory.record([event(uid="once", reason="Once")])
        await memory.purge(clock.forward(days=61))
        assert (await rows(database, occurrence), await rows(database, pattern), await rows(database, seen)) == (
            0,
            1,
            0,
        )
        await memory.record([event(uid="now", reason="Now", first=clock.now)])
        await memory.purge(clock.forward(days=120))
        assert [one.reason for one in (await memory.patterns(SHOP)).patterns] == ["Now"]


async def test_random_messages_of_one_tenant_push_out_only_its_own_patterns(database: Database, clock: Clock) -> None:
    limits = EventLimits(max_patterns=10, flush_keys=7)
    async with EventMemory(database, clock=clock, limits=limits) as memory:
        await memory.record([event(uid="quiet", namespace="pay", first=NOON - timedelta(hours=1))])
        for number in range(50):
            name = "".join(chr(ord("g") + int(digit)) for digit in f"{number:03}")
            when = clock.forward(seconds=1)
            await memory.record([event(uid=f"n{number}", message=f"cannot {name}", first=when)])
        assert len((await memory.patterns(SHOP, limit=100)).patterns) == 10
        assert len((await memory.patterns(Access.of(["pay"]))).patterns) == 1
        assert await rows(database, occurrence) == 11


class Failing(Database):
    """A database that does not answer while it is told not to."""

    down = False

    @contextlib.asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        if self.down:
            raise StorageError("The database did not answer.")
        async with super().write() as connection:
            yield connection


async def test_nothing_is_lost_while_the_database_does_not_answer(storage: Any, clock: Clock) -> None:
    database = Failing(storage)
    await database.migrate()
    memory = EventMemory(database, clock=clock, limits=EventLimits(flush_keys=5))
    database.down = True
    told = [event(uid=f"e{number}", reason=f"Reason{number}") for number in range(12)]
    with pytest.raises(StorageError):
        await memory.record(told)
    assert memory.health.waiting == 5
    assert "did not answer" in memory.health.error
    database.down = False
    await memory.record(told)
    found = (await memory.patterns(SHOP)).patterns
    assert sorted(one.reason for one in found) == sorted(f"Reason{number}" for number in range(12))
    assert {one.count for one in found} == {1}
    assert memory.health.error == ""
    await memory.close()
    await database.close()


async def test_strange_text_is_stored_by_every_database(memory: EventMemory) -> None:
    strange = "a\x00b\ud800 镜像 🧨"
    await memory.record([event(reason=strange, message=strange, count=2**70)], cluster=strange)
    found = await only(memory)
    assert "镜像 🧨" in found.sample
    assert found.count == 1_000_000_000


async def test_an_interrupted_write_is_finished_before_the_interruption_goes_on(
    database: Database, clock: Clock
) -> None:
    memory = EventMemory(database, clock=clock)
    await memory.record([event()])
    flushing = asyncio.ensure_future(memory.flush())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    flushing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await flushing
    await memory.flush()
    assert (await only(memory)).count == 1
    await memory.close()


async def test_the_labels_are_those_of_what_is_remembered(memory: EventMemory) -> None:
    await memory.record([event(), event(uid="2", namespace="pay")])
    assert await memory.labels() == {"namespace:shop", "namespace:pay"}


def test_hours_begin_where_clocks_say() -> None:
    from kb.events.counting import hour_of

    assert hour_of(datetime(2026, 11, 23, 12, 59, 59, 999, tzinfo=NOON.tzinfo)) == NOON
