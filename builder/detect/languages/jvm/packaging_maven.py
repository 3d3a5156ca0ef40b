"""Packages that Maven's plugins make: shade, assembly, appassembler, a jar beside its libraries, plain classes."""

from posixpath import normpath

from builder.detect.languages.jvm.module import Module
from builder.detect.languages.jvm.package import (
    Package,
    found_by,
    java,
    main_evidence,
    maven_file,
)
from builder.grounds import CODE
from core.evidence import Evidence


def maven(module: Module) -> Package | None:
    """Return the package of a program that Maven builds."""
    project = module.project
    main = module.main_class
    if shade := module.plugin("maven-shade-plugin"):
        attached = shade.settings.get("shadedArtifactAttached") == "true"
        suffix = f"-{shade.settings.get('shadedClassifierName', 'shaded')}" if attached else ""
        output = maven_file(module, suffix)
        if final := shade.settings.get("finalName"):
            output = f"target/{final}.jar"
        if written := shade.settings.get("outputFile"):
            output = normpath(written)
        return _maven_jar(module, output, "maven.shade", shade.evidence)
    if assembly := module.plugin("maven-assembly-plugin"):
        plain = assembly.settings.get("appendAssemblyId") == "false"
        ref = next((value for key, value in assembly.settings.items() if key.endswith("descriptorRef")), "")
        if ref and (main or assembly.settings.get("archive.manifest.mainClass")):
            output = maven_file(module, "" if plain else f"-{ref}")
            if final := assembly.settings.get("finalName"):
                output = f"target/{final}{'' if plain else f'-{ref}'}.jar"
            goals = ("package",) if "single" in assembly.goals else ("package", "assembly:single")
            return _maven_jar(module, output, "maven.assembly", assembly.evidence, goals=goals)
    if onejar := module.plugin("onejar-maven-plugin"):
        return _maven_jar(module, maven_file(module, ".one-jar"), "maven.onejar", onejar.evidence)
    if assembler := module.plugin("appassembler-maven-plugin"):
        name = next(
            (value for key, value in assembler.settings.items() if key.endswith(("program.name", "program.id"))), ""
        )
        folder = assembler.settings.get("assembleDirectory", "target/appassembler")
        folder = folder.replace("${project.build.directory}", "target")
        goals = ("package",) if assembler.goals else ("package", "appassembler:assemble")
        start = ("sh", f"{folder}/bin/{name or project.name}")
        return Package(goals=goals, output=folder, start=start, rule="maven.appassembler", evidence=assembler.evidence)
    jar = module.plugin("maven-jar-plugin")
    if jar and jar.settings.get("archive.manifest.mainClass") and main:
        prefix = jar.settings.get("archive.manifest.classpathPrefix", "").strip("/")
        copying = module.plugin("maven-dependency-plugin")
        also = (f"target/{prefix}",) if prefix and copying and "copy-dependencies" in copying.goals else ()
        has_own = not any(one.scope == "compile" for one in project.dependencies)
        if also or has_own:
            output = maven_file(module)
            if final := jar.settings.get("finalName"):
                output = f"target/{final}.jar"
            return _maven_jar(module, output, "maven.jar", jar.evidence, also=also)
    if not main:
        return None
    depends = any(one.scope == "compile" for one in project.dependencies)
    copied = ("dependency:copy-dependencies", "-DincludeScope=runtime") if depends else ()
    path = "target/classes:target/dependency/*" if depends else "target/classes"
    return Package(
        goals=("package", *copied),
        output="target/classes",
        start=java("-cp", path, main),
        also=("target/dependency",) if depends else (),
        rule="maven.classes",
        evidence=main_evidence(module),
        sure=CODE,
    )


def _maven_jar(
    module: Module,
    output: str,
    rule: str,
    evidence: Evidence | None,
    *,
    goals: tuple[str, ...] = ("package",),
    also: tuple[str, ...] = (),
) -> Package:
    return Package(
        goals=goals,
        output=output,
        start=java("-jar", output),
        also=also,
        traits=found_by(module, output),
        rule=rule,
        evidence=evidence,
    )
