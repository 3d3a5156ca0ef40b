"""Memory: the limit, the node, a child, and heaps of several runtimes."""

from typing import Any

from tests.diagnose.build import Obj, container, event, node, obj, running, status, terminated
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, FAILING, FINE, Case, crashing, web
from tests.diagnose.situations_build import DAY, restarted, up
from tests.diagnose.situations_world import deploy, ended, gave_up, job_of, stateful

LIMITED = container(resources={"limits": {"memory": "256Mi"}, "requests": {"memory": "128Mi"}})


def _killed(**rest: Any) -> Obj:
    return crashing(137, reason="OOMKilled", **rest)


def _limits() -> list[Case]:
    java = container(
        env=[{"name": "JAVA_TOOL_OPTIONS", "value": "-Xmx512m"}], resources={"limits": {"memory": "512Mi"}}
    )
    default = obj("LimitRange", "defaults", spec={"limits": [{"type": "Container", "default": {"memory": "64Mi"}}]})
    given = container(resources={"limits": {"memory": "64Mi"}, "requests": {"memory": "64Mi"}})
    job = ended(
        "load-1-x",
        137,
        ago_=300,
        containers=[LIMITED],
        statuses=[status(state=terminated(137, "OOMKilled", ended=300, ran=90))],
    )
    child = up(
        since=5000,
        containers=[LIMITED],
        statuses=[
            status(state=running(5000), last=terminated(0, "OOMKilled", ended=5001, ran=60), restarts=1, ready=True)
        ],
    )
    worker = up(
        since=5000,
        containers=[LIMITED],
        statuses=[
            status(state=running(200), last=terminated(1, "OOMKilled", ended=205, ran=300), restarts=4, ready=True)
        ],
    )
    gunicorn = crashing(1, reason="OOMKilled", part=LIMITED, ran=200)
    side = crashing(
        137,
        reason="OOMKilled",
        part=container("proxy", resources={"limits": {"memory": "32Mi"}}),
        beside=[container()],
        ran=50,
    )
    old = up(
        since=3 * 3600, created=DAY, containers=[LIMITED], statuses=[restarted(137, ended=3 * 3600, reason="OOMKilled")]
    )
    again = up(
        since=100,
        created=DAY,
        containers=[LIMITED],
        statuses=[restarted(137, ended=110, reason="OOMKilled", restarts=9, ran=1500)],
    )
    return [
        Case(
            id="killed at its limit after an hour",
            objects=web(_killed(part=LIMITED, ran=3000)),
            code="OOMKilled",
            variant="limit",
            part="app",
            says=("256Mi",),
            fix="memory",
            never=("AppCrashed", "ProcessKilledBySignal"),
        ),
        Case(
            id="killed at its limit at once",
            objects=stateful("db", _killed(name="db-0", part=LIMITED, ran=2)),
            code="OOMKilled",
            variant="at_start",
            on="StatefulSet/db",
        ),
        Case(
            id="a Java heap as large as the limit",
            objects=web(_killed(part=java, ran=900)),
            code="OOMKilled",
            variant="limit",
            says=("512Mi",),
        ),
        Case(
            id="a limit that only the LimitRange sets",
            objects=[*deploy("web", _killed(part=given, ran=300)), default],
            code="OOMKilled",
            variant="limit",
            says=("64Mi",),
        ),
        Case(
            id="a Job killed at its limit",
            objects=job_of("load-1", job, failed=7, conditions=gave_up(200)),
            target="job/load-1",
            code="OOMKilled",
            on="Job/load-1",
        ),
        Case(id="a sidecar killed at its limit", objects=web(side), code="OOMKilled", part="proxy", says=("32Mi",)),
        Case(
            id="a child was killed and its parent gave up",
            objects=web(gunicorn),
            logs={
                ("web-5f7c9d-abcde", "app", True): [
                    "[2026-03-10 11:58:00 +0000] [1] [ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?"
                ]
            },
            code="OOMKilled",
            variant="child_process",
        ),
        Case(
            id="workers are killed below a master that lives",
            objects=deploy("web", up(since=9000, containers=[LIMITED])),
            logs={
                ("web-a", "app", False): [
                    (
                        f"2026-03-10T11:5{minute}:00.000Z [2026-03-10 11:5{minute}:00 +0000] [1] [ERROR] "
                        f"Worker (pid:{minute}) "
                        "was sent SIGKILL! Perhaps out of memory?"
                    )
                    for minute in (5, 6, 7, 8, 9)
                ]
            },
            target="deploy/web",
            code="OOMKilled",
            variant="child_process",
            verdicts=(*DEGRADED, *FAILING),
        ),
        Case(
            id="ready again and killed every half hour",
            objects=deploy("web", again),
            code="OOMKilled",
            target="deploy/web",
            verdicts=BROKEN,
        ),
        Case(id="killed once three hours ago", objects=deploy("web", old), target="deploy/web", verdicts=FINE),
        Case(id="a child was killed an hour ago and never since", objects=deploy("web", child), verdicts=FINE),
        Case(
            id="a child is killed again and again below a ready container",
            objects=deploy("web", worker),
            target="deploy/web",
            code="OOMKilled",
            variant="child_process",
            verdicts=BROKEN,
        ),
        Case(
            id="one of two replicas is killed",
            objects=deploy("web", up(containers=[LIMITED]), _killed(part=LIMITED, ran=700)),
            code="OOMKilled",
            verdicts=DEGRADED,
        ),
    ]


