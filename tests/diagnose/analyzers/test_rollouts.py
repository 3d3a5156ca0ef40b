"""Rollouts: stuck or in progress, stopped on purpose or needed, blocked ordinals, pauses, and nodes left out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from cluster.snapshot import ref_of
from diagnose.analyzers.rollouts import rollouts
from diagnose.findings import Edge, Finding, Role, Severity
from diagnose.scene import Scene
from tests.diagnose.build import (
    NOW,
    Obj,
    ago,
    container,
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
    scene,
    service,
)


def only(given: Scene) -> Finding:
    found = findings(rollouts, given)
    assert len(found) == 1, [entry.summary.en for entry in found]
    assert found[0].remedies
    assert all(remedy.verify for remedy in found[0].remedies if remedy.command)
    return found[0]


def one(*objects: Obj) -> Finding:
    return only(scene(*objects))


def silent(*objects: Obj) -> None:
    assert findings(rollouts, scene(*objects)) == []


# -- Deployments


def progressing(reason: str, *, status: str = "True", at: float = 700) -> Obj:
    return {
        "type": "Progressing",
        "status": status,
        "reason": reason,
        "message": f"ReplicaSet: {reason}",
        "lastUpdateTime": ago(at),
        "lastTransitionTime": ago(at + 100),
    }


def rolling(condition: Obj, *, ready: int = 0, new_ready: int = 0, replicas: int = 2, **spec: Any) -> list[Obj]:
    """A Deployment between revision 1 (image x:1, still ready) and revision 2 (image x:2, not ready)."""
    top = deployment("web", body=pod(containers=[container("app", "x:2")]), replicas=replicas, ready=ready)
    top["spec"].update(spec)
    top["status"].update({"conditions": [condition], "updatedReplicas": replicas if new_ready >= replicas else 1})
    new = replicaset("web-2", top, revision=2, replicas=1, ready=new_ready)
    new["metadata"]["labels"] = {"pod-template-hash": "222"}
    old = replicaset("web-1", top, revision=1, replicas=ready, ready=ready - new_ready)
    old["spec"]["template"] = {"spec": {"containers": [container("app", "x:1")]}}
    return [top, new, old, pod("web-2-a", owner=new, labels={"pod-template-hash": "222"})]


def test_a_stuck_rollout_says_what_serves_and_what_changed_and_rolls_back_first() -> None:
    finding = one(*rolling(progressing("ProgressDeadlineExceeded", status="False"), ready=2))
    assert (finding.code, finding.role, finding.object.name) == ("RolloutStuck", Role.SYMPTOM, "web")
    assert "old version still serves with 2/2" in finding.summary.en
    assert "x:1 -> x:2" in finding.summary.en
    assert "revision 2" in finding.summary.en
    assert "--to-revision=1" in finding.remedies[0].command
    assert [(reach.ref.kind, reach.ref.name) for reach in finding.affected] == [
        ("Pod", "web-2-a"),
        ("ReplicaSet", "web-2"),
    ]
    assert {entry.quote for entry in finding.evidence} >= {"ProgressDeadlineExceeded", "x:2", "2"}


def test_a_first_rollout_that_is_stuck_has_nothing_to_go_back_to() -> None:
    top, new, _, body = rolling(progressing("ProgressDeadlineExceeded", status="False"), replicas=1)
    new["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = "1"
    finding = one(top, new, body)
    assert finding.summary.en.startswith("Deployment web has not become ready for 12 min: 0 of 1")
    assert [remedy.command for remedy in finding.remedies] == [""]
    assert finding.next_checks


def test_a_rollout_inside_its_deadline_is_in_progress() -> None:
    given = scene(*rolling(progressing("ReplicaSetUpdated", at=100), ready=2))
    assert findings(rollouts, given) == []
    (step,) = in_progress(rollouts, given)
    assert step.serving
    assert (step.until - NOW).total_seconds() == 500
    down = in_progress(rollouts, scene(*rolling(progressing("NewReplicaSetCreated", at=5), ready=0)))
    assert not down[0].serving


def test_a_deadline_that_passed_counts_even_when_the_controller_has_not_said_so() -> None:
    assert one(*rolling(progressing("ReplicaSetUpdated", at=900), ready=2)).code == "RolloutStuck"
    silent(*rolling(progressing("ReplicaSetUpdated", at=900), ready=2, progressDeadlineSeconds=2**31 - 2))


@pytest.mark.parametrize(
    "objects",
    [
        rolling(progressing("NewReplicaSetAvailable", at=9000), ready=0),
        rolling(progressing("ProgressDeadlineExceeded", status="False"), ready=2, paused=True)[:2],
        rolling(progressing("ReplicaSetUpdated", at=9000), ready=2, new_ready=2),
        [deployment("web")],
    ],
    ids=["finished", "paused", "complete", "no conditions"],
)
def test_rollouts_that_are_over_or_paused_are_not_stuck(objects: list[Obj]) -> None:
    silent(*objects)


def test_a_rollout_that_was_late_and_is_complete_is_healed() -> None:
    given = scene(*rolling(progressing("ProgressDeadlineExceeded", status="False"), ready=2, new_ready=2))
    assert findings(rollouts, given) == []
    assert any(entry.code == "RolloutStuck" and entry.healed for entry in ruled_out(rollouts, given))


# -- StatefulSets and DaemonSets


def stateful(
    ready: Sequence[bool],
    *,
    replicas: int = 3,
    marks: Sequence[str] = ("aaa", "aaa", "aaa"),
    update: str = "aaa",
    age: float = 5000,
    revised: float = 5000,
    **spec: Any,
) -> list[Obj]:
    body = {"metadata": {"labels": {"app": "db"}}, "spec": {"containers": [container("db", "x:1")]}}
    top = obj(
        "StatefulSet",
        "db",
        metadata={"generation": 1},
        spec={"replicas": replicas, "template": body, "selector": {"matchLabels": {"app": "db"}}, **spec},
        status={
            "observedGeneration": 1,
            "replicas": len(ready),
            "readyReplicas": sum(ready),
            "updatedReplicas": sum(mark == update for mark in marks[: len(ready)]),
            "currentRevision": "db-aaa",
            "updateRevision": f"db-{update}",
        },
    )
    held = [
        obj(
            "ControllerRevision",
            f"db-{mark}",
            created=9000 if mark == "aaa" else revised,
            metadata={"ownerReferences": owned_by(top), "labels": {"controller-revision-hash": mark}},
            revision=number,
            data={"spec": {"template": {"spec": {"containers": [container("db", f"x:{number}")]}}}},
        )
        for number, mark in enumerate(sorted({"aaa", update}), start=1)
    ]
    pods = [
        pod(
            f"db-{index}",
            owner=top,
            created=age,
            ready=up,
            labels={"app": "db", "controller-revision-hash": f"db-{mark}"},
            conditions=[{"type": "Ready", "status": "True" if up else "False", "lastTransitionTime": ago(age)}],
        )
        for index, (up, mark) in enumerate(zip(ready, marks, strict=False))
    ]
    return [top, *held, *pods]


def test_a_stateful_set_stands_at_the_first_pod_that_is_not_ready() -> None:
    finding = one(*stateful([True, False]))
    assert (finding.code, finding.part, finding.role) == ("StatefulSetOrdinalBlocked", "1", Role.SYMPTOM)
    assert "db-1" in finding.summary.en
    assert "db-2 is not created" in finding.summary.en
    assert finding.affected[0].ref.name == "db-1"


def test_an_update_that_stands_at_a_pod_asks_to_delete_it_by_hand() -> None:
    finding = one(*stateful([True, True, False], marks=("aaa", "aaa", "bbb"), update="bbb"))
    assert (finding.code, finding.part) == ("StatefulSetOrdinalBlocked", "2")
    assert "stay on the old version" in finding.summary.en
    assert finding.remedies[0].command == "kubectl -n shop delete pod/db-2"


@pytest.mark.parametrize(
    "objects",
    [
        stateful([True, False], podManagementPolicy="Parallel"),
        stateful([True, True, False]),
        stateful([True, False], age=40),
        stateful([True, False], replicas=2),
        stateful([True, True, True]),
    ],
    ids=["parallel", "last one", "young", "scaled to it", "all ready"],
)
def test_other_stateful_sets_are_not_blocked(objects: list[Obj]) -> None:
    silent(*objects)


def test_a_stateful_set_that_updates_in_parallel_is_stuck_after_ten_minutes() -> None:
    late = stateful([True, True, False], marks=("aaa", "aaa", "bbb"), update="bbb", podManagementPolicy="Parallel")
    finding = one(*late)
    assert finding.code == "RolloutStuck"
    assert "old version still serves with 2/3" in finding.summary.en
    assert "--to-revision=1" in finding.remedies[0].command
    young = stateful(
        [True, True, False], marks=("aaa", "aaa", "bbb"), update="bbb", podManagementPolicy="Parallel", revised=100
    )
    assert findings(rollouts, scene(*young)) == []
    assert len(in_progress(rollouts, scene(*young))) == 1


def daemon(*, current: int = 3, desired: int = 3, ready: int = 3, updated: int = 3, **spec: Any) -> Obj:
    return obj(
        "DaemonSet",
        "agent",
        metadata={"generation": 1},
        spec={"template": {"metadata": {}, "spec": {"containers": [container()], **spec.pop("pod", {})}}, **spec},
        status={
            "observedGeneration": 1,
            "currentNumberScheduled": current,
            "desiredNumberScheduled": desired,
            "numberReady": ready,
            "updatedNumberScheduled": updated,
        },
        created=9000,
    )


def test_a_daemon_set_whose_update_does_not_arrive_is_stuck() -> None:
    finding = one(daemon(updated=1, ready=2))
    assert finding.code == "RolloutStuck"
    assert "no pod became ready" in finding.actual
    by_hand = one(daemon(updated=1, ready=2, updateStrategy={"type": "OnDelete"}))
    assert (by_hand.code, by_hand.variant) == ("WorkloadSuspended", "on_delete")
    silent(daemon())


# -- scaled to zero


def stopped(kind: str = "Deployment", **metadata: Any) -> Obj:
    top = deployment("store", body=pod(labels={"app": "store"}), replicas=0)
    top["status"] = {"observedGeneration": 1}
    top["metadata"].update(metadata)
    return {**top, "kind": kind}


def ingress(to: str) -> Obj:
    backend = {"service": {"name": to, "port": {"number": 80}}}
    return obj("Ingress", "shop", spec={"rules": [{"http": {"paths": [{"path": "/", "backend": backend}]}}]})


AUTHOR = [
    {
        "manager": "kubectl-scale",
        "time": ago(7200),
        "subresource": "scale",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }
]


def test_a_route_to_a_stopped_workload_makes_it_the_cause() -> None:
    finding = one(stopped(managedFields=AUTHOR), service("store"), ingress("store"))
    assert (finding.code, finding.role, finding.severity) == ("WorkloadScaledToZero", Role.ROOT, Severity.HIGH)
    assert "kubectl-scale at 2026-03-10 10:00" in finding.summary.en
    assert "Ingress shop leads to it through Service store" in finding.summary.en
    assert {(reach.ref.kind, reach.edge) for reach in finding.affected} >= {
        ("Service", Edge.SELECTOR),
        ("Ingress", Edge.ROUTE),
    }
    assert "--replicas=1" in finding.remedies[0].command
    assert finding.remedies[0].estimate is not None


def client(value: str, *, name: str = "STORE_URL", ready: bool = True) -> Obj:
    return pod(
        "client-x", containers=[container(env=[{"name": name, "value": value}])], ready=ready, labels={"app": "c"}
    )


@pytest.mark.parametrize(
    ("value", "name", "used"),
    [
        ("http://store:8080/v1", "STORE_URL", True),
        ("postgres://u:p@store/db", "DSN_X", True),
        ("store.shop.svc.cluster.local", "ANY", True),
        ("store", "STORE_HOST", True),
        ("store", "CACHE_KIND", False),
        ("http://bookstore:80", "URL", False),
        ("store.other:80", "URL", False),
    ],
)
def test_a_failing_client_that_names_the_service_makes_it_the_cause(value: str, name: str, used: bool) -> None:
    found = findings(rollouts, scene(stopped(), service("store"), client(value, name=name, ready=False)))
    assert [finding.role for finding in found] == ([Role.ROOT] if used else [])


def test_a_healthy_client_makes_it_a_circumstance_only() -> None:
    finding = one(stopped(), service("store"), client("http://store:80"))
    assert (finding.role, finding.severity) == (Role.CONTRIBUTING, Severity.LOW)


@pytest.mark.parametrize(
    "objects",
    [
        [stopped()],
        [stopped(), service("store")],
        [stopped(), service("store"), ingress("other")],
        [stopped(annotations={"downscaler/original-replicas": "3"}), service("store"), ingress("store")],
        [stopped(), service("store"), ingress("store"), pod("other", labels={"app": "store"}, ready=True)],
    ],
    ids=["no Service", "no user", "another backend", "asleep", "served by others"],
)
def test_a_stop_that_nobody_minds_is_on_purpose(objects: list[Obj]) -> None:
    silent(*objects)
    (entry,) = ruled_out(rollouts, scene(*objects))
    assert "on purpose" in entry.reason.en
    assert not entry.healed


def test_old_replica_sets_are_not_stopped_workloads() -> None:
    top = deployment("web", ready=1)
    given = scene(top, replicaset("web-1", top, replicas=0))
    assert findings(rollouts, given) == []
    assert ruled_out(rollouts, given) == []


def test_who_asks_about_the_service_of_a_stopped_workload_hears_of_it() -> None:
    front = service("store")
    finding = only(replace(scene(stopped(), front), target=ref_of(front)))
    assert finding.code == "WorkloadScaledToZero"
    assert findings(rollouts, replace(scene(stopped(), front), target=ref_of(stopped()))) == []


def test_the_former_size_is_taken_from_the_last_scaling() -> None:
    top = stopped()
    told = event(top, "ScalingReplicaSet", "Scaled down replica set store-1 from 4 to 0", kind="Normal")
    assert "--replicas=4" in one(top, service("store"), ingress("store"), told).remedies[0].command
    applied = '{"spec":{"replicas":3}}'
    top = stopped(annotations={"kubectl.kubernetes.io/last-applied-configuration": applied})
    assert "--replicas=3" in one(top, service("store"), ingress("store")).remedies[0].command


# -- paused, suspended, by hand


def test_a_pause_with_a_change_behind_it_is_told_and_one_without_is_not() -> None:
    top = deployment("web", body=pod(containers=[container("app", "x:2")]), ready=1)
    top["spec"]["paused"] = True
    held = replicaset("web-1", top, ready=1)
    silent(top, held)
    assert "no change waits" in ruled_out(rollouts, scene(top, held))[0].reason.en
    held["spec"]["template"] = {**held["spec"]["template"], "spec": {"containers": [container("app", "x:1")]}}
    finding = one(top, held)
    assert (finding.code, finding.variant, finding.role) == ("WorkloadSuspended", "paused", Role.CONTRIBUTING)
    assert finding.severity is Severity.LOW
    assert "x:1 -> x:2" in finding.summary.en
    assert "rollout resume deployment/web" in finding.remedies[0].command


def test_suspended_jobs_are_on_purpose_unless_they_had_begun() -> None:
    batch = obj("Job", "report", spec={"suspend": True}, created=5000)
    batch["status"] = {"conditions": [{"type": "Suspended", "status": "True", "lastTransitionTime": ago(5000)}]}
    silent(batch)
    asked = replace(scene(batch), target=ref_of(batch))
    assert only(asked).severity == Severity.LOW
    queued = {**batch, "metadata": {**batch["metadata"], "labels": {"kueue.x-k8s.io/queue-name": "night"}}}
    assert findings(rollouts, replace(scene(queued), target=ref_of(queued))) == []
    batch["status"]["conditions"][0]["lastTransitionTime"] = ago(900)
    assert one(batch).variant == "suspended"


@pytest.mark.parametrize(
    ("reason", "command"),
    [("ProgressDeadlineExceeded", "rollouts abort front"), ("RolloutAborted", "rollouts undo front")],
)
def test_a_rollout_of_argo_that_timed_out_is_stuck(reason: str, command: str) -> None:
    late = {"type": "Progressing", "status": "False", "reason": reason, "message": "timed out"}
    rollout = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Rollout",
        "metadata": {"name": "front", "namespace": "shop", "uid": "r"},
        "spec": {"replicas": 2},
        "status": {"readyReplicas": 2, "conditions": [late]},
    }
    finding = one(rollout)
    assert (finding.code, finding.object.kind) == ("RolloutStuck", "Rollout")
    assert command in finding.remedies[0].command
    silent({**rollout, "status": {"conditions": [{**late, "status": "True", "reason": "ReplicaSetUpdated"}]}})


def test_a_suspended_cron_job_is_told_only_to_who_asks_about_one_that_used_to_run() -> None:
    used = obj("CronJob", "nightly", spec={"suspend": True, "schedule": "0 3 * * *"})
    used["status"] = {"lastScheduleTime": ago(90000)}
    silent(used)
    finding = only(replace(scene(used), target=ref_of(used)))
    assert (finding.variant, finding.severity) == ("suspended", Severity.LOW)
    never = {**used, "status": {}}
    assert findings(rollouts, replace(scene(never), target=ref_of(never))) == []


def test_pods_that_wait_to_be_deleted_by_hand_are_counted() -> None:
    objects = stateful([True] * 3, marks=("aaa", "aaa", "bbb"), update="bbb", updateStrategy={"type": "OnDelete"})
    finding = one(*objects)
    assert (finding.code, finding.variant) == ("WorkloadSuspended", "on_delete")
    assert "2 of 3 pods" in finding.summary.en
    silent(*stateful([True] * 3, updateStrategy={"type": "OnDelete"}))


def test_a_partition_is_told_when_it_is_older_than_a_canary() -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}
    marks = ("aaa", "aaa", "bbb")
    old = stateful([True] * 3, marks=marks, update="bbb", revised=200000, updateStrategy=strategy)
    finding = one(*old)
    assert (finding.code, finding.variant) == ("WorkloadSuspended", "partition")
    assert "from number 2 on" in finding.summary.en
    silent(*stateful([True] * 3, marks=marks, update="bbb", revised=600, updateStrategy=strategy))


# -- the governing Service


def peers(value: str, *, ready: bool = False) -> list[Obj]:
    objects = stateful([ready] * 3, podManagementPolicy="Parallel", serviceName="db-peers")
    objects[0]["spec"]["template"]["spec"]["containers"] = [container("db", env=[{"name": "SEEDS", "value": value}])]
    return objects


def test_names_below_a_missing_governing_service_cannot_resolve() -> None:
    finding = one(*peers("db-0.db-peers:7000,db-1.db-peers:7000"), service("db-peer"))
    assert (finding.code, finding.object.name, finding.absent) == ("StatefulSetServiceMissing", "db-peers", True)
    assert finding.near == ("db-peer",)
    assert '"clusterIP": "None"' in finding.remedies[0].command
    assert one(*peers("db-0.db-peers:7000", ready=True)).role is Role.HYGIENE


def test_a_governing_service_with_an_address_is_not_headless() -> None:
    finding = one(*peers("db-0.db-peers"), service("db-peers"))
    assert not finding.absent
    assert "not headless" in finding.summary.en
    assert "delete service/db-peers" in finding.remedies[0].command


def test_unused_names_and_unread_services_prove_nothing() -> None:
    silent(*peers("cache:6379"))
    silent(*peers("db-0.db-peers-old:7000"))
    assert findings(rollouts, scene(*peers("db-0.db-peers"), unread=("Service",))) == []
    headless = service("db-peers")
    headless["spec"]["clusterIP"] = "None"
    silent(*peers("db-0.db-peers"), headless)


# -- nodes without a DaemonSet


def pending(top: Obj, on: str) -> Obj:
    field = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": [on]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [field]}}}
    return pod(f"agent-{on}", owner=top, node="", phase="Pending", spec={"affinity": affinity})


def test_nodes_for_which_pods_wait_are_named() -> None:
    top = daemon(ready=2)
    finding = one(top, pending(top, "node-7"))
    assert (finding.code, finding.role) == ("DaemonSetNodesUncovered", Role.SYMPTOM)
    assert "1 of 3 nodes (node-7)" in finding.summary.en
    assert one(daemon(current=1, ready=1)).code == "DaemonSetNodesUncovered"
    silent(daemon(ready=2))


def network_agent(**body: Any) -> Obj:
    volumes = [{"name": "cni", "hostPath": {"path": "/etc/cni/net.d"}}]
    return daemon(desired=1, current=1, ready=1, updated=1, pod={"volumes": volumes, **body})


def tainted() -> Obj:
    bare = node("node-9")
    return {**bare, "spec": {"taints": [{"key": "team", "value": "ml", "effect": "NoSchedule"}]}}


def lost() -> list[Obj]:
    victim = pod("trainer", node="node-9", phase="Pending")
    told = "network: failed to find plugin"
    return [victim, event(victim, "FailedCreatePodSandBox", f"Failed to create pod sandbox: {told}")]


def test_a_network_agent_that_a_taint_keeps_off_a_node_is_the_cause_of_pods_failing_there() -> None:
    finding = one(network_agent(), tainted(), *lost())
    assert (finding.code, finding.role, finding.part) == ("DaemonSetNodesUncovered", Role.ROOT, "nodes")
    assert "team=ml:NoSchedule" in finding.summary.en
    assert finding.affected[0].ref.name == "trainer"
    assert '"key":"team"' in finding.remedies[0].command


def test_a_network_agent_that_a_selector_keeps_off_a_node_is_the_cause_too() -> None:
    finding = one(network_agent(nodeSelector={"net": "yes"}), node("node-9"), *lost())
    assert "net=yes" in finding.summary.en
    assert finding.remedies[0].command == "kubectl label node node-9 net=yes"


def test_nodes_left_out_on_purpose_are_silent_while_nothing_fails_there() -> None:
    silent(network_agent(), tainted())
    silent(daemon(desired=1, current=1, ready=1, updated=1), tainted(), *lost())
    tolerant = network_agent(tolerations=[{"operator": "Exists"}])
    silent(tolerant, tainted(), *lost())
