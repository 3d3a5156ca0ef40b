"""The object graph: owners, selectors, references, what depends on what."""

from typing import Any

import pytest

from cluster.snapshot import ref_of
from diagnose.findings import Edge
from diagnose.graph import Graph, references, selector_matches
from tests.diagnose import build


def graph(*objects: build.Obj) -> Graph:
    return Graph(build.snapshot(*objects))


def test_a_pod_is_held_by_the_deployment_that_made_its_replicaset() -> None:
    top, middle, pod = build.deployed(build.pod())
    found = graph(top, middle, pod)
    assert [ref_of(owner).kind for owner in found.owners(pod)] == ["ReplicaSet", "Deployment"]
    assert found.holder(pod) == top
    assert found.pods_of(top) == (pod,)


def test_an_owner_of_the_same_name_but_another_uid_is_none() -> None:
    top, middle, pod = build.deployed(build.pod())
    stranger = {**middle, "metadata": {**middle["metadata"], "uid": "another"}}
    assert graph(top, stranger, pod).owner(pod) is None


def test_owners_that_own_each_other_do_not_hang() -> None:
    one, other = build.deployment("one"), build.deployment("other")
    one["metadata"]["ownerReferences"] = build.owned_by(other)
    other["metadata"]["ownerReferences"] = build.owned_by(one)
    found = graph(one, other)
    assert len(list(found.owners(one))) <= 8
    assert found.pods_of(one) == ()


def test_a_service_selects_running_pods_that_carry_all_pairs() -> None:
    service = build.service("web", selector={"app": "web", "tier": "front"})
    right = build.pod("a", labels={"app": "web", "tier": "front", "more": "x"})
    wrong = build.pod("b", labels={"app": "web"})
    done = build.pod("c", labels={"app": "web", "tier": "front"}, phase="Succeeded")
    elsewhere = build.pod("d", labels={"app": "web", "tier": "front"}, namespace="other")
    found = graph(service, right, wrong, done, elsewhere)
    assert found.pods_of_service(service) == (right,)
    assert found.services_of(right) == (service,)
    assert found.services_of(wrong) == ()


def test_a_service_without_a_selector_selects_nothing() -> None:
    service = build.service("external", selector={})
    assert graph(service, build.pod()).pods_of_service(service) == ()


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "db"}}, False),
        ({"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "db"]}]}, True),
        ({"matchExpressions": [{"key": "gone", "operator": "NotIn", "values": ["x"]}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "Exists"}]}, True),
        ({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}, False),
        ({"matchExpressions": [{"key": "app", "operator": "Near"}]}, False),
    ],
)
def test_label_selectors_match_as_the_api_defines(selector: dict[str, Any], *, matches: bool) -> None:
    assert selector_matches(selector, {"app": "web"}) is matches


def test_every_reference_of_a_pod_spec_is_found_with_its_place() -> None:
    spec = {
        "serviceAccountName": "robot",
        "imagePullSecrets": [{"name": "pull"}],
        "containers": [
            {
                "name": "app",
                "env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "cm", "key": "a", "optional": True}}}],
                "envFrom": [{"secretRef": {"name": "sec"}}],
            }
        ],
        "volumes": [
            {"name": "v", "configMap": {"name": "files", "items": [{"key": "k", "path": "p"}]}},
            {"name": "w", "projected": {"sources": [{"secret": {"name": "cert"}}]}},
            {"name": "x", "persistentVolumeClaim": {"claimName": "data"}},
        ],
    }
    found = {(entry.kind, entry.name, entry.key, entry.optional, entry.edge) for entry in references(spec)}
    assert found == {
        ("ConfigMap", "cm", "a", True, Edge.ENV),
        ("Secret", "sec", "", False, Edge.ENV),
        ("ConfigMap", "files", "", False, Edge.MOUNT),
        ("ConfigMap", "files", "k", False, Edge.MOUNT),
        ("Secret", "cert", "", False, Edge.MOUNT),
        ("PersistentVolumeClaim", "data", "", False, Edge.MOUNT),
        ("Secret", "pull", "", True, Edge.IMAGE),
        ("ServiceAccount", "robot", "", False, Edge.POLICY),
    }


def test_an_ingress_depends_on_its_services_and_these_on_their_pods() -> None:
    path = {"path": "/", "backend": {"service": {"name": "web", "port": {"number": 80}}}}
    ingress = build.obj("Ingress", "front", spec={"rules": [{"http": {"paths": [path]}}]})
    pod = build.pod(labels={"app": "web"})
    service = build.service("web")
    found = graph(ingress, service, pod)
    assert [str(reach.ref) for reach in found.depends_on(ingress)] == ["Service shop/web"]
    assert [str(reach.ref) for reach in found.depends_on(service)] == [f"Pod shop/{pod['metadata']['name']}"]
