"""The image of shell scripts: a small Debian with the programs that they call."""

from builder.errors import PlanIncomplete
from builder.plan import Component
from builder.recipe import Base, Copy, Final, Packages, Recipe, Step
from builder.tree import Tree


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    del tree
    start = component.start.value
    if start is None:
        raise PlanIncomplete(f"{component.name}: the start command must be known before it can be built.")
    steps: list[Step] = []
    names = [one.value for one in component.system_packages]
    if {"curl", "wget", "git", "awscli", "rclone"} & set(names):
        names.append("ca-certificates")
    if names:
        steps.append(Packages(names=tuple(dict.fromkeys(names))))
    steps.append(Copy(sources=(".",), to="/app/"))
    return Recipe(
        stages=(),
        final=Final(
            base=Base(image="docker.io/library/debian", tag="bookworm-slim"),
            steps=tuple(steps),
            command=start,
            health_tool="bash",
        ),
    )
