"""The same watches against the fake API server and a real one."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from cluster.client import TABLE, ClusterClient, connect
from cluster.fake import Account, FakeCluster
from cluster.fields import dig, name, text
from cluster.identity import Credentials, Identity
from cluster.kinds import BY_KEY, Kind
from cluster.live import collect
from cluster.secret_metadata import secrets_of
from cluster.watch_events import WatchEvent
from cluster.watching import WatchCache, collect_from
from core.errors import ClusterRejected, Forbidden, SextantError
from tests.cluster.asking import obj
from tests.real_cluster import RealCluster

NS = "watched"
CONFIG_MAPS, SECRETS = f"/api/v1/namespaces/{NS}/configmaps", f"/api/v1/namespaces/{NS}/secrets"
LISTER = f"system:serviceaccount:{NS}:lister"
SEEDS = [
    obj("ServiceAccount", "lister", namespace=NS),
    obj("ConfigMap", "first", namespace=NS, data={"number": "1"}),
    obj(
        "Role",
        "lister",
        namespace=NS,
        api="rbac.authorization.k8s.io/v1",
        rules=[{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}],
    ),
    obj(
        "RoleBinding",
        "lister",
        namespace=NS,
        api="rbac.authorization.k8s.io/v1",
        roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "lister"},
        subjects=[{"kind": "ServiceAccount", "name": "lister", "namespace": NS}],
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server with the seeds, how to change it, and who may list without watching."""

    admin: Identity
    put: Callable[[dict[str, Any]], object]
    delete: Callable[[str, str], object]

    def as_lister(self) -> Identity:
        return self.admin.acting_as(LISTER)


@contextlib.asynccontextmanager
async def fake_server() -> AsyncIterator[Served]:
    namespace = obj("Namespace", NS, namespace="")
    admin = Account(user="kubernetes-admin", groups=("system:masters", "system:authenticated"), impersonate=True)
    lister = Account(user=LISTER, namespaces=frozenset({NS}), watch=False)
    fake = FakeCluster([namespace, *SEEDS], accounts={"admin": admin, "lister": lister}, bookmark_seconds=0.1)

    def put(seed: dict[str, Any]) -> None:
        keys = [*seed.get("data", {}), *seed.get("stringData", {})]
        managed = [{"manager": "kubectl", "fieldsV1": {"f:data": {f"f:{key}": {} for key in keys}}}]
        stored = {**seed, "data": {**seed.pop("stringData", {}), **seed.get("data", {})}}
        fake.store.put({**stored, "metadata": {**seed["metadata"], "managedFields": managed}})

    async with fake.serve() as endpoint:
        yield Served(
            admin=Identity(endpoint=endpoint, credentials=Credentials(token="admin")),
            put=put,
            delete=lambda kind, called: fake.store.delete(kind, NS, called),
        )


