"""Steps that install packages: the manager in the version that is asked for, manifests before sources, frozen first."""

import re
from posixpath import basename, join

from builder.detect.languages.node.managers import is_berry, lock_of
from builder.detect.languages.node.manifest import Package
from builder.detect.languages.node.workspaces import workspaces
from builder.detect.shared.shell import commands
from builder.look import Look
from builder.plan import Component
from builder.recipe import Copy, Run, Step
from builder.tree import Tree

CACHES = {
    "npm": ("/root/.npm",), "pnpm": ("/root/.local/share/pnpm/store",), "yarn": ("/usr/local/share/.cache/yarn",
        "/root/.yarn/berry/cache"),
    "bun": ("/root/.bun/install/cache",),
}  # fmt: skip
"""What managers keep between builds."""

_SETTINGS = (
    ".npmrc",
    ".yarnrc",
    ".yarnrc.yml",
    "pnpm-workspace.yaml",
    ".pnpmfile.cjs",
    "bunfig.toml",
    "lerna.json",
    "turbo.json",
    "nx.json",
)
_FOLDERS = (".yarn/releases", ".yarn/plugins", ".yarn/patches", "patches", "prisma")
_HOOKS = ("preinstall", "install", "postinstall", "prepare")
_HARMLESS = frozenset(
    {
        "husky",
        "patch-package",
        "prisma",
        "only-allow",
        "simple-git-hooks",
        "lefthook",
        "is-ci",
        "opencollective",
        "npx",
        "exit",
        "true",
    }
)
_PNPM = {"5": "7", "6": "8", "9": "10"}
"""By the version of its lock file, the newest release of pnpm that writes it."""
_BERRY = {"4": "2.4.3", "5": "3.8.7", "6": "3.8.7", "7": "3.8.7", "8": "4"}


def setup_line(component: Component, tree: Tree) -> str:
    """Return the line that brings the package manager, empty where the image holds it."""
    manager, runtime = component.package_manager.value or "npm", component.runtime.value
    place = Look(tree).at(component.path)
    context = component.context
    said = Package(place.look.json(join(context, "package.json"))).word("packageManager").partition("+")[0]
    pinned = said if said.startswith(f"{manager}@") else ""
    if manager == "pnpm":
        return f"npm install --global {pinned or f'pnpm@{_pnpm(tree, context)}'}"
    if manager == "yarn" and is_berry(place, context):
        version = pinned or f"yarn@{_berry(tree, context)}"
        return f"npm install --global corepack && corepack enable && corepack prepare {version} --activate"
    if manager == "bun" and (runtime is None or runtime.name != "bun"):
        return f"npm install --global {pinned or 'bun@1'}"
    return ""


def _pnpm(tree: Tree, context: str) -> str:
    head = (tree.text(join(context, "pnpm-lock.yaml")) or "")[:200]
    found = re.search(r"lockfileVersion:\s*'?(\d+)", head)
    return _PNPM.get(found[1], "10") if found else "10"


def _berry(tree: Tree, context: str) -> str:
    found = re.search(r"__metadata:\s+version:\s*(\d+)", (tree.text(join(context, "yarn.lock")) or "")[:2000])
    return _BERRY.get(found[1], "4") if found else "4"


def install_steps(component: Component, tree: Tree) -> list[Step]:
    """Return the steps that install: manifests alone first, so that a change of sources costs no install."""
    install = component.install.value
    if install is None:
        return []
    look, context, manager = Look(tree), component.context, component.package_manager.value or "npm"
    steps: list[Step] = []
    folders = _manifests(look, component)
    if _needs_sources(look, folders):
        steps.append(Copy(sources=(".",), to="/app/"))
    else:
        lock = lock_of(look.at(component.path), context, manager)
        files = ["package.json", *([basename(lock)] if lock else []), *_SETTINGS]
        hidden = hidden_settings(component, tree)
        held = tuple(one for one in files if join(context, one) in tree and one not in hidden)
        if held:
            steps.append(Copy(sources=held, to="/app/"))
        steps += [Copy(sources=(one,), to=f"/app/{one}") for one in _FOLDERS if tree.has_folder(join(context, one))]
        for folder in folders:
            inside = folder[len(context) + 1 :] if context else folder
            if folder != context and join(folder, "package.json") in tree:
                steps.append(Copy(sources=(join(inside, "package.json"),), to=f"/app/{inside}/"))
    secrets = ("npmrc",) if hidden_settings(component, tree) else ()
    steps.append(Run(line=_with_fallback(install.text, manager), caches=CACHES.get(manager, ()), secrets=secrets))
    return steps


def hidden_settings(component: Component, tree: Tree) -> tuple[str, ...]:
    """Return the settings that hold credentials: they are mounted while installing and reach no layer."""
    text = tree.text(join(component.context, ".npmrc")) or ""
    keys = [line.partition("=")[0].strip().rpartition(":")[2] for line in text.splitlines()]
    return (".npmrc",) if {"_authToken", "_auth", "_password"} & set(keys) else ()


def _with_fallback(line: str, manager: str) -> str:
    """Return an install with what is done where it fails, each said aloud."""
    loose = {
        "npm": "npm install",
        "pnpm": "pnpm install --no-frozen-lockfile",
        "yarn": "YARN_ENABLE_IMMUTABLE_INSTALLS=false yarn install",
        "bun": "bun install",
    }[manager]
    tried = [(line, "")]
    if re.search(r"npm ci|--frozen-lockfile|--immutable", line):
        tried.append((loose, "The lock file does not match package.json: versions are chosen anew."))
    if manager == "npm":
        said = "Packages ask for peers that exclude each other: peers are ignored."
        tried.append(("npm install --legacy-peer-deps", said))
    return " || ".join(f"{{ echo '{why}' >&2; {one}; }}" if why else one for one, why in tried)


def _manifests(look: Look, component: Component) -> tuple[str, ...]:
    holding = [one for one in workspaces(look) if one.path == component.context and component.path in one.members]
    return holding[0].members if holding else (component.context,)


def _needs_sources(look: Look, folders: tuple[str, ...]) -> bool:
    """Say whether installing runs something of the project itself, or takes packages from its own folders."""
    for folder in folders:
        package = Package(look.json(join(folder, "package.json")))
        for hook in _HOOKS:
            for one in commands(package.scripts.get(hook, "")):
                if one.words and basename(one.words[0]) not in _HARMLESS:
                    return True
        if any(text.startswith(("file:", "link:", "portal:", "./")) for text in package.all.values()):
            return True
    return False


def prune_line(component: Component) -> str:
    """Return the line that takes packages for developing away, empty where something may still need them."""
    if any(one.value == "node.development" for one in component.traits) or component.build.value is None:
        return ""
    if component.context != component.path or component.install.value is None:
        return ""
    start = component.start.value
    if start is None or start.argv[:1] not in (("node",), ("bun",), ("next",), ("nest",)) or "ts-node" in start.text:
        return ""
    return {"npm": "npm prune --omit=dev --ignore-scripts", "pnpm": "CI=true pnpm prune --prod --ignore-scripts"}.get(
        component.package_manager.value or "npm", ""
    )
