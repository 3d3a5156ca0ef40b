"""From files to a project: extends, include, override, variables, profiles, and everything that is refused."""

from dataclasses import dataclass, field

import pytest

from builder.compose import ComposeBroken, load, names
from builder.tree import Tree
from tests.builder.compose.projects import WHOLE, project, service


def test_a_whole_project() -> None:
    found = project(WHOLE)
    assert found.name == "shop"
    assert [one.name for one in found.services] == ["web", "db", "cache"]
    web = found.services[0]
    assert web.environment["DATABASE_URL"] == "postgres://shop:hunter2x@db:5432/shop"
    assert [(one.name, one.condition) for one in web.needs] == [("db", "service_healthy"), ("cache", "service_started")]
    assert web.deploy.replicas == 2
    assert (web.deploy.cpu_limit, web.deploy.memory_limit) == (0.5, 256 << 20)
    assert found.networks["back"].internal


def test_extends_merges_as_the_specification_says() -> None:
    text = """
    services:
      base:
        image: a:1
        command: [a, b]
        environment: [A=1, B=2]
        ports: ["80:80"]
        volumes: ["x:/data", "y:/more"]
        labels: {a: "1"}
        healthcheck: {test: [CMD, a], interval: 5s}
      web:
        extends: {service: base}
        command: [c]
        environment: {B: 3, C: 4}
        ports: ["80:80", "81:81"]
        volumes: ["z:/data"]
        healthcheck: {test: [CMD, b]}
    volumes: {x: {}, y: {}, z: {}}
    """
    web = project(text).services[1]
    assert web.command == ("c",)
    assert web.environment == {"A": "1", "B": "3", "C": "4"}
    assert [one.target for one in web.ports] == [80, 81]
    assert {one.target: one.source for one in web.mounts} == {"/more": "y", "/data": "z"}
    assert web.health is not None
    assert (web.health.words, web.health.interval) == (("b",), 5.0)


def test_extends_of_another_file_keeps_its_paths() -> None:
    text = "services:\n  web:\n    extends: {file: base/common.yaml, service: app}\n"
    common = "services:\n  app:\n    build: .\n    env_file: app.env\n    volumes: ['./conf:/conf']\n"
    web = project(text, {"base/common.yaml": common, "base/app.env": "A=1\n", "base/conf": "x"}).services[0]
    assert web.build is not None
    assert web.build.context == "base"
    assert web.environment == {"A": "1"}
    assert web.mounts[0].source == "base/conf"


def test_include_brings_services_and_their_variables() -> None:
    text = (
        "include:\n  - db/compose.yaml\n  - {path: [a.yaml, b.yaml], env_file: a.env}\nservices:\n  web: {image: a:1}\n"
    )
    found = load(
        Tree.of(
            {
                "compose.yaml": text,
                "db/compose.yaml": "services:\n  db: {image: 'postgres:17'}\nvolumes: {data: {}}\n",
                "a.yaml": "services:\n  x: {image: 'x:$TAG'}\n",
                "b.yaml": "services:\n  x: {command: [y]}\n",
                "a.env": "TAG=5\n",
            }
        )
    )
    assert {one.name: one.image for one in found.services} == {"db": "postgres:17", "x": "x:5", "web": "a:1"}
    assert {one.name: one.command for one in found.services}["x"] == ("y",)
    assert "data" in found.volumes


def test_an_override_goes_over_the_usual_file_only() -> None:
    files = {
        "docker-compose.yml": "services:\n  web:\n    image: a:1\n    ports: ['80:80']\n    environment: {A: 1}\n",
        "docker-compose.override.yml": (
            "services:\n  web:\n    image: a:2\n    ports: !override ['81:81']\n    environment: {A: !reset null}\n"
        ),
    }
    both, one = load(Tree.of(files)), load(Tree.of(files), "docker-compose.yml")
    assert (both.services[0].image, one.services[0].image) == ("a:2", "a:1")
    assert [port.target for port in both.services[0].ports] == [81]
    assert both.services[0].environment == {}


