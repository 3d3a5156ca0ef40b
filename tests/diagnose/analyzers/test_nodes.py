"""Nodes that are silent, not ready or under pressure, and services that nodes need."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from cluster.snapshot import ref_of
from diagnose.analyzers.nodes import nodes
from diagnose.findings import Role, Severity
from tests.diagnose import build

Obj = dict[str, Any]
SILENT = "Kubelet stopped posting node status."


def ready(status: str = "True", message: str = "", *, turned: float = 600, beat: float = 640, reason: str = "") -> Obj:
    """Write the condition Ready."""
    return {
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": message,
        "lastTransitionTime": build.ago(turned),
        "lastHeartbeatTime": build.ago(beat),
    }


def node(
    name: str = "node-1", *conditions: Obj, labels: Obj | None = None, taints: Sequence[str] = (), **rest: Any
) -> Obj:
    """Make a node with these conditions."""
    made = build.node(name, conditions=list(conditions), **rest)
    made["metadata"]["labels"] = labels or {}
    made["spec"] = {"taints": [{"key": key, "effect": "NoSchedule"} for key in taints]}
    return made


def silent(name: str = "node-1", *more: Obj, turned: float = 600, **rest: Any) -> Obj:
    """Make a node whose kubelet stopped reporting."""
    rest.setdefault("addresses", [{"type": "InternalIP", "address": "10.0.0.7"}])
    return node(name, ready("Unknown", SILENT, turned=turned, reason="NodeStatusUnknown"), *more, **rest)


def lease(space: str, name: str, *, renewed: float, holder: str = "") -> Obj:
    """Make a lease."""
    spec = {"renewTime": build.ago(renewed), "holderIdentity": holder or name}
    return build.obj("Lease", name, namespace=space, spec=spec)


def waiting_pod(name: str = "web-1", *, turned: float = 560, **fields: Any) -> Obj:
    """Make a pod that turned unready that long ago."""
    made = build.pod(name, **fields)
    made["status"]["conditions"] = [{"type": "Ready", "status": "False", "lastTransitionTime": build.ago(turned)}]
    return made


def system(name: str, *, component: str = "", unready: bool = True, turned: float = 600, node: str = "master-1") -> Obj:
    """Make a pod of the control plane."""
    made = build.pod(name, namespace="kube-system", ready=not unready, labels={"component": component}, node=node)
    made["status"]["conditions"][0]["lastTransitionTime"] = build.ago(turned)
    return made


def proxy(*, running: int = 0) -> Obj:
    """Make the DaemonSet kube-proxy, which wants one pod."""
    return build.obj(
        "DaemonSet",
        "kube-proxy",
        namespace="kube-system",
        spec={"selector": {"matchLabels": {"k8s-app": "kube-proxy"}}, "template": {"spec": {}}},
        status={"desiredNumberScheduled": 1, "numberReady": running},
    )


def proxy_pod(*, ready: bool, turned: float = 600) -> Obj:
    """Make the pod of kube-proxy on node-1."""
    made = build.pod("kube-proxy-abc", namespace="kube-system", owner=proxy(), ready=ready)
    made["status"]["conditions"][0]["lastTransitionTime"] = build.ago(turned)
    return made


def untouched(*, changed: float = 300) -> Obj:
    """Make a Deployment that no controller has acted on."""
    made = build.deployment("api")
    made["metadata"]["managedFields"] = [{"manager": "kubectl", "time": build.ago(changed)}]
    made["status"] = {}
    made["metadata"]["creationTimestamp"] = build.ago(changed)
    return made


MESSAGE = "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin"


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    objects: Sequence[Obj]
    code: str = ""
    variant: str = ""
    words: str = ""
    pods: Sequence[str] = field(default_factory=tuple)


POSITIVE = (
    Case(
        id="runtime",
        objects=(node("node-1", ready("False", "container runtime is down")), waiting_pod()),
        code="NodeContainerRuntimeDown",
        words="1 pod cannot serve",
        pods=("web-1",),
    ),
    Case(
        id="pleg",
        objects=(node("node-1", ready("False", "PLEG is not healthy: pleg was last seen active 5m ago")),),
        code="NodeContainerRuntimeDown",
        words="does not answer",
    ),
    Case(
        id="runtime-version-unknown",
        objects=(node("node-1", ready("False", "x"), nodeInfo={"containerRuntimeVersion": "containerd://Unknown"}),),
        code="NodeContainerRuntimeDown",
        words="containerd does not answer",
    ),
    Case(
        id="network-plugin",
        objects=(node("node-1", ready("False", MESSAGE)), waiting_pod()),
        code="NodeNetworkNotReady",
        words="no working pod network; no pod of a network plugin is on it",
        pods=("web-1",),
    ),
    Case(
        id="network-unavailable",
        objects=(
            node("node-1", ready(), {"type": "NetworkUnavailable", "status": "True", "reason": "CalicoIsDown"}),
            build.pod("calico-node-x", namespace="kube-system"),
        ),
        code="NodeNetworkNotReady",
        words="calico-node-x is not ready there",
        pods=("calico-node-x",),
    ),
    Case(
        id="kubelet-by-another-report",
        objects=(silent("node-1", {"type": "KernelDeadlock", "status": "False", "lastHeartbeatTime": build.ago(20)}),),
        code="NodeKubeletDown",
        words="the machine itself still lives",
    ),
    Case(
        id="kubelet-by-lease-of-a-component",
        objects=(silent(), lease("kube-system", "some-operator", renewed=5, holder="node-1_77")),
        code="NodeKubeletDown",
        words="silent for 10 min",
    ),
    Case(
        id="unreachable",
        objects=(silent(), waiting_pod(), waiting_pod("web-2", turned=9000)),
        code="NodeUnreachable",
        words="has not reported for 10 min",
        pods=("web-1",),
    ),
    Case(
        id="shut-down-at-the-provider",
        objects=(silent(taints=["node.cloudprovider.kubernetes.io/shutdown"]),),
        code="NodeUnreachable",
        words="Node node-1",
    ),
    Case(
        id="zone",
        objects=(
            silent("node-1", labels={"topology.kubernetes.io/zone": "b"}),
            silent("node-2", labels={"topology.kubernetes.io/zone": "b"}, turned=560),
            node("node-3", ready(), labels={"topology.kubernetes.io/zone": "b"}),
        ),
        code="NodeUnreachable",
        words="2 of 3 nodes of zone b (node-1, node-2)",
    ),
    Case(
        id="disk",
        objects=(
            node(
                "node-1",
                ready(),
                {"type": "DiskPressure", "status": "True", "message": "kubelet has disk pressure"},
                taints=["node.kubernetes.io/disk-pressure"],
                images=[{"sizeBytes": 30 * 2**30}],
            ),
        ),
        code="NodeUnderPressure",
        variant="disk",
        words="30.0 GiB",
    ),
    Case(
        id="memory",
        objects=(node("node-1", ready(), {"type": "MemoryPressure", "status": "True"}),),
        code="NodeUnderPressure",
        variant="memory",
        words="short of memory",
    ),
    Case(
        id="pids",
        objects=(node("node-1", ready(), {"type": "PIDPressure", "status": "True"}),),
        code="NodeUnderPressure",
        variant="pids",
        words="process ids",
    ),
    Case(
        id="images-cannot-be-removed",
        objects=(
            node("node-1", ready()),
            build.event(node("node-1"), "ImageGCFailed", "wanted to free 9 bytes, but freed 0 bytes", count=4),
        ),
        code="NodeUnderPressure",
        variant="disk",
        words="disk space",
    ),
    Case(
        id="proxy-not-ready",
        objects=(node("node-1", ready()), proxy(), proxy_pod(ready=False)),
        code="KubeProxyDown",
        words="kube-proxy is not ready on node node-1",
        pods=("kube-proxy-abc",),
    ),
    Case(
        id="proxy-absent",
        objects=(node("node-1", ready()), proxy()),
        code="KubeProxyDown",
        words="kube-proxy has no pod on node node-1",
    ),
    Case(
        id="controller-manager-pod",
        objects=(system("kube-controller-manager-master-1", component="kube-controller-manager"),),
        code="ControlPlaneComponentDown",
        variant="kube-controller-manager",
        words="is not ready",
        pods=("kube-controller-manager-master-1",),
    ),
    Case(
        id="controller-manager-lease",
        objects=(lease("kube-system", "kube-controller-manager", renewed=400, holder="master-1_1"),),
        code="ControlPlaneComponentDown",
        variant="kube-controller-manager",
        words="has not renewed its lease for 6 min (last by master-1)",
    ),
    Case(
        id="controller-manager-by-effect",
        objects=(untouched(),),
        code="ControlPlaneComponentDown",
        variant="kube-controller-manager",
        words="nobody has acted on Deployment api",
    ),
    Case(
        id="one-of-three-etcd",
        objects=(
            system("etcd-master-1", component="etcd"),
            system("etcd-master-2", component="etcd", unready=False, node="master-2"),
        ),
        code="ControlPlaneComponentDown",
        variant="etcd",
        words="1 of 2 places",
        pods=("etcd-master-1",),
    ),
    Case(
        id="etcd-full",
        objects=(
            build.event(build.deployment(), "Failed", "etcdserver: mvcc: database space exceeded", count=5, last=20),
        ),
        code="ControlPlaneComponentDown",
        variant="etcd",
        words="errors",
    ),
    Case(
        id="nodes-not-initialized",
        objects=(node("node-1", ready(), taints=["node.cloudprovider.kubernetes.io/uninitialized"]),),
        code="ControlPlaneComponentDown",
        variant="cloud-controller-manager",
        words="does not do its work",
    ),
    Case(
        id="apiserver",
        objects=(system("kube-apiserver-master-1", component="kube-apiserver"),),
        code="ControlPlaneComponentDown",
        variant="kube-apiserver",
        words="answers all requests",
        pods=("kube-apiserver-master-1",),
    ),
)


@pytest.mark.parametrize("case", POSITIVE, ids=lambda case: case.id)
def test_a_fault_of_a_node_is_named(case: Case) -> None:
    (finding,) = build.findings(nodes, build.scene(*case.objects))

    assert (finding.code, finding.variant) == (case.code, case.variant)
    assert case.words in finding.summary.en
    assert [reach.ref.name for reach in finding.affected if reach.ref.kind == "Pod"] == list(case.pods)
    assert finding.remedies


NEGATIVE = (
    Case(id="ready", objects=(node("node-1", ready()), waiting_pod())),
    Case(id="shutting-down", objects=(node("node-1", ready("False", "node is shutting down")),)),
    Case(id="lease-renewed-just-now", objects=(silent(), lease("kube-node-lease", "node-1", renewed=5))),
    Case(
        id="starting",
        objects=(
            {
                **node("node-1", ready("False", MESSAGE)),
                "metadata": {"name": "node-1", "creationTimestamp": build.ago(50)},
            },
        ),
    ),
    Case(id="pressure-over", objects=(node("node-1", ready(), {"type": "MemoryPressure", "status": "False"}),)),
    Case(
        id="invalid-disk-capacity-at-the-start",
        objects=(
            node("node-1", ready()),
            build.event(node("node-1"), "InvalidDiskCapacity", "invalid capacity 0 on image filesystem", count=4),
        ),
    ),
    Case(id="proxy-ready", objects=(node("node-1", ready()), proxy(running=1), proxy_pod(ready=True))),
    Case(id="proxy-starting", objects=(node("node-1", ready()), proxy(), proxy_pod(ready=False, turned=20))),
    Case(id="no-proxy-at-all", objects=(node("node-1", ready()),)),
    Case(id="lease-fresh", objects=(lease("kube-system", "kube-controller-manager", renewed=3), untouched())),
    Case(id="new-deployment", objects=(untouched(changed=20),)),
    Case(
        id="behind-but-its-pod-is-ready",
        objects=(
            system("kube-controller-manager-master-1", component="kube-controller-manager", unready=False),
            untouched(),
        ),
    ),
)


@pytest.mark.parametrize("case", NEGATIVE, ids=lambda case: case.id)
def test_what_is_no_fault_of_a_node_stays_silent(case: Case) -> None:
    assert build.findings(nodes, build.scene(*case.objects)) == []


def test_a_node_drained_before_it_fell_silent_is_ruled_out() -> None:
    given = silent()
    given["spec"]["unschedulable"] = True

    assert build.findings(nodes, build.scene(given)) == []
    assert [entry.code for entry in build.ruled_out(nodes, build.scene(given))] == ["NodeUnreachable"]


def test_pressure_that_ended_is_over() -> None:
    calm = {"type": "MemoryPressure", "status": "False", "lastTransitionTime": build.ago(180)}
    given = node("node-1", ready(), calm)
    told = build.event(given, "NodeHasInsufficientMemory", "Node node-1 status is now: NodeHasInsufficientMemory")
    (over,) = build.ruled_out(nodes, build.scene(given, told))

    assert over.healed
    assert over.ended is not None


@pytest.mark.parametrize(
    ("said", "code"),
    [("connect: connection refused", "NodeKubeletDown"), ("i/o timeout", "NodeUnreachable")],
)
def test_how_dialling_the_kubelet_fails_tells_whether_the_machine_lives(said: str, code: str) -> None:
    watcher = build.pod("metrics-server-1", namespace="kube-system", node="node-2", ready=True)
    line = f'Failed to scrape node" err="Get \\"https://10.0.0.7:10250/metrics\\": dial tcp 10.0.0.7:10250: {said}"'
    logs = {("metrics-server-1", "app", False): [line]}
    (finding,) = build.findings(nodes, build.scene(silent(), node("node-2", ready()), watcher, logs=logs))

    assert finding.code == code
    assert finding.evidence[-1].quote == line


def test_leases_that_were_not_read_prove_nothing() -> None:
    (finding,) = build.findings(nodes, build.scene(silent(), unread=["Lease"]))

    assert finding.code == "NodeUnreachable"
    assert finding.confidence.word == "inferred"
    assert finding.severity is Severity.CRITICAL


def test_pods_whose_log_names_a_service_that_fails_make_the_proxy_a_root() -> None:
    client = waiting_pod("client-1")
    logs = {("client-1", "app", False): ["dial tcp 10.96.0.50:80: i/o timeout"]}
    given = build.scene(
        node("node-1", ready()), proxy(), proxy_pod(ready=False), client, build.service("db"), logs=logs
    )
    (finding,) = build.findings(nodes, given)

    assert finding.role is Role.ROOT
    assert "client-1" in {reach.ref.name for reach in finding.affected}


def test_a_pod_that_a_sick_node_keeps_away_is_affected() -> None:
    homeless = build.pod("new-1", node="", phase="Pending")
    homeless["status"]["conditions"] = [
        {
            "type": "PodScheduled",
            "status": "False",
            "message": "0/1 nodes are available: 1 node(s) had untolerated taint",
        }
    ]
    (finding,) = build.findings(nodes, build.scene(silent(taints=["node.kubernetes.io/unreachable"]), homeless))

    assert [reach.ref.name for reach in finding.affected] == ["new-1"]


def test_one_of_several_is_no_outage() -> None:
    objects = [
        system("etcd-master-1", component="etcd"),
        system("etcd-master-2", component="etcd", unready=False, node="master-2"),
    ]
    (finding,) = build.findings(nodes, build.scene(*objects))

    assert finding.severity is Severity.MEDIUM


def test_a_node_that_was_not_ready_for_a_while_has_recovered() -> None:
    back = node("node-1", ready(turned=600))
    flap = build.event(back, "NodeNotReady", "Node node-1 status is now: NodeNotReady", last=640)
    (over,) = build.ruled_out(nodes, build.scene(back, flap))
    assert (over.healed, over.object.name) == (True, "node-1")


def test_a_node_that_was_not_ready_while_it_joined_is_no_news() -> None:
    back = node("node-1", ready(turned=3500))
    flap = build.event(back, "NodeNotReady", "Node node-1 status is now: NodeNotReady", last=3550)
    assert build.ruled_out(nodes, build.scene(back, flap)) == []


def test_a_proxy_that_was_asked_about_is_the_answer() -> None:
    given = build.scene(node("node-1", ready()), proxy(), proxy_pod(ready=False))
    (unasked,) = build.findings(nodes, given)
    (asked,) = build.findings(nodes, replace(given, target=ref_of(proxy())))
    assert (unasked.role, asked.role) == (Role.CONTRIBUTING, Role.ROOT)


def test_a_deployment_whose_status_nobody_wrote_proves_it_without_the_list_of_replica_sets() -> None:
    down = system("kube-controller-manager-master-1", component="kube-controller-manager")
    given = build.scene(node("node-1", ready()), down, untouched(), unread=["ReplicaSet"])
    (found,) = build.findings(nodes, given)
    assert "nobody has acted on Deployment api" in found.summary.en


@pytest.mark.parametrize(("more", "drained"), [((), False), ((node("node-2", ready()),), True)])
def test_a_node_is_emptied_only_where_another_can_take_its_pods(more: tuple[Obj, ...], drained: bool) -> None:
    full = node("node-1", ready(), {"type": "DiskPressure", "status": "True", "lastTransitionTime": build.ago(300)})
    (found,) = build.findings(nodes, build.scene(full, *more))
    assert any("drain" in remedy.command for remedy in found.remedies) is drained


def test_whoever_was_told_of_the_store_is_reached_by_its_finding() -> None:
    top = build.deployment("web")
    told = build.event(top, "FailedUpdate", "etcdserver: no leader", last=30, count=4)
    (found,) = build.findings(nodes, build.scene(node("node-1", ready()), top, told))
    assert (found.variant, [reach.ref.name for reach in found.affected]) == ("etcd", ["web"])
    assert found.confidence.word == "matched"
    assert "nobody has acted" not in found.summary.en
