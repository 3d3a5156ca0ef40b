"""Servers of other frameworks that Maven builds, and programs without any."""

import pytest

from builder.plan import Kind
from tests.builder.detect.languages.jvm_cases import MAIN, Case, check, dependency, only, planned, pom

MAIN_FILE = "src/main/java/com/acme/Main.java"
CLASSES = "java -cp 'target/classes:target/dependency/*' com.acme.Main"
SHADE = (
    "<plugin><artifactId>maven-shade-plugin</artifactId><executions><execution><phase>package</phase>"
    "<goals><goal>shade</goal>"
    "</goals><configuration><transformers><transformer><mainClass>com.acme.Main</mainClass></transformer>"
    "</transformers>"
    "</configuration></execution></executions></plugin>"
)
QUARKUS = (
    "<plugin><groupId>io.quarkus.platform</groupId><artifactId>quarkus-maven-plugin</artifactId>"
    "<executions><execution><goals>"
    "<goal>build</goal></goals></execution></executions></plugin>"
)
WAR = "<packaging>war</packaging>"


def program(manifest: str, body: str = "", **files: str) -> dict[str, str]:
    return {"pom.xml": manifest, MAIN_FILE: MAIN % body} | {
        name.replace("__", "/"): text for name, text in files.items()
    }


CASES = (
    Case(
        id="Quarkus",
        files={
            "pom.xml": pom("io.quarkus:quarkus-rest", "io.quarkus:quarkus-smallrye-health", plugins=QUARKUS),
            "src/main/resources/application.properties": "quarkus.http.port=8181\n%dev.quarkus.http.port=1\n",
            "src/main/java/com/acme/Hello.java": 'package com.acme;\n@Path("/hello")\nclass Hello {}\n',
        },
        framework="quarkus",
        start="java -jar target/quarkus-app/quarkus-run.jar",
        port=8181,
        health="/q/health",
        output="target/quarkus-app",
    ),
    Case(
        id="Quarkus with a port of production",
        files={
            "pom.xml": pom("io.quarkus:quarkus-rest", plugins=QUARKUS),
            "src/main/resources/application.properties": "quarkus.http.port=8080\n%prod.quarkus.http.port=8383\n",
        },
        framework="quarkus",
        port=8383,
    ),
    Case(
        id="a shaded jar of another name",
        files=program(
            pom(
                "io.javalin:javalin:6.3.0",
                plugins=SHADE.replace(
                    "<transformers>",
                    "<outputFile>${project.build.directory}/${project.artifactId}-fat.jar</outputFile><transformers>",
                ),
            )
        ),
        framework="javalin",
        start="java -jar target/demo-fat.jar",
    ),
    Case(
        id="a tool inside of a library",
        files={"pom.xml": pom()}
        | {f"src/main/java/com/acme/T{number}.java": "package com.acme;\nclass T {}\n" for number in range(40)}
        | {"src/main/java/com/acme/Version.java": MAIN.replace("Main", "Version") % ""},
        kind=Kind.LIBRARY,
    ),
    Case(
        id="a web application of an editor",
        files={"src/com/acme/Hello.java": "class Hello extends HttpServlet {}\n", "WebContent/WEB-INF/web.xml": "<x/>"},
        tool=None,
        framework="servlet",
        version="21",
        start="catalina.sh run",
    ),
    Case(
        id="Quarkus in one jar",
        files={
            "pom.xml": pom("io.quarkus:quarkus-resteasy-reactive", plugins=QUARKUS),
            "src/main/resources/application.properties": "quarkus.package.type=uber-jar\n",
        },
        framework="quarkus",
        start="java -jar target/demo-1.0-runner.jar",
    ),
    Case(
        id="a command line of Quarkus",
        files={"pom.xml": pom("io.quarkus:quarkus-picocli", plugins=QUARKUS)},
        kind=Kind.CLI,
        framework="quarkus",
    ),
    Case(
        id="Micronaut",
        files=program(
            pom(
                "io.micronaut:micronaut-http-server-netty",
                "io.micronaut:micronaut-management",
                parent="<parent><groupId>io.micronaut.platform</groupId><artifactId>micronaut-parent</artifactId>"
                "<version>4.6.3</version></parent>",
                plugins="<plugin><artifactId>micronaut-maven-plugin</artifactId></plugin>",
                properties="<jdk.version>21</jdk.version><exec.mainClass>com.acme.Main</exec.mainClass>",
            )
        )
        | {"src/main/resources/application.yml": "micronaut:\n  server:\n    port: 8282\n"},
        framework="micronaut",
        version="21",
        start="java -jar target/demo-1.0.jar",
        port=8282,
        health="/health",
    ),
    Case(
        id="Helidon MP",
        files=program(
            pom(
                "io.helidon.microprofile.bundles:helidon-microprofile",
                properties="<mainClass>com.acme.Main</mainClass><maven.compiler.release>21</maven.compiler.release>",
                parent="<parent><groupId>io.helidon.applications</groupId><artifactId>helidon-mp</artifactId>"
                "<version>4.1.0</version><relativePath/></parent>",
            )
        )
        | {"src/main/resources/META-INF/microprofile-config.properties": "server.port=8080\n"},
        framework="helidon",
        version="21",
        start="java -jar target/demo.jar",
    ),
    Case(
        id="Dropwizard with its configuration",
        files=program(pom("io.dropwizard:dropwizard-core:4.0.7", plugins=SHADE))
        | {"config.yml": "server:\n  applicationConnectors:\n    - type: http\n      port: 9191\n"},
        framework="dropwizard",
        start="java -jar target/demo-1.0.jar server config.yml",
        port=9191,
        health="/healthcheck",
    ),
    Case(
        id="Vert.x by its launcher",
        files={
            "pom.xml": pom(
                "io.vertx:vertx-web:4.5.9", plugins=SHADE.replace("com.acme.Main", "io.vertx.core.Launcher")
            ),
            "src/main/java/com/acme/MainVerticle.java": "package com.acme;\npublic class MainVerticle extends "
            "AbstractVerticle {\n"
            "  public void start() { vertx.createHttpServer().listen(8888); }\n}\n",
        },
        framework="vertx",
        start="java -jar target/demo-1.0.jar",
        port=8888,
    ),
    Case(
        id="Javalin",
        files=program(pom("io.javalin:javalin:6.3.0"), "Javalin.create().start(7070);"),
        framework="javalin",
        start=CLASSES,
        port=7070,
    ),
    Case(
        id="Javalin with a port of the environment",
        files=program(
            pom("io.javalin:javalin:6.3.0"),
            'int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "7001"));\nJavalin.create().start(port);',
        ),
        framework="javalin",
        port=7001,
    ),
    Case(
        id="Spark's own port",
        files=program(pom("com.sparkjava:spark-core:2.9.4"), 'get("/", (q, r) -> "hi");'),
        framework="spark",
        port=4567,
    ),
    Case(
        id="the port of Spark",
        files=program(pom("com.sparkjava:spark-core:2.9.4"), 'port(9999); get("/", (q, r) -> "hi");'),
        framework="spark",
        port=9999,
    ),
    Case(
        id="Jetty in a program",
        files=program(
            pom("org.eclipse.jetty:jetty-server:12.0.1"), "Server server = new Server(8089); server.start();"
        ),
        framework="jetty",
        port=8089,
    ),
    Case(
        id="gRPC",
        files=program(pom("io.grpc:grpc-netty-shaded:1.66.0"), "ServerBuilder.forPort(50055).build().start();"),
        framework="grpc",
        port=50055,
    ),
    Case(
        id="the JDK's own server",
        files=program(pom(), "HttpServer.create(new InetSocketAddress(8099), 0).start();").copy()
        | {
            MAIN_FILE: "package com.acme;\nimport com.sun.net.httpserver.HttpServer;\npublic class Main {\n public "
            "static void main(String[] a) {\n"
            "  HttpServer.create(new InetSocketAddress(8099), 0).start();\n }\n}\n"
        },
        framework="jdk-httpserver",
        start="java -cp target/classes com.acme.Main",
        port=8099,
    ),
    Case(
        id="a jar beside its libraries",
        files=program(
            pom(
                "io.javalin:javalin:6.3.0",
                plugins="<plugin><artifactId>maven-jar-plugin</artifactId>"
                "<configuration><archive><manifest><addClasspath>true</addClasspath>"
                "<classpathPrefix>libs/</classpathPrefix><mainClass>com.acme.Main</mainClass></manifest></archive>"
                "</configuration></plugin>"
                "<plugin><artifactId>maven-dependency-plugin</artifactId>"
                "<executions><execution><goals><goal>copy-dependencies</goal></goals>"
                "</execution></executions></plugin>",
            )
        ),
        framework="javalin",
        start="java -jar target/demo-1.0.jar",
    ),
    Case(
        id="one jar by the assembly plugin",
        files=program(
            pom(
                "io.javalin:javalin:6.3.0",
                plugins="<plugin><artifactId>maven-assembly-plugin</artifactId>"
                "<configuration><archive><manifest><mainClass>com.acme.Main"
                "</mainClass></manifest></archive>"
                "<descriptorRefs><descriptorRef>jar-with-dependencies</descriptorRef></descriptorRefs>"
                "</configuration><executions><execution><goals><goal>single</goal></goals></execution></executions>"
                "</plugin>",
            )
        ),
        framework="javalin",
        start="java -jar target/demo-1.0-jar-with-dependencies.jar",
    ),
    Case(
        id="servlets on Tomcat",
        files={"pom.xml": pom(dependency("jakarta.servlet:jakarta.servlet-api:6.0.0", "provided"), more=WAR)},
        framework="servlet",
        start="catalina.sh run",
    ),
    Case(
        id="Spring MVC without Boot",
        files={"pom.xml": pom("org.springframework:spring-webmvc:5.3.30", more=WAR)},
        framework="spring-mvc",
        start="catalina.sh run",
    ),
    Case(
        id="Open Liberty",
        files={
            "pom.xml": pom(
                dependency("jakarta.platform:jakarta.jakartaee-api:10.0.0", "provided"),
                more=WAR,
                plugins="<plugin><groupId>io.openliberty.tools</groupId><artifactId>liberty-maven-plugin</artifactId>"
                "</plugin>",
            ),
        },
        framework="jakarta-ee",
        port=9080,
        start="/opt/ol/wlp/bin/server run defaultServer",
    ),
    Case(
        id="Kotlin by Maven",
        files={
            "pom.xml": pom(
                "io.javalin:javalin:6.3.0", plugins="<plugin><artifactId>kotlin-maven-plugin</artifactId></plugin>"
            ),
            "src/main/kotlin/App.kt": "package com.acme\n\nfun main() {\n    Javalin.create().start(7071)\n}\n",
        },
        language="kotlin",
        framework="javalin",
        port=7071,
        start="java -cp 'target/classes:target/dependency/*' com.acme.AppKt",
    ),
    Case(
        id="a bot",
        files=program(pom("net.dv8tion:JDA:5.0.0"), 'JDABuilder.createDefault(System.getenv("BOT_TOKEN")).build();'),
        kind=Kind.WORKER,
        framework="jda",
        start=CLASSES,
        variables=("BOT_TOKEN",),
    ),
    Case(id="a program that greets", files=program(pom(), 'System.out.println("hi");'), kind=Kind.CLI),
    Case(id="a command line", files=program(pom("info.picocli:picocli:4.7.6")), kind=Kind.CLI),
    Case(
        id="a library",
        files={"pom.xml": pom(), "src/main/java/com/acme/Thing.java": "package com.acme;\npublic class Thing {}\n"},
        kind=Kind.LIBRARY,
    ),
    Case(
        id="windows of Swing",
        files={"pom.xml": pom(), MAIN_FILE: "import javax.swing.JFrame;\n" + MAIN % "new JFrame();"},
        kind=Kind.DESKTOP,
        framework="swing",
    ),
    Case(
        id="windows of JavaFX",
        files=program(pom("org.openjfx:javafx-controls:21")),
        kind=Kind.DESKTOP,
        framework="javafx",
    ),
    Case(
        id="a plugin of Maven",
        files=program(pom(more="<packaging>maven-plugin</packaging>")),
        kind=Kind.OTHER,
        framework="maven-plugin",
    ),
    Case(
        id="a plugin of a game server",
        files={
            "pom.xml": pom(dependency("org.spigotmc:spigot-api:1.20", "provided")),
            "src/main/java/com/acme/P.java": "class P extends JavaPlugin {}",
        },
        kind=Kind.OTHER,
        framework="minecraft",
    ),
    Case(
        id="a function of a cloud",
        files={
            "pom.xml": pom("com.amazonaws:aws-lambda-java-core:1.2.3"),
            "src/main/java/com/acme/H.java": "class H {}",
        },
        kind=Kind.OTHER,
        framework="aws-lambda",
    ),
    Case(
        id="a job of a cluster",
        files=program(pom(dependency("org.apache.spark:spark-sql_2.13:3.5.0", "provided"))),
        kind=Kind.OTHER,
        framework="spark",
    ),
    Case(
        id="an enforced version",
        files=program(pom(properties="<maven.compiler.source>11</maven.compiler.source>")),
        kind=Kind.CLI,
        version="11",
    ),
    Case(
        id="a version between images",
        files=program(pom(properties="<maven.compiler.source>14</maven.compiler.source>")),
        kind=Kind.CLI,
        version="17",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_program_is_planned(case: Case) -> None:
    check(case)


def test_properties_of_a_parent_in_the_tree_are_inherited() -> None:
    parent = (
        "<parent><groupId>com.acme</groupId><artifactId>base</artifactId><version>2.0</version>"
        "<relativePath>../base</relativePath></parent>"
    )
    child = f"<project>{parent}<artifactId>tool</artifactId></project>"
    files = {
        "base/pom.xml": pom(
            name="base",
            version="2.0",
            more="<packaging>pom</packaging>",
            properties="<maven.compiler.release>11</maven.compiler.release>",
        ),
        "tool/pom.xml": child,
        "tool/src/main/java/com/acme/Main.java": MAIN % "",
    }

    tool = next(one for one in planned(files).components if one.name == "tool")

    assert tool.runtime.value is not None
    assert tool.runtime.value.version == "11"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<project",
        "<project><parent><relativePath>../../../etc/pom.xml</relativePath></parent></project>",
        "not xml at all",
        "<html/>",
        "\ufeff" + pom(),
    ],
    ids=["empty", "cut off", "a path out of the tree", "no XML", "another root", "a byte order mark"],
)
def test_a_broken_manifest_is_survived(text: str) -> None:
    planned({"pom.xml": text, MAIN_FILE: MAIN % ""})


def test_two_poms_that_are_each_others_parent_end() -> None:
    one = (
        "<project><parent><artifactId>b</artifactId><relativePath>../b/pom.xml</relativePath></parent>"
        "<artifactId>a</artifactId></project>"
    )
    other = one.replace(">b<", ">x<").replace("../b", "../a").replace(">a<", ">b<").replace(">x<", ">a<")

    planned({"a/pom.xml": one, "b/pom.xml": other})


def test_a_server_bound_to_its_own_machine_is_said() -> None:
    body = (
        '  String BASE = "http://localhost:8080/api/";\n GrizzlyHttpServerFactory.createHttpServer(URI.create(BASE));'
    )
    one = only(program(pom("org.glassfish.jersey.containers:jersey-container-grizzly2-http:3.1.3"), body))

    assert one.bind.value == "127.0.0.1"
    assert one.port.value == 8080


def test_sources_that_stand_alone_are_compiled() -> None:
    one = only(
        {"src/Main.java": "public class Main { public static void main(String[] a) { System.out.println(1); } }"}
    )

    assert one.kind.value == Kind.CLI
    assert one.start.value is not None
    assert one.start.value.text == "java -cp out Main"
