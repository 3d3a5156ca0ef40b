"""The image of a static site: built by its generator where it has one, served by nginx."""

from posixpath import join

from builder.detect.languages.static.examining import GENERATORS
from builder.detect.languages.static.serving import FOLDER, final, served
from builder.errors import PlanIncomplete
from builder.plan import Component
from builder.recipe import Copy, Packages, Recipe, Run, Stage, Step
from builder.tree import Tree


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    output, build = component.output.value, component.build.value
    if output is None:
        raise PlanIncomplete(f"{component.name}: the folder that is served must be known before it can be built.")
    if build is None:
        source = "." if output == "." else f"{output}/"
        return Recipe(stages=(), final=final(Copy(sources=(source,), to=f"{FOLDER}/")))
    generator = next((one for one in GENERATORS if one.name == component.framework.value), None)
    if generator is None:
        raise PlanIncomplete(f"{component.name}: the generator must be known before it can be built.")
    version = component.runtime.value.version if component.runtime.value else ""
    steps: list[Step] = []
    packages = generator.packages(version)
    if packages and join(component.path, "go.mod") in tree:
        packages = (*packages, "go")  # Hugo fetches its themes as modules
    if packages:
        steps.append(Packages(names=packages))
    if component.install.value:
        steps.append(Run(line=component.install.value.text))
    steps.append(Copy(sources=(".",), to="/src/"))
    steps.append(Run(line=build.text))
    stage = Stage(name="build", base=generator.base(version), steps=tuple(steps), directory="/src")
    return served(stage, output=f"/src/{output}", ignored=(output,))
