"""Faults of others: what was asked about is well, and what it shares with them proves nothing against it."""

from typing import Any

from tests.diagnose.build import (
    Obj,
    ago,
    configmap,
    container,
    event,
    node,
    obj,
    owned_by,
    pod,
    secret,
    status,
    terminated,
    waiting,
)
from tests.diagnose.situations_build import DEGRADED, FAILING, HEALTHY, Situation, unscheduled, up
from tests.diagnose.situations_world import MOVING, claim, deploy, mounts, replica_set, stateful, volume


def _crashing(name: str = "bad-a", **rest: Any) -> Obj:
    return pod(
        name,
        statuses=[status(state=waiting("CrashLoopBackOff"), last=terminated(1, ended=40), restarts=9)],
        **rest,
    )


def _uses(key: str) -> Obj:
    return container(env=[{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": key}}}])


def _lacking_key() -> list[Obj]:
    body = pod(
        "bad-a",
        phase="Pending",
        created=900,
        containers=[_uses("limit")],
        statuses=[
            status(state=waiting("CreateContainerConfigError", "couldn't find key limit in ConfigMap shop/settings"))
        ],
    )
    message = "Error: couldn't find key limit in ConfigMap shop/settings"
    return [
        *deploy("bad", body, progressing=MOVING, moved=900),
        event(body, "Failed", message, container="app", first=890, last=10, count=60),
    ]


def _on_cordoned() -> list[Obj]:
    words = (
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable."
    )
    body = unscheduled("bad-a", created=900, message=words, spec={"nodeSelector": {"kubernetes.io/hostname": "node-2"}})
    labelled = [
        {**node("node-1"), "metadata": {**node("node-1")["metadata"], "labels": {"kubernetes.io/hostname": "node-1"}}},
        {
            **node("node-2"),
            "metadata": {**node("node-2")["metadata"], "labels": {"kubernetes.io/hostname": "node-2"}},
            "spec": {"unschedulable": True},
        },
    ]
    return [
        *labelled,
        *deploy("bad", body, progressing=MOVING, moved=900),
        event(body, "FailedScheduling", words, first=890, last=20, count=4),
    ]


def _refused() -> list[Obj]:
    other = deploy("bad", wanted=1, progressing=MOVING, moved=900)
    message = (
        'Error creating: pods "bad-" is forbidden: error looking up service account shop/robot: '
        'serviceaccount "robot" not found'
    )
    top = other[0]
    top["spec"]["template"]["spec"] = {"containers": [container()], "serviceAccountName": "robot"}
    middle = replica_set(top, revision=3, wanted=1)[0]
    return [top, middle, event(middle, "FailedCreate", message, first=800, last=10, count=15)]


def _shared_label(app: str, body: Obj) -> Obj:
    labels = {"app": app, "part-of": "shop"}
    return {**body, "metadata": {**body["metadata"], "labels": labels}}


def _with_label(parts: list[Obj]) -> list[Obj]:
    for entry in parts:
        if entry["kind"] == "Pod":
            entry["metadata"]["labels"]["part-of"] = "shop"
    return parts


def _asked() -> list[Situation]:
    keyed = up(containers=[_uses("a")])
    named = up(spec={"serviceAccountName": "robot"})
    both = obj(
        "Service",
        "shop",
        spec={"clusterIP": "10.96.0.7", "selector": {"part-of": "shop"}, "ports": [{"port": 80, "targetPort": 8080}]},
    )
    bad = deploy("bad", _crashing(), progressing=MOVING, moved=900)
    data = claim("data")
    return [
        Situation(
            id="another Deployment of the namespace crashes",
            objects=[*deploy("web", up()), *bad],
            target="deploy/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="another Deployment behind a shared Service crashes",
            objects=[*_with_label(deploy("web", up())), *_with_label(bad), both],
            target="deploy/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="another Deployment lacks a key of the ConfigMap that both use",
            objects=[*deploy("web", keyed), configmap("settings", {"a": "1"}), *_lacking_key()],
            target="deploy/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="another Deployment is pinned to a cordoned node on which this one runs",
            objects=[*_on_cordoned(), *deploy("web", up(node="node-2"))],
            target="deploy/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="another Deployment crashes on the claim that both mount",
            objects=[
                *deploy("web", up(spec=mounts("data"))),
                *deploy("bad", _crashing(spec=mounts("data")), progressing=MOVING, moved=900),
                data,
                volume(data),
            ],
            target="deploy/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="an account was deleted after this pod had started and before another was made",
            objects=[*deploy("web", named), *_refused()],
            target="deploy/web",
            verdicts=HEALTHY,
        ),
        Situation(
            id="another namespace is broken",
            objects=[
                *deploy("web", up()),
                obj("Namespace", "test", namespace="", status={"phase": "Active"}),
                _crashing(namespace="test"),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="the namespace is asked about and one of two Deployments crashes",
            objects=[*deploy("web", up()), *bad],
            verdicts=FAILING,
            root="AppCrashed",
            well="web",
        ),
        Situation(
            id="the namespace is asked about and one of two users of a ConfigMap lacks a key",
            objects=[*deploy("web", keyed), configmap("settings", {"a": "1"}), *_lacking_key()],
            verdicts=FAILING,
            root="ConfigKeyMissing",
            well="web",
        ),
        Situation(
            id="the namespace is asked about and one of two users of a cordoned node is pinned to it",
            objects=[*_on_cordoned(), *deploy("web", up(node="node-2"))],
            verdicts=FAILING,
            root="NodesCordoned",
            well="web",
        ),
    ]


def _by_name() -> list[Situation]:
    former = pod("db-0", statuses=[])
    former["metadata"]["uid"] = "of-the-former-db-0"
    now = up("db-0", since=300)
    other = secret("credentials", ["password"], namespace="test")
    orphan = pod(
        "web-x",
        phase="Failed",
        statuses=[status(state=terminated(1, ended=DAYS))],
        created=DAYS + 60,
    )
    orphan["metadata"]["ownerReferences"] = owned_by(obj("ReplicaSet", "web-gone"))
    return [
        Situation(
            id="events of a former pod of the same name are seconds old",
            objects=[
                *stateful("db", now),
                event(former, "BackOff", "Back-off restarting failed container app in pod db-0", last=5, count=40),
                event(former, "FailedScheduling", "0/2 nodes are available: 2 Insufficient cpu.", last=5, count=4),
                event(former, "Unhealthy", "Liveness probe failed: HTTP probe failed with statuscode: 500", last=5),
                event(former, "FailedMount", 'MountVolume.SetUp failed for volume "s" : secret "x" not found', last=5),
            ],
            target="sts/db",
            verdicts=HEALTHY,
        ),
        Situation(
            id="a Secret of the same name in another namespace",
            objects=[
                *deploy("web", up(containers=[container(envFrom=[{"secretRef": {"name": "credentials"}}])])),
                other,
                secret("credentials", ["password"]),
            ],
            verdicts=HEALTHY,
        ),
    ]


DAYS = 5 * 86_400.0


def _replaced() -> list[Situation]:
    """Pods that were deleted by hand and are being replaced."""
    made = pod("web-n", phase="Pending", node="", created=1, statuses=[], conditions=[])
    going = up("db-1")
    going["metadata"] |= {"deletionTimestamp": ago(-25), "deletionGracePeriodSeconds": 30}
    gone = up("web-o")
    gone["metadata"] |= {"deletionTimestamp": ago(-25), "deletionGracePeriodSeconds": 30}
    return [
        Situation(
            id="a pod of a Deployment was deleted by hand and its replacement is a second old",
            objects=deploy("web", up(), made, gone, wanted=2),
            target="deploy/web",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a pod of a StatefulSet was deleted by hand and still ends",
            objects=stateful("db", up("db-0"), going, wanted=2),
            target="sts/db",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="an autoscaler added a third replica ten seconds ago",
            objects=deploy(
                "web",
                up(),
                up("web-b"),
                pod("web-c", phase="Pending", created=10, statuses=[status(state=waiting("ContainerCreating"))]),
            ),
            target="deploy/web",
            verdicts=DEGRADED,
            waits=True,
        ),
    ]


SITUATIONS = (*_asked(), *_by_name(), *_replaced())
