"""Pods on their way out, left behind, or ready beside warnings."""

from tests.diagnose.build import ago, event, obj, pod, running, status, terminated, waiting
from tests.diagnose.situations_build import FINE, HEALTHY, PROBED, REFUSED, Situation, leaving, up
from tests.diagnose.situations_world import deploy, ended


def _leaving() -> list[Situation]:
    crashing = pod(
        "web-old",
        statuses=[status(state=waiting("CrashLoopBackOff"), last=terminated(1, ended=40), restarts=9)],
    )
    stopped = pod("web-old", statuses=[status(state=terminated(143, ended=5, ran=9000))], phase="Running")
    going = leaving(up("web-old", containers=[PROBED]), deleted=-25)
    stopping = leaving(
        pod("web-old", containers=[PROBED], statuses=[status(state=running(9000), ready=False)]), deleted=-12
    )
    killed = ended("web-old", 137, ago_=50)
    return [
        Situation(
            id="a crashing pod of the former revision is being deleted",
            objects=deploy("web", up(), old=[leaving(crashing, deleted=-20)]),
            verdicts=HEALTHY,
        ),
        Situation(
            id="pods of the former revision ended by signal after the rollout",
            objects=deploy("web", up(since=120), up("web-b", since=100), old=[leaving(stopped, deleted=10)], moved=100),
            verdicts=HEALTHY,
        ),
        Situation(
            id="a failed pod of a ReplicaSet that was scaled to zero stays behind",
            objects=deploy("web", up(since=120), old=[killed], moved=100),
            verdicts=FINE,
        ),
        Situation(
            id="the readiness check fails while the pod ends in a rollout",
            objects=[
                *deploy("web", up(since=60), old=[stopping], moved=60),
                event(stopping, "Unhealthy", REFUSED, container="app", first=15, last=5, count=2),
                event(stopping, "Killing", "Stopping container app", kind="Normal", container="app", last=18),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a check is cut off because the container stops",
            objects=[
                *deploy("web", up(since=600), old=[going], moved=600),
                event(
                    going,
                    "Unhealthy",
                    "Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to "
                    "exec in container: container is stopping",
                    container="app",
                    last=4,
                ),
                event(going, "FailedPreStopHook", "PreStopHook failed", container="app", last=3),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a bare pod that is being deleted within its time",
            objects=[leaving(up("tool"), deleted=-20)],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a bare pod that ran to its end",
            objects=[ended("once", ago_=900)],
            target="pod/once",
            verdicts=HEALTHY,
        ),
    ]


def _left_behind() -> list[Situation]:
    evicted = {
        **pod("web-x", phase="Failed", statuses=[], created=7200),
        "status": {
            "phase": "Failed",
            "reason": "Evicted",
            "message": "The node was low on resource: memory. Threshold quantity: 100Mi, available: 51Mi.",
            "startTime": ago(7200),
        },
    }
    rejected = {
        **pod("web-y", phase="Failed", statuses=[], created=7200),
        "status": {
            "phase": "Failed",
            "reason": "NodeAffinity",
            "message": "Pod was rejected: Predicate NodeAffinity failed",
            "startTime": ago(7200),
        },
    }
    preempted = pod(
        "web-z",
        phase="Failed",
        created=7200,
        statuses=[status(state=terminated(137, ended=3500))],
        conditions=[{"type": "DisruptionTarget", "status": "True", "reason": "PreemptionByScheduler"}],
    )
    return [
        Situation(
            id="evicted pods stay behind and all replicas run",
            objects=deploy("web", up(), up("web-b"), evicted, wanted=2),
            verdicts=FINE,
        ),
        Situation(
            id="a pod that its node refused after a restart was replaced",
            objects=deploy("web", up(), rejected, wanted=1),
            verdicts=FINE,
        ),
        Situation(
            id="a preempted pod stays behind and was replaced",
            objects=deploy("web", up(), preempted, wanted=1),
            verdicts=FINE,
        ),
    ]


def _resized() -> Situation:
    body = up()
    return Situation(
        id="a container was resized in place at the second attempt",
        objects=[
            *deploy("web", body),
            event(
                body,
                "ResizeDeferred",
                "Pod resize Deferred: Node didn't have enough resource: cpu",
                last=500,
                first=500,
            ),
            event(body, "ResizeCompleted", "Pod resize completed", kind="Normal", last=300, first=300),
        ],
        verdicts=HEALTHY,
    )


def _benign() -> Situation:
    body = up(since=500, created=520)
    return Situation(
        id="warnings that mean nothing on a ready pod",
        objects=[
            *deploy("web", body),
            event(
                body, "DNSConfigForming", "Nameserver limits were exceeded, some nameservers have been omitted", count=9
            ),
            event(obj("Node", "node-1", namespace=""), "InvalidDiskCapacity", "invalid capacity 0 on image filesystem"),
            event(obj("Node", "node-1", namespace=""), "CgroupV1", "cgroup v1 support is in maintenance mode"),
            event(obj("Node", "node-1", namespace=""), "Starting", "Starting kubelet.", kind="Normal"),
        ],
        verdicts=HEALTHY,
    )


SITUATIONS = (
    *_leaving(),
    *_left_behind(),
    _resized(),
    _benign(),
)
