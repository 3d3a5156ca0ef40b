"""Stacks of many languages, and what each of them says is missing."""

from tests.diagnose.examination_pods_case import Case, backing_off, crashing, web

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
            (
                "org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'mailer': "
                "Injection of autowired dependencies failed"
            ),
            (
                "\tat org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor"
                ".postProcessProperties(AutowiredAnnotationBeanPostProcessor.java:501)"
            ),
            (
                "Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder 'SMTP_HOST' "
                'in value "${SMTP_HOST}"'
            ),
            "\tat org.springframework.util.PropertyPlaceholderHelper.parseStringValue(PlaceholderHelper.java:1)",
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
            (
                "/usr/local/bundle/gems/railties-7.1/lib/rails/application.rb:655:in `fetch': key not found: "
                '"REDIS_URL" (KeyError)'
            ),
            "\tfrom /app/config/application.rb:12:in `<main>'",
        ),
        "REDIS_URL",
    ),
    ("a shell script under set -u", ("+ exec", "/entrypoint.sh: line 7: BUCKET: unbound variable"), "BUCKET"),
    (
        "the MySQL image",
        (
            "2026-03-10 11:58:01+00:00 [Note] [Entrypoint]: Entrypoint script for MySQL Server 8.0.36-1.el8 started.",
            (
                "2026-03-10 11:58:01+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option "
                "is not specified"
            ),
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
            (
                "/app/config/initializers/tariffs.rb:8:in `load': undefined method `fetch' for nil:NilClass "
                "(NoMethodError)"
            ),
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
            (
                "PHP Fatal error:  Uncaught TypeError: count(): Argument #1 ($value) must be of type Countable|array, "
                "null given in /var/www/html/src/Cart.php:33"
            ),
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
            (
                '{"level":60,"time":1710072001000,"pid":1,"err":{"type":"Error","message":"plan table is empty",'
                '"stack":"Error: plan table is empty\\n    at load (/app/plans.js:9:11)"},"msg":"fatal"}'
            ),
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


CASES: tuple[Case, ...] = (*_stacks(),)
