"""Waiting for changes: nothing is lost, nothing piles up."""

import asyncio

from cluster.fake import FakeCluster
from cluster.watching import Change
from tests.cluster.asking import obj
from tests.cluster.watching.watched import CONFIG_MAP, POD, caching, config
from tests.virtual_time import in_virtual_time


@in_virtual_time
async def test_changes_since_the_last_look_come_as_one() -> None:
    fake = FakeCluster([config("a")])
    async with caching(fake, CONFIG_MAP, POD) as cache:
        with cache.changes(gather_seconds=5) as changes:
            before = cache.revision
            for number in range(20):
                fake.store.put(config(f"c-{number}"))
            fake.store.put(obj("Pod", "web", namespace="other"))
            change = await anext(changes)
            assert change.touched == {("ConfigMap", "shop"), ("Pod", "other")}
            assert change.revision == cache.revision == before + 21


@in_virtual_time
async def test_a_listener_hears_of_its_namespace_and_kinds_alone() -> None:
    fake = FakeCluster([config("a")])
    async with caching(fake, CONFIG_MAP, POD) as cache:
        with cache.changes(namespace="shop", kinds={"Pod"}) as changes:
            fake.store.put(config("b"))
            fake.store.put(obj("Pod", "elsewhere", namespace="other"))
            fake.store.put(obj("Pod", "web"))
            assert (await anext(changes)).touched == {("Pod", "shop")}


@in_virtual_time
async def test_what_changed_before_the_first_look_is_not_missed() -> None:
    fake = FakeCluster([config("a")])
    async with caching(fake, CONFIG_MAP) as cache:
        with cache.changes() as changes, cache.changes() as noticed:
            fake.store.put(config("b"))
            await anext(noticed)
            assert (await anext(changes)).touched == {("ConfigMap", "shop")}


@in_virtual_time
async def test_listening_ends_when_the_cache_closes() -> None:
    found: list[Change] = []

    async with caching(FakeCluster([config("a")]), CONFIG_MAP) as cache:
        listener = cache.changes()

        async def listen() -> None:
            found.extend([change async for change in listener])

        listening = asyncio.create_task(listen())
    await listening
    with cache.changes() as late:
        assert [change async for change in late] == []
    assert not found
