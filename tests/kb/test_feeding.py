"""The feeds of a process: one for each source of events, told of at once, opened again after a failure."""

import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

from cluster.client import ClusterClient
from cluster.fake import FakeCluster
from core.errors import ClusterUnreachable
from core.settings import StorageSettings
from core.storage import Database
from kb.events import EventMemory
from kb.feeding import Feeds
from kb.records.model import SourceRecord
from kb.records.sources import Sources
from kb.sources.crds import OpenClient
from tests.cluster.asking import asking
from tests.cluster.watching.watched import UNHURRIED
from tests.kb.events.made import NOON, Clock, event, until
from tests.virtual_time import in_virtual_time


@contextlib.asynccontextmanager
async def feeding(folder: Path, open_client: OpenClient, read: list[str]) -> AsyncIterator[tuple[Feeds, Sources]]:
    """Give the feeds of a process over a new database; what they have read again goes into ``read``."""

    async def read_again(source: str) -> None:
        read.append(source)

    database = Database(StorageSettings(state_dir=folder))
    await database.migrate()
    sources = Sources(database)
    try:
        async with EventMemory(database, clock=Clock()) as memory:
            feeds = Feeds(memory, sources, open_client, read_again)
            feeds.start()
            try:
                yield feeds, sources
            finally:
                await feeds.close()
    finally:
        await database.close()


def events_of(namespace: str) -> SourceRecord:
    return SourceRecord(
        id=f"events-{namespace}",
        name="events",
        kind="events",
        access=f"namespace:{namespace}",
        created_at=datetime.now(UTC),
    )


def test_a_source_that_was_added_is_watched_at_once_and_read_again_once_it_was_listed(tmp_path: Path) -> None:
    fake = FakeCluster([event(uid="a", count=2), event(uid="b", namespace="pay")])
    read: list[str] = []

    @in_virtual_time
    async def play() -> None:
        async with asking(fake, limits=UNHURRIED) as client:

            @contextlib.asynccontextmanager
            async def opened() -> AsyncIterator[ClusterClient]:
                yield client

            async with feeding(tmp_path, opened, read) as (feeds, sources):
                before = await feeds.watch("shop")
                await sources.add(events_of("shop"))
                feeds.look()
                await until(lambda: "shop" in feeds.health and feeds.health["shop"].live)
                watch = await feeds.watch("shop")
                assert (before.live, before.since, before.events) == (False, None, 0)
                assert (watch.live, watch.since, watch.patterns, watch.events) == (True, NOON, 1, 2)
                assert read == ["events-shop"]
                assert (await feeds.watch("pay")).events == 0

    play()


def test_a_cluster_that_cannot_be_opened_is_said_and_tried_again(tmp_path: Path) -> None:
    fake = FakeCluster([event(uid="a")])
    tries: list[int] = []

    @in_virtual_time
    async def play() -> None:
        async with asking(fake, limits=UNHURRIED) as client:

            @contextlib.asynccontextmanager
            async def working() -> AsyncIterator[ClusterClient]:
                yield client

            def opened() -> AbstractAsyncContextManager[ClusterClient]:
                tries.append(1)
                if len(tries) == 1:
                    raise ClusterUnreachable("the cluster does not answer")
                return working()

            async with feeding(tmp_path, opened, []) as (feeds, sources):
                await sources.add(events_of("shop"))
                feeds.look()
                await until(lambda: len(tries) == 1)
                assert (await feeds.watch("shop")).error == "the cluster does not answer"
                await until(lambda: "shop" in feeds.health and feeds.health["shop"].live)
                watch = await feeds.watch("shop")
                assert (watch.live, watch.error, len(tries)) == (True, "", 2)

    play()
