"""Revisions of workloads and what differs between two templates."""

from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.graph import Graph
from diagnose.revisions import current_revision, difference, revisions, same_template, serving_revision
from tests.diagnose.build import Obj, container, deployment, obj, owned_by, pod, replicaset, snapshot


def shaped(*containers: Obj, **spec: Any) -> Obj:
    return {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": list(containers), **spec}}


@dataclass(frozen=True, kw_only=True)
class Pair:
    id: str
    old: Obj
    new: Obj
    changes: tuple[str, ...]


PAIRS = (
    Pair(id="equal", old=shaped(container()), new=shaped(container()), changes=()),
    Pair(
        id="image",
        old=shaped(container("a", "shop/web:1")),
        new=shaped(container("a", "shop/web:2")),
        changes=("containers[a].image: shop/web:1 -> shop/web:2",),
    ),
    Pair(
        id="environment",
        old=shaped(container("a", env=[{"name": "MODE", "value": "on"}, {"name": "OLD", "value": "1"}])),
        new=shaped(container("a", env=[{"name": "MODE", "value": "off"}, {"name": "NEW", "value": "2"}])),
        changes=(
            "containers[a].env.MODE: on -> off",
            "containers[a].env.NEW: <unset> -> 2",
            "containers[a].env.OLD: 1 -> <unset>",
        ),
    ),
    Pair(
        id="resources come before environment and probes",
        old=shaped(container("a", resources={"limits": {"memory": "1Gi"}}, readinessProbe={"periodSeconds": 5})),
        new=shaped(
            container(
                "a",
                resources={"limits": {"memory": "64Mi"}},
                readinessProbe={"periodSeconds": 1},
                env=[{"name": "X", "value": "1"}],
            )
        ),
        changes=(
            "containers[a].resources.limits.memory: 1Gi -> 64Mi",
            "containers[a].env.X: <unset> -> 1",
            "containers[a].readinessProbe.periodSeconds: 5 -> 1",
        ),
    ),
    Pair(
        id="containers and the pod",
        old=shaped(container("a", "x:1"), serviceAccountName="one"),
        new=shaped(container("a", "x:1"), container("b", "y:1"), serviceAccountName="two"),
        changes=("containers[b]: <unset> -> y:1", "serviceAccountName: one -> two"),
    ),
    Pair(id="nothing readable", old={"spec": {"containers": 5}}, new={"spec": None}, changes=()),
)


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: case.id)
def test_differences_are_listed_with_images_first(case: Pair) -> None:
    assert tuple(str(change) for change in difference(case.old, case.new)) == case.changes


def test_the_hash_that_a_controller_adds_makes_no_difference() -> None:
    marked = shaped(container())
    marked["metadata"]["labels"] = {"app": "web", "pod-template-hash": "5d4f"}
    assert same_template(marked, shaped(container()))
    assert not same_template(marked, shaped(container("other")))


def test_revisions_of_a_deployment_are_its_replica_sets_newest_first() -> None:
    top = deployment("web", body=pod(containers=[container("a", "x:2")]), replicas=2)
    new = replicaset("web-2", top, revision=2)
    old = replicaset("web-1", top, revision=1, replicas=2, ready=2)
    old["spec"]["template"] = shaped(container("a", "x:1"))
    found = revisions(Graph(snapshot(top, new, old)), top)
    assert [(entry.number, entry.ready, entry.current) for entry in found] == [(2, 0, True), (1, 2, False)]
    serving = serving_revision(found)
    assert serving is not None
    assert serving.number == 1


def test_the_current_revision_is_the_one_with_the_template_even_after_a_roll_back() -> None:
    top = deployment("web", body=pod(containers=[container("a", "x:1")]))
    back = replicaset("web-1", top, revision=3)
    other = replicaset("web-2", top, revision=2, ready=1)
    other["spec"]["template"] = shaped(container("a", "x:2"))
    current = current_revision(revisions(Graph(snapshot(top, back, other)), top))
    assert current is not None
    assert current.number == 3


def test_revisions_of_a_stateful_set_are_its_controller_revisions_with_their_pods() -> None:
    top = obj("StatefulSet", "db", spec={"replicas": 2, "template": shaped(container("a", "x:2"))}, status={})
    held = [
        obj(
            "ControllerRevision",
            f"db-{mark}",
            metadata={"ownerReferences": owned_by(top), "labels": {"controller-revision-hash": mark}},
            revision=number,
            data={"spec": {"template": shaped(container("a", f"x:{number}"))}},
        )
        for number, mark in ((1, "aaa"), (2, "bbb"))
    ]
    pods = [
        pod("db-0", owner=top, ready=True, labels={"controller-revision-hash": "db-aaa"}),
        pod("db-1", owner=top, labels={"controller-revision-hash": "db-bbb"}),
    ]
    found = revisions(Graph(snapshot(top, *held, *pods)), top)
    assert [(entry.number, entry.wanted, entry.ready) for entry in found] == [(2, 1, 0), (1, 1, 1)]
    assert [str(change) for change in difference(found[1].template, found[0].template)] == [
        "containers[a].image: x:1 -> x:2"
    ]


def test_without_revisions_there_is_none() -> None:
    lonely = deployment("web")
    assert revisions(Graph(snapshot(lonely)), lonely) == ()
    assert current_revision(()) is None
    assert serving_revision(()) is None
