"""Static sites: plain pages, Hugo, Zola, mdBook, Jekyll without a Gemfile. Served by nginx without root."""

from collections.abc import Sequence

from builder.detect.languages.static.examining import drafts, roots
from builder.detect.languages.static.recipe import recipe
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Static:
    name = "static"

    def roots(self, look: Look) -> Sequence[str]:
        return roots(look)

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        del look
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        del workspace
        return drafts(place)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


STATIC = _Static()
