"""Rights, asked directly."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.rbac import Request, Rights, rule_lacks
from tests.diagnose import build

ASKED = Request(user="system:serviceaccount:shop:web", verbs=("list",), resource="pods", namespace="shop")
VIEW = {"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}


def rights(*, kind: str = "RoleBinding", unread: tuple[str, ...] = (), rules: Any = (VIEW,)) -> Rights:
    """Bind a ClusterRole to the ServiceAccount."""
    home = "shop" if kind == "RoleBinding" else ""
    role = build.obj("ClusterRole", "view", namespace="", rules=list(rules))
    binding = build.obj(
        kind,
        "views",
        namespace=home,
        roleRef={"kind": "ClusterRole", "name": "view"},
        subjects=[{"kind": "ServiceAccount", "name": "web", "namespace": "shop"}],
    )
    return Rights(build.snapshot(role, binding, unread=unread))


def test_a_role_binding_grants_in_its_own_namespace_only() -> None:
    assert rights().answer(ASKED) == "allowed"
    assert rights().answer(replace(ASKED, namespace="data")) == "denied"
    assert rights().answer(replace(ASKED, namespace="")) == "denied"


def test_a_cluster_role_binding_grants_everywhere() -> None:
    for space in ("shop", "data", ""):
        assert rights(kind="ClusterRoleBinding").answer(replace(ASKED, namespace=space)) == "allowed"


def test_two_rules_together_may_grant_two_verbs() -> None:
    both = rights(rules=(VIEW, {**VIEW, "verbs": ["watch"]}))

    assert both.answer(replace(ASKED, verbs=("list", "watch"))) == "allowed"


def test_what_was_not_read_may_grant_it() -> None:
    assert rights(unread=("ClusterRoleBinding",)).answer(replace(ASKED, namespace="data")) == "unknown"
    assert rights(unread=("ClusterRoleBinding",)).answer(ASKED) == "allowed"


WORDS = ("get", "list", "*", "pods", "pods/log", "*/log", "", "apps", "web")


@given(
    st.fixed_dictionaries(
        {key: st.lists(st.sampled_from(WORDS), max_size=3) for key in ("verbs", "apiGroups", "resources")},
        optional={"resourceNames": st.lists(st.sampled_from(WORDS), max_size=2)},
    ),
    st.sampled_from(("get", "list")),
    st.sampled_from(("", "log")),
    st.sampled_from(("", "apps")),
    st.sampled_from(("", "web")),
)
def test_a_rule_grants_what_every_part_of_it_admits(rule: Any, verb: str, sub: str, group: str, name: str) -> None:
    request = Request(user="u", verbs=(verb,), resource="pods", subresource=sub, group=group, name=name)
    full = f"pods/{sub}" if sub else "pods"
    resource = any(entry in {"*", full} or (sub and entry == f"*/{sub}") for entry in rule["resources"])
    names = rule.get("resourceNames", [])
    naive = (
        bool({verb, "*"} & set(rule["verbs"]))
        and bool({group, "*"} & set(rule["apiGroups"]))
        and resource
        and (not names or name in names)
    )

    assert (not rule_lacks(rule, request)) is naive


@pytest.mark.parametrize(
    ("pattern", "granted"), [("/metrics", True), ("/metr*", True), ("*", True), ("/health", False)]
)
def test_plain_urls_are_granted_by_their_own_rules(pattern: str, granted: bool) -> None:
    request = Request(user="u", verbs=("get",), path="/metrics")

    assert (not rule_lacks({"nonResourceURLs": [pattern], "verbs": ["get"]}, request)) is granted
