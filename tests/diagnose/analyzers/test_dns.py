"""Names that do not resolve, and the cluster's DNS."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.dns import dns
from diagnose.findings import Role
from tests.diagnose import build

Obj = dict[str, Any]
POD = "app-7d9c-x2x4z"
COREFILE = """.:53 {
    errors
    kubernetes cluster.local in-addr.arpa {
        fallthrough in-addr.arpa
    }
    forward . 10.0.0.2
}
"""
UNKNOWN = "Error: getaddrinfo ENOTFOUND orders"
ORDERS = build.service("orders")


def client(line: str = UNKNOWN, **spec: Any) -> tuple[list[Obj], dict[tuple[str, str, bool], list[str]]]:
    """Make a Deployment whose container ended with this last line."""
    body = build.pod(POD, statuses=[build.crash_loop()], spec=spec)
    return build.deployed(body), {(POD, "app", True): [line]}


def server(*, ready: bool = True, corefile: str = COREFILE) -> list[Obj]:
    """Make the cluster's DNS: Service, endpoints, configuration and one pod."""
    labels = {"k8s-app": "kube-dns"}
    space = "kube-system"
    service = build.service("kube-dns", port=53, selector=labels, namespace=space)
    service["metadata"]["labels"] = labels
    status = build.status("coredns", state=build.running(), ready=ready) if ready else build.crash_loop("coredns")
    body = build.pod(
        "coredns-1",
        containers=[build.container("coredns")],
        statuses=[status],
        ready=ready,
        labels=labels,
        namespace=space,
    )
    endpoints = build.obj(
        "EndpointSlice",
        "kube-dns-1",
        namespace=space,
        metadata={"labels": {"kubernetes.io/service-name": "kube-dns"}},
        endpoints=[{"conditions": {"ready": ready}, "addresses": ["10.244.0.2"]}],
    )
    config = build.configmap("coredns", {"Corefile": corefile}, namespace=space)
    return [service, endpoints, config, *build.deployed(body, "coredns")]


def codes(*objects: Obj, logs: Any = None, unread: Sequence[str] = ()) -> list[tuple[str, str]]:
    """Return code and variant of what is found."""
    given = build.scene(*objects, logs=logs, unread=unread)
    return [(entry.code, entry.variant) for entry in build.findings(dns, given)]


def test_a_dns_without_ready_pods_is_down_and_names_its_victims() -> None:
    objects, logs = client("getaddrinfo EAI_AGAIN orders")
    first, second = build.findings(dns, build.scene(*objects, *server(ready=False), ORDERS, logs=logs))
    assert (first.code, first.object.name, first.confidence.word) == ("ClusterDNSDown", "coredns", "proved")
    assert POD in {reach.ref.name for reach in first.affected}
    assert "1 pod fails" in first.summary.en
    assert (second.code, second.role) == ("NameNotResolved", Role.SYMPTOM)


def test_a_dns_that_was_stopped_is_started_again() -> None:
    service, endpoints, config, *_ = server(ready=False)
    stopped = build.obj(
        "Deployment",
        "coredns",
        namespace="kube-system",
        spec={"replicas": 0, "template": {"metadata": {"labels": {"k8s-app": "kube-dns"}}, "spec": {}}},
    )
    (found,) = build.findings(dns, build.scene(service, endpoints, config, stopped))
    assert (found.code, str(found.object)) == ("ClusterDNSDown", "Deployment kube-system/coredns")
    assert "there are no pods" in found.summary.en
    assert "scale deployment/coredns --replicas=2" in found.remedies[0].command


def cache() -> Obj:
    """Make a cache on the nodes that serves."""
    labels = {"labels": {"k8s-app": "node-local-dns"}}
    return build.obj("DaemonSet", "cache", namespace="kube-system", metadata=labels, status={"numberReady": 3})


@pytest.mark.parametrize(
    ("objects", "unread"),
    [(server(), ()), ([*server(ready=False), cache()], ()), (server(ready=False), ("EndpointSlice",)), ([], ())],
    ids=["ready", "cache on the nodes", "endpoints unread", "no such Service"],
)
def test_a_dns_that_answers_or_was_not_read_is_not_down(objects: list[Obj], unread: Sequence[str]) -> None:
    assert codes(*objects, unread=unread) == []


def test_a_corefile_that_does_not_parse_is_quoted() -> None:
    objects = server(ready=False, corefile=".:53 {\n    erors\n}\n")
    line = "Corefile:2 - Error during parsing: Unknown directive 'erors'"
    found = build.findings(dns, build.scene(*objects, logs={("coredns-1", "coredns", True): [line]}))
    syntax = next(entry for entry in found if entry.code == "ClusterDNSConfigInvalid")
    assert (syntax.variant, syntax.object.kind, syntax.actual) == ("syntax", "ConfigMap", "erors")
    assert "line 2" in syntax.summary.en


