"""Programs that refuse a setting, an argument, a library or a port."""

from tests.diagnose.build import Obj, configmap, container
from tests.diagnose.examination_pods_case import Case, crashing, web
from tests.diagnose.situations_build import up
from tests.diagnose.situations_world import daemons

POD = "web-5f7c9d-abcde"


def _log(
    *lines: str, name: str = POD, part: str = "app", previous: bool = True
) -> dict[tuple[str, str, bool], list[str]]:
    return {(name, part, previous): list(lines)}


SPRING = (
    (
        "2026-03-10 11:58:51.101  INFO 1 --- [           main] c.e.orders.OrdersApplication : Starting "
        "OrdersApplication v2.1 using Java 17.0.9"
    ),
    (
        "2026-03-10 11:58:53.214  WARN 1 --- [           main] o.s.b.a.AnnotationConfigApplicationContext "
        ": Exception encountered during context initialization - cancelling refresh attempt"
    ),
)


NODE_STACK = (
    "    at Object.<anonymous> (/app/dist/config.js:12:11)",
    "    at Module._compile (node:internal/modules/cjs/loader:1376:14)",
    "    at node:internal/main/run_main_module:28:49",
    "",
    "Node.js v20.11.1",
)


def _configs() -> list[Case]:
    conf = configmap("web-config", {"default.conf": "server { lissten 80; }"})
    mounted = container("nginx", image="nginx:1.25", volumeMounts=[{"name": "conf", "mountPath": "/etc/nginx/conf.d"}])
    volumes = {"volumes": [{"name": "conf", "configMap": {"name": "web-config"}}]}
    redis = container("redis", image="redis:7", args=["/etc/redis/redis.conf"])
    rows: tuple[tuple[str, str, Obj, tuple[str, ...], str, tuple[str, ...]], ...] = (
        (
            "Spring cannot bind a number",
            "AppConfigInvalid",
            container(env=[{"name": "SERVER_PORT", "value": "80a"}]),
            (
                *SPRING,
                "",
                "***************************",
                "APPLICATION FAILED TO START",
                "***************************",
                "",
                "Description:",
                "",
                "Failed to bind properties under 'server.port' to java.lang.Integer:",
                "",
                "    Property: server.port",
                '    Value: "80a"',
                '    Origin: System Environment Property "SERVER_PORT"',
                "    Reason: failed to convert java.lang.String to java.lang.Integer",
                "",
                "Action:",
                "",
                "Update your application's configuration",
            ),
            "",
            ("80a",),
        ),
        (
            "Go reads YAML",
            "AppConfigInvalid",
            container(),
            (
                (
                    'time=2026-03-10T11:58:00Z level=ERROR msg="failed to load config" file=/etc/app/config.yaml '
                    'error="yaml: line 14: mapping values are not allowed in this context"'
                ),
            ),
            "",
            ("line 14",),
        ),
        (
            "Redis refuses its file",
            "AppConfigInvalid",
            redis,
            (
                "*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***",
                "Reading the configuration file, at line 9",
                ">>> 'maxmemory-policyy allkeys-lru'",
                "Bad directive or wrong number of arguments",
            ),
            "redis",
            ("maxmemory-policyy",),
        ),
        (
            "PostgreSQL refuses a parameter",
            "AppConfigInvalid",
            container("postgres", image="postgres:16"),
            (
                (
                    '2026-03-10 11:58:00.000 GMT [1] LOG:  unrecognized configuration parameter "shared_bufers" '
                    'in file "/etc/postgresql/postgresql.conf" line 3'
                ),
                (
                    '2026-03-10 11:58:00.000 GMT [1] FATAL:  configuration file "/etc/postgresql/postgresql.conf" '
                    "contains errors"
                ),
            ),
            "postgres",
            ("shared_bufers",),
        ),
        (
            "a flag that does not exist, Go",
            "CommandInvalid",
            container(args=["--lisen=:8080"]),
            (
                "flag provided but not defined: -lisen",
                "Usage of /app/server:",
                "  -listen string",
                '    \tAddress to listen on (default ":8080")',
            ),
            "",
            ("lisen",),
        ),
        (
            "a flag that does not exist, argparse",
            "CommandInvalid",
            container(args=["--worker", "4"]),
            ("usage: worker [-h] [--workers WORKERS]", "worker: error: unrecognized arguments: --worker 4"),
            "",
            ("--worker",),
        ),
        (
            "a jar under another name",
            "CommandInvalid",
            container(command=["java", "-jar", "/app/app.jar"]),
            ("Error: Unable to access jarfile /app/app.jar",),
            "",
            ("/app/app.jar",),
        ),
        (
            "a start file that is not there, Node",
            "CommandInvalid",
            container(command=["node", "server.js"]),
            (
                "node:internal/modules/cjs/loader:1147",
                "  throw err;",
                "  ^",
                "",
                "Error: Cannot find module '/app/server.js'",
                "    at Module._resolveFilename (node:internal/modules/cjs/loader:1144:15)",
                "  code: 'MODULE_NOT_FOUND',",
                "  requireStack: []",
                "}",
            ),
            "",
            ("/app/server.js",),
        ),
        (
            "a start file that is not there, Python",
            "CommandInvalid",
            container(command=["python", "mian.py"]),
            ("python: can't open file '/app/mian.py': [Errno 2] No such file or directory",),
            "",
            ("mian.py",),
        ),
        (
            "a package is not installed, Python",
            "AppModuleMissing",
            container(),
            (
                "[2026-03-10 11:58:00 +0000] [7] [ERROR] Exception in worker process",
                "Traceback (most recent call last):",
                '  File "/usr/lib/python3/site-packages/gunicorn/arbiter.py", line 609, in spawn_worker',
                "    worker.init_process()",
                '  File "/app/wsgi.py", line 3, in <module>',
                "    import psycopg2",
                "ModuleNotFoundError: No module named 'psycopg2'",
                "[2026-03-10 11:58:00 +0000] [7] [INFO] Worker exiting (pid: 7)",
                "[2026-03-10 11:58:00 +0000] [1] [INFO] Shutting down: Master",
                "[2026-03-10 11:58:00 +0000] [1] [INFO] Reason: Worker failed to boot.",
            ),
            "",
            ("psycopg2",),
        ),
        (
            "a package is not installed, Node",
            "AppModuleMissing",
            container(),
            ("Error: Cannot find module 'express'", "Require stack:", "- /app/server.js", *NODE_STACK),
            "",
            ("express",),
        ),
        (
            "an old C library",
            "AppModuleMissing",
            container(),
            ("/app/server: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.34' not found (required by /app/server)",),
            "",
            ("GLIBC_2.34",),
        ),
        (
            "a class is not in the jar",
            "AppModuleMissing",
            container(),
            (
                "Error: Could not find or load main class com.example.Main",
                "Caused by: java.lang.ClassNotFoundException: com.example.Main",
            ),
            "",
            ("com.example.Main",),
        ),
        (
            "musl in place of glibc",
            "AppModuleMissing",
            container(),
            (
                (
                    "/app/server: error while loading shared libraries: libssl.so.1.1: cannot open shared object "
                    "file: No such file or directory"
                ),
            ),
            "",
            ("libssl.so.1.1",),
        ),
    )
    out = [
        Case(
            id=f"an end whose log names it: {title}",
            objects=web(
                crashing(2 if "flag" in title else 127 if "GLIBC" in lines[0] or "libssl" in lines[0] else 1, part=part)
            ),
            logs=_log(*lines, part=name or "app"),
            code=code,
            part=name or "app",
            says=says,
            never=("AppCrashed",),
        )
        for title, code, part, lines, name, says in rows
    ]
    out.append(
        Case(
            id="an nginx directive from a ConfigMap",
            objects=[*web(crashing(1, part=mounted, spec=volumes)), conf],
            logs=_log(
                "/docker-entrypoint.sh: Configuration complete; ready for start up",
                '2026/03/10 11:58:00 [emerg] 1#1: unknown directive "lissten" in /etc/nginx/conf.d/default.conf:1',
                'nginx: [emerg] unknown directive "lissten" in /etc/nginx/conf.d/default.conf:1',
                part="nginx",
            ),
            code="AppConfigInvalid",
            on="",
            says=("lissten",),
        )
    )
    return out


