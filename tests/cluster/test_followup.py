"""What gives a reason to read more: each kind of trouble, and what a healthy namespace is spared."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from cluster.fake import FakeCluster
from cluster.followup import RULES, Signs, neighbours, plan
from cluster.kinds import BY_KEY, Kind
from cluster.live import CollectLimits, collect
from cluster.snapshot import SnapshotBuilder
from core.evidence import ObjectRef
from tests.cluster.asking import asking, obj

NOW = datetime(2024, 5, 1, 12, 0, tzinfo=UTC)
SHOP = obj("Namespace", "shop", namespace="")
READY = {"phase": "Running", "containerStatuses": [{"name": "app", "ready": True}]}
UNREADY = {"phase": "Running", "containerStatuses": [{"name": "app", "ready": False}]}


def pod(status: dict[str, Any] = READY, env: dict[str, str] | None = None, **spec: Any) -> dict[str, Any]:
    container = {"name": "app", "env": [{"name": key, "value": value} for key, value in (env or {}).items()]}
    return obj("Pod", "web", spec={"containers": [container], **spec}, status=status)


def warning(reason: str, message: str = "") -> dict[str, Any]:
    return obj("Event", "e", type="Warning", reason=reason, message=message)


def condition(kind: str, status: str) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": status}]}


@dataclass(frozen=True)
class Reason:
    """What stands in the namespace, and the kinds (with their namespace where it is another) that it asks for."""

    id: str
    objects: tuple[dict[str, Any], ...] = ()
    lines: tuple[str, ...] = ()
    wanted: frozenset[str] = field(default_factory=frozenset)


RBAC = frozenset({"Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"})
STORAGE = frozenset({"PersistentVolume", "StorageClass"})
LOCAL = frozenset({"PodDisruptionBudget", "PodMetrics.metrics.k8s.io", "NodeMetrics.metrics.k8s.io"})

REASONS = (
    Reason("nothing is wrong", (pod(),)),
    Reason("a pod is not ready", (pod(UNREADY),), wanted=LOCAL | {"NetworkPolicy"}),
    Reason("an Ingress", (obj("Ingress", "i", api="networking.k8s.io/v1"),), wanted=frozenset({"IngressClass"})),
    Reason("a call was refused", lines=('pods is forbidden: User "x" cannot list',), wanted=RBAC),
    Reason(
        "a webhook refused",
        (warning("FailedCreate", 'failed calling webhook "x"'),),
        wanted=frozenset({"ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"}),
    ),
    Reason(
        "a kind is not served",
        lines=('no matches for kind "Foo" in version "a/v1"',),
        wanted=frozenset({"CustomResourceDefinition", "APIService"}),
    ),
    Reason("a mount failed", (warning("FailedMount"),), wanted=STORAGE | {"VolumeAttachment", "CSINode"}),
    Reason("a claim", (obj("PersistentVolumeClaim", "data"),), wanted=STORAGE),
    Reason("a pod was preempted", (warning("Preempted"),), wanted=frozenset({"PriorityClass"})),
    Reason("a runtime class", (pod(runtimeClassName="gvisor"),), wanted=frozenset({"RuntimeClass"})),
    Reason(
        "a node is lost",
        (obj("Node", "n", namespace="", status=condition("Ready", "Unknown")),),
        wanted=frozenset({"Lease@kube-node-lease"}),
    ),
    Reason(
        "a node is cordoned",
        (obj("Node", "n", namespace="", spec={"unschedulable": True}),),
        wanted=frozenset({"PodDisruptionBudget"}),
    ),
    Reason(
        "a controller does not look",
        (obj("Deployment", "d", api="apps/v1", metadata={"generation": 3}, status={"observedGeneration": 2}),),
        wanted=frozenset({"Lease@kube-system"}),
    ),
    Reason(
        "an autoscaler sees no metrics",
        (obj("HorizontalPodAutoscaler", "h", api="autoscaling/v2", status=condition("ScalingActive", "False")),),
        wanted=frozenset({"APIService"}) | (LOCAL - {"PodDisruptionBudget"}),
    ),
    Reason(
        "a name does not resolve",
        lines=("getaddrinfo ENOTFOUND db",),
        wanted=frozenset({"NetworkPolicy"})
        | {
            f"{kind}@kube-system"
            for kind in ("Pod", "Service", "EndpointSlice", "DaemonSet", "Deployment", "ConfigMap", "Event")
        },
    ),
    Reason(
        "a connection times out", lines=("dial tcp 10.0.0.7:5432: i/o timeout",), wanted=frozenset({"NetworkPolicy"})
    ),
)


def built(objects: tuple[dict[str, Any], ...], lines: tuple[str, ...] = ()) -> SnapshotBuilder:
    builder = SnapshotBuilder(origin="here", namespace="shop")
    for entry in (SHOP, *objects):
        builder.add(entry)
    if lines:
        builder.add_log(ObjectRef(kind="Pod", namespace="shop", name="web"), "app", lines)
    return builder


@pytest.mark.parametrize("case", REASONS, ids=lambda case: case.id)
def test_trouble_says_what_is_worth_reading(case: Reason) -> None:
    found = plan(Signs(builder=built(case.objects, case.lines), namespace="shop")).reads
    assert {
        entry.kind.key if entry.namespace in {"", "shop"} else f"{entry.kind.key}@{entry.namespace}" for entry in found
    } == case.wanted


def test_a_recording_holds_all_of_it() -> None:
    found = plan(Signs(builder=built((pod(),)), namespace="shop", thorough=True)).reads
    assert {entry.kind.key for entry in found} >= {key for rule in RULES for key in rule.kinds}


@dataclass(frozen=True)
class Setting:
    id: str
    value: str
    spaces: tuple[str, ...]


SETTINGS = (
    Setting("full name", "http://api.orders.svc.cluster.local:8080/x", ("orders",)),
    Setting("short name with a port", "redis.cache:6379", ("cache",)),
    Setting("bare", "db.data", ("data",)),
    Setting("own namespace", "http://api.shop.svc", ()),
    Setting("public host", "https://api.example.com/v1", ()),
    Setting("file", "/etc/app/config.yaml", ()),
    Setting("version", "1.25.3", ()),
    Setting("two", "a.one:80,b.two.svc:81", ("one", "two")),
)


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: case.id)
def test_namespaces_that_clients_name_are_found(case: Setting) -> None:
    assert neighbours(Signs(builder=built((pod(env={"URL": case.value}),)), namespace="shop")) == case.spaces


DNS = (
    obj("Service", "dns", namespace="kube-system", spec={"selector": {"k": "dns"}, "ports": [{"port": 53}]}),
    {
        **obj("Pod", "dns-1", namespace="kube-system", status=READY, spec={"containers": [{"name": "app"}]}),
        "metadata": {"name": "dns-1", "namespace": "kube-system", "uid": "u-dns", "labels": {"k": "dns"}},
    },
)


async def test_the_clusters_dns_is_read_with_its_log_when_names_do_not_resolve() -> None:
    running = {"running": {"startedAt": "2024-05-01T11:00:00Z"}}
    status = {**UNREADY, "containerStatuses": [{"name": "app", "ready": False, "state": running}]}
    fake = FakeCluster(
        [SHOP, pod(status), *DNS],
        {
            ("shop", "web", "app", False): "dial tcp: lookup db on 10.96.0.10:53: server misbehaving\n",
            ("kube-system", "dns-1", "app", False): "[ERROR] plugin/errors: 2 . HINFO: i/o timeout\n",
        },
        now=NOW,
    )
    async with asking(fake) as client:
        snapshot = await collect(client, namespace="shop", limits=CollectLimits())
    assert snapshot.get("Service", "kube-system", "dns")
    assert ("kube-system", "dns-1", "app", False) in snapshot.logs


async def test_it_is_said_that_there_are_no_metrics() -> None:
    async with asking(FakeCluster([SHOP, pod(UNREADY)])) as client:
        snapshot = await collect(client, namespace="shop")
    assert [note for note in snapshot.coverage.notes if "metrics" in note]


async def test_kinds_that_findings_are_about_come_before_the_limit() -> None:
    kinds = [
        Kind(kind="Aardvark", group="a.test", plural="aardvarks"),
        Kind(kind="ClusterIssuer", group="cert-manager.io", plural="clusterissuers", namespaced=False),
    ]
    fake = FakeCluster([SHOP], custom_kinds=kinds)
    async with asking(fake) as client:
        snapshot = await collect(client, namespace="shop", limits=CollectLimits(custom_kinds=1))
    assert snapshot.coverage.complete("ClusterIssuer.cert-manager.io")
    assert not snapshot.coverage.complete("Aardvark.a.test", "shop")


def test_every_kind_of_the_rules_is_a_built_in_one() -> None:
    assert {key for rule in RULES for key in rule.kinds} <= set(BY_KEY)
