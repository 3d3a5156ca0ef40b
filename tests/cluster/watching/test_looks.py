"""Looking again: when something changed, not too often, and through a lost connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

from cluster.fake import FakeCluster, Fault
from cluster.watching import WatchCache, WatchLimits
from cluster.watching.looks import Look, Pace, looks
from tests.cluster.asking import obj
from tests.cluster.watching.watched import caching, config, lists
from tests.virtual_time import in_virtual_time


def now() -> float:
    return asyncio.get_running_loop().time()


@contextlib.asynccontextmanager
async def looking(
    cache: WatchCache, pace: Pace | None = None, due: Callable[[], float | None] = lambda: None
) -> AsyncIterator[Callable[[], "asyncio.Future[Look]"]]:
    """Give what asks for the next look."""
    following = looks(cache, namespace="shop", pace=pace, due=due)
    async with contextlib.aclosing(following) as seen:
        yield lambda: asyncio.ensure_future(anext(seen))


def small() -> FakeCluster:
    return FakeCluster([obj("Namespace", "shop", namespace=""), config("one")])


def names(look: Look) -> set[str]:
    assert look.snapshot is not None
    return {item["metadata"]["name"] for item in look.snapshot.all("ConfigMap")}


@in_virtual_time
async def test_a_change_is_seen_soon_and_without_a_list() -> None:
    fake = small()
    async with caching(fake, namespace="shop") as cache, looking(cache) as following:
        assert names(await following()) == {"one"}
        await following()  # what the first look made the cache watch, has come
        asked, began = lists(cache.client), now()
        waiting = following()
        fake.store.put(config("two"))
        assert names(await waiting) == {"one", "two"}
        assert now() - began <= 7
        assert lists(cache.client) == asked


@in_virtual_time
async def test_however_much_changes_looks_lie_apart() -> None:
    fake = small()
    async with caching(fake, namespace="shop") as cache, looking(cache) as following:
        await following()
        began = now()
        for number in range(5):
            fake.store.put(config("two", str(number)))
            await following()
        assert 24 <= now() - began <= 40


@in_virtual_time
async def test_without_a_change_it_is_looked_when_a_grace_runs_out_and_now_and_then() -> None:
    due: list[float | None] = [None]
    async with caching(small(), namespace="shop") as cache, looking(cache, due=lambda: due[0]) as following:
        await following()
        await following()
        began = now()
        await following()
        assert 28 <= now() - began <= 36
        due[0] = 12.0
        await following()
        began = now()
        await following()
        assert 10 <= now() - began <= 16


@in_virtual_time
async def test_a_lost_connection_is_said_once_and_so_is_its_return() -> None:
    fake = small()
    limits = WatchLimits(grace_seconds=5, max_backoff_seconds=4)
    async with caching(fake, namespace="shop", limits=limits) as cache, looking(cache) as following:
        await following()
        await following()
        down = [Fault(kind="reset", verb=verb, times=1_000_000) for verb in ("watch", "list", "get")]
        fake.fail(*down)
        fake.disconnect()
        look = await following()
        while not look.link:
            look = await following()
        assert (look.link, bool(look.why)) == ("lost", True)
        fake.store.put(config("meanwhile"))
        for fault in down:
            fault.times = 0
        look = await following()
        assert look.link == "back"
        assert names(await following()) >= {"one"}
        while "meanwhile" not in names(look := await following()):
            pass


@in_virtual_time
async def test_rights_that_were_taken_away_are_an_error_and_not_an_empty_cluster() -> None:
    fake = small()
    limits = WatchLimits(server_seconds=20, recheck_seconds=3600)
    async with caching(fake, namespace="shop", limits=limits) as cache, looking(cache) as following:
        await following()
        fake.fail(*(Fault(kind="status", verb=verb, status=403, times=10_000) for verb in ("watch", "list", "get")))
        fake.disconnect()
        look = await following()
        while look.error is None:
            look = await following()
        assert look.error.code == "forbidden"


@in_virtual_time
async def test_it_ends_when_the_cache_closes() -> None:
    async with caching(small(), namespace="shop") as cache:
        following = looks(cache, namespace="shop", pace=Pace(idle_seconds=1000))
        await anext(following)
    assert [look async for look in following] == []
