"""Services that lead nowhere: which code says why, and when nothing is to be said."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.services import services
from diagnose.analyzers.services.view import named_hosts
from diagnose.findings import InProgress, Role, RuledOut, Severity
from tests.diagnose.analyzers.build_traffic import (
    Change,
    at,
    condition,
    deployment,
    event,
    findings,
    node,
    obj,
    pod,
    scene,
    service,
    status_of,
)


def workload(name: str, labels: Change, *, ready: bool = True, ports: Any = None, **spec: Any) -> list[dict[str, Any]]:
    """Build a Deployment with one pod."""
    container: dict[str, Any] = {"name": name, "image": f"registry.example/{name}:1"}
    if ports:
        container["ports"] = ports
    holder = deployment(name, labels=labels, containers=[container])
    return [holder, running(name, holder, labels, [container], ready=ready, **spec)]


def running(
    name: str, holder: Any, labels: Change, containers: list[Any], *, ready: bool = True, **spec: Any
) -> dict[str, Any]:
    """Build one pod of a workload."""
    return pod(
        f"{name}-1",
        owner=holder,
        labels=dict(labels),
        containers=containers,
        spec=spec,
        status={
            "conditions": [condition("Ready", "True" if ready else "False")],
            "containerStatuses": [status_of(entry["name"], ready=ready) for entry in containers],
        },
    )


def slice_of(name: str, *, endpoints: Any = None, ports: Any = None, manager: str = "") -> dict[str, Any]:
    """Build an EndpointSlice of a Service."""
    return obj(
        "EndpointSlice",
        f"{name}-abc",
        api="discovery.k8s.io/v1",
        labels={
            "kubernetes.io/service-name": name,
            "endpointslice.kubernetes.io/managed-by": manager or "endpointslice-controller.k8s.io",
        },
        endpoints=endpoints,
        ports=ports,
    )


def ingress(name: str, backend: str) -> dict[str, Any]:
    """Build an Ingress that leads to a Service."""
    return obj(
        "Ingress",
        name,
        api="networking.k8s.io/v1",
        spec={"defaultBackend": {"service": {"name": backend, "port": {"number": 80}}}},
    )


@dataclass(frozen=True, kw_only=True)
class Selector:
    """A Service that selects nothing, what stands around it, and the pair that must be named."""

    id: str
    selector: dict[str, str]
    around: tuple[dict[str, Any], ...]
    expected: str = ""
    actual: str = ""
    patch: str = ""
    says: str = ""
    name: str = "orders"
    role: Role = Role.ROOT


FAR = pod("orders-0", space="sales", labels={"app": "orders"}, containers=[{"name": "orders"}])

SELECTORS = (
    Selector(
        id="close value under the same key",
        selector={"app": "checkout-svc"},
        around=(*workload("checkout", {"app": "checkout"}), *workload("cart", {"app": "cart"})),
        expected="pods here carry app=checkout",
        actual="selector app=checkout-svc matches no pod",
        patch='{"spec":{"selector":{"app":"checkout"}}}',
        says="Deployment checkout",
    ),
    Selector(
        id="all pairs but one",
        selector={"app": "orders", "tier": "backend"},
        around=(*workload("orders", {"app": "orders", "tier": "api"}), *workload("order", {"app": "order"})),
        expected="pods here carry tier=api",
        actual="selector tier=backend matches no pod",
        patch='{"spec":{"selector":{"tier":"api"}}}',
    ),
    Selector(
        id="a surplus pair is removed with null",
        selector={"app": "orders", "release": "blue"},
        around=tuple(workload("orders", {"app": "orders"})),
        actual="selector release=blue matches no pod",
        patch='"release":null',
    ),
    Selector(
        id="same value under another key",
        selector={"app": "orders"},
        around=tuple(workload("purchase", {"app.kubernetes.io/name": "orders"})),
        expected="pods here carry app.kubernetes.io/name=orders",
        patch='"app":null,"app.kubernetes.io/name":"orders"',
    ),
    Selector(
        id="workload named like the Service",
        selector={"component": "frontdoor"},
        around=tuple(workload("orders", {"app": "purchase"})),
        expected="pods here carry app=purchase",
        says="Deployment orders",
    ),
    Selector(
        id="right labels in another namespace",
        selector={"app": "orders"},
        around=(FAR,),
        expected="pods in namespace sales carry app=orders",
        says="in namespace sales",
        patch='"namespace": "sales"',
    ),
    Selector(
        id="nothing near but an Ingress uses it",
        selector={"app": "nobody"},
        around=(ingress("storefront", "orders"), *workload("cart", {"app": "cart"})),
        says="Ingress shop/storefront",
    ),
    Selector(
        id="nothing near and nobody uses it",
        selector={"app": "nobody"},
        around=tuple(workload("cart", {"app": "cart"})),
        role=Role.HYGIENE,
    ),
    Selector(
        id="a pair that everybody carries makes nobody near",
        selector={"app": "nobody", "team": "shop"},
        around=tuple(entry for n in ("cart", "search", "mail") for entry in workload(n, {"app": n, "team": "shop"})),
        role=Role.HYGIENE,
    ),
)


@pytest.mark.parametrize("case", SELECTORS, ids=lambda case: case.id)
def test_a_selector_that_matches_nothing_names_the_pair_that_differs(case: Selector) -> None:
    stage = scene(service(case.name, selector=case.selector), slice_of(case.name), *case.around)
    found = findings(services(stage), stage)
    assert [(finding.code, finding.object.name, finding.role) for finding in found] == [
        ("ServiceSelectorMismatch", case.name, case.role)
    ]
    finding = found[0]
    assert case.says in finding.summary.en
    if case.expected:
        assert finding.expected == case.expected
    if case.actual:
        assert finding.actual == case.actual
    if case.patch:
        assert case.patch in finding.remedies[0].command
        assert finding.remedies[0].undo


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """A situation that looks like a fault of a Service and is none."""

    id: str
    objects: Callable[[], list[dict[str, Any]]]
    seen: tuple[type, ...] = ()
    logs: dict[tuple[str, str], list[str]] = field(default_factory=dict)


QUIET = (
    Quiet(
        id="scaled to zero",
        objects=lambda: [service("orders"), deployment("orders", replicas=0)],
        seen=(RuledOut,),
    ),
    Quiet(
        id="no selector and hand-made endpoints",
        objects=lambda: [
            service("db", selector={}),
            slice_of("db", endpoints=[{"addresses": ["10.9.9.9"]}], manager="me"),
        ],
    ),
    Quiet(
        id="selector without pods but foreign endpoints",
        objects=lambda: [service("db"), slice_of("db", endpoints=[{"addresses": ["10.9.9.9"]}], manager="me")],
    ),
    Quiet(id="external name", objects=lambda: [service("db", type="ExternalName", externalName="db.example")]),
    Quiet(
        id="new Service before its pods",
        objects=lambda: [service("orders", age=10), ingress("in", "orders")],
        seen=(InProgress,),
    ),
    Quiet(
        id="target port that the log confirms",
        objects=lambda: [service("web"), *workload("web", {"app": "web"}, ports=[{"containerPort": 9100}])],
        logs={("web-1", "web"): ["listening on 0.0.0.0:8080"]},
    ),
    Quiet(
        id="no declared port and nothing against the number",
        objects=lambda: [service("web"), *workload("web", {"app": "web"})],
    ),
    Quiet(
        id="headless Service",
        objects=lambda: [
            service("web", clusterIP="None"),
            *workload("web", {"app": "web"}, ports=[{"containerPort": 5432}]),
        ],
    ),
    Quiet(
        id="host network",
        objects=lambda: [
            service("web"),
            *workload("web", {"app": "web"}, ports=[{"containerPort": 9100}], hostNetwork=True),
        ],
    ),
    Quiet(
        id="DNS over TCP beside UDP",
        objects=lambda: [
            service("dns", ports=[{"port": 53, "targetPort": 53, "protocol": "TCP"}]),
            *workload("dns", {"app": "dns"}, ports=[{"containerPort": 53, "protocol": "UDP"}]),
        ],
    ),
    Quiet(
        id="canary beside the stable track",
        objects=lambda: [
            service("web"),
            *workload("web", {"app": "web"}, ports=[{"containerPort": 8080}]),
            *_track("web-canary", "registry.example/web:2"),
        ],
    ),
)


def _track(name: str, image: str, kind: str = "Deployment") -> list[dict[str, Any]]:
    container = {"name": "web", "image": image, "ports": [{"containerPort": 9999}]}
    holder = deployment(name, labels={"app": "web", "part": name}, containers=[container])
    if kind == "Job":
        holder = {**holder, "kind": "Job", "apiVersion": "batch/v1"}
    return [holder, running(name, holder, {"app": "web", "part": name}, [container])]


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case.id)
def test_what_looks_like_a_fault_of_a_service_and_is_none_stays_quiet(case: Quiet) -> None:
    seen = list(services(scene(*case.objects(), logs=case.logs)))
    assert [type(entry) for entry in seen] == list(case.seen)


def test_pods_that_were_not_read_prove_no_mismatch() -> None:
    assert list(services(scene(service("orders"), ingress("in", "orders"), unread=("Pod",)))) == []


def test_a_role_that_no_pod_holds_is_no_selector_fault() -> None:
    stage = scene(
        service("db", selector={"app": "db", "role": "primary"}), *workload("db", {"app": "db", "role": "replica"})
    )
    found = findings(services(stage), stage)
    assert [(finding.code, finding.role) for finding in found] == [("ServiceHasNoReadyEndpoints", Role.SYMPTOM)]
    assert "role=primary" in found[0].summary.en


@dataclass(frozen=True, kw_only=True)
class Port:
    """A Service port and the ports of its pod, and what must be said of the pair."""

    id: str
    port: dict[str, Any]
    ports: list[dict[str, Any]] = field(default_factory=list)
    log: tuple[str, ...] = ()
    code: str = "ServiceTargetPortMismatch"
    variant: str = "number"
    word: str = "proved"
    value: float = 0.85
    near: tuple[str, ...] = ()
    patch: str = ""


PORTS = (
    Port(
        id="number that the pod does not declare",
        port={"name": "http", "port": 80, "targetPort": 9000},
        ports=[{"containerPort": 8080, "name": "http"}],
        near=("8080 (http)",),
        patch='[{"op":"replace","path":"/spec/ports/0/targetPort","value":8080}]',
    ),
    Port(
        id="number that neither the declaration nor the log knows",
        port={"port": 80, "targetPort": 9000},
        ports=[{"containerPort": 8080}],
        log=("Server listening on port 8080",),
        value=0.95,
    ),
    Port(
        id="number that only the log contradicts",
        port={"port": 80, "targetPort": 9000},
        log=("Server listening on port 8080",),
        word="matched",
        value=0.75,
    ),
    Port(
        id="target port left out takes the Service's port",
        port={"port": 80},
        ports=[{"containerPort": 8080}],
        patch='[{"op":"add","path":"/spec/ports/0/targetPort","value":8080}]',
    ),
    Port(
        id="name that no container port bears",
        port={"name": "web", "port": 80, "targetPort": "htpp"},
        ports=[{"containerPort": 8080, "name": "http"}, {"containerPort": 9100, "name": "metrics"}],
        variant="name",
        near=("http",),
        patch='"value":"http"',
    ),
    Port(
        id="same number over another protocol",
        port={"port": 5000, "targetPort": 5000, "protocol": "TCP"},
        ports=[{"containerPort": 5000, "protocol": "UDP"}],
        code="ServiceProtocolMismatch",
        variant="",
        value=0.95,
        patch='"value":"UDP"',
    ),
    Port(
        id="same name over another protocol",
        port={"port": 5000, "targetPort": "data", "protocol": "UDP"},
        ports=[{"containerPort": 5000, "name": "data"}],
        code="ServiceProtocolMismatch",
        variant="",
        value=0.95,
    ),
)


@pytest.mark.parametrize("case", PORTS, ids=lambda case: case.id)
def test_a_port_that_the_pods_do_not_serve_is_named_with_the_one_they_do(case: Port) -> None:
    stage = scene(
        service("web", ports=[case.port]),
        *workload("web", {"app": "web"}, ports=case.ports),
        logs={("web-1", "web"): case.log},
    )
    found = findings(services(stage), stage)
    assert [(finding.code, finding.variant) for finding in found] == [(case.code, case.variant)]
    finding = found[0]
    assert finding.object.kind == "Service"
    assert (finding.confidence.word, finding.confidence.value) == (case.word, case.value)
    assert [str(reach.ref) for reach in finding.affected] == ["Pod shop/web-1"]
    if case.near:
        assert finding.near == case.near
    if case.patch:
        assert case.patch in finding.remedies[0].command
        assert "endpointslices" in finding.remedies[0].verify
        assert finding.remedies[0].undo


def test_a_missing_port_in_the_slice_proves_an_unknown_name_twice() -> None:
    stage = scene(
        service("web", ports=[{"name": "web", "port": 80, "targetPort": "htpp"}]),
        *workload("web", {"app": "web"}, ports=[{"containerPort": 8080, "name": "http"}]),
        slice_of("web", endpoints=[{"addresses": ["10.1.0.5"]}], ports=[]),
    )
    assert [finding.confidence.value for finding in findings(services(stage), stage)] == [0.95]


def test_a_service_whose_pods_are_all_unready_is_a_symptom() -> None:
    stage = scene(
        service("web"),
        *workload("web", {"app": "web"}, ready=False, ports=[{"containerPort": 8080}]),
        ingress("in", "web"),
    )
    found = findings(services(stage), stage)
    assert [(finding.code, finding.role, finding.actual) for finding in found] == [
        ("ServiceHasNoReadyEndpoints", Role.SYMPTOM, "0 of 1 ready")
    ]
    assert {str(reach.ref) for reach in found[0].affected} == {"Pod shop/web-1", "Ingress shop/in"}


def test_pods_that_may_still_start_are_no_symptom() -> None:
    objects = workload("web", {"app": "web"}, ready=False, ports=[{"containerPort": 8080}])
    objects[1]["metadata"]["creationTimestamp"] = at(20)
    assert list(services(scene(service("web"), *objects))) == []


def test_a_job_behind_a_service_is_a_stranger() -> None:
    stage = scene(
        service("web"),
        *workload("web", {"app": "web", "part": "web"}, ports=[{"containerPort": 8080}]),
        *_track("migrate", "registry.example/migrate:1", kind="Job"),
    )
    found = findings(services(stage), stage)
    assert [(finding.code, finding.role) for finding in found] == [("ServiceSelectsWrongPods", Role.CONTRIBUTING)]
    assert '"part":"web"' in found[0].remedies[0].command


def test_local_traffic_leaves_clients_of_other_nodes_alone() -> None:
    caller = {"name": "front", "env": [{"name": "API_URL", "value": "http://web:80/v1"}]}
    holder = deployment("front", labels={"app": "front"}, containers=[caller])
    stage = scene(
        service("web", internalTrafficPolicy="Local"),
        *workload("web", {"app": "web"}, ports=[{"containerPort": 8080}], nodeName="node-1"),
        holder,
        running("front", holder, {"app": "front"}, [caller], nodeName="node-2"),
        node("node-1"),
        node("node-2"),
    )
    found = findings(services(stage), stage)
    assert [(finding.code, finding.severity) for finding in found] == [("ServiceLocalTrafficPolicy", Severity.MEDIUM)]
    assert "node-2" in found[0].summary.en


@pytest.mark.parametrize(
    ("age", "reason", "kind"),
    [
        (40, "", InProgress),
        (900, "", None),
        (900, "SyncLoadBalancerFailed", None),
        (900, "EnsuringLoadBalancer", InProgress),
    ],
)
def test_a_load_balancer_gets_three_minutes(age: float, reason: str, kind: type | None) -> None:
    balanced = service("web", type="LoadBalancer", age=age)
    said = [event(balanced, reason, "Error syncing load balancer: quota exceeded")] if reason else []
    stage = scene(balanced, *workload("web", {"app": "web"}), *said)
    seen = list(services(stage))
    if kind:
        assert [type(entry) for entry in seen] == [kind]
        return
    found = findings(iter(seen), stage)
    assert [finding.code for finding in found] == ["LoadBalancerPending"]
    assert ("quota exceeded" in found[0].summary.en) == bool(reason)


@pytest.mark.parametrize(
    ("variable", "value", "hosts"),
    [
        ("ORDERS_URL", "http://orders.sales.svc:8080/v1", {"orders.sales.svc"}),
        ("DATABASE_HOST", "db", {"db"}),
        ("BROKERS", "kafka-0.kafka:9092,kafka-1.kafka:9092", {"kafka-0.kafka", "kafka-1.kafka"}),
        ("DSN", "postgres://app:secret@db:5432/app", {"db"}),
        ("APP_NAME", "orders", set()),
        ("GREETING", "hello orders world", set()),
    ],
)
def test_hosts_are_read_from_variables_that_hold_addresses(variable: str, value: str, hosts: set[str]) -> None:
    spec = {"containers": [{"name": "a", "env": [{"name": variable, "value": value}]}]}
    assert set(named_hosts(spec)) == hosts


def test_hosts_are_read_from_commands() -> None:
    spec = {
        "containers": [
            {"name": "a", "command": ["sh", "-c", "until nc -z db 5432; do sleep 1; done; wget http://api/x"]}
        ]
    }
    assert "api" in set(named_hosts(spec))
    spec = {"containers": [{"name": "a", "args": ["pg_isready", "-h", "db", "-p", "5432"]}]}
    assert set(named_hosts(spec)) == {"db"}
