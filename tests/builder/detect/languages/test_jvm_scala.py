"""Programs that sbt builds, as plans."""

import pytest

from builder.plan import Kind
from tests.builder.detect.languages.jvm_cases import Case, check, planned

BUILD = {"project/build.properties": "sbt.version=1.10.1\n"}
PLAY = 'addSbtPlugin("org.playframework" % "sbt-plugin" % "3.0.5")\n'
PACKAGER = 'addSbtPlugin("com.github.sbt" % "sbt-native-packager" % "1.10.4")\n'
ASSEMBLY = 'addSbtPlugin("com.eed3si9n" % "sbt-assembly" % "2.2.0")\n'
HTTP4S = """val Http4sVersion = "0.23.28"
lazy val root = (project in file("."))
  .enablePlugins(JavaAppPackaging)
  .settings(
    name := "My Shop",
    scalaVersion := "2.13.14",
    libraryDependencies ++= Seq(
      "org.http4s" %% "http4s-ember-server" % Http4sVersion,
      "org.tpolecat" %% "doobie-postgres" % "1.0.0",
      "org.scalameta" %% "munit" % "1.0.0" % Test
    )
  )
"""
IO_MAIN = (
    "package com.acme\n\nobject Main extends IOApp.Simple {\n  val run = "
    'EmberServerBuilder.default[IO].withPort(port"8087").build.useForever\n}\n'
)
AKKA_MAIN = 'package com.acme\n\nobject Server extends App {\n  Http().newServerAt("0.0.0.0", 8086).bind(route)\n}\n'

