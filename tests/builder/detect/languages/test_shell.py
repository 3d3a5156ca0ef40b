"""Repositories of shell scripts as plans."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.shell import SHELL
from builder.detect.planning import plan
from builder.plan import BuildPlan, Component, Kind
from builder.recipe import Packages
from builder.tree import Tree

BASH = "#!/usr/bin/env bash\nset -euo pipefail\n"


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    kind: Kind = Kind.WEB
    start: str | None = None
    port: int | None = None
    packages: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    variables: tuple[tuple[str, bool, str], ...] = ()


CASES = (
    Case(
        id="socat",
        files={"server.sh": BASH + "exec socat TCP-LISTEN:8080,reuseaddr,fork SYSTEM:./handle.sh\n", "handle.sh": BASH},
        start="bash server.sh",
        port=8080,
        packages=("socat",),
    ),
    Case(
        id="socat on a variable with its default",
        files={"start.sh": BASH + 'PORT="${PORT:-9000}"\nsocat "TCP4-LISTEN:$PORT,fork" EXEC:"cat"\n'},
        start="bash start.sh",
        port=9000,
        packages=("socat",),
    ),
    Case(
        id="netcat in a loop",
        files={"server.sh": "#!/bin/sh\nwhile true; do\n  echo hi | nc -l -p 1500 -q 1\ndone\n"},
        start="sh server.sh",
        port=1500,
        packages=("netcat-openbsd",),
    ),
    Case(
        id="netcat as a client",
        files={"run.sh": BASH + "echo stats | nc localhost 11211\n"},
        kind=Kind.JOB,
        start="bash run.sh",
        packages=("netcat-openbsd",),
    ),
    Case(
        id="busybox",
        files={"entrypoint.sh": "#!/bin/sh\nexec busybox httpd -f -p 3000 -h /www\n"},
        start="sh entrypoint.sh",
        port=3000,
        packages=("busybox",),
    ),
    Case(
        id="Python's server",
        files={"start.sh": BASH + "cd www && exec python3 -m http.server 8100\n", "www/style.css": "a {}"},
        start="bash start.sh",
        port=8100,
        packages=("python3",),
    ),
    Case(
        id="a server in a script that the first one calls",
        files={
            "run.sh": BASH + 'DIR="$(dirname "$0")"\n. "$DIR/lib/http.sh"\nserve_all\n',
            "lib/http.sh": "serve_all() {\n  ncat -lk -p 8200 -c ./one.sh\n}\n",
        },
        start="bash run.sh",
        port=8200,
        packages=("ncat",),
    ),
    Case(
        id="a server that is chosen by its first word",
        files={
            "server.sh": BASH
            + 'start() {\n  socat TCP-LISTEN:8069,fork SYSTEM:"$0 request"\n}\nrequest() {\n  cat\n}\n"$@"\n'
        },
        start="bash server.sh start",
        port=8069,
        packages=("socat",),
    ),
    Case(
        id="a server that is chosen by its case",
        files={
            "web.sh": BASH
            + 'case "$1" in\n  run|start) socat TCP-LISTEN:"${2:-8070}",fork - ;;\n  stop) kill 1 ;;\nesac\n'
        },
        start="bash web.sh start",
        port=8070,
        packages=("socat",),
    ),
    Case(
        id="a worker",
        files={"worker.sh": BASH + "while :; do\n  redis-cli -h \"$REDIS_HOST\" blpop jobs 0\n  sleep 1\ndone\n"},
        kind=Kind.WORKER,
        start="bash worker.sh",
        packages=("redis-tools",),
        services=("redis",),
        variables=(("REDIS_HOST", True, ""),),
    ),
    Case(
        id="a watcher",
        files={"watch.sh": BASH + "inotifywait -m /data -e create\n"},
        kind=Kind.WORKER,
        start="bash watch.sh",
        packages=("inotify-tools",),
    ),
    Case(
        id="a job",
        files={
            "backup.sh": BASH + ': "${BUCKET:?is needed}"\nKEEP="${KEEP:-7}"\n'
            'pg_dump "$DATABASE_URL" | gzip > /tmp/dump.gz\naws s3 cp /tmp/dump.gz "s3://$BUCKET/"\n'
        },
        kind=Kind.JOB,
        start="bash backup.sh",
        packages=("postgresql-client", "awscli"),
        services=("postgresql",),
        variables=(("BUCKET", True, ""), ("KEEP", False, "7"), ("DATABASE_URL", True, "")),
    ),
    Case(
        id="a crontab",
        files={
            "crontab": "# daily\nMAILTO=ops\n15 3 * * * /app/jobs/report.sh >> /var/log/report.log 2>&1\n",
            "jobs/report.sh": BASH + 'mysql -e "select 1"\n',
        },
        kind=Kind.SCHEDULED,
        start="bash jobs/report.sh",
        packages=("default-mysql-client",),
        services=("mysql",),
    ),
    Case(
        id="a tool with options",
        files={"greet.sh": BASH + 'while getopts "n:" opt; do :; done\necho "hi"\n', "install.sh": BASH + "cp a b\n"},
        kind=Kind.CLI,
        start="bash greet.sh",
    ),
    Case(id="functions only", files={"lib.sh": "greet() {\n  echo hi\n}\n"}, kind=Kind.LIBRARY, start="bash lib.sh"),
    Case(
        id="a collection",
        files={"alpha.sh": BASH + "echo a\n", "beta.sh": BASH + "echo b\n", "gamma.sh": BASH + "echo c\n"},
        kind=Kind.OTHER,
    ),
    Case(id="a program without a suffix", files={"hey": BASH + "curl -s https://example.com\n"}, kind=Kind.CLI,
         start="bash hey", packages=("curl",)),
    Case(id="a broken script", files={"run.sh": BASH + "if [ ; then ((( \"\n"}, kind=Kind.JOB, start="bash run.sh"),
    Case(id="an empty script", files={"run.sh": ""}, kind=Kind.LIBRARY, start="bash run.sh"),
    Case(
        id="scripts that call each other",
        files={"run.sh": BASH + "./start.sh\n", "start.sh": BASH + "./run.sh\nsocat TCP-L:8300,fork -\n"},
        start="bash start.sh",
        port=8300,
        packages=("socat",),
    ),
)  # fmt: skip


def planned(files: dict[str, str]) -> BuildPlan:
    return plan(Tree.of(files), providers=(SHELL,))


def only(files: dict[str, str]) -> Component:
    found = planned(files)
    assert len(found.components) == 1
    return found.components[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_scripts_become_a_component(case: Case) -> None:
    found = only(case.files)
    assert found.provider == "shell"
    assert found.kind.value == case.kind
    assert found.language.value == "shell"
    assert (found.start.value.text if found.start.value else None) == case.start
    assert found.port.value == case.port
    assert tuple(one.value.name for one in found.services) == case.services
    if case.kind.deployable:
        assert set(case.packages) <= {one.value for one in found.system_packages}
        told = [(one.value.name, one.value.required, one.value.default) for one in found.variables]
        assert sorted(told) == sorted(case.variables)


OTHERS = (
    ("scripts beside Python", {"run.sh": BASH, "app.py": "print('hello, all of you')\n" * 9}),
    ("scripts of a package of Node's", {"package.json": "{}", "start.sh": BASH}),
    ("scripts of a crate", {"Cargo.toml": "", "build.sh": BASH, "src/main.rs": ""}),
    ("no scripts", {"README.md": "# x\n"}),
)


@pytest.mark.parametrize("files", [one[1] for one in OTHERS], ids=[one[0] for one in OTHERS])
def test_scripts_beside_a_program_are_not_the_program(files: dict[str, str]) -> None:
    assert all(one.provider != "shell" for one in planned(files).components)


def test_a_crontab_tells_every_schedule() -> None:
    found = only(
        {
            "crontab": "*/5 * * * * /app/a.sh\n@daily root /app/b.sh --all | tee /tmp/x\nnot a line\n",
            "a.sh": BASH,
            "b.sh": BASH,
        }
    )
    told = [(one.value.schedule, one.value.command.text) for one in found.tasks]
    assert told == [("*/5 * * * *", "bash a.sh"), ("0 0 * * *", "/app/b.sh --all | tee /tmp/x")]


def test_the_image_holds_the_programs_that_are_called() -> None:
    files = {"backup.sh": BASH + "curl -s https://example.com | jq .\n"}
    recipe = SHELL.recipe(only(files), Tree.of(files))
    assert recipe.stages == ()
    assert recipe.final.steps[0] == Packages(names=("curl", "jq", "ca-certificates"))
    assert recipe.final.command.argv == ("bash", "backup.sh")
