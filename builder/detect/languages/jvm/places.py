"""Where modules are: folders of manifests, what settings include, sources that stand alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from posixpath import dirname, join

from builder.detect.languages.jvm import clojure, gradle, maven, sbt
from builder.detect.languages.jvm.model import Project
from builder.detect.languages.jvm.remembering import remembered
from builder.look import ASIDE, Look
from builder.provider import Workspace

_SOURCES = (".java", ".kt", ".scala", ".groovy", ".clj")
_HIDDEN = frozenset(
    {"buildSrc", "build-logic", "archetype-resources", "target", "node_modules", ".gradle", ".mvn", "buildsrc"}
)
_OTHERS = (
    "package.json", "go.mod", "Cargo.toml", "pyproject.toml", "requirements.txt", "setup.py", "Gemfile",
    "composer.json", "mix.exs",
    "CMakeLists.txt", "pubspec.yaml", "Package.swift", "deno.json", "Pipfile",
)  # fmt: skip
"""Manifests of other languages: beside one, a few sources of ours are a part of it."""

_TESTS = re.compile(
    r"(^|/)((integration|system|functional|acceptance|performance|perf|smoke|load)[-_]?tests?|systests?|its?|test-?suites?|"
    r"testing|itests?)(/|$)|[-_](its?|itests?|tests?)(/|$)",
    re.IGNORECASE,
)
"""Folders of modules that test the others."""

MAX_SIBLINGS = 60
"""Modules whose libraries are counted to a program that uses them."""


def roots(look: Look) -> Sequence[str]:
    """Return the folders that may hold a module; those of tests only where there are no others."""
    known = remembered(look)
    if "roots" not in known:
        found = tuple(_roots(look))
        known["roots"] = tuple(one for one in found if not _TESTS.search(one)) or found
    listed: tuple[str, ...] = known["roots"]
    return listed


def _roots(look: Look) -> Sequence[str]:
    found: dict[str, None] = {}
    for path in look.tree.named("pom.xml", *gradle.SCRIPTS, "build.sbt", "project.clj", "deps.edn", "build.xml"):
        folder = dirname(path)
        if not _hidden(folder) and not (path.endswith("build.xml") and not _plain_sources(look, folder)):
            found[folder] = None
    for path in look.tree.named(*gradle.SETTINGS, "build.properties"):
        folder = dirname(path)
        if path.endswith("project/build.properties") and not _hidden(dirname(folder)):
            found[dirname(folder)] = None
        elif not path.endswith("build.properties") and not _hidden(folder) and _plain_sources(look, folder):
            found[folder] = None
    for one in workspaces(look):
        found.update((member, None) for member in one.members if not _hidden(member))
    if found:
        return tuple(found)
    top = set(look.tree.names(""))
    lone = next((path for path in look.tree.ending(*_SOURCES) if not _aside(path)), "")
    return ("",) if lone and not top & set(_OTHERS) and not look.tree.ending(".csproj", ".sln") else ()


def workspaces(look: Look) -> list[Workspace]:
    """Return the builds of several modules."""
    known = remembered(look)
    if "workspaces" not in known:
        known["workspaces"] = [*maven.workspaces(look), *gradle.workspaces(look), *sbt.workspaces(look)]
    found: list[Workspace] = known["workspaces"]
    return found


def project_of(look: Look, folder: str, workspace: Workspace | None) -> tuple[Project | None, tuple[str, ...]]:
    """Return what the build file of a folder says, and the names of other tools that could build it too."""
    known = remembered(look)
    key = ("project", folder, workspace.path if workspace else None)
    if key not in known:
        known[key] = _project_of(look, folder, workspace)
    made: tuple[Project | None, tuple[str, ...]] = known[key]
    return made


def _project_of(look: Look, folder: str, workspace: Workspace | None) -> tuple[Project | None, tuple[str, ...]]:
    found: list[Project] = []
    if one := maven.project(look, folder):
        found.append(one)
    if one := gradle.project(look, folder):
        found.append(one)
    in_sbt = workspace is not None and workspace.tool == "sbt"
    if in_sbt or sbt.is_build(look, folder):
        root = workspace.path if workspace is not None and in_sbt else folder
        if one := sbt.project(look, folder, root):
            found.append(one)
    if one := clojure.leiningen(look, folder):
        found.append(one)
    if one := clojure.tools(look, folder):
        found.append(one)
    if not found:
        return None, ()
    wrapped = [one for one in found if one.wrapper]
    chosen = wrapped[0] if len(wrapped) == 1 and found[0].tool in {"maven", "gradle"} else found[0]
    return chosen, tuple(one.tool for one in found if one is not chosen)


def with_siblings(look: Look, project: Project, workspace: Workspace | None) -> Project:
    """Return a module with the libraries of the modules that it is built upon."""
    if workspace is None or workspace.tool not in {"maven", "gradle", "sbt"}:
        return project
    added: dict[str, Project] = {}
    todo = list(_siblings(look, project, workspace))
    for folder in todo:
        if folder in added or folder == project.path or len(added) >= MAX_SIBLINGS:
            continue
        other, _ = project_of(look, folder, workspace)
        if other is not None:
            added[folder] = other
            todo.extend(_siblings(look, other, workspace))
    inherited = (one for other in added.values() for one in other.dependencies if one.scope == "compile")
    more = tuple(replace(one, own=False) for one in inherited)
    return replace(project, dependencies=(*project.dependencies, *more), siblings=tuple(added))


def _siblings(look: Look, project: Project, workspace: Workspace) -> Iterator[str]:
    if project.tool == "sbt":
        yield from project.siblings
    elif project.tool == "gradle":
        yield from (
            join(workspace.path, one) for one in project.siblings if look.tree.has_folder(join(workspace.path, one))
        )
    else:
        names = maven.names(look, workspace)
        yield from (names[one.name] for one in project.used() if one.name in names)


def _hidden(folder: str) -> bool:
    parts = folder.split("/")
    return bool(_HIDDEN & set(parts)) or any(
        part in f"/{folder}/" for part in ("/src/test/", "/src/it/", "/src/main/resources/")
    )


def _aside(path: str) -> bool:
    return any(part.lower() in ASIDE for part in path.split("/")[:1])


def _plain_sources(look: Look, folder: str) -> bool:
    return any(True for _ in look.tree.below(join(folder, "src"), suffixes=_SOURCES, depth=12))
