"""Go: modules and workspaces, programs in the root or below ``cmd``, servers by what they import and call."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.languages.go.examining import drafts
from builder.detect.languages.go.manifest import workspaces
from builder.detect.languages.go.recipe import recipe
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Go:
    name = "go"

    def roots(self, look: Look) -> Sequence[str]:
        modules = tuple(dirname(path) for path in look.tree.named("go.mod") if "vendor/" not in path)
        return modules or tuple(dict.fromkeys(dirname(path) for path in look.tree.named("main.go")))

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        return workspaces(look)

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


GO = _Go()
