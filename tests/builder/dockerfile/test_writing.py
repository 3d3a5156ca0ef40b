"""From recipes to Dockerfiles."""

from dataclasses import dataclass

import pytest

from builder.dockerfile import dockerfile
from builder.errors import PlanIncomplete
from builder.plan import Command, Item, Kind, Probe
from builder.recipe import Argument, Base, Copy, Final, Packages, Recipe, Run, Set, Stage, Step
from tests.builder.components import ALPINE, DEBIAN, component, field, recipe

WHOLE = """\
# shop: written by Sextant. Each value and its ground: sextant build plan

FROM docker.io/library/debian:bookworm-slim@sha256:abc AS build
WORKDIR /src
COPY . /src/
RUN --mount=type=cache,target=/root/.cache make shop

FROM docker.io/library/debian:bookworm-slim@sha256:abc
LABEL org.opencontainers.image.title="shop"
WORKDIR /app
COPY --from=build /out/shop /app/shop
ENV HOME=/tmp \\
    PORT=8000
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \\
    CMD ["/bin/bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8000 && printf 'GET / HTTP/1.0\\\\r\\\\nHost: localhost\\\\r\\\\n\\\\r\\\\n' >&3 && read -r -t 3 _ status _ <&3 && [ $status -lt 500 ]"]
ENTRYPOINT []
CMD ["/app/shop", "--verbose"]
"""  # noqa: E501 - as it is written


def lines(text: str, *starts: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(starts)]


def test_a_whole_dockerfile() -> None:
    written = dockerfile(component(), recipe(), digests={str(DEBIAN): "sha256:abc"})
    assert written.text == WHOLE
    assert written.files == ()


def test_a_missing_digest_is_said() -> None:
    text = dockerfile(component(), recipe()).text
    assert len(lines(text, "# No digest")) == 2
    assert lines(text, "FROM") == [f"FROM {DEBIAN} AS build", f"FROM {DEBIAN}"]


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    step: Step
    lines: tuple[str, ...]
    base: Base = DEBIAN


STEPS = (
    Case(id="files with blanks", step=Copy(sources=("a b",), to="/x/"), lines=('COPY ["a b", "/x/"]',)),
    Case(id="files", step=Copy(sources=("a", "b"), to="/x/"), lines=("COPY a b /x/",)),
    Case(
        id="mounts",
        step=Run(line="npm ci", caches=("/c",), binds=("package.json",), secrets=("npmrc",)),
        lines=(
            (
                "RUN --mount=type=cache,target=/c --mount=type=bind,source=package.json,target=package.json "
                "--mount=type=secret,id=npmrc,target=/root/.npmrc npm ci"
            ),
        ),
    ),
    Case(
        id="variables",
        step=Set(variables=(("A", "1"), ("B", 'x "y" $z'))),
        lines=("ENV A=1 \\", '    B="x \\"y\\" \\$z"'),
    ),
    Case(
        id="an argument", step=Argument(name="API_URL", default="https://x.test"), lines=("ARG API_URL=https://x.test",)
    ),
    Case(id="an argument without a default", step=Argument(name="TOKEN"), lines=("ARG TOKEN",)),
    Case(
        id="packages of Debian",
        step=Packages(names=("libpq-dev", "gcc")),
        lines=(
            "# Not pinned: a distribution removes a patch version when its successor comes, and the build would break.",
            "# hadolint ignore=DL3008",
            (
                "RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "
                "gcc libpq-dev && rm -rf /var/lib/apt/lists/*"
            ),
        ),
    ),
    Case(
        id="packages of Alpine",
        base=ALPINE,
        step=Packages(names=("gcc",)),
        lines=(
            "# Not pinned: a distribution removes a patch version when its successor comes, and the build would break.",
            "# hadolint ignore=DL3018",
            "RUN apk add --no-cache gcc",
        ),
    ),
)


@pytest.mark.parametrize("case", STEPS, ids=lambda case: case.id)
def test_steps_become_lines(case: Case) -> None:
    stage = Stage(name="build", base=case.base, steps=(case.step,))
    text = dockerfile(component(), Recipe(stages=(stage,), final=recipe().final)).text
    block = text.split("WORKDIR /app\n", 1)[1].split("\n\n", 1)[0]
    assert tuple(block.splitlines()) == case.lines


@dataclass(frozen=True, kw_only=True)
class Start:
    id: str
    command: Command
    written: str


