"""Workspaces of Deno: members that its settings name."""

from collections.abc import Sequence
from posixpath import dirname, join, normpath

from builder.look import Look
from builder.provider import Workspace


def workspaces(look: Look) -> Sequence[Workspace]:
    """Return what settings declare."""
    found = []
    for path in look.tree.named("deno.json", "deno.jsonc"):
        folder, held = dirname(path), look.json(path).get("workspace")
        held = held.get("members") if isinstance(held, dict) else held
        if isinstance(held, list):
            names = [one for one in held if isinstance(one, str)]
            members = [_inside(folder, one) for one in names if "*" not in one]
            for one in names:
                if one.endswith("/*"):
                    above = _inside(folder, one[:-2])
                    members += [join(above, inner) for inner in look.tree.folders(above)]
            found.append(Workspace(path=folder, members=tuple(sorted({folder, *members})), tool="deno"))
    return found


def _inside(folder: str, name: str) -> str:
    path = normpath(join(folder, name))
    return "" if path == "." else path
