"""A snapshot of a live API: what is read, how much it costs, and what a snapshot says of what it could not read."""

import asyncio
import gc
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from cluster.exchange import ClientLimits
from cluster.fake import Account, FakeCluster, Fault
from cluster.kinds import Kind
from cluster.live import CollectLimits, collect
from cluster.snapshot import Snapshot
from core.errors import (
    ClusterUnreachable,
    DeadlineExceeded,
    Forbidden,
    NamespaceNotFound,
    Unauthenticated,
)
from core.evidence import ObjectRef
from tests.cluster.asking import asking, at, obj

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
ROLLOUT = Kind(kind="Rollout", group="argoproj.io", version="v1alpha1", plural="rollouts")
SHOP = obj("Namespace", "shop", namespace="")


def fields_of(*keys: str, part: str = "f:data") -> list[dict[str, Any]]:
    return [{"manager": "kubectl", "fieldsV1": {part: {".": {}, **{f"f:{key}": {} for key in keys}}}}]


def crashing(name: str, **metadata: Any) -> dict[str, Any]:
    state = {"terminated": {"exitCode": 1, "finishedAt": "2024-05-01T11:59:00Z"}}
    statuses = [
        {"name": "app", "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": state, "restartCount": 3}
    ]
    return obj(
        "Pod",
        name,
        metadata={"managedFields": fields_of("x"), **metadata},
        spec={"containers": [{"name": "app"}]},
        status={"phase": "Running", "containerStatuses": statuses},
    )


async def take(fake: FakeCluster, *, namespace: str = "shop", token: str = "any", **more: Any) -> Snapshot:
    async with asking(fake, token=token, limits=ClientLimits(attempts=2, request_seconds=2)) as client:
        return await collect(client, namespace=namespace, **more)


async def test_a_namespace_is_read_with_its_logs_and_the_servers_clock() -> None:
    fake = FakeCluster(
        [SHOP, crashing("web"), obj("Pod", "elsewhere", namespace="other"), obj("Node", "n1", namespace="")],
        {("shop", "web", "app", True): "FATAL no database\n"},
        now=NOW,
    )
    seen: list[tuple[str, float]] = []
    snapshot = await take(fake, progress=lambda what, done: seen.append((what, done)))
    assert snapshot.now == NOW
    assert snapshot.server_version == "v1.34.4"
    assert {kind: [key[1] for key in table] for kind, table in snapshot.objects.items()} == {
        "Namespace": ["shop"],
        "Node": ["n1"],
        "Pod": ["web"],
    }
    assert snapshot.logs[("shop", "web", "app", True)].lines == ("FATAL no database",)
    assert snapshot.coverage.complete("Pod", "shop")
    assert not snapshot.coverage.complete("Pod", "other")
    assert snapshot.coverage.complete("Node")
    assert not snapshot.coverage.gaps
    assert [done for _, done in seen] == sorted(done for _, done in seen)
    assert seen[-1] == ("done", 1.0)


async def test_objects_get_their_kind_and_lose_what_tells_nothing() -> None:
    deployment = obj("Deployment", "web", api="apps/v1", metadata={"managedFields": fields_of("x")})
    snapshot = await take(FakeCluster([SHOP, crashing("web"), deployment]))
    pod, kept = snapshot.get("Pod", "shop", "web"), snapshot.get("Deployment", "shop", "web")
    assert pod is not None
    assert kept is not None
    assert (pod["kind"], pod["apiVersion"], kept["apiVersion"]) == ("Pod", "v1", "apps/v1")
    assert "managedFields" not in pod["metadata"]
    assert "managedFields" in kept["metadata"]


