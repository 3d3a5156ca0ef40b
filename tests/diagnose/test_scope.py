"""What was asked about: targets as people type them, near-misses, what belongs to an app."""

from dataclasses import dataclass

import pytest

from core.errors import NamespaceNotFound, SextantError, TargetInvalid, TargetNotFound
from diagnose.graph import Graph
from diagnose.scope import Scope, parse_target, resolve
from tests.diagnose import build

TOP, MIDDLE, POD = build.deployed(build.pod("checkout-7d9c-x", labels={"app": "checkout"}), "checkout")
SERVICE = build.service("checkout")
PATH = {"backend": {"service": {"name": "checkout", "port": {"number": 80}}}}
INGRESS = build.obj("Ingress", "front", spec={"rules": [{"http": {"paths": [PATH]}}]})
SCALER = build.obj(
    "HorizontalPodAutoscaler",
    "checkout",
    spec={"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "checkout"}},
)
OTHER = build.deployment("catalogue")
SPACE = build.obj("Namespace", "shop", namespace="")
ROLLOUT = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "web", "namespace": "shop"}}
SNAPSHOT = build.snapshot(TOP, MIDDLE, POD, SERVICE, INGRESS, SCALER, OTHER, SPACE, ROLLOUT)


def scope(target: str = "", space: str = "") -> Scope:
    return resolve(SNAPSHOT, Graph(SNAPSHOT), target=target, space=space)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("deploy/checkout", "Deployment"),
        ("Deployment/checkout", "Deployment"),
        ("rollout/web", "Rollout.argoproj.io"),
        ("rollouts.argoproj.io/web", "Rollout.argoproj.io"),
    ],
)
def test_a_target_is_read_as_people_type_it(words: str, key: str) -> None:
    assert parse_target(words, SNAPSHOT) == (key, words.partition("/")[2])


@pytest.mark.parametrize("words", ["checkout", "deploy/", "/checkout", "deploy/a/b", "deplyo/checkout", "widget/x"])
def test_what_is_no_target_is_refused_with_a_way_on(words: str) -> None:
    with pytest.raises(TargetInvalid) as caught:
        parse_target(words, SNAPSHOT)
    assert caught.value.next_step


def test_a_mistyped_kind_gets_a_hint() -> None:
    with pytest.raises(TargetInvalid, match="Did you mean deploy"):
        parse_target("deplyo/checkout", SNAPSHOT)


@dataclass(frozen=True)
class Missing:
    """A question about what does not exist, the error, and what its next step offers."""

    id: str
    target: str
    space: str
    error: type[SextantError]
    offers: str


MISSING = (
    Missing("mistyped name", "deploy/chekout", "shop", TargetNotFound, "checkout"),
    Missing("unlike any name", "deploy/zzz", "shop", TargetNotFound, "catalogue"),
    Missing("another namespace", "deploy/checkout", "elsewhere", TargetNotFound, "-n shop"),
    Missing("mistyped namespace", "", "shopp", NamespaceNotFound, "shop"),
)


@pytest.mark.parametrize("case", MISSING, ids=lambda case: case.id)
def test_what_does_not_exist_is_answered_with_the_closest_names(case: Missing) -> None:
    with pytest.raises(case.error) as caught:
        scope(case.target, case.space)
    assert case.offers in caught.value.next_step


def test_an_app_is_its_workload_and_what_leads_to_it() -> None:
    found = scope("deploy/checkout", "shop").objects
    assert found is not None
    assert {ref.kind for ref in found} >= {
        "Deployment",
        "ReplicaSet",
        "Pod",
        "Service",
        "Ingress",
        "HorizontalPodAutoscaler",
    }
    assert "catalogue" not in {ref.name for ref in found}


def test_a_pod_stands_for_the_app_that_it_belongs_to() -> None:
    found = scope("pod/checkout-7d9c-x", "shop")
    assert found.objects is not None
    assert ("Deployment", "checkout") in {(ref.kind, ref.name) for ref in found.objects}
    assert [workload["kind"] for workload in found.workloads] == ["Pod"]


def test_a_service_is_judged_by_the_workloads_behind_it() -> None:
    assert [workload["metadata"]["name"] for workload in scope("svc/checkout", "shop").workloads] == ["checkout"]


def test_a_target_without_a_namespace_is_found_when_its_name_is_unique() -> None:
    assert scope("deploy/checkout").namespace == "shop"


def test_a_namespace_holds_its_top_level_workloads() -> None:
    found = scope(space="shop")
    assert [workload["metadata"]["name"] for workload in found.workloads] == ["catalogue", "checkout"]
    assert found.objects is None


def test_a_service_that_selects_nothing_still_belongs_to_the_app_of_its_name() -> None:
    lost = build.service("checkout", selector={"app": "checkout-v2"})
    snapshot = build.snapshot(TOP, MIDDLE, POD, lost, SPACE)
    found = resolve(snapshot, Graph(snapshot), target="deploy/checkout", space="shop")
    assert found.objects is not None
    assert "Service" in {ref.kind for ref in found.objects}