def test_dotenv_gives_variables_and_what_is_given_goes_first() -> None:
    text = service("image: 'a:${TAG:-0}'\nenvironment: ['X=${X}', Y]")
    files = {"compose.yaml": text, ".env": "TAG=1\nX=2\nY=3\n"}
    assert load(Tree.of(files)).services[0].image == "a:1"
    web = load(Tree.of(files), environment={"TAG": "9"}).services[0]
    assert (web.image, web.environment) == ("a:9", {"X": "2", "Y": "3"})


def test_a_variable_without_a_value_is_said() -> None:
    (one,) = project(service("image: 'a:1$NO'")).notes
    assert "The variable NO has no value" in one.text.en
    assert str(one.evidence.source) == "compose.yaml:4"


def test_profiles_choose_services() -> None:
    text = "services:\n  web: {image: a}\n  mail: {image: m, profiles: [dev]}\n  x: {image: x, profiles: [x]}\n"
    assert [one.name for one in project(text).services] == ["web"]
    assert project(text).left_out == ("mail", "x")
    assert [one.name for one in project(text, profiles=("dev",)).services] == ["web", "mail"]
    assert [one.name for one in project(text, {".env": "COMPOSE_PROFILES=dev,x\n"}).services] == ["web", "mail", "x"]


def test_anchors_and_merge_keys() -> None:
    text = """
    x-common: &common
      image: a:1
      environment: &env {A: 1}
    services:
      web:
        <<: *common
        environment: {<<: *env, B: 2}
      worker:
        <<: *common
        command: work
    """
    web, worker = project(text).services
    assert web.environment == {"A": "1", "B": "2"}
    assert (worker.image, worker.command) == ("a:1", ("work",))


def test_the_usual_files_are_found() -> None:
    found = names(
        Tree.of(dict.fromkeys(("docker-compose.prod.yml", "compose.override.yaml", "compose.yaml", "a.yaml"), ""))
    )
    assert found == ("compose.yaml", "docker-compose.prod.yml")


@dataclass(frozen=True, kw_only=True)
class Broken:
    id: str
    text: str
    says: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    path: str = "compose.yaml"


def web(body: str, more: str = "") -> str:
    return service(f"image: a:1\n{body}", more)


