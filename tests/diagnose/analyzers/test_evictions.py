"""Pods that the platform removed or refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from diagnose.analyzers.evictions import evictions
from diagnose.findings import Role
from tests.diagnose import build

Obj = dict[str, Any]
MEMORY = (
    "The node was low on resource: memory. Threshold quantity: 100Mi, available: 64Mi. Container app was using 900Mi, "
    "request is 100Mi, has larger consumption of memory. "
)
DISK = "The node was low on resource: ephemeral-storage. Threshold quantity: 40Gi, available: 39Gi. "


def removed(
    reason: str = "Evicted", message: str = "", *, actor: str = "", told: str = "", ended: float = 300, **rest: Any
) -> Obj:
    """Make a failed pod with the platform's reason."""
    made = build.pod("app-7d9c-x2x4z", phase="Failed", reason=reason, message=message, **rest)
    if actor:
        made["status"]["conditions"].append(disrupted(actor, told, ended=ended))
    else:
        made["status"]["startTime"] = build.ago(ended)
    return made


def disrupted(actor: str, message: str = "", *, ended: float = 300) -> Obj:
    """Write the condition DisruptionTarget."""
    return {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": actor,
        "message": message,
        "lastTransitionTime": build.ago(ended),
    }


def leaving(actor: str, message: str = "", **rest: Any) -> Obj:
    """Make a pod that is being deleted by the platform."""
    made = build.pod("app-7d9c-x2x4z", **rest)
    made["metadata"]["deletionTimestamp"] = build.ago(200)
    made["status"]["conditions"].append(disrupted(actor, message))
    return made


def tainted(key: str, **rest: Any) -> Obj:
    """Make a node with a taint that drives pods away."""
    made = build.node(**rest)
    made["spec"] = {"taints": [{"key": key, "effect": "NoExecute"}]}
    return made


LIMITED = build.container(resources={"limits": {"ephemeral-storage": "1Gi"}})
SCRATCH = {"volumes": [{"name": "cache", "emptyDir": {"sizeLimit": "500Mi"}}]}
PREEMPTED = "default-scheduler: preempting to accommodate a higher priority pod"
WINNER = build.pod("batch-1", spec={"priority": 1000})


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    pod: Obj
    code: str
    variant: str = ""
    words: str = ""
    kind: str = "Deployment"
    part: str = ""
    more: Sequence[Obj] = ()
    role: Role = Role.ROOT


CASES = (
    Case(
        id="memory",
        pod=removed(message=MEMORY),
        code="EvictedByNodePressure",
        variant="memory",
        words="its container app used 900Mi and requests 100Mi",
        kind="Node",
        part="app",
        more=[build.node()],
    ),
    Case(
        id="disk-with-an-unusual-threshold",
        pod=removed(message=DISK),
        code="EvictedByNodePressure",
        variant="disk",
        words="keep 40 % of the node's disk space free",
        kind="Node",
        part="app",
        more=[build.node(capacity={"ephemeral-storage": "100Gi"})],
    ),
    Case(
        id="by-condition",
        pod=removed(message="The node had condition: [PIDPressure]. "),
        code="EvictedByNodePressure",
        variant="pids",
        words="process ids",
        kind="Node",
        part="app",
    ),
    Case(
        id="container-limit",
        pod=removed(message='Container app exceeded its local ephemeral storage limit "1Gi". ', containers=[LIMITED]),
        code="EphemeralStorageLimitExceeded",
        words="container app wrote more than the 1Gi",
        part="app",
    ),
    Case(
        id="pod-limit",
        pod=removed(message="Pod ephemeral local storage usage exceeds the total limit of containers 2Gi. "),
        code="EphemeralStorageLimitExceeded",
        words="its containers together wrote more than the 2Gi",
    ),
    Case(
        id="volume-limit",
        pod=removed(message='Usage of EmptyDir volume "cache" exceeds the limit "500Mi". ', spec=SCRATCH),
        code="EphemeralStorageLimitExceeded",
        words="the emptyDir volume cache holds more than the 500Mi",
        part="cache",
    ),
    Case(
        id="preempted",
        pod=leaving("PreemptionByScheduler", PREEMPTED, spec={"priority": 5}),
        code="PodPreempted",
        words="(priority 5) lost a pod on node node-1",
        more=[],
    ),
    Case(
        id="preempted-for-a-critical-pod",
        pod=removed("Preempting", "Preempted in order to admit critical pod"),
        code="PodPreempted",
        words="make room for a pod of higher priority",
    ),
    Case(
        id="custom-taint",
        pod=leaving("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"),
        code="EvictedByTaint",
        words="the taint maintenance:NoExecute on node node-1",
        kind="Node",
        part="app",
        more=[tainted("maintenance")],
    ),
    Case(
        id="taint-of-a-sick-node",
        pod=leaving("DeletionByTaintManager"),
        code="EvictedByTaint",
        words="node.kubernetes.io/unreachable",
        kind="Node",
        part="app",
        more=[tainted("node.kubernetes.io/unreachable")],
        role=Role.SYMPTOM,
    ),
    Case(
        id="out-of-cpu",
        pod=removed(
            "OutOfcpu",
            "Pod was rejected: Node didn't have enough resource: cpu, requested: 2000, used: 3500, capacity: 4000",
        ),
        code="NodeAdmissionRejected",
        words="(OutOfcpu: it asks for 2000m, 3500m of 4000m are in use)",
    ),
    Case(
        id="node-affinity",
        pod=removed("NodeAffinity", "Pod was rejected: Predicate NodeAffinity failed"),
        code="NodeAdmissionRejected",
        words="Node node-1 refused a pod of Deployment app (NodeAffinity)",
    ),
)
each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)


