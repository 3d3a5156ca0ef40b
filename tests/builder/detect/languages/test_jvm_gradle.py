"""Programs that Gradle builds, as plans; Android and what is loaded by others."""

import pytest

from builder.plan import Kind
from tests.builder.detect.languages.jvm_cases import BOOT_FILE, BOOT_MAIN, MAIN, Case, check, only, planned

SETTINGS = {"settings.gradle": "rootProject.name = 'demo'\n"}
WRAPPER = {
    "gradlew": "#!/bin/sh\n",
    "gradle/wrapper/gradle-wrapper.jar": "PK",
    "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://services.gradle.org/distributions/gradle-8.5-bin.zip\n",
}
BOOT = """plugins {
    id 'java'
    id 'org.springframework.boot' version '3.3.4'
    id 'io.spring.dependency-management' version '1.1.6'
}
group = 'com.acme'
version = '0.0.1-SNAPSHOT'
java { toolchain { languageVersion = JavaLanguageVersion.of(17) } }
dependencies {
    implementation 'org.springframework.boot:spring-boot-starter-web'
    testImplementation 'org.postgresql:postgresql'
}
"""
BOOT_KOTLIN = """plugins {
    kotlin("jvm") version "2.0.20"
    kotlin("plugin.spring") version "2.0.20"
    id("org.springframework.boot") version "3.3.4"
}
group = "com.acme"
version = "0.1"
kotlin { jvmToolchain(21) }
dependencies {
    implementation("org.springframework.boot:spring-boot-starter-webflux")
    runtimeOnly("org.postgresql:r2dbc-postgresql")
}
tasks.withType<BootJar> { archiveFileName.set("shop.jar") }
"""
KTOR = """val ktorVersion: String by project
plugins {
    kotlin("jvm") version "2.0.20"
    id("io.ktor.plugin") version "2.3.12"
}
application { mainClass.set("com.acme.ApplicationKt") }
kotlin { jvmToolchain(17) }
dependencies {
    implementation("io.ktor:ktor-server-core-jvm:$ktorVersion")
    implementation("io.ktor:ktor-server-netty-jvm:$ktorVersion")
}
"""
KTOR_MAIN = (
    'package com.acme\n\nfun main() {\n    embeddedServer(Netty, port = 8090, host = "0.0.0.0") '
    "{}.start(wait = true)\n}\n"
)
APPLICATION = (
    "plugins {\n  id 'application'\n}\njava.sourceCompatibility = JavaVersion.VERSION_17\napplication { "
    "mainClass = 'com.acme.Main' }\n"
)
CATALOG = """[versions]
ktor = "3.0.0"
java = "21"
[libraries]
ktor-server-core = { module = "io.ktor:ktor-server-core", version.ref = "ktor" }
ktor-server-netty = { group = "io.ktor", name = "ktor-server-netty", version.ref = "ktor" }
pg = "org.postgresql:postgresql:42.7.3"
[bundles]
ktor = ["ktor-server-core", "ktor-server-netty"]
[plugins]
ktor = { id = "io.ktor.plugin", version.ref = "ktor" }
"""
ANDROID = 'plugins {\n    alias(libs.plugins.android.application)\n}\nandroid { namespace = "com.acme" }\n'


