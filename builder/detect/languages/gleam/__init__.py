"""Gleam: servers on wisp and mist, pages with lustre; libraries and tools are refused."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.languages.gleam.examining import drafts
from builder.detect.languages.gleam.recipe import recipe
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Gleam:
    name = "gleam"

    def roots(self, look: Look) -> Sequence[str]:
        folders = (dirname(path) for path in look.tree.named("gleam.toml"))
        return tuple(one for one in folders if not {"build", "node_modules"}.intersection(one.split("/")))

    def workspaces(self, _look: Look) -> Sequence[Workspace]:
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


GLEAM = _Gleam()
