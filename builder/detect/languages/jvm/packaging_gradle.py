"""Packages that Gradle's plugins make: Ktor's, shadow, application, a jar that names its main class, plain classes."""

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import (
    ANY,
    SHADOW,
    Package,
    found_by,
    gradle_file,
    java,
    main_evidence,
)
from builder.grounds import CODE


def gradle(module: Module) -> Package | None:
    """Return the package of a program that Gradle builds."""
    main = module.main_class
    known = module.project.properties
    if module.plugin("io.ktor.plugin"):
        name = known.get("ktor.fatJar.archiveFileName")
        output = f"build/libs/{name or (f'{module.project.name}-all.jar' if module.project.name else f'{ANY}.jar')}"
        find = ("jvm.find:build/libs",) if not name and not module.project.name else ()
        plugin = module.plugin("io.ktor.plugin")
        return Package(
            goals=("buildFatJar",), output=output, start=java("-jar", output), traits=find, rule="gradle.ktor",
            evidence=plugin.evidence if plugin else None,
        )  # fmt: skip
    if shadow := module.plugin(*SHADOW):
        output = gradle_file(module, "shadowJar", classifier="all")
        return Package(
            goals=("shadowJar",), output=output, start=java("-jar", output), traits=found_by(module, output),
            rule="gradle.shadow", evidence=shadow.evidence,
        )  # fmt: skip
    if application := module.plugin("application", "io.micronaut.application", "org.gradle.application"):
        given = known.get("application.applicationName") or known.get("applicationName") or module.project.name
        name = given or module.place.name or ANY
        folder = f"build/install/{name}"
        return Package(
            goals=("installDist",),
            output=folder,
            start=(f"{folder}/bin/{name}",),
            traits=() if given else ("gradle.any-install",),
            rule="gradle.application",
            evidence=application.evidence,
        )
    if any(key.endswith("Main-Class") for key in known) or (main and "jar.manifest.attributes" in known):
        output = gradle_file(module, "jar")
        return Package(
            goals=("jar",), output=output, start=java("-jar", output), traits=found_by(module, output),
            rule="gradle.jar", evidence=module.project.main_evidence,
        )  # fmt: skip
    if not main:
        return None
    return Package(
        goals=("classes", "sextantRuntime"),
        output="build/runtime",
        start=java("-cp", "build/runtime/*", main),
        traits=("gradle.collect",),
        rule="gradle.classes",
        evidence=main_evidence(module),
        sure=CODE,
    )
