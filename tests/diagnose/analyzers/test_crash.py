"""Containers that start and end: what the log line, the exit code and the spec say together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from diagnose.analyzers.crash import crash
from diagnose.findings import Role
from tests.diagnose import build

POD = "app-7d9c-x2x4z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """A log, an end and a container; and what must be said of them."""

    id: str
    lines: Sequence[str]
    code: str
    variant: str = ""
    says: Sequence[str] = ()
    exit_code: int = 1
    spec: dict[str, Any] = field(default_factory=dict)
    pod_spec: dict[str, Any] = field(default_factory=dict)
    others: Sequence[dict[str, Any]] = ()
    objects: Sequence[dict[str, Any]] = ()
    near: tuple[str, ...] | None = None
    word: str = ""
    ran: float = 2


TRACEBACK = [
    "Traceback (most recent call last):",
    '  File "/app/main.py", line 3, in <module>',
    '    url = os.environ["DATABASE_URL"]',
    "KeyError: 'DATABASE_URL'",
]

CASES = (
    Crash(
        id="setting that one mounted ConfigMap writes",
        lines=["*** FATAL CONFIG FILE ERROR ***", "Reading the configuration file, at line 3", ">>> 'maxmemory 2gbb'"],
        spec={"volumeMounts": [{"name": "conf", "mountPath": "/conf"}, {"name": "other", "mountPath": "/other"}]},
        pod_spec={
            "volumes": [
                {"name": "conf", "configMap": {"name": "settings"}},
                {"name": "other", "configMap": {"name": "labels"}},
            ]
        },
        objects=[
            build.configmap("settings", {"redis.conf": "port 6379\nmaxmemory 2gbb\n"}),
            build.configmap("labels", {"labels.txt": "maxmemory-policy noeviction"}),
        ],
        code="AppConfigInvalid",
        says=["from ConfigMap settings"],
    ),
    Crash(
        id="last error line",
        lines=["INFO start", "ERROR: duplicate key value violates unique constraint"],
        code="AppCrashed",
        says=["duplicate key value", "exit code 1", "5 restarts"],
    ),
    Crash(
        id="go panic",
        lines=["starting", "panic: no licence", "", "goroutine 1 [running]:", "main.main()", "\t/src/main.go:7 +0x1d"],
        code="AppCrashed",
        exit_code=2,
        says=["no licence"],
    ),
    Crash(
        id="dependency refuses and its Service is absent",
        lines=["FATAL could not connect to orders-db:5432: connection refused"],
        objects=[build.service("orders-dbs", port=5432)],
        code="AppCrashed",
        says=["orders-db:5432 refuses connections", "there is no Service orders-db"],
        near=("orders-dbs",),
    ),
    Crash(
        id="dependency refuses and its Service is there",
        lines=["FATAL could not connect to orders-db:5432: connection refused"],
        objects=[build.service("orders-db", port=5432)],
        code="AppCrashed",
        says=["orders-db:5432 refuses connections"],
    ),
    Crash(
        id="name does not exist",
        lines=["Error: getaddrinfo ENOTFOUND redis-mastr"],
        code="AppCrashed",
        says=["the name redis-mastr does not exist"],
    ),
    Crash(
        id="database rejects the user",
        lines=['FATAL:  password authentication failed for user "app"'],
        code="AppCrashed",
        says=["PostgreSQL", "user app"],
    ),
    Crash(
        id="table missing",
        lines=['ERROR relation "accounts" does not exist'],
        code="AppCrashed",
        says=["relation accounts does not exist"],
        exit_code=3,
    ),
    Crash(
        id="variable missing", lines=TRACEBACK, code="EnvVarMissing", says=["DATABASE_URL is not set"], word="proved"
    ),
    Crash(
        id="variable misspelt",
        lines=["DATABASE_URL is not set"],
        spec={"env": [{"name": "DATABSE_URL", "value": "postgres://db"}]},
        code="EnvVarMissing",
        near=("DATABSE_URL",),
    ),
    Crash(
        id="variable present but refused",
        lines=["Error: Environment variable PORT must be set"],
        spec={"env": [{"name": "PORT", "value": ""}]},
        code="AppConfigInvalid",
        says=["PORT"],
    ),
    Crash(
        id="variable source not readable",
        lines=["APP_TOKEN is required"],
        spec={"envFrom": [{"secretRef": {"name": "tokens"}}]},
        objects=[build.obj("Secret", "tokens", type="Opaque", dataKeysUnknown=True)],
        code="EnvVarMissing",
        says=["Secret tokens could not be read"],
        word="matched",
    ),
    Crash(
        id="default taken instead of a variable",
        lines=["LOG_LEVEL is not set, using default info", "ERROR: no licence"],
        code="AppCrashed",
        says=["no licence"],
    ),
    Crash(
        id="key error of a data dict",
        lines=[
            "Traceback (most recent call last):",
            '  File "/app/x.py", line 2, in f',
            "    return row[key]",
            "KeyError: 'TOTAL'",
        ],
        code="AppCrashed",
        says=["KeyError"],
    ),
    Crash(
        id="nginx directive from a ConfigMap",
        lines=['2026/03/10 11:59:00 [emerg] 1#1: unknown directive "prox_pass" in /etc/nginx/conf.d/site.conf:8'],
        spec={"volumeMounts": [{"name": "conf", "mountPath": "/etc/nginx/conf.d"}]},
        pod_spec={"volumes": [{"name": "conf", "configMap": {"name": "site"}}]},
        objects=[build.configmap("site", {"site.conf": "prox_pass x;"})],
        code="AppConfigInvalid",
        says=["/etc/nginx/conf.d/site.conf:8", "ConfigMap site"],
        word="proved",
    ),
    Crash(
        id="number expected",
        lines=['strconv.ParseInt: parsing "eight": invalid syntax'],
        spec={"env": [{"name": "WORKERS", "value": "eight"}]},
        code="AppConfigInvalid",
        word="proved",
    ),
    Crash(
        id="unknown flag with help text",
        lines=["error: unknown flag: --prot", "Usage:", "  --port int   the port", "  --host string"],
        spec={"args": ["--prot", "8080"]},
        code="CommandInvalid",
        near=("--port",),
        word="proved",
    ),
    Crash(
        id="entry file missing",
        lines=["python: can't open file '/app/man.py': [Errno 2] No such file or directory"],
        spec={"command": ["python", "/app/man.py"]},
        exit_code=2,
        code="CommandInvalid",
        says=["/app/man.py"],
    ),
    Crash(
        id="module missing",
        lines=["ModuleNotFoundError: No module named 'flask'"],
        code="AppModuleMissing",
        says=["flask cannot be loaded"],
    ),
    Crash(
        id="module hidden by a mount",
        lines=["Error: Cannot find module 'express'"],
        spec={"volumeMounts": [{"name": "data", "mountPath": "/app"}]},
        pod_spec={"volumes": [{"name": "data", "emptyDir": {}}]},
        code="AppModuleMissing",
        says=["volume data is mounted over /app"],
    ),
    Crash(
        id="port held by a sibling container",
        lines=["listen tcp :8080: bind: address already in use"],
        others=[build.container("proxy", ports=[{"containerPort": 8080}])],
        code="PortConflict",
        says=["port 8080", "container proxy"],
        word="proved",
    ),
    Crash(
        id="port taken by nobody known",
        lines=["Error: listen EADDRINUSE: address already in use :::3000"],
        code="PortConflict",
        says=["port 3000"],
        word="matched",
    ),
    Crash(
        id="read-only root",
        lines=["OSError: [Errno 30] Read-only file system: '/app/cache'"],
        spec={"securityContext": {"readOnlyRootFilesystem": True}},
        code="FilesystemReadOnly",
        says=["/app/cache", "readOnlyRootFilesystem"],
        word="proved",
    ),
    Crash(
        id="ConfigMap volume is read-only",
        lines=["touch: /etc/app/x: Read-only file system"],
        spec={"volumeMounts": [{"name": "conf", "mountPath": "/etc/app"}]},
        pod_spec={"volumes": [{"name": "conf", "configMap": {"name": "site"}}]},
        code="FilesystemReadOnly",
        says=["always read-only"],
    ),
    Crash(
        id="file of the image denied",
        lines=["PermissionError: [Errno 13] Permission denied: '/app/data.db'"],
        spec={"securityContext": {"runAsUser": 1000}},
        code="AppPermissionDenied",
        variant="file",
        says=["/app/data.db", "user 1000"],
    ),
    Crash(
        id="file on a volume denied is not the image's",
        lines=["PermissionError: [Errno 13] Permission denied: '/data/x'"],
        spec={"securityContext": {"runAsUser": 1000}, "volumeMounts": [{"name": "data", "mountPath": "/data"}]},
        pod_spec={"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]},
        code="AppCrashed",
        says=["volume mounted at /data"],
    ),
    Crash(
        id="low port",
        lines=["2026/03/10 11:59:00 [emerg] 1#1: bind() to 0.0.0.0:80 failed (13: Permission denied)"],
        spec={"securityContext": {"runAsUser": 101}},
        code="AppPermissionDenied",
        variant="port",
        says=["port 80", "user 101"],
        word="proved",
    ),
    Crash(
        id="capability dropped",
        lines=["chown: changing ownership of '/var/lib/x': Operation not permitted"],
        spec={"securityContext": {"capabilities": {"drop": ["ALL"]}}},
        code="AppPermissionDenied",
        variant="capability",
        says=["chown", "CHOWN"],
        word="proved",
    ),
    Crash(
        id="grants of a database are no file rights",
        lines=["ERROR:  permission denied for table orders"],
        code="AppCrashed",
        says=["permission denied for table orders"],
    ),
    Crash(
        id="refuses root",
        lines=["initdb: error: cannot be run as root"],
        code="RootUserRefused",
        says=["refuses to run as root"],
    ),
    Crash(
        id="segmentation fault",
        lines=["loading model"],
        exit_code=139,
        code="ProcessKilledBySignal",
        says=["SIGSEGV"],
    ),
    Crash(
        id="killed from outside",
        lines=["ERROR could not connect to db:5432: connection refused"],
        exit_code=137,
        code="ProcessKilledBySignal",
        says=["SIGKILL"],
        word="inferred",
    ),
    Crash(
        id="late 127 is a crash",
        lines=["backup.sh: line 9: pg_dump: command not found"],
        exit_code=127,
        ran=400,
        code="AppCrashed",
    ),
    Crash(
        id="chinese words",
        lines=["信息: 启动", "严重: 端口 8080 被占用"],
        code="PortConflict",
        says=["port 8080"],
    ),
    Crash(
        id="java chain names the host in an outer link",
        lines=[
            "2026-03-10 11:59:00.123 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed",
            "org.postgresql.util.PSQLException: Connection to orders-db:5432 refused. Check that it listens.",
            "\tat org.postgresql.core.v3.ConnectionFactoryImpl.open(ConnectionFactoryImpl.java:331)",
            "Caused by: java.net.ConnectException: Connection refused",
            "\t... 40 more",
        ],
        code="AppCrashed",
        says=["orders-db:5432 refuses connections"],
    ),
    Crash(
        id="json log",
        lines=['{"level":"error","msg":"boot failed","err":{"message":"connect ECONNREFUSED 10.0.0.5:6379"}}'],
        code="AppCrashed",
        says=["10.0.0.5:6379 refuses connections"],
    ),
)


def scene_of(case: Crash) -> Any:
    """Build the Deployment whose pod shows the case."""
    body = build.pod(
        POD,
        containers=[build.container(**case.spec), *case.others],
        statuses=[build.crash_loop(code=case.exit_code, ran=case.ran)],
        spec=case.pod_spec,
    )
    return build.scene(*build.deployed(body), *case.objects, logs={(POD, "app", True): case.lines})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_end_is_explained_by_its_log_and_spec(case: Crash) -> None:
    found = build.findings(crash, scene_of(case))
    assert [(entry.code, entry.variant) for entry in found] == [(case.code, case.variant)]
    finding = found[0]
    assert (finding.object.kind, finding.object.name, finding.part) == ("Deployment", "app", "app")
    for words in case.says:
        assert words in finding.summary.en
    assert POD not in finding.summary.en
    if case.near is not None:
        assert finding.near == case.near
    if case.word:
        assert finding.confidence.word == case.word


def test_without_a_log_the_crash_stands_and_the_command_to_read_it_is_named() -> None:
    body = build.pod(POD, statuses=[build.crash_loop()])
    (finding,) = build.findings(crash, build.scene(*build.deployed(body)))
    assert finding.code == "AppCrashed"
    assert "could not be read" in finding.summary.en
    assert finding.next_checks[0].command == "kubectl -n shop logs deployment/app -c app --previous"


def test_an_init_container_is_named_as_the_part() -> None:
    body = build.pod(
        POD,
        inits=[build.container("migrate")],
        init_statuses=[build.crash_loop("migrate")],
        statuses=[build.status(state=build.waiting("PodInitializing"))],
        phase="Pending",
    )
    given = build.scene(*build.deployed(body), logs={(POD, "migrate", True): ["ERROR no such migration 0042"]})
    (finding,) = build.findings(crash, given)
    assert (finding.code, finding.part, finding.object.name) == ("AppCrashed", "migrate", "app")
    assert "Init container migrate" in finding.summary.en


def test_a_probe_kill_is_left_to_the_probes() -> None:
    body = build.pod(POD, statuses=[build.crash_loop(code=137, ran=30)])
    objects = build.deployed(body)
    killing = build.event(
        objects[-1], "Killing", "Container app failed liveness probe, will be restarted", kind="Normal", container="app"
    )
    assert build.findings(crash, build.scene(*objects, killing)) == []


def test_dropped_events_do_not_hide_that_a_probe_kills() -> None:
    body = build.pod(POD, statuses=[build.crash_loop(code=137, ended=10, ran=8)])
    objects = build.deployed(body)
    killing = build.event(
        objects[-1],
        "Killing",
        "Container app failed liveness probe, will be restarted",
        kind="Normal",
        container="app",
        first=900,
        last=300,
    )
    assert build.findings(crash, build.scene(*objects, killing)) == []


@pytest.mark.parametrize("reason", ["OOMKilled", "StartError"])
def test_ends_of_other_families_are_left_to_them(reason: str) -> None:
    body = build.pod(POD, statuses=[build.crash_loop(code=137, reason=reason)])
    assert build.findings(crash, build.scene(*build.deployed(body))) == []


def test_an_old_restart_of_a_ready_pod_is_over() -> None:
    status = build.status(state=build.running(5000), last=build.terminated(1, ended=5010), restarts=1, ready=True)
    given = build.scene(*build.deployed(build.pod(POD, statuses=[status], ready=True)))
    assert build.findings(crash, given) == []
    (over,) = build.ruled_out(crash, given)
    assert over.healed
    assert "has run since" in over.reason.en


def test_an_init_container_that_failed_and_then_ended_well_is_no_crash() -> None:
    body = build.pod(
        POD,
        inits=[build.container("migrate")],
        init_statuses=[build.status("migrate", state=build.terminated(0), last=build.terminated(1), restarts=2)],
        statuses=[build.status(state=build.running(), ready=True)],
        ready=True,
    )
    given = build.scene(*build.deployed(body))
    assert build.findings(crash, given) == []


def test_a_pod_that_is_deleted_does_not_count() -> None:
    body = build.pod(POD, statuses=[build.crash_loop()])
    body["metadata"]["deletionTimestamp"] = build.ago(-10)
    assert build.findings(crash, build.scene(*build.deployed(body))) == []


def test_a_job_is_the_object_of_its_pods_crash() -> None:
    body = build.pod("migrate-x1", statuses=[build.status(state=build.terminated(2))], phase="Failed")
    given = build.scene(*build.job(body), logs={("migrate-x1", "app", False): ["ERROR no such table: users"]})
    (finding,) = build.findings(crash, given)
    assert (finding.object.kind, finding.object.name) == ("Job", "migrate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zero:
    """A container that ends with 0."""

    id: str
    restarts: int = 4
    ran: float = 5
    policy: str = "Always"
    spec: dict[str, Any] = field(default_factory=dict)
    fires: bool = True
    says: str = ""


@pytest.mark.parametrize(
    "case",
    [
        Zero(id="task done", spec={"command": ["sh", "-c", "echo done"]}, says="its task is done"),
        Zero(id="shell alone", spec={"image": "busybox:1.36"}, says="a shell without a task"),
        Zero(id="daemonized", spec={"command": ["server", "--daemon"]}, says="--daemon sends the program"),
        Zero(id="one restart only", restarts=1, fires=False),
        Zero(id="once a day by design", ran=86000, fires=False),
        Zero(id="allowed to end", policy="OnFailure", fires=False),
    ],
    ids=lambda case: case.id,
)
def test_ending_with_zero_counts_only_for_what_should_stay_up(case: Zero) -> None:
    body = build.pod(
        POD,
        containers=[build.container(**case.spec)],
        statuses=[build.crash_loop(code=0, restarts=case.restarts, ran=case.ran)],
        spec={"restartPolicy": case.policy},
    )
    found = build.findings(crash, build.scene(*build.deployed(body)))
    assert [entry.code for entry in found] == (["ProcessExitedZero"] if case.fires else [])
    assert not case.fires or case.says in found[0].summary.en


def test_restarts_between_ready_times_are_contributing_beside_their_cause() -> None:
    status = build.status(state=build.running(900), last=build.terminated(1, ended=905), restarts=4, ready=True)
    given = build.scene(*build.deployed(build.pod(POD, statuses=[status], ready=True)))
    found = {entry.code: entry for entry in build.findings(crash, given)}
    assert set(found) == {"AppCrashed", "RestartsIncreasing"}
    assert found["RestartsIncreasing"].role is Role.CONTRIBUTING


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """The log of a ready container."""

    id: str
    lines: Sequence[str]
    fires: bool


def stamped(*texts: str, age: int = 60) -> list[str]:
    """Write lines of that many seconds ago."""
    return [f"{build.ago(age)} {text}" for text in texts]


def dated(*, age: int) -> str:
    """Write a moment as most programs do: without its zone."""
    return build.ago(age)[:19].replace("T", " ")


@pytest.mark.parametrize(
    "case",
    [
        Tail(
            id="same error three times",
            lines=stamped(*(f"ERROR payment {n} failed: gateway said no" for n in (1, 2, 3))),
            fires=True,
        ),
        Tail(id="twice only", lines=stamped("ERROR no", "ERROR no"), fires=False),
        Tail(id="three different errors", lines=stamped("ERROR a b", "ERROR c d", "ERROR e f"), fires=False),
        Tail(id="old lines", lines=stamped("ERROR no", "ERROR no", "ERROR no", age=2000), fires=False),
        Tail(id="no time and an old run", lines=["ERROR no"] * 5, fires=False),
        Tail(id="dated by the program", lines=[f"{dated(age=60)} ERROR 推送失败 E1021"] * 3, fires=True),
        Tail(id="dated by the program, old", lines=[f"{dated(age=2000)} ERROR no"] * 3, fires=False),
        Tail(id="a date of another zone says nothing", lines=[f"{dated(age=-28740)} ERROR no"] * 3, fires=False),
        Tail(
            id="connected after all",
            lines=stamped(*["ERROR connect to mq:5672: connection refused"] * 3, "INFO connected to mq:5672"),
            fires=False,
        ),
        Tail(id="words inside names", lines=stamped(*["INFO error-rate=0.1 errors: 0"] * 5), fires=False),
        Tail(
            id="already exists in migrations", lines=stamped(*['ERROR: relation "x" already exists'] * 5), fires=False
        ),
        Tail(id="clients that go away", lines=stamped(*["ERROR write: broken pipe"] * 5), fires=False),
    ],
    ids=lambda case: case.id,
)
def test_errors_of_a_running_program_count_when_one_repeats_of_late(case: Tail) -> None:
    body = build.pod(POD, statuses=[build.status(state=build.running(), ready=True)], ready=True)
    given = build.scene(*build.deployed(body), logs={(POD, "app", False): case.lines})
    assert [entry.code for entry in build.findings(crash, given)] == (["AppErrorsInLog"] if case.fires else [])