BROKEN = (
    Broken(id="a key of the file", text="service: {}\n", says="Did you mean services?", line=1),
    Broken(id="a key of a service", text=web("enviroment: {}"), says="no key enviroment", line=5),
    Broken(id="a key of deploy", text=web("deploy: {replica: 2}"), says="no key replica", line=5),
    Broken(id="a key of a health check", text=web("healthcheck: {tests: a}"), says="no key tests", line=5),
    Broken(id="nothing to run", text="services:\n  web: {command: a}\n", says="neither image nor build", line=2),
    Broken(id="no services", text="name: a\n", says="no services", line=1),
    Broken(id="a list for a mapping", text="services: [a]\n", says="services must be a mapping, not a list", line=1),
    Broken(id="a text for a list", text=web("ports: '80'"), says="must be a list", line=5),
    Broken(id="a mapping for a text", text="services:\n  web: {image: {a: b}}\n", says="must be a text", line=2),
    Broken(id="no port", text=web("ports: ['a:b']"), says="'a:b' is no port", line=5),
    Broken(id="a port beyond", text=web("ports: ['70000']"), says="1 to 65535", line=5),
    Broken(id="ranges of two lengths", text=web("ports: ['1-3:1-2']"), says="not of one length", line=5),
    Broken(id="a range without end", text=web("ports: ['1-65535']"), says="more than 100 ports", line=5),
    Broken(id="no protocol", text=web("ports: [{target: 80, protocol: icmp}]"), says="no protocol", line=5),
    Broken(id="a relative target", text=web("volumes: ['a:b']"), says="no absolute path", line=5),
    Broken(id="an unknown volume", text=web("volumes: ['data:/data']"), says="data, which is not defined", line=5),
    Broken(id="an unknown network", text=web("networks: [x]"), says="network x, which is not defined", line=3),
    Broken(id="an unknown secret", text=web("secrets: [x]"), says="secret x, which is not defined", line=5),
    Broken(id="an unknown service", text=web("depends_on: [x]"), says="depends on x", line=3),
    Broken(
        id="a circle",
        text="services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n",
        says="a → b → a",
        line=2,
    ),
    Broken(id="no condition", text=web("depends_on: {x: {condition: ready}}"), says="'ready' is no condition", line=5),
    Broken(id="a duration", text=web("healthcheck: {test: a, interval: soon}"), says="must be a duration", line=5),
    Broken(id="a size", text=web("mem_limit: much"), says="must be a size", line=5),
    Broken(id="a test without its form", text=web("healthcheck: {test: [curl, a]}"), says="begin with CMD", line=5),
    Broken(id="a quote", text=web('command: "a \'b"'), says="quote without end", line=5),
    Broken(id="a required variable", text="services:\n  web:\n    image: ${IMG:?name it}\n", says="name it", line=3),
    Broken(id="two numbers", text=web("scale: 2\ndeploy: {replicas: 3}"), says="2 by scale and 3", line=5),
    Broken(id="too many", text=web("scale: 5000"), says="not possible", line=4),
    Broken(id="no way to restart", text=web("restart: often"), says="no way to restart", line=5),
    Broken(id="extends nobody", text=web("extends: {service: x}"), says="no such service", line=5),
    Broken(
        id="extends itself",
        text="services:\n  a: {extends: b}\n  b: {extends: a}\n",
        says="extends itself: a → b → a",
        line=2,
    ),
    Broken(
        id="extends a file that is not there",
        text=web("extends: {file: x.yaml, service: a}"),
        says="does not exist",
        line=5,
    ),
    Broken(
        id="includes what is elsewhere",
        text="include: ['https://a.example/c.yaml']\n",
        says="nothing is fetched",
        line=1,
    ),
    Broken(id="includes what leads out", text="include: ['../c.yaml']\n", says="nothing is fetched", line=1),
    Broken(
        id="includes itself",
        text="include: [a.yaml]\n",
        files={"a.yaml": "include: [compose.yaml]\n"},
        says="compose.yaml → a.yaml → compose.yaml",
        line=0,
        path="a.yaml",
    ),
    Broken(
        id="a name twice",
        text="include: [a.yaml]\nservices:\n  web: {image: a}\n",
        files={"a.yaml": "services:\n  web: {image: b}\n"},
        says="web of services stands here and",
        line=1,
    ),
    Broken(id="no file of variables", text=web("env_file: a.env"), says="a.env of web does not exist", line=5),
    Broken(
        id="a broken file of variables",
        text=web("env_file: a.env"),
        files={"a.env": "A=1\n=x\n"},
        says="NAME=VALUE",
        line=2,
        path="a.env",
    ),
    Broken(
        id="a config that says nothing", text=web("", "configs: {a: {}}\n"), says="a of configs says nothing", line=5
    ),
    Broken(
        id="a broken include",
        text="include: [a.yaml]\n",
        files={"a.yaml": "a: [\n"},
        says="no YAML",
        line=2,
        path="a.yaml",
    ),
    Broken(id="two ways of a network", text=web("network_mode: none2\nnetworks: [a]"), says="both networks", line=6),
)


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.id)
def test_what_is_wrong_is_said_with_file_and_line(case: Broken) -> None:
    with pytest.raises(ComposeBroken) as caught:
        load(Tree.of({"compose.yaml": case.text, **case.files}))
    assert case.says in f"{caught.value.message} {caught.value.next_step}"
    assert (caught.value.path, caught.value.line) == (case.path, case.line)
    assert caught.value.message.startswith(case.path)


def test_there_is_no_file() -> None:
    with pytest.raises(ComposeBroken, match="no compose file"):
        load(Tree.of({}))


def test_keys_of_their_own_are_left_alone() -> None:
    text = "x-a: {b: c}\nservices:\n  web: {image: 'a:1', x-b: {c: d}}\n"
    assert project(text).services[0].image == "a:1"
