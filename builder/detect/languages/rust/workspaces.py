"""Cargo workspaces: members by pattern and by path, and the folders of packages."""

import re
from collections.abc import Sequence
from posixpath import dirname, join

from builder.detect.languages.rust.manifest import inside, strings, table_of, text_of
from builder.look import Look
from builder.provider import Workspace


def roots(look: Look) -> Sequence[str]:
    """Return the folders of packages; where there is no Cargo.toml at all, those of lone main files."""
    manifests = [path for path in look.tree.named("Cargo.toml") if not _vendored(path)]
    packages = [dirname(path) for path in manifests if _holds_package(look, path)]
    if manifests:
        return tuple(packages)
    lone = (dirname(path) for path in look.tree.named("main.rs") if not _vendored(path))
    return tuple(dict.fromkeys(one.removesuffix("src").rstrip("/") for one in lone))


def workspaces(look: Look) -> Sequence[Workspace]:
    """Return what ``[workspace]`` tables declare: members by pattern, and what members point to by path."""
    packages = {dirname(path) for path in look.tree.named("Cargo.toml")}
    found = []
    for path in look.tree.named("Cargo.toml"):
        table = look.toml(path).get("workspace")
        if isinstance(table, dict):
            folder = dirname(path)
            without = _matching(folder, strings(table.get("exclude")), packages)
            members = _matching(folder, strings(table.get("members")), packages) | {folder}
            inside = _pointed_to(look, members, folder, packages) - without
            found.append(Workspace(path=folder, members=tuple(sorted(inside)), tool="cargo"))
    return found


def _pointed_to(look: Look, members: set[str], within: str, packages: set[str]) -> set[str]:
    """Return the members and what they depend on by path below the workspace: Cargo makes those members too."""
    found, todo = set(members), sorted(members)
    for folder in todo:
        table = look.toml(join(folder, "Cargo.toml"))
        for section in ("dependencies", "build-dependencies", "dev-dependencies"):
            for given in table_of(table.get(section)).values():
                path = text_of(table_of(given).get("path"))
                inner = inside(folder, path) if path else ""
                below = not within or inner.startswith(f"{within}/")
                if inner and inner not in found and inner in packages and below:
                    found.add(inner)
                    todo.append(inner)
    return found


def _matching(folder: str, patterns: Sequence[str], packages: set[str]) -> set[str]:
    found: set[str] = set()
    for one in patterns:
        pattern = re.compile(_glob(inside(folder, one)))
        found.update(path for path in packages if pattern.fullmatch(path))
    return found


def _glob(pattern: str) -> str:
    made = re.escape(pattern)
    return made.replace(r"\*\*", ".*").replace(r"\*", "[^/]*").replace(r"\?", "[^/]")


def _holds_package(look: Look, path: str) -> bool:
    table = look.toml(path)
    folder = dirname(path)
    laid_out = any(join(folder, name) in look.tree for name in ("src/main.rs", "src/lib.rs"))
    return isinstance(table.get("package"), dict) or isinstance(table.get("project"), dict) or (not table and laid_out)


def _vendored(path: str) -> bool:
    return any(part in {"vendor", "target", "node_modules"} for part in path.split("/")[:-1])
