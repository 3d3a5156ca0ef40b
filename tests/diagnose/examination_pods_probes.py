"""Health checks: every code with each kind of check where it makes sense."""

from collections.abc import Sequence
from typing import Any

from tests.diagnose.build import Obj, container, event, pod, running, service, status, terminated
from tests.diagnose.examination_pods_case import DEGRADED, FAILING, FINE, Case, unready, web
from tests.diagnose.situations_build import DAY, up
from tests.diagnose.situations_world import daemons, deploy, slice_of, stateful

KINDS = {"Readiness": "readinessProbe", "Liveness": "livenessProbe", "Startup": "startupProbe"}
POD = "web-5f7c9d-abcde"


def http(port: int | str = 8080, path: str = "/healthz", **rest: Any) -> Obj:
    return {
        "httpGet": {"path": path, "port": port, **rest.pop("get", {})},
        "periodSeconds": 10,
        "failureThreshold": 3,
        "timeoutSeconds": 1,
        **rest,
    }


def part_with(kind: str, probe: Obj, **rest: Any) -> Obj:
    return container(ports=[{"name": "http", "containerPort": 8080}], **{KINDS[kind]: probe}, **rest)


def failing(kind: str, part: Obj, output: str, *, name: str = POD, errored: bool = False, **rest: Any) -> list[Obj]:
    """Return a pod whose check fails now, with the events of the kubelet."""
    word = "errored and resulted in unknown state" if errored else "failed"
    message = f"{kind} probe {word}: {output}"
    if kind == "Readiness":
        body = unready(part, name=name, **rest)
        return [body, event(body, "Unhealthy", message, container=part["name"], first=1490, last=4, count=140)]
    end = terminated(137, "Error", ended=25, ran=62)
    body = unready(part, name=name, since=24, restarts=9, last=end, started=kind != "Startup", **rest)
    killing = f"Container {part['name']} failed {kind.lower()} probe, will be restarted"
    return [
        body,
        event(body, "Unhealthy", message, container=part["name"], first=1490, last=30, count=30),
        event(body, "Killing", killing, kind="Normal", container=part["name"], first=1430, last=27, count=9),
    ]


def case(
    title: str,
    kind: str,
    code: str,
    part: Obj,
    output: str,
    *,
    lines: Sequence[str] = (),
    says: tuple[str, ...] = (),
    never: tuple[str, ...] = (),
    errored: bool = False,
    fix: str = "",
    more: Sequence[Obj] = (),
    variant: str | None = None,
    **rest: Any,
) -> Case:
    body, *events = failing(kind, part, output, errored=errored, **rest)
    logs = {(POD, part["name"], kind != "Readiness"): list(lines)} if lines else {}
    return Case(
        id=f"{kind.lower()}: {title}",
        objects=[*web(body), *events, *more],
        logs=logs,
        code=code,
        variant=kind.lower() if variant is None else variant,
        part=None,
        says=says,
        fix=fix,
        never=(*never, *(("AppCrashed", "ProcessKilledBySignal") if kind != "Readiness" else ())),
    )


def _refused(port: int = 8080) -> str:
    return f'Get "http://10.42.3.17:{port}/healthz": dial tcp 10.42.3.17:{port}: connect: connection refused'


