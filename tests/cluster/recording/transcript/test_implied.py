"""Objects that no form shows: made where events, labels or descriptions prove them, and only then."""

from dataclasses import dataclass, field

import pytest

from cluster.fields import dig, labels, objects, text
from cluster.recording.forms import made_up
from cluster.snapshot import Snapshot
from diagnose.engine import diagnose
from tests.cluster.recording.transcript.samples import read

HEAD = "LAST SEEN   TYPE      REASON   OBJECT   MESSAGE\n"
DEPLOYMENT = """\
Name:                   cart
Namespace:              shop
CreationTimestamp:      Tue, 07 Apr 2026 10:00:00 +0000
Labels:                 app=cart
Annotations:            deployment.kubernetes.io/revision: 4
Selector:               app=cart
Replicas:               2 desired | 1 updated | 2 total | 1 available | 1 unavailable
StrategyType:           RollingUpdate
OldReplicaSets:         cart-6b8f7c9d5c (1/1 replicas created)
NewReplicaSet:          cart-7c9d8f6b5c (0/1 replicas created)
Events:                 <none>
"""
POD = """\
Name:             cart-7c9d8f6b5c-4xk2p
Namespace:        shop
Node:             pool-1/192.0.2.4
Labels:           app=cart
                  pod-template-hash=7c9d8f6b5c
Status:           Running
Controlled By:    ReplicaSet/cart-7c9d8f6b5c
Containers:
  web:
    Image:          r.example/cart:3
    State:          Running
    Ready:          True
    Restart Count:  0
Conditions:
  Type              Status
  Ready             True
Events:  <none>
"""
REFUSED = (
    'Error creating: pods "cart-7c9d8f6b5c-x8x8x" is forbidden: exceeded quota: team, requested: pods=1, '
    "used: pods=2, limited: pods=2"
)


def happened(*rows: str) -> str:
    """Write an events table; each row is age, type, reason, object and message, split by two blanks."""
    cells = [row.split("  ", 4) for row in rows]
    return HEAD.replace("REASON   OBJECT", f"{'REASON':30}{'OBJECT':60}").replace("   MESSAGE", "MESSAGE").replace(
        "LAST SEEN   ", f"{'LAST SEEN':24}"
    ) + "".join(f"{age:24}{sort:10}{reason:30}{about:60}{message}\n" for age, sort, reason, about, message in cells)


def events_of(*rows: str) -> Snapshot:
    """Read a session that shows events alone."""
    return read(("get events -n shop", happened(*rows)))


def test_replica_sets_of_a_description_are_objects_of_their_size() -> None:
    found = read(("describe deploy cart -n shop", DEPLOYMENT))
    new, old = (found.get("ReplicaSet", "shop", f"cart-{end}") for end in ("7c9d8f6b5c", "6b8f7c9d5c"))
    assert (dig(new, "spec", "replicas"), dig(new, "status", "replicas")) == (1, 0)
    assert (dig(old, "spec", "replicas"), dig(old, "status", "replicas")) == (1, 1)
    assert text(new, "metadata", "annotations", "deployment.kubernetes.io/revision") == "4"
    assert text(objects(new, "metadata", "ownerReferences")[0], "name") == "cart"


def test_a_refusal_told_of_a_replica_set_alone_explains_its_deployment() -> None:
    found = read(
        ("describe deploy cart -n shop", DEPLOYMENT),
        ("get events -n shop", happened(f"9s  Warning  FailedCreate  replicaset/cart-7c9d8f6b5c  {REFUSED}")),
    )
    roots = diagnose(found, target="deploy/cart", namespace="shop").roots
    assert [root.code for root in roots] == ["QuotaExceeded"]


def test_a_pod_with_the_hash_of_a_template_has_a_deployment_above_it() -> None:
    found = read(("describe pod -n shop", POD))
    deployment = found.get("Deployment", "shop", "cart")
    assert (dig(deployment, "spec", "replicas"), dig(deployment, "status", "readyReplicas")) == (1, 1)
    assert labels(found.get("ReplicaSet", "shop", "cart-7c9d8f6b5c"), "metadata", "labels")
    assert diagnose(found, target="deploy/cart", namespace="shop").verdict.value == "unknown"


