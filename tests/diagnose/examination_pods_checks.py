"""Health checks that ask a wrong port, a wrong path, in a wrong way, or with a program that is not there."""

from tests.diagnose.build import container
from tests.diagnose.examination_pods_case import Case
from tests.diagnose.examination_pods_checked import case, http, part_with


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
            says=("5173",),
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
            (
                'Get "http://10.42.3.17:50051/healthz": net/http: HTTP/1.x transport connection broken: malformed '
                'HTTP response "\\x00\\x00\\x06\\x04\\x00\\x00\\x00\\x00\\x00\\x00\\x05\\x00\\x00@\\x00"'
            ),
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
            (
                'rpc error: code = Unknown desc = failed to exec in container: failed to start exec "b0": '
                'OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable '
                "file not found in $PATH: unknown"
            ),
            errored=True,
            says=("curl",),
            fix="httpGet",
        ),
        case(
            "no bash in the image, CRI-O",
            "Liveness",
            "ProbeCommandMissing",
            part_with("Liveness", bash),
            (
                'rpc error: code = Unknown desc = command error: time="2026-03-10T11:58:00Z" level=error '
                'msg="exec failed: unable to start container process: exec: \\"/bin/bash\\": stat /bin/bash: '
                'no such file or directory", stdout: , stderr: , exit code -1'
            ),
            errored=True,
            says=("/bin/bash",),
        ),
        case(
            "no bash in the image, crun",
            "Readiness",
            "ProbeCommandMissing",
            part_with("Readiness", bash),
            "rpc error: code = Unknown desc = command error: executable file `/bin/bash` not found in $PATH",
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


CASES: tuple[Case, ...] = (
    *_ports(),
    *_paths(),
    *_protocols(),
    *_commands(),
)
