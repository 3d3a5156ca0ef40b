"""Rust: packages and workspaces, their programs, servers by crates and calls, front ends, what cannot be put online."""

from collections.abc import Sequence

from builder.detect.languages.rust.examining import drafts
from builder.detect.languages.rust.recipe import recipe
from builder.detect.languages.rust.workspaces import roots, workspaces
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Rust:
    name = "rust"

    def roots(self, look: Look) -> Sequence[str]:
        return roots(look)

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        return workspaces(look)

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


RUST = _Rust()
