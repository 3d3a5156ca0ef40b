"""The image of a Rust program: built in Rust's own image, run on a small Debian with the libraries that it links."""

from posixpath import basename, join, relpath

from builder.detect.languages.static.serving import served
from builder.errors import PlanIncomplete
from builder.plan import Component, Kind
from builder.recipe import Base, Copy, Final, Packages, Recipe, Run, Set, Stage, Step
from builder.tree import Tree

_DEBIAN = "bookworm"
CACHES = ("/usr/local/cargo/registry", "/usr/local/cargo/git")
_TOOLS = {
    "trunk": "cargo install --locked trunk",
    "cargo-leptos": "cargo install --locked cargo-leptos",
    "dx": "cargo install --locked dioxus-cli",
}


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, build, output = component.runtime.value, component.build.value, component.output.value
    if runtime is None or build is None or output is None:
        raise PlanIncomplete(f"{component.name}: runtime, build and output must be known before it can be built.")
    inside = relpath(component.path or ".", component.context or ".")
    directory = "/src" if inside == "." else f"/src/{inside}"
    tool = _trait(component, "rust.tool:")
    static = component.kind.value == Kind.STATIC
    steps: list[Step] = []
    if component.build_packages:
        steps.append(Packages(names=tuple(one.value for one in component.build_packages)))
    steps.append(Set(variables=(("CARGO_TERM_COLOR", "never"), ("CARGO_INCREMENTAL", "0"))))
    toolchain = _toolchain(runtime.version)
    if tool:
        steps.append(Run(line=f"{toolchain}rustup target add wasm32-unknown-unknown"))
        steps.append(Run(line=f"{toolchain}{_TOOLS[tool]}", caches=CACHES))
    steps.append(Copy(sources=(".",), to="/src/"))
    target = "/src/target"
    if static:
        line = f"{toolchain}{build.text} && mkdir -p /out && cp -r {output}/. /out/"
        steps.append(Run(line=line, caches=(*CACHES, target)))
        stage = Stage(name="build", base=_base(runtime.version), steps=tuple(steps), directory=directory)
        return served(stage, output="/out", ignored=("target",))
    steps.append(Run(line=_compile(component, toolchain + build.text, output), caches=(*CACHES, target)))
    return Recipe(
        stages=(Stage(name="build", base=_base(runtime.version), steps=tuple(steps), directory=directory),),
        final=_final(component, tree),
        ignored=("target",),
    )


def _final(component: Component, tree: Tree) -> Final:
    start = component.start.value
    if start is None:
        raise PlanIncomplete(f"{component.name}: the start command must be known before it can be built.")
    steps: list[Step] = []
    if component.system_packages:
        steps.append(Packages(names=tuple(one.value for one in component.system_packages)))
    steps.append(Copy(sources=("/out/",), to="/app/", stage="build"))
    inside = relpath(component.path or ".", component.context or ".")
    for name in _traits(component, "rust.file:"):
        source = name if inside == "." else f"{inside}/{name}"
        folder = tree.has_folder(join(component.path, name))
        steps.append(Copy(sources=(f"{source}/" if folder else source,), to=f"/app/{name}{'/' if folder else ''}"))
    settings = tuple((one.partition("=")[0], one.partition("=")[2]) for one in _traits(component, "rust.set:"))
    return Final(
        base=Base(image="docker.io/library/debian", tag=f"{_DEBIAN}-slim"),
        steps=tuple(steps),
        command=start,
        environment=settings,
        writable=("/tmp", *(one.value.path for one in component.volumes)),  # noqa: S108 - a folder of the image
        health_tool="bash",
    )


def _compile(component: Component, line: str, output: str) -> str:
    """Build, then keep the programs: the target folder is a cache, which leaves nothing in the layer."""
    inside = relpath(component.path or ".", component.context or ".")
    up = "" if inside == "." else "/".join(".." for _ in inside.split("/")) + "/"
    kept = [f"{line} && mkdir -p /out && cp {up}{output} /out/"]
    if site := _trait(component, "rust.site:"):
        kept.append(f"cp -r {up}{site} /out/site")
    for task in component.tasks:
        name = basename(task.value.command.argv[0])
        kept.append(
            f"{line.replace(f'--bin {basename(output)}', f'--bin {name}')} && cp {up}target/release/{name} /out/"
        )
    return " && ".join(kept)


def _base(version: str) -> Base:
    tag = version if version[0].isdigit() else "1"
    return Base(image="docker.io/library/rust", tag=f"{tag}-{_DEBIAN}")


def _toolchain(version: str) -> str:
    """Keep rustup from fetching a second toolchain, where the image holds the one that is asked for."""
    return 'export RUSTUP_TOOLCHAIN="$RUST_VERSION" && ' if version[0].isdigit() else ""


def _trait(component: Component, start: str) -> str:
    return next(iter(_traits(component, start)), "")


def _traits(component: Component, start: str) -> list[str]:
    return [one.value.removeprefix(start) for one in component.traits if one.value.startswith(start)]
