"""Programs that are denied a file, a port, a right or their user."""

from tests.diagnose.build import container
from tests.diagnose.examination_pods_case import Case, crashing, web

POD = "web-5f7c9d-abcde"


def _log(
    *lines: str, name: str = POD, part: str = "app", previous: bool = True
) -> dict[tuple[str, str, bool], list[str]]:
    return {(name, part, previous): list(lines)}


NODE_STACK = (
    "    at Object.<anonymous> (/app/dist/config.js:12:11)",
    "    at Module._compile (node:internal/modules/cjs/loader:1376:14)",
    "    at node:internal/main/run_main_module:28:49",
    "",
    "Node.js v20.11.1",
)


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


CASES: tuple[Case, ...] = (*_rights(),)
