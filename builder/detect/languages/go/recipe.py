"""The image of a Go program: a static binary on a small base, with C only where the code calls it."""

from posixpath import join, relpath

from builder.errors import PlanIncomplete
from builder.plan import Component
from builder.recipe import Base, Copy, Final, Recipe, Run, Set, Stage, Step
from builder.tree import Tree

CACHES = ("/go/pkg/mod", "/root/.cache/go-build")


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, build, start = component.runtime.value, component.build.value, component.start.value
    if runtime is None or build is None or start is None:
        raise PlanIncomplete(f"{component.name}: runtime, build and start must be known before it can be built.")
    inside = relpath(component.path or ".", component.context or ".")
    directory = "/src" if inside == "." else f"/src/{inside}"
    traits = {one.value for one in component.traits}
    cgo = "go.cgo" in traits
    steps: list[Step] = [Set(variables=(("CGO_ENABLED", "1" if cgo else "0"), ("GOTOOLCHAIN", "local")))]
    if component.install.value and inside == ".":
        sums = ("go.sum",) if join(component.path, "go.sum") in tree else ()
        steps.append(Copy(sources=("go.mod", *sums), to="/src/"))
        steps.append(Run(line=component.install.value.text, caches=CACHES))
    steps.append(Copy(sources=(".",), to="/src/"))
    steps.append(Run(line=build.text, caches=CACHES))
    base = Base(image="docker.io/library/golang", tag=f"{runtime.version}-{'bookworm' if cgo else 'alpine'}")
    return Recipe(
        stages=(Stage(name="build", base=base, steps=tuple(steps), directory=directory),),
        final=Final(
            base=Base(image="docker.io/library/debian", tag="bookworm-slim")
            if cgo
            else Base(image="docker.io/library/alpine", tag="3.22"),
            steps=(Copy(sources=(component.output.value or "/out/",), to=start.argv[0], stage="build"),),
            command=start,
            health_tool="bash" if cgo else "busybox",
            reaps="go.children" not in traits,
        ),
    )
