"""Where projects are, which solution holds them, and what one of them needs beside itself."""

import re
from collections.abc import Iterator, Sequence
from posixpath import basename, commonpath, dirname, join, normpath

from builder.detect.languages.dotnet.msbuild import SUFFIXES, Project, project
from builder.look import Look
from builder.provider import Workspace

_ENTRY = re.compile(r'^Project\("\{[^}]*\}"\)\s*=\s*"[^"]*",\s*"(?P<path>[^"]+\.\w+proj)"', re.MULTILINE)
_HIDDEN = frozenset({"bin", "obj", "node_modules", "packages", ".vs", "TestAssets", "content"})
MAX_REFERENCES = 200
"""Projects that one is built of."""


def roots(look: Look) -> Sequence[str]:
    """Return the folders with project files."""
    found = (dirname(path) for path in look.tree.ending(*SUFFIXES))
    return tuple(one for one in dict.fromkeys(found) if not _HIDDEN & set(one.split("/")))


def workspaces(look: Look) -> list[Workspace]:
    """Return the solutions, those nearer to the top first; one without members is none."""
    found: list[Workspace] = []
    for path in sorted(look.tree.ending(".sln", ".slnx"), key=lambda one: one.count("/")):
        members = tuple(dict.fromkeys(dirname(one) for one in _members(look, path)))
        if members and all(one.path != dirname(path) for one in found):
            found.append(Workspace(path=dirname(path), members=members, tool="nuget"))
    return found


def projects_in(look: Look, folder: str) -> tuple[Project, ...]:
    """Return the projects of a folder."""
    paths = (join(folder, name) for name in look.tree.names(folder) if name.lower().endswith(SUFFIXES))
    return tuple(one for path in paths if (one := project(look, path)) is not None)


def closure(look: Look, start: Project) -> tuple[Project, ...]:
    """Return a project and all that it references, directly or not."""
    found = {start.path: start}
    todo = [start]
    for one in todo:
        for path in one.references:
            if path not in found and len(found) < MAX_REFERENCES and path.lower().endswith(SUFFIXES):
                other = project(look, path)
                if other is not None:
                    found[path] = other
                    todo.append(other)
    return tuple(found.values())


def context_of(look: Look, parts: Sequence[Project], workspace: Workspace | None) -> str:
    """Return the folder that holds all that a build reads: projects, shared files, solution, pins above."""
    folders = {dirname(one.path) for one in parts} | {dirname(path) for one in parts for path in one.shared}
    if workspace is not None:
        folders.add(workspace.path)
    here = dirname(parts[0].path)
    for name in ("global.json", "nuget.config", "NuGet.config", "NuGet.Config"):
        at = here
        while True:
            if join(at, name) in look.tree:
                folders.add(at)
            if not at:
                break
            at = dirname(at)
    if "" in folders:
        return ""
    return commonpath(sorted(folders))


def is_test(one: Project) -> bool:
    """Say whether a project only holds tests."""
    if one.true("IsTestProject") or "MSTest.Sdk" in one.sdks:
        return True
    return (
        one.using("Microsoft.NET.Test.Sdk", "xunit.runner", "NUnit3TestAdapter", "MSTest.TestAdapter", "TUnit")
        is not None
    )


def named_as_test(path: str) -> bool:
    """Say whether a project is called as tests are."""
    return bool(
        re.search(r"tests?(\.\w+)?$|(^|\.)specs?$|benchmarks?$", basename(path).rpartition(".")[0], re.IGNORECASE)
    )


def _members(look: Look, path: str) -> Iterator[str]:
    folder = dirname(path)
    if path.endswith(".slnx"):
        root = look.xml(path)
        names = [one.get("Path", "") for one in root.iter("Project")] if root is not None else []
    else:
        names = [found["path"] for found in _ENTRY.finditer(look.tree.text(path) or "")]
    for name in names:
        full = normpath(join(folder, name.replace("\\", "/")))
        if full in look.tree:
            yield full