STARTS = (
    Start(id="words", command=Command(argv=("a", "b c")), written='CMD ["a", "b c"]'),
    Start(id="a plain line", command=Command(line="node server.js 'x y'"), written='CMD ["node", "server.js", "x y"]'),
    Start(
        id="a variable needs a shell, which gives its place",
        command=Command(line="gunicorn -b 0.0.0.0:$PORT app:app"),
        written='CMD ["/bin/sh", "-c", "exec gunicorn -b 0.0.0.0:$PORT app:app"]',
    ),
    Start(
        id="a default is no group",
        command=Command(line="serve -p ${PORT:-8080}"),
        written='CMD ["/bin/sh", "-c", "exec serve -p ${PORT:-8080}"]',
    ),
    Start(
        id="two commands keep the shell",
        command=Command(line="./migrate && ./serve"),
        written='CMD ["/bin/sh", "-c", "./migrate && ./serve"]',
    ),
)


@pytest.mark.parametrize("case", STARTS, ids=lambda case: case.id)
def test_commands_are_in_exec_form(case: Start) -> None:
    text = dockerfile(component(), recipe(command=case.command)).text
    assert lines(text, "CMD") == [case.written]


def test_an_init_is_installed_where_the_program_does_not_reap() -> None:
    text = dockerfile(component(), recipe(reaps=False, steps=(Packages(names=("libpq5",)),))).text
    assert lines(text, "ENTRYPOINT") == ['ENTRYPOINT ["/usr/bin/tini", "--"]']
    assert "install -y --no-install-recommends libpq5 tini &&" in text
    alpine = dockerfile(component(), recipe(ALPINE, reaps=False)).text
    assert lines(alpine, "ENTRYPOINT", "RUN apk") == ["RUN apk add --no-cache tini", 'ENTRYPOINT ["/sbin/tini", "--"]']


def test_writable_folders_belong_to_the_user_that_runs() -> None:
    text = dockerfile(component(), recipe(writable=("/tmp", "/app/data"))).text
    assert "RUN mkdir -p /app/data && chown 10001:10001 /app/data" in text.splitlines()


def test_a_probe_of_its_own_is_asked() -> None:
    text = dockerfile(component(health=field(Probe(path="/healthz", port=9000))), recipe(health_tool="node")).text
    check = lines(text, "    CMD")[0]
    assert "port:9000,path:'/healthz'" in check
    assert "r.statusCode<400" in check


def test_a_worker_listens_on_nothing() -> None:
    text = dockerfile(component(kind=Kind.WORKER, port=None), recipe()).text
    assert lines(text, "EXPOSE", "ENV", "HEALTHCHECK") == ["ENV HOME=/tmp", "HEALTHCHECK NONE"]


def test_a_static_site_is_served_by_a_web_server() -> None:
    site = component(kind=Kind.STATIC, port=None)
    files = Copy(sources=("/app/dist/",), to="/usr/share/nginx/html/", stage="build")
    written = dockerfile(site, recipe(steps=(files,)))
    assert lines(written.text, "FROM")[-1].startswith("FROM docker.io/nginxinc/nginx-unprivileged:")
    assert lines(written.text, "EXPOSE", "STOPSIGNAL", "CMD") == [
        "EXPOSE 8080",
        "STOPSIGNAL SIGQUIT",
        'CMD ["nginx", "-g", "daemon off;"]',
    ]
    assert "COPY --from=build /app/dist/ /usr/share/nginx/html/" in written.text
    (configuration,) = written.files
    assert f"COPY {configuration.path} /etc/nginx/conf.d/default.conf" in written.text
    assert "try_files $uri $uri/index.html $uri.html =404;" in configuration.text
    spa = component(kind=Kind.STATIC, port=None, traits=(Item(value="static.spa", confidence=1.0, grounds=()),))
    assert "$uri.html /index.html;" in dockerfile(spa, recipe()).files[0].text


def test_a_web_component_without_a_port_is_incomplete() -> None:
    with pytest.raises(PlanIncomplete, match="shop: the port is not known"):
        dockerfile(component(port=None), recipe())


def test_a_final_image_may_be_its_own_only_stage() -> None:
    final = Final(base=DEBIAN, steps=(), command=Command(argv=("true",)))
    text = dockerfile(component(kind=Kind.JOB, port=None), Recipe(stages=(), final=final)).text
    assert len(lines(text, "FROM")) == 1
