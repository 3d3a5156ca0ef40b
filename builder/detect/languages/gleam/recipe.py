"""The image of a Gleam program: a shipment run by Erlang, JavaScript run by Node, or a page that a web server shows."""

from posixpath import join, relpath

from builder.errors import PlanIncomplete
from builder.plan import Command, Component, Kind
from builder.recipe import Base, Copy, Final, Recipe, Run, Stage, Step
from builder.tree import Tree

RELEASE = "v1.13.0"
"""The compiler that is taken where no version file names another: its images have no tag for a series."""

CACHES = ("/root/.cache/gleam",)
APP = "/app"
SOURCE = "/src"
_COMPILER = "ghcr.io/gleam-lang/gleam"


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    build, output = component.build.value, component.output.value
    if build is None or output is None:
        raise PlanIncomplete(f"{component.name}: build and output must be known before it can be built.")
    script = "javascript" in output
    base = Base(image=_COMPILER, tag=f"{_release(component)}-{'node' if script else 'erlang'}-alpine")
    manifests = tuple(one for one in ("gleam.toml", "manifest.toml") if join(component.path, one) in tree)
    inside = relpath(component.path or ".", component.context or ".")
    directory = SOURCE if inside == "." else f"{SOURCE}/{inside}"
    steps: list[Step] = []
    if component.install.value is not None and inside == ".":
        steps += [Copy(sources=manifests, to=f"{SOURCE}/"), Run(line=component.install.value.text, caches=CACHES)]
    steps += [Copy(sources=(".",), to=f"{SOURCE}/"), Run(line=build.text, caches=CACHES)]
    stage = Stage(name="build", base=base, steps=tuple(steps), directory=directory)
    output = f"{directory}/{output}/"
    return Recipe(stages=(stage,), final=_final(component, output, script=script), ignored=("build",))


def _final(component: Component, output: str, *, script: bool) -> Final:
    environment = (("PORT", str(component.port.value)),) if component.port.value else ()
    if component.kind.value == Kind.STATIC:
        return Final(
            base=Base(image="docker.io/nginxinc/nginx-unprivileged", tag="1.28-alpine"),
            steps=(Copy(sources=(output,), to="/usr/share/nginx/html/", stage="build"),),
            command=Command(argv=("nginx", "-g", "daemon off;")),
            directory="/usr/share/nginx/html",
            health_tool="busybox",
            reaps=True,
        )
    start = component.start.value
    if start is None:
        raise PlanIncomplete(f"{component.name}: the start command must be known before it can be built.")
    if script:
        name = component.name.replace("-", "_")
        line = f"import('{APP}/{name}/{name}.mjs').then(m => m.main())"
        return Final(
            base=Base(image="docker.io/library/node", tag="24-alpine"),
            steps=(Copy(sources=(output,), to=f"{APP}/", stage="build"),),
            command=Command(argv=("node", "--input-type=module", "-e", line)),
            environment=environment,
            health_tool="node",
        )
    return Final(
        base=Base(image="docker.io/library/erlang", tag="27-alpine"),
        steps=(Copy(sources=(output,), to=f"{APP}/", stage="build"),),
        command=start if start.text.startswith(APP) else Command(argv=(f"{APP}/entrypoint.sh", "run")),
        environment=(*environment, ("HOME", "/tmp")),  # noqa: S108 - a folder of the image
        health_tool="busybox",
    )


def _release(component: Component) -> str:
    """Return the compiler's release: the one that a version file names in full."""
    given = component.runtime.value.constraint.lstrip("v") if component.runtime.value else ""
    return f"v{given}" if given.count(".") == 2 and given.replace(".", "").isdigit() else RELEASE
