"""A watch cache on a fake cluster, and the questions that tests ask of both."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from cluster.client import ClusterClient
from cluster.exchange import ClientLimits
from cluster.fake import FakeCluster
from cluster.fields import uid
from cluster.kinds import BY_KEY, Kind
from cluster.watching import KindHealth, WatchCache, WatchLimits
from tests.cluster.asking import asking, obj

POD, CONFIG_MAP, SECRET, EVENT = (BY_KEY[key] for key in ("Pod", "ConfigMap", "Secret", "Event"))
UNHURRIED = ClientLimits(requests_per_second=1e6, burst=1_000_000, attempts=2)
"""The bucket counts real seconds, which do not pass in virtual time."""

Versions = dict[tuple[str, str], tuple[str, str]]


def config(name: str, value: str = "", namespace: str = "shop") -> dict[str, Any]:
    return obj("ConfigMap", name, namespace=namespace, data={"value": value})


@contextlib.asynccontextmanager
async def caching(
    fake: FakeCluster, *kinds: Kind, namespace: str = "", limits: WatchLimits | None = None, token: str = "any"
) -> AsyncIterator[WatchCache]:
    """Serve a fake cluster and give a cache of it that has listed everything."""
    async with (
        asking(fake, limits=UNHURRIED, token=token) as client,
        WatchCache(client, namespace=namespace, kinds=kinds or None, limits=limits) as cache,
    ):
        await cache.ready()
        yield cache


def stored(fake: FakeCluster, kind: Kind, namespace: str = "") -> Versions:
    """Return uid and version of what the server holds."""
    return {
        (item["metadata"].get("namespace", ""), item["metadata"]["name"]): (
            uid(item),
            item["metadata"]["resourceVersion"],
        )
        for item in fake.store.select(kind, namespace)
    }


def held(cache: WatchCache, kind: Kind) -> Versions:
    """Return uid and version of what the cache holds."""
    found = cache.watching(kind.path(cache.namespace if kind.namespaced else ""))
    assert found is not None
    return found[0].held.versions()


def health(cache: WatchCache, kind: Kind) -> KindHealth:
    return next(entry for entry in cache.health() if entry.kind == kind.key)


async def until(true: Callable[[], bool], seconds: float = 600.0) -> None:
    """Let (virtual) time pass until something is true."""
    end = asyncio.get_running_loop().time() + seconds
    step = 0.1
    while not true():
        assert asyncio.get_running_loop().time() < end, "it did not come true in time"
        await asyncio.sleep(step)
        step = min(step * 1.2, 4.0)


async def caught_up(fake: FakeCluster, cache: WatchCache, *kinds: Kind) -> None:
    """Wait until the cache holds what the server holds."""
    await until(lambda: all(held(cache, kind) == stored(fake, kind, cache.namespace) for kind in kinds))


def lists(client: ClusterClient) -> int:
    return sum(count for (verb, _), count in client.requests.items() if verb == "list")
