"""Pods that no node takes: which rule keeps them out, with numbers from the nodes themselves."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.scheduling import scheduling
from diagnose.analyzers.scheduling.message import take_apart
from diagnose.findings import InProgress, Role, RuledOut, Severity
from tests.diagnose.analyzers.build_traffic import (
    at,
    condition,
    deployment,
    event,
    findings,
    node,
    obj,
    pod,
    replica_set,
    scene,
)

TAIL = " preemption: 0/{0} nodes are available: {0} Preemption is not helpful for scheduling."
TRAINER = {"app": "trainer"}


def ask(cpu: str = "1", **more: Any) -> dict[str, Any]:
    """Build a container that requests CPU."""
    return {"name": "main", "resources": {"requests": {"cpu": cpu, **more}}}


def placed(name: str, on: str, *, cpu: str = "0", phase: str = "Running", **parts: Any) -> dict[str, Any]:
    """Build a pod that stands on a node."""
    spec = {"nodeName": on, **parts.pop("spec", {})}
    parts.setdefault("containers", [ask(cpu)])
    return pod(name, spec=spec, status={"phase": phase}, **parts)


def pinned(**pairs: str) -> dict[str, Any]:
    """Build a required node affinity."""
    expressions = [{"key": key, "operator": "In", "values": [value]} for key, value in pairs.items()]
    return {"nodeAffinity": {REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": expressions}]}}}


REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
AWAY = {
    "podAntiAffinity": {
        REQUIRED: [{"topologyKey": "kubernetes.io/hostname", "labelSelector": {"matchLabels": TRAINER}}]
    }
}


@dataclass(frozen=True, kw_only=True)
class Case:
    """A pending pod of Deployment trainer, the nodes, the scheduler's clauses, and what must be said."""

    id: str
    clauses: str
    spec: dict[str, Any] = field(default_factory=dict)
    objects: tuple[dict[str, Any], ...] = ()
    code: str
    variant: str = ""
    on: str = "Deployment/trainer"
    says: tuple[str, ...] = ()
    actual: str = ""
    near: tuple[str, ...] = ()
    patch: str = ""
    word: str = "proved"
    unread: tuple[str, ...] = ()


