"""Deletions that do not end, and evictions that a budget forbids."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.termination import termination
from diagnose.codes.termination import CODES
from diagnose.findings import Finding, Role, Severity
from tests.diagnose.analyzers.build_routing import custom, routed, state
from tests.diagnose.build import (
    SPACE,
    Obj,
    ago,
    container,
    deployed,
    deployment,
    event,
    findings,
    in_progress,
    node,
    obj,
    owned_by,
    pod,
    replicaset,
    ruled_out,
    running,
    status,
)

FINALIZER = "widget-operator.acme.dev/release"


def widget(*, deleted: float = 900, finalizer: str = FINALIZER, name: str = "left", **metadata: Any) -> Obj:
    meta = {"deletionTimestamp": ago(deleted), "finalizers": [finalizer], **metadata}
    return custom("acme.dev/v1", "Widget", name, metadata=meta)


def operator(*, ready: int = 0, replicas: int = 1, name: str = "widget-operator") -> Obj:
    body = pod(containers=[container("manager")])
    return deployment(name, body=body, namespace="ops", replicas=replicas, ready=ready)


def claim(*, deleted: float = 900) -> Obj:
    meta = {"deletionTimestamp": ago(deleted), "finalizers": ["kubernetes.io/pvc-protection"]}
    return obj("PersistentVolumeClaim", "data", metadata=meta)


def mounting(*, phase: str = "Running") -> list[Obj]:
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    return deployed(pod(spec={"volumes": volumes}, phase=phase, ready=True))


def ending(*conditions: Obj, deleted: float = 900, **metadata: Any) -> Obj:
    return obj(
        "Namespace",
        SPACE,
        namespace="",
        metadata={"deletionTimestamp": ago(deleted), **metadata},
        spec={"finalizers": ["kubernetes"]},
        status={"phase": "Terminating", "conditions": list(conditions)},
    )


def leaving(*, over: float = 600, **fields: Any) -> Obj:
    body = pod(ready=False, statuses=[status(state=running())], **fields)
    metadata = {**body["metadata"], "deletionTimestamp": ago(over), "deletionGracePeriodSeconds": 30}
    return {**body, "metadata": metadata}


def silent_node() -> Obj:
    return node(conditions=[state("Ready", "Unknown", "NodeStatusUnknown")])


def one(*objects: Obj, **more: Any) -> Finding:
    found = findings(termination, routed(*objects, **more))
    assert len(found) == 1, [entry.id for entry in found]
    return found[0]


REMAINING = state(
    "NamespaceContentRemaining",
    "True",
    "SomeResourcesRemain",
    "Some resources are remaining: widgets.acme.dev has 2 resource instances",
)
HELD = state(
    "NamespaceFinalizersRemaining",
    "True",
    "SomeFinalizersRemain",
    f"Some content in the namespace has finalizers remaining: {FINALIZER} in 2 resource instances",
)
UNDISCOVERED = state(
    "NamespaceDeletionDiscoveryFailure",
    "True",
    "DiscoveryFailed",
    "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: "
    "metrics.acme.dev/v1: stale GroupVersion discovery: metrics.acme.dev/v1",
)


# -- finalizers of objects


def test_a_finalizer_whose_controller_is_down_names_the_controller() -> None:
    found = one(widget(), operator(ready=0))

    assert (found.code, found.variant, found.role) == ("FinalizerBlocked", "object", Role.SYMPTOM)
    assert str(found.object) == f"Widget {SPACE}/left"
    assert FINALIZER in found.summary.en
    assert "seems to be its controller" in found.summary.en
    assert "none of its 1 pods ready" in found.summary.en
    assert [str(reach.ref) for reach in found.affected] == ["Deployment ops/widget-operator"]
    assert found.confidence.word == "inferred"


def test_the_managed_fields_prove_who_set_the_finalizer() -> None:
    fields: Obj = {"f:metadata": {"f:finalizers": {".": {}, f'v:"{FINALIZER}"': {}}}}
    managed = [{"manager": "keeper", "operation": "Update", "fieldsV1": fields}]
    found = one(widget(managedFields=managed), operator(name="keeper"), operator(name="widget-operator", ready=1))

    assert "its controller Deployment ops/keeper has none" in found.summary.en
    assert found.confidence.value == 0.95


def test_a_controller_scaled_to_zero_is_started_again() -> None:
    found = one(widget(), operator(replicas=0))

    assert "is scaled to zero" in found.summary.en
    assert found.remedies[0].command == "kubectl -n ops scale deployment/widget-operator --replicas=1"


def test_a_controller_that_runs_leaves_the_finalizer_the_cause() -> None:
    found = one(widget(), operator(ready=1))

    assert found.role is Role.ROOT
    assert found.affected == ()
    assert "runs" in found.summary.en


def test_what_the_controller_reports_comes_first() -> None:
    held = widget()
    found = one(held, event(held, "SyncFailed", "the bucket is not empty"))

    assert "the newest event says: the bucket is not empty" in found.summary.en
    assert found.remedies[0].summary.en.startswith("Put right what")


def test_without_a_controller_in_the_whole_cluster_that_is_said() -> None:
    found = one(widget())

    assert "no workload of the cluster bears the name" in found.summary.en
    assert '{"metadata":{"finalizers":null}}' in found.remedies[-1].command
    assert "widget.acme.dev/left" in found.remedies[-1].command


def test_nothing_is_said_of_a_controller_where_workloads_were_not_read() -> None:
    found = one(widget(), unread=["Deployment"])

    assert "no workload" not in found.summary.en


def test_a_pod_held_by_a_finalizer_is_told_as_both() -> None:
    body = leaving()
    body["metadata"]["finalizers"] = [FINALIZER]
    found = findings(termination, routed(body, node()))

    assert [entry.code for entry in found] == ["FinalizerBlocked", "PodTerminatingStuck"]
    assert "finalizer" in found[1].summary.en


def test_a_pod_of_a_workload_is_named_by_it() -> None:
    top, middle, body = deployed(leaving())
    body["metadata"]["finalizers"] = [FINALIZER]
    found = findings(termination, routed(top, middle, body, node()))

    assert [entry.summary.en.startswith("A pod of Deployment app") for entry in found] == [True, True]


@dataclass(frozen=True, kw_only=True)
class Quiet:
    id: str
    objects: Sequence[Obj]
    unread: tuple[str, ...] = ()


FOREGROUND = deployment("web", body=pod())
FOREGROUND["metadata"] |= {"deletionTimestamp": ago(900), "finalizers": ["foregroundDeletion"]}
CHILD = replicaset("web-1", FOREGROUND)
CHILD["metadata"] |= {"deletionTimestamp": ago(100)}

QUIET = (
    Quiet(id="claim that a pod still mounts", objects=[claim(), *mounting()]),
    Quiet(id="claim whose pods were not read", objects=[claim()], unread=("Pod",)),
    Quiet(id="young deletion", objects=[widget(deleted=60)]),
    Quiet(id="cloud clean-up", objects=[widget(deleted=400, finalizer="service.kubernetes.io/load-balancer-cleanup")]),
    Quiet(id="children still go", objects=[FOREGROUND, CHILD]),
    Quiet(id="not deleted", objects=[custom("acme.dev/v1", "Widget", "w", metadata={"finalizers": [FINALIZER]})]),
    Quiet(id="young namespace", objects=[ending(REMAINING, deleted=20)]),
    Quiet(id="pod within its own time to shut down", objects=[leaving(over=-20), node()]),
    Quiet(id="pod just past its time", objects=[leaving(over=30), node()]),
    Quiet(
        id="node that is being emptied",
        objects=[leaving(over=120), {**node(), "spec": {"unschedulable": True}}],
    ),
)


@pytest.mark.parametrize("case", QUIET, ids=lambda case: case.id)
def test_what_is_on_its_way_is_no_fault(case: Quiet) -> None:
    assert findings(termination, routed(*case.objects, unread=case.unread)) == []


def test_a_claim_that_is_in_use_is_ruled_out_with_its_user() -> None:
    (entry,) = ruled_out(termination, routed(claim(), *mounting()))

    assert entry.code == "FinalizerBlocked"
    assert "Deployment app uses it" in entry.reason.en


def test_a_claim_that_nobody_mounts_is_blocked() -> None:
    found = one(claim(), *mounting(phase="Succeeded"))

    assert found.object.name == "data"
    assert "Kubernetes' own controller manager" in found.summary.en


def test_a_young_deletion_is_in_progress() -> None:
    assert [entry.object.name for entry in in_progress(termination, routed(widget(deleted=60)))] == ["left"]


# -- namespaces


def test_a_namespace_held_by_a_finalizer_names_what_is_left() -> None:
    found = one(ending(REMAINING, HELD), widget(), widget(name="other"), operator())

    assert (found.variant, str(found.object)) == ("namespace", f"Namespace {SPACE}")
    assert f"Widget {SPACE}/left" in found.summary.en
    assert FINALIZER in found.summary.en
    assert {str(reach.ref) for reach in found.affected} == {
        f"Widget {SPACE}/left",
        f"Widget {SPACE}/other",
        "Deployment ops/widget-operator",
    }


def test_a_namespace_whose_contents_were_not_read_counts_by_its_conditions() -> None:
    found = one(ending(REMAINING, HELD))

    assert "2 widgets.acme.dev are left in it, held by the finalizer" in found.summary.en
    assert found.actual == "2 widgets.acme.dev"


def test_a_namespace_that_cannot_be_listed_points_at_the_api() -> None:
    broken = obj(
        "APIService",
        "v1.metrics.acme.dev",
        namespace="",
        spec={"group": "metrics.acme.dev", "version": "v1", "service": {"name": "metrics", "namespace": "ops"}},
        status={"conditions": [state("Available", "False", "ServiceNotFound")]},
    )
    found = one(ending(UNDISCOVERED), broken)

    assert "the API metrics.acme.dev/v1 does not answer" in found.summary.en
    assert found.role is Role.SYMPTOM
    assert [str(reach.ref) for reach in found.affected] == ["APIService v1.metrics.acme.dev"]


def test_a_namespace_that_cannot_be_listed_leaves_its_finalizers_a_matter_of_their_own() -> None:
    found = findings(termination, routed(ending(UNDISCOVERED, REMAINING, HELD), widget()))

    assert [(entry.variant, entry.object.kind) for entry in found] == [("namespace", "Namespace"), ("object", "Widget")]
    assert f"besides, the finalizer {FINALIZER}" in one(ending(UNDISCOVERED, REMAINING, HELD)).summary.en


def test_a_namespace_without_conditions_is_only_inferred() -> None:
    assert one(ending()).confidence.word == "inferred"


def test_a_namespace_that_waits_for_a_pod_is_told_with_the_pod() -> None:
    found = one(ending(REMAINING), leaving(), silent_node())

    assert found.code == "PodTerminatingStuck"
    assert f"Namespace {SPACE}" in [str(reach.ref) for reach in found.affected]


# -- pods


@dataclass(frozen=True, kw_only=True)
class Stuck:
    id: str
    objects: Sequence[Obj]
    words: str


BODY = leaving()
STUCK = (
    Stuck(id="node does not answer", objects=[BODY, silent_node()], words="node-1 does not answer"),
    Stuck(id="node is gone", objects=[BODY, node("other")], words="node-1 no longer exists"),
    Stuck(
        id="kubelet cannot kill it",
        objects=[BODY, node(), event(BODY, "FailedKillPod", "error killing pod: context deadline exceeded")],
        words="error killing pod",
    ),
    Stuck(id="container runs on", objects=[BODY, node()], words="container app still runs"),
)


@pytest.mark.parametrize("case", STUCK, ids=lambda case: case.id)
def test_a_pod_that_outlives_its_deletion_says_why(case: Stuck) -> None:
    found = one(*case.objects)

    assert (found.code, found.role) == ("PodTerminatingStuck", Role.SYMPTOM)
    assert case.words in found.summary.en
    assert "10 min ago" in found.summary.en


def test_force_is_offered_only_for_a_dead_node() -> None:
    dead, alive = one(BODY, silent_node()), one(BODY, node())

    assert any("--force" in remedy.command for remedy in dead.remedies)
    assert not any("--force" in remedy.command for remedy in alive.remedies)


@pytest.mark.parametrize(("others", "words"), [((node("other"),), "no longer exists"), ((), "still runs")])
def test_a_node_counts_as_gone_only_where_nodes_were_seen(others: Sequence[Obj], words: str) -> None:
    found = one(leaving(), *others)

    assert words in found.summary.en
    assert ("--force" in found.remedies[0].command) is bool(others)


def test_a_leftover_of_a_complete_workload_is_less_severe_and_not_named() -> None:
    top = deployment("app", body=pod(), ready=1)
    middle = replicaset("app-7d9c", top, ready=1)
    body = leaving()
    body["metadata"]["ownerReferences"] = owned_by(middle)
    found = one(top, middle, body, silent_node())

    assert found.severity is Severity.MEDIUM
    assert one(top, middle, body, node()).severity is Severity.LOW
    assert found.summary.en.startswith("A pod of Deployment app")
    assert body["metadata"]["name"] not in found.summary.en


# -- budgets


def budget(*, allowed: int = 0, current: int = 1, desired: int = 1, expected: int = 1, name: str = "app") -> Obj:
    return obj(
        "PodDisruptionBudget",
        name,
        spec={"minAvailable": desired, "selector": {"matchLabels": {"app": "app"}}},
        status={
            "disruptionsAllowed": allowed,
            "currentHealthy": current,
            "desiredHealthy": desired,
            "expectedPods": expected,
        },
    )


def served(*, ready: bool = True) -> list[Obj]:
    return deployed(pod(ready=ready, statuses=[status(state=running(), ready=ready)]))


def closed(**fields: Any) -> Obj:
    return {**node(), "spec": {"unschedulable": True, **fields}}


def test_a_node_on_which_only_protected_pods_are_left_is_blocked_by_the_budget() -> None:
    found = one(budget(), *served(), closed())

    assert (found.code, found.role, found.confidence.word) == ("EvictionBlockedByBudget", Role.ROOT, "matched")
    assert "Node node-1 is being emptied" in found.summary.en
    assert "wants 1 of 1 pods healthy at all times" in found.summary.en
    assert "--replicas=2" in found.remedies[0].command


def test_a_closed_node_whose_other_pods_were_not_read_is_only_inferred() -> None:
    assert one(budget(), *served(), closed(), unread=["Pod"]).confidence.word == "inferred"


def test_a_node_marked_for_removal_proves_the_wish() -> None:
    taint = {"key": "ToBeDeletedByClusterAutoscaler", "value": "1", "effect": "NoSchedule"}
    found = one(budget(), *served(), closed(taints=[taint]))

    assert found.confidence.value == 0.95


def test_a_recorded_refusal_names_the_budget() -> None:
    objects = served()
    said = event(
        objects[2],
        "FailedDraining",
        "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget app needs 1 healthy "
        "pods and has 1 currently",
    )
    found = one(budget(), *objects, node(), said)

    assert "An eviction was refused" in found.summary.en


def test_a_budget_short_of_healthy_pods_waits_for_them() -> None:
    found = one(budget(current=1, desired=2, expected=3), *served(ready=False), closed())

    assert "needs 2 healthy pods and has 1" in found.summary.en
    assert any("AlwaysAllow" in remedy.command for remedy in found.remedies)


def test_two_budgets_for_one_pod_forbid_every_eviction() -> None:
    found = one(budget(allowed=1), budget(allowed=1, name="also"), *served(), closed())

    assert found.object.name == "also"
    assert "no pod with two" in found.summary.en
    assert found.actual == "two: also, app"
    assert "> app.json" in found.remedies[0].command


def test_a_budget_that_could_never_allow_any_is_hygiene_while_nobody_drains() -> None:
    found = one(budget(), *served(), node())

    assert (found.role, found.severity) == (Role.HYGIENE, Severity.LOW)


OTHER = deployed(pod("other-1", labels={"app": "other"}), "other")
NO_EVICTION = (
    Quiet(id="budget allows one", objects=[budget(allowed=1, desired=1, expected=2), *served(), closed()]),
    Quiet(id="no pods", objects=[budget(expected=0), closed()]),
    Quiet(id="short of healthy pods but nobody drains", objects=[budget(desired=2, expected=3), *served(), node()]),
    Quiet(
        id="closed node with pods that a drain would have moved",
        objects=[budget(desired=2, expected=3), *served(), *OTHER, closed()],
    ),
)


@pytest.mark.parametrize("case", NO_EVICTION, ids=lambda case: case.id)
def test_a_budget_that_nobody_meets_is_no_fault(case: Quiet) -> None:
    assert findings(termination, routed(*case.objects)) == []


def test_every_code_of_the_family_is_tested_here() -> None:
    assert [entry.code for entry in CODES] == ["FinalizerBlocked", "PodTerminatingStuck", "EvictionBlockedByBudget"]


DAMAGED: tuple[Any, ...] = (None, 5, "x", [], [None], {}, {"a": None})


@pytest.mark.parametrize("broken", DAMAGED, ids=repr)
def test_damaged_objects_raise_nothing(broken: Any) -> None:
    late = {"deletionTimestamp": ago(900), "finalizers": broken}
    objects = [
        {**widget(), "metadata": {**widget()["metadata"], **late}},
        {**budget(), "status": broken, "spec": broken},
        {**ending(), "status": {"conditions": broken}},
        {**leaving(), "status": broken, "spec": broken},
        *served(),
        closed(),
    ]
    list(termination(routed(*objects)))
