"""Workspaces: which packages are installed and built together, and in which order."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from posixpath import dirname, join, normpath

from builder.detect.languages.node.manifest import Package
from builder.look import Look
from builder.provider import Workspace

OUTSIDE = frozenset(
    {"node_modules", "bower_components", "vendor", "jspm_packages", ".next", ".output", ".yarn", "wwwroot"}
)
"""Folders that hold the packages of others."""


def manifests(look: Look) -> tuple[str, ...]:
    """Return the folders that hold a package.json of this project."""
    found = [dirname(path) for path in look.tree.named("package.json")]
    known = frozenset(found)
    return tuple(one for one in found if not _is_outside(one) and not _copied(one, known))


_TEMPLATES = re.compile(
    r"^(_?templates?([-_.].*)?|.*[-_]templates?|starters|boilerplates?|scaffolds?|stubs|skeletons?)$"
)


def _copied(folder: str, known: frozenset[str]) -> bool:
    """Say whether a folder is what another package copies into new projects: its name says so, and one stands above."""
    parts = folder.split("/")
    for at, part in enumerate(parts):
        if _TEMPLATES.match(part) and any("/".join(parts[:up]) in known for up in range(at + 1)):
            return True
    return False


def _is_outside(folder: str) -> bool:
    parts = folder.split("/")
    return bool(OUTSIDE & set(parts)) or any(part.startswith(".") for part in parts)


def workspaces(look: Look) -> Sequence[Workspace]:
    """Return the workspaces that manifests declare: of npm, yarn, bun, pnpm and lerna, Rush, and Nx without any."""
    folders = manifests(look)
    found = []
    for folder in sorted({*folders, *(dirname(path) for path in look.tree.named("pnpm-workspace.yaml", "lerna.json"))}):
        patterns, tool = _declared(look, folder)
        if patterns:
            members = tuple(one for one in folders if one != folder and _member(folder, one, patterns))
            found.append(Workspace(path=folder, members=tuple(sorted((folder, *members))), tool=tool))
    return found


def _declared(look: Look, folder: str) -> tuple[tuple[str, ...], str]:
    held = look.yaml(join(folder, "pnpm-workspace.yaml"))
    if isinstance(held, dict) and isinstance(held.get("packages"), list):
        return tuple(str(one) for one in held["packages"]), "pnpm"
    declared = look.json(join(folder, "package.json")).get("workspaces")
    declared = declared.get("packages") if isinstance(declared, dict) else declared
    if isinstance(declared, list):
        return tuple(one for one in declared if isinstance(one, str)), "npm"
    lerna = look.json(join(folder, "lerna.json"))
    if isinstance(lerna.get("packages"), list):
        return tuple(one for one in lerna["packages"] if isinstance(one, str)), "lerna"
    return (("packages/*",), "lerna") if lerna and not lerna.get("useWorkspaces") else ((), "")


def _member(root: str, folder: str, patterns: tuple[str, ...]) -> bool:
    inside = folder[len(root) + 1 :] if root else folder
    if root and not folder.startswith(f"{root}/"):
        return False
    held = False
    for pattern in patterns:
        plain = normpath(pattern.removeprefix("!"))
        if _matches(inside, plain):
            held = not pattern.startswith("!")
    return held


def _matches(path: str, pattern: str) -> bool:
    """Match folder by folder: ``*`` is one, ``**`` any number; ``{a,b}`` is either."""
    return any(_parts(tuple(path.split("/")), tuple(one.split("/"))) for one in _either(pattern))


def _either(pattern: str) -> Iterator[str]:
    start, end = pattern.find("{"), pattern.find("}")
    if 0 <= start < end:
        for one in pattern[start + 1 : end].split(","):
            yield f"{pattern[:start]}{one}{pattern[end + 1 :]}"
    else:
        yield pattern


@lru_cache(maxsize=4096)
def _parts(path: tuple[str, ...], pattern: tuple[str, ...]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_parts(path[at:], pattern[1:]) for at in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _parts(path[1:], pattern[1:])


def needed(look: Look, workspace: Workspace, folder: str) -> tuple[tuple[str, Package], ...]:
    """Return the members that a member depends on, each after those that it depends on itself; itself last."""
    packages = {one: Package(look.json(join(one, "package.json"))) for one in workspace.members}
    by_name = {package.name: one for one, package in packages.items() if package.name}
    order: dict[str, None] = {}

    def visit(one: str, above: frozenset[str]) -> None:
        if one in above or one in order:
            return
        for name in packages[one].all:
            if name in by_name:
                visit(by_name[name], above | {one})
        order[one] = None

    if folder in packages:
        visit(folder, frozenset())
    return tuple((one, packages[one]) for one in order)
