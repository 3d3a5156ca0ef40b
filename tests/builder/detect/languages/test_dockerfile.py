"""Dockerfiles and Procfiles where no language is found."""

from dataclasses import dataclass

import pytest

from builder.detect.languages.dockerfile import DOCKERFILE, additional, file_of
from builder.errors import PlanIncomplete
from builder.look import Look
from builder.plan import Kind
from builder.tree import Tree
from tests.builder.detect.truths.telling import Found


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    kind: Kind = Kind.WEB
    start: str | None = None
    port: int | None = None
    language: str | None = None
    path: str = ""
    context: str = ""
    name: str = "app"
    file: str = "Dockerfile"
    health: str = ""


CASES = (
    Case(
        id="a port",
        files={"Dockerfile": 'FROM debian\nEXPOSE 7000\nCMD ["/srv/x", "-v"]\n'},
        start="/srv/x -v",
        port=7000,
    ),
    Case(
        id="entry point and command as Docker joins them",
        files={"Dockerfile": 'FROM debian\nEXPOSE 1234\nENTRYPOINT ["/e.sh"]\nCMD ["x"]\n'},
        start="/e.sh x",
        port=1234,
    ),
    Case(
        id="a language of the image",
        files={"Dockerfile": "FROM perl:5.38\nEXPOSE 80\nCMD perl x.pl\n"},
        start="perl x.pl",
        port=80,
        language="perl",
    ),
    Case(
        id="the language of the files",
        files={"Dockerfile": 'FROM scratch\nEXPOSE 80\nCMD ["/x"]\n', "a.zig": "x"},
        start="/x",
        port=80,
        language="zig",
    ),
    Case(
        id="a server's own command",
        files={"Dockerfile": "FROM nginx:alpine\nCOPY . /usr/share/nginx/html\n"},
        start="nginx -g 'daemon off;'",
        port=80,
    ),
    Case(
        id="a server that stands alone",
        files={"Dockerfile": "FROM caddy:2\nCOPY Caddyfile /etc/caddy/Caddyfile\n"},
        start="caddy run --config /etc/caddy/Caddyfile --adapter caddyfile",
        port=80,
    ),
    Case(
        id="a worker",
        files={"Dockerfile": 'FROM swift:5.9\nCMD ["/app/run"]\n'},
        kind=Kind.WORKER,
        start="/app/run",
        language="swift",
    ),
    Case(
        id="a port from a variable",
        files={"Dockerfile": 'FROM debian\nENV PORT=8999\nCMD ["/x"]\n'},
        start="/x",
        port=8999,
    ),
    Case(
        id="a tool that asks for help",
        files={"Dockerfile": 'FROM debian\nENTRYPOINT ["/tool"]\nCMD ["--help"]\n'},
        kind=Kind.CLI,
        start="/tool --help",
    ),
    Case(
        id="an image for building",
        files={"Dockerfile": "FROM ubuntu:24.04\nRUN apt-get install -y gcc\n"},
        kind=Kind.OTHER,
    ),
    Case(id="an image with a shell", files={"Dockerfile": 'FROM ubuntu:24.04\nCMD ["bash"]\n'}, kind=Kind.OTHER),
    Case(
        id="an action",
        files={"Dockerfile": 'FROM alpine\nENTRYPOINT ["/e.sh"]\n', "action.yml": "runs: {using: docker}\n"},
        kind=Kind.OTHER,
        start="/e.sh",
    ),
    Case(
        id="a health check",
        files={"Dockerfile": 'FROM debian\nEXPOSE 81\nHEALTHCHECK CMD wget -q http://127.0.0.1:81/up\nCMD ["/x"]\n'},
        start="/x",
        port=81,
        health="/up",
    ),
    Case(
        id="in a folder of its own",
        files={"relay/Dockerfile": 'FROM debian\nEXPOSE 70\nCMD ["/x"]\n', "relay/x": ""},
        start="/x",
        port=70,
        path="relay",
        context="relay",
        name="relay",
        file="relay/Dockerfile",
    ),
    Case(
        id="in a folder about it",
        files={"docker/Dockerfile": 'FROM debian\nCOPY src /src\nEXPOSE 70\nCMD ["/x"]\n', "src/a": ""},
        start="/x",
        port=70,
        file="docker/Dockerfile",
    ),
    Case(
        id="as compose builds it",
        files={
            "ops/x.Dockerfile": 'FROM debian\nEXPOSE 70\nCMD ["/x"]\n',
            "compose.yaml": "services:\n  relay:\n    build: {context: ., dockerfile: ops/x.Dockerfile}\n",
        },
        start="/x",
        port=70,
        name="relay",
        file="ops/x.Dockerfile",
    ),
    Case(
        id="the one for production",
        files={
            "Dockerfile.dev": 'FROM debian\nCMD ["/d"]\nEXPOSE 1\n',
            "Dockerfile": 'FROM debian\nCMD ["/p"]\nEXPOSE 2\n',
        },
        start="/p",
        port=2,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_dockerfile_alone_is_a_component(case: Case) -> None:
    found = additional(Look(Tree.of(case.files)), ())
    assert len(found) == 1
    made = found[0].decided()
    assert made.kind.value == case.kind
    assert (made.start.value.text if made.start.value else None) == case.start
    assert made.port.value == case.port
    if case.language:
        assert made.language.value == case.language
    assert (made.path, made.context, made.name, made.provider) == (case.path, case.context, case.name, "dockerfile")
    assert file_of(made) == case.file
    assert (made.health.value.path if made.health.value else "") == case.health


def test_a_dockerfile_of_a_known_program_is_no_component() -> None:
    look = Look(Tree.of({"Dockerfile": "FROM python:3.12\nEXPOSE 80\nCMD python x.py\n"}))
    assert additional(look, [Found().draft()]) == []
    assert len(additional(look, [])) == 1


def test_a_dockerfile_beside_a_library_of_another_language_is_a_component() -> None:
    look = Look(Tree.of({"Dockerfile": "FROM swift:5\nEXPOSE 80\nCMD /x\n"}))
    assert [one.provider for one in additional(look, [Found(kind=Kind.LIBRARY).draft()])] == ["dockerfile"]


def test_a_dockerfile_of_a_compiled_library_is_what_can_be_started() -> None:
    look = Look(Tree.of({"Dockerfile": "FROM eclipse-temurin:21\nEXPOSE 80\nCMD /opt/x/bin/run\n"}))
    (draft,) = additional(look, [Found(provider="jvm", kind=Kind.LIBRARY).draft()])
    assert (draft.provider, draft.kind.best) == ("dockerfile", Kind.WEB)


def test_several_services_of_one_context_are_several_components() -> None:
    look = Look(
        Tree.of(
            {
                "a.Dockerfile": "FROM debian\nEXPOSE 1\nCMD /a\n",
                "b.Dockerfile": "FROM debian\nCMD /b\n",
                "compose.yaml": "services:\n  one: {build: {dockerfile: a.Dockerfile}}\n"
                "  two: {build: {dockerfile: b.Dockerfile}}\n",
            }
        )
    )
    assert [(one.name, one.start.best.text if one.start.best else "") for one in additional(look, [])] == [
        ("one", "/a"),
        ("two", "/b"),
    ]


def test_a_proxy_before_a_known_program_is_no_component_a_server_with_pages_is() -> None:
    files = {
        "compose.yaml": "services:\n  web: {build: ./app}\n  proxy: {build: ./proxy}\n  pages: {build: ./pages}\n",
        "proxy/Dockerfile": "FROM nginx\nCOPY nginx.conf /etc/nginx/\n",
        "proxy/nginx.conf": "",
        "pages/Dockerfile": "FROM nginx\nCOPY public /usr/share/nginx/html\n",
        "pages/public/index.html": "",
    }
    found = additional(Look(Tree.of(files)), [Found(path="app").draft()])
    assert [one.name for one in found] == ["pages"]


def test_a_procfile_alone_is_a_component() -> None:
    files = {"Procfile": "web: ./serve -p $PORT\nworker: ./work\n", "serve": "x"}
    (draft,) = additional(Look(Tree.of(files)), ())
    assert (draft.provider, draft.kind.best, draft.port.best) == ("shell", Kind.WEB, 8080)


@pytest.mark.parametrize("text", ["", "not a procfile", "\x00\x01", "# web: x\n", ":\n::\n"])
def test_a_broken_procfile_is_none(text: str) -> None:
    assert additional(Look(Tree.of({"Procfile": text})), ()) == []


@pytest.mark.parametrize("text", ["", "RUN x\n", "<html></html>", "FROM\n", "version https://git-lfs\n"])
def test_a_broken_dockerfile_is_none(text: str) -> None:
    assert additional(Look(Tree.of({"Dockerfile": text})), ()) == []


def test_the_provider_takes_no_folder_from_a_language_and_writes_no_dockerfile() -> None:
    look = Look(Tree.of({"Dockerfile": "FROM debian\nEXPOSE 1\nCMD /a\n"}))
    assert DOCKERFILE.roots(look) == ()
    assert DOCKERFILE.workspaces(look) == ()
    (draft,) = DOCKERFILE.examine(look.at(""), None)
    with pytest.raises(PlanIncomplete, match="its own Dockerfile"):
        DOCKERFILE.recipe(draft.decided(), look.tree)
