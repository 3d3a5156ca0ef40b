"""Calls that a service mesh refuses."""

from typing import Any

import pytest

from diagnose.analyzers.network_policies import network_policies
from diagnose.scene import Scene
from tests.diagnose import build

POD, PROXIED = "app-7d9c-x2x4z", "orders-0"
Obj = dict[str, Any]
REFUSED = 'call of http://orders:8080/list failed with status 403: "RBAC: access denied"'
CUT = "Error: connection to orders:8080 failed: connection reset by peer"


def custom(kind: str, name: str, group: str = "security.istio.io", *, namespace: str = "shop", **spec: Any) -> Obj:
    """Make an object of the mesh."""
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": metadata, "spec": spec}


def called(*, proxy: bool = True) -> list[Obj]:
    """Make the called program, with or without a proxy beside it, and its Service."""
    parts = [build.container("orders"), *([build.container("istio-proxy")] if proxy else [])]
    statuses = [build.status(part["name"], state=build.running(), ready=True) for part in parts]
    body = build.pod(PROXIED, containers=parts, statuses=statuses, ready=True, labels={"app": "orders"})
    return [*build.deployed(body, "orders"), build.service("orders", port=8080)]


def stage(line: str, *objects: Obj, proxy: bool = False, said_by_proxy: str = "") -> Scene:
    """Prepare a caller that ends with this line."""
    env = [{"name": "ORDERS_URL", "value": "http://orders:8080"}]
    parts = [build.container(env=env), *([build.container("istio-proxy")] if proxy else [])]
    statuses = [
        build.status(state=build.running(600)),
        *([build.status("istio-proxy", state=build.running(600))] if proxy else []),
    ]
    body = build.pod(POD, containers=parts, statuses=statuses, spec={"serviceAccountName": "web"})
    logs = {(POD, "app", False): [line]}
    if said_by_proxy:
        logs[(PROXIED, "istio-proxy", False)] = [said_by_proxy]
    return build.scene(*build.deployed(body), *objects, logs=logs)


WEB = "cluster.local/ns/shop/sa/web"
STRICT = custom("PeerAuthentication", "default", mtls={"mode": "STRICT"})


def test_a_caller_that_no_rule_allows_is_told_with_its_identity() -> None:
    rules = [{"from": [{"source": {"principals": ["cluster.local/ns/shop/sa/api"]}}]}]
    policy = custom("AuthorizationPolicy", "orders", selector={"matchLabels": {"app": "orders"}}, rules=rules)

    (found,) = build.findings(network_policies, stage(REFUSED, *called(), policy, proxy=True))

    assert (found.code, found.variant, found.object.name) == ("MeshPolicyDenied", "authorization", "orders")
    assert WEB in found.summary.en
    assert found.remedies[0].patch == {
        "operations": [{"op": "add", "path": "/spec/rules/-", "value": {"from": [{"source": {"principals": [WEB]}}]}}]
    }


def test_an_allow_policy_without_rules_denies_all() -> None:
    policy = custom("AuthorizationPolicy", "nobody")

    (found,) = build.findings(network_policies, stage(REFUSED, *called(), policy, proxy=True))

    assert found.object.name == "nobody"


def test_a_rule_that_denies_is_named() -> None:
    policy = custom(
        "AuthorizationPolicy", "not-web", action="DENY", rules=[{"from": [{"source": {"namespaces": ["shop"]}}]}]
    )

    (found,) = build.findings(network_policies, stage(REFUSED, *called(), policy, proxy=True))

    assert "its rule 1 denies it" in found.summary.en
    assert "notPrincipals" in found.remedies[0].command


def test_the_proxy_of_the_called_program_names_the_policy() -> None:
    line = '"GET /list" 403 - rbac_access_denied_matched_policy[ns[shop]-policy[not-web]-rule[0]] - "-"'
    policy = custom(
        "AuthorizationPolicy", "not-web", action="DENY", rules=[{"to": [{"operation": {"methods": ["GET"]}}]}]
    )

    found = build.findings(network_policies, stage("ok", *called(), policy, said_by_proxy=line))

    assert [entry.object.name for entry in found] == ["not-web"]


@pytest.mark.parametrize(
    "policy",
    [
        custom("AuthorizationPolicy", "all", rules=[{}]),
        custom("AuthorizationPolicy", "web", rules=[{"from": [{"source": {"principals": ["*/sa/web"]}}]}]),
        custom("AuthorizationPolicy", "other", selector={"matchLabels": {"app": "mail"}}),
        custom("AuthorizationPolicy", "path", rules=[{"to": [{"operation": {"paths": ["/list"]}}]}]),
        custom("AuthorizationPolicy", "audit", action="AUDIT"),
    ],
    ids=lambda policy: str(policy["metadata"]["name"]),
)
def test_a_policy_that_allows_or_cannot_be_judged_is_not_blamed(policy: Obj) -> None:
    assert build.findings(network_policies, stage(REFUSED, *called(), policy, proxy=True)) == []


def test_the_programs_own_403_is_none_of_the_mesh() -> None:
    policy = custom("AuthorizationPolicy", "nobody")

    assert build.findings(network_policies, stage("status 403: access denied for user 7", *called(), policy)) == []


def test_a_caller_without_proxy_is_cut_off_where_mutual_tls_is_demanded() -> None:
    (found,) = build.findings(network_policies, stage(CUT, *called(), STRICT))

    assert (found.code, found.variant, found.object.kind) == ("MeshPolicyDenied", "mtls", "PeerAuthentication")
    assert "no mesh proxy" in found.summary.en
    assert "sidecar.istio.io/inject" in found.remedies[0].command


def test_a_rule_that_turns_tls_off_contradicts() -> None:
    rule = custom(
        "DestinationRule", "orders", "networking.istio.io", host="orders", trafficPolicy={"tls": {"mode": "DISABLE"}}
    )

    (found,) = build.findings(network_policies, stage(CUT, *called(), STRICT, rule, proxy=True))

    assert found.object.kind == "DestinationRule"
    assert "ISTIO_MUTUAL" in found.remedies[0].command


@pytest.mark.parametrize(
    ("objects", "proxy"),
    [
        ([*called(), custom("PeerAuthentication", "default", mtls={"mode": "PERMISSIVE"})], False),
        ([*called(proxy=False), STRICT], False),
        ([*called(), STRICT], True),
        (
            [
                *called(),
                STRICT,
                custom(
                    "PeerAuthentication", "own", selector={"matchLabels": {"app": "orders"}}, mtls={"mode": "DISABLE"}
                ),
            ],
            False,
        ),
    ],
    ids=["permissive", "no-proxy-at-all", "both-in-the-mesh", "own-policy-wins"],
)
def test_no_mutual_tls_is_demanded_or_both_speak_it(objects: list[Obj], proxy: bool) -> None:
    assert build.findings(network_policies, stage(CUT, *objects, proxy=proxy)) == []


@pytest.mark.parametrize("damage", [None, 3, [], {"rules": [None, 3, {"from": "x"}], "selector": []}])
def test_damaged_policies_break_nothing(damage: Any) -> None:
    broken = [
        {
            "apiVersion": "security.istio.io/v1",
            "kind": kind,
            "metadata": {"name": "x", "namespace": "shop"},
            "spec": damage,
        }
        for kind in ("AuthorizationPolicy", "PeerAuthentication")
    ]
    for line in (REFUSED, CUT):
        build.findings(network_policies, stage(line, *called(), *broken))
