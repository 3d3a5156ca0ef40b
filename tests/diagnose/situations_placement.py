"""Pods without a node for a while, nodes with marks, claims that wait."""

from tests.diagnose.build import ago, container, event, node, pod
from tests.diagnose.situations_build import (
    DAY,
    DEGRADED,
    FAILING,
    FINE,
    HEALTHY,
    RECOVERED,
    Situation,
    storage_class,
    unscheduled,
    up,
)
from tests.diagnose.situations_world import MOVING, claim, daemons, deploy, mounts, stateful, volume

TOO_FULL = (
    "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: "
    "2 No preemption victims found for incoming pod."
)
TAINTED = (
    "0/5 nodes are available: 2 Insufficient memory, 3 node(s) had untolerated taint "
    "{node-role.kubernetes.io/control-plane: }. preemption: 0/5 nodes are available: "
    "2 No preemption victims found for incoming pod, 3 Preemption is not helpful for scheduling."
)


def _scheduling() -> list[Situation]:
    placed = up(since=400, created=700, placed=420)
    big = container(resources={"requests": {"memory": "7Gi"}})
    waiting_pod = unscheduled(created=900, message=TAINTED, containers=[big])
    masters = [
        {
            **node(f"master-{n}"),
            "spec": {"taints": [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]},
        }
        for n in range(3)
    ]
    hogs = [
        up(f"hog-{n}", containers=[container(resources={"requests": {"memory": "6Gi"}})], node=f"node-{n}")
        for n in (1, 2)
    ]
    cordoned = {**node("node-2"), "spec": {"unschedulable": True}}
    gated = pod(
        "train-a",
        phase="Pending",
        node="",
        created=900,
        spec={"schedulingGates": [{"name": "queue.example.com/admission"}]},
        conditions=[{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}],
    )
    newborn = unscheduled(created=8, message=TOO_FULL)
    pressed = {
        **node(
            "node-1",
            conditions=[
                {"type": "Ready", "status": "True", "lastTransitionTime": ago(9 * DAY)},
                {"type": "MemoryPressure", "status": "False", "lastTransitionTime": ago(180)},
                {"type": "FrequentKubeletRestart", "status": "True", "lastTransitionTime": ago(9 * DAY)},
                {"type": "XidErrorDetected", "status": "False", "lastTransitionTime": ago(9 * DAY)},
            ],
        ),
        "spec": {"taints": [{"key": "node.kubernetes.io/memory-pressure", "effect": "NoSchedule"}]},
    }
    gpu = {**node("node-2"), "spec": {"taints": [{"key": "nvidia.com/gpu", "effect": "NoSchedule"}]}}
    return [
        Situation(
            id="a pod that waited for a node which was added",
            objects=[
                *deploy("web", placed, moved=400),
                event(placed, "FailedScheduling", TOO_FULL, first=700, last=600, count=3),
                event(
                    placed,
                    "TriggeredScaleUp",
                    "pod triggered scale-up: [{pool-a 2->3 (max: 9)}]",
                    kind="Normal",
                    last=690,
                ),
                event(placed, "Scheduled", "Successfully assigned shop/web-a to node-2", kind="Normal", last=420),
            ],
            target="deploy/web",
            verdicts=FINE,
            ruled_out="Unschedulable|InsufficientResources",
            over=False,
        ),
        Situation(
            id="a pod that found no room for half an hour until another workload was scaled down",
            objects=[
                *deploy("web", late := up(since=400, created=2400, placed=420), moved=400),
                event(late, "FailedScheduling", TOO_FULL, first=2390, last=450, count=9),
                event(
                    late, "Scheduled", "Successfully assigned shop/web-a to node-2", kind="Normal", first=420, last=420
                ),
            ],
            verdicts=RECOVERED,
            ruled_out="Unschedulable|InsufficientResources",
        ),
        Situation(
            id="control-plane taints beside workers without memory",
            objects=[
                *masters,
                *deploy("hog", *hogs),
                *deploy("web", waiting_pod, progressing=MOVING, moved=900),
                event(waiting_pod, "FailedScheduling", TAINTED, first=900, last=100),
            ],
            target="deploy/web",
            verdicts=FAILING,
            root="InsufficientResources",
            variant="memory",
        ),
        Situation(
            id="a cordoned node whose pods run",
            objects=[cordoned, *deploy("web", up(node="node-2"), up("web-b"))],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a pod held back by the gate of a queue",
            objects=[gated],
            verdicts=HEALTHY,
            root="SchedulingGated",
            severity="low",
        ),
        Situation(
            id="a new replica that the scheduler could not place at once",
            objects=[
                *deploy("web", up(), newborn, progressing=MOVING, moved=8),
                event(newborn, "FailedScheduling", TOO_FULL, first=7, last=7),
            ],
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="memory pressure of a node that ended three minutes ago, with conditions nobody knows",
            objects=[pressed, *deploy("web", up())],
            verdicts=FINE,
        ),
        Situation(
            id="a DaemonSet that leaves out tainted nodes",
            objects=[*masters, gpu, *daemons("agent", up("agent-a"))],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a DaemonSet for nodes with a label that no node carries",
            objects=daemons(
                "gpu-driver", desired=0, pod={"nodeSelector": {"gpu": "true"}, "containers": [container()]}
            ),
            verdicts=HEALTHY,
        ),
    ]


def _claims() -> list[Situation]:
    waits = claim("data", phase="Pending", created=9 * DAY)
    lazy = [
        storage_class(),
        waits,
        event(
            waits,
            "WaitForFirstConsumer",
            "waiting for first consumer to be created before binding",
            kind="Normal",
            count=900,
        ),
    ]
    bound = claim("data", created=900)
    user = up(since=700, created=900, spec=mounts("data"))
    fast = claim("data", phase="Pending", created=20)
    early = unscheduled(
        created=20,
        message="0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
        spec=mounts("data"),
    )
    return [
        Situation(
            id="a claim that waits for its first consumer and has none",
            objects=lazy,
            target="pvc/data",
            verdicts=HEALTHY,
        ),
        Situation(
            id="a namespace with a claim that waits for its first consumer",
            objects=[*lazy, *deploy("web", up())],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a volume that was made at the third attempt",
            objects=[
                *deploy("web", user),
                bound,
                volume(bound),
                event(
                    bound,
                    "ProvisioningFailed",
                    'failed to provision volume with StorageClass "standard": rpc error: code = Unavailable',
                    first=890,
                    last=800,
                    count=3,
                ),
                event(
                    bound, "ProvisioningSucceeded", "Successfully provisioned volume pv-data", kind="Normal", last=790
                ),
            ],
            verdicts=RECOVERED,
            ruled_out="ClaimProvisioningFailed",
        ),
        Situation(
            id="a claim and its pod that are 20 seconds old",
            objects=[
                storage_class(binding="Immediate"),
                fast,
                *stateful("db", up("db-0"), early),
                event(
                    early,
                    "FailedScheduling",
                    "0/2 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
                    last=18,
                    first=18,
                ),
            ],
            target="sts/db",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a claim that is bound and that nothing uses",
            objects=[bound, volume(bound)],
            verdicts=HEALTHY,
            target="pvc/data",
        ),
    ]


SITUATIONS = (
    *_scheduling(),
    *_claims(),
)
