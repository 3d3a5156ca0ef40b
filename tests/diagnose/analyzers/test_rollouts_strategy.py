"""Rollouts whose own strategy stops them or takes everything down."""

from typing import Any

import pytest

from diagnose.analyzers.rollouts import rollouts
from diagnose.analyzers.rollouts.strategy import Steps, steps_of
from diagnose.findings import Finding, Role
from tests.diagnose import build

Obj = dict[str, Any]

APART = "0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules."
PORTS = "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports."
QUOTA = 'pods "app-new-" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=2, limited: pods=2'


def rolling(surge: int | str = 1, missing: int | str = 0) -> Obj:
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": missing}}


def rollout(
    strategy: Obj,
    *,
    replicas: int = 2,
    ready: int = 2,
    message: str = "",
    refused: str = "",
    spec: Obj | None = None,
    ports: list[Obj] | None = None,
    reason: str = "ReplicaSetUpdated",
) -> list[Obj]:
    """Make a Deployment with an old revision that serves and a new one with one pod that does not."""
    fields: Obj = {"ports": ports} if ports else {}
    new = build.pod(
        "app-new-1",
        containers=[build.container(image="shop:2", **fields)],
        labels={"app": "app", "pod-template-hash": "new"},
        phase="Pending",
        node="" if message else "node-1",
        spec=spec,
        conditions=[
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
            if message
            else {"type": "Ready", "status": "False"}
        ],
    )
    top = build.deployment(body=new, replicas=replicas, ready=ready)
    top["spec"]["strategy"] = strategy
    top["status"]["conditions"] = [
        {"type": "Progressing", "status": "True", "reason": reason, "lastUpdateTime": build.ago(60)}
    ]
    sets = []
    for number, mark, count in ((1, "old", ready), (2, "new", 0)):
        entry = build.replicaset(f"app-{mark}", top, replicas=max(count, number - 1), ready=count, revision=number)
        entry["metadata"]["labels"] = {"pod-template-hash": mark}
        sets.append(entry)
    sets[0]["spec"]["template"] = {"spec": {"containers": [build.container(image="shop:1", **fields)]}}
    if refused:
        sets[1]["status"]["conditions"] = [
            {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refused}
        ]
    new["metadata"]["ownerReferences"] = build.owned_by(sets[1])
    return [top, *sets, *([] if refused else [new])]


KEEPS_APART: Obj = {
    "affinity": {
        "podAntiAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": [
                {"labelSelector": {"matchLabels": {"app": "app"}}, "topologyKey": "kubernetes.io/hostname"}
            ]
        }
    }
}


def unsafe(objects: list[Obj]) -> list[Finding]:
    found = build.findings(rollouts, build.scene(*objects, build.node()))
    return [entry for entry in found if entry.code == "RolloutStrategyUnsafe"]


@pytest.mark.parametrize(
    ("objects", "role", "words"),
    [
        (rollout(rolling(), message=APART, spec=KEEPS_APART), Role.ROOT, "anti-affinity"),
        (rollout(rolling("50%", "25%"), message=APART, spec=KEEPS_APART), Role.ROOT, "anti-affinity"),
        (rollout(rolling(), message=PORTS, ports=[{"containerPort": 80, "hostPort": 8080}]), Role.ROOT, "port 8080"),
        (rollout(rolling(), refused=QUOTA), Role.CONTRIBUTING, "quota"),
    ],
    ids=["anti-affinity", "percentages that round down", "host port", "quota"],
)
def test_a_rollout_that_waits_for_what_its_old_pods_hold_is_blocked(objects: list[Obj], role: Role, words: str) -> None:
    (finding,) = unsafe(objects)

    assert (finding.variant, finding.object.kind, finding.role) == ("blocked", "Deployment", role)
    assert words in finding.summary.en
    assert '"maxSurge":0,"maxUnavailable":1' in finding.remedies[0].command


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        (rollout({"type": "Recreate"}, ready=0), "Recreate"),
        (rollout(rolling(0, "100%"), ready=0), "all 2 pods be missing"),
    ],
    ids=["Recreate", "maxUnavailable of all"],
)
def test_a_rollout_that_left_no_pod_adds_to_the_outage(objects: list[Obj], words: str) -> None:
    (finding,) = unsafe(objects)

    assert (finding.variant, finding.role, finding.severity.value) == ("drains_all", Role.CONTRIBUTING, "medium")
    assert words in finding.summary.en


def single_writer() -> list[Obj]:
    volume = {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}
    claim = build.obj("PersistentVolumeClaim", "data", spec={"accessModes": ["ReadWriteOnce"]})
    return [*rollout({"type": "Recreate"}, ready=0, spec=volume), claim]


@pytest.mark.parametrize(
    "objects",
    [
        rollout(rolling(0, 0), message=APART, spec=KEEPS_APART),
        rollout(rolling(1, 1), message=APART, spec=KEEPS_APART),
        rollout(rolling(), message=APART),
        rollout(rolling(), message="0/1 nodes are available: 1 Insufficient cpu."),
        rollout(rolling(), message=APART, spec=KEEPS_APART, reason="NewReplicaSetAvailable"),
        rollout({"type": "Recreate"}, replicas=1, ready=0),
        rollout({"type": "Recreate"}, ready=2),
        single_writer(),
        rollout(rolling("x", "y"), ready=2),
    ],
    ids=[
        "both round to 0, so one may be missing",
        "one may be missing",
        "kept apart from others",
        "no room",
        "it is done",
        "one replica",
        "it serves",
        "a volume with a single writer",
        "damaged numbers",
    ],
)
def test_other_rollouts_are_safe(objects: list[Obj]) -> None:
    assert unsafe(objects) == []


@pytest.mark.parametrize(
    ("surge", "missing", "replicas", "steps"),
    [
        ("25%", "25%", 3, Steps(surge=1, missing=0)),
        ("10%", "10%", 1, Steps(surge=1, missing=0)),
        (0, 0, 3, Steps(surge=0, missing=1)),
    ],
)
def test_surge_is_rounded_up_and_the_missing_down(surge: object, missing: object, replicas: int, steps: Steps) -> None:
    deployment = {
        "spec": {"replicas": replicas, "strategy": {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": missing}}}
    }

    assert steps_of(deployment) == steps
