"""Programs that end: stacks of many languages, noise around the telling line, several pods and containers."""

from tests.diagnose.build import Obj, configmap, container, event, secret, status, terminated
from tests.diagnose.examination_pods_case import BROKEN, DEGRADED, FINE, Case, backing_off, crashing, web
from tests.diagnose.situations_build import DAY, restarted, up
from tests.diagnose.situations_world import cron, daemons, deploy, ended, gave_up, job_of, stateful

POD = "web-5f7c9d-abcde"


def _log(
    *lines: str, name: str = POD, part: str = "app", previous: bool = True
) -> dict[tuple[str, str, bool], list[str]]:
    return {(name, part, previous): list(lines)}


SPRING = (
    "2026-03-10 11:58:51.101  INFO 1 --- [           main] c.e.orders.OrdersApplication : Starting OrdersApplication v2.1 using Java 17.0.9",
    "2026-03-10 11:58:53.214  WARN 1 --- [           main] o.s.b.a.AnnotationConfigApplicationContext : Exception encountered during context initialization - cancelling refresh attempt",
)
NODE_STACK = (
    "    at Object.<anonymous> (/app/dist/config.js:12:11)",
    "    at Module._compile (node:internal/modules/cjs/loader:1376:14)",
    "    at node:internal/main/run_main_module:28:49",
    "",
    "Node.js v20.11.1",
)
ENVS = (
    (
        "Django reads a variable that is not there",
        (
            "Traceback (most recent call last):",
            '  File "/app/manage.py", line 22, in <module>',
            "    main()",
            '  File "/app/shop/settings.py", line 31, in <module>',
            '    SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]',
            '  File "<frozen os>", line 685, in __getitem__',
            "KeyError: 'DJANGO_SECRET_KEY'",
        ),
        "DJANGO_SECRET_KEY",
    ),
    (
        "Nest checks its settings",
        (
            "[Nest] 1  - 03/10/2026, 11:58:01 AM     LOG [NestFactory] Starting Nest application...",
            "/app/dist/config.js:12",
            "    throw new Error('JWT_SECRET is not set');",
            "    ^",
            "",
            "Error: JWT_SECRET is not set",
            *NODE_STACK,
        ),
        "JWT_SECRET",
    ),
    (
        "Spring cannot fill in a placeholder",
        (
            *SPRING,
            "2026-03-10 11:58:53.401 ERROR 1 --- [           main] o.s.boot.SpringApplication : Application run failed",
            "org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'mailer': Injection of autowired dependencies failed",
            "\tat org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor.postProcessProperties(AutowiredAnnotationBeanPostProcessor.java:501)",
            "Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder 'SMTP_HOST' in value \"${SMTP_HOST}\"",
            "\tat org.springframework.util.PropertyPlaceholderHelper.parseStringValue(PropertyPlaceholderHelper.java:180)",
            "\t... 27 more",
        ),
        "SMTP_HOST",
    ),
    (
        "a Go program with envconfig",
        (
            '{"level":"info","ts":1710072000.1,"msg":"starting"}',
            '{"level":"fatal","ts":1710072000.2,"msg":"required key PAYMENT_KEY missing value"}',
        ),
        "PAYMENT_KEY",
    ),
    (
        "Rails without a secret",
        (
            '/usr/local/bundle/gems/railties-7.1/lib/rails/application.rb:655:in `fetch\': key not found: "REDIS_URL" (KeyError)',
            "\tfrom /app/config/application.rb:12:in `<main>'",
        ),
        "REDIS_URL",
    ),
    ("a shell script under set -u", ("+ exec", "/entrypoint.sh: line 7: BUCKET: unbound variable"), "BUCKET"),
    (
        "the MySQL image",
        (
            "2026-03-10 11:58:01+00:00 [Note] [Entrypoint]: Entrypoint script for MySQL Server 8.0.36-1.el8 started.",
            "2026-03-10 11:58:01+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified",
            "    You need to specify one of the following as an environment variable:",
            "    - MYSQL_ROOT_PASSWORD",
            "    - MYSQL_ALLOW_EMPTY_PASSWORD",
            "    - MYSQL_RANDOM_ROOT_PASSWORD",
        ),
        "MYSQL_ROOT_PASSWORD",
    ),
    (
        "a Chinese service",
        (
            "2026-03-10 19:58:01 [INFO] 服务启动中 ...",
            "2026-03-10 19:58:01 [ERROR] 启动失败：缺少环境变量 ORDER_DB_URL",
        ),
        "ORDER_DB_URL",
    ),
    (
        "Rust reads a variable",
        (
            "thread 'main' panicked at src/main.rs:14:47:",
            "API_TOKEN must be set: NotPresent",
            "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
        ),
        "API_TOKEN",
    ),
)
ENDS = (
    (
        "a Go panic",
        2,
        (
            "2026/03/10 11:58:00 INFO starting worker pool size=8",
            "panic: runtime error: invalid memory address or nil pointer dereference",
            "[signal SIGSEGV: segmentation violation code=0x1 addr=0x18 pc=0x6b1f2e]",
            "",
            "goroutine 1 [running]:",
            "main.(*Loader).Run(0x0)",
            "\t/src/cmd/loader/main.go:41 +0x2e",
            "main.main()",
            "\t/src/cmd/loader/main.go:19 +0x1d",
        ),
        "nil pointer",
    ),
    (
        "Rails",
        1,
        (
            "=> Booting Puma",
            "/app/config/initializers/tariffs.rb:8:in `load': undefined method `fetch' for nil:NilClass (NoMethodError)",
            "\tfrom /app/config/environment.rb:5:in `<top (required)>'",
        ),
        "NoMethodError",
    ),
    (
        ".NET",
        134,
        (
            "info: Microsoft.Hosting.Lifetime[0]",
            "      Application started.",
            "Unhandled exception. System.InvalidOperationException: Sequence contains no elements",
            "   at System.Linq.ThrowHelper.ThrowNoElementsException()",
            "   at Shop.Program.Main(String[] args) in /src/Program.cs:line 21",
        ),
        "Sequence contains no elements",
    ),
    (
        "Rust",
        101,
        (
            "thread 'main' panicked at src/plan.rs:88:10:",
            "called `Option::unwrap()` on a `None` value",
            "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
        ),
        "Option::unwrap()",
    ),
    (
        "PHP",
        255,
        (
            "[10-Mar-2026 11:58:00] NOTICE: starting",
            "PHP Fatal error:  Uncaught TypeError: count(): Argument #1 ($value) must be of type Countable|array, null given in /var/www/html/src/Cart.php:33",
            "Stack trace:",
            "#0 {main}",
            "  thrown in /var/www/html/src/Cart.php on line 33",
        ),
        "TypeError",
    ),
    (
        "Node with a rejected promise",
        1,
        (
            "server booting",
            "node:internal/process/promises:288",
            "            triggerUncaughtException(err, true /* fromPromise */);",
            "            ^",
            "",
            "TypeError: Cannot read properties of undefined (reading 'rates')",
            *NODE_STACK,
        ),
        "Cannot read properties of undefined",
    ),
    (
        "JSON lines of pino",
        1,
        (
            '{"level":30,"time":1710072000000,"pid":1,"msg":"loading plans"}',
            '{"level":60,"time":1710072001000,"pid":1,"err":{"type":"Error","message":"plan table is empty","stack":"Error: plan table is empty\\n    at load (/app/plans.js:9:11)"},"msg":"fatal"}',
            '{"level":30,"time":1710072001001,"pid":1,"msg":"bye"}',
        ),
        "plan table is empty",
    ),
    (
        "a Chinese service",
        1,
        (
            "2026-03-10 19:58:00.123 INFO  [main] 开始加载定价规则",
            "2026-03-10 19:58:00.456 ERROR [main] 加载定价规则失败：规则 vip-2026 的折扣为负数",
            "2026-03-10 19:58:00.460 INFO  [main] 进程退出",
        ),
        "vip-2026",
    ),
)


