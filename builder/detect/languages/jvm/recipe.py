"""The image of a program of the Java virtual machine: built with its tool, run on a runtime without compiler."""

from posixpath import join, relpath

from builder.detect.languages.jvm.servers import server
from builder.detect.languages.jvm.steps import GRADLE, files_of, steps_of
from builder.errors import PlanIncomplete
from builder.plan import Command, Component
from builder.recipe import Base, Copy, Final, Recipe, Run, Set, Stage
from builder.tree import Tree

SMALL = frozenset({"8", "11", "17", "21", "25"})
"""Releases with a runtime on Alpine."""

MEMORY = ("JAVA_TOOL_OPTIONS", "-XX:MaxRAMPercentage=75.0")
"""Without it the heap is a quarter of the container's memory."""


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, build, start = component.runtime.value, component.build.value, component.start.value
    if runtime is None or build is None or start is None:
        raise PlanIncomplete(f"{component.name}: runtime, build and start must be known before it can be built.")
    traits = [one.value for one in component.traits]
    inside = relpath(component.path or ".", component.context or ".")
    if "clojure.tools" in traits:
        return _clojure(runtime.version, build.text, start)
    tool = component.package_manager.value or "none"
    source = "/src" if inside == "." else f"/src/{inside}"
    stage = Stage(
        name="build",
        base=_base(tool, runtime.version, component, tree),
        steps=tuple(steps_of(component, tree, tool, traits, source)),
        directory="/src",
    )
    output = component.output.value or ""
    if final := server(traits, runtime.version, f"{source}/{output}", start, component, tree):
        return Recipe(stages=(stage,), final=final, files=files_of(tool, traits))
    also = [one.partition(":")[2] for one in traits if one.startswith("jvm.also:")]
    copies = tuple(
        Copy(sources=(f"{source}/{one}",), to=f"/app/{one}", stage="build")
        for one in dict.fromkeys((output, *also))
        if one
    )
    small = runtime.version in SMALL and start.argv[:1] == ("java",)
    return Recipe(
        stages=(stage,),
        final=Final(
            base=Base(
                image="docker.io/library/eclipse-temurin", tag=f"{runtime.version}-jre{'-alpine' if small else ''}"
            ),
            steps=copies,
            command=start,
            environment=(MEMORY,),
            health_tool="busybox" if small else "bash",
        ),
        files=files_of(tool, traits),
    )


def _base(tool: str, version: str, component: Component, tree: Tree) -> Base:
    if tool == "gradle" and not _wrapped(component, tree):
        return Base(image="docker.io/library/gradle", tag=f"{GRADLE}-jdk{version}")
    if tool in {"gradle", "none", "ant"}:
        return Base(image="docker.io/library/eclipse-temurin", tag=f"{version}-jdk")
    if tool in {"lein", "clojure"}:
        return Base(
            image="docker.io/library/clojure", tag=f"temurin-{version}-{'lein' if tool == 'lein' else 'tools-deps'}"
        )
    return Base(image="docker.io/library/maven", tag=f"3.9-eclipse-temurin-{version}")


def _wrapped(component: Component, tree: Tree) -> bool:
    return (
        join(component.context, "gradlew") in tree
        and join(component.context, "gradle/wrapper/gradle-wrapper.jar") in tree
    )


def _clojure(version: str, build: str, start: Command) -> Recipe:
    base = Base(image="docker.io/library/clojure", tag=f"temurin-{version}-tools-deps")
    home = Set(variables=(("JAVA_TOOL_OPTIONS", "-Duser.home=/app"),))
    steps = (home, Copy(sources=("deps.edn",), to="/app/"), Run(line=build), Copy(sources=(".",), to="/app/"))
    return Recipe(
        stages=(Stage(name="build", base=base, steps=steps),),
        final=Final(
            base=base,
            steps=(Copy(sources=("/app/",), to="/app/", stage="build"),),
            command=start,
            environment=(("JAVA_TOOL_OPTIONS", "-Duser.home=/app -XX:MaxRAMPercentage=75.0"),),
            writable=("/tmp", "/app/.cpcache"),  # noqa: S108 - folders of the image
        ),
    )
