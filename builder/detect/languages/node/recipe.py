"""The image of a Node or Bun program: installed, built, pruned; files alone behind a web server where it is static."""

from posixpath import join, normpath, relpath

from builder.detect.languages.node.installing import CACHES, hidden_settings, install_steps, prune_line, setup_line
from builder.errors import PlanIncomplete
from builder.plan import Command, Component, Kind, Runtime
from builder.recipe import Argument, Base, Copy, Final, HealthTool, Packages, Recipe, Run, Set, Stage, Step
from builder.tree import Tree
from core.phrase import Phrase

IGNORED = ("**/node_modules", "**/.next", "**/.nuxt", "**/.output", "**/.svelte-kit", "**/.turbo", "**/coverage")
"""What a build makes anew, and what must not be taken from the developer's machine."""

SERVED = "/usr/share/nginx/html/"
"""Where the web server takes files from."""

BUILD_ENVIRONMENT = (
    ("CI", "true"), ("NEXT_TELEMETRY_DISABLED", "1"), ("NUXT_TELEMETRY_DISABLED", "1"), ("ASTRO_TELEMETRY_DISABLED",
        "1"),
    ("NG_CLI_ANALYTICS", "false"), ("GATSBY_TELEMETRY_DISABLED", "1"), ("YARN_NODE_LINKER", "node-modules"),
    ("PUPPETEER_SKIP_DOWNLOAD", "true"), ("HUSKY", "0"), ("SKIP_ENV_VALIDATION", "1"),
)  # fmt: skip
"""What build tools must know in an image: nobody answers them, nothing is reported, packages lie in node_modules."""


def recipe(component: Component, tree: Tree) -> Recipe:
    """Return the recipe."""
    runtime, kind = component.runtime.value, component.kind.value
    if runtime is None or kind is None:
        raise PlanIncomplete(f"{component.name}: kind and runtime must be known before it can be built.")
    if kind == Kind.STATIC:
        return _static(component, tree, runtime)
    start = component.start.value
    if start is None:
        raise PlanIncomplete(f"{component.name}: the start command must be known before it can be built.")
    base = _base(runtime, slim=True)
    port = component.port.value
    environment = [("NODE_ENV", "production"), ("PATH", _path(component))]
    if kind == Kind.WEB:
        environment += [("HOST", "0.0.0.0"), ("HOSTNAME", "0.0.0.0"), ("PORT", str(port or 3000))]  # noqa: S104 - in the image
    return Recipe(
        ignored=(*IGNORED, *hidden_settings(component, tree)),
        stages=(_build(component, tree, runtime),),
        final=Final(
            base=base,
            steps=(*_packages(component.system_packages), *_copied(component, tree)),
            command=start,
            directory=_directory(component),
            environment=tuple(environment),
            writable=("/tmp", *(one.value.path for one in component.volumes), *_writable(component)),  # noqa: S108 - in the image
            health_tool=_tool(runtime),
        ),
        notes=(_UNREACHED,) if component.bind.value in {"127.0.0.1", "localhost", "::1"} else (),
    )


_UNREACHED = Phrase(
    en="The code listens on the loopback address only: let it listen on 0.0.0.0, or nobody reaches it.",
    zh="代码仅监听回环地址：请改为监听 0.0.0.0，否则无法访问。",
)


def _static(component: Component, tree: Tree, runtime: Runtime) -> Recipe:
    output = component.output.value
    if output is None:
        raise PlanIncomplete(f"{component.name}: the folder that the build leaves must be known.")
    built = component.build.value is not None
    folder = normpath(join(_directory(component), output))
    inside = normpath(join(relpath(component.path or ".", component.context or "."), output))
    source = Copy(sources=(f"{folder}/.",), to=SERVED, stage="build") if built else Copy(sources=(inside,), to=SERVED)
    return Recipe(
        ignored=(*(IGNORED if built else ()), *hidden_settings(component, tree)),
        stages=(_build(component, tree, runtime),) if built else (),
        final=Final(
            base=Base(image="docker.io/nginxinc/nginx-unprivileged", tag="stable-alpine"),
            steps=(source,),
            command=Command(argv=("nginx", "-g", "daemon off;")),
            directory=SERVED.rstrip("/"),
            health_tool="busybox",
            stop_signal="SIGQUIT",
        ),
    )


