"""Connections and name lookups that network policies deny."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.network_policies import network_policies
from diagnose.findings import Finding
from diagnose.scene import Scene
from tests.diagnose import build

POD = "app-7d9c-x2x4z"
Obj = dict[str, Any]
CALICO = build.obj("DaemonSet", "calico-node", namespace="kube-system")
FLANNEL = build.obj("DaemonSet", "kube-flannel-ds", namespace="kube-flannel")


def space(name: str = "shop", **labels: str) -> Obj:
    """Make a Namespace with the label that the API server gives it."""
    carried = {"kubernetes.io/metadata.name": name, **labels}
    return build.obj("Namespace", name, namespace="", metadata={"labels": carried})


def policy(name: str = "rule", *, namespace: str = "shop", app: str = "", **spec: Any) -> Obj:
    """Make a policy for the pods with label ``app``, or for all of its namespace."""
    selector = {"matchLabels": {"app": app}} if app else {}
    return build.obj("NetworkPolicy", name, namespace=namespace, spec={"podSelector": selector, **spec})


def database(namespace: str = "shop", **labels: str) -> list[Obj]:
    """Make a database that runs: its pod, which listens at 5432, and a Service at 5432."""
    part = build.container("db", ports=[{"containerPort": 5432, "name": "pg"}])
    status = build.status("db", state=build.running(), ready=True)
    body = build.pod(
        "orders-db-0",
        containers=[part],
        statuses=[status],
        ready=True,
        namespace=namespace,
        labels={"app": "orders-db", **labels},
        podIP="10.244.2.9",
        hostIP="192.0.2.11",
    )
    return [*build.deployed(body, "orders-db"), build.service("orders-db", port=5432, namespace=namespace)]


def dns() -> list[Obj]:
    """Make the cluster's DNS."""
    ports = [{"containerPort": 53, "name": "dns", "protocol": "UDP"}]
    body = build.pod(
        "coredns-1",
        containers=[build.container("coredns", ports=ports)],
        statuses=[build.status("coredns", state=build.running(), ready=True)],
        ready=True,
        namespace="kube-system",
        labels={"k8s-app": "kube-dns"},
        podIP="10.244.0.2",
    )
    service = build.service("kube-dns", port=53, namespace="kube-system", selector={"k8s-app": "kube-dns"})
    service["spec"]["ports"] = [
        {"port": 53, "protocol": protocol, "name": protocol.lower()} for protocol in ("UDP", "TCP")
    ]
    service["spec"]["clusterIP"] = "10.96.0.10"
    return [body, service, space("kube-system")]


def crashed(line: str, *others: Obj, unread: Sequence[str] = (), **env: str) -> Scene:
    """Prepare a Deployment whose container ended with this last line."""
    variables = [{"name": key, "value": value} for key, value in env.items()]
    body = build.pod(
        POD,
        containers=[build.container(env=variables)],
        statuses=[build.crash_loop()],
        labels={"app": "app", "tier": "web", "pod-template-hash": "7d9c"},
        podIP="10.244.1.5",
        hostIP="192.0.2.10",
    )
    return build.scene(*build.deployed(body), space(), *others, logs={(POD, "app", True): [line]}, unread=unread)


def silent(*others: Obj, **env: str) -> Scene:
    """Prepare a Deployment whose init container waits without a word."""
    variables = [{"name": key, "value": value} for key, value in env.items()]
    body = build.pod(
        POD,
        inits=[build.container("wait", env=variables)],
        init_statuses=[build.status("wait", state=build.running(900))],
        statuses=[build.status(state=build.waiting("PodInitializing"))],
        phase="Pending",
    )
    return build.scene(
        *build.deployed(body), space(), *others, logs={(POD, "wait", False): ["waiting for the database"]}
    )


