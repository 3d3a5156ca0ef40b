"""The front end that is built beside a server of another language: Node in the stage that builds the server.

It is put there, and not into a stage of its own, since such builds call the server's own tools (``artisan``,
``rails``).
"""

from posixpath import join

from builder.plan import Component
from builder.recipe import Base, Copy, Run, Stage, Step
from builder.tree import Tree

NODE = "24"
"""Taken where the front end's own component names no release."""

_RELEASES = {"yarn": "yarn@1", "pnpm": "pnpm@10"}
"""A newer Yarn is fetched by this one, which a project names in its ``.yarnrc.yml``."""

_CACHES = {
    "npm": "/root/.npm",
    "yarn": "/usr/local/share/.cache/yarn",
    "pnpm": "/root/.local/share/pnpm/store",
    "bun": "/root/.bun/install/cache",
}

_DEPENDENCIES = (
    "package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", ".yarnrc.yml", "pnpm-lock.yaml",
    "pnpm-workspace.yaml", ".npmrc", "bun.lock", "bun.lockb",
)  # fmt: skip


def node_stages(component: Component, *, wanted: str = "") -> tuple[Stage, ...]:
    """Return the stage that Node is taken from; none where there is no front end.

    ``wanted`` is the package manager where Node is needed without a front end that is a component of its own.
    """
    if not component.assets and not wanted:
        return ()
    if (_manager(component) or wanted) == "bun":
        return (Stage(name="node", base=Base(image="docker.io/oven/bun", tag="1-debian"), steps=()),)
    return (Stage(name="node", base=Base(image="docker.io/library/node", tag=f"{_release(component)}-slim"), steps=()),)


def node_steps(component: Component, *, wanted: str = "") -> tuple[Step, ...]:
    """Return the steps that put Node, npm and the front end's package manager into a stage."""
    if not component.assets and not wanted:
        return ()
    manager = _manager(component) or wanted
    if manager == "bun":
        return (
            Copy(sources=("/usr/local/bin/bun",), to="/usr/local/bin/bun", stage="node"),
            Run(line="ln -s bun /usr/local/bin/node && ln -s bun /usr/local/bin/bunx"),
        )
    lines = ["ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm"]
    lines.append("ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx")
    if manager in {"yarn", "pnpm"}:
        lines.append(f"npm install --global {_RELEASES[manager]}")
    return (
        Copy(sources=("/usr/local/bin/node",), to="/usr/local/bin/node", stage="node"),
        Copy(sources=("/usr/local/lib/node_modules/",), to="/usr/local/lib/node_modules/", stage="node"),
        Run(line=" && ".join(lines), caches=(_CACHES["npm"],)),
    )


def manager_of(component: Component, tree: Tree) -> str:
    """Return the package manager that a lock file in the component's folder belongs to."""
    locks = {"yarn.lock": "yarn", "pnpm-lock.yaml": "pnpm", "bun.lock": "bun", "bun.lockb": "bun"}
    return next((name for lock, name in locks.items() if join(component.path, lock) in tree), "npm")


def installing(component: Component, tree: Tree) -> tuple[Step, ...]:
    """Return the step that installs a package.json that is no component of its own: a server's tools ask for it."""
    if component.assets or join(component.path, "package.json") not in tree:
        return ()
    manager = manager_of(component, tree)
    frozen = manager != "npm" or join(component.path, "package-lock.json") in tree
    lines = {"npm": "npm ci" if frozen else "npm install"}
    return (Run(line=lines.get(manager, f"{manager} install --frozen-lockfile"), caches=(_CACHES[manager],)),)


def dependency_steps(component: Component, tree: Tree, directory: str) -> tuple[Step, ...]:
    """Return the steps that install the front end's dependencies, before the source is there."""
    steps: list[Step] = []
    for one in component.assets:
        if one.install.value is None:
            continue
        inside = one.path[len(component.context) :].strip("/")
        found = tuple(join(inside, name) for name in _DEPENDENCIES if join(one.path, name) in tree)
        folder = join(directory, inside) if inside else directory
        steps.append(Copy(sources=found, to=f"{folder}/"))
        steps.append(Run(line=_in(folder, directory, one.install.value.text), caches=_kept(component)))
    return tuple(steps)


def build_steps(component: Component, directory: str) -> tuple[Step, ...]:
    """Return the steps that build the front end once the source is there, and drop what only building needs."""
    steps: list[Step] = []
    for one in component.assets:
        inside = one.path[len(component.context) :].strip("/")
        folder = join(directory, inside) if inside else directory
        lines = [_in(folder, directory, one.build.value.text)] if one.build.value is not None else []
        steps.append(Run(line=" && ".join((*lines, f"rm -rf {folder}/node_modules")), caches=_kept(component)))
    return tuple(steps)


def _kept(component: Component) -> tuple[str, ...]:
    """Return the folders that the front end's package manager keeps between builds."""
    found = _CACHES.get(_manager(component))
    return (found,) if found else ()


def _in(folder: str, directory: str, line: str) -> str:
    return line if folder == directory else f"cd {folder} && {line}"


def _manager(component: Component) -> str:
    return next((one.package_manager.value for one in component.assets if one.package_manager.value), "")


def _release(component: Component) -> str:
    return next((one.runtime.value.version for one in component.assets if one.runtime.value), NODE)
