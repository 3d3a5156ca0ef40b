"""Probes that fail: which code says why, and when nothing is to be said."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.probes import probes
from diagnose.findings import InProgress, Role, RuledOut
from tests.diagnose.analyzers.build_traffic import (
    NOW,
    at,
    condition,
    deployment,
    ended,
    event,
    findings,
    pod,
    replica_set,
    scene,
    service,
    status_of,
)

REFUSED = 'Get "http://10.1.0.5:{0}/health": dial tcp 10.1.0.5:{0}: connect: connection refused'
KILLED = {
    "restartCount": 4,
    "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": ended(137, started=90, finished=50),
    "started": False,
}
DECLARED = [{"containerPort": 8080, "name": "http"}]


def http(port: int | str = 8080, path: str = "/health", **more: Any) -> dict[str, Any]:
    """Build an HTTP probe."""
    return {
        "httpGet": {"port": port, "path": path, "scheme": "HTTP"},
        "periodSeconds": 10,
        "failureThreshold": 3,
    } | more


@dataclass(frozen=True, kw_only=True)
class Case:
    """A container with one failing probe, and what must be said of it."""

    id: str
    probe: dict[str, Any]
    kind: str = "readiness"
    output: str | None = None
    code: str
    says: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    patch: str = ""
    word: str = ""
    variant: bool = True
    container: dict[str, Any] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)
    log: tuple[str, ...] = ()
    previous: tuple[str, ...] = ()
    verb: str = "failed"
    services: tuple[dict[str, Any], ...] = ()


CASES = (
    Case(
        id="port that no one declares",
        probe=http(9090),
        output=REFUSED.format(9090),
        container={"ports": DECLARED},
        code="ProbeWrongPort",
        says=("port 9090", "8080"),
        patch='"port":8080',
        word="proved",
    ),
    Case(
        id="the log names the port before the declaration does",
        probe=http(9090),
        output=REFUSED.format(9090),
        container={"ports": [{"containerPort": 8081, "name": "metrics"}]},
        log=("Server listening on port 3000",),
        code="ProbeWrongPort",
        says=("3000",),
        patch='"port":3000',
        word="proved",
    ),
    Case(
        id="declared port that the program does not open",
        probe=http(8080),
        output=REFUSED.format(8080),
        container={"ports": DECLARED},
        log=("INFO listening on http://0.0.0.0:3000",),
        code="ProbeWrongPort",
        says=("3000",),
        word="matched",
    ),
    Case(
        id="liveness that kills for a wrong port",
        kind="liveness",
        probe={"tcpSocket": {"port": 9090}, "periodSeconds": 3, "failureThreshold": 2},
        output="dial tcp 10.1.0.5:9090: connect: connection refused",
        status=KILLED,
        container={"ports": DECLARED},
        code="ProbeWrongPort",
        says=("keeps restarting",),
        patch='"tcpSocket":{"port":8080}',
    ),
    Case(
        id="port name that does not exist",
        probe=http("htpp"),
        output='strconv.Atoi: parsing "htpp": invalid syntax',
        verb="errored",
        container={"ports": [*DECLARED, {"containerPort": 9100, "name": "metrics"}]},
        code="ProbeWrongPort",
        says=('"htpp"', "8080 (http)"),
        near=("http",),
        patch='"port":"http"',
        word="proved",
    ),
    Case(
        id="port name that does not exist is proved without an event",
        probe=http("web"),
        container={"ports": DECLARED},
        code="ProbeWrongPort",
        says=('"web"',),
    ),
    Case(
        id="gRPC probe on a port that is not served",
        probe={"grpc": {"port": 50052}},
        output='timeout: failed to connect service "10.1.0.5:50052" within 1s: context deadline exceeded',
        container={"ports": [{"containerPort": 50051, "name": "grpc"}]},
        code="ProbeWrongPort",
        says=("50052", "50051"),
    ),
    Case(
        id="only the Service knows another port",
        probe=http(9090),
        output=REFUSED.format(9090),
        services=(service(),),
        code="ProbeWrongPort",
        says=("8080",),
        word="inferred",
    ),
    Case(
        id="program on the loopback address",
        probe=http(5000),
        output=REFUSED.format(5000),
        log=(" * Running on http://127.0.0.1:5000",),
        code="AppListensOnLoopback",
        variant=False,
        says=("127.0.0.1", "5000"),
        word="proved",
    ),
    Case(
        id="right port, nobody there",
        probe=http(8080),
        output=REFUSED.format(8080),
        container={"ports": DECLARED},
        code="ProbeFailing",
        says=("connection refused",),
        word="matched",
    ),
    Case(
        id="path that does not exist",
        probe=http(8080, "/healthz"),
        output="HTTP probe failed with statuscode: 404",
        code="ProbeWrongPath",
        says=("/healthz", "404"),
        patch='"tcpSocket":{"port":8080}',
        word="proved",
    ),
    Case(
        id="path that the access log answers",
        probe=http(8080, "/healthz"),
        output="HTTP probe failed with statuscode: 404",
        log=('10.1.0.9 - - "GET /health HTTP/1.1" 200 15', '10.1.0.1 - - "GET /healthz HTTP/1.1" 404 9'),
        code="ProbeWrongPath",
        near=("/health",),
        patch='"path":"/health"',
    ),
    Case(
        id="path behind a login",
        probe=http(8080, "/status"),
        output="HTTP probe failed with statuscode: 401",
        code="ProbeWrongPath",
        says=("login",),
    ),
    Case(
        id="server error is the program's own",
        probe=http(8080),
        output="HTTP probe failed with statuscode: 503",
        code="ProbeFailing",
        says=("503",),
    ),
    Case(
        id="HTTPS asked of a plain server",
        probe={"httpGet": {"port": 8080, "path": "/", "scheme": "HTTPS"}},
        output='Get "https://10.1.0.5:8080/": http: server gave HTTP response to HTTPS client',
        code="ProbeWrongProtocol",
        says=("HTTPS", "HTTP"),
        patch='"scheme":"HTTP"',
    ),
    Case(
        id="HTTP asked of a TLS server",
        probe=http(8443),
        output="HTTP probe failed with statuscode: 400",
        log=("http: TLS handshake error from 10.1.0.1:4242: client sent an HTTP request to an HTTPS server",),
        code="ProbeWrongProtocol",
        patch='"scheme":"HTTPS"',
    ),
    Case(
        id="HTTP asked of Redis",
        probe=http(6379),
        output='Get "http://10.1.0.5:6379/health": EOF',
        code="ProbeWrongProtocol",
        says=("Redis",),
        patch='"tcpSocket":{"port":6379}',
    ),
    Case(
        id="gRPC server without the health service",
        probe={"grpc": {"port": 50051}},
        output="error: this server does not implement the grpc health protocol (grpc.health.v1.Health): "
        "unknown service grpc.health.v1.Health",
        code="ProbeWrongProtocol",
        patch='"grpc":null',
    ),
    Case(
        id="TCP probe on a UDP port",
        probe={"tcpSocket": {"port": 5353}},
        output="dial tcp 10.1.0.5:5353: connect: connection refused",
        container={"ports": [{"containerPort": 5353, "protocol": "UDP"}]},
        code="ProbeWrongProtocol",
        says=("UDP",),
    ),
    Case(
        id="killed while it starts normally",
        kind="liveness",
        probe=http(8080, periodSeconds=10, failureThreshold=3),
        output=REFUSED.format(8080),
        container={"ports": DECLARED},
        status={**KILLED, "lastState": ended(143, started=85, finished=50)},
        previous=("INFO loading model 1/8", "INFO loading model 5/8"),
        code="ProbeTimingTooTight",
        says=("30 s", "still starting"),
        patch='"startupProbe"',
        word="matched",
    ),
    Case(
        id="killed at the same age with an error in its log",
        kind="liveness",
        probe=http(8080, periodSeconds=10, failureThreshold=3),
        output=REFUSED.format(8080),
        container={"ports": DECLARED},
        status={**KILLED, "lastState": ended(143, started=85, finished=50)},
        previous=("INFO starting", "ERROR cannot reach the database"),
        code="ProbeFailing",
    ),
    Case(
        id="answers later than the probe waits",
        probe=http(8080),
        output='Get "http://10.1.0.5:8080/health": context deadline exceeded '
        "(Client.Timeout exceeded while awaiting headers)",
        code="ProbeTimingTooTight",
        says=("1 s",),
        patch='"timeoutSeconds":5',
        word="inferred",
    ),
    Case(
        id="timed out although it may wait long",
        probe=http(8080, timeoutSeconds=10),
        output='Get "http://10.1.0.5:8080/health": context deadline exceeded '
        "(Client.Timeout exceeded while awaiting headers)",
        code="ProbeFailing",
    ),
    Case(
        id="command that the image lacks",
        probe={"exec": {"command": ["curl", "-f", "localhost:8080"]}},
        verb="errored",
        output='rpc error: code = Unknown desc = failed to exec in container: failed to start exec "ab": '
        "OCI runtime exec failed: exec failed: unable to start container process: "
        'exec: "curl": executable file not found in $PATH: unknown',
        container={"ports": DECLARED},
        code="ProbeCommandMissing",
        says=('"curl"',),
        patch='"exec":null',
        word="proved",
    ),
    Case(
        id="tool that the shell does not find",
        probe={"exec": {"command": ["sh", "-c", "pg_isready -U app"]}},
        output="/bin/sh: 1: pg_isready: not found",
        code="ProbeCommandMissing",
        says=('"pg_isready"',),
    ),
    Case(
        id="command that prints nothing",
        probe={"exec": {"command": ["false"]}},
        output="",
        code="ProbeFailing",
        says=("exec false", "prints nothing"),
    ),
    Case(id="event is gone", probe=http(8080), code="ProbeFailing", word="inferred", says=("gets no traffic",)),
)


def built(case: Case) -> list[dict[str, Any]]:
    """Build the workload of a case."""
    workload = deployment("web")
    replicas = replica_set(workload)
    entry = {"name": "web", f"{case.kind}Probe": case.probe, **case.container}
    one = pod(
        "web-5d8f-x",
        owner=replicas,
        labels={"app": "web"},
        containers=[entry],
        status={"containerStatuses": [status_of("web", **case.status)]},
    )
    events = []
    if case.output is not None:
        title = case.kind.capitalize()
        tail = " and resulted in unknown state" if case.verb == "errored" else ""
        events.append(
            event(one, "Unhealthy", f"{title} probe {case.verb}{tail}: {case.output}", ago=55, container="web")
        )
    if case.status:
        text = f"Container web failed {case.kind} probe, will be restarted"
        events.append(event(one, "Killing", text, ago=52, container="web"))
    return [workload, replicas, one, *events, *case.services]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_failing_probe_gets_the_sharpest_code(case: Case) -> None:
    stage = scene(*built(case), logs={("web-5d8f-x", "web"): case.log}, previous={("web-5d8f-x", "web"): case.previous})
    found = findings(probes(stage), stage)
    assert [finding.code for finding in found] == [case.code]
    finding = found[0]
    assert finding.variant == (case.kind if case.variant else "")
    assert (finding.object.kind, finding.object.name, finding.part) == ("Deployment", "web", "web")
    assert [str(reach.ref) for reach in finding.affected] == ["Pod shop/web-5d8f-x"]
    assert finding.role is (Role.SYMPTOM if case.code == "ProbeFailing" else Role.ROOT)
    for word in case.says:
        assert word in finding.summary.en, finding.summary.en
    assert "10.1.0.5" not in finding.summary.en
    if case.near:
        assert finding.near == case.near
    if case.word:
        assert finding.confidence.word == case.word
    if case.patch:
        assert case.patch in finding.remedies[0].command


def one(probe_kind: str, status: dict[str, Any], *events: tuple[str, str, float], **container: Any) -> list[Any]:
    """Build a bare pod with one probed container and its events (reason, message, seconds ago)."""
    entry = {"name": "web", f"{probe_kind}Probe": http(9090), "ports": DECLARED, **container}
    single = pod("web", containers=[entry], status={"containerStatuses": [status]})
    return [
        single,
        *(
            event(single, reason, message, ago=ago, first=ago + 5, container="web", count=1)
            for reason, message, ago in events
        ),
    ]


def test_failures_inside_the_budget_are_in_progress() -> None:
    status = status_of("web", state={"running": {"startedAt": at(15)}})
    stage = scene(*one("readiness", status, ("Unhealthy", f"Readiness probe failed: {REFUSED.format(9090)}", 3)))
    seen = list(probes(stage))
    assert [type(entry) for entry in seen] == [InProgress]
    assert isinstance(seen[0], InProgress)
    assert seen[0].until > NOW


def test_a_program_that_is_not_there_needs_no_waiting() -> None:
    status = status_of("web", state={"running": {"startedAt": at(3)}})
    text = 'Readiness probe errored and resulted in unknown state: OCI runtime exec failed: exec: "/bin/check": stat '
    objects = one("readiness", status, ("Unhealthy", f"{text}/bin/check: no such file or directory: unknown", 1))
    objects[0]["spec"]["containers"][0]["readinessProbe"] = {"exec": {"command": ["/bin/check"]}}
    stage = scene(*objects)
    assert [finding.code for finding in findings(probes(stage), stage)] == ["ProbeCommandMissing"]


def test_a_startup_probe_that_still_has_time_is_in_progress() -> None:
    status = status_of("web", started=False, state={"running": {"startedAt": at(20)}})
    assert [type(entry) for entry in probes(scene(*one("startup", status)))] == [InProgress]


def test_early_failures_of_a_ready_container_are_start_up() -> None:
    status = status_of("web", ready=True)
    stage = scene(*one("readiness", status, ("Unhealthy", "Readiness probe failed: x", 3590)))
    seen = list(probes(stage))
    assert [type(entry) for entry in seen] == [RuledOut]
    assert isinstance(seen[0], RuledOut)
    assert not seen[0].healed


def test_a_kill_long_ago_is_over() -> None:
    status = status_of("web", ready=True, restartCount=1, lastState=ended(137, started=9000, finished=3601))
    stage = scene(*one("liveness", status, ("Killing", "Container web failed liveness probe, will be restarted", 3610)))
    seen = list(probes(stage))
    assert [type(entry) for entry in seen] == [RuledOut]
    assert isinstance(seen[0], RuledOut)
    assert seen[0].healed


def test_a_liveness_failure_that_has_not_acted_is_in_progress() -> None:
    stage = scene(*one("liveness", status_of("web", ready=True), ("Unhealthy", "Liveness probe failed: x", 4)))
    assert [type(entry) for entry in probes(stage)] == [InProgress]


@pytest.mark.parametrize(
    "message",
    [
        "Readiness probe errored and resulted in unknown state: rpc error: code = NotFound: container is stopping",
        "Readiness probe failed: command error: context canceled",
    ],
)
def test_a_probe_into_a_stopping_container_says_nothing_sharp(message: str) -> None:
    stage = scene(*one("readiness", status_of("web", ready=True), ("Unhealthy", message, 5)))
    assert list(probes(stage)) == []


def test_a_container_that_crashes_by_itself_is_left_to_its_crash() -> None:
    crashed = status_of(
        "web",
        restartCount=5,
        state={"waiting": {"reason": "CrashLoopBackOff"}},
        lastState=ended(1, started=60, finished=55),
    )
    stage = scene(*one("readiness", crashed, ("Unhealthy", f"Readiness probe failed: {REFUSED.format(9090)}", 56)))
    assert list(probes(stage)) == []


def test_a_terminating_pod_says_nothing() -> None:
    objects = one("readiness", status_of("web"), ("Unhealthy", f"Readiness probe failed: {REFUSED.format(9090)}", 5))
    objects[0]["metadata"]["deletionTimestamp"] = at(-10)
    assert list(probes(scene(*objects))) == []


def test_kills_count_although_the_kubelet_stopped_writing_events() -> None:
    status = status_of("web", **{**KILLED, "lastState": ended(137, started=60, finished=50)})
    objects = one("liveness", status)
    objects.append(
        event(objects[0], "Unhealthy", f"Liveness probe failed: {REFUSED.format(9090)}", ago=140, container="web")
    )
    objects.append(
        event(objects[0], "Killing", "Container web failed liveness probe, will be restarted", ago=140, container="web")
    )
    stage = scene(*objects)
    assert [finding.code for finding in findings(probes(stage), stage)] == ["ProbeWrongPort"]


def test_two_probes_with_the_same_wrong_port_are_one_finding_with_one_patch() -> None:
    status = status_of("web", **{**KILLED, "state": {"running": {"startedAt": at(45)}}})
    objects = one("liveness", status, ("Unhealthy", f"Liveness probe failed: {REFUSED.format(9090)}", 55))
    objects[0]["spec"]["containers"][0]["readinessProbe"] = http(9090, "/ready")
    objects.append(
        event(objects[0], "Killing", "Container web failed liveness probe, will be restarted", ago=52, container="web")
    )
    stage = scene(*objects)
    found = findings(probes(stage), stage)
    assert [finding.id for finding in found] == ["probe-wrong-port/liveness/Pod/shop/web/web"]
    patch = found[0].remedies[0].patch
    assert patch is not None
    assert set(patch["spec"]["containers"][0]) == {"name", "livenessProbe", "readinessProbe"}


def test_an_older_revision_tells_the_port_when_nothing_else_does() -> None:
    workload = deployment("web", replicas=2)
    old = replica_set(workload, "aaaa", ready=2, spec={"containers": [{"name": "web", "readinessProbe": http(3000)}]})
    new = replica_set(workload, "bbbb")
    single = pod(
        "web-bbbb-x",
        owner=new,
        containers=[{"name": "web", "readinessProbe": http(9090)}],
        status={"containerStatuses": [status_of("web")]},
    )
    said = event(single, "Unhealthy", f"Readiness probe failed: {REFUSED.format(9090)}", container="web")
    stage = scene(workload, old, new, single, said)
    found = findings(probes(stage), stage)
    assert [(finding.code, finding.confidence.word) for finding in found] == [("ProbeWrongPort", "inferred")]
    assert "3000" in found[0].summary.en


def test_a_service_reaches_nothing_on_the_loopback_address() -> None:
    single = pod(
        "web",
        labels={"app": "web"},
        containers=[{"name": "web"}],
        status={"containerStatuses": [status_of("web", ready=True)]},
    )
    stage = scene(single, service(), logs={("web", "web"): ["Listening on http://127.0.0.1:8080"]})
    found = findings(probes(stage), stage)
    assert [(finding.code, finding.confidence.word) for finding in found] == [("AppListensOnLoopback", "matched")]


def test_a_program_behind_a_proxy_may_listen_on_the_loopback_address() -> None:
    single = pod(
        "web",
        labels={"app": "web"},
        containers=[{"name": "web"}, {"name": "proxy"}],
        status={"containerStatuses": [status_of("web", ready=True), status_of("proxy", ready=True)]},
    )
    stage = scene(single, service(), logs={("web", "web"): ["Listening on http://127.0.0.1:8080"]})
    assert list(probes(stage)) == []


@pytest.mark.parametrize(("ago", "kind"), [(600, "Finding"), (60, "InProgress")])
def test_a_readiness_gate_gets_two_minutes(ago: float, kind: str) -> None:
    single = pod(
        "web",
        spec={"readinessGates": [{"conditionType": "elb.example.com/ready"}]},
        containers=[{"name": "web"}],
        status={
            "conditions": [
                condition("ContainersReady", "True", ago=ago),
                condition("Ready", "False", ago=ago, reason="ReadinessGatesNotReady", message="gate does not exist"),
            ],
            "containerStatuses": [status_of("web", ready=True)],
        },
    )
    stage = scene(single)
    seen = list(probes(stage))
    assert [type(entry).__name__ for entry in seen] == [kind]
    for finding in findings(iter(seen), stage):
        assert (finding.code, finding.part) == ("ReadinessGateUnsatisfied", "elb.example.com/ready")
        assert "never set" in finding.summary.en
