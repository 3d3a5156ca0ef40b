"""C and C++: CMake, Meson, Make and autotools; servers by the libraries they include and the sockets they open."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.languages.cpp.examining import drafts
from builder.detect.languages.cpp.make import MAKEFILES
from builder.detect.languages.cpp.recipe import recipe
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree

_SOURCES = (".c", ".cc", ".cpp", ".cxx")
_OTHERS = (
    "Cargo.toml", "Gemfile", "Package.swift", "binding.gyp", "build.gradle", "build.gradle.kts", "build.zig",
    "composer.json", "config.m4", "deno.json", "dune-project", "go.mod", "mix.exs", "pom.xml", "pubspec.yaml",
    "pyproject.toml", "rebar.config", "setup.py", "gleam.toml",
)  # fmt: skip
"""Manifests of other languages: C beside them is an extension of theirs, and their tools build it."""
_BUILDS = ("CMakeLists.txt", "meson.build", "configure.ac", "configure.in", "configure", *MAKEFILES)


class _Cpp:
    name = "cpp"

    def roots(self, look: Look) -> Sequence[str]:
        found: list[str] = []
        paths = sorted(look.tree.named(*_BUILDS), key=lambda one: (one.count("/"), one))
        for folder in dict.fromkeys(dirname(path) for path in paths):
            within = any(not one or folder == one or folder.startswith(f"{one}/") for one in found)
            if not within and not _of_another(look, folder) and _has_sources(look, folder):
                found.append(folder)
        if not found:
            mains = look.tree.named(*(f"{stem}{suffix}" for stem in ("main", "server") for suffix in _SOURCES))
            found = [dirname(one) for one in mains if not _of_another(look, dirname(one))][:1]
        return tuple(found)

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        del look
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        del workspace
        return drafts(place)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


def _of_another(look: Look, folder: str) -> bool:
    """Say whether the folder, or one above it, is a project of another language. Node's may only build documents."""
    places = [folder]
    while places[-1]:
        places.append(dirname(places[-1]))
    if any(f"{one}/{name}".lstrip("/") in look.tree for one in places for name in _OTHERS):
        return True
    made = f"{folder}/CMakeLists.txt".lstrip("/") in look.tree
    return not made and any(f"{one}/package.json".lstrip("/") in look.tree for one in places)


def _has_sources(look: Look, folder: str) -> bool:
    return next(look.tree.below(folder, suffixes=(*_SOURCES, ".h", ".hpp", ".ino"), depth=4), None) is not None


CPP = _Cpp()