def _nodes() -> list[Case]:
    body = crashing(137, ran=700, ended=60)
    there = node("node-1")
    free = crashing(137, reason="OOMKilled", ran=700)
    return [
        Case(
            id="the node itself ran out of memory",
            objects=[
                *web(body),
                there,
                event(
                    there, "SystemOOM", "System OOM encountered, victim process: java, pid: 41233", first=61, last=61
                ),
            ],
            code="OOMKilledByNode",
            on="Node/node-1",
            says=("node-1",),
            never=("ProcessKilledBySignal",),
        ),
        Case(
            id="killed for memory without any limit",
            objects=web(free),
            code="OOMKilledByNode",
            on="",
            never=("ProcessKilledBySignal",),
        ),
    ]


def _heaps() -> list[Case]:
    rows = (
        (
            "Java",
            1,
            container(env=[{"name": "JAVA_OPTS", "value": "-Xmx128m"}], resources={"limits": {"memory": "1Gi"}}),
            (
                'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space',
                "\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)",
                "\tat com.example.Load.main(Load.java:12)",
            ),
            "heap",
        ),
        (
            "Java that ends itself",
            3,
            container(args=["-XX:+ExitOnOutOfMemoryError"]),
            ("Terminating due to java.lang.OutOfMemoryError: Metaspace",),
            "Metaspace",
        ),
        (
            "Node",
            134,
            container(
                env=[{"name": "NODE_OPTIONS", "value": "--max-old-space-size=256"}],
                resources={"limits": {"memory": "1Gi"}},
            ),
            (
                "<--- Last few GCs --->",
                "[1:0x7f] 30000 ms: Mark-sweep (reduce) 254.1 (258.0) -> 253.9 (258.2) MB",
                "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
            ),
            "heap",
        ),
        (
            "PHP",
            255,
            container(),
            (
                (
                    "PHP Fatal error:  Allowed memory size of 134217728 bytes exhausted (tried to allocate 20480 "
                    "bytes) in /var/www/html/Report.php on line 88"
                ),
            ),
            "128",
        ),
        (
            "Go",
            2,
            container(),
            ("fatal error: runtime: out of memory", "", "runtime stack:", "runtime.throw({0x9})"),
            "memory",
        ),
        (
            "Python",
            1,
            container(),
            ("Traceback (most recent call last):", '  File "/app/load.py", line 9, in <module>', "MemoryError"),
            "memory",
        ),
        (
            ".NET",
            134,
            container(),
            (
                "Out of memory.",
                (
                    "Unhandled exception. System.OutOfMemoryException: Exception of type 'System.OutOfMemoryException' "
                    "was thrown."
                ),
            ),
            "memory",
        ),
        (
            "C++",
            134,
            container(),
            ("terminate called after throwing an instance of 'std::bad_alloc'", "  what():  std::bad_alloc"),
            "memory",
        ),
    )
    return [
        Case(
            id=f"a heap is used up: {title}",
            objects=web(crashing(code, part=part, ran=400)),
            logs={("web-5f7c9d-abcde", "app", True): list(lines)},
            code="RuntimeHeapExhausted",
            says=(word,),
            never=("AppCrashed", "OOMKilled", "ProcessKilledBySignal"),
        )
        for title, code, part, lines, word in rows
    ]


CASES: tuple[Case, ...] = (*_limits(), *_nodes(), *_heaps())
