"""Ends of every kind: signals, jobs, several pods and containers, errors of a program that runs on."""

from tests.diagnose.build import container, event, secret, status, terminated
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, FINE, Case, crashing, web
from tests.diagnose.situations_build import DAY, restarted, up
from tests.diagnose.situations_world import cron, daemons, deploy, ended, gave_up, job_of, stateful

POD = "web-5f7c9d-abcde"


def _log(
    *lines: str, name: str = POD, part: str = "app", previous: bool = True
) -> dict[tuple[str, str, bool], list[str]]:
    return {(name, part, previous): list(lines)}


def _ends() -> list[Case]:
    shell = crashing(0, part=container(command=["bash"]), ran=0)
    daemon = crashing(0, part=container(command=["nginx"], image="nginx:1.25"), ran=1)
    segv = crashing(139, ran=40)
    ill = crashing(132, ran=1)
    bus = crashing(137, ran=300)
    rising = up(since=200, created=DAY, statuses=[restarted(1, ended=210, restarts=7, ran=500)])
    script = ended("report-1-x", 1, ago_=600)
    back = cron("report", schedule="0 * * * *", last=3600)
    plain = crashing(3)
    sts = [up("db-0", since=9000), crashing(1, name="db-1"), up("db-2", since=9000)]
    side = crashing(1, part=container("proxy", image="envoy:1.29"), beside=[container("app")])
    mixed = [
        crashing(1, name="web-1", labels={"app": "web"}),
        crashing(139, name="web-2", labels={"app": "web"}, node="node-2"),
    ]
    pg = crashing(1, name="db-0", part=container("postgres", image="postgres:16"))
    gone = crashing(1, name="web-new", part=container(image="shop/web:2"))
    canary = up("web-old", containers=[container(image="shop/web:1")])
    return [
        Case(
            id="a shell without anything to do",
            objects=web(shell),
            code="ProcessExitedZero",
            says=("0",),
            never=("AppCrashed",),
        ),
        Case(
            id="a server that goes to the background",
            objects=daemons("edge", daemon),
            logs=_log("starting nginx"),
            code="ProcessExitedZero",
            on="DaemonSet/edge",
        ),
        Case(
            id="a native crash",
            objects=web(segv),
            logs=_log("loading shared model", "Segmentation fault (core dumped)"),
            code="ProcessKilledBySignal",
            on="",
            says=("SIGSEGV",),
            never=("OOMKilled",),
        ),
        Case(
            id="an instruction the processor does not have",
            objects=web(ill),
            code="ProcessKilledBySignal",
            on="",
            says=("SIGILL",),
        ),
        Case(
            id="killed and nobody says by whom",
            objects=web(bus),
            code="ProcessKilledBySignal",
            on="",
            says=("SIGKILL",),
            never=("OOMKilled", "OOMKilledByNode"),
        ),
        Case(
            id="ready now and restarting all the time",
            objects=deploy("web", rising),
            logs=_log("panic: cache corrupt", "goroutine 1 [running]:", name="web-a"),
            code="AppCrashed",
            verdicts=BROKEN,
            target="deploy/web",
        ),
        Case(
            id="a Job that used up its tries",
            objects=[*job_of("report-1", script, failed=7, conditions=gave_up(500)), event(script, "Failed", "x")],
            logs=_log(
                "Traceback (most recent call last):",
                '  File "/app/report.py", line 3, in <module>',
                "ZeroDivisionError: division by zero",
                name="report-1-x",
                previous=False,
            ),
            code="AppCrashed",
            on="Job/report-1",
            target="job/report-1",
            says=("ZeroDivisionError",),
        ),
        Case(
            id="the last run of a cron job failed on a flag",
            objects=[
                back,
                *job_of("report-1", ended("report-1-x", 2, ago_=600), owner=back, failed=1, conditions=gave_up(500)),
            ],
            logs=_log(
                "report: error: unrecognized arguments: --frm 2026-03-01",
                "usage: report [--from FROM]",
                name="report-1-x",
                previous=False,
            ),
            code="CommandInvalid",
            on="",
            verdicts=BROKEN,
            target="cronjob/report",
            says=("--frm",),
        ),
        Case(id="no log may be read", objects=web(plain), code="AppCrashed", says=("3",), unread=("Event",)),
        Case(
            id="one of three stateful pods crashes",
            objects=stateful("db", *sts),
            logs=_log("FATAL: replication slot is broken", name="db-1"),
            code="AppCrashed",
            on="StatefulSet/db",
            verdicts=DEGRADED,
            says=("replication slot",),
        ),
        Case(
            id="only the sidecar crashes",
            objects=web(side),
            logs=_log(
                (
                    "[critical][main] error initializing configuration '/etc/envoy/envoy.yaml': Protobuf message "
                    "has unknown field"
                ),
                part="proxy",
            ),
            code="AppConfigInvalid",
            part="proxy",
            says=("envoy.yaml",),
        ),
        Case(
            id="two pods of one Deployment end differently",
            objects=web(*mixed),
            logs=_log(
                "Traceback (most recent call last):",
                '  File "/app/main.py", line 3, in <module>',
                "ValueError: bad row 7",
                name="web-1",
            ),
            code="ProcessKilledBySignal",
            on="",
            also="AppCrashed",
            says=("SIGSEGV",),
        ),
        Case(
            id="the new revision crashes and the old one serves",
            objects=web(gone, old=[canary], wanted=1),
            logs=_log("FATAL: tariffs.json: no tariff for DE", name="web-new"),
            code="AppCrashed",
            verdicts=DEGRADED,
            says=("tariff",),
        ),
        Case(
            id="postgres on a data directory of another owner",
            objects=stateful("db", pg),
            logs=_log(
                '2026-03-10 11:58:00.000 UTC [1] FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership',
                (
                    "2026-03-10 11:58:00.000 UTC [1] HINT:  The server must be started by the user that owns "
                    "the data directory."
                ),
                part="postgres",
                name="db-0",
            ),
            code="AppPermissionDenied",
            variant="file",
            on="StatefulSet/db",
            says=("/var/lib/postgresql/data",),
        ),
    ]