def test_an_owner_whose_name_lacks_the_hash_is_no_replica_set_of_a_deployment() -> None:
    found = read(("describe pod -n shop", POD.replace("pod-template-hash=7c9d8f6b5c", "rollouts-pod-template-hash=1")))
    assert found.get("Deployment", "shop", "cart") is None


PULL = 'Failed to pull image "r.example/cart:9": r.example/cart:9: not found'


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Events of the pod ``web-0``, and the reason why its container then waits; None where the pod is not made."""

    id: str
    rows: tuple[str, ...]
    waits: str | None
    phase: str = "Pending"
    conditions: dict[str, str] = field(default_factory=dict)


STARTED = "3m  Normal  Started  pod/web-0  Started container web"
BACK_OFF = "5s  Warning  BackOff  pod/web-0  Back-off restarting failed container web in pod web-0_shop(1)"
TOLD = (
    Told(
        id="no-node",
        rows=("4s  Warning  FailedScheduling  pod/web-0  0/3 nodes are available: 3 Insufficient cpu.",),
        waits="",
        conditions={"PodScheduled": "False"},
    ),
    Told(
        id="placed",
        rows=("28m  Normal  Scheduled  pod/web-0  Successfully assigned shop/web-0 to pool-1",),
        waits="",
        phase="",
    ),
    Told(id="image", rows=(f"4s  Warning  Failed  pod/web-0  {PULL}",), waits="ErrImagePull"),
    Told(
        id="image-back-off",
        rows=(
            f"9s  Warning  Failed  pod/web-0  {PULL}",
            "4s  Normal  BackOff  pod/web-0  Back-off pulling image r.example/cart:9",
        ),
        waits="ImagePullBackOff",
    ),
    Told(
        id="setting",
        rows=('4s  Warning  Failed  pod/web-0  Error: configmap "web-conf" not found',),
        waits="CreateContainerConfigError",
    ),
    Told(
        id="volume",
        rows=('4s  Warning  FailedMount  pod/web-0  MountVolume.SetUp failed for volume "a" : timed out',),
        waits="ContainerCreating",
    ),
    Told(id="crashes", rows=(STARTED, BACK_OFF), waits="CrashLoopBackOff", phase="Running"),
    Told(id="runs-again", rows=(BACK_OFF, STARTED.replace("3m", "1s")), waits="", phase="Running"),
    Told(
        id="not-ready-once",
        rows=(
            STARTED,
            "2s  Warning  Unhealthy  pod/web-0  Readiness probe failed: HTTP probe failed with statuscode: 503",
        ),
        waits="",
        phase="Running",
    ),
    Told(
        id="not-ready",
        rows=(
            STARTED,
            "2s (x9 over 1m)  Warning  Unhealthy  pod/web-0  Readiness probe failed: HTTP probe failed with 503",
        ),
        waits="",
        phase="Running",
        conditions={"Ready": "False"},
    ),
    Told(id="stopped", rows=(STARTED, "2s  Normal  Killing  pod/web-0  Stopping container web"), waits=None),
    Told(
        id="deleted-by-its-owner",
        rows=(
            f"9s  Warning  Failed  pod/web-0  {PULL}",
            "4s  Normal  SuccessfulDelete  statefulset/web  delete Pod web-0 in StatefulSet web successful",
        ),
        waits=None,
    ),
    Told(id="long-silent", rows=(BACK_OFF.replace("5s", "50m"),), waits=None),
    Told(
        id="evicted",
        rows=("9s  Warning  Evicted  pod/web-0  The node was low on resource: memory.",),
        waits="",
        phase="Failed",
    ),
)


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.id)
def test_events_alone_tell_the_state_of_a_pod(case: Told) -> None:
    pod = events_of(*case.rows).get("Pod", "shop", "web-0")
    assert (pod is None) is (case.waits is None)
    if pod is not None:
        assert text(pod, "status", "phase") == case.phase
        assert text(pod, "status", "containerStatuses", 0, "state", "waiting", "reason") == case.waits
        told = {text(entry, "type"): text(entry, "status") for entry in objects(pod, "status", "conditions")}
        assert case.conditions.items() <= told.items()
        assert told.get("Ready", "False") == "False"
        assert case.id != "not-ready-once" or "Ready" not in told


def test_pods_of_a_replica_set_that_was_emptied_are_gone() -> None:
    found = events_of(
        f"9m  Warning  Failed  pod/cart-6b8f7c9d5c-zz4kb  {PULL}",
        "8m  Normal  ScalingReplicaSet  deployment/cart  Scaled down replica set cart-6b8f7c9d5c from 1 to 0",
    )
    assert found.get("Pod", "shop", "cart-6b8f7c9d5c-zz4kb") is None
    assert dig(found.get("ReplicaSet", "shop", "cart-6b8f7c9d5c"), "spec", "replicas") == 0


def test_a_complete_list_that_lacks_an_object_of_events_wins() -> None:
    listed = "NAME    READY   STATUS    RESTARTS   AGE\nweb-1   1/1     Running   0          9m\n"
    failed = happened(f"9s  Warning  Failed  pod/web-0  {PULL}")
    found = read(("get pods -n shop", listed), ("get events -n shop", failed))
    assert found.get("Pod", "shop", "web-0") is None
    denied = 'Error from server (NotFound): pods "web-0" not found\n'
    found = read(("get pod web-0 -n shop", denied), ("get events -n shop", failed))
    assert found.get("Pod", "shop", "web-0") is None


def test_what_somebody_wrote_of_a_workload_stays_beside_its_events() -> None:
    manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart, namespace: shop}\nspec: {replicas: 3}\n"
    rows = "9s  Normal  ScalingReplicaSet  deployment/cart  Scaled up replica set cart-7c9d8f6b5c from 0 to 1"
    found = read(("create -n shop -f cart.yaml --dry-run=client -o yaml", manifest), ("get ev -n shop", happened(rows)))
    assert dig(found.get("Deployment", "shop", "cart"), "spec", "replicas") == 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Events of a replica set, and (how many pods it has, how many it wants)."""

    id: str
    rows: tuple[str, ...]
    size: tuple[int, int]