@contextlib.asynccontextmanager
async def real_server(cluster: RealCluster) -> AsyncIterator[Served]:
    def apply(*seeds: dict[str, Any]) -> None:
        cluster.kubectl("apply", "-f", "-", stdin=json.dumps({"kind": "List", "apiVersion": "v1", "items": seeds}))

    await asyncio.to_thread(apply, obj("Namespace", NS, namespace=""), *SEEDS)
    yield Served(
        admin=cluster.identity(),
        put=apply,
        delete=lambda kind, called: cluster.kubectl("-n", NS, "delete", f"{kind.lower()}/{called}"),
    )
    others = "metadata.name!=kube-root-ca.crt"  # a controller would make that one again
    await asyncio.to_thread(cluster.kubectl, "-n", NS, "delete", "configmap,secret", "--field-selector", others)


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.cluster)])
async def served(request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    server = real_server(request.getfixturevalue("real_cluster")) if request.param == "real" else fake_server()
    async with server as found:
        yield found


@pytest.fixture
async def admin(served: Served) -> AsyncIterator[ClusterClient]:
    async with connect(served.admin) as client:
        yield client


async def version_of(client: ClusterClient, path: str) -> str:
    return text(await client.get(path + "?limit=1"), "metadata", "resourceVersion")


async def change(served: Served, *steps: tuple[str, dict[str, Any] | str]) -> None:
    """Change the server from a thread, as kubectl blocks."""
    for kind, what in steps:
        if isinstance(what, str):
            await asyncio.to_thread(served.delete, kind, what)
        else:
            await asyncio.to_thread(served.put, what)


async def some(
    client: ClusterClient, path: str, version: str, count: int, **query: Any
) -> list[tuple[str, WatchEvent]]:
    """Return the next events that are no bookmarks, with the names of their objects."""
    found: list[tuple[str, WatchEvent]] = []
    async with client.watch(path, version, **query) as events:
        async for event in events:
            if event.type != "BOOKMARK":
                found.append((name(event.object), event))
            if len(found) == count:
                break
    return found


def config(called: str, **data: str) -> dict[str, Any]:
    return obj("ConfigMap", called, namespace=NS, data=data)


async def test_changes_since_a_list_come_in_order_and_whole(served: Served, admin: ClusterClient) -> None:
    since = await version_of(admin, CONFIG_MAPS)
    await change(
        served,
        ("", config("second", number="2")),
        ("", config("second", number="3")),
        ("ConfigMap", "second"),
        ("", config("third", number="4")),
    )
    found = await some(admin, CONFIG_MAPS, since, 4)
    assert [(event.type, called) for called, event in found] == [
        ("ADDED", "second"),
        ("MODIFIED", "second"),
        ("DELETED", "second"),
        ("ADDED", "third"),
    ]
    assert [dig(event.object, "data", "number") for _, event in found] == ["2", "3", "3", "4"]
    assert all((event.object["kind"], event.object["apiVersion"]) == ("ConfigMap", "v1") for _, event in found)
    versions = [int(event.version) for _, event in found]
    assert int(since) < versions[0]
    assert versions == sorted(set(versions))


async def test_a_watch_goes_on_from_the_version_of_an_event(served: Served, admin: ClusterClient) -> None:
    since = await version_of(admin, CONFIG_MAPS)
    await change(served, ("", config("one")), ("", config("two")), ("", config("three")))
    (_, first), *_ = await some(admin, CONFIG_MAPS, since, 3)
    assert [called for called, _ in await some(admin, CONFIG_MAPS, first.version, 2)] == ["two", "three"]


async def test_a_bookmark_tells_how_far_a_quiet_watch_is(served: Served, admin: ClusterClient) -> None:
    since = await version_of(admin, CONFIG_MAPS)
    async with admin.watch(CONFIG_MAPS, since, server_seconds=6) as events:
        await change(served, ("", config("before-the-mark")))
        event, mark = await anext(events), await anext(events)
    assert (mark.type, mark.object["kind"], name(mark.object)) == ("BOOKMARK", "ConfigMap", "")
    assert int(mark.version) >= int(event.version) > int(since)
    await change(served, ("", config("after-the-mark")))
    assert [called for called, _ in await some(admin, CONFIG_MAPS, mark.version, 1)] == ["after-the-mark"]


async def test_the_server_ends_a_watch_when_its_time_is_up(admin: ClusterClient) -> None:
    assert await some(admin, CONFIG_MAPS, await version_of(admin, CONFIG_MAPS), 1, server_seconds=1) == []


async def test_secrets_are_watched_as_tables_whose_columns_are_told_once(served: Served, admin: ClusterClient) -> None:
    since = await version_of(admin, SECRETS)
    secrets = [
        obj("Secret", called, namespace=NS, type="Opaque", stringData={"password": "hunter2"}) for called in ("a", "b")
    ]
    await change(served, ("", secrets[0]), ("", secrets[1]), ("Secret", "a"))
    found = [event for _, event in await some(admin, SECRETS, since, 3, accept=TABLE, includeObject="Metadata")]
    assert [event.object["kind"] for event in found] == ["Table"] * 3
    assert [bool(event.object.get("columnDefinitions")) for event in found] == [True, False, False]
    rows = [event.object["rows"][0] for event in found]
    assert [row["object"]["metadata"]["name"] for row in rows] == ["a", "b", "a"]
    assert [row["cells"][2] for row in rows] == [1, 1, 1]
    assert [event.version for event in found] == [row["object"]["metadata"]["resourceVersion"] for row in rows]
    columns = found[0].object["columnDefinitions"]
    kept = [secret for event in found for secret in secrets_of({**event.object, "columnDefinitions": columns})]
    assert [(name(secret), secret["type"], list(secret["data"])) for secret in kept[:2]] == [
        ("a", "Opaque", ["password"]),
        ("b", "Opaque", ["password"]),
    ]
    assert "hunter2" not in json.dumps(kept)


async def test_one_object_is_watched_by_its_name(served: Served, admin: ClusterClient) -> None:
    since = await version_of(admin, CONFIG_MAPS)
    await change(served, ("", config("other")), ("", config("first", number="5")))
    found = await some(admin, CONFIG_MAPS, since, 1, fieldSelector="metadata.name=first")
    assert [(called, event.type) for called, event in found] == [("first", "MODIFIED")]


async def test_a_version_that_is_none_is_rejected(admin: ClusterClient) -> None:
    with pytest.raises(ClusterRejected, match="resourceVersion: Invalid value") as caught:
        await some(admin, CONFIG_MAPS, "rubbish", 1)
    assert caught.value.http_status == 500


async def test_who_may_list_may_not_watch_for_that(served: Served) -> None:
    async with connect(served.as_lister()) as client:
        since = await version_of(client, CONFIG_MAPS)
        with pytest.raises(Forbidden, match=f'User "{LISTER}" cannot watch resource "configmaps" in API group ""'):
            await some(client, CONFIG_MAPS, since, 1)


@pytest.mark.parametrize("path", ["/apis/nope.test/v1/things", "/api/v1/things"])
async def test_a_kind_that_is_not_served_cannot_be_watched(admin: ClusterClient, path: str) -> None:
    with pytest.raises(ClusterRejected) as caught:
        await some(admin, path, "1", 1)
    assert caught.value.http_status == 404


async def test_a_cache_knows_what_a_snapshot_would_read_and_lists_nothing_more(served: Served) -> None:
    await change(served, ("", obj("Secret", "login", namespace=NS, type="Opaque", stringData={"password": "x"})))
    async with connect(served.admin) as client, WatchCache(client, namespace=NS) as cache:
        await cache.ready()
        await collect_from(cache, namespace=NS)
        before = lists(client)
        await change(served, ("", config("late", number="9")), ("ConfigMap", "first"))
        with cache.changes(kinds={"ConfigMap"}) as changes:
            while not {"late"} <= (names := await config_names(cache)) or "first" in names:
                async with asyncio.timeout(20):
                    await anext(changes)
        cached = await collect_from(cache, namespace=NS)
        assert lists(client) == before
        async with connect(served.admin) as other:
            read = await collect(other, namespace=NS)
    assert cached.objects == read.objects
    assert cached.coverage.kinds == read.coverage.kinds
    assert all(entry.state in {"live", "absent"} for entry in cache.health())


async def test_a_caller_who_may_not_watch_gets_its_snapshot_all_the_same(served: Served) -> None:
    kinds: list[Kind] = [BY_KEY["ConfigMap"], BY_KEY["Service"]]
    async with connect(served.as_lister()) as client, WatchCache(client, namespace=NS, kinds=kinds) as cache:
        with contextlib.suppress(SextantError):
            await cache.ready()
        snapshot = await collect_from(cache, namespace=NS)
    assert snapshot.get("ConfigMap", NS, "first")
    assert snapshot.coverage.complete("ConfigMap", NS)


async def config_names(cache: WatchCache) -> set[str]:
    return {key[1] for key in (await cache.snapshot(NS)).objects.get("ConfigMap", {})}


def lists(client: ClusterClient) -> int:
    return sum(count for (verb, _), count in client.requests.items() if verb == "list")