def _errors() -> list[Case]:
    fine = up(since=9000)
    lines = [
        f"2026-03-10T11:5{minute}:{second:02d}Z ERROR payment: gateway answered 502 for order {1000 + second}"
        for minute in (7, 8, 9)
        for second in (1, 21, 41)
    ]
    noise = [
        f"2026-03-10T11:59:{second:02d}Z INFO error-rate=0.00 errors=0 handler=ErrorHandler" for second in range(20)
    ]
    exists = ['2026-03-10T11:59:01Z ERROR migrate: relation "orders" already exists, skipping'] * 5
    return [
        Case(
            id="a ready pod that logs one error again and again",
            objects=deploy("web", fine),
            logs={("web-a", "app", False): [*noise, *lines]},
            target="deploy/web",
            code="AppErrorsInLog",
            verdicts=DEGRADED,
            says=("502",),
        ),
        Case(
            id="words that only look like errors",
            objects=deploy("web", fine),
            logs={("web-a", "app", False): [*noise, *exists]},
            target="deploy/web",
            verdicts=FINE,
        ),
        Case(
            id="an init step that failed twice and then passed",
            objects=deploy(
                "web",
                up(
                    since=9000,
                    inits=[container("migrate")],
                    init_statuses=[
                        status(
                            "migrate",
                            state=terminated(0, ended=9010),
                            last=terminated(1, ended=9100),
                            restarts=2,
                            ready=True,
                        )
                    ],
                ),
            ),
            verdicts=FINE,
        ),
        Case(
            id="two faults at once that have nothing to do with each other",
            objects=[
                *web(crashing(1)),
                *stateful("db", crashing(1, name="db-0", part=container("redis", image="redis:7"))),
                secret("db", ["password"]),
            ],
            logs={
                **_log("Error: Cannot find module 'express'", "Require stack:", "- /app/server.js"),
                **_log(
                    "*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***",
                    "Reading the configuration file, at line 2",
                    ">>> 'bindd 0.0.0.0'",
                    "Bad directive or wrong number of arguments",
                    part="redis",
                    name="db-0",
                ),
            },
            code="AppModuleMissing",
            on="",
            also="AppConfigInvalid",
        ),
        Case(
            id="a crash that names a value although another one is missing by design",
            objects=web(crashing(1, part=container(env=[{"name": "PORT", "value": "http"}]))),
            logs=_log(
                '2026/03/10 11:58:00 LOG_LEVEL is not set, using default "info"',
                '2026/03/10 11:58:00 cannot read PORT: strconv.ParseInt: parsing "http": invalid syntax',
            ),
            code="AppConfigInvalid",
            says=("PORT",),
            never=("EnvVarMissing",),
        ),
    ]


CASES: tuple[Case, ...] = (
    *_ends(),
    *_errors(),
)
