"""Deno: settings with tasks, Fresh and Lume, lone programs that call its own functions."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.languages.deno.examining import NAMES, drafts
from builder.detect.languages.deno.recipe import recipe
from builder.detect.languages.deno.workspaces import workspaces
from builder.detect.languages.node.claiming import is_deno
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Deno:
    name = "deno"

    def roots(self, look: Look) -> Sequence[str]:
        """Return the folders of Deno's settings; without any, those of programs that stand alone."""
        found = tuple(
            dirname(path) for path in look.tree.named("deno.json", "deno.jsonc") if "node_modules/" not in path
        )
        if found or look.tree.named("package.json"):
            return tuple(dict.fromkeys(found))
        files = look.tree.named("deno.lock", *NAMES)
        return tuple(dict.fromkeys(folder for path in files if (folder := dirname(path)).count("/") == 0))[:3]

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        """Return the workspaces that settings declare."""
        return workspaces(look)

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        """Return what is in a folder, unless it is Node's."""
        return () if place.has("package.json") and not is_deno(place) else drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:  # noqa: ARG002 - of the protocol
        """Return how the component becomes an image."""
        return recipe(component)


DENO = _Deno()
