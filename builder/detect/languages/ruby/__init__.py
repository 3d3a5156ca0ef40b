"""Ruby: Rails and the other servers of Rack, static sites, workers; gems and tools are refused."""

from collections.abc import Sequence

from builder.detect.languages.ruby.examining import drafts
from builder.detect.languages.ruby.recipe import recipe
from builder.detect.languages.ruby.roots import roots
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Ruby:
    name = "ruby"

    def roots(self, look: Look) -> Sequence[str]:
        return roots(look)

    def workspaces(self, _look: Look) -> Sequence[Workspace]:
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


RUBY = _Ruby()
