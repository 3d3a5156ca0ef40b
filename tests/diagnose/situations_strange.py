"""Objects that lack fields, clocks that disagree, reads that were refused."""

from tests.diagnose.build import container, event, obj, pod, status, waiting
from tests.diagnose.situations_build import DEGRADED, FINE, HEALTHY, UNKNOWN, Situation, below, conditions, starting, up
from tests.diagnose.situations_world import MOVING, claim, cron, deploy, stateful


def _strange() -> list[Situation]:
    bare = obj(
        "ReplicaSet",
        "worker",
        metadata={"generation": 1},
        spec={"replicas": 1, "selector": {"matchLabels": {"app": "worker"}}},
        status={"replicas": 1, "readyReplicas": 1, "observedGeneration": 1},
    )
    controller = obj(
        "ReplicationController",
        "legacy",
        metadata={"generation": 1},
        spec={"replicas": 1, "selector": {"app": "legacy"}},
        status={"replicas": 1, "readyReplicas": 1, "observedGeneration": 1},
    )
    new = obj(
        "Deployment",
        "web",
        created=4,
        metadata={"generation": 1},
        spec={
            "replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [container()]}},
        },
    )
    blank = {key: value for key, value in pod("fresh", node="", created=2).items() if key != "status"}
    unnumbered = deploy("web", up())
    unnumbered[0]["metadata"].pop("generation")
    unnumbered[0]["status"].pop("observedGeneration")
    lagging = deploy("web", up())
    lagging[0]["metadata"]["generation"] = 4
    unread = pod(
        "web-a",
        phase="Pending",
        statuses=[status(state=waiting("ContainerCreating"))],
        created=2 * 3600,
        conditions=conditions(ready=False, since=7000, scheduled=7000),
    )
    ahead = up(since=-120, created=-100)
    future = [
        *deploy("web", ahead, moved=-100),
        event(
            ahead,
            "Unhealthy",
            "Readiness probe failed: HTTP probe failed with statuscode: 503",
            first=-60,
            last=-110,
            container="app",
        ),
        event(ahead, "FailedScheduling", "0/2 nodes are available: 2 Insufficient cpu.", first=-10, last=-20),
        event(ahead, "Scheduled", "Successfully assigned shop/web-a to node-1", kind="Normal", first=-30, last=-30),
    ]
    early = starting("web-n", created=-90)
    soon = cron("sync", schedule="*/5 * * * *", last=-120)
    nulls = up()
    nulls["metadata"]["labels"] = {"app": "web"}
    nulls["metadata"]["managedFields"] = None
    nulls["metadata"]["annotations"] = None
    nulls["spec"]["volumes"] = None
    nulls["spec"]["initContainers"] = None
    nulls["status"]["initContainerStatuses"] = None
    stateless = up()
    stateless["status"]["containerStatuses"] = None
    mirror = up("kube-proxy-node-1")
    mirror["metadata"]["annotations"] = {"kubernetes.io/config.mirror": "abc"}
    mirror["metadata"]["ownerReferences"] = [
        {"apiVersion": "v1", "kind": "Node", "name": "node-1", "uid": "node--node-1", "controller": True}
    ]
    foreign = up("web-a")
    foreign["metadata"]["ownerReferences"] = [
        {"apiVersion": "apps.example.com/v1", "kind": "CloneSet", "name": "web", "uid": "cs-1", "controller": True}
    ]
    zero = stateful("db", wanted=0)
    return [
        Situation(id="a namespace with nothing in it", objects=[], verdicts=HEALTHY),
        Situation(
            id="a ReplicaSet of its own",
            objects=[bare, *below(bare, up("worker-a"), labels={"app": "worker"})],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a ReplicationController",
            objects=[controller, *below(controller, up("legacy-a"), labels={"app": "legacy"})],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a Deployment without status that is four seconds old",
            objects=[new],
            target="deploy/web",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(id="a pod without status that is two seconds old", objects=[blank], verdicts=UNKNOWN),
        Situation(id="a Deployment without generations", objects=unnumbered, verdicts=HEALTHY),
        Situation(id="a Deployment whose controller is one change behind", objects=lagging, verdicts=HEALTHY),
        Situation(
            id="events may not be read and a pod has been created for hours",
            objects=[unread],
            unread=("Event",),
            verdicts=UNKNOWN,
        ),
        Situation(
            id="a ready pod whose clock is two minutes ahead", objects=future, target="deploy/web", verdicts=FINE
        ),
        Situation(
            id="a pod that was created in the future by its clock",
            objects=deploy("web", up(), early, progressing=MOVING, moved=-90),
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(id="a CronJob that ran in the future by its clock", objects=[soon], verdicts=HEALTHY),
        Situation(id="a pod with fields that are null", objects=deploy("web", nulls), verdicts=HEALTHY),
        Situation(id="a ready pod without container statuses", objects=deploy("web", stateless), verdicts=HEALTHY),
        Situation(id="a static pod of a node", objects=[mirror], verdicts=HEALTHY),
        Situation(id="a pod of a controller that is not known", objects=[foreign], verdicts=HEALTHY),
        Situation(
            id="a StatefulSet without pods and with its claims",
            objects=[*zero, claim("data-db-0"), claim("data-db-1")],
            verdicts=HEALTHY,
        ),
        Situation(
            id="pods may not be read",
            objects=deploy("web", wanted=1)[:1],
            unread=("Pod", "Event"),
            target="deploy/web",
            verdicts=UNKNOWN,
        ),
    ]


SITUATIONS = (*_strange(),)