def _ports() -> list[Case]:
    grpc = {"grpc": {"port": 9000}, "periodSeconds": 10, "failureThreshold": 3}
    tcp = {"tcpSocket": {"port": 5433}, "periodSeconds": 10, "failureThreshold": 3}
    return [
        case(
            "a port that nothing listens on",
            "Readiness",
            "ProbeWrongPort",
            part_with("Readiness", http(8081)),
            _refused(8081),
            lines=["Tomcat started on port 8080 (http) with context path ''"],
            says=("8081", "8080"),
            fix="8080",
        ),
        case(
            "a port that nothing listens on",
            "Liveness",
            "ProbeWrongPort",
            part_with("Liveness", http(80)),
            _refused(80),
            lines=["INFO:     Uvicorn running on http://0.0.0.0:8080 (Press CTRL+C to quit)"],
            says=("80", "8080"),
            fix="8080",
        ),
        case(
            "a port that nothing listens on",
            "Startup",
            "ProbeWrongPort",
            part_with("Startup", http(9090)),
            _refused(9090),
            lines=["server listening on :8080"],
            says=("9090",),
            fix="8080",
        ),
        case(
            "a name that no port bears",
            "Readiness",
            "ProbeWrongPort",
            part_with("Readiness", http("web")),
            'strconv.Atoi: parsing "web": invalid syntax',
            errored=True,
            says=("web",),
            fix="http",
        ),
        case(
            "gRPC on another port",
            "Readiness",
            "ProbeWrongPort",
            container(ports=[{"containerPort": 50051}], readinessProbe=grpc),
            'timeout: failed to connect service "10.42.3.17:9000" within 1s: context deadline exceeded',
            lines=["gRPC server listening on 0.0.0.0:50051"],
            says=("9000", "50051"),
        ),
        case(
            "the database listens elsewhere",
            "Liveness",
            "ProbeWrongPort",
            container(image="postgres:16", ports=[{"containerPort": 5432}], livenessProbe=tcp),
            "dial tcp 10.42.3.17:5433: connect: connection refused",
            lines=['2026-03-10 11:58:00 UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432'],
            says=("5433", "5432"),
        ),
        case(
            "Flask listens on loopback",
            "Readiness",
            "AppListensOnLoopback",
            part_with("Readiness", http(8080)),
            _refused(8080),
            lines=[" * Serving Flask app 'app'", " * Running on http://127.0.0.1:8080", "Press CTRL+C to quit"],
            says=("127.0.0.1",),
            variant="",
            never=("ProbeWrongPort", "ProbeFailing"),
        ),
        case(
            "Vite listens on loopback",
            "Liveness",
            "AppListensOnLoopback",
            container(livenessProbe=http(5173)),
            _refused(5173),
            lines=[
                "  VITE v5.1.4  ready in 312 ms",
                "  ➜  Local:   http://localhost:5173/",
                "  ➜  Network: use --host to expose",
            ],
            says=("localhost",),
            variant="",
        ),
    ]


def _paths() -> list[Case]:
    access = [
        '10.42.0.9 - - [10/Mar/2026:11:59:01 +0000] "GET /actuator/health HTTP/1.1" 200 15',
        '10.42.3.1 - - [10/Mar/2026:11:59:02 +0000] "GET /healthz HTTP/1.1" 404 9',
    ]
    return [
        case(
            "a path that is not there",
            "Readiness",
            "ProbeWrongPath",
            part_with("Readiness", http()),
            "HTTP probe failed with statuscode: 404",
            lines=access,
            says=("/healthz", "404"),
            fix="/actuator/health",
        ),
        case(
            "a path that wants a login",
            "Liveness",
            "ProbeWrongPath",
            part_with("Liveness", http(path="/admin")),
            "HTTP probe failed with statuscode: 401",
            says=("/admin", "401"),
        ),
        case(
            "a path that takes only POST",
            "Startup",
            "ProbeWrongPath",
            part_with("Startup", http(path="/graphql")),
            "HTTP probe failed with statuscode: 405",
            says=("/graphql", "405"),
        ),
        case(
            "a server error",
            "Readiness",
            "ProbeFailing",
            part_with("Readiness", http()),
            "HTTP probe failed with statuscode: 503",
            says=("503",),
            never=("ProbeWrongPath",),
        ),
        case(
            "a server error",
            "Liveness",
            "ProbeFailing",
            part_with("Liveness", http()),
            "HTTP probe failed with statuscode: 500",
            says=("500",),
        ),
        case(
            "a command that says no",
            "Readiness",
            "ProbeFailing",
            container(readinessProbe={"exec": {"command": ["/app/ready"]}, "periodSeconds": 10, "failureThreshold": 3}),
            "cache is cold\n",
            says=("cache is cold",),
        ),
        case(
            "gRPC says not serving",
            "Liveness",
            "ProbeFailing",
            container(livenessProbe={"grpc": {"port": 8080}, "periodSeconds": 10, "failureThreshold": 3}),
            'service unhealthy (responded with "NOT_SERVING")',
            says=("NOT_SERVING",),
        ),
    ]


