"""Spring Boot programs as plans."""

import pytest

from builder.plan import Kind
from tests.builder.detect.languages.jvm_cases import (
    BOOT_FILE,
    BOOT_MAIN,
    BOOT_PLUGIN,
    Case,
    boot,
    check,
    only,
    planned,
    pom,
)

JAR = "java -jar target/demo-0.0.1-SNAPSHOT.jar"
CONTROLLER = "package com.acme.demo;\n@RestController\nclass Hello {}\n"


def app(manifest: str, **files: str) -> dict[str, str]:
    return {"pom.xml": manifest, BOOT_FILE: BOOT_MAIN} | {name.replace("__", "/"): text for name, text in files.items()}


def settings(text: str, name: str = "application.properties") -> dict[str, str]:
    return {f"src/main/resources/{name}": text}


CASES = (
    Case(id="a web application", files=app(boot("web")), start=JAR, framework="spring-boot"),
    Case(
        id="its port in properties",
        files=app(boot("web")) | settings("server.port=9090\n"),
        start=JAR,
        framework="spring-boot",
        port=9090,
    ),
    Case(
        id="its port in YAML with a variable",
        files=app(boot("web")) | settings("server:\n  port: ${PORT:5000}\n", "application.yml"),
        framework="spring-boot",
        port=5000,
    ),
    Case(
        id="the port of the profile that is active",
        files=app(boot("web"))
        | settings("server.port=8081\nspring.profiles.active=live\n")
        | settings("server.port=7000\n", "application-live.properties"),
        framework="spring-boot",
        port=7000,
    ),
    Case(
        id="the port of a document for another profile does not count",
        files=app(boot("web"))
        | settings(
            "server:\n  port: 8082\n---\nspring:\n  config:\n    activate:\n      on-profile: dev\nserver:\n  "
            "port: 1234\n",
            "application.yaml",
        ),
        framework="spring-boot",
        port=8082,
    ),
    Case(
        id="names that Maven fills in are no broken YAML",
        files=app(boot("web")) | settings("info:\n  v: @project.version@\nserver:\n  port: 8085\n", "application.yml"),
        framework="spring-boot",
        port=8085,
    ),
    Case(
        id="its health with a context path",
        files=app(boot("web", "actuator")) | settings("server.servlet.context-path=/shop\n"),
        framework="spring-boot",
        health="/shop/actuator/health",
    ),
    Case(
        id="its health on a port and a path of its own",
        files=app(boot("webflux", "actuator"))
        | settings("management.server.port=9001\nmanagement.endpoints.web.base-path=/manage\n"),
        framework="spring-boot",
        health="/manage/health",
    ),
    Case(
        id="the old way to name Java 8",
        files=app(boot("web", properties="<java.version>1.8</java.version>")),
        framework="spring-boot",
        version="8",
    ),
    Case(
        id="what the parent compiles for where nothing is said",
        files=app(boot("web", properties="<x>1</x>")),
        framework="spring-boot",
        version="17",
    ),
    Case(
        id="a version file over the source level",
        files=app(boot("web")) | {".sdkmanrc": "# sdk\njava=21.0.2-tem\n"},
        framework="spring-boot",
        version="21",
    ),
    Case(
        id="Heroku's system.properties",
        files=app(boot("web")) | {"system.properties": "java.runtime.version=11\n"},
        framework="spring-boot",
        version="11",
    ),
    Case(
        id="a war that runs by itself",
        files=app(boot("web", more="<packaging>war</packaging>")),
        framework="spring-boot",
        start="java -jar target/demo-0.0.1-SNAPSHOT.war",
    ),
    Case(
        id="a name of its own",
        files={"pom.xml": boot("web").replace("<build>", "<build><finalName>shop</finalName>"), BOOT_FILE: BOOT_MAIN},
        framework="spring-boot",
        start="java -jar target/shop.jar",
    ),
    Case(
        id="a version that only the build knows",
        files={"pom.xml": boot("web").replace("0.0.1-SNAPSHOT", "${revision}"), BOOT_FILE: BOOT_MAIN},
        framework="spring-boot",
        start="java -jar target/app.jar",
    ),
    Case(
        id="a version from maven.config",
        files={"pom.xml": boot("web").replace("0.0.1-SNAPSHOT", "${revision}"), BOOT_FILE: BOOT_MAIN}
        | {".mvn/maven.config": "-Drevision=2.5\n"},
        framework="spring-boot",
        start="java -jar target/demo-2.5.jar",
    ),
    Case(
        id="a controller behind a starter of one's own",
        files=app(boot("org.acme:web-starter:1"), **{"src__main__java__com__acme__demo__Hello.java": CONTROLLER}),
        framework="spring-boot",
    ),
    Case(
        id="an address of a database",
        files=app(boot("web", "data-jpa", "org.postgresql:postgresql", "com.h2database:h2"))
        | settings(
            "spring.datasource.url=jdbc:postgresql://${DB_HOST}:5432/shop\nspring.datasource.password=${DB_PASSWORD}\n"
        ),
        framework="spring-boot",
        services=("postgresql",),
        variables=("DB_HOST", "DB_PASSWORD"),
    ),
    Case(
        id="a database of its own needs none",
        files=app(boot("web", "com.h2database:h2", "com.mysql:mysql-connector-j", "org.postgresql:postgresql")),
        framework="spring-boot",
    ),
    Case(
        id="a consumer of a queue",
        files=app(boot("amqp")),
        kind=Kind.WORKER,
        framework="spring-boot",
        services=("rabbitmq",),
        start=JAR,
    ),
    Case(id="a batch", files=app(boot("batch")), kind=Kind.JOB, framework="spring-boot", start=JAR),
    Case(
        id="a command line",
        files=app(boot("", "org.springframework.shell:spring-shell-starter:3")),
        kind=Kind.CLI,
        framework="spring-boot",
    ),
    Case(
        id="no server although it could",
        files=app(boot("web", "batch")) | settings("spring.main.web-application-type=none\n"),
        kind=Kind.JOB,
        framework="spring-boot",
    ),
    Case(
        id="no application class: a library",
        files={
            "pom.xml": boot("web"),
            "src/main/java/com/acme/demo/Tool.java": "package com.acme.demo;\nclass Tool {}\n",
        },
        kind=Kind.LIBRARY,
    ),
    Case(
        id="Boot without the parent needs its goal said",
        files={
            "pom.xml": pom("org.springframework.boot:spring-boot-starter-web:3.3.4", plugins=BOOT_PLUGIN),
            BOOT_FILE: BOOT_MAIN,
        },
        framework="spring-boot",
        start="java -jar target/demo-1.0.jar",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_spring_boot_is_planned(case: Case) -> None:
    check(case)


def test_the_management_port_is_asked() -> None:
    one = only(app(boot("web", "actuator")) | settings("server.port=8080\nmanagement.server.port=9001\n"))

    assert one.health.value is not None
    assert (one.health.value.path, one.health.value.port) == ("/actuator/health", 9001)
    assert one.port.value == 8080


def test_the_repackage_goal_is_given_where_no_parent_binds_it() -> None:
    files = {
        "pom.xml": pom("org.springframework.boot:spring-boot-starter-web:3.3.4", plugins=BOOT_PLUGIN),
        BOOT_FILE: BOOT_MAIN,
    }

    build = only(files).build.value

    assert build is not None
    assert build.text == "mvn -B -DskipTests package spring-boot:repackage"


def test_a_module_is_built_from_its_reactor_with_the_libraries_of_its_siblings() -> None:
    parent = "<parent><groupId>com.acme</groupId><artifactId>shop</artifactId><version>1.0</version></parent>"
    files = {
        "pom.xml": pom(
            name="shop",
            parent=parent_of_boot(),
            more="<packaging>pom</packaging><modules><module>core</module><module>api</module></modules>",
        ),
        "core/pom.xml": pom(
            "org.springframework.boot:spring-boot-starter-web", "org.postgresql:postgresql", name="core", parent=parent
        ),
        "core/src/main/java/com/acme/Thing.java": "package com.acme;\nclass Thing {}\n",
        "api/pom.xml": pom("com.acme:core:1.0", name="api", parent=parent, plugins=BOOT_PLUGIN),
        f"api/{BOOT_FILE}": BOOT_MAIN,
    }

    made = planned(files)

    api = next(one for one in made.components if one.name == "api")
    assert {one.name: one.kind.value for one in made.components} == {"core": Kind.LIBRARY, "api": Kind.WEB}
    assert made.primary == "api"
    assert (api.context, api.path) == ("", "api")
    assert api.build.value is not None
    assert api.build.value.text.startswith("mvn -B -DskipTests -pl api -am package")
    assert [one.value.name for one in api.services] == ["postgresql"]


def parent_of_boot() -> str:
    return (
        "<parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>"
        "<version>3.3.4</version><relativePath/></parent>"
    )


def test_secrets_of_the_configuration_are_named_and_their_defaults_are_not_kept() -> None:
    one = only(app(boot("web")) | settings("a.token=${API_TOKEN:s3cret}\nb.url=${BACKEND_URL:http://x}\n"))

    found = {item.value.name: item.value for item in one.variables}
    assert (found["API_TOKEN"].secret, found["API_TOKEN"].default) == (True, "")
    assert (found["BACKEND_URL"].secret, found["BACKEND_URL"].default) == (False, "http://x")


def test_a_database_in_a_file_is_a_volume() -> None:
    one = only(app(boot("web", "com.h2database:h2")) | settings("spring.datasource.url=jdbc:h2:file:./data/shop\n"))

    assert [(item.value.path, item.value.purpose) for item in one.volumes] == [("/app/data", "database")]
