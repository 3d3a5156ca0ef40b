"""One telling line each: what programs of many makers say at their end, and the code that it stands for."""

from tests.diagnose.examination_pods_case import Case, crashing, web

_ROWS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("EnvVarMissing", 1, ("Error: Missing required environment variable: STRIPE_KEY",)),
    ("EnvVarMissing", 1, ("django.core.exceptions.ImproperlyConfigured: Set the DATABASE_URL environment variable",)),
    (
        "AppConfigInvalid",
        1,
        (
            "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings",
            "DATABASE_URL",
            "  Field required [type=missing, input_value={}, input_type=dict]",
        ),
    ),
    ("EnvVarMissing", 1, ('Error: Config validation error: "DATABASE_HOST" is required',)),
    ("EnvVarMissing", 1, ('2026/03/10 11:58:00 env: required environment variable "PORT_API" is not set',)),
    ("EnvVarMissing", 1, ("/entrypoint.sh: line 3: DB_HOST: parameter null or not set",)),
    (
        "EnvVarMissing",
        1,
        (
            (
                "ArgumentError: Missing `secret_key_base` for 'production' environment, set this string "
                "with `bin/rails credentials:edit`"
            ),
        ),
    ),
    (
        "EnvVarMissing",
        1,
        (
            "Environment variable not found: DATABASE_URL.",
            "  -->  schema.prisma:10",
        ),
    ),
    ("EnvVarMissing", 1, ("PrismaClientInitializationError: error: Environment variable not found: DATABASE_URL.",)),
    (
        "EnvVarMissing",
        1,
        (
            "panic: missing env var REDIS_ADDR",
            "goroutine 1 [running]:",
        ),
    ),
    (
        "AppCrashed",
        1,
        (("Unhandled exception. System.ArgumentNullException: Value cannot be null. (Parameter 'JWT_KEY')"),),
    ),
    ("AppConfigInvalid", 1, ('Error: Invalid config: "port" must be a number',)),
    (
        "AppConfigInvalid",
        1,
        (
            'panic: strconv.Atoi: parsing "abc": invalid syntax',
            "goroutine 1 [running]:",
        ),
    ),
    ("AppConfigInvalid", 1, ("Error parsing config file: toml: line 3: expected key separator '='",)),
    (
        "AppConfigInvalid",
        1,
        (
            (
                'time="x" level=error msg="Error loading config '
                '(--config.file=/etc/prometheus/prometheus.yml)" err="parsing YAML file /etc/prometheus/promethe'
                'us.yml: yaml: unmarshal errors:\\n  line 9: field scrape_config not found in type config.plain"'
            ),
        ),
    ),
    (
        "AppConfigInvalid",
        1,
        (
            "com.fasterxml.jackson.databind.exc: x",
            "org.yaml.snakeyaml.scanner.ScannerException: while scanning for the next token",
            ("found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation)"),
            " in 'reader', line 4, column 1:",
        ),
    ),
    ("AppConfigInvalid", 1, ("ValueError: Port could not be cast to integer value as 'five'",)),
    (
        "AppConfigInvalid",
        1,
        (
            (
                "[ALERT]    (1) : config : parsing [/usr/local/etc/haproxy/haproxy.cfg:12] : unknown "
                "keyword 'mod' in 'frontend' section"
            ),
        ),
    ),
    ("AppConfigInvalid", 1, ("Fatal error: can't open config file '/etc/redis.conf': No such file or directory",)),
    ("AppConfigInvalid", 1, ("mysqld: [ERROR] unknown variable 'max_conections=500'.",)),
    (
        "AppConfigInvalid",
        1,
        (
            "AH00526: Syntax error on line 5 of /etc/apache2/sites-enabled/000-default.conf:",
            (
                "Invalid command 'ProxyPas', perhaps misspelled or defined by a module not included in "
                "the server configuration"
            ),
        ),
    ),
    ("AppConfigInvalid", 1, ("启动失败：配置文件 /app/config.yaml 第 8 行格式错误",)),
    (
        "AppConfigInvalid",
        78,
        (
            "[2026-03-10T11:58:00,000][ERROR][o.e.b.Bootstrap] node validation exception",
            (
                "[1] bootstrap checks failed. You must address the points described in the following [1] "
                "lines before starting Elasticsearch."
            ),
            (
                "bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] "
                "is too low, increase to at least [262144]"
            ),
        ),
    ),
    (
        "AppModuleMissing",
        1,
        (
            "Error: Cannot find package 'dotenv' imported from /app/index.mjs",
            "    at new NodeError (node:internal/errors:405:5)",
            "  code: 'ERR_MODULE_NOT_FOUND'",
        ),
    ),
    (
        "AppModuleMissing",
        1,
        (("/usr/local/lib/ruby/3.2.0/bundled_gems.rb:1:in `require': cannot load such file -- pg (LoadError)"),),
    ),
    ("AppModuleMissing", 1, ("Could not find rack-3.0.8 in locally installed gems (Bundler::GemNotFound)",)),
    ("AppModuleMissing", 1, ("java.lang.NoClassDefFoundError: org/slf4j/LoggerFactory",)),
    ("AppModuleMissing", 1, ("ImportError: libGL.so.1: cannot open shared object file: No such file or directory",)),
    (
        "AppModuleMissing",
        150,
        (
            "You must install or update .NET to run this application.",
            "Framework: 'Microsoft.AspNetCore.App', version '8.0.0' (x64)",
        ),
    ),
    (
        "AppModuleMissing",
        1,
        ('PHP Fatal error:  Uncaught Error: Class "Redis" not found in /var/www/html/index.php:3',),
    ),
    (
        "AppModuleMissing",
        255,
        (
            (
                "PHP Fatal error:  Uncaught Error: Failed opening required "
                "'/var/www/html/vendor/autoload.php' (include_path='.')"
            ),
        ),
    ),
    ("CommandInvalid", 1, ('npm ERR! Missing script: "start:prod"',)),
    (
        "CommandInvalid",
        1,
        (
            'npm error Missing script: "start:prod"',
            "npm error",
            "npm error To see a list of scripts, run:",
        ),
    ),
    (
        "CommandInvalid",
        1,
        (
            'Error: unknown command "srv" for "vault"',
            "Run 'vault --help' for usage.",
        ),
    ),
    (
        "CommandInvalid",
        64,
        (
            "error: unexpected argument '--prot' found",
            "",
            "  tip: a similar argument exists: '--port'",
        ),
    ),
    ("CommandInvalid", 2, ("Error: No such option: --wrokers Did you mean --workers?",)),
    ("CommandInvalid", 1, ("Error: Unable to access jarfile app.jar",)),
    ("CommandInvalid", 1, ("Error: Invalid or corrupt jarfile /app.jar",)),
    ("CommandInvalid", 1, ("gunicorn: error: unrecognized arguments: --thread 4",)),
    (
        "AppModuleMissing",
        3,
        (
            "ImportError: No module named 'wsgii'",
            "Error: Could not import 'wsgii'.",
        ),
    ),
    ("AppPermissionDenied", 1, ("PermissionError: [Errno 13] Permission denied: '/app/static'",)),
    ("AppPermissionDenied", 1, ("Error: listen EACCES: permission denied 0.0.0.0:80",)),
    (
        "AppPermissionDenied",
        1,
        (
            "PermissionError: [Errno 13] Permission denied",
            "[2026] [ERROR] Can't bind to ('0.0.0.0', 80)",
        ),
    ),
    ("AppPermissionDenied", 1, ("java.io.FileNotFoundException: /var/log/app.log (Permission denied)",)),
    ("AppPermissionDenied", 1, ("System.UnauthorizedAccessException: Access to the path '/app/keys' is denied.",)),
    ("AppPermissionDenied", 1, ("Errno::EACCES: Permission denied @ dir_s_mkdir - /app/tmp",)),
    (
        "AppPermissionDenied",
        1,
        (("iptables v1.8.7 (legacy): can't initialize iptables table `filter': Permission denied (you must be root)"),),
    ),
    ("FilesystemReadOnly", 1, ("java.io.IOException: Read-only file system",)),
    ("FilesystemReadOnly", 1, ("System.IO.IOException: Read-only file system : '/app/logs'",)),
    ("PortConflict", 1, ("OSError: [Errno 98] Address already in use",)),
    (
        "PortConflict",
        1,
        (("[Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use"),),
    ),
    (
        "PortConflict",
        1,
        (("System.IO.IOException: Failed to bind to address http://0.0.0.0:5000: address already in use."),),
    ),
    ("PortConflict", 1, ("Caused by: java.net.BindException: Address already in use",)),
    ("PortConflict", 1, ("2026-03-10 ERROR 端口 8080 已被占用",)),
    ("RootUserRefused", 1, ("initdb: error: cannot be run as root",)),
    ("RootUserRefused", 1, ("Running as root without --no-sandbox is not supported. See https://crbug.com/638180.",)),
    (
        "RuntimeHeapExhausted",
        134,
        (
            "<--- JS stacktrace --->",
            (
                "FATAL ERROR: Ineffective mark-compacts near heap limit Allocation failed - JavaScript "
                "heap out of memory"
            ),
        ),
    ),
    ("RuntimeHeapExhausted", 1, ("Caused by: java.lang.OutOfMemoryError: Metaspace",)),
    ("RuntimeHeapExhausted", 1, ("[FATAL] failed to allocate memory (NoMemoryError)",)),
    ("ClientAddressUnknown", 1, ("Error: P1001: Can't reach database server at `db`:`5432`",)),
    ("AppCrashed", 1, ("Error response: unexpected plan state 7",)),
)

CASES: tuple[Case, ...] = tuple(
    Case(
        id=f"last words: {' '.join(lines)[:80]}",
        objects=web(crashing(exit_code)),
        logs={("web-5f7c9d-abcde", "app", True): lines},
        code=code,
    )
    for code, exit_code, lines in _ROWS
)