def _stacks() -> list[Case]:
    envs = [
        Case(
            id=f"a missing variable: {title}",
            objects=web(crashing(1)),
            logs=_log(*lines),
            code="EnvVarMissing",
            part="app",
            says=(word,),
            never=("AppCrashed",),
        )
        for title, lines, word in ENVS
    ]
    ends = [
        Case(
            id=f"an end that only the log explains: {title}",
            objects=[*web(body := crashing(code)), backing_off(body)],
            logs=_log(*lines),
            code="AppCrashed",
            says=(word,),
            never=("EnvVarMissing", "AppConfigInvalid"),
        )
        for title, code, lines, word in ENDS
    ]
    return [*envs, *ends]


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
                'time=2026-03-10T11:58:00Z level=ERROR msg="failed to load config" file=/etc/app/config.yaml error="yaml: line 14: mapping values are not allowed in this context"',
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
                '2026-03-10 11:58:00.000 GMT [1] LOG:  unrecognized configuration parameter "shared_bufers" in file "/etc/postgresql/postgresql.conf" line 3',
                '2026-03-10 11:58:00.000 GMT [1] FATAL:  configuration file "/etc/postgresql/postgresql.conf" contains errors',
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
                "/app/server: error while loading shared libraries: libssl.so.1.1: cannot open shared object file: No such file or directory",
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