CASES = (
    Case(
        id="Play",
        files=BUILD
        | {
            "build.sbt": 'name := """shop"""\nversion := "1.0"\nlazy val root = (project in '
            'file(".")).enablePlugins(PlayScala)\nscalaVersion := "2.13.14"\n'
            "libraryDependencies += guice\n",
            "project/plugins.sbt": PLAY,
            "conf/routes": "GET / controllers.Home.index\n",
            "conf/application.conf": 'play.http.secret.key = "changeme"\nplay.http.secret.key = '
            "${?APPLICATION_SECRET}\n",
            "app/controllers/Home.scala": "package controllers\nclass Home\n",
        },
        language="scala",
        tool="sbt",
        version="21",
        framework="play",
        start="target/universal/stage/bin/shop -Dpidfile.path=/dev/null",
        port=9000,
        variables=("APPLICATION_SECRET",),
    ),
    Case(
        id="Play in Java with a port of its own",
        files=BUILD
        | {
            "build.sbt": 'lazy val root = (project in file("."))\n  .enablePlugins(PlayJava)\n  .settings(name := '
            '"shop")\n',
            "project/plugins.sbt": PLAY,
            "conf/routes": "",
            "conf/application.conf": "http.port = 9400\n",
            "app/controllers/Home.java": "package controllers;\npublic class Home {}\n",
        },
        tool="sbt",
        version="21",
        framework="play",
        port=9400,
    ),
    Case(
        id="http4s staged",
        files=BUILD
        | {"build.sbt": HTTP4S, "project/plugins.sbt": PACKAGER, "src/main/scala/com/acme/Main.scala": IO_MAIN},
        language="scala",
        tool="sbt",
        version="21",
        framework="http4s",
        start="target/universal/stage/bin/my-shop",
        port=8087,
        services=("postgresql",),
    ),
    Case(
        id="Akka HTTP in one jar",
        files=BUILD
        | {
            "build.sbt": 'name := "shop"\nversion := "0.2"\nscalaVersion := "2.13.14"\nlibraryDependencies += '
            '"com.typesafe.akka" %% "akka-http" % "10.5.3"\n'
            'assembly / mainClass := Some("com.acme.Server")\n',
            "project/plugins.sbt": ASSEMBLY,
            "src/main/scala/com/acme/Server.scala": AKKA_MAIN,
        },
        language="scala",
        tool="sbt",
        version="21",
        framework="akka-http",
        start="java -jar target/scala-2.13/shop-assembly-0.2.jar",
        port=8086,
    ),
    Case(
        id="no plugin that packs",
        files=BUILD
        | {
            "build.sbt": 'name := "shop"\nlibraryDependencies += "org.apache.pekko" %% "pekko-http" % "1.1.0"\n',
            "src/main/scala/com/acme/Server.scala": AKKA_MAIN,
        },
        language="scala",
        tool="sbt",
        version="21",
        framework="pekko-http",
        start="java -cp 'target/runtime/*' com.acme.Server",
        port=8086,
    ),
    Case(
        id="plugins that are enabled without a project",
        files=BUILD
        | {
            "build.sbt": 'name := "shop"\nenablePlugins(JavaAppPackaging)\nlibraryDependencies += "dev.zio" %% '
            '"zio-http" % "3.0.1"\n',
            "project/plugins.sbt": PACKAGER,
            "src/main/scala/Main.scala": "object Main extends ZIOAppDefault {\n  def run = Server.serve(routes)\n}\n",
        },
        language="scala",
        tool="sbt",
        version="21",
        framework="zio-http",
        start="target/universal/stage/bin/shop",
    ),
    Case(
        id="an old sbt",
        files={
            "project/build.properties": "sbt.version = 0.13.18\n",
            "build.sbt": 'name := "tool"\n\nscalaVersion := "2.11.12"\n',
            "src/main/scala/Tool.scala": "object Tool {\n  def main(args: Array[String]): Unit = println(1)\n}\n",
        },
        language="scala",
        tool="sbt",
        version="8",
        kind=Kind.CLI,
    ),
    Case(
        id="a main function of Scala 3",
        files=BUILD
        | {
            "build.sbt": 'scalaVersion := "3.3.3"\nscalacOptions ++= Seq("-release:17")\n',
            "src/main/scala/Hello.scala": "package com.acme\n\n@main def hello(): Unit = println(1)\n",
        },
        language="scala",
        tool="sbt",
        kind=Kind.CLI,
        start="java -cp 'target/runtime/*' com.acme.hello",
    ),
    Case(
        id="a library",
        files=BUILD
        | {
            "build.sbt": 'name := "lib"\njavacOptions ++= Seq("-source", "11", "-target", "11")\n',
            "src/main/scala/Lib.scala": "package com.acme\nclass Lib\n",
        },
        language="scala",
        tool="sbt",
        version="11",
        kind=Kind.LIBRARY,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_an_sbt_build_is_planned(case: Case) -> None:
    check(case)


def test_a_build_of_several_projects_has_a_component_for_each() -> None:
    files = BUILD | {
        "build.sbt": 'ThisBuild / scalaVersion := "2.13.14"\nlazy val core = (project in file("core"))\n'
        '  .settings(libraryDependencies += "org.postgresql" % "postgresql" % "42")\n'
        'lazy val api = (project in file("services/api"))\n  .dependsOn(core)\n  .enablePlugins(JavaAppPackaging)\n'
        '  .settings(libraryDependencies += "com.lihaoyi" %% "cask" % "0.9")\nlazy val root = (project in '
        'file(".")).aggregate(core, api)\n',
        "project/plugins.sbt": PACKAGER,
        "core/src/main/scala/Core.scala": "package com.acme\nclass Core\n",
        "services/api/src/main/scala/Api.scala": "package com.acme\nobject Api extends cask.MainRoutes {\n  override "
        "def port = 8085\n}\n",
    }

    made = planned(files)
    found = {one.path: one for one in made.components}

    assert {path: one.kind.value for path, one in found.items()} == {"core": Kind.LIBRARY, "services/api": Kind.WEB}
    api = found["services/api"]
    assert [one.value.name for one in api.services] == ["postgresql"]
    assert api.build.value is not None
    assert api.build.value.text == "sbt -batch api/stage"
    assert api.context == ""


@pytest.mark.parametrize(
    "script",
    ["", "lazy val", ")))", 'name := "', 'lazy val x = project in file("../../etc")'],
    ids=["empty", "cut off", "brackets", "an open text", "out of the tree"],
)
def test_a_broken_build_is_survived(script: str) -> None:
    planned(BUILD | {"build.sbt": script, "src/main/scala/A.scala": "object A extends App {}\n"})
