"""The image of an Elixir program: a release on a slim Debian, or Mix where its configuration must be compiled late."""

from posixpath import join, relpath

from builder.detect.languages.elixir.versions import otp_of
from builder.detect.shared.node_assets import node_stages, node_steps
from builder.errors import PlanIncomplete
from builder.plan import Commands, Component
from builder.recipe import Base, Copy, Final, Packages, Recipe, Run, Set, Stage, Step
from builder.tree import Tree

APP = "/app"
SOURCE = "/src"
TOOLS = ("build-essential", "git")
NEEDED = ("ca-certificates", "libncurses6", "libstdc++6", "openssl")
"""What Erlang needs of Debian to run a release."""

CACHES = ("/root/.hex/packages", "/root/.cache/rebar3")
_LATER = frozenset({"runtime.exs", "releases.exs", "dev.exs", "test.exs"})
_HEX = "mix local.hex --force && mix local.rebar --force"


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, build, start = component.runtime.value, component.build.value, component.start.value
    if runtime is None or build is None or start is None:
        raise PlanIncomplete(f"{component.name}: runtime, build and start must be known before it can be built.")
    otp = next((one.value.rpartition(".")[2] for one in component.traits if one.value.startswith("elixir.otp.")), "")
    base = Base(image="docker.io/library/elixir", tag=f"{runtime.version}-otp-{otp or otp_of(runtime.version)}-slim")
    source = any(one.value == "elixir.source" for one in component.traits) or "mix" in start.text.split()
    fronts = _fronts(component, tree)
    stage = _build(component, tree, base, build, fronts, source=source)
    steps: list[Step] = []
    if source:
        final = base
        steps.append(Copy(sources=(f"{SOURCE}/",), to=f"{SOURCE}/", stage="build"))
        steps.append(Copy(sources=("/opt/mix/",), to="/opt/mix/", stage="build"))
    else:
        borrows = any(one.value == "elixir.borrows" for one in component.traits)
        final = base if borrows else Base(image="docker.io/library/debian", tag="bookworm-slim")
        steps.append(Packages(names=NEEDED))
        steps.append(Copy(sources=(f"{stage.directory}/{component.output.value}/",), to=f"{APP}/", stage="build"))
    return Recipe(
        stages=(*node_stages(component, wanted="npm" if fronts else ""), stage),
        final=Final(
            base=final,
            steps=tuple(steps),
            command=start,
            directory=stage.directory if source else APP,
            environment=_environment(component, source=source),
            health_tool="bash",
        ),
        ignored=("_build", "deps", "assets/node_modules"),
    )


def _build(
    component: Component, tree: Tree, base: Base, build: Commands, fronts: tuple[str, ...], *, source: bool
) -> Stage:
    inside = relpath(component.path or ".", component.context or ".")
    directory = SOURCE if inside == "." else f"{SOURCE}/{inside}"
    home = (("MIX_HOME", "/opt/mix"), ("HEX_HOME", "/opt/mix/hex")) if source else ()
    steps: list[Step] = [Packages(names=TOOLS), Set(variables=(("MIX_ENV", "prod"), *home))]
    if component.install.value is not None:
        steps.append(Run(line=_HEX))
    steps.extend(node_steps(component, wanted="npm" if fronts else ""))
    if component.install.value is not None:
        manifests = _manifests(component, tree)
        if manifests:
            steps.append(Copy(sources=manifests, to=f"{SOURCE}/"))
            configuration = _configuration(component, tree)
            steps.append(Run(line=component.install.value.text, caches=CACHES))
            if configuration:
                steps.append(Copy(sources=configuration, to=f"{SOURCE}/config/"))
            if not source:
                steps.append(Run(line="mix deps.compile"))
            steps.append(Copy(sources=(".",), to=f"{SOURCE}/"))
        else:
            steps.append(Copy(sources=(".",), to=f"{SOURCE}/"))
            steps.append(Run(line=component.install.value.text, caches=CACHES))
    else:
        steps.append(Copy(sources=(".",), to=f"{SOURCE}/"))
    for front in fronts:
        locked = join(component.path, front, "package-lock.json") in tree
        steps.append(Run(line=f"npm --prefix {front} {'ci' if locked else 'install'} --no-audit --no-fund"))
        if _deploys(tree, component, front):
            steps.append(Run(line=f"npm --prefix {front} run deploy"))
    steps.append(Run(line=build.text))
    return Stage(name="build", base=base, steps=tuple(steps), directory=directory)


def _configuration(component: Component, tree: Tree) -> tuple[str, ...]:
    """Return the files that dependencies are compiled by: all that is not read only later, or elsewhere."""
    names = tree.names(join(component.path, "config"))
    return tuple(f"config/{one}" for one in names if one.endswith(".exs") and one not in _LATER)


def _manifests(component: Component, tree: Tree) -> tuple[str, ...]:
    """Return the files that dependencies are installed by; none for an umbrella, whose parts name their own."""
    if "apps_path" in (tree.text(join(component.path, "mix.exs")) or ""):
        return ()
    text = tree.text(join(component.path, "mix.exs")) or ""
    if "path:" in text or "File.read" in text or "Code." in text:
        return ()
    return tuple(one for one in ("mix.exs", "mix.lock") if join(component.path, one) in tree)


def _fronts(component: Component, tree: Tree) -> tuple[str, ...]:
    """Return the folders with a package.json of Phoenix: its front end lies in ``assets`` beside ``lib``."""
    found = [path for path in tree.named("package.json") if path.endswith("assets/package.json")]
    inside = f"{component.path}/" if component.path else ""
    names = (path[len(inside) :].removesuffix("/package.json") for path in found if path.startswith(inside))
    return tuple(one for one in names if one == "assets" or (one.count("/") == 2 and one.endswith("/assets")))


def _deploys(tree: Tree, component: Component, front: str) -> bool:
    """Say whether the front end is built by a script of its own, as before Phoenix 1.6."""
    build = component.build.value.text if component.build.value else ""
    text = tree.text(join(component.path, front, "package.json")) or ""
    return '"deploy"' in text and "assets.deploy" not in build


def _environment(component: Component, *, source: bool) -> tuple[tuple[str, str], ...]:
    found = [("LANG", "C.UTF-8"), ("MIX_ENV", "prod"), ("HOME", "/tmp")]  # noqa: S108 - a folder of the image
    if component.port.value:
        found.append(("PORT", str(component.port.value)))
    if component.framework.value == "phoenix":
        found.append(("PHX_SERVER", "true"))
    if source:
        found += [("MIX_HOME", "/opt/mix"), ("HEX_HOME", "/opt/mix/hex")]
    else:
        found.append(("RELEASE_TMP", "/tmp"))  # noqa: S108 - a folder of the image
    return tuple(found)