async def test_of_a_secret_only_name_type_and_keys_are_ever_fetched() -> None:
    values = {"password": "aHVudGVyMg==", "user": "YWRtaW4="}
    applied = {"kubectl.kubernetes.io/last-applied-configuration": '{"stringData":{"password":"hunter2"}}'}
    fake = FakeCluster(
        [
            SHOP,
            obj(
                "Secret",
                "known",
                type="Opaque",
                data=values,
                metadata={"managedFields": fields_of(*values), "annotations": applied},
            ),
            obj(
                "Secret",
                "strings",
                type="Opaque",
                data=values,
                metadata={"managedFields": fields_of(*values, part="f:stringData")},
            ),
            obj("Secret", "empty", type="kubernetes.io/tls"),
            obj("Secret", "unknown", type="Opaque", data=values, metadata={"managedFields": fields_of("password")}),
        ]
    )
    snapshot = await take(fake)
    secrets = {key[1]: obj for key, obj in snapshot.objects["Secret"].items()}
    assert list(secrets["known"]["data"]) == ["password", "user"]
    assert list(secrets["strings"]["data"]) == ["password", "user"]
    assert secrets["empty"]["data"] == {}
    assert secrets["empty"]["type"] == "kubernetes.io/tls"
    assert "data" not in secrets["unknown"]
    assert secrets["unknown"]["dataKeysUnknown"] is True
    for value in ("aHVudGVyMg", "hunter2", "YWRtaW4"):
        assert value not in str(snapshot.objects)
    accepted = {seen.headers["Accept"] for seen in fake.seen if seen.path.endswith("/secrets")}
    assert accepted == {"application/json;as=Table;v=v1;g=meta.k8s.io"}


async def test_five_thousand_pods_take_at_most_25_lists() -> None:
    objects = [
        *(obj("Pod", f"p-{i}", namespace=f"ns-{i % 40}") for i in range(5000)),
        *(obj("Event", f"e-{i}", namespace=f"ns-{i % 40}") for i in range(2500)),
        *(obj("Node", f"n-{i}", namespace="") for i in range(100)),
    ]
    fake = FakeCluster(objects)
    snapshot = await take(fake, namespace="", limits=CollectLimits(seconds=100))
    assert len(snapshot.objects["Pod"]) == 5000
    assert sum(count for (verb, _), count in fake.requests.items() if verb == "list") <= 25


async def test_kinds_that_are_refused_are_recorded_and_the_rest_is_read() -> None:
    fake = FakeCluster([SHOP, crashing("web")], refused=["secrets", "nodes", "namespaces"])
    snapshot = await take(fake)
    assert snapshot.get("Pod", "shop", "web")
    refused = {entry.kind: entry for entry in snapshot.coverage.gaps}
    assert sorted(refused) == ["Namespace", "Node", "Secret"]
    assert {entry.state for entry in refused.values()} == {"refused"}
    assert 'cannot list resource "secrets"' in refused["Secret"].note
    assert refused["Secret"].namespace == "shop"
    assert not snapshot.absent("Secret", "shop", "nope")


async def test_a_caller_who_may_read_nothing_is_told_so() -> None:
    with pytest.raises(Forbidden, match="lets this caller read nothing in namespace shop"):
        await take(FakeCluster([SHOP], accounts={"t": Account(user="eve", refused=frozenset({"*"}))}), token="t")
    with pytest.raises(Unauthenticated):
        await take(FakeCluster([SHOP], accounts={"t": Account(user="eve")}), token="stale")


async def test_a_tenant_reads_its_own_namespace_only() -> None:
    fake = FakeCluster([SHOP, crashing("web")], accounts={"t": Account(user="ann", namespaces=frozenset({"shop"}))})
    snapshot = await take(fake, token="t")
    assert {entry.kind for entry in snapshot.coverage.gaps} == {"Node"}
    with pytest.raises(Forbidden, match="nothing in the whole cluster"):
        await take(fake, namespace="", token="t")


async def test_a_namespace_that_does_not_exist_offers_the_closest_names() -> None:
    fake = FakeCluster([SHOP, obj("Namespace", "billing", namespace="")])
    with pytest.raises(NamespaceNotFound, match="no namespace 'shpo'") as caught:
        await take(fake, namespace="shpo")
    assert caught.value.next_step == "Did you mean shop?"


