"""The feed on a fake API server: nothing is lost, nothing is counted twice, and it closes cleanly."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cluster.client import connect
from cluster.fake import Account, FakeCluster, Fault
from core.settings import StorageSettings
from core.storage import Database
from kb.events import EventFeed, EventMemory, FeedHealth
from kb.stores import Access
from tests.cluster.asking import asking, no_pause
from tests.cluster.watching.watched import UNHURRIED
from tests.kb.events.made import SHOP, Clock, event, until
from tests.real_cluster import RealCluster
from tests.virtual_time import in_virtual_time


@contextlib.asynccontextmanager
async def remembering(folder: Path) -> AsyncIterator[EventMemory]:
    """Give a memory on a new database."""
    database = Database(StorageSettings(state_dir=folder))
    await database.migrate()
    try:
        async with EventMemory(database, clock=Clock()) as memory:
            yield memory
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def feeding(
    fake: FakeCluster, folder: Path, *, namespace: str = "", token: str = "any"
) -> AsyncIterator[tuple[EventMemory, EventFeed]]:
    """Give a memory that is fed from a fake cluster."""
    async with (
        remembering(folder) as memory,
        asking(fake, limits=UNHURRIED, token=token) as client,
        EventFeed(client, memory, cluster="east", namespace=namespace) as feed,
    ):
        yield memory, feed


async def counted(memory: EventMemory, access: Access = SHOP) -> int:
    return sum(one.count for one in (await memory.patterns(access, limit=500)).patterns)


def test_what_is_listed_and_what_is_told_later_is_recorded(tmp_path: Path) -> None:
    fake = FakeCluster([event(uid="a", count=2), event(uid="b")])

    @in_virtual_time
    async def play() -> None:
        async with feeding(fake, tmp_path) as (memory, feed):
            await until(lambda: feed.health.live)
            assert await counted(memory) == 3
            fake.store.put(event(uid="c"))
            fake.store.put(event(uid="a", count=7))
            fake.store.delete("Event", "shop", "web-7c9d6b5f4d-x2x4z.b")
            await until(lambda: memory.health.recorded == 9)
            assert await counted(memory) == 9
            assert (feed.health.lists, feed.health.connects, feed.health.error) == (1, 1, "")

    play()


def test_only_the_events_of_its_namespace_are_recorded(tmp_path: Path) -> None:
    fake = FakeCluster([event(uid="a"), event(uid="b", namespace="pay")])

    @in_virtual_time
    async def play() -> None:
        async with feeding(fake, tmp_path, namespace="shop") as (memory, feed):
            await until(lambda: feed.health.live)
            fake.store.put(event(uid="c", namespace="pay"))
            fake.store.put(event(uid="d"))
            await until(lambda: memory.health.recorded == 2)
            assert await memory.labels() == {"namespace:shop"}

    play()


FAULTS = (
    Fault(kind="gone", verb="watch", resource="events", after=2),
    Fault(kind="ended", verb="watch", resource="events", after=1),
    Fault(kind="truncated", verb="watch", resource="events", after=1),
    Fault(kind="garbled", verb="watch", resource="events", after=1),
    Fault(kind="goaway", verb="watch", resource="events", after=1),
    Fault(kind="reset", verb="watch", resource="events", times=3),
    Fault(kind="status", verb="watch", resource="events", status=410),
    Fault(kind="status", verb="list", resource="events", status=503, times=4),
    Fault(kind="silent", verb="watch", resource="events", after=1),
)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.kind}-{fault.verb}-{fault.status}")
def test_a_feed_survives_what_can_happen_to_a_watch(fault: Fault, tmp_path: Path) -> None:
    fake = FakeCluster([event(uid="a")])
    fake.fail(Fault(**{name: getattr(fault, name) for name in fault.__slots__}))

    @in_virtual_time
    async def play() -> None:
        async with feeding(fake, tmp_path) as (memory, _feed):
            for number in range(6):
                fake.store.put(event(uid=f"n{number}"))
                await asyncio.sleep(0.5)
            await until(lambda: memory.health.recorded >= 7)
            assert await counted(memory) == 7

    play()


def test_a_server_that_has_forgotten_everything_is_listed_again(tmp_path: Path) -> None:
    fake = FakeCluster([event(uid="a")])

    @in_virtual_time
    async def play() -> None:
        async with feeding(fake, tmp_path) as (memory, feed):
            await until(lambda: feed.health.live)
            fake.store.put(event(uid="b"))
            fake.store.forget()
            fake.disconnect()
            await until(lambda: feed.health.lists == 2 and memory.health.recorded == 2)
            assert await counted(memory) == 2

    play()


def test_who_may_not_read_events_is_told_so_and_asks_again_much_later(tmp_path: Path) -> None:
    fake = FakeCluster([event()], accounts={"t": Account(user="tenant", refused=frozenset({"events"}))})

    @in_virtual_time
    async def play() -> None:
        async with feeding(fake, tmp_path, token="t") as (memory, feed):
            await until(lambda: bool(feed.health.error))
            assert "events" in feed.health.error
            await asyncio.sleep(200)
            assert fake.requests[("list", "events")] == 1
            assert memory.health.recorded == 0

    play()


async def test_a_feed_closes_at_once_and_leaves_nothing_unwritten(tmp_path: Path) -> None:
    fake = FakeCluster([event(uid=f"e{number}") for number in range(30)])
    async with remembering(tmp_path) as memory:
        async with asking(fake) as client:
            feed = EventFeed(client, memory, pause=no_pause)
            async with feed:
                await until(lambda: feed.health.live)
        assert (memory.health.waiting, feed.health) == (0, FeedHealth(live=False, lists=1, connects=1, error=""))
        assert [task.get_name() for task in asyncio.all_tasks() if "event-feed" in task.get_name()] == []


NS = "remembered"


def raw_event(name: str, count: int) -> dict[str, Any]:
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    raw = event(uid="", pod="web-7c9d6b5f4d-x2x4z", namespace=NS, count=count)
    raw["metadata"] = {"name": name, "namespace": NS}
    return {**raw, "firstTimestamp": moment, "lastTimestamp": moment}


@pytest.mark.cluster
async def test_events_of_a_real_cluster_are_remembered(real_cluster: RealCluster, tmp_path: Path) -> None:
    def put(command: str, *events: dict[str, Any]) -> None:
        listed = {"kind": "List", "apiVersion": "v1", "items": list(events)}
        real_cluster.kubectl(command, "-f", "-", stdin=json.dumps(listed))

    await asyncio.to_thread(real_cluster.kubectl, "create", "namespace", NS)
    await asyncio.to_thread(put, "create", raw_event("one", 3))
    database = Database(StorageSettings(state_dir=tmp_path))
    await database.migrate()
    async with (
        EventMemory(database) as memory,
        connect(real_cluster.identity()) as client,
        EventFeed(client, memory, cluster="real", namespace=NS) as feed,
    ):
        await until(lambda: feed.health.live, 30)
        await asyncio.to_thread(put, "create", raw_event("two", 1))
        await asyncio.to_thread(put, "replace", raw_event("one", 5))
        await until(lambda: memory.health.recorded >= 6, 30)
        (found,) = (await memory.patterns(Access.of([NS]), workload="deploy/web")).patterns
        assert (found.count, found.reason, found.namespace) == (6, "BackOff", NS)
    await database.close()
