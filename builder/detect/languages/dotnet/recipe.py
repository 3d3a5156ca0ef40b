"""The image of a .NET program: published with the SDK, run on the runtime, or served as files."""

from posixpath import basename, dirname, join

from builder.detect.languages.dotnet.msbuild import SUFFIXES
from builder.errors import PlanIncomplete
from builder.plan import Command, Component, Kind
from builder.recipe import Base, Copy, Final, Packages, Recipe, Run, Stage, Step
from builder.tree import Tree
from builder.versions import numbers

REGISTRY = "mcr.microsoft.com/dotnet"
CACHES = ("/root/.nuget/packages",)
_SHARED = (
    "global.json",
    "nuget.config",
    "directory.build.props",
    "directory.build.targets",
    "directory.packages.props",
)


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, build, install = component.runtime.value, component.build.value, component.install.value
    if runtime is None or build is None or install is None:
        raise PlanIncomplete(f"{component.name}: runtime, install and build must be known before it can be built.")
    traits = [one.value for one in component.traits]
    sdk = max(
        [runtime.version, *(one.partition(":")[2] for one in traits if one.startswith("dotnet.sdk:"))], key=numbers
    )
    steps: list[Step] = []
    if component.build_packages:
        names = [one.value for one in component.build_packages]
        steps.append(Packages(names=tuple(("nodejs", *names) if "npm" in names else names)))
    if "dotnet.aot" in traits:
        steps.append(Packages(names=("clang", "zlib1g-dev")))
    steps.extend(_manifests(component, tree))
    steps.append(Run(line=install.text, caches=CACHES))
    steps.append(Copy(sources=(".",), to="/src/"))
    steps.append(Run(line=build.text, caches=CACHES))
    stage = Stage(name="build", base=Base(image=f"{REGISTRY}/sdk", tag=sdk), steps=tuple(steps), directory="/src")
    if component.kind.value == Kind.STATIC:
        return Recipe(stages=(stage,), final=_served(component))
    start = component.start.value
    if start is None:
        raise PlanIncomplete(f"{component.name}: start must be known before it can be built.")
    image = "runtime-deps" if "dotnet.alone" in traits else "aspnet" if component.kind.value == Kind.WEB else "runtime"
    small = "dotnet.invariant" in traits and "dotnet.aot" not in traits
    return Recipe(
        stages=(stage,),
        final=Final(
            base=Base(image=f"{REGISTRY}/{image}", tag=f"{runtime.version}{'-alpine' if small else ''}"),
            steps=(Copy(sources=(component.output.value or "/out",), to="/app/", stage="build"),),
            command=start,
            environment=_environment(component, runtime.version, traits),
            writable=("/tmp", *(one.value.path for one in component.volumes)),  # noqa: S108 - folders of the image
            health_tool="busybox" if small else "bash",
        ),
        ignored=("**/bin", "**/obj"),
    )


def _environment(component: Component, version: str, traits: list[str]) -> tuple[tuple[str, str], ...]:
    found = [("DOTNET_EnableDiagnostics", "0")]  # else it writes sockets beside the program
    port = component.port.value
    if component.kind.value == Kind.WEB and port is not None:
        newer = numbers(version) >= (8,)
        found.append(("ASPNETCORE_HTTP_PORTS", str(port)) if newer else ("ASPNETCORE_URLS", f"http://+:{port}"))
    for one in traits:
        if one.startswith("dotnet.env:"):
            name, _, value = one.partition(":")[2].partition("=")
            found.append((name, value))
    return tuple(found)


def _manifests(component: Component, tree: Tree) -> list[Step]:
    """Copy what restoring reads: project files with what is beside and above them, each into its own folder."""
    prefix = f"{component.context}/" if component.context else ""
    found = [path for path in tree.ending(*SUFFIXES, "packages.lock.json") if path.startswith(prefix)]
    found += [path for path in tree.sizes if basename(path).lower() in _SHARED and path.startswith(prefix)]
    folders: dict[str, list[str]] = {}
    for path in found:
        inside = path[len(prefix) :]
        folders.setdefault(dirname(inside), []).append(inside)
    if len(folders) > 60:  # a layer for each folder: a build with more is restored after its sources are copied
        return [Copy(sources=(".",), to="/src/")]
    return [
        Copy(sources=tuple(sorted(names)), to=f"/src/{folder}/" if folder else "/src/")
        for folder, names in sorted(folders.items())
    ]


def _served(component: Component) -> Final:

    return Final(
        base=Base(image="docker.io/nginxinc/nginx-unprivileged", tag="stable-alpine"),
        steps=(
            Copy(
                sources=(join(component.output.value or "/out/wwwroot", "."),),
                to="/usr/share/nginx/html/",
                stage="build",
            ),
        ),
        command=Command(argv=("nginx", "-g", "daemon off;")),
        directory="/usr/share/nginx/html",
        health_tool="busybox",
        stop_signal="SIGQUIT",
    )