CASES = (
    Case(
        id="Spring Boot in Groovy",
        files=SETTINGS | {"build.gradle": BOOT, BOOT_FILE: BOOT_MAIN},
        tool="gradle",
        framework="spring-boot",
        start="java -jar build/libs/demo-0.0.1-SNAPSHOT.jar",
    ),
    Case(
        id="Spring Boot in Kotlin with a name of its own",
        files={
            "settings.gradle.kts": 'rootProject.name = "demo"\n',
            "build.gradle.kts": BOOT_KOTLIN,
            "src/main/kotlin/com/acme/App.kt": "package com.acme\n\n@SpringBootApplication\nclass App\n\nfun "
            "main(args: Array<String>) {\n    runApplication<App>(*args)\n}\n",
        },
        tool="gradle",
        language="kotlin",
        version="21",
        framework="spring-boot",
        start="java -jar build/libs/shop.jar",
        services=("postgresql",),
    ),
    Case(
        id="a build without a name has a jar of any name",
        files={"build.gradle": BOOT, BOOT_FILE: BOOT_MAIN},
        tool="gradle",
        framework="spring-boot",
        start="java -jar build/libs/app.jar",
    ),
    Case(
        id="Ktor in code",
        files=SETTINGS
        | {
            "build.gradle.kts": KTOR,
            "gradle.properties": "ktorVersion=2.3.12\n",
            "src/main/kotlin/Application.kt": KTOR_MAIN,
        },
        tool="gradle",
        language="kotlin",
        framework="ktor",
        start="java -jar build/libs/demo-all.jar",
        port=8090,
    ),
    Case(
        id="Ktor by configuration",
        files=SETTINGS
        | {
            "build.gradle.kts": KTOR.replace("com.acme.ApplicationKt", "io.ktor.server.netty.EngineMain"),
            "src/main/kotlin/Application.kt": "package com.acme\n\nfun Application.module() {}\n",
            "src/main/resources/application.conf": "ktor {\n  deployment {\n    port = 9095\n    port = ${?PORT}\n  "
            "}\n}\n",
        },
        tool="gradle",
        language="kotlin",
        framework="ktor",
        port=9095,
    ),
    Case(
        id="Ktor's configuration as YAML",
        files=SETTINGS
        | {
            "build.gradle.kts": KTOR.replace("com.acme.ApplicationKt", "io.ktor.server.netty.EngineMain"),
            "src/main/kotlin/Application.kt": "package com.acme\n\nfun Application.module() {}\n",
            "src/main/resources/application.yaml": 'ktor:\n  deployment:\n    port: "$PORT:9096"\n',
        },
        tool="gradle",
        language="kotlin",
        framework="ktor",
        port=9096,
    ),
    Case(
        id="a catalog with bundles and plugins",
        files=SETTINGS
        | {
            "gradle/libs.versions.toml": CATALOG,
            "build.gradle.kts": "plugins {\n    alias(libs.plugins.ktor)\n}\nkotlin { "
            "jvmToolchain(libs.versions.java.get().toInt()) }\n"
            'application { mainClass = "com.acme.ApplicationKt" }\n'
            "dependencies {\n    implementation(libs.bundles.ktor)\n    implementation(libs.pg)\n}\n",
            "src/main/kotlin/Application.kt": KTOR_MAIN,
        },
        tool="gradle",
        language="kotlin",
        version="21",
        framework="ktor",
        port=8090,
        services=("postgresql",),
    ),
    Case(
        id="Micronaut with the shadow plugin",
        files=SETTINGS
        | {
            "build.gradle": "plugins {\n id('io.micronaut.application') version '4.4.2'\n id('com.gradleup.shadow') "
            "version '8.3.3'\n}\nversion = '0.1'\n"
            "application { mainClass = 'com.acme.Main' }\njava { sourceCompatibility = JavaVersion.toVersion('21') }\n"
            "micronaut { runtime('netty') }\n",
            "src/main/java/com/acme/Main.java": MAIN % "Micronaut.run(Main.class, args);",
        },
        tool="gradle",
        version="21",
        framework="micronaut",
        start="java -jar build/libs/demo-0.1-all.jar",
    ),
    Case(
        id="Quarkus",
        files=SETTINGS
        | {
            "build.gradle": "plugins {\n    id 'java'\n    id 'io.quarkus'\n}\njava { sourceCompatibility = "
            "JavaVersion.VERSION_17 }\n"
            "dependencies {\n    implementation 'io.quarkus:quarkus-rest'\n}\n",
            "src/main/java/com/acme/Hello.java": "package com.acme;\nclass Hello {}\n",
        },
        tool="gradle",
        framework="quarkus",
        start="java -jar build/quarkus-app/quarkus-run.jar",
    ),
    Case(
        id="the application plugin",
        files=SETTINGS
        | {
            "build.gradle": APPLICATION + "dependencies { implementation 'io.javalin:javalin:6.3.0' }\n",
            "src/main/java/com/acme/Main.java": MAIN % "Javalin.create().start(7000);",
        },
        tool="gradle",
        framework="javalin",
        start="build/install/demo/bin/demo",
        port=7000,
    ),
    Case(
        id="the old way with mainClassName",
        files=SETTINGS
        | {
            "build.gradle": "apply plugin: 'java'\napply plugin: 'application'\nmainClassName = 'com.acme.Main'\n"
            "sourceCompatibility = 1.8\n"
            "dependencies { compile 'com.sparkjava:spark-core:2.5' }\n",
            "src/main/java/com/acme/Main.java": MAIN % 'get("/", x);',
        },
        tool="gradle",
        version="8",
        framework="spark",
        port=4567,
        start="build/install/demo/bin/demo",
    ),
    Case(
        id="a jar that names its main class",
        files=SETTINGS
        | {
            "build.gradle": "plugins { id 'java' }\nversion = '1.2'\ndependencies { implementation "
            "'io.javalin:javalin:6.3.0' }\n"
            "java { sourceCompatibility = 17 }\n"
            "jar {\n  manifest { attributes 'Main-Class': 'com.acme.Main' }\n  from { "
            "configurations.runtimeClasspath.collect { zipTree(it) } }\n}\n",
            "src/main/java/com/acme/Main.java": MAIN % "Javalin.create().start();",
        },
        tool="gradle",
        framework="javalin",
        start="java -jar build/libs/demo-1.2.jar",
    ),
    Case(
        id="no plugin that packs",
        files=SETTINGS
        | {
            "build.gradle": "plugins { id 'java' }\njava { sourceCompatibility = 17 }\ndependencies { implementation "
            "'io.javalin:javalin:6.3.0' }\n",
            "src/main/java/com/acme/Main.java": MAIN % "Javalin.create().start();",
        },
        tool="gradle",
        framework="javalin",
        start="java -cp 'build/runtime/*' com.acme.Main",
    ),
    Case(
        id="no version said: what the wrapper's Gradle runs on",
        files=SETTINGS
        | {
            "build.gradle": "plugins { id 'application' }\napplication { mainClass = 'com.acme.Main' }\n",
            "gradle/wrapper/gradle-wrapper.properties": "distributionUrl=https\\://x/gradle-6.8.3-all.zip\n",
            "src/main/java/com/acme/Main.java": MAIN % "",
        },
        tool="gradle",
        kind=Kind.CLI,
        version="11",
    ),
    Case(
        id="Spring Boot 1",
        files=SETTINGS
        | {
            "build.gradle": "buildscript {\n  dependencies { "
            "classpath('org.springframework.boot:spring-boot-gradle-plugin:1.5.2.RELEASE') }\n}\n"
            "apply plugin: 'java'\napply plugin: 'org.springframework.boot'\n"
            "jar {\n  baseName = 'gs-boot'\n  version = '0.1.0'\n}\nsourceCompatibility = 1.8\n"
            "dependencies { compile('org.springframework.boot:spring-boot-starter-web') }\n",
            BOOT_FILE: BOOT_MAIN,
        },
        tool="gradle",
        version="8",
        framework="spring-boot",
        start="java -jar build/libs/gs-boot-0.1.0.jar",
    ),
    Case(
        id="a war",
        files=SETTINGS
        | {
            "build.gradle": "plugins { id 'war' }\nversion = '1'\njava.sourceCompatibility = 17\n",
            "src/main/webapp/index.jsp": "hi",
        },
        tool="gradle",
        framework="servlet",
        start="catalina.sh run",
        output="build/libs/demo-1.war",
    ),
    Case(
        id="a library",
        files=SETTINGS
        | {
            "build.gradle.kts": "plugins {\n    `java-library`\n}\njava { toolchain { languageVersion = "
            "JavaLanguageVersion.of(17) } }\n",
            "src/main/java/com/acme/T.java": "class T {}",
        },
        tool="gradle",
        kind=Kind.LIBRARY,
    ),
    Case(
        id="a plugin of Gradle",
        files=SETTINGS
        | {
            "build.gradle": "plugins { id 'java-gradle-plugin' }\njava.sourceCompatibility = 17\n",
            "src/main/java/com/acme/P.java": "class P {}",
        },
        tool="gradle",
        kind=Kind.OTHER,
        framework="gradle-plugin",
    ),
    Case(
        id="a plugin of an editor",
        files=SETTINGS
        | {
            "build.gradle.kts": 'plugins {\n    kotlin("jvm")\n    id("org.jetbrains.intellij.platform") version '
            '"2.0"\n}\nkotlin { jvmToolchain(17) }\n',
            "src/main/kotlin/A.kt": "class A\n",
        },
        tool="gradle",
        language="kotlin",
        kind=Kind.OTHER,
        framework="intellij",
    ),
    Case(
        id="a mod of a game",
        files=SETTINGS
        | {
            "build.gradle": "plugins { id 'fabric-loom' version '1.7' }\ntargetCompatibility = "
            "JavaVersion.VERSION_21\n",
            "src/main/java/M.java": "class M {}",
        },
        tool="gradle",
        version="21",
        kind=Kind.OTHER,
        framework="minecraft",
    ),
    Case(
        id="a desktop program",
        files=SETTINGS
        | {
            "build.gradle": APPLICATION.replace(
                "id 'application'", "id 'application'\n id 'org.openjfx.javafxplugin' version '0.1.0'"
            ),
            "src/main/java/com/acme/Main.java": MAIN % "",
        },
        tool="gradle",
        kind=Kind.DESKTOP,
        framework="javafx",
    ),
    Case(
        id="a desktop program of several platforms",
        files=SETTINGS
        | {
            "build.gradle.kts": 'plugins {\n    kotlin("multiplatform")\n    id("org.jetbrains.compose")\n}\n'
            'kotlin {\n    jvm("desktop")\n    jvmToolchain(17)\n    sourceSets {\n        val desktopMain by '
            "getting {\n"
            "            dependencies {\n                implementation(compose.desktop.currentOs)\n            "
            "}\n        }\n"
            '    }\n}\ncompose.desktop { application { mainClass = "MainKt" } }\n',
            "src/desktopMain/kotlin/Main.kt": "fun main() = application { Window {} }\n",
        },
        tool="gradle",
        language="kotlin",
        kind=Kind.DESKTOP,
        framework="compose",
    ),
    Case(
        id="Android by a catalog",
        files={
            "settings.gradle.kts": 'rootProject.name = "Shop"\ninclude(":app")\n',
            "build.gradle.kts": "plugins {\n    alias(libs.plugins.android.application) apply false\n}\n",
            "gradle/libs.versions.toml": '[versions]\nagp = "8.5"\n[plugins]\nandroid-application = { id = '
            '"com.android.application", version.ref = "agp" }\n',
            "app/build.gradle.kts": ANDROID
            + "android { compileOptions { sourceCompatibility = JavaVersion.VERSION_17 } }\n",
            "app/src/main/java/com/acme/MainActivity.kt": "package com.acme\nclass MainActivity\n",
        },
        tool="gradle",
        language="kotlin",
        kind=Kind.MOBILE,
        framework="android",
    ),
    Case(
        id="Groovy and Grails",
        files=SETTINGS
        | {
            "build.gradle": 'buildscript {\n dependencies { classpath "org.grails:grails-gradle-plugin:6.1" }\n}\n'
            'apply plugin: "org.grails.grails-web"\nversion "0.1"\n'
            'java { sourceCompatibility = JavaVersion.toVersion("17") }\n'
            'dependencies {\n implementation "org.springframework.boot:spring-boot-starter-tomcat"\n '
            'implementation "org.grails:grails-core"\n}\n',
            "grails-app/init/com/acme/Application.groovy": "package com.acme\nclass Application extends "
            "GrailsAutoConfiguration {\n static void main(String[] args) {\n  GrailsApp.run(Application, args)\n "
            "}\n}\n",
        },
        tool="gradle",
        language="groovy",
        framework="grails",
        start="java -jar build/libs/demo-0.1.jar",
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_a_gradle_build_is_planned(case: Case) -> None:
    check(case)


def test_the_wrapper_is_used_where_it_is_whole() -> None:
    with_wrapper = only(SETTINGS | WRAPPER | {"build.gradle": BOOT, BOOT_FILE: BOOT_MAIN}).build.value
    without = only(SETTINGS | {"build.gradle": BOOT, BOOT_FILE: BOOT_MAIN}).build.value

    assert with_wrapper is not None
    assert without is not None
    assert with_wrapper.text == "sh ./gradlew --no-daemon bootJar -x test"
    assert without.text == "gradle --no-daemon bootJar -x test"


def test_what_the_root_says_of_all_projects_counts_for_each() -> None:
    files = {
        "settings.gradle": "rootProject.name = 'shop'\ninclude 'core', 'services:api'\n",
        "build.gradle": "plugins { id 'org.springframework.boot' version '3.3.4' apply false }\nsubprojects {\n  apply "
        "plugin: 'java'\n  version = '2.0'\n"
        "  sourceCompatibility = 17\n  dependencies { implementation "
        "'org.springframework.boot:spring-boot-starter-actuator' }\n}\n",
        "core/build.gradle": "dependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
        "core/src/main/java/com/acme/T.java": "package com.acme;\nclass T {}\n",
        "services/api/build.gradle": "apply plugin: 'org.springframework.boot'\ndependencies { implementation "
        "project(':core') }\n",
        f"services/api/{BOOT_FILE}": BOOT_MAIN,
    }

    made = planned(files)
    api = next(one for one in made.components if one.path == "services/api")

    assert made.primary == api.name
    assert {one.path: one.kind.value for one in made.components} == {"core": Kind.LIBRARY, "services/api": Kind.WEB}
    assert api.start.value is not None
    assert api.start.value.text == "java -jar build/libs/api-2.0.jar"
    assert api.build.value is not None
    assert api.build.value.text == "gradle --no-daemon :services:api:bootJar -x test"
    assert api.health.value is not None
    assert api.context == ""


def test_a_convention_plugin_is_read() -> None:
    files = SETTINGS | {
        "settings.gradle": "rootProject.name = 'shop'\ninclude 'api'\n",
        "buildSrc/src/main/groovy/acme.service.gradle": "plugins {\n  id 'org.springframework.boot'\n}\njava { "
        "toolchain { languageVersion = JavaLanguageVersion.of(21) } }\n"
        "dependencies { implementation 'org.springframework.boot:spring-boot-starter-web' }\n",
        "api/build.gradle": "plugins { id 'acme.service' }\n",
        f"api/{BOOT_FILE}": BOOT_MAIN,
    }

    one = only(files)

    assert one.framework.value == "spring-boot"
    assert one.runtime.value is not None
    assert one.runtime.value.version == "21"


def test_maven_is_preferred_where_both_are_there_and_the_other_is_a_rival() -> None:
    from tests.builder.detect.languages.jvm_cases import boot

    one = only({"pom.xml": boot("web"), "build.gradle": BOOT, BOOT_FILE: BOOT_MAIN})

    assert one.package_manager.value == "maven"
    assert [rival.value for rival in one.package_manager.rivals] == ["gradle"]


@pytest.mark.parametrize(
    "script",
    [
        "",
        "plugins {",
        "}}}}((((",
        "dependencies { implementation ",
        "\x01\x02",
        "plugins { id 'java' }\n" + "a { " * 500,
        "println 'x'.execute().text",
    ],
    ids=["empty", "cut off", "brackets", "an open call", "no text", "deep", "a program"],
)
def test_a_broken_or_hostile_script_is_survived(script: str) -> None:
    planned({"build.gradle": script, "settings.gradle": script, BOOT_FILE: BOOT_MAIN})
    planned({"build.gradle.kts": script, "settings.gradle.kts": script, BOOT_FILE: BOOT_MAIN})
