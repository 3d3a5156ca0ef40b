"""Snapshots out of a watch cache: equal to those of a live API, without asking it for a list."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from cluster.fake import Account, FakeCluster, Fault
from cluster.kinds import Kind
from cluster.live import collect
from cluster.snapshot import Snapshot
from cluster.watching import WatchCache, WatchLimits, collect_from
from core.errors import ClusterBusy, DeadlineExceeded, Forbidden, NamespaceNotFound, SextantError, Unauthenticated
from core.evidence import ObjectRef
from tests.cluster.asking import asking, at, obj
from tests.cluster.watching.watched import (
    CONFIG_MAP,
    POD,
    UNHURRIED,
    caching,
    caught_up,
    config,
    health,
    lists,
    until,
)
from tests.virtual_time import in_virtual_time

WIDGET = Kind(kind="Widget", group="shop.test", version="v1", plural="widgets")
METRICS = Kind(kind="PodMetrics", group="metrics.k8s.io", version="v1beta1", plural="pods")
SHOP = obj("Namespace", "shop", namespace="")


def crashing(name: str, namespace: str = "shop") -> dict[str, Any]:
    last = {"terminated": {"exitCode": 1, "finishedAt": "2026-11-23T11:59:00Z"}}
    state = {"waiting": {"reason": "CrashLoopBackOff"}}
    status = {"name": "app", "state": state, "lastState": last, "restartCount": 3}
    spec = {"containers": [{"name": "app", "env": [{"name": "DB_PASSWORD", "value": "hunter2"}]}]}
    return obj(
        "Pod",
        name,
        namespace=namespace,
        metadata={"managedFields": [{"manager": "kubelet"}]},
        spec=spec,
        status={"phase": "Running", "containerStatuses": [status]},
    )


def cluster(**more: Any) -> FakeCluster:
    found = [
        SHOP,
        obj("Namespace", "other", namespace=""),
        crashing("web"),
        crashing("elsewhere", "other"),
        config("settings", "password=hunter2"),
        obj("Deployment", "web", api="apps/v1", metadata={"managedFields": [{"manager": "kubectl"}]}),
        obj("Event", "web.1", type="Warning", reason="BackOff", involvedObject={"kind": "Pod", "name": "web"}),
        obj("Secret", "login", type="Opaque", data={"password": "aHVudGVyMg=="}),
        obj("Node", "n1", namespace=""),
        obj("Widget", "first", api="shop.test/v1", spec={"apiKey": "hunter2"}),
    ]
    return FakeCluster(
        found, {("shop", "web", "app", False): "FATAL no database\n"}, custom_kinds=[WIDGET, METRICS], **more
    )


def same(cached: Snapshot, read: Snapshot) -> None:
    assert cached.objects == read.objects
    assert list(cached.objects) == list(read.objects)
    assert cached.logs == read.logs
    assert cached.coverage == read.coverage
    assert (cached.namespace, cached.server_version, cached.origin) == (
        read.namespace,
        read.server_version,
        read.origin,
    )


@pytest.mark.parametrize("watched", ["", "shop"])
@in_virtual_time
async def test_a_snapshot_is_the_same_as_from_the_live_api_and_costs_no_list(watched: str) -> None:
    fake = cluster()
    async with caching(fake, namespace=watched) as cache:
        read = await collect(cache.client, namespace="shop")
        same(await collect_from(cache, namespace="shop"), read)
        asked = dict(cache.client.requests)
        same(await collect_from(cache, namespace="shop"), read)
        further = {key: count - asked.get(key, 0) for key, count in cache.client.requests.items()}
        assert {key: count for key, count in further.items() if count} == {("log", "pods"): 2}


@in_virtual_time
async def test_a_snapshot_of_everything_is_the_same_too() -> None:
    async with caching(cluster()) as cache:
        read = await collect(cache.client)
        same(await collect_from(cache), read)
        before = lists(cache.client)
        same(await collect_from(cache), read)
        assert lists(cache.client) == before


@in_virtual_time
async def test_what_changed_is_in_the_next_snapshot() -> None:
    fake = cluster()
    async with caching(fake, namespace="shop") as cache:
        await collect_from(cache, namespace="shop")
        fake.store.put(crashing("api"))
        fake.store.put(obj("Widget", "second", api="shop.test/v1"))
        await caught_up(fake, cache, POD, WIDGET)
        before = lists(cache.client)
        snapshot = await collect_from(cache, namespace="shop")
        assert {key[1] for key in snapshot.objects["Pod"]} == {"web", "api"}
        assert {key[1] for key in snapshot.objects["Widget.shop.test"]} == {"first", "second"}
        assert lists(cache.client) == before


@in_virtual_time
async def test_nothing_secret_is_held_in_memory() -> None:
    async with caching(cluster()) as cache:
        await collect_from(cache)
        bodies = [
            body
            for kind in (POD, CONFIG_MAP, WIDGET)
            if (w := cache.watching(kind.path()))
            for body in w[0].held.bodies()
        ]
        assert len(bodies) == 4
        assert not any(b"hunter2" in body or b"managedFields" in body for body in bodies)


@in_virtual_time
async def test_without_any_request_the_snapshot_says_what_it_holds() -> None:
    async with caching(cluster(refused={"secrets"}), namespace="shop") as cache:
        asked = cache.client.requests.total()
        snapshot = await cache.snapshot("shop")
        assert cache.client.requests.total() == asked
        assert snapshot.server_version == "v1.34.4"
        assert set(snapshot.objects) == {"ConfigMap", "Deployment", "Event", "Namespace", "Node", "Pod"}
        assert [(entry.kind, entry.state) for entry in snapshot.coverage.gaps] == [("Secret", "refused")]
        assert snapshot.coverage.complete("Pod", "shop")
        assert not snapshot.logs
        with pytest.raises(ValueError, match="not watched"):
            await cache.snapshot("other")


@in_virtual_time
async def test_a_refusal_costs_no_request_and_is_said_in_the_coverage() -> None:
    fake = cluster(refused={"secrets", "nodes"})
    async with caching(fake) as cache:
        await collect_from(cache)
        before = lists(cache.client)
        snapshot = await collect_from(cache)
        refused = {entry.kind for entry in snapshot.coverage.kinds if entry.state == "refused"}
        assert refused == {"Secret", "Node"}
        assert lists(cache.client) == before


@in_virtual_time
async def test_what_only_one_namespace_may_be_read_of_is_asked_for_live_by_a_cache_of_all() -> None:
    ann = Account(user="ann", namespaces=frozenset({"shop", ""}), refused=frozenset({"configmaps"}))
    fake = cluster(accounts={"t": ann})
    async with caching(fake, token="t") as cache:
        fake.accounts["t"] = Account(user="ann", namespaces=frozenset({"shop"}))
        snapshot = await collect_from(cache, namespace="shop")
        assert snapshot.get("ConfigMap", "shop", "settings")
        assert snapshot.coverage.complete("ConfigMap", "shop")


@in_virtual_time
async def test_what_cannot_be_watched_is_listed_each_time() -> None:
    ann = Account(user="ann", watch=False)
    async with caching(cluster(accounts={"t": ann}), namespace="shop", token="t") as cache:
        await until(lambda: health(cache, POD).state == "unwatchable")
        before = lists(cache.client)
        snapshot = await collect_from(cache, namespace="shop")
        assert snapshot.coverage.complete("Pod", "shop")
        assert lists(cache.client) > before
        held = next(entry for entry in (await cache.snapshot()).coverage.kinds if entry.kind == "Pod")
        assert (held.state, held.note) == ("failed", "pods are not listed here: unwatchable")


@in_virtual_time
async def test_when_the_server_is_gone_what_is_held_counts_as_partial() -> None:
    fake = cluster()
    async with asking(fake, limits=UNHURRIED) as client, WatchCache(client) as cache:
        await cache.ready()
        await collect_from(cache, namespace="shop")
        down = Fault(kind="status", times=1_000_000)
        fake.fail(down)
        fake.disconnect()
        fake.store.put(crashing("unseen"))
        await until(lambda: health(cache, POD).state == "stale")
        snapshot = await collect_from(cache, namespace="shop")
        assert snapshot.get("Pod", "shop", "web")
        pods = next(entry for entry in snapshot.coverage.kinds if entry.kind == "Pod")
        assert (pods.state, pods.count) == ("partial", 1)
        assert pods.note.startswith("as it was ")
        assert not snapshot.absent("Pod", "shop", "unseen")
        down.times = 0
        await until(lambda: health(cache, POD).state == "live")
        assert (await collect_from(cache, namespace="shop")).get("Pod", "shop", "unseen")


@in_virtual_time
async def test_what_is_stale_is_asked_of_a_server_that_answers() -> None:
    fake = cluster()
    async with caching(fake, namespace="shop") as cache:
        await collect_from(cache, namespace="shop")
        down = Fault(kind="status", verb="watch", times=1_000_000)
        fake.fail(down)
        fake.disconnect()
        fake.store.put(crashing("new"))
        await until(lambda: health(cache, POD).state == "stale")
        read = await collect(cache.client, namespace="shop")
        cached = await collect_from(cache, namespace="shop")
        assert cached.objects == read.objects
        assert cached.coverage.kinds == read.coverage.kinds
        assert cached.get("Pod", "shop", "new")


@in_virtual_time
async def test_the_time_of_a_snapshot_is_the_servers_now_however_old_its_newest_answer_is() -> None:
    then = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    async with caching(cluster(now=then), namespace="shop", limits=WatchLimits(server_seconds=10_000)) as cache:
        loop = asyncio.get_running_loop()
        answered = loop.time()
        await until(lambda: loop.time() - answered > 50)
        age = (await cache.snapshot()).now - then
        assert 49 <= age.total_seconds() <= 60


@in_virtual_time
async def test_a_namespace_that_does_not_exist_is_named_with_the_closest() -> None:
    async with caching(cluster()) as cache:
        with pytest.raises(NamespaceNotFound) as caught:
            await collect_from(cache, namespace="shpo")
        assert caught.value.next_step == "Did you mean shop?"


@in_virtual_time
async def test_the_logs_of_a_target_are_read() -> None:
    fake = cluster()
    fake.store.put(obj("Pod", "calm", status={"containerStatuses": [{"name": "app", "ready": True, "state": {}}]}))
    async with caching(fake, namespace="shop") as cache:
        target = ObjectRef(kind="Pod", namespace="shop", name="calm")
        snapshot = await collect_from(cache, namespace="shop", target=target)
        assert any(entry.pod.name == "calm" for entry in snapshot.coverage.logs)


@in_virtual_time
async def test_a_cache_answers_only_for_the_identity_that_filled_it() -> None:
    async with (
        cluster().serve() as endpoint,
        at(endpoint, token="ann", limits=UNHURRIED) as ann,
        at(endpoint, token="ann") as ann_again,
        at(endpoint, token="eve") as eve,
        WatchCache(ann, namespace="shop") as cache,
    ):
        await cache.ready()
        await collect_from(cache, namespace="shop")
        with pytest.raises(ValueError, match="identity"):
            await collect_from(cache, eve, namespace="shop")
        await collect_from(cache, ann_again, namespace="shop")
        assert ann_again.requests == {("log", "pods"): 2}


@in_virtual_time
async def test_metrics_are_asked_for_no_more_often_than_they_are_measured() -> None:
    fake = cluster()
    async with caching(fake, namespace="shop") as cache:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for _ in range(3):
            await collect_from(cache, namespace="shop")
        assert sum(seen.path.startswith("/apis/metrics.k8s.io") for seen in fake.seen) == 2
        await until(lambda: loop.time() - began > 16)
        await collect_from(cache, namespace="shop")
        assert sum(seen.path.endswith("v1beta1/namespaces/shop/pods") for seen in fake.seen) == 2


@in_virtual_time
async def test_ten_minutes_of_a_quiet_cluster_cost_less_than_a_request_a_second() -> None:
    fake = cluster()
    async with caching(fake) as cache:
        await collect_from(cache)
        loop, asked = asyncio.get_running_loop(), fake.requests.total()
        end = loop.time() + 600
        await until(lambda: loop.time() >= end, 1000)
        assert fake.requests.total() - asked < 600
        assert lists(cache.client) < 100
        assert all(entry.state == "live" for entry in cache.health())


@in_virtual_time
async def test_an_error_that_is_remembered_does_not_grow_each_time_it_is_told() -> None:
    async with caching(cluster(refused={"secrets"})) as cache:
        for _ in range(3):
            await collect_from(cache)
        errors = [found[0].error for path in ("/api/v1/secrets",) if (found := cache.watching(path))]
        assert [type(error) for error in errors] == [Forbidden]
        assert all(error is not None and error.__traceback__ is None for error in errors)


@dataclass(frozen=True, kw_only=True)
class Blind:
    id: str
    error: type[SextantError]
    account: Account | None = None
    fault: Fault | None = None


BLIND = (
    Blind(id="nothing may be read", account=Account(user="ann", refused=frozenset({"*"})), error=Forbidden),
    Blind(id="the token is not accepted", error=Unauthenticated),
    Blind(
        id="the server is busy",
        account=Account(user="ann"),
        fault=Fault(kind="status", times=1_000_000),
        error=ClusterBusy,
    ),
    Blind(
        id="the server does not answer",
        account=Account(user="ann"),
        fault=Fault(kind="slow", times=1_000_000),
        error=DeadlineExceeded,
    ),
)


@pytest.mark.parametrize("case", BLIND, ids=lambda case: case.id)
@in_virtual_time
async def test_where_nothing_can_be_read_getting_ready_says_why(case: Blind) -> None:
    fake = cluster(accounts={"t" if case.account else "other": case.account or Account(user="eve")})
    if case.fault:
        fake.fail(replace(case.fault))
    async with asking(fake, token="t", limits=UNHURRIED) as client, WatchCache(client) as cache:
        with pytest.raises(case.error):
            await cache.ready(20)