async def test_a_kind_that_the_server_lacks_is_absent() -> None:
    fake = FakeCluster([SHOP])
    fake.fail(Fault(kind="status", status=404, message="404 page not found", resource="horizontalpodautoscalers"))
    snapshot = await take(fake)
    assert [e.kind for e in snapshot.coverage.kinds if e.state == "absent"] == ["HorizontalPodAutoscaler"]


@dataclass(frozen=True, kw_only=True)
class Broken:
    id: str
    fault: Fault
    state: str
    count: int = 0


BROKEN = (
    Broken(id="busy for too long", fault=Fault(kind="status", status=429, times=9, resource="pods"), state="failed"),
    Broken(id="an error", fault=Fault(kind="status", status=500, times=9, resource="pods"), state="failed"),
    Broken(
        id="busy after the first page",
        fault=Fault(kind="status", status=503, times=9, skip=1, resource="pods"),
        state="partial",
        count=2,
    ),
    Broken(id="forgotten twice", fault=Fault(kind="expired", times=9, resource="pods"), state="partial", count=2),
    Broken(id="forgotten once", fault=Fault(kind="expired", resource="pods"), state="complete", count=5),
    Broken(id="broken off once", fault=Fault(kind="truncated", resource="pods"), state="complete", count=5),
)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.id)
async def test_a_list_that_breaks_off_is_recorded(case: Broken) -> None:
    fake = FakeCluster([SHOP, *(obj("Pod", f"p{i}") for i in range(5))])
    fake.fail(case.fault)
    snapshot = await take(fake, limits=CollectLimits(page_size=2))
    pods = next(entry for entry in snapshot.coverage.kinds if entry.kind == "Pod")
    assert (pods.state, pods.count) == (case.state, case.count)
    assert len(snapshot.objects.get("Pod", {})) == case.count
    assert snapshot.coverage.complete("Service", "shop")


async def test_a_page_that_is_too_large_is_asked_for_in_smaller_ones() -> None:
    fake = FakeCluster([SHOP, *(obj("ConfigMap", f"c{i}", data={"text": "x" * 2000}) for i in range(20))])
    async with asking(fake, limits=ClientLimits(max_body_bytes=20_000)) as client:
        snapshot = await collect(client, namespace="shop", limits=CollectLimits(page_size=50))
    assert len(snapshot.objects["ConfigMap"]) == 20
    assert snapshot.coverage.complete("ConfigMap", "shop")


async def test_a_list_without_end_is_stopped_and_is_partial() -> None:
    fake = FakeCluster([SHOP, *(obj("Pod", f"p{i}") for i in range(9))])
    snapshot = await take(fake, limits=CollectLimits(page_size=2, max_objects=4))
    pods = next(entry for entry in snapshot.coverage.kinds if entry.kind == "Pod")
    assert (pods.state, pods.count, pods.note) == ("partial", 4, "reading stopped after 4 objects")


async def test_what_was_not_read_by_the_deadline_is_missing_and_the_rest_is_given() -> None:
    fake = FakeCluster([SHOP, crashing("web")])
    fake.fail(Fault(kind="slow", resource="secrets", times=9))
    snapshot = await take(fake, deadline=asyncio.get_running_loop().time() + 1.5)
    assert snapshot.get("Pod", "shop", "web")
    assert ("Secret", "failed") in [(gap.kind, gap.state) for gap in snapshot.coverage.gaps]
    with pytest.raises(DeadlineExceeded):
        await take(fake, deadline=asyncio.get_running_loop().time() - 1)


async def test_a_cluster_that_is_not_there_is_unreachable() -> None:
    async with FakeCluster().serve() as endpoint:
        pass
    async with at(endpoint) as client:
        with pytest.raises(ClusterUnreachable, match="nothing listens there"):
            await collect(client)


def custom(name: str, kind: Kind = ROLLOUT) -> dict[str, Any]:
    return obj(kind.kind, name, api=f"{kind.group}/{kind.version}")


def many_kinds(count: int) -> Iterator[Kind]:
    for i in range(count):
        yield Kind(kind=f"Thing{i:02}", group="a.test", plural=f"thing{i:02}s")


