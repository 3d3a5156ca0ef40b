"""What the tables of the Java virtual machine share: small build files, and a case with what is expected of it."""

from dataclasses import dataclass

from builder.detect.languages.jvm import JVM
from builder.detect.planning import plan
from builder.plan import BuildPlan, Component, Kind
from builder.tree import Tree

MAIN = "package com.acme;\n\npublic class Main {\n    public static void main(String[] args) {\n%s\n    }\n}\n"
BOOT_MAIN = (
    "package com.acme.demo;\n\nimport org.springframework.boot.SpringApplication;\n"
    "import org.springframework.boot.autoconfigure.SpringBootApplication;\n\n@SpringBootApplication\n"
    "public class DemoApplication {\n    public static void main(String[] args) {\n"
    "        SpringApplication.run(DemoApplication.class, args);\n    }\n}\n"
)
BOOT_FILE = "src/main/java/com/acme/demo/DemoApplication.java"
BOOT_PARENT = (
    "<parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId>"
    "<version>3.3.4</version><relativePath/></parent>"
)
BOOT_PLUGIN = (
    "<plugin><groupId>org.springframework.boot</groupId><artifactId>spring-boot-maven-plugin</artifactId></plugin>"
)


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    kind: Kind | None = Kind.WEB
    language: str = "java"
    tool: str | None = "maven"
    framework: str | None = None
    version: str = "17"
    start: str | None = None
    port: int | None = None
    health: str | None = None
    output: str | None = None
    services: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    name: str = ""


def planned(files: dict[str, str]) -> BuildPlan:
    return plan(Tree.of(files), providers=(JVM,), truths=())


def only(files: dict[str, str]) -> Component:
    found = planned(files)
    assert len(found.components) == 1, [one.name for one in found.components]
    return found.components[0]


def check(case: Case) -> None:
    made = planned(case.files)
    one = next((one for one in made.components if one.name == case.name), made.components[0])
    assert one.kind.value == case.kind
    assert one.language.value == case.language
    assert one.package_manager.value == case.tool
    assert one.framework.value == case.framework
    assert one.runtime.value is not None
    assert one.runtime.value.version == case.version
    if case.kind is None or not case.kind.deployable:
        assert made.refusals or any(other.kind.value and other.kind.value.deployable for other in made.components)
    if case.start is not None:
        assert one.start.value is not None
        assert one.start.value.text == case.start
    if case.kind == Kind.WEB:
        assert one.port.value == (case.port or 8080)
    if case.health is not None:
        assert one.health.value is not None
        assert one.health.value.path == case.health
    if case.output is not None:
        assert one.output.value == case.output
    assert tuple(item.value.name for item in one.services) == case.services
    assert {item.value.name for item in one.variables} >= set(case.variables)


def dependency(full: str, scope: str = "") -> str:
    group, name, *version = full.split(":")
    inner = f"<groupId>{group}</groupId><artifactId>{name}</artifactId>"
    inner += f"<version>{version[0]}</version>" if version else ""
    inner += f"<scope>{scope}</scope>" if scope else ""
    return f"<dependency>{inner}</dependency>"


def pom(
    *dependencies: str,
    name: str = "demo",
    parent: str = "",
    plugins: str = "",
    properties: str = "",
    more: str = "",
    version: str = "1.0",
) -> str:
    level = properties or "<maven.compiler.release>17</maven.compiler.release>"
    held = "".join(one if one.startswith("<") else dependency(one) for one in dependencies)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
        f"<modelVersion>4.0.0</modelVersion>\n{parent}\n<groupId>com.acme</groupId><artifactId>{name}</artifactId>"
        f"<version>{version}</version>\n{more}\n<properties>{level}</properties>\n<dependencies>{held}</dependencies>\n"
        f"<build><plugins>{plugins}</plugins></build>\n</project>\n"
    )


def boot(*starters: str, properties: str = "<java.version>17</java.version>", more: str = "", extra: str = "") -> str:
    names = [
        one if ":" in one or one.startswith("<") else f"org.springframework.boot:spring-boot-starter-{one}"
        for one in starters
    ]
    return pom(
        *names,
        parent=BOOT_PARENT,
        plugins=BOOT_PLUGIN + extra,
        properties=properties,
        more=more,
        version="0.0.1-SNAPSHOT",
    )
