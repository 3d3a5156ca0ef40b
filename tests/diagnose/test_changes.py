"""The change after which a fault began: named only where time and structure agree, and never long after."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from core.evidence import verify
from diagnose.changes import edits
from diagnose.engine import diagnose
from diagnose.findings import Trigger
from tests.diagnose.build import (
    Obj,
    ago,
    container,
    crash_loop,
    deployment,
    obj,
    owned_by,
    pod,
    replicaset,
    running,
    service,
    snapshot,
    status,
)

EDITED: dict[str, Any] = {"f:data": {"f:DB_HOST": {}}}


def managed(manager: str, seconds: float, fields: Mapping[str, Any], **rest: str) -> Obj:
    return {"manager": manager, "operation": "Update", "time": ago(seconds), "fieldsV1": dict(fields), **rest}


def rolled_out(*, new_age: float, pod_age: float, on_new: bool = True, image: str = "shop/app:2") -> list[Obj]:
    """Return a Deployment with two revisions, and a crashing pod of one of them."""
    newer = container(image=image, envFrom=[{"configMapRef": {"name": "settings"}}])
    body = pod(containers=[newer], statuses=[crash_loop(ended=60, ran=2)], created=pod_age)
    top = deployment(body=body, created=1e5)
    sets = []
    for number, entry, age in ((1, container(image="shop/app:1", envFrom=newer["envFrom"]), 9e4), (2, newer, new_age)):
        made = replicaset(f"app-{number}", top, revision=number, replicas=int(number == 2))
        made["metadata"] |= {"labels": {"pod-template-hash": str(number)}, "creationTimestamp": ago(age)}
        made["spec"] = {**made["spec"], "template": {**top["spec"]["template"], "spec": {"containers": [entry]}}}
        sets.append(made)
    owner = sets[1 if on_new else 0]
    body["metadata"] |= {
        "ownerReferences": owned_by(owner),
        "labels": {"app": "app", "pod-template-hash": "2" if on_new else "1"},
    }
    return [top, *sets, body]


def first_rollout() -> list[Obj]:
    """Return a Deployment that was made an hour ago and never worked."""
    top, _, _, body = rolled_out(new_age=3600, pod_age=3600)
    top["metadata"]["creationTimestamp"] = ago(3600)
    body["metadata"]["ownerReferences"] = owned_by(top)
    return [top, body]


def settings(*fields: Obj, created: float = 9e4) -> Obj:
    return obj(
        "ConfigMap", "settings", created=created, data={"DB_HOST": "db"}, metadata={"managedFields": list(fields)}
    )


def trigger_of(*objects: Obj) -> Trigger | None:
    taken = snapshot(*objects)
    roots = diagnose(taken, namespace="shop").roots
    assert roots
    found = roots[0].trigger
    if found:
        assert found.evidence
        assert all(verify(entry, taken) for entry in found.evidence)
    return found


@dataclass(frozen=True)
class Before:
    """What stands in the cluster, and the change that is named: its object, and a part of what it lists."""

    id: str
    objects: list[Obj]
    object: str = ""
    change: str = ""
    by: str = ""


CASES = (
    Before(
        "a new image",
        [*rolled_out(new_age=600, pod_age=590), settings()],
        "Deployment",
        "containers[app].image: shop/app:1 -> shop/app:2",
    ),
    Before("the same template again", [*rolled_out(new_age=600, pod_age=590, image="shop/app:1"), settings()]),
    Before("pods of the old revision fail", [*rolled_out(new_age=600, pod_age=590, on_new=False), settings()]),
    Before("rolled out the day before", [*rolled_out(new_age=8e4, pod_age=500), settings()]),
    Before(
        "settings edited since the rollout",
        [*rolled_out(new_age=2000, pod_age=500), settings(managed("kubectl-edit", 550, EDITED))],
        "ConfigMap",
        "data.DB_HOST",
        "kubectl-edit",
    ),
    Before(
        "settings edited after the fault began",
        [*rolled_out(new_age=8e4, pod_age=900), settings(managed("kubectl-edit", 20, EDITED))],
    ),
    Before(
        "Kubernetes wrote it",
        [*rolled_out(new_age=8e4, pod_age=500), settings(managed("kube-controller-manager", 550, EDITED))],
    ),
    Before(
        "settings made with the workload",
        [*first_rollout(), settings(created=3601)],
    ),
    Before(
        "settings made just now",
        [*rolled_out(new_age=8e4, pod_age=500), settings(created=520)],
        "ConfigMap",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_change_before_a_fault_is_named(case: Before) -> None:
    found = trigger_of(*case.objects)
    assert (found.object.kind if found else "") == case.object
    if found:
        assert case.change in " ".join(found.changes)
        assert found.by == case.by


def test_an_edited_selector_is_the_change_before_a_service_lost_its_pods() -> None:
    ready = pod("web-1", labels={"app": "web"}, ready=True, statuses=[status("app", state=running(), ready=True)])
    broken = service("web", selector={"app": "wbe"})
    broken["metadata"]["managedFields"] = [managed("kubectl-patch", 300, {"f:spec": {"f:selector": {"f:app": {}}}})]
    marked = {"labels": {"kubernetes.io/service-name": "web"}}
    lost = obj("EndpointSlice", "web-x", metadata=marked, endpoints=[], addressType="IPv4")
    found = trigger_of(ready, broken, lost)
    assert found
    assert (found.object.kind, found.by, found.changes) == ("Service", "kubectl-patch", ("spec.selector.app",))


def test_fields_of_lists_are_named_by_their_key() -> None:
    written: dict[str, Any] = {
        "f:spec": {"f:ports": {".": {}, 'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:targetPort": {}}}}
    }
    changed = obj("Service", "web", metadata={"managedFields": [managed("kubectl-edit", 10, written)]})
    assert [edit.paths for edit in edits(changed)] == [("spec.ports[80,TCP].targetPort",)]


@pytest.mark.parametrize("fields", [None, "x", [1], [{"manager": 3, "time": "soon"}], [{}], [managed("a", 1, {})]])
def test_damaged_managed_fields_name_nothing(fields: Any) -> None:
    assert not list(edits(obj("Service", "web", metadata={"managedFields": fields})))