LATE = "dial tcp orders-db:5432: i/o timeout"
APP = {"podSelector": {"matchLabels": {"app": "app"}}}
OTHER = {"podSelector": {"matchLabels": {"app": "api"}}}
DNS_RULE = {"ports": [{"protocol": "UDP", "port": 53}]}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A last line, the objects around it, and what must be said of it."""

    id: str
    line: str = LATE
    others: Sequence[Obj] = field(default_factory=lambda: [*database(), CALICO])
    policies: Sequence[Obj]
    variant: str
    object: str = "shop/rule"
    words: Sequence[str]
    patch: Any = None
    manifest: bool = False
    value: float = 0.95


CASES = (
    Case(
        id="default-deny-of-ingress",
        policies=[policy(policyTypes=["Ingress"])],
        variant="ingress",
        words=["cannot reach orders-db:5432", "does not let it in", "no rule", "exit code 1"],
        manifest=True,
    ),
    Case(
        id="label-of-the-caller",
        policies=[policy(app="orders-db", ingress=[{"from": [OTHER], "ports": [{"port": 5432}]}])],
        variant="ingress",
        words=["its rule 1 asks for pods with app=api", "have app=app"],
        patch=[{"op": "add", "path": "/spec/ingress/0/from/-", "value": APP}],
    ),
    Case(
        id="wrong-port",
        policies=[policy(app="orders-db", ingress=[{"from": [APP], "ports": [{"port": 3306}]}])],
        variant="ingress",
        words=["admits TCP 3306 only", "TCP 5432"],
        patch=[{"op": "add", "path": "/spec/ingress/0/ports/-", "value": {"protocol": "TCP", "port": 5432}}],
    ),
    Case(
        id="service-port-instead-of-the-pods",
        line="dial tcp pg:15432: i/o timeout",
        others=[*database(), build.service("pg", port=15432, selector={"app": "orders-db"}, targetPort="pg"), CALICO],
        policies=[policy(app="orders-db", ingress=[{"from": [APP], "ports": [{"port": 15432}]}])],
        variant="ingress",
        words=["15432 is the port of the Service", "the port inside its pods"],
        patch=[{"op": "add", "path": "/spec/ingress/0/ports/-", "value": {"protocol": "TCP", "port": 5432}}],
    ),
    Case(
        id="label-of-the-namespace",
        line="dial tcp orders-db.data:5432: i/o timeout",
        others=[*database("data"), space("data"), CALICO],
        policies=[
            policy(
                namespace="data",
                ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "shop"}}}]}],
            )
        ],
        variant="ingress",
        object="data/rule",
        words=["in namespace data", "asks for a namespace with team=shop", "shop has no label team"],
        patch=[
            {
                "op": "add",
                "path": "/spec/ingress/0/from/-",
                "value": {
                    **APP,
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}},
                },
            }
        ],
    ),
    Case(
        id="two-selectors-in-one-item",
        line="dial tcp orders-db.data:5432: i/o timeout",
        others=[*database("data"), space("data"), CALICO],
        policies=[
            policy(
                namespace="data",
                ingress=[
                    {"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}, **OTHER}]}
                ],
            )
        ],
        variant="ingress",
        object="data/rule",
        words=["asks for pods with app=api", "both selectors stand in one item"],
    ),
    Case(
        id="pod-selector-of-another-namespace",
        line="dial tcp orders-db.data:5432: i/o timeout",
        others=[*database("data"), space("data"), CALICO],
        policies=[policy(namespace="data", app="orders-db", ingress=[{"from": [APP]}])],
        variant="ingress",
        object="data/rule",
        words=["means pods of its own namespace data", "the other end is in shop"],
    ),
    Case(
        id="egress-without-a-rule-for-it",
        policies=[policy(app="app", policyTypes=["Egress"], egress=[DNS_RULE])],
        variant="egress",
        words=["does not let it out", "admits UDP 53 only"],
        patch=[
            {
                "op": "add",
                "path": "/spec/egress/-",
                "value": {
                    "to": [{"podSelector": {"matchLabels": {"app": "orders-db"}}}],
                    "ports": [{"protocol": "TCP", "port": 5432}],
                },
            }
        ],
    ),
    Case(
        id="address-outside-in-an-exception",
        line="dial tcp 203.0.113.9:443: i/o timeout",
        others=[CALICO],
        policies=[
            policy(app="app", egress=[{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["203.0.113.0/24"]}}]}])
        ],
        variant="egress",
        words=["0.0.0.0/0 except 203.0.113.0/24", "203.0.113.9 is in that exception"],
        patch=[
            {
                "op": "add",
                "path": "/spec/egress/-",
                "value": {
                    "to": [{"ipBlock": {"cidr": "203.0.113.9/32"}}],
                    "ports": [{"protocol": "TCP", "port": 443}],
                },
            }
        ],
    ),
    Case(
        id="nothing-is-known-to-enforce-it",
        others=database(),
        policies=[policy(policyTypes=["Ingress"], app="orders-db")],
        variant="ingress",
        words=["no rule"],
        value=0.6,
        patch=[
            {
                "op": "add",
                "path": "/spec/ingress",
                "value": [{"from": [APP], "ports": [{"protocol": "TCP", "port": 5432}]}],
            }
        ],
    ),
)


def only(stage: Scene) -> Finding:
    found = build.findings(network_policies, stage)
    assert len(found) == 1, [entry.id for entry in found]
    return found[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_denied_connection_is_told_with_the_rule_that_almost_fits(case: Case) -> None:
    found = only(crashed(case.line, *case.others, *case.policies))

    assert (found.code, found.variant) == ("NetworkPolicyBlocksTraffic", case.variant)
    assert f"{found.object.namespace}/{found.object.name}" == case.object
    assert found.confidence.value == case.value
    for word in case.words:
        assert word in found.summary.en
    remedy = found.remedies[0]
    if case.patch is not None:
        assert remedy.patch == {"operations": case.patch}
        assert "--type=json" in remedy.command
        assert "remove" in remedy.undo
    if case.manifest:
        assert remedy.command.startswith("kubectl apply")
        assert json.loads(remedy.command.split("<<'EOF'\n")[1].rpartition("\nEOF")[0])["spec"]["podSelector"]


QUIET = (
    Case(id="no-policy", policies=[], variant="", words=[]),
    Case(id="allowed", policies=[policy(ingress=[{"from": [APP]}])], variant="", words=[]),
    Case(id="other-pods", policies=[policy(app="mail", policyTypes=["Ingress"])], variant="", words=[]),
    Case(
        id="refused-at-once",
        line="dial tcp orders-db:5432: connect: connection refused",
        policies=[policy(policyTypes=["Ingress"])],
        variant="",
        words=[],
    ),
    Case(
        id="a-plugin-that-enforces-nothing",
        others=[*database(), FLANNEL],
        policies=[policy(policyTypes=["Ingress"])],
        variant="",
        words=[],
    ),
    Case(
        id="policies-of-another-maker-beside",
        others=[
            *database(),
            {
                "apiVersion": "cilium.io/v2",
                "kind": "CiliumNetworkPolicy",
                "metadata": {"name": "also", "namespace": "shop"},
            },
        ],
        policies=[policy(policyTypes=["Ingress"])],
        variant="",
        words=[],
    ),
    Case(
        id="the-port-is-wrong-anyhow",
        line="dial tcp orders-db:5433: i/o timeout",
        policies=[policy(policyTypes=["Ingress"])],
        variant="",
        words=[],
    ),
)


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case.id)
def test_what_is_allowed_or_fails_for_another_reason_is_not_told(case: Case) -> None:
    assert build.findings(network_policies, crashed(case.line, *case.others, *case.policies)) == []


def test_policies_that_were_not_read_completely_prove_nothing() -> None:
    stage = crashed(LATE, *database(), policy(policyTypes=["Ingress"]), unread=["NetworkPolicy"])

    assert build.findings(network_policies, stage) == []


def test_both_sides_are_told_when_both_deny() -> None:
    closed = [policy("in", app="orders-db", policyTypes=["Ingress"]), policy("out", app="app", policyTypes=["Egress"])]

    found = build.findings(network_policies, crashed(LATE, *database(), CALICO, *closed))

    assert {entry.variant for entry in found} == {"ingress", "egress"}
    assert all("is closed as well" in entry.summary.en for entry in found)


def test_a_caller_that_is_ready_and_silent_is_well() -> None:
    status = build.status(state=build.running(), ready=True)
    env = [{"name": "DB_URL", "value": "postgres://orders-db:5432/shop"}]
    body = build.pod(POD, containers=[build.container(env=env)], statuses=[status], ready=True)
    stage = build.scene(*build.deployed(body), space(), *database(), policy(policyTypes=["Ingress"]))

    assert build.findings(network_policies, stage) == []


def test_a_caller_that_hangs_without_a_word_is_told_as_a_guess() -> None:
    stage = silent(
        *database(), *dns(), policy(app="orders-db", policyTypes=["Ingress"]), DB_URL="postgres://orders-db:5432/x"
    )

    found = only(stage)

    assert found.code == "NetworkPolicyBlocksTraffic"
    assert found.confidence.word == "inferred"
    assert "does not get past its start" in found.summary.en


@pytest.mark.parametrize(("ran", "told"), [(2, False), (40, True)], ids=["at-once", "after-waiting"])
def test_a_caller_that_ends_without_a_word_counts_only_when_it_waited(ran: float, told: bool) -> None:
    env = [{"name": "DB_URL", "value": "postgres://orders-db:5432/shop"}]
    body = build.pod(POD, containers=[build.container(env=env)], statuses=[build.crash_loop(ran=ran)])
    closed = policy(app="orders-db", policyTypes=["Ingress"])
    stage = build.scene(*build.deployed(body), space(), *database(), closed)

    assert [entry.variant for entry in build.findings(network_policies, stage)] == (["ingress"] if told else [])


NO_ANSWER = "Error: getaddrinfo EAI_AGAIN orders-db"


@dataclass(frozen=True, kw_only=True)
class NameCase:
    """Egress rules of the caller's policy, and whether they keep it from the cluster's DNS."""

    id: str
    spec: Obj
    blocks: bool
    line: str = NO_ANSWER
    others: Sequence[Obj] = field(default_factory=dns)
    patch: Any = None
    words: Sequence[str] = ()


DNS_PEER = {"podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
KUBE_SYSTEM = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}
BOTH_PORTS = [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]
NAMES = (
    NameCase(
        id="no-rule",
        spec={"policyTypes": ["Egress"], "egress": []},
        blocks=True,
        words=["cannot ask for orders-db", "UDP 53", "no rule"],
        patch=[
            {"op": "add", "path": "/spec/egress", "value": [{"to": [{**DNS_PEER, **KUBE_SYSTEM}], "ports": BOTH_PORTS}]}
        ],
    ),
    NameCase(
        id="tcp-alone",
        spec={"egress": [{"to": [{**DNS_PEER, **KUBE_SYSTEM}], "ports": [{"port": 53}]}]},
        blocks=True,
        words=["admits TCP 53 only"],
        patch=[{"op": "add", "path": "/spec/egress/0/ports/-", "value": port} for port in BOTH_PORTS],
    ),
    NameCase(
        id="own-namespace",
        spec={"egress": [{"to": [DNS_PEER], "ports": BOTH_PORTS}]},
        blocks=True,
        words=["pods of its own namespace shop", "kube-system"],
    ),
    NameCase(
        id="dns-was-not-read",
        spec={"egress": [{"to": [APP]}]},
        blocks=True,
        others=(),
        words=["own namespace shop"],
    ),
    NameCase(id="allowed-by-port", spec={"egress": [DNS_RULE]}, blocks=False),
    NameCase(id="allowed-by-peer", spec={"egress": [{"to": [KUBE_SYSTEM]}]}, blocks=False),
    NameCase(id="allowed-by-an-empty-rule", spec={"egress": [{}]}, blocks=False),
    NameCase(
        id="address-of-the-dns-service",
        spec={"egress": [{"to": [{"ipBlock": {"cidr": "10.96.0.10/32"}}]}]},
        blocks=False,
    ),
    NameCase(id="ingress-only", spec={"policyTypes": ["Ingress"]}, blocks=False),
    NameCase(
        id="the-resolver-answered",
        spec={"policyTypes": ["Egress"]},
        line="dial tcp: lookup orders-db on 10.96.0.10:53: no such host",
        blocks=False,
    ),
)


@pytest.mark.parametrize("case", NAMES, ids=lambda case: case.id)
def test_a_caller_that_may_not_ask_for_names_is_told(case: NameCase) -> None:
    stage = crashed(case.line, *case.others, *database(), CALICO, policy(app="app", **case.spec))

    found = [entry for entry in build.findings(network_policies, stage) if entry.code == "NetworkPolicyBlocksDNS"]

    assert bool(found) is case.blocks
    for word in case.words:
        assert word in found[0].summary.en
    if case.patch is not None:
        assert found[0].remedies[0].patch == {"operations": case.patch}


def test_a_silent_caller_is_told_of_its_names_only_when_it_uses_some() -> None:
    closed = policy(app="app", policyTypes=["Egress"])
    by_name = silent(*database(), *dns(), closed, DB_URL="postgres://orders-db:5432/x")
    by_address = silent(*dns(), closed, DB_URL="postgres://192.0.2.7:5432/x")

    assert "NetworkPolicyBlocksDNS" in {entry.code for entry in build.findings(network_policies, by_name)}
    assert build.findings(network_policies, by_address) == []


def test_a_name_that_may_not_be_asked_for_and_a_connection_that_is_closed_are_opened_together() -> None:
    closed = policy(app="app", policyTypes=["Egress"])
    stage = crashed(NO_ANSWER, *dns(), *database(), closed, DB_URL="postgres://orders-db:5432/x")

    found = only(stage)

    assert "the connection itself is closed as well" in found.summary.en
    assert ["53" in entry.command for entry in found.remedies] == [True, False]
    assert "5432" in found.remedies[1].command


def test_the_way_to_the_kubernetes_api_is_judged_by_the_address_behind_its_service() -> None:
    server = build.service("kubernetes", port=443, namespace="default", selector={})
    server["spec"]["clusterIP"] = "10.96.0.1"
    server["spec"]["ports"][0]["name"] = "https"
    part = build.obj(
        "EndpointSlice",
        "kubernetes",
        namespace="default",
        metadata={"labels": {"kubernetes.io/service-name": "kubernetes"}},
        endpoints=[{"addresses": ["192.0.2.1"]}],
        ports=[{"name": "https", "port": 6443}],
    )
    line = 'Get "https://10.96.0.1:443/api": dial tcp 10.96.0.1:443: i/o timeout'
    rules = policy(app="app", egress=[{"to": [{"podSelector": {}}]}])

    found = only(crashed(line, server, part, rules, CALICO))

    assert found.remedies[0].patch == {
        "operations": [
            {
                "op": "add",
                "path": "/spec/egress/-",
                "value": {
                    "to": [{"ipBlock": {"cidr": "192.0.2.1/32"}}],
                    "ports": [{"protocol": "TCP", "port": 6443}],
                },
            }
        ]
    }


UPSTREAM = (
    "2026/03/10 11:59:01 [error] 31#31: *91 upstream timed out (110: Operation timed out) while connecting to "
    "upstream, "
    'client: 192.0.2.1, server: shop.example.com, request: "GET / HTTP/1.1", upstream: "http://10.244.2.9:5432/"'
)


@pytest.mark.parametrize(("closed", "told"), [(True, True), (False, False)], ids=["closed", "open"])
def test_a_reverse_proxy_that_is_not_let_in_is_told_with_whom_it_serves(closed: bool, told: bool) -> None:
    status = build.status("controller", state=build.running(), ready=True)
    proxy = build.pod(
        "ingress-1",
        containers=[build.container("controller")],
        statuses=[status],
        ready=True,
        namespace="ingress-nginx",
        podIP="10.244.3.3",
    )
    rules = policy(policyTypes=["Ingress"], ingress=[{"from": [{"podSelector": {}}]}] if closed else [{}])
    logs = {("ingress-1", "controller", False): [UPSTREAM]}
    stage = build.scene(proxy, *database(), space(), space("ingress-nginx"), rules, logs=logs)

    found = build.findings(network_policies, stage)

    assert [entry.variant for entry in found] == (["ingress"] if told else [])
    if told:
        assert "the other end is in ingress-nginx" in found[0].summary.en
        assert {reach.ref.name for reach in found[0].affected} == {"ingress-1", "orders-db-0"}


@pytest.mark.parametrize("damage", [None, 7, "x", [], [None], {"podSelector": 3, "ingress": {"a": 1}, "egress": [[]]}])
def test_a_damaged_policy_breaks_nothing(damage: Any) -> None:
    broken = build.obj("NetworkPolicy", "rule", spec=damage)

    for found in build.findings(network_policies, crashed(LATE, *database(), *dns(), broken)):
        assert found.evidence
