"""Workloads that roll out, sleep, or wait on purpose."""

from tests.diagnose.build import Obj, ago, configmap, event, obj, owned_by, pod, status, terminated
from tests.diagnose.situations_build import (
    DAY,
    DEGRADED,
    FINE,
    HEALTHY,
    RECOVERED,
    UNKNOWN,
    Situation,
    below,
    leaving,
    starting,
    up,
)
from tests.diagnose.situations_world import MOVING, claim, daemons, deploy, mounts, replica_set, stateful, volume


def _scaler(
    target: str, *, kind: str = "Deployment", current: int = 1, states: tuple[tuple[str, str, str], ...]
) -> Obj:
    return obj(
        "HorizontalPodAutoscaler",
        target,
        spec={
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": kind, "name": target},
            "minReplicas": 1,
            "maxReplicas": 5,
        },
        status={
            "currentReplicas": current,
            "desiredReplicas": current,
            "currentMetrics": None,
            "conditions": [{"type": t, "status": s, "reason": r, "lastTransitionTime": ago(40)} for t, s, r in states],
        },
    )


def _rollouts() -> list[Situation]:
    paused = deploy(
        "web",
        up(),
        up("web-b"),
        paused=True,
        progressing={"type": "Progressing", "status": "Unknown", "reason": "DeploymentPaused"},
    )
    asleep = deploy("web", wanted=0)
    front = obj("Service", "web", spec={"clusterIP": "10.96.0.9", "selector": {"app": "web"}, "ports": [{"port": 80}]})
    idle = _scaler(
        "web",
        current=0,
        states=(("AbleToScale", "True", "SucceededGetScale"), ("ScalingActive", "False", "ScalingDisabled")),
    )
    history = deploy("web", up(), up("web-b"))
    late = up(since=1400, created=1500)
    moving = starting("web-n", created=40)
    first = starting("web-n", created=40)
    surge = deploy(
        "web",
        up("web-n", since=20),
        starting("web-m", created=15),
        old=[up("web-o"), up("web-p")],
        wanted=3,
        progressing=MOVING,
        moved=15,
    )
    young = up("web-n", since=5, created=20)
    sts_new = starting("db-2", created=20)
    rolling = daemons("agent", up("agent-a", since=100), up("agent-b"), starting("agent-c", created=25), updated=2)
    revised = [
        obj(
            "ControllerRevision",
            f"agent-{mark}",
            created=age,
            metadata={
                "ownerReferences": owned_by(rolling[0]),
                "labels": {"app": "agent", "controller-revision-hash": mark},
            },
            revision=number,
            data={"spec": {"template": rolling[0]["spec"]["template"]}},
        )
        for mark, number, age in (("6b7c", 1, 30 * DAY), ("7d8f", 2, 130))
    ]
    marked = [
        *below(
            rolling[0],
            *(entry for entry in rolling[1:] if entry["metadata"]["name"] != "agent-b"),
            labels={"app": "agent", "controller-revision-hash": "7d8f"},
        ),
        *below(rolling[0], rolling[2], labels={"app": "agent", "controller-revision-hash": "6b7c"}),
    ]
    first_of_three = daemons("agent", up("agent-a"), up("agent-b"), starting("agent-c", created=25), updated=1)
    behind = daemons("agent", up("agent-a"), up("agent-b"), updated=0, updateStrategy={"type": "OnDelete"})
    part = stateful(
        "db",
        up("db-0"),
        up("db-1"),
        up("db-2"),
        updated=1,
        updateStrategy={"type": "RollingUpdate", "rollingUpdate": {"partition": 2}},
    )
    attached = up("db-1", created=120)
    moved_volume = starting("db-2", created=90, spec=mounts("data-db-2"))
    return [
        Situation(
            id="a paused Deployment that has all it wants",
            objects=paused,
            verdicts=HEALTHY,
            root="WorkloadSuspended",
            severity="low",
            optional=True,
        ),
        Situation(
            id="a Deployment scaled to zero that nothing needs, with its Service",
            objects=[*asleep, front],
            verdicts=HEALTHY,
            ruled_out="WorkloadScaledToZero",
            over=False,
        ),
        Situation(
            id="a StatefulSet scaled to zero that nothing needs",
            objects=stateful("db", wanted=0),
            verdicts=HEALTHY,
            ruled_out="WorkloadScaledToZero",
            over=False,
        ),
        Situation(
            id="an app put to sleep whose autoscaler is disabled at zero",
            objects=[*asleep, front, idle],
            target="deploy/web",
            verdicts=HEALTHY,
            ruled_out="WorkloadScaledToZero",
            over=False,
        ),
        Situation(
            id="an autoscaler at its minimum",
            objects=[
                *deploy("web", up()),
                _scaler(
                    "web",
                    states=(
                        ("ScalingActive", "True", "ValidMetricFound"),
                        ("ScalingLimited", "True", "TooFewReplicas"),
                    ),
                ),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="an autoscaler of a workload that began 40 seconds ago has no metrics yet",
            objects=[
                *deploy("web", up(since=38, created=40), moved=38),
                _scaler("web", states=(("ScalingActive", "False", "FailedGetResourceMetric"),)),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a rollout that ended a minute ago with former pods on their way out",
            objects=deploy(
                "web",
                up(since=60),
                up("web-b", since=70),
                old=[
                    leaving(up("web-o"), deleted=-10),
                    leaving(pod("web-p", statuses=[status(state=terminated(0, ended=4))]), deleted=5),
                ],
                moved=60,
            ),
            verdicts=HEALTHY,
        ),
        Situation(
            id="a rollout within its deadline while the former revision serves",
            objects=deploy("web", moving, old=[up("web-o"), up("web-p")], wanted=2, progressing=MOVING, moved=40),
            target="deploy/web",
            verdicts=HEALTHY,
            waits=True,
        ),
        Situation(
            id="the first rollout of a Deployment within its deadline",
            objects=deploy("web", first, progressing=MOVING, moved=40, created=45),
            target="deploy/web",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="a rollout with pods above the wanted number",
            objects=surge,
            verdicts=HEALTHY,
            waits=True,
        ),
        Situation(
            id="pods that are ready and not yet available",
            objects=deploy("web", young, minReadySeconds=30, progressing=MOVING, moved=20),
            verdicts=HEALTHY,
        ),
        Situation(
            id="ReplicaSets of former revisions at zero and a ConfigMap that nothing uses",
            objects=[
                *history,
                *replica_set(history[0], revision=3, created=20 * DAY),
                *replica_set(history[0], revision=4, created=15 * DAY),
                configmap("web-settings-6k2m", {"a": "1"}),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a rollout that was late, was taken back and is complete",
            objects=[
                *deploy("web", up(), up("web-b"), moved=1200),
                event(
                    deploy("web", up())[0],
                    "DeploymentRollback",
                    "Rolled back deployment to revision 1",
                    kind="Normal",
                    last=1300,
                ),
            ],
            verdicts=FINE,
        ),
        Situation(
            id="a rollout that was reported late and has completed since",
            objects=deploy(
                "web",
                late,
                progressing={"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"},
                moved=1500,
            ),
            target="deploy/web",
            verdicts=RECOVERED,
            ruled_out="RolloutStuck",
        ),
        Situation(
            id="the third pod of a StatefulSet has been starting for 20 seconds",
            objects=stateful("db", up("db-0"), up("db-1"), sts_new),
            target="sts/db",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a DaemonSet replaces its pods one by one",
            objects=[rolling[0], *marked, *revised],
            target="ds/agent",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a DaemonSet that has just begun to replace its pods, revisions not read",
            objects=first_of_three,
            unread=("ControllerRevision",),
            target="ds/agent",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a DaemonSet that is updated only when its pods are deleted",
            objects=behind,
            verdicts=HEALTHY,
            root="WorkloadSuspended",
            severity="low",
            optional=True,
        ),
        Situation(
            id="a StatefulSet of which a part is updated on purpose",
            objects=part,
            verdicts=HEALTHY,
            root="WorkloadSuspended",
            severity="low",
            optional=True,
        ),
        Situation(
            id="a volume is still attached where the former pod of a StatefulSet ends",
            objects=[
                *stateful("db", up("db-0"), attached, moved_volume),
                claim("data-db-2"),
                volume(claim("data-db-2")),
                event(
                    moved_volume,
                    "FailedAttachVolume",
                    'Multi-Attach error for volume "pv-data-db-2" Volume is already exclusively attached to one '
                    "node and can't be attached to another",
                    first=88,
                    last=88,
                ),
            ],
            target="sts/db",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a budget that allows no disruption while nobody drains",
            objects=[
                *deploy("web", up()),
                obj(
                    "PodDisruptionBudget",
                    "web",
                    spec={"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
                    status={"disruptionsAllowed": 0, "currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1},
                ),
            ],
            verdicts=HEALTHY,
        ),
    ]


SITUATIONS = (*_rollouts(),)