def _ports() -> list[Case]:
    app = container(ports=[{"containerPort": 8080}])
    proxy = container("metrics", image="exporter:1", args=["--web.listen-address=:8080"])
    single = crashing(1, part=container())
    return [
        Case(
            id="two containers of a pod want one port",
            objects=web(crashing(1, part=app, beside=[proxy])),
            logs=_log("2026/03/10 11:58:00 listen tcp :8080: bind: address already in use"),
            code="PortConflict",
            says=("8080", "metrics"),
            never=("AppCrashed", "ProbeFailing"),
        ),
        Case(
            id="Spring finds its port taken",
            objects=web(crashing(1, part=app, beside=[container("nginx", ports=[{"containerPort": 8080}])])),
            logs=_log(
                *SPRING,
                "***************************",
                "APPLICATION FAILED TO START",
                "***************************",
                "",
                "Description:",
                "",
                "Web server failed to start. Port 8080 was already in use.",
            ),
            code="PortConflict",
            says=("8080", "nginx"),
        ),
        Case(
            id="Node finds its port taken by itself",
            objects=web(single),
            logs=_log("Error: listen EADDRINUSE: address already in use :::3000", *NODE_STACK),
            code="PortConflict",
            says=("3000",),
        ),
        Case(
            id="two agents of one node on the host network",
            objects=[
                *daemons(
                    "agent",
                    crashing(
                        1,
                        name="agent-a",
                        part=container(ports=[{"containerPort": 9100, "hostPort": 9100}]),
                        spec={"hostNetwork": True},
                    ),
                ),
                *daemons(
                    "node-exporter",
                    up(
                        "node-exporter-a",
                        containers=[container("exporter", ports=[{"containerPort": 9100, "hostPort": 9100}])],
                        spec={"hostNetwork": True},
                    ),
                ),
            ],
            target="ds/agent",
            logs=_log("listen tcp :9100: bind: address already in use", name="agent-a"),
            code="PortConflict",
            on="DaemonSet/agent",
            says=("9100",),
        ),
    ]


CASES: tuple[Case, ...] = (
    *_configs(),
    *_ports(),
)
