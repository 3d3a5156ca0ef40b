"""Which component of a tree with several a file is about."""

from dataclasses import dataclass

import pytest

from builder.plan import Kind
from tests.builder.detect.truths.telling import Found, heard

API = Found(path="api", name="api", start="gunicorn a:app")
WEB = Found(path="web", name="web", provider="node", kind=Kind.STATIC)
TWO = (API, WEB)
HERE = Found(name="shop", start="gunicorn s:app")
ASSETS = Found(name="shop-ui", provider="node", kind=Kind.STATIC)
PROGRAMS = (
    Found(provider="go", name="api", start="/app/api"),
    Found(provider="go", name="mailer", kind=Kind.WORKER, start="/app/mailer"),
)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    found: tuple[Found, ...] = TWO
    ports: tuple[int | None, ...] = (None, None)
    versions: tuple[str, ...] = ()
    notes: int = 0
    services: tuple[str, ...] = ()
    """Of the first component."""


PYTHON = "FROM python:3.11\nCOPY {0} .\nEXPOSE 5001\nCMD python x.py\n"

CASES = (
    Case(
        id="in its own folder",
        files={"api/Dockerfile": PYTHON.format(".")},
        ports=(5001, None),
        versions=("3.11", "24"),
    ),
    Case(
        id="above, copying one folder",
        files={"Dockerfile": PYTHON.format("api/")},
        ports=(5001, None),
        versions=("3.11", "24"),
    ),
    Case(
        id="above, copying both: by the language",
        files={
            "Dockerfile": "FROM node:20 AS w\nCOPY web web\nFROM python:3.11\nCOPY api api\nEXPOSE 5001\n"
            "CMD python x.py\n"
        },
        ports=(5001, None),
        versions=("3.11",),
    ),
    Case(
        id="named for a component",
        files={"docker/api.Dockerfile": "FROM debian\nEXPOSE 5001\nCMD /x\n"},
        ports=(5001, None),
    ),
    Case(
        id="in a folder with the component's name",
        files={
            "api/x.py": "",
            "docker/api/Dockerfile": "FROM python:3.11\nCOPY api /srv\nEXPOSE 5001\nCMD python x.py\n",
        },
        ports=(5001, None),
    ),
    Case(
        id="as compose says",
        files={
            "compose.yaml": "services:\n  backend:\n    build: {context: ., dockerfile: ops/b.Dockerfile}\n",
            "ops/b.Dockerfile": PYTHON.format("api"),
        },
        ports=(5001, None),
    ),
    Case(
        id="compose by context",
        files={
            "compose.yaml": "services:\n  one: {build: ./api, ports: ['1:5002']}\n"
            "  two: {build: web, ports: ['2:80']}\n"
        },
        ports=(5002, None),
    ),
    Case(
        id="compose: who depends on it needs it",
        files={
            "compose.yaml": "services:\n  one: {build: ./api, depends_on: [db]}\n  two: {build: web}\n"
            "  db: {image: 'postgres:17'}\n"
        },
        services=("postgresql",),
    ),
    Case(
        id="compose: who names its host needs it",
        files={
            "compose.yaml": "services:\n  one: {build: ./api, environment: ['Q=amqp://u:p@mq:5672/']}\n"
            "  two: {build: web}\n"
            "  mq: {image: 'rabbitmq:3-management'}\n"
        },
        services=("rabbitmq",),
    ),
    Case(
        id="compose: a host that only looks like it does not count",
        files={
            "compose.yaml": "services:\n  one: {build: ./api}\n"
            "  two: {build: web, environment: ['U=http://db:1']}\n"
            "  db: {image: 'mongo:7'}\n"
        },
    ),
    Case(
        id="a context outside of the tree",
        files={
            "compose.yaml": "services:\n  x: {build: ../../etc, ports: ['1:1']}\n"
            "  y: {build: /root, ports: ['2:2']}\n"
            "  z: {build: 'https://example.com/x.git', ports: ['3:3']}\n"
        },
    ),
    Case(
        id="a Procfile that changes its folder",
        files={"Procfile": "web: cd api && gunicorn -b :5003 a:app\n"},
        ports=(5003, None),
    ),
    Case(
        id="a Procfile about nobody",
        files={"Procfile": "web: gunicorn -b :5003 a:app\n"},
        found=(API, Found(path="b", name="b", start="x")),
    ),
    Case(
        id="render's folders",
        files={
            "render.yaml": "services:\n  - {type: web, name: a, rootDir: api, startCommand: 'gunicorn -b :5004 a:a'}\n"
        },
        ports=(5004, None),
    ),
    Case(
        id="manifests by the image's name",
        files={
            "k8s/a.yaml": "kind: Deployment\nmetadata: {name: x}\n"
            "spec: {template: {spec: {containers: [{name: c, image: 'r.io/shop-api:2', "
            "ports: "
            "[{containerPort: 5005}]}]}}}\n"
        },
        ports=(5005, None),
    ),
    Case(
        id="another image is nobody's",
        files={
            "k8s/a.yaml": "kind: Deployment\nmetadata: {name: y}\n"
            "spec: {template: {spec: {containers: [{name: c, image: 'grafana/grafana', "
            "ports: "
            "[{containerPort: 3000}]}]}}}\n"
        },
    ),
    Case(
        id="a server and its assets in one folder",
        files={"Dockerfile": "FROM node:20 AS a\nFROM python:3.12\nEXPOSE 5006\nCMD gunicorn s:app\n"},
        found=(HERE, ASSETS),
        ports=(5006, None),
        versions=("3.12",),
    ),
    Case(
        id="programs of one module: the named one",
        files={"Dockerfile.api": 'FROM golang:1.25\nEXPOSE 5007\nCMD ["/api"]\n'},
        found=PROGRAMS,
        ports=(5007, None),
    ),
    Case(id="nobody's", files={"tool/Dockerfile": "FROM swift:5\nEXPOSE 1\nCMD /x\n"}, notes=1),
    Case(
        id="for developing",
        files={
            "api/Dockerfile": PYTHON.format("."),
            "api/Dockerfile.dev": "FROM python:3.9\nEXPOSE 1234\nCMD flask run\n",
        },
        ports=(5001, None),
        versions=("3.11",),
    ),
    Case(
        id="a workflow's folder",
        files={
            ".github/workflows/a.yml": "jobs:\n  j:\n    defaults: {run: {working-directory: ./api}}\n    steps:\n"
            "      - {uses: actions/setup-python@v5, with: {python-version: '3.12'}}\n"
        },
        versions=("3.12", "24"),
    ),
    Case(
        id="a dependency's own files",
        files={"node_modules/x/Dockerfile": "FROM python:3\nEXPOSE 1\n", "vendor/y/Procfile": "web: x -p 1\n"},
    ),
    Case(
        id="the socket of Docker",
        files={
            "compose.yaml": "services:\n  x: {build: ./api, volumes: ['/var/run/docker.sock:/var/run/docker.sock']}\n"
        },
        notes=1,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_file_speaks_about_its_component(case: Case) -> None:
    made, notes = heard(case.files, case.found)
    assert tuple(one.port.value for one in made) == case.ports
    versions = tuple(one.runtime.value.version if one.runtime.value else "" for one in made)
    assert versions[: len(case.versions)] == case.versions
    assert tuple(one.value.name for one in made[0].services) == case.services
    assert not made[1].services or case.id.endswith("does not count")
    assert len(notes) == case.notes


def test_what_two_say_for_production_is_decided_by_their_order_and_both_appear() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCMD python d.py\n",
        "compose.yaml": "services:\n  x: {build: ., command: python c.py}\n",
        "Procfile": "web: python p.py\n",
        "fly.toml": 'app = "x"\n[processes]\napp = "python f.py"\n',
    }
    (made,), _ = heard(files, [HERE])
    assert made.start.value is not None
    assert made.start.value.text == "python d.py"
    said = [one.value.text for one in made.start.rivals]
    assert set(said) == {"python c.py", "python p.py", "python f.py", "gunicorn s:app"}


def test_a_version_that_two_name_has_both_grounds() -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCMD python d.py\n",
        "render.yaml": "services:\n  - {type: web, envVars: [{key: PYTHON_VERSION, value: '3.12'}]}\n",
    }
    (made,), _ = heard(files, [HERE])
    assert [one.rule for one in made.runtime.grounds] == ["dockerfile.runtime", "render.runtime"]
