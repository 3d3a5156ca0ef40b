"""Health checks without time enough, and pods that are not ready for other reasons."""

from tests.diagnose.build import container, event, pod, running, service, status
from tests.diagnose.examination_pods_case import DEGRADED, FAILING, FINE, Case, web
from tests.diagnose.examination_pods_checked import POD, case, failing, http, part_with
from tests.diagnose.situations_build import DAY, up
from tests.diagnose.situations_world import daemons, deploy, slice_of, stateful


def _refused(port: int = 8080) -> str:
    return f'Get "http://10.42.3.17:{port}/healthz": dial tcp 10.42.3.17:{port}: connect: connection refused'


def _times() -> list[Case]:
    boot = [
        "2026-03-10T11:58:34.000Z  INFO 1 --- [main] c.e.App : Starting App using Java 21",
        (
            "2026-03-10T11:58:50.000Z  INFO 1 --- [main] o.s.b.w.e.tomcat.TomcatWebServer : Tomcat initialized "
            "with port 8080 (http)"
        ),
        (
            "2026-03-10T11:59:20.000Z  INFO 1 --- [main] o.h.jpa.internal.util.LogHelper : HHH000204: "
            "Processing PersistenceUnitInfo [name: default]"
        ),
    ]
    killed = http(initialDelaySeconds=5, periodSeconds=10, failureThreshold=3)
    slow = (
        'Get "http://10.42.3.17:8080/healthz": context deadline exceeded (Client.Timeout exceeded '
        "while awaiting headers)"
    )
    return [
        case(
            "Spring needs longer than it is given",
            "Liveness",
            "ProbeTimingTooTight",
            part_with("Liveness", killed),
            _refused(8080),
            lines=boot,
            never=("ProbeWrongPort",),
            fix="startupProbe",
        ),
        case(
            "Spring needs longer than it is given",
            "Startup",
            "ProbeTimingTooTight",
            part_with("Startup", killed),
            _refused(8080),
            lines=boot,
            never=("ProbeWrongPort",),
        ),
        case(
            "one second for an answer",
            "Readiness",
            "ProbeTimingTooTight",
            part_with("Readiness", http()),
            slow,
            lines=['10.42.3.1 - - [10/Mar/2026:11:59:02 +0000] "GET /healthz HTTP/1.1" 200 9 1.904'],
            fix="timeoutSeconds",
        ),
        case(
            "a command of more than a second",
            "Readiness",
            "ProbeTimingTooTight",
            container(readinessProbe={"exec": {"command": ["/check"]}, "timeoutSeconds": 1, "periodSeconds": 10}),
            'command "/check" timed out',
            errored=False,
            fix="timeoutSeconds",
        ),
    ]


def _others() -> list[Case]:
    gate = "target-health.elbv2.k8s.aws/k8s-shop-web-1a2b"
    gated = pod(
        POD,
        spec={"readinessGates": [{"conditionType": gate}]},
        statuses=[status(state=running(1500), ready=True, started=True)],
        conditions=[
            {"type": "ContainersReady", "status": "True", "lastTransitionTime": "2026-03-10T11:35:00Z"},
            {
                "type": "Ready",
                "status": "False",
                "reason": "ReadinessGatesNotReady",
                "message": f'corresponding condition of pod readiness gate "{gate}" does not exist.',
                "lastTransitionTime": "2026-03-10T11:35:00Z",
            },
        ],
    )
    early = up(since=1500)
    wrong = part_with("Readiness", http(8081))
    body, *events = failing("Readiness", wrong, _refused(8081), name="agent-a")
    side = container(
        "proxy", image="envoy:1.29", ports=[{"containerPort": 15021}], readinessProbe=http(15021, "/healthz/ready")
    )
    other, *said = failing("Readiness", side, "HTTP probe failed with statuscode: 503", beside=[container()])
    front = service("web", port=80, targetPort=8080)
    quiet, *_ = failing("Readiness", part_with("Readiness", http()), "")
    db = container(
        "postgres",
        image="postgres:16",
        readinessProbe={"exec": {"command": ["pg_isready", "-U", "app"]}, "periodSeconds": 10},
    )
    full, *tells = failing("Readiness", db, "/var/run/postgresql:5432 - rejecting connections", name="db-0")
    return [
        Case(
            id="a load balancer that never registered the pod",
            objects=web(gated),
            code="ReadinessGateUnsatisfied",
            on="",
            says=(gate,),
            never=("ProbeFailing",),
        ),
        Case(
            id="failed checks only while it started",
            objects=[
                *deploy("web", early),
                event(
                    early,
                    "Unhealthy",
                    f"Readiness probe failed: {_refused()}",
                    container="app",
                    first=1505,
                    last=1502,
                    count=2,
                ),
            ],
            verdicts=FINE,
        ),
        Case(
            id="the agent of one node of two fails its check",
            objects=[*daemons("agent", up("agent-b", containers=[wrong]), body), *events],
            code="ProbeFailing",
            on="DaemonSet/agent",
            verdicts=DEGRADED,
            target="ds/agent",
            never=("ProbeWrongPort",),
        ),
        Case(
            id="the sidecar is not ready",
            objects=[*web(other), *said],
            code="ProbeFailing",
            part="proxy",
            says=("503",),
        ),
        Case(
            id="a Service whose only pod fails its check",
            objects=[
                *web((x := failing("Readiness", wrong, _refused(8081)))[0]),
                *x[1:],
                front,
                slice_of(front, x[0], ready=False),
            ],
            logs={(POD, "app", False): ["listening on 0.0.0.0:8080"]},
            code="ProbeWrongPort",
            target="svc/web",
            says=("8081",),
        ),
        Case(id="not ready and no event is left", objects=web(quiet), code="ProbeFailing", verdicts=FAILING),
        Case(
            id="postgres rejects connections",
            objects=[*stateful("db", full), *tells],
            code="ProbeFailing",
            on="StatefulSet/db",
            says=("rejecting connections",),
        ),
        Case(
            id="a check that is cut off while the pod ends",
            objects=[
                *deploy("web", early),
                event(
                    early,
                    "Unhealthy",
                    (
                        "Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = "
                        "failed to exec in container: container is stopping"
                    ),
                    container="app",
                    first=60,
                    last=60,
                ),
            ],
            verdicts=FINE,
        ),
        Case(
            id="liveness counted forty over twenty days",
            objects=[
                *deploy("web", (steady := up(since=20 * DAY, containers=[part_with("Liveness", http())]))),
                event(
                    steady,
                    "Unhealthy",
                    "Liveness probe failed: HTTP probe failed with statuscode: 500",
                    container="app",
                    first=20 * DAY,
                    last=5000,
                    count=40,
                ),
            ],
            verdicts=FINE,
        ),
    ]


CASES: tuple[Case, ...] = (
    *_times(),
    *_others(),
)
