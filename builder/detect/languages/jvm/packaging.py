"""Which file a build makes of a program and how that is started, for each build tool and packaging plugin."""

from collections.abc import Mapping
from posixpath import basename

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import (
    ANY,
    Package,
    java,
    main_evidence,
    sbt_name,
)
from builder.detect.languages.jvm.packaging_gradle import gradle
from builder.detect.languages.jvm.packaging_maven import maven
from builder.grounds import CODE, CONVENTION


def program(module: Module) -> Package | None:
    """Return the package of a program that no framework packs in a way of its own."""
    by_tool = {"maven": maven, "gradle": gradle, "sbt": _sbt, "lein": _lein, "clojure": _clojure, "none": _javac}
    return by_tool[module.project.tool](module)


def _sbt(module: Module) -> Package | None:
    project = module.project
    name = sbt_name(module)
    known = project.properties
    enabled = {one.id.removeprefix("enabled:") for one in project.plugins if one.id.startswith("enabled:")}
    packager = module.plugin("native-packager", "play", "lagom")
    packed = enabled & {
        "JavaAppPackaging",
        "JavaServerAppPackaging",
        "PlayScala",
        "PlayJava",
        "DockerPlugin",
        "PlayService",
        "PlayMinimalJava",
        "PlayMinimalScala",
        "LagomScala",
        "LagomJava",
        "PlayKotlin",
    }
    if packager and packed:
        script = known.get("executableScriptName", name)
        return Package(
            goals=("stage",), output="target/universal/stage", start=(f"target/universal/stage/bin/{script}",),
            rule="sbt.stage", evidence=packager.evidence,
        )  # fmt: skip
    if assembly := module.plugin("assembly"):
        jar = next((value for key, value in known.items() if key.endswith("assemblyJarName")), "")
        jar = jar or f"{name}-assembly-{project.version}.jar"
        scala = known.get("scalaVersion", "2.12")
        folder = f"target/scala-{scala if scala.startswith('3') else '.'.join(scala.split('.')[:2])}"
        path = next((value for key, value in known.items() if key.endswith("assemblyOutputPath")), "")
        output = path or f"{folder}/{basename(jar)}"
        return Package(
            goals=("assembly",),
            output=output,
            start=java("-jar", output),
            rule="sbt.assembly",
            evidence=assembly.evidence,
        )
    if pack := module.plugin("pack"):
        return Package(
            goals=("pack",), output="target/pack", start=("sh", f"target/pack/bin/{name}"), rule="sbt.pack",
            evidence=pack.evidence,
        )  # fmt: skip
    if not module.main_class:
        return None
    return Package(
        goals=("compile", "export Runtime/fullClasspathAsJars"),
        output="target/runtime",
        start=java("-cp", "target/runtime/*", module.main_class),
        traits=("sbt.collect",),
        rule="sbt.classes",
        evidence=main_evidence(module),
        sure=CODE,
    )


def _lein(module: Module) -> Package | None:
    known = module.project.properties
    ring = "ring.handler" in known and not module.project.main_class
    if not module.main_class and not ring:
        return None
    folder = known.get("target-path", "target").rstrip("/").replace("%s", "uberjar")
    name = known.get("uberjar-name") or f"{module.project.name}-{module.project.version or ''}-standalone.jar"
    output = f"{folder}/{name}"
    goals: tuple[str, ...] = ("lein", "ring", "uberjar") if ring else ("lein", "uberjar")
    return Package(
        goals=goals, output=output, start=java("-jar", output), rule="lein.uberjar",
        evidence=module.project.main_evidence or module.project.evidence,
    )  # fmt: skip


def _clojure(module: Module) -> Package | None:
    known = module.project.properties
    if known.get("build") and known.get("build-alias"):
        output = _uber_file(known)
        return Package(
            goals=("clojure", f"-T{known['build-alias']}", known["build"]), output=output, start=java("-jar", output),
            traits=() if known.get("build.uber-file") else ("jvm.find:target",), rule="clojure.uber",
            evidence=module.place.cite_file("build.clj"),
        )  # fmt: skip
    start: tuple[str, ...]
    if alias := known.get("alias"):
        start = ("clojure", f"-M{alias}")
    elif run := known.get("exec"):
        start = ("clojure", f"-X{run.split()[0]}")
    elif module.main_class:
        start = ("clojure", "-M", "-m", module.main_class)
    else:
        return None
    return Package(
        goals=("clojure", "-P", *start[1:2]), output="", start=start, traits=("clojure.tools",), rule="clojure.run",
        evidence=module.project.main_evidence or module.project.evidence,
    )  # fmt: skip


def _uber_file(known: Mapping[str, str]) -> str:
    return known.get("build.uber-file") or f"target/{ANY}.jar"


def _javac(module: Module) -> Package | None:
    if not module.main_class:
        return None
    return Package(
        goals=("sh", "-c", "find . -name '*.java' > /tmp/sources && javac -encoding UTF-8 -d out @/tmp/sources"),
        output="out", start=java("-cp", "out", module.main_class), rule="java.javac", evidence=main_evidence(module),
        sure=CONVENTION,
    )  # fmt: skip