TAINTED = {"taints": [{"key": "dedicated", "value": "batch", "effect": "NoSchedule"}]}
CONTROL = {"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]}

CASES = (
    Case(
        id="more than any node has",
        clauses="2 Insufficient cpu",
        spec={"containers": [ask("16")]},
        objects=(node("a", cpu="2"), node("b", cpu="4")),
        code="InsufficientResources",
        variant="cpu",
        says=("can never fit", "16", "4 on b"),
        patch='"cpu":"4000m"',
    ),
    Case(
        id="no room now",
        clauses="2 Insufficient cpu",
        spec={"containers": [ask("3")]},
        objects=(
            node("a"),
            node("b"),
            placed("x", "a", cpu="3"),
            placed("y", "b", cpu="1500m"),
            placed("done", "b", cpu="4", phase="Succeeded"),
        ),
        code="InsufficientResources",
        variant="cpu",
        says=("best node b has 2.5 left", "500m too little"),
        actual="shop/y 1.5",
        patch='"cpu":"2500m"',
    ),
    Case(
        id="a resource that no node offers",
        clauses="1 Insufficient nvidia.com/gpu",
        spec={"containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": "1"}}}]},
        objects=(node("a"),),
        code="InsufficientResources",
        variant="nvidia.com/gpu",
        says=("no node offers nvidia.com/gpu",),
    ),
    Case(
        id="the taint of the control plane is context beside full workers",
        clauses="1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient memory",
        spec={"containers": [ask("0", memory="32Gi")]},
        objects=(node("cp", spec=CONTROL), node("a"), node("b")),
        code="InsufficientResources",
        variant="memory",
        says=("32Gi",),
    ),
    Case(
        id="nodes that were not read leave the scheduler's word",
        clauses="3 Insufficient memory",
        spec={"containers": [ask("0", memory="32Gi")]},
        unread=("Node",),
        code="InsufficientResources",
        variant="memory",
        word="matched",
        says=("32Gi",),
    ),
    Case(
        id="pods per node",
        clauses="1 Too many pods",
        objects=(node("a", pods="1"), placed("x", "a")),
        code="NodePodLimitReached",
        on="Node/a",
        says=("1 of 1 on a",),
    ),
    Case(
        id="label that no node has",
        clauses="2 node(s) didn't match Pod's node affinity/selector",
        spec={"nodeSelector": {"disktype": "sdd"}, "containers": [ask()]},
        objects=(node("a", labels={"disktype": "ssd"}), node("b", labels={"disktype": "hdd"})),
        code="NodeSelectorMismatch",
        says=("disktype=sdd", "hdd, ssd"),
        near=("disktype=hdd", "disktype=ssd"),
        patch='"nodeSelector":{"disktype":"hdd"}',
    ),
    Case(
        id="the same value under a near key",
        clauses="1 node(s) didn't match Pod's node affinity/selector",
        spec={"nodeSelector": {"disk-type": "ssd"}, "containers": [ask()]},
        objects=(node("a", labels={"disktype": "ssd"}),),
        code="NodeSelectorMismatch",
        near=("disktype=ssd",),
    ),
    Case(
        id="affinity that no node meets",
        clauses="2 node(s) didn't match Pod's node affinity/selector",
        spec={"affinity": pinned(zone="west"), "containers": [ask()]},
        objects=(node("a", labels={"zone": "east"}), node("b", labels={"zone": "south"})),
        code="NodeAffinityMismatch",
        says=("zone=west", "east, south"),
    ),
    Case(
        id="pinned to one cordoned node",
        clauses="1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector",
        spec={"nodeSelector": {"pool": "db"}, "containers": [ask()]},
        objects=(node("a", labels={"pool": "db"}, spec={"unschedulable": True}), node("b"), node("c")),
        code="NodesCordoned",
        on="Node/a",
        patch="kubectl uncordon a",
    ),
    Case(
        id="what blocks most as the only reason wins",
        clauses="1 Insufficient cpu, 2 node(s) had untolerated taint {dedicated: batch}",
        objects=(node("a", cpu="0"), node("b", spec=TAINTED), node("c", spec=TAINTED)),
        code="TaintNotTolerated",
        says=("dedicated=batch:NoSchedule", "b, c"),
        patch='"key":"dedicated"',
    ),
    Case(
        id="the short form names no taint, the nodes do",
        clauses="1 node(s) had untolerated taint(s)",
        objects=(node("a", spec=TAINTED),),
        code="TaintNotTolerated",
        says=("dedicated=batch:NoSchedule",),
    ),
    Case(
        id="the old form has a comma inside",
        clauses="1 node(s) had taint {dedicated: batch}, that the pod didn't tolerate",
        spec={"tolerations": [{"key": "dedicated", "value": "web"}], "containers": [ask()]},
        objects=(node("a", spec=TAINTED),),
        code="TaintNotTolerated",
        says=("value web, not batch",),
    ),
    Case(
        id="a taint on a sick node is a symptom",
        clauses="1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }",
        objects=(node("a", spec={"taints": [{"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"}]}),),
        code="Unschedulable",
        word="inferred",
        says=("not well",),
    ),
    Case(
        id="nobody to stand beside",
        clauses="1 node(s) didn't match pod affinity rules",
        spec={
            "affinity": {
                "podAffinity": {REQUIRED: [{"topologyKey": "zone", "labelSelector": {"matchLabels": {"app": "cache"}}}]}
            },
            "containers": [ask()],
        },
        objects=(
            node("a", labels={"zone": "east"}),
            placed("cache", "a", space="other", labels={"app": "cache"}),
        ),
        code="PodAffinityUnsatisfied",
        says=("app=cache", "namespace other"),
    ),
    Case(
        id="peers on every node",
        clauses="2 node(s) didn't match pod anti-affinity rules",
        spec={"affinity": AWAY, "containers": [ask()]},
        objects=(
            node("a"),
            node("b"),
            placed("t1", "a", labels=TRAINER),
            placed("t2", "b", labels=TRAINER),
        ),
        code="PodAntiAffinityConflict",
        says=("kubernetes.io/hostname",),
    ),
    Case(
        id="a standing pod keeps this one away",
        clauses="1 node(s) didn't satisfy existing pods anti-affinity rules",
        objects=(node("a"), placed("guard", "a", spec={"affinity": AWAY})),
        code="PodAntiAffinityConflict",
        says=("Pod shop/guard",),
    ),
    Case(
        id="uneven spread",
        clauses="1 node(s) didn't match pod topology spread constraints, 1 Insufficient cpu",
        spec={
            "topologySpreadConstraints": [
                {
                    "maxSkew": 1,
                    "topologyKey": "zone",
                    "whenUnsatisfiable": "DoNotSchedule",
                    "labelSelector": {"matchLabels": TRAINER},
                }
            ],
            "containers": [ask()],
        },
        objects=(
            node("a", labels={"zone": "east"}),
            node("b", labels={"zone": "west"}, spec={"unschedulable": True}, cpu="0"),
            placed("t1", "a", labels=TRAINER),
        ),
        code="TopologySpreadUnsatisfied",
        says=("at most 1", "east: 1, west: 0"),
        patch='"whenUnsatisfiable":"ScheduleAnyway"',
    ),
    Case(
        id="port of the node",
        clauses="1 node(s) didn't have free ports for the requested pod ports",
        spec={"containers": [{"name": "main", "ports": [{"containerPort": 80, "hostPort": 80}]}]},
        objects=(
            node("a"),
            placed("proxy", "a", containers=[{"name": "p", "ports": [{"containerPort": 80, "hostPort": 80}]}]),
        ),
        code="HostPortConflict",
        says=("port 80", "Pod shop/proxy"),
    ),
    Case(
        id="volume in another zone",
        clauses="1 node(s) didn't match Pod's node affinity/selector, 1 node(s) had volume node affinity conflict",
        spec={
            "nodeSelector": {"zone": "east"},
            "volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}],
            "containers": [ask()],
        },
        objects=(
            node("a", labels={"zone": "east"}),
            node("b", labels={"zone": "west"}),
            obj("PersistentVolumeClaim", "data", spec={"volumeName": "pv1"}, status={"phase": "Bound"}),
            obj(
                "PersistentVolume",
                "pv1",
                space="",
                spec={
                    "nodeAffinity": {
                        "required": {
                            "nodeSelectorTerms": [
                                {"matchExpressions": [{"key": "zone", "operator": "In", "values": ["west"]}]}
                            ]
                        }
                    }
                },
            ),
        ),
        code="VolumeZoneConflict",
        says=("pv1", "zone=west (b)"),
    ),
    Case(
        id="volumes per node",
        clauses="1 node(s) exceed max volume count",
        objects=(node("a"),),
        code="InsufficientResources",
        variant="volumes",
        word="matched",
    ),
    Case(
        id="claims are another family's",
        clauses="pod has unbound immediate PersistentVolumeClaims",
        objects=(node("a"),),
        code="Unschedulable",
        word="matched",
        says=("unbound immediate PersistentVolumeClaims",),
    ),
    Case(
        id="a reason of no known kind",
        clauses="1 node(s) dislike the moon",
        objects=(node("a"),),
        code="Unschedulable",
        word="inferred",
        says=("dislike the moon",),
    ),
)


