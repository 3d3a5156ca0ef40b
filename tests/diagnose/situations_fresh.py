"""Apps that were just installed or changed: much is missing, and all of it is on its way."""

from tests.diagnose.build import (
    Obj,
    configmap,
    container,
    event,
    obj,
    pod,
    running,
    secret,
    status,
    terminated,
    waiting,
)
from tests.diagnose.situations_build import (
    DEGRADED,
    HEALTHY,
    PROBE,
    PROBED,
    REFUSED,
    UNKNOWN,
    Situation,
    conditions,
    leaving,
    starting,
    unscheduled,
    up,
)
from tests.diagnose.situations_world import MOVING, claim, daemons, deploy, job_of, mounts, stateful

PORTS = [{"port": 80, "targetPort": 8080, "protocol": "TCP"}]


def _front(created: float, **spec: object) -> Obj:
    return obj(
        "Service",
        "web",
        created=created,
        spec={"clusterIP": "10.96.0.9", "selector": {"app": "web"}, "ports": PORTS, **spec},
    )


def _ingress(created: float) -> Obj:
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    rule = {"host": "shop.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}
    return obj("Ingress", "web", created=created, spec={"ingressClassName": "nginx", "rules": [rule]})


def _warming(name: str = "web-n", *, started: float, **probe: int) -> Obj:
    return pod(
        name,
        containers=[container(ports=[{"containerPort": 8080}], readinessProbe={**PROBE, **probe})],
        statuses=[status(state=running(started), ready=False, started=True)],
        created=started + 5,
        conditions=conditions(ready=False, since=started + 5, scheduled=started + 5),
    )


def _installed() -> list[Situation]:
    first = starting(created=25)
    warming = _warming(started=20, initialDelaySeconds=30)
    waits = starting(
        created=40,
        reason="PodInitializing",
        inits=[container("wait-for-db", command=["sh", "-c", "until nc -z db 5432; do sleep 1; done"])],
        init_statuses=[status("wait-for-db", state=running(35), started=True)],
    )
    fresh = unscheduled(created=2, message="0/2 nodes are available: 2 node(s) didn't find available volumes.")
    return [
        Situation(
            id="an app installed half a minute ago with its Service and Ingress",
            objects=[*deploy("web", first, progressing=MOVING, moved=28, created=30), _front(30), _ingress(30)],
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="the Service of an app installed half a minute ago",
            objects=[*deploy("web", first, progressing=MOVING, moved=28, created=30), _front(30)],
            target="svc/web",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="an app that is not asked yet because its check has a delay",
            objects=[*deploy("web", warming, progressing=MOVING, moved=28, created=30), _front(30)],
            target="deploy/web",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="a Service that was installed before the workload it leads to",
            objects=[_front(5)],
            verdicts=HEALTHY,
        ),
        Situation(
            id="an init step waits for a database that starts beside it",
            objects=[
                *deploy("web", waits, progressing=MOVING, moved=42, created=45),
                *stateful("db", starting("db-0", created=40), wanted=1),
            ],
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="a ConfigMap and a Secret that came a second after the pod",
            objects=[
                *deploy(
                    "web",
                    starting(
                        created=6,
                        containers=[
                            container(envFrom=[{"configMapRef": {"name": "a"}}, {"secretRef": {"name": "b"}}]),
                        ],
                        statuses=[status(state=waiting("CreateContainerConfigError", 'configmap "a" not found'))],
                    ),
                    progressing=MOVING,
                    moved=7,
                    created=8,
                ),
                configmap("a", {"x": "1"}, namespace="shop"),
                secret("b", ["y"], created=5),
            ],
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="a claim that waits for its pod, and the pod, two seconds old",
            objects=[
                claim("data", phase="Pending", created=3),
                *stateful("db", {**fresh, "spec": {**fresh["spec"], **mounts("data")}}, wanted=1),
            ],
            target="sts/db",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="a Job started ten seconds ago",
            objects=job_of("import", starting("import-a", created=9), created=10, active=1),
            target="job/import",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="a Job at work for an hour",
            objects=job_of("import", up("import-a", since=3500), created=3600, active=1, ready=1),
            target="job/import",
            verdicts=HEALTHY,
        ),
    ]


def _changed() -> list[Situation]:
    warming = _warming(started=15)
    gone = leaving(up("web-o"), deleted=-20)
    proxied = pod(
        "web-n",
        containers=[container(), container("proxy", readinessProbe={**PROBE, "failureThreshold": 6})],
        statuses=[status(state=running(20), ready=True), status("proxy", state=running(20), ready=False, started=True)],
        created=25,
        conditions=conditions(ready=False, since=25, scheduled=25),
    )
    again = pod(
        "db-1",
        containers=[PROBED],
        statuses=[status(state=running(8), ready=False, started=True)],
        created=12,
        conditions=conditions(ready=False, since=12, scheduled=12),
    )
    node_pod = leaving(up("agent-b"), deleted=-25)
    return [
        Situation(
            id="new pods fail their first checks while the former ones serve",
            objects=[
                *deploy("web", warming, old=[up("web-o"), up("web-p")], wanted=2, progressing=MOVING, moved=20),
                _front(9000),
                event(warming, "Unhealthy", REFUSED, container="app", first=12, last=2, count=2),
            ],
            target="deploy/web",
            verdicts=HEALTHY,
            waits=True,
        ),
        Situation(
            id="all pods are replaced at once by strategy",
            objects=[
                *deploy("web", old=[gone], wanted=1, progressing=MOVING, moved=10, strategy={"type": "Recreate"}),
                _front(9000),
            ],
            target="deploy/web",
            verdicts=UNKNOWN,
            waits=True,
        ),
        Situation(
            id="the second container of a new pod still has time for its check",
            objects=deploy("web", proxied, old=[up("web-o")], wanted=1, progressing=MOVING, moved=25),
            verdicts=HEALTHY,
            waits=True,
        ),
        Situation(
            id="a StatefulSet in the middle of a restart by hand",
            objects=stateful("db", up("db-0"), again, up("db-2", since=20), updated=2),
            target="sts/db",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a DaemonSet whose former pod still ends on one node",
            objects=daemons("agent", up("agent-a"), node_pod, desired=2, updated=1),
            target="ds/agent",
            verdicts=DEGRADED,
            waits=True,
        ),
        Situation(
            id="a scale-down from five to two",
            objects=[
                *deploy(
                    "web", up("web-a"), up("web-b"), *(leaving(up(f"web-{x}"), deleted=-15) for x in "cde"), wanted=2
                ),
                _front(9000),
            ],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a scale-down to nothing a few seconds ago",
            objects=[*deploy("web", leaving(up(), deleted=-22), wanted=0), _front(9000)],
            verdicts=HEALTHY,
        ),
        Situation(
            id="a container ends with 0 in a pod that is not to restart it",
            objects=[
                {
                    **pod(
                        "two",
                        containers=[container("work"), container("report")],
                        statuses=[
                            status("work", state=terminated(0, ended=60, ran=600)),
                            status("report", state=running(660), ready=True, started=True),
                        ],
                        spec={"restartPolicy": "Never"},
                    ),
                }
            ],
            verdicts=(*HEALTHY, *UNKNOWN, *DEGRADED),
        ),
    ]


SITUATIONS = (*_installed(), *_changed())
