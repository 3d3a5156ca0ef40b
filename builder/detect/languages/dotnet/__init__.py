""".NET: C#, F# and Visual Basic projects, by their SDK, packages and what their programs call."""

from collections.abc import Sequence

from builder.detect.languages.dotnet.examining import drafts
from builder.detect.languages.dotnet.places import roots, workspaces
from builder.detect.languages.dotnet.recipe import recipe
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Dotnet:
    name = "dotnet"

    def roots(self, look: Look) -> Sequence[str]:
        return roots(look)

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        return workspaces(look)

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


DOTNET = _Dotnet()