def waiting(spec: dict[str, Any], message: str, *, age: float = 600) -> list[dict[str, Any]]:
    """Build Deployment trainer with one pending pod."""
    holder = deployment("trainer", labels=TRAINER, **spec)
    replicas = replica_set(holder)
    refused = condition("PodScheduled", "False", reason="Unschedulable", message=message)
    status = {"phase": "Pending", "conditions": [refused] if message else []}
    single = pod("trainer-5d8f-x", owner=replicas, labels=TRAINER, spec=dict(spec), status=status, age=age)
    return [holder, replicas, single]


def message_of(clauses: str, total: int) -> str:
    """Write the scheduler's message around clauses."""
    return f"0/{total} nodes are available: {clauses}.{TAIL.format(total)}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_the_rule_that_keeps_a_pod_out_is_named_with_numbers(case: Case) -> None:
    spec = case.spec or {"containers": [ask()]}
    total = sum(entry["kind"] == "Node" for entry in case.objects) or 3
    stage = scene(*waiting(spec, message_of(case.clauses, total)), *case.objects, unread=case.unread)
    found = findings(scheduling(stage), stage)
    assert [(finding.code, finding.variant) for finding in found] == [(case.code, case.variant)]
    finding = found[0]
    assert f"{finding.object.kind}/{finding.object.name}" == case.on
    assert [reach.ref.name for reach in finding.affected] == ["trainer-5d8f-x"]
    assert finding.confidence.word == case.word
    assert finding.role is (Role.SYMPTOM if case.code == "Unschedulable" else Role.ROOT)
    for words in case.says:
        assert words in finding.summary.en, finding.summary.en
    assert "trainer-5d8f" not in finding.summary.en
    assert case.actual in finding.actual
    if case.near:
        assert finding.near == case.near
    if case.patch:
        assert case.patch in finding.remedies[0].command