def _rights() -> list[Case]:
    locked = container(securityContext={"readOnlyRootFilesystem": True})
    user = container(securityContext={"runAsUser": 1000})
    bare = container(securityContext={"capabilities": {"drop": ["ALL"]}, "runAsUser": 0})
    nginx = container(image="nginx:1.25", securityContext={"runAsUser": 101, "readOnlyRootFilesystem": True})
    rows = (
        (
            "nginx may not write its cache",
            "FilesystemReadOnly",
            "",
            nginx,
            1,
            ('nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)',),
            ("/var/cache/nginx",),
        ),
        (
            "Python may not write",
            "FilesystemReadOnly",
            "",
            locked,
            1,
            (
                "Traceback (most recent call last):",
                '  File "/app/main.py", line 4, in <module>',
                "    open('/app/cache.db', 'w')",
                "OSError: [Errno 30] Read-only file system: '/app/cache.db'",
            ),
            ("/app/cache.db",),
        ),
        (
            "Node may not write",
            "FilesystemReadOnly",
            "",
            locked,
            1,
            ("Error: EROFS: read-only file system, mkdir '/app/uploads'", *NODE_STACK),
            ("/app/uploads",),
        ),
        (
            "Node may not write in its own image",
            "AppPermissionDenied",
            "file",
            user,
            1,
            ("Error: EACCES: permission denied, open '/app/data/session.json'", *NODE_STACK),
            ("/app/data/session.json",),
        ),
        (
            "Grafana may not write",
            "AppPermissionDenied",
            "file",
            user,
            1,
            (
                "GF_PATHS_DATA='/var/lib/grafana' is not writable.",
                "mkdir: can't create directory '/var/lib/grafana/plugins': Permission denied",
            ),
            ("/var/lib/grafana",),
        ),
        (
            "Go may not use port 80",
            "AppPermissionDenied",
            "port",
            user,
            1,
            ("2026/03/10 11:58:00 listen tcp :80: bind: permission denied",),
            ("80",),
        ),
        (
            "nginx may not use port 80",
            "AppPermissionDenied",
            "port",
            container(image="nginx:1.25", securityContext={"runAsUser": 101}),
            1,
            ("nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)",),
            ("80",),
        ),
        (
            "redis may not change the owner",
            "AppPermissionDenied",
            "capability",
            bare,
            1,
            ("chown: changing ownership of '.': Operation not permitted",),
            ("chown",),
        ),
        (
            "postgres as root",
            "RootUserRefused",
            "",
            container(image="postgres:16", securityContext={"runAsUser": 0}),
            1,
            (
                '"root" execution of the PostgreSQL server is not permitted.',
                "The server must be started under an unprivileged user ID to prevent",
                "possible system security compromise.",
            ),
            ("root",),
        ),
        (
            "elasticsearch as root",
            "RootUserRefused",
            "",
            container(),
            1,
            (
                'Exception in thread "main" java.lang.RuntimeException: can not run elasticsearch as root',
                "\tat org.elasticsearch.bootstrap.Bootstrap.initializeNatives(Bootstrap.java:103)",
            ),
            ("root",),
        ),
    )
    return [
        Case(
            id=f"rights: {title}",
            objects=web(crashing(code, part=part)),
            logs=_log(*lines),
            code=expected,
            variant=variant,
            says=says,
            never=("AppCrashed",),
        )
        for title, expected, variant, part, code, lines, says in rows
    ]


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
            also="RestartsIncreasing",
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
                "[critical][main] error initializing configuration '/etc/envoy/envoy.yaml': Protobuf message has unknown field",
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
            code="AppCrashed",
            also="ProcessKilledBySignal",
            says=("bad row 7",),
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
                "2026-03-10 11:58:00.000 UTC [1] HINT:  The server must be started by the user that owns the data directory.",
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
            code="AppConfigInvalid",
            on="",
            also="AppModuleMissing",
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


CASES: tuple[Case, ...] = (*_stacks(), *_configs(), *_rights(), *_ports(), *_ends(), *_errors())