async def test_custom_resources_are_found_and_those_that_own_something_come_first() -> None:
    owner = {"kind": "Rollout", "apiVersion": "argoproj.io/v1alpha1", "name": "web", "uid": "u", "controller": True}
    replicas = obj("ReplicaSet", "web-1", api="apps/v1", metadata={"ownerReferences": [owner]})
    fake = FakeCluster([SHOP, replicas, custom("web")], custom_kinds=[*many_kinds(5), ROLLOUT])
    snapshot = await take(fake, limits=CollectLimits(custom_kinds=3))
    assert snapshot.get("Rollout.argoproj.io", "shop", "web")
    assert {k for v, k in fake.requests if v == "list"} >= {"rollouts", "thing00s", "thing01s"}
    assert ("list", "thing02s") not in fake.requests
    assert snapshot.coverage.notes == (
        "3 custom kinds were not read (limit 3): thing02s.a.test, thing03s.a.test, thing04s.a.test",
    )


async def test_the_kind_of_the_target_is_always_read() -> None:
    fake = FakeCluster([SHOP, custom("web"), obj("Endpoints", "b")], custom_kinds=[*many_kinds(3), ROLLOUT])
    target = ObjectRef(kind="Rollout", group="argoproj.io", namespace="shop", name="web")
    snapshot = await take(fake, target=target, limits=CollectLimits(custom_kinds=0))
    assert snapshot.get("Rollout.argoproj.io", "shop", "web")
    assert not snapshot.get("Endpoints", "shop", "b")
    target = ObjectRef(kind="Endpoints", namespace="shop", name="b")
    assert (await take(fake, target=target)).get("Endpoints", "shop", "b")


async def test_discovery_that_fails_is_noted() -> None:
    fake = FakeCluster([SHOP])
    fake.fail(Fault(kind="status", status=500, resource="discovery", times=9))
    assert "Custom resources were not read" in (await take(fake)).coverage.notes[0]


LEASE = obj(
    "Lease",
    "kube-scheduler",
    namespace="kube-system",
    api="coordination.k8s.io/v1",
    spec={"renewTime": "2024-05-01T11:00:00Z"},
)


async def test_the_control_planes_leases_are_read_only_when_a_pod_waits_unseen() -> None:
    unseen = obj("Pod", "p", status={"phase": "Pending"})
    seen = obj("Pod", "p", status={"phase": "Pending", "conditions": [{"type": "PodScheduled", "status": "False"}]})
    assert not (await take(FakeCluster([SHOP, LEASE, seen]))).objects.get("Lease")
    assert (await take(FakeCluster([SHOP, LEASE, unseen]))).get("Lease", "kube-system", "kube-scheduler")
    assert (await take(FakeCluster([SHOP, unseen]))).absent("Lease", "kube-system", "kube-scheduler")
    refused = await take(FakeCluster([SHOP, LEASE, unseen], refused=["leases"]))
    assert [(gap.kind, gap.state) for gap in refused.coverage.gaps] == [("Lease", "refused")]


async def test_equal_clusters_give_equal_snapshots() -> None:
    objects = [SHOP, *(crashing(f"p{i}") for i in range(6)), custom("web")]
    logs = {("shop", f"p{i}", "app", False): f"ERROR {i}\n" for i in range(6)}

    def fake() -> FakeCluster:
        return FakeCluster(objects, logs, custom_kinds=[ROLLOUT], now=NOW)

    one, two = await take(fake()), await take(fake())
    assert (one.objects, one.logs, one.coverage) == (two.objects, two.logs, two.coverage)


async def test_a_cancelled_collection_leaves_nothing_behind() -> None:
    fake = FakeCluster([SHOP])
    fake.fail(Fault(kind="slow", times=99, skip=2))
    async with asking(fake) as client:
        task = asyncio.create_task(collect(client, namespace="shop"))
        await asyncio.wait([task], timeout=0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    gc.collect()
    assert asyncio.all_tasks() == {asyncio.current_task()}