def test_a_pod_too_many_is_better_not_started_than_put_beside_its_like() -> None:
    objects = waiting(
        {"affinity": AWAY, "containers": [ask()]}, message_of("2 node(s) didn't match pod anti-affinity rules", 2)
    )
    objects[0]["spec"]["replicas"] = 2
    peers = [placed("t1", "a", labels=TRAINER), placed("t2", "b", labels=TRAINER)]
    stage = scene(*objects, node("a"), node("b"), *peers)
    (found,) = findings(scheduling(stage), stage)
    assert '"rollingUpdate":{"maxSurge":0,"maxUnavailable":1}' in found.remedies[0].command


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message and what its clauses are: count, reason, detail."""

    id: str
    text: str
    total: int
    clauses: tuple[tuple[int, str, str], ...]


MESSAGES = (
    Message(
        id="with claims to deallocate",
        text="0/1 nodes are available: 1 Insufficient cpu. no new claims to deallocate, preemption: 0/1 nodes are "
        "available: 1 Preemption is not helpful for scheduling.",
        total=1,
        clauses=((1, "resource", "cpu"),),
    ),
    Message(
        id="two clauses and a taint",
        text="0/5 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, "
        "4 Insufficient memory. preemption: 0/5 nodes are available: 1 Preemption is not helpful.",
        total=5,
        clauses=((1, "taint", "node-role.kubernetes.io/control-plane: "), (4, "resource", "memory")),
    ),
    Message(
        id="old taint with a comma inside",
        text="0/3 nodes are available: 1 node(s) had taint {a: b}, that the pod didn't tolerate, 2 Too many pods.",
        total=3,
        clauses=((1, "taint", "a: b"), (2, "pods", "")),
    ),
    Message(
        id="a rule that fails before any node",
        text="0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found",
        total=1,
        clauses=((1, "claim", ""),),
    ),
    Message(
        id="missing claim",
        text='0/2 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/2 nodes are available: x.',
        total=2,
        clauses=((2, "claim", ""),),
    ),
    Message(
        id="only the clause of a claim",
        text='persistentvolumeclaim "data" not found',
        total=0,
        clauses=((0, "claim", ""),),
    ),
)


@pytest.mark.parametrize("case", MESSAGES, ids=lambda case: case.id)
def test_messages_of_all_versions_come_apart(case: Message) -> None:
    verdict = take_apart(case.text)
    assert verdict is not None
    assert verdict.total == case.total
    assert tuple((clause.count, clause.reason, clause.detail) for clause in verdict.clauses) == case.clauses


def test_what_is_no_message_of_the_scheduler_is_left_alone() -> None:
    assert take_apart("running Reserve plugin failed") is None


def test_a_new_pod_is_in_progress() -> None:
    stage = scene(*waiting({"containers": [ask("16")]}, message_of("1 Insufficient cpu", 1), age=10), node("a"))
    assert [type(entry) for entry in scheduling(stage)] == [InProgress]


@pytest.mark.parametrize(("ago", "kind"), [(60, "InProgress"), (900, "Finding")])
def test_a_node_that_is_on_its_way_gets_time(ago: float, kind: str) -> None:
    objects = waiting({"containers": [ask("16")]}, message_of("1 Insufficient cpu", 1), age=1200)
    grows = event(objects[2], "TriggeredScaleUp", "pod triggered scale-up: [{pool 1->2 (max: 5)}]", ago=ago)
    assert [type(entry).__name__ for entry in scheduling(scene(*objects, node("a"), grows))] == [kind]


def test_a_refused_scale_up_is_quoted() -> None:
    objects = waiting({"containers": [ask("16")]}, message_of("1 Insufficient cpu", 1))
    refused = event(objects[2], "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached")
    stage = scene(*objects, refused, unread=("Node",))
    assert any("max node group size" in entry.quote for entry in findings(scheduling(stage), stage)[0].evidence)


def test_a_pod_that_got_its_node_late_has_recovered() -> None:
    single = pod(
        "late",
        spec={"nodeName": "a"},
        status={"phase": "Running", "conditions": [condition("PodScheduled", "True", ago=3000)]},
    )
    stage = scene(single, node("a"), event(single, "FailedScheduling", message_of("1 Insufficient cpu", 1), ago=3100))
    seen = list(scheduling(stage))
    assert [type(entry) for entry in seen] == [RuledOut]
    assert isinstance(seen[0], RuledOut)
    assert seen[0].healed


def test_pods_of_one_controller_are_one_finding() -> None:
    objects = waiting({"containers": [ask("16")]}, message_of("1 Insufficient cpu", 1))
    twin = {**objects[2], "metadata": {**objects[2]["metadata"], "name": "trainer-5d8f-y", "uid": "other"}}
    stage = scene(*objects, twin, node("a"))
    found = findings(scheduling(stage), stage)
    assert [len(finding.affected) for finding in found] == [2]


def test_a_gate_is_deliberate() -> None:
    held = pod(
        "held",
        spec={"schedulingGates": [{"name": "kueue.x-k8s.io/admission"}]},
        status={"phase": "Pending", "conditions": [condition("PodScheduled", "False", reason="SchedulingGated")]},
    )
    stage = scene(held)
    found = findings(scheduling(stage), stage)
    assert [(finding.code, finding.severity) for finding in found] == [("SchedulingGated", Severity.LOW)]
    held["metadata"]["creationTimestamp"] = at(60)
    assert [type(entry) for entry in scheduling(scene(held))] == [InProgress]


def test_a_node_name_that_does_not_exist_offers_the_near_one() -> None:
    bound = pod("bound", spec={"nodeName": "nodeone"}, status={"phase": "Pending"})
    stage = scene(bound, node("node-one"))
    found = findings(scheduling(stage), stage)
    assert [(finding.code, finding.near) for finding in found] == [("AssignedNodeMissing", ("node-one",))]
    assert list(scheduling(scene(bound, unread=("Node",)))) == []
    bound["status"]["startTime"] = at(500)
    assert list(scheduling(scene(bound, node("node-one")))) == [], "a kubelet has taken it in"
    del bound["status"]["startTime"]
    bound["metadata"]["creationTimestamp"] = at(20)
    assert list(scheduling(scene(bound, node("node-one")))) == []


def test_a_scheduler_that_nobody_runs_is_named() -> None:
    lost = pod("lost", spec={"schedulerName": "volcanoo"}, status={"phase": "Pending"})
    other = pod("other", spec={"schedulerName": "volcano", "nodeName": "a"})
    stage = scene(lost, other, node("a"))
    found = findings(scheduling(stage), stage)
    assert [(finding.code, finding.near) for finding in found] == [("SchedulerNameUnknown", ("volcano",))]


def lease(age: float) -> dict[str, Any]:
    """Build the scheduler's lease, renewed so many seconds ago."""
    return obj(
        "Lease", "kube-scheduler", space="kube-system", api="coordination.k8s.io/v1", spec={"renewTime": at(age)}
    )


@pytest.mark.parametrize(("age", "code"), [(300, "SchedulerUnavailable"), (5, "Unschedulable")])
def test_silence_is_the_schedulers_fault_only_when_it_shows_no_life(age: float, code: str) -> None:
    stage = scene(pod("lost", status={"phase": "Pending"}), lease(age))
    assert [finding.code for finding in findings(scheduling(stage), stage)] == [code]


def test_silence_of_a_minute_is_in_progress() -> None:
    assert [type(entry) for entry in scheduling(scene(pod("new", status={"phase": "Pending"}, age=60)))] == [InProgress]
