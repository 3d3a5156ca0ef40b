"""Recipes of programs of the Java virtual machine."""

import pytest

from builder.detect.languages.jvm import JVM
from builder.detect.planning import plan
from builder.errors import PlanIncomplete
from builder.recipe import Copy, Recipe, Run
from builder.tree import Tree
from tests.builder.detect.languages.jvm_cases import BOOT_FILE, BOOT_MAIN, MAIN, boot, dependency, pom


def made(files: dict[str, str]) -> Recipe:
    tree = Tree.of(files)
    found = plan(tree, providers=(JVM,), truths=())
    one = next(one for one in found.components if one.name == found.primary)
    return JVM.recipe(one, tree)


def lines(recipe: Recipe) -> str:
    return "\n".join(step.line for step in recipe.stages[0].steps if isinstance(step, Run))


def test_a_jar_is_built_by_maven_and_runs_on_a_small_runtime() -> None:
    recipe = made({"pom.xml": boot("web"), BOOT_FILE: BOOT_MAIN})

    assert str(recipe.stages[0].base) == "docker.io/library/maven:3.9-eclipse-temurin-17"
    assert str(recipe.final.base) == "docker.io/library/eclipse-temurin:17-jre-alpine"
    jar = "target/demo-0.0.1-SNAPSHOT.jar"
    assert recipe.final.steps == (Copy(sources=(f"/src/{jar}",), to=f"/app/{jar}", stage="build"),)
    assert recipe.final.command.text == f"java -jar {jar}"
    assert "dependency:go-offline" in lines(recipe)


def test_a_jar_of_unknown_name_is_looked_for() -> None:
    recipe = made({"pom.xml": boot("web").replace("0.0.1-SNAPSHOT", "${revision}"), BOOT_FILE: BOOT_MAIN})

    assert 'cp "$(ls -S target/*.jar' in lines(recipe)
    assert lines(recipe).endswith("target/app.jar")


def test_libraries_beside_the_program_are_copied_too() -> None:
    recipe = made(
        {
            "pom.xml": pom("io.javalin:javalin:6.3.0"),
            "src/main/java/com/acme/Main.java": MAIN % "Javalin.create().start();",
        }
    )

    assert [step.to for step in recipe.final.steps if isinstance(step, Copy)] == [
        "/app/target/classes",
        "/app/target/dependency",
    ]


def test_gradle_without_a_packing_plugin_gets_a_task_that_collects() -> None:
    recipe = made(
        {
            "settings.gradle": "rootProject.name = 'demo'\n",
            "build.gradle": "plugins { id 'java' }\ndependencies { implementation 'io.javalin:javalin:6.3.0' }\n",
            "src/main/java/com/acme/Main.java": MAIN % "Javalin.create().start();",
        }
    )

    assert [one.path for one in recipe.files] == ["sextant.gradle"]
    assert "-I /opt/sextant.gradle" in lines(recipe)
    assert str(recipe.stages[0].base) == "docker.io/library/gradle:8.14-jdk21"


def test_gradle_fetches_libraries_before_the_sources_are_copied() -> None:
    recipe = made(
        {
            "settings.gradle": "rootProject.name = 'demo'\n",
            "build.gradle": "plugins { id 'application' }\napplication { mainClass = 'com.acme.Main' }\n"
            "dependencies { implementation 'io.javalin:javalin:6.3.0' }\n",
            "gradle/libs.versions.toml": "",
            "src/main/java/com/acme/Main.java": MAIN % "Javalin.create().start();",
        }
    )

    steps = [
        step.to if isinstance(step, Copy) else "run" for step in recipe.stages[0].steps if isinstance(step, Copy | Run)
    ]
    assert steps == ["/src/", "/src/gradle/", "run", "/src/", "run"]
    assert "gradle --no-daemon dependencies" in lines(recipe)


def test_start_scripts_get_a_runtime_with_bash() -> None:
    recipe = made(
        {
            "settings.gradle": "rootProject.name = 'demo'\n",
            "build.gradle": "plugins { id 'application' }\napplication { mainClass = 'com.acme.Main' }\ndependencies { "
            "implementation 'io.javalin:javalin:6.3.0' }\n",
            "src/main/java/com/acme/Main.java": MAIN % "Javalin.create().start();",
        }
    )

    assert str(recipe.final.base) == "docker.io/library/eclipse-temurin:21-jre"
    assert recipe.final.command.argv == ("build/install/demo/bin/demo",)


def test_sbt_is_started_by_a_launcher_from_the_registry() -> None:
    recipe = made(
        {
            "build.sbt": 'libraryDependencies += "org.apache.pekko" %% "pekko-http" % "1.1.0"\n',
            "src/main/scala/Server.scala": 'object Server extends App {\n  Http().newServerAt("0.0.0.0", '
            "8086).bind(route)\n}\n",
        }
    )

    assert [one.path for one in recipe.files] == ["sextant-sbt"]
    assert "org.scala-sbt:sbt-launch" in lines(recipe)
    assert "target/runtime" in lines(recipe)


@pytest.mark.parametrize(
    ("manifest", "image", "to"),
    [
        (
            pom(dependency("jakarta.servlet:jakarta.servlet-api:6.0.0", "provided"), more="<packaging>war</packaging>"),
            "tomcat:10.1-jre17-temurin",
            "ROOT.war",
        ),
        (
            pom(dependency("javax.servlet:javax.servlet-api:4.0.1", "provided"), more="<packaging>war</packaging>"),
            "tomcat:9.0-jre17-temurin",
            "ROOT.war",
        ),
        (
            pom(dependency("javax:javaee-api:8.0", "provided"), more="<packaging>war</packaging>"),
            "tomee:8.0-jre17-webprofile",
            "ROOT.war",
        ),
    ],
    ids=["jakarta", "javax", "a full server"],
)
def test_a_war_is_put_on_the_server_that_fits(manifest: str, image: str, to: str) -> None:
    recipe = made({"pom.xml": manifest})

    assert str(recipe.final.base) == f"docker.io/library/{image}"
    assert any(isinstance(step, Copy) and step.to.endswith(to) for step in recipe.final.steps)
    assert any(folder.endswith("/work") for folder in recipe.final.writable)


def test_what_is_not_decided_is_named() -> None:
    tree = Tree.of({"pom.xml": pom(), "src/main/java/com/acme/T.java": "class T {}"})
    library = plan(tree, providers=(JVM,), truths=()).components[0]

    with pytest.raises(PlanIncomplete, match="start"):
        JVM.recipe(library, tree)


def test_a_clojure_program_keeps_its_tools() -> None:
    recipe = made(
        {
            "deps.edn": '{:deps {http-kit/http-kit {:mvn/version "2"}} :aliases {:run {:main-opts ["-m" "a.b"]}}}',
            "src/a/b.clj": "(ns a.b)\n(defn -main [])\n",
        }
    )

    assert str(recipe.final.base).startswith("docker.io/library/clojure:temurin-21-tools-deps")
    assert recipe.final.command.text == "clojure -M:run"