def _build(component: Component, tree: Tree, runtime: Runtime) -> Stage:
    """Return the stage that installs and builds; packages for developing are taken away where nothing needs them."""
    variables = [*BUILD_ENVIRONMENT, ("PATH", _path(component))]
    if component.framework.value == "create-react-app":
        variables.append(("CI", "false"))  # with CI it takes each warning for an error
    if _has(component, "sveltekit.auto"):
        variables.append(("GCP_BUILDPACKS", "1"))  # the platform by which adapter-auto takes the adapter for Node
    if _old(component):
        variables.append(("NODE_OPTIONS", "--openssl-legacy-provider"))
    steps: list[Step] = [Set(variables=tuple(variables)), *_packages(component.build_packages)]
    if line := setup_line(component, tree):
        steps.append(Run(line=line))
    steps += install_steps(component, tree)
    steps.append(Copy(sources=(".",), to="/app/"))
    steps += [
        Argument(name=one.value.name, default=one.value.default) for one in component.variables if one.value.build_time
    ]
    if _has(component, "node.prisma"):
        steps.append(Run(line="npx prisma generate"))
    if component.build.value is not None:
        steps.append(
            Run(line=component.build.value.text, caches=CACHES.get(component.package_manager.value or "npm", ()))
        )
    if component.kind.value != Kind.STATIC and not _self_contained(component) and (line := prune_line(component)):
        steps.append(Run(line=line))
    if component.kind.value == Kind.STATIC and component.output.value == ".":
        steps.append(Run(line=f"rm -rf {_directory(component)}/node_modules"))  # all else is the site
    return Stage(name="build", base=_base(runtime, slim=runtime.name == "node"), steps=tuple(steps))


def _copied(component: Component, tree: Tree) -> tuple[Step, ...]:
    """Return what the final image is given of the build."""
    directory = _directory(component)
    if _has(component, "next.standalone"):
        public = (
            (Copy(sources=(f"{directory}/public",), to=f"{directory}/public", stage="build"),)
            if any(one.startswith(join(component.path, "public/")) for one in tree.sizes)
            else ()
        )
        return (
            Copy(sources=(f"{directory}/.next/standalone/.",), to="/app/", stage="build"),
            Copy(sources=(f"{directory}/.next/static",), to=f"{directory}/.next/static", stage="build"),
            *public,
        )
    if _self_contained(component):
        return (Copy(sources=(f"{directory}/.output",), to=f"{directory}/.output", stage="build"),)
    return (Copy(sources=("/app/.",), to="/app/", stage="build"),)


def _self_contained(component: Component) -> bool:
    """Say whether the build's result holds the packages that it needs: Nitro's output, the traced server of Next."""
    start = component.start.value
    nitro = start is not None and start.argv[-1:] == (".output/server/index.mjs",)
    return nitro or _has(component, "next.standalone")


def _writable(component: Component) -> tuple[str, ...]:
    directory = _directory(component)
    return (f"{directory}/.next/cache",) if component.framework.value == "next" else ()


def _directory(component: Component) -> str:
    inside = component.working_directory.value
    return f"/app/{inside}" if inside and inside != "." else "/app"


def _path(component: Component) -> str:
    own = f"{_directory(component)}/node_modules/.bin"
    both = own if own == "/app/node_modules/.bin" else f"{own}:/app/node_modules/.bin"
    return f"{both}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _base(runtime: Runtime, *, slim: bool) -> Base:
    if runtime.name == "bun":
        return Base(image="docker.io/oven/bun", tag=f"{runtime.version}-slim" if slim else runtime.version)
    return Base(image="docker.io/library/node", tag=f"{runtime.version}-bookworm{'-slim' if slim else ''}")


def _tool(runtime: Runtime) -> HealthTool:
    return "bun" if runtime.name == "bun" else "node"


def _packages(items: tuple[object, ...]) -> tuple[Step, ...]:
    names = tuple(str(getattr(one, "value", "")) for one in items)
    return (Packages(names=names),) if names else ()


def _has(component: Component, trait: str) -> bool:
    return any(one.value == trait for one in component.traits)


def _old(component: Component) -> bool:
    """Say whether old tools run on a release that their hashes are missing from: the project insists on it."""
    return _has(component, "node.openssl")
