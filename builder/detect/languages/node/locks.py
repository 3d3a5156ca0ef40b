"""Whether a lock file is about this package.json: a stale one lies beside the one that is used."""

import json
import re
from collections.abc import Iterable
from posixpath import basename
from typing import Any

from builder.detect.languages.node.manifest import Package
from builder.look import Look
from builder.parsing import data
from builder.tree import MAX_TEXT_BYTES

_ENTRY = re.compile(r'^"?(@?[^@"\s][^@"]*)@')


def agrees(look: Look, path: str, package: Package) -> bool | None:
    """Say whether a lock file holds the manifest's dependencies, None where that cannot be seen."""
    wanted = {
        name for name, text in package.all.items() if not text.startswith(("file:", "link:", "workspace:", "portal:"))
    }
    if look.tree.sizes.get(path, 0) > MAX_TEXT_BYTES or not wanted:
        return None
    text = look.tree.text(path)
    if text is None:
        return None
    held = _held(basename(path), text)
    return None if held is None else wanted <= held


def _held(file: str, text: str) -> set[str] | None:
    """Return the packages that a lock file names."""
    if file in {"package-lock.json", "npm-shrinkwrap.json"}:
        return _of_npm(text)
    if file == "yarn.lock":
        lines = (line for line in text.splitlines() if line and not line[0].isspace() and not line.startswith("#"))
        return {found[1] for line in lines for one in line.split(", ") if (found := _ENTRY.match(one))}
    if file == "pnpm-lock.yaml":
        return _of_pnpm(text)
    return _of_bun(text) if file == "bun.lock" else None


def _of_npm(text: str) -> set[str] | None:
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return set()
    if not isinstance(held, dict):
        return set()
    packages, older = held.get("packages"), held.get("dependencies")
    if isinstance(packages, dict):
        return {name.rpartition("node_modules/")[2] for name in packages if isinstance(name, str)}
    return set(older) if isinstance(older, dict) else set()


def _of_pnpm(text: str) -> set[str]:
    # what follows is long, and says nothing about the manifest
    head = data.yaml_value(re.split(r"^(?:packages|snapshots):", text, maxsplit=1, flags=re.MULTILINE)[0])
    importers = head.get("importers") if isinstance(head, dict) else None
    tables = importers.values() if isinstance(importers, dict) else (head,)
    return _names(one for one in tables if isinstance(one, dict))


def _of_bun(text: str) -> set[str] | None:
    held = data.json_value(text)
    workspaces = held.get("workspaces") if isinstance(held, dict) else None
    return _names(workspaces.values()) if isinstance(workspaces, dict) else None


def _names(tables: Iterable[object]) -> set[str]:
    parts = ("dependencies", "devDependencies", "optionalDependencies")
    return {str(name) for table in tables if isinstance(table, dict) for part in parts for name in _table(table, part)}


def _table(held: dict[str, Any], key: str) -> dict[str, Any]:
    value = held.get(key)
    return value if isinstance(value, dict) else {}