SCALED = "9m  Normal  ScalingReplicaSet  deployment/cart  Scaled up replica set cart-7c9d8f6b5c from 0 to 2"
MADE = "8m  Normal  SuccessfulCreate  replicaset/cart-7c9d8f6b5c  Created pod: cart-7c9d8f6b5c-4xk2p"
LACKS = f"9s  Warning  FailedCreate  replicaset/cart-7c9d8f6b5c  {REFUSED}"
SIZES = (
    Size(id="scaled", rows=(SCALED,), size=(2, 2)),
    Size(id="refused", rows=(SCALED, LACKS), size=(0, 2)),
    Size(id="refused-of-unknown-size", rows=(LACKS,), size=(0, 1)),
    Size(id="refused-before-it-succeeded", rows=(SCALED, LACKS.replace("9s", "9m"), MADE), size=(2, 2)),
    Size(id="refused-long-ago", rows=(SCALED, LACKS.replace("9s", "50m")), size=(2, 2)),
    Size(id="silent-for-longer-than-it-had-tried", rows=(SCALED, LACKS.replace("9s", "5m")), size=(2, 2)),
    Size(id="silent-between-two-tries", rows=(SCALED, LACKS.replace("9s", "5m (x12 over 20m)")), size=(0, 2)),
)


@pytest.mark.parametrize("case", SIZES, ids=lambda case: case.id)
def test_a_replica_set_of_events_lacks_pods_only_while_it_is_refused(case: Size) -> None:
    found = events_of(*case.rows).get("ReplicaSet", "shop", "cart-7c9d8f6b5c")
    assert (dig(found, "status", "replicas"), dig(found, "spec", "replicas")) == case.size


def test_no_name_that_was_made_up_is_shown() -> None:
    table = "NAME   READY   STATUS             RESTARTS      AGE\nweb    0/1     CrashLoopBackOff   6 (2m ago)    9m\n"
    found = read(("get po -n shop", table))
    assert made_up(objects(found.get("Pod", "shop", "web"), "spec", "containers")[0])
    (root,) = diagnose(found).roots
    said = [root.summary.en, root.summary.zh, root.part, *(check.command for check in root.next_checks)]
    assert root.summary.en.startswith("A container ")
    assert not any("container-1" in words for words in said)