TIMEOUT = "[ERROR] plugin/errors: 2 {}. A: read udp 10.244.0.2:4000->10.0.0.2:53: i/o timeout"


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        (["a.example.com", "b.example.com", "c.example.com"], [("ClusterDNSConfigInvalid", "upstream")]),
        (["a.example.com"] * 5, []),
        (["a.example.com", "b.example.com"], []),
    ],
    ids=["many names", "one name", "few lines"],
)
def test_an_upstream_without_answer_counts_for_several_names(hosts: list[str], expected: list[tuple[str, str]]) -> None:
    lines = [TIMEOUT.format(host) for host in hosts]
    assert codes(*server(), logs={("coredns-1", "coredns", False): lines}) == expected


def test_a_forwarding_loop_is_the_upstreams_fault() -> None:
    line = "[FATAL] plugin/loop: Loop (127.0.0.1:5 -> :53) detected for zone"
    found = codes(*server(ready=False), logs={("coredns-1", "coredns", True): [line]})
    assert ("ClusterDNSConfigInvalid", "upstream") in found


@dataclass(frozen=True, kw_only=True)
class Case:
    """A failing name, a pod's policy, a Corefile, and the code that explains it."""

    id: str
    code: str
    variant: str = ""
    line: str = UNKNOWN
    spec: Obj = field(default_factory=dict)
    corefile: str = COREFILE
    words: str = ""
    role: Role = Role.ROOT


EXTRA = COREFILE.replace(
    "    errors\n", "    errors\n    template IN A svc.cluster.local {\n        rcode NXDOMAIN\n    }\n"
)
CASES = (
    Case(id="default", code="PodDNSPolicyWrong", spec={"dnsPolicy": "Default"}, words="node's resolver"),
    Case(
        id="none",
        code="PodDNSPolicyWrong",
        spec={"dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.1.1.1"]}},
        words="asks 1.1.1.1",
    ),
    Case(
        id="host-network",
        code="PodDNSPolicyWrong",
        spec={"hostNetwork": True, "dnsPolicy": "ClusterFirst"},
        words="node's network",
    ),
    Case(
        id="none-with-dns",
        code="NameNotResolved",
        spec={"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.96.0.50"]}},
        role=Role.SYMPTOM,
    ),
    Case(id="service-exists", code="NameNotResolved", role=Role.SYMPTOM, words="name orders does not exist"),
    Case(id="external", code="NameNotResolved", line="curl: (6) Could not resolve host: api.example.com"),
    Case(
        id="external-no-answer",
        code="NameNotResolved",
        line="lookup api.example.com on 10.96.0.10:53: server misbehaving",
        words="asked 10.96.0.10",
        role=Role.SYMPTOM,
    ),
    Case(id="hidden", code="ClusterDNSConfigInvalid", variant="override", corefile=EXTRA, words="template IN A"),
    Case(
        id="no-plugin",
        code="ClusterDNSConfigInvalid",
        variant="override",
        corefile=".:53 {\n    forward . 10.0.0.2\n}\n",
        words="forward . 10.0.0.2",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_failing_name_is_explained(case: Case) -> None:
    objects, logs = client(case.line, **case.spec)
    found = build.findings(dns, build.scene(*objects, *server(corefile=case.corefile), ORDERS, logs=logs))
    first = found[0]
    assert (first.code, first.variant, first.role) == (case.code, case.variant, case.role)
    assert case.words in first.summary.en
    if case.code == "PodDNSPolicyWrong":
        assert "dnsPolicy" in first.remedies[0].command


@pytest.mark.parametrize(
    "line",
    ["Error: getaddrinfo ENOTFOUND nowhere", "ValueError: bad input", "connect ECONNREFUSED orders:80"],
    ids=["no such Service", "other error", "resolved"],
)
def test_what_belongs_to_others_is_left_alone(line: str) -> None:
    objects, logs = client(line)
    assert codes(*objects, *server(), ORDERS, logs=logs) == []


def test_a_name_that_resolved_since_is_healthy() -> None:
    status = build.status(state=build.running(400), ready=False)
    body = build.pod(POD, statuses=[status])
    lines = [f"{build.ago(90)} ERROR {UNKNOWN}", f"{build.ago(80)} INFO connected to orders"]
    assert codes(*build.deployed(body), *server(), ORDERS, logs={(POD, "app", False): lines}) == []
