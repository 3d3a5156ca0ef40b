"""The image of a Deno program: what it imports is fetched while building, so that it starts without a network."""

from posixpath import join

from builder.errors import PlanIncomplete
from builder.plan import Command, Component, Kind
from builder.recipe import Base, Copy, Final, Recipe, Run, Set, Stage, Step

FETCHED = "/deno-dir"
"""Where Deno keeps what it fetched."""


def recipe(component: Component) -> Recipe:
    """Return the recipe."""
    runtime, start, kind = component.runtime.value, component.start.value, component.kind.value
    if runtime is None or kind is None or (start is None and kind != Kind.STATIC):
        raise PlanIncomplete(f"{component.name}: kind, runtime and start must be known before it can be built.")
    base = Base(image="docker.io/denoland/deno", tag=runtime.version)
    inside = component.path[len(component.context) + 1 :] if component.context else component.path
    directory = join("/app", inside) if component.path != component.context else "/app"
    steps: list[Step] = [Set(variables=(("DENO_DIR", FETCHED),)), Copy(sources=(".",), to="/app/")]
    if component.install.value is not None:
        line = component.install.value.text
        loose = line.replace(" --frozen", "")
        fallback = (
            f" || {{ echo 'deno.lock does not match: it is written anew.' >&2; {loose}; }}" if loose != line else ""
        )
        steps.append(Run(line=f"{line}{fallback}"))
    if component.build.value is not None:
        steps.append(Run(line=component.build.value.text))
    stage = Stage(name="build", base=base, steps=tuple(steps), directory=directory)
    if kind == Kind.STATIC or start is None:
        return Recipe(
            stages=(stage,),
            final=Final(
                base=Base(image="docker.io/nginxinc/nginx-unprivileged", tag="stable-alpine"),
                steps=(
                    Copy(
                        sources=(f"{directory}/{component.output.value or '_site'}/.",),
                        to="/usr/share/nginx/html/",
                        stage="build",
                    ),
                ),
                command=Command(argv=("nginx", "-g", "daemon off;")),
                directory="/usr/share/nginx/html",
                health_tool="busybox",
                stop_signal="SIGQUIT",
            ),
        )
    copies = (
        Copy(sources=("/app/.",), to="/app/", stage="build"),
        Copy(sources=(f"{FETCHED}/.",), to=FETCHED, stage="build"),
    )
    return Recipe(
        stages=(stage,),
        final=Final(
            base=base,
            steps=copies,
            command=start,
            directory=directory,
            environment=(
                ("DENO_DIR", FETCHED),
                ("DENO_NO_UPDATE_CHECK", "1"),
                ("PORT", str(component.port.value or 8000)),
            ),
            health_tool="deno",
        ),
    )
