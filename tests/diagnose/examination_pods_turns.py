"""Second looks: the same texts with another cause behind them, and state that contradicts what was said."""

from tests.diagnose.build import Obj, ago, container, event, obj, pod, running, service, status, terminated, waiting
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, FINE, Case, backing_off, crashing, pulling, web
from tests.diagnose.examination_pods_checked import failing, http, part_with
from tests.diagnose.situations_build import DAY, conditions, restarted, up
from tests.diagnose.situations_world import daemons, deploy, job_of, slice_of, stateful

POD = "web-5f7c9d-abcde"


def _killed_gently(code: int) -> list[Obj]:
    """Return a pod that its liveness check ends, and that ends as it is asked to."""
    body, *events = failing("Liveness", part_with("Liveness", http()), "HTTP probe failed with statuscode: 500")
    end = terminated(code, "Completed" if code == 0 else "Error", ended=25, ran=62)
    body["status"]["containerStatuses"][0]["lastState"] = end
    return [body, *events]


def _state() -> list[Case]:
    gentle, *gentle_events = _killed_gently(0)
    asked, *asked_events = _killed_gently(143)
    stale = up(since=4000)
    former = {**stale, "metadata": {**stale["metadata"], "uid": "pod-of-yesterday"}}
    native = container("proxy", image="envoy:1.29", restartPolicy="Always")
    sidecar = pod(
        POD,
        phase="Pending",
        inits=[native],
        init_statuses=[
            status(
                "proxy",
                state=waiting("CrashLoopBackOff", "back-off 40s restarting failed container=proxy"),
                last=terminated(1),
                restarts=4,
                started=False,
            )
        ],
        statuses=[status(state=waiting("PodInitializing"))],
        conditions=conditions(ready=False, since=1700, scheduled=1790),
    )
    steady = pod(
        "web-a",
        inits=[native],
        init_statuses=[status("proxy", state=running(90_000), ready=True, started=True)],
        statuses=[status(state=running(90_000), ready=True, started=True)],
        ready=True,
        created=90_100,
        conditions=conditions(ready=True, since=90_000, scheduled=90_100),
    )
    rebooted = [
        up(name, created=9 * DAY, since=180, statuses=[restarted(255, ended=200, reason="Unknown", ran=8 * DAY)])
        for name in ("web-a", "web-b")
    ]
    leaving = crashing(1)
    leaving["metadata"] |= {"deletionTimestamp": ago(-20), "deletionGracePeriodSeconds": 30}
    unknown = crashing(1)
    unknown["status"]["containerStatuses"][0]["lastState"] = {}
    return [
        Case(
            id="a check ends a program that ends well when asked",
            objects=[*web(gentle), *gentle_events],
            code="ProbeFailing",
            variant="liveness",
            never=("ProcessExitedZero", "AppCrashed"),
        ),
        Case(
            id="a check ends a Java program, which answers with 143",
            objects=[*web(asked), *asked_events],
            code="ProbeFailing",
            variant="liveness",
            never=("ProcessKilledBySignal", "AppCrashed"),
        ),
        Case(
            id="an event of a former pod of the same name",
            objects=[
                *stateful("web", stale),
                event(former, "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500"),
                event(former, "Failed", 'Failed to pull image "x": manifest unknown'),
            ],
            verdicts=FINE,
        ),
        Case(
            id="a native sidecar crashes before anything else may start",
            objects=web(sidecar),
            logs={(POD, "proxy", True): ["[critical] cannot bind '0.0.0.0:15001': Address already in use"]},
            code="PortConflict",
            part="proxy",
            never=("InitContainerHanging",),
        ),
        Case(id="a native sidecar that has run for a day", objects=deploy("web", steady), verdicts=FINE),
        Case(id="all pods of a node came back after a reboot", objects=deploy("web", *rebooted), verdicts=FINE),
        Case(
            id="an old pod crashes while it is being deleted",
            objects=deploy("web", up(since=5000), leaving, wanted=1),
            verdicts=FINE,
        ),
        Case(id="a crash loop of which the status tells no end", objects=[*web(unknown)], code="AppCrashed"),
    ]


def _numbers() -> list[Case]:
    whole = crashing(137, reason="OOMKilled", ran=900, spec={"resources": {"limits": {"memory": "700Mi"}}})
    part = container(resources={"limits": {"memory": "256Mi"}})
    resized = crashing(137, reason="OOMKilled", ran=900, part=part)
    resized["status"]["containerStatuses"][0]["resources"] = {"limits": {"memory": "320Mi"}}
    cancelled = pulling(
        'rpc error: code = Canceled desc = failed to pull and unpack image "quay.io/a/b:2": context canceled',
        "quay.io/a/b:2",
    )
    return [
        Case(id="the limit of a whole pod", objects=web(whole), code="OOMKilled", variant="limit", says=("700Mi",)),
        Case(id="a limit that was resized in place", objects=web(resized), code="OOMKilled", says=("320Mi",)),
        Case(id="a pull that was cut off", objects=[*web(cancelled[0]), *cancelled[1:]], code="ImagePullFailed", on=""),
    ]


def _chains() -> list[Case]:
    front = service("orders-db", port=5432)
    db = crashing(1, name="orders-db-0", part=container("db", image="postgres:16"))
    client = crashing(1)
    refused = [
        "INFO connecting",
        "Traceback (most recent call last):",
        '  File "/app/db.py", line 3, in connect',
        'OperationalError: connection to server at "orders-db" (10.96.0.50), port 5432 failed: Connection refused',
        "\tIs the server running on that host and accepting TCP/IP connections?",
    ]
    corrupt = ["2026-03-10 11:58:00 UTC [1] PANIC:  could not locate a valid checkpoint record"]
    first, second = pulling("manifest unknown", "quay.io/a/b:9", name="web-1"), crashing(2, name="api-1")
    good = up("agent-a", containers=[container(resources={"limits": {"memory": "64Mi"}})])
    bad = crashing(
        137,
        name="agent-b",
        reason="OOMKilled",
        ran=400,
        part=container(resources={"limits": {"memory": "64Mi"}}),
        node="node-2",
    )
    job = crashing(1, name="migrate-x")
    return [
        Case(
            id="a client and the database that it needs both crash",
            objects=[
                *web(client),
                backing_off(client),
                *stateful("orders-db", db),
                front,
                slice_of(front, db, ready=False),
            ],
            logs={(POD, "app", True): refused, ("orders-db-0", "db", True): corrupt},
            code="AppCrashed",
            on="StatefulSet/orders-db",
            says=("checkpoint",),
        ),
        Case(
            id="a tag that is absent here and a panic there",
            objects=[*web(first[0]), *first[1:], *deploy("api", second)],
            logs={("api-1", "app", True): ["panic: no plan", "", "goroutine 1 [running]:"]},
            code="ImageTagNotFound",
            also="AppCrashed",
        ),
        Case(
            id="one agent of two is killed at its limit",
            objects=daemons("agent", good, bad),
            code="OOMKilled",
            on="DaemonSet/agent",
            verdicts=DEGRADED,
        ),
        Case(
            id="a Job below a Flux Kustomization crashes on a value",
            objects=[
                *job_of("migrate", job, active=1),
                obj("ConfigMap", "flags", data={"MODE": "fast"}),
            ],
            logs={("migrate-x", "app", True): ["ValueError: invalid literal for int() with base 10: 'fast'"]},
            code="AppConfigInvalid",
            on="Job/migrate",
            target="job/migrate",
            verdicts=BROKEN,
            says=("fast",),
        ),
    ]


CASES: tuple[Case, ...] = (*_state(), *_numbers(), *_chains())
