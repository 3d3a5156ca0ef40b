"""Flows against policies: tables of the semantics of ``networking.k8s.io/v1``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.policies.flow import NAME_LABEL, Carried, End, Flow, Side
from diagnose.policies.judging import judge
from diagnose.ports import DeclaredPort

Obj = dict[str, Any]


def pod(space: str = "shop", name: str = "web-1", **labels: str) -> End:
    """Describe a pod that declares port 8080 as ``http``."""
    port = DeclaredPort(number=8080, name="http", protocol="TCP", container="app", path=())
    return End(
        name=name,
        namespace=space,
        labels=Carried(pairs=labels),
        space=Carried(pairs={NAME_LABEL: space, "team": space}),
        address="10.244.1.5" if name == "db-1" else "10.244.1.6",
        ports=(port,),
        identity=labels,
    )


def policy(space: str = "shop", **spec: Any) -> Obj:
    """Write a policy for all pods of a namespace, unless ``podSelector`` says otherwise."""
    return {
        "kind": "NetworkPolicy",
        "apiVersion": "networking.k8s.io/v1",
        "metadata": {"name": "rule", "namespace": space},
        "spec": {"podSelector": {}, **spec},
    }


WEB = pod(app="web", tier="front")
DB = pod("data", "db-1", app="db")
OUT = End(address="203.0.113.9")
NAMED = {"matchLabels": {NAME_LABEL: "shop"}}


@dataclass(frozen=True, kw_only=True)
class Case:
    """Policies of the called pod's namespace (or, for ``egress``, of the caller's) and what they say."""

    id: str
    spec: Obj | None
    outcome: str
    side: Side = "ingress"
    source: End = WEB
    target: End = DB
    port: int = 8080
    protocol: str = "TCP"
    more: Sequence[Obj] = field(default_factory=tuple)


def admits(*peers: Any, ports: Any = None) -> Obj:
    """Write a spec with one rule of ingress."""
    rule = {"from": list(peers), **({"ports": ports} if ports is not None else {})}
    return {"ingress": [rule]}


WEB_PODS = {"matchLabels": {"app": "web"}}
CASES = (
    Case(id="no-policy-leaves-open", spec=None, outcome="allowed"),
    Case(id="selected-by-no-policy", spec={"podSelector": {"matchLabels": {"app": "x"}}}, outcome="allowed"),
    Case(id="default-deny", spec={"policyTypes": ["Ingress"]}, outcome="denied"),
    Case(id="types-default-to-ingress", spec={}, outcome="denied"),
    Case(id="empty-types-default-too", spec={"policyTypes": []}, outcome="denied"),
    Case(id="egress-only-leaves-ingress-open", spec={"policyTypes": ["Egress"]}, outcome="allowed"),
    Case(id="empty-list-of-rules-denies", spec={"ingress": []}, outcome="denied"),
    Case(id="empty-rule-allows-all", spec={"ingress": [{}]}, outcome="allowed"),
    Case(id="empty-from-is-any-peer", spec={"ingress": [{"from": []}]}, outcome="allowed"),
    Case(id="pod-selector-alone-means-own-namespace", spec=admits({"podSelector": WEB_PODS}), outcome="denied"),
    Case(
        id="both-selectors-in-one-peer",
        spec=admits({"podSelector": WEB_PODS, "namespaceSelector": NAMED}),
        outcome="allowed",
    ),
    Case(
        id="both-selectors-must-fit",
        spec=admits({"podSelector": {"matchLabels": {"app": "api"}}, "namespaceSelector": NAMED}),
        outcome="denied",
    ),
    Case(
        id="two-peers-are-alternatives",
        spec=admits({"podSelector": {"matchLabels": {"app": "api"}}}, {"namespaceSelector": NAMED}),
        outcome="allowed",
    ),
    Case(id="empty-namespace-selector-is-all", spec=admits({"namespaceSelector": {}}), outcome="allowed"),
    Case(id="a-peer-without-anything-admits-nobody", spec=admits({}), outcome="denied"),
    Case(
        id="not-in-takes-an-absent-key",
        spec=admits(
            {
                "namespaceSelector": {},
                "podSelector": {"matchExpressions": [{"key": "zone", "operator": "NotIn", "values": ["a"]}]},
            }
        ),
        outcome="allowed",
    ),
    Case(
        id="in-does-not",
        spec=admits(
            {
                "namespaceSelector": {},
                "podSelector": {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a"]}]},
            }
        ),
        outcome="denied",
    ),
    Case(
        id="exists",
        spec=admits({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "Exists"}]}}),
        outcome="allowed",
    ),
    Case(
        id="does-not-exist",
        spec=admits({"namespaceSelector": {"matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}}),
        outcome="denied",
    ),
    Case(id="port-number", spec={"ingress": [{"ports": [{"port": 8080}]}]}, outcome="allowed"),
    Case(id="service-port-is-not-the-pods", spec={"ingress": [{"ports": [{"port": 80}]}]}, outcome="denied"),
    Case(id="port-name", spec={"ingress": [{"ports": [{"port": "http"}]}]}, outcome="allowed"),
    Case(id="another-port-name", spec={"ingress": [{"ports": [{"port": "web"}]}]}, outcome="denied"),
    Case(id="range", spec={"ingress": [{"ports": [{"port": 8000, "endPort": 8080}]}]}, outcome="allowed"),
    Case(id="below-the-range", spec={"ingress": [{"ports": [{"port": 8081, "endPort": 9000}]}]}, outcome="denied"),
    Case(id="protocol-alone", spec={"ingress": [{"ports": [{"protocol": "TCP"}]}]}, outcome="allowed"),
    Case(
        id="protocol-defaults-to-tcp", spec={"ingress": [{"ports": [{"port": 8080}]}]}, protocol="UDP", outcome="denied"
    ),
    Case(id="unknown-port", spec={"ingress": [{"ports": [{"port": 80}]}]}, port=0, outcome="unknown"),
    Case(id="any-policy-may-allow", spec={}, more=[policy("data", ingress=[{}])], outcome="allowed"),
    Case(id="block-over-a-pod", spec=admits({"ipBlock": {"cidr": "10.244.0.0/16"}}), outcome="unknown"),
    Case(id="block-beside-a-pod", spec=admits({"ipBlock": {"cidr": "192.0.2.0/24"}}), outcome="denied"),
    Case(id="itself", spec={}, source=DB, outcome="allowed"),
    Case(
        id="own-node",
        spec={},
        source=End(name="agent", namespace="ops", on_host=True, node="192.0.2.10"),
        target=End(name="db-1", namespace="data", node="192.0.2.10"),
        outcome="allowed",
    ),
    Case(
        id="host-network-caller",
        spec=admits({"namespaceSelector": {}}),
        source=End(name="agent", namespace="ops", on_host=True, node="192.0.2.10"),
        outcome="unknown",
    ),
    Case(
        id="host-network-target",
        spec={},
        target=End(name="db-1", namespace="data", on_host=True),
        outcome="unknown",
    ),
    Case(
        id="unread-namespace",
        spec=admits({"namespaceSelector": {"matchLabels": {"team": "x"}}}),
        source=End(name="a", namespace="b", space=Carried(pairs={NAME_LABEL: "b"}, complete=False)),
        outcome="unknown",
    ),
    Case(
        id="name-of-an-unread-namespace",
        spec=admits({"namespaceSelector": NAMED}),
        source=End(name="a", namespace="b", space=Carried(pairs={NAME_LABEL: "b"}, complete=False)),
        outcome="denied",
    ),
    Case(id="egress-needs-the-type-or-rules", side="egress", spec={}, target=OUT, outcome="allowed"),
    Case(
        id="egress-rules-imply-the-type",
        side="egress",
        spec={"egress": [{"ports": [{"port": 53}]}]},
        target=OUT,
        outcome="denied",
    ),
    Case(
        id="block",
        side="egress",
        spec={"egress": [{"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}]},
        target=OUT,
        outcome="allowed",
    ),
    Case(
        id="except",
        side="egress",
        spec={"egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": ["203.0.113.8/29"]}}]}]},
        target=OUT,
        outcome="denied",
    ),
    Case(
        id="name-outside",
        side="egress",
        spec={"egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]},
        target=End(),
        outcome="allowed",
    ),
    Case(
        id="name-outside-and-a-narrow-block",
        side="egress",
        spec={"egress": [{"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}]},
        target=End(),
        outcome="unknown",
    ),
    Case(
        id="selectors-take-no-address",
        side="egress",
        spec={"egress": [{"to": [{"namespaceSelector": {}}]}]},
        target=OUT,
        outcome="denied",
    ),
    Case(
        id="service-address",
        side="egress",
        spec={"egress": [{"to": [{"ipBlock": {"cidr": "10.96.0.1/32"}}]}]},
        target=End(address="192.0.2.7", virtual="10.96.0.1"),
        outcome="unknown",
    ),
    Case(id="damaged", spec={"ingress": [{"from": [None, 7], "ports": "x"}, 3]}, outcome="denied"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_flow_is_judged_as_the_api_words_it(case: Case) -> None:
    space = "data" if case.side == "ingress" else "shop"
    rules = [*([policy(space, **case.spec)] if case.spec is not None else []), *case.more]
    flow = Flow(source=case.source, target=case.target, port=case.port, protocol=case.protocol)

    judged = judge(flow, egress=rules if case.side == "egress" else [], ingress=rules if case.side == "ingress" else [])

    assert judged.outcome == case.outcome


def test_both_ends_must_allow() -> None:
    flow = Flow(source=WEB, target=DB, port=8080)

    judged = judge(flow, egress=[policy("shop", policyTypes=["Egress"])], ingress=[policy("data", ingress=[{}])])

    assert judged.outcome == "denied"
    assert [entry.side for entry in judged.denying] == ["egress"]


def test_policies_that_were_not_read_leave_it_open_whether_a_flow_passes() -> None:
    assert judge(Flow(source=WEB, target=DB, port=80), egress=None, ingress=[]).outcome == "unknown"
    assert judge(Flow(source=WEB, target=DB, port=80), egress=None, ingress=[policy("data")]).outcome == "denied"