@each
def test_a_pod_that_was_removed_and_not_replaced_is_a_finding(case: Case) -> None:
    objects = build.deployed(case.pod)
    (finding,) = build.findings(evictions, build.scene(*objects, *case.more))

    assert (finding.code, finding.variant, finding.part) == (case.code, case.variant, case.part)
    assert finding.object.kind == case.kind
    assert finding.role is case.role
    assert case.words in finding.summary.en
    assert [reach.ref.name for reach in finding.affected] == ["app-7d9c-x2x4z"]


@each
def test_a_pod_that_was_replaced_is_history(case: Case) -> None:
    objects = build.deployed(case.pod)
    other = build.pod("app-7d9c-new", owner=objects[1], ready=True)
    given = build.scene(*objects, other, *case.more)

    assert build.findings(evictions, given) == []
    assert [(entry.code, entry.healed) for entry in build.ruled_out(evictions, given)] == [(case.code, True)]


def test_a_pod_removed_just_now_is_being_replaced() -> None:
    given = build.scene(*build.deployed(removed(message=MEMORY, ended=20)))

    assert build.findings(evictions, given) == []
    assert build.in_progress(evictions, given)


def test_pods_that_fill_their_disk_one_after_the_other_are_a_fault_while_one_runs() -> None:
    message = 'Usage of EmptyDir volume "cache" exceeds the limit "500Mi". '
    top, middle, first = build.deployed(removed(message=message, spec=SCRATCH))
    others = [{**first, "metadata": {**first["metadata"], "name": f"app-7d9c-{n}", "uid": f"uid-{n}"}} for n in "ab"]
    now = build.pod("app-7d9c-new", owner=middle, ready=True)

    (finding,) = build.findings(evictions, build.scene(top, middle, first, *others, now))
    assert finding.code == "EphemeralStorageLimitExceeded"
    assert "lost 3 pods" in finding.summary.en
    assert build.findings(evictions, build.scene(top, middle, first, others[0], now)) == []


def test_a_bare_pod_that_ended_with_its_node_is_to_be_made_again() -> None:
    pod = removed(
        "Terminated", "Pod was terminated in response to imminent node shutdown.", actor="TerminationByKubelet"
    )
    (finding,) = build.findings(evictions, build.scene(pod))

    assert (finding.code, "was shut down" in finding.summary.en) == ("NodeAdmissionRejected", True)
    assert "del(.spec.nodeName)" in finding.remedies[0].command


def test_a_job_that_failed_for_good_is_to_be_run_again() -> None:
    job = build.obj("Job", "once", status={"conditions": [{"type": "Failed", "status": "True"}]})
    pod = removed("UnexpectedAdmissionError", "Pod was rejected: Allocate failed", owner=job)
    (finding,) = build.findings(evictions, build.scene(job, pod))

    assert "run the job again" in finding.remedies[0].summary.en.lower()


def test_a_bare_pod_whose_node_was_set_by_hand_is_told_so() -> None:
    pod = removed("OutOfmemory", "Pod was rejected: Node didn't have enough resource: memory")
    (finding,) = build.findings(evictions, build.scene(pod))

    assert "spec.nodeName" in finding.summary.en
    assert finding.object.kind == "Pod"


def test_the_preemptor_is_named_by_its_event() -> None:
    pod = leaving("PreemptionByScheduler", PREEMPTED)
    objects = build.deployed(pod)
    event = build.event(objects[-1], "Preempted", f"Preempted by pod {WINNER['metadata']['uid']} on node node-1")
    (finding,) = build.findings(evictions, build.scene(*objects, WINNER, event))

    assert "Pod batch-1 (priority 1000)" in finding.summary.en


@pytest.mark.parametrize(
    ("reason", "message", "code"),
    [
        ("Preempted", "Preempted by a pod on node node-1", "PodPreempted"),
        ("TaintManagerEviction", "Marking for deletion Pod shop/app-7d9c-gone", "EvictedByTaint"),
    ],
)
def test_a_pod_that_is_gone_counts_while_its_owner_lacks_pods(reason: str, message: str, code: str) -> None:
    top, middle, pod = build.deployed(build.pod("app-7d9c-gone"))
    event = build.event(pod, reason, message)
    (finding,) = build.findings(evictions, build.scene(top, middle, event))
    whole = build.scene(top, middle, build.pod("app-7d9c-new", owner=middle, ready=True), event)

    assert finding.code == code
    assert build.findings(evictions, whole) == []
    assert [entry.healed for entry in build.ruled_out(evictions, whole)] == [True]


@pytest.mark.parametrize(
    "pod",
    [
        build.pod(),
        build.pod(phase="Failed", reason="DeadlineExceeded", message="Pod was active on the node longer than 5 s"),
        {**build.pod(), "metadata": {**build.pod()["metadata"], "deletionTimestamp": build.ago(5)}},
        build.pod(phase="Succeeded", reason="Evicted", message=MEMORY),
    ],
    ids=["running", "deadline", "deleted-by-somebody", "succeeded"],
)
def test_other_ends_are_no_eviction(pod: Obj) -> None:
    assert list(evictions(build.scene(pod))) == []


def test_a_deletion_that_was_cancelled_is_none() -> None:
    pod = {**build.pod(), "metadata": {**build.pod()["metadata"], "deletionTimestamp": build.ago(90)}}
    event = build.event(pod, "TaintManagerEviction", "Cancelling deletion of Pod shop/app-7d9c-x2x4z")

    assert build.findings(evictions, build.scene(pod, event)) == []
