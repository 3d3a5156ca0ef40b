"""A storm of events: bounded memory, few transactions, no more documents than patterns."""

import resource
import time

from core.storage import Database
from kb.events import EventLimits, EventMemory, RememberedSource
from kb.sources.source import Item
from kb.stores import Access
from tests.kb.events.made import Clock, event

A_SECOND, SECONDS, WORKLOADS = 1_000, 60, 20
LETTERS = "bcdfghjklm"


def told(second: int, clock: Clock) -> list[dict[str, object]]:
    """Return the events of one second: each of another pod, of twenty workloads in four namespaces."""
    events: list[dict[str, object]] = []
    for number in range(A_SECOND):
        serial = second * A_SECOND + number
        suffix = "".join(LETTERS[int(digit)] for digit in f"{serial:05}")
        app, space = f"app{'abcdefghijklmnopqrst'[number % WORKLOADS]}", f"team-{number % 4}"
        pod = f"{app}-7c9d6b5f4d-{suffix}"
        uid = f"0a1b2c3d-1111-4222-8333-{serial:012}"
        message = f"Back-off {second}s restarting failed container {app} in pod {pod}_{space}({uid}) at 10.0.0.{second}"
        events.append(event(uid=uid, pod=pod, namespace=space, message=message, first=clock.now))
    return events


async def test_a_minute_of_a_thousand_events_a_second_is_a_few_rows(database: Database) -> None:
    clock = Clock()
    limits = EventLimits(max_seen=20_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent = 0.0
    async with EventMemory(database, clock=clock, limits=limits) as memory:
        for second in range(SECONDS):
            events = told(second, clock)
            began = time.process_time()
            assert await memory.record(events, cluster="east") == A_SECOND
            spent += time.process_time() - began
            clock.forward(seconds=1)
            assert memory.health.waiting <= WORKLOADS
        assert memory.health.recorded == A_SECOND * SECONDS
        assert memory.health.seen <= limits.max_seen
        assert memory.health.flushes <= SECONDS
        access = Access.of(f"team-{number}" for number in range(4))
        patterns = (await memory.patterns(access)).patterns
        assert len(patterns) == WORKLOADS
        assert sum(one.count for one in patterns) == A_SECOND * SECONDS
        documents = 0
        for number in range(4):
            source = RememberedSource(memory, f"namespace:team-{number}", "events")
            documents += len([item async for item in source.items({}) if isinstance(item, Item)])
        assert documents == len(patterns)
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown_mib < 100
    assert spent < SECONDS


async def test_the_same_storm_again_changes_no_document(database: Database) -> None:
    clock = Clock()
    async with EventMemory(database, clock=clock) as memory:
        source = RememberedSource(memory, "namespace:team-0", "events")
        await memory.record(told(0, clock))
        first = [item async for item in source.items({})]
        clock.forward(seconds=30)
        await memory.record(told(1, clock))
        assert [item async for item in source.items({})] == first