def _protocols() -> list[Case]:
    return [
        case(
            "HTTP to a TLS port",
            "Readiness",
            "ProbeWrongProtocol",
            part_with("Readiness", http(8443)),
            "HTTP probe failed with statuscode: 400",
            lines=["http: TLS handshake error from 10.42.3.1:51234: client sent an HTTP request to an HTTPS server"],
            fix="HTTPS",
        ),
        case(
            "TLS to a plain port",
            "Liveness",
            "ProbeWrongProtocol",
            part_with("Liveness", http(get={"scheme": "HTTPS"})),
            'Get "https://10.42.3.17:8080/healthz": http: server gave HTTP response to HTTPS client',
            fix="HTTP",
        ),
        case(
            "HTTP to Redis",
            "Readiness",
            "ProbeWrongProtocol",
            container(image="redis:7", ports=[{"containerPort": 6379}], readinessProbe=http(6379, "/")),
            'Get "http://10.42.3.17:6379/": EOF',
            fix="tcpSocket",
        ),
        case(
            "gRPC without its health service",
            "Startup",
            "ProbeWrongProtocol",
            container(startupProbe={"grpc": {"port": 50051}, "periodSeconds": 10, "failureThreshold": 3}),
            "service unknown: rpc error: code = Unimplemented desc = unknown service grpc.health.v1.Health",
        ),
        case(
            "HTTP to a gRPC port",
            "Readiness",
            "ProbeWrongProtocol",
            container(ports=[{"containerPort": 50051}], readinessProbe=http(50051)),
            'Get "http://10.42.3.17:50051/healthz": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x00\\x00\\x06\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x05\\x00\\x00@\\x00"',
        ),
    ]


def _times() -> list[Case]:
    boot = [
        "2026-03-10T11:58:34.000Z  INFO 1 --- [main] c.e.App : Starting App using Java 21",
        "2026-03-10T11:58:50.000Z  INFO 1 --- [main] o.s.b.w.e.tomcat.TomcatWebServer : Tomcat initialized with port 8080 (http)",
        "2026-03-10T11:59:20.000Z  INFO 1 --- [main] o.h.jpa.internal.util.LogHelper : HHH000204: Processing PersistenceUnitInfo [name: default]",
    ]
    killed = http(initialDelaySeconds=5, periodSeconds=10, failureThreshold=3)
    slow = 'Get "http://10.42.3.17:8080/healthz": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
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


def _commands() -> list[Case]:
    curl = {
        "exec": {"command": ["curl", "-f", "http://localhost:8080/healthz"]},
        "periodSeconds": 10,
        "failureThreshold": 3,
    }
    bash = {"exec": {"command": ["/bin/bash", "-c", "pg_isready"]}, "periodSeconds": 10, "failureThreshold": 3}
    tool = {
        "exec": {"command": ["sh", "-c", "grpc_health_probe -addr=:9000"]},
        "periodSeconds": 10,
        "failureThreshold": 3,
    }
    return [
        case(
            "no curl in the image, containerd",
            "Readiness",
            "ProbeCommandMissing",
            part_with("Readiness", curl),
            'rpc error: code = Unknown desc = failed to exec in container: failed to start exec "b0": OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
            errored=True,
            says=("curl",),
            fix="httpGet",
        ),
        case(
            "no bash in the image, CRI-O",
            "Liveness",
            "ProbeCommandMissing",
            part_with("Liveness", bash),
            'rpc error: code = Unknown desc = command error: time="2026-03-10T11:58:00Z" level=error msg="exec failed: unable to start container process: exec: \\"/bin/bash\\": stat /bin/bash: no such file or directory", stdout: , stderr: , exit code -1',
            errored=True,
            says=("/bin/bash",),
        ),
        case(
            "a shell without the tool",
            "Startup",
            "ProbeCommandMissing",
            part_with("Startup", tool),
            "sh: 1: grpc_health_probe: not found\n",
            says=("grpc_health_probe",),
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
                    "Readiness probe errored and resulted in unknown state: rpc error: code = Unknown desc = failed to exec in container: container is stopping",
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


CASES: tuple[Case, ...] = (*_ports(), *_paths(), *_protocols(), *_times(), *_commands(), *_others())
