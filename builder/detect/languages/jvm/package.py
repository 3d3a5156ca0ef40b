"""A package of a program: what is built, where it lies, how it is started; the names that build tools give."""

import re
from dataclasses import dataclass

from builder.detect.languages.jvm.module import Module
from builder.draft import Draft
from builder.grounds import DECLARED
from builder.plan import Command, Commands
from core.evidence import Evidence
from core.phrase import Phrase

ANY = "app"
"""Name of an archive whose own name only the build knows: the recipe copies what was built to it."""


SHADOW = ("com.github.johnrengelman.shadow", "com.gradleup.shadow", "io.github.goooler.shadow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is built. Paths are below the module's folder. ``goals`` are the build tool's, ``also`` further outputs."""

    goals: tuple[str, ...]
    output: str
    start: tuple[str, ...]
    also: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    rule: str
    evidence: Evidence | None = None
    sure: float = DECLARED


def add_package(module: Module, draft: Draft, made: Package) -> None:
    """Add build, output and start of a package to a draft."""
    why = Phrase(en="The build makes it.", zh="由构建生成。")
    draft.build.add(build_of(module, made.goals), made.sure, f"{made.rule}.build", why, made.evidence)
    draft.output.add(made.output, made.sure, f"{made.rule}.output", why, made.evidence)
    draft.start.add(
        Command(argv=made.start),
        made.sure,
        f"{made.rule}.start",
        Phrase(en="What the build makes is started.", zh="启动构建出的程序。"),
        made.evidence,
    )
    for trait in (*made.traits, *(f"jvm.also:{one}" for one in made.also)):
        draft.traits.add(trait, made.sure, made.rule, why, made.evidence)


def build_of(module: Module, goals: tuple[str, ...]) -> Commands:
    """Return the build tool's command for goals of a module."""
    project = module.project
    if project.tool == "maven":
        profile = ("-Pprod",) if _jhipster(module) else ()
        only = ("-pl", module.inside, "-am") if module.inside else ()
        return _one("mvn", "-B", "-DskipTests", *profile, *only, *goals)
    if project.tool == "gradle":
        path = f":{module.inside.replace('/', ':')}:" if module.inside else ""
        program = ("sh", "./gradlew") if project.wrapper else ("gradle",)
        extra = ("-Pprod",) if _jhipster(module) else ()
        return _one(*program, "--no-daemon", *extra, *(f"{path}{goal}" for goal in goals), "-x", "test")
    if project.tool == "sbt":
        name = project.properties.get("sbt.id", "")
        prefix = f"{name}/" if name and module.inside else ""
        return _one("sbt", "-batch", *(f"{prefix}{goal}" for goal in goals))
    return _one(*goals)


def _one(*argv: str) -> Commands:
    return Commands(each=(Command(argv=argv),))


def _jhipster(module: Module) -> bool:
    return "generator-jhipster" in module.place.json(".yo-rc.json")


def java(*words: str) -> tuple[str, ...]:
    """Return the words of a start by ``java``."""
    return ("java", *words)


def maven_file(module: Module, suffix: str = "", kind: str = "jar") -> str:
    """Return the path of what Maven makes, of any name where it cannot be told."""
    name = module.project.artifact
    return f"target/{name}{suffix}.{kind}" if name else f"target/{ANY}.{kind}"


def found_by(module: Module, output: str) -> tuple[str, ...]:
    """Return the trait that tells the recipe to look for the archive, where its name is not known."""
    folder, _, name = output.rpartition("/")
    return (f"jvm.find:{folder}",) if name.partition(".")[0] == ANY and module.project.artifact is None else ()


def gradle_file(module: Module, task: str, *, classifier: str = "", kind: str = "jar", version: bool = True) -> str:
    """Return the path of the archive that a Gradle task makes."""
    known = module.project.properties
    if name := known.get(f"{task}.archiveFileName") or known.get(f"{task}.archiveName"):
        return f"build/libs/{name}"
    project = module.project
    given = known.get(f"{task}.archiveBaseName") or known.get(f"{task}.baseName")
    number = known.get(f"{task}.archiveVersion", known.get(f"{task}.version", project.version or ""))
    ending = known.get(f"{task}.archiveClassifier", known.get(f"{task}.classifier", classifier))
    if given is None and project.artifact is None:
        return f"build/libs/{ANY}.{kind}"
    base = given or _base(module)
    parts = (base, number if version else "", ending)
    return f"build/libs/{'-'.join(part for part in parts if part and part != 'null')}.{kind}"


def _base(module: Module) -> str:
    project = module.project
    name = project.artifact or project.name
    return name.removesuffix(f"-{project.version}") if project.version else name


def sbt_name(module: Module) -> str:
    """Return a project's name as sbt writes it in files: lower case, dashes."""
    return re.sub(r"\W+", "-", module.project.name.lower()) or ANY


def main_evidence(module: Module) -> Evidence | None:
    """Return the line that names the program."""
    main = module.main
    return module.project.main_evidence or (module.place.cite(main.file, main.line) if main else None)
