"""Python: projects of every package manager, web frameworks, workers, bots, data applications, sites, libraries."""

from collections.abc import Sequence

from builder.detect.languages.python.examining import drafts
from builder.detect.languages.python.recipe import recipe
from builder.detect.languages.python.workspaces import roots, workspaces
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Python:
    name = "python"

    def roots(self, look: Look) -> Sequence[str]:
        return roots(look)

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        return workspaces(look)

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


PYTHON = _Python()
