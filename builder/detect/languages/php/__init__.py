"""PHP: Composer's projects and plain sites, served by Apache with PHP in it; programs that PHP runs by themselves."""

from collections.abc import Sequence

from builder.detect.languages.php.examining import drafts
from builder.detect.languages.php.recipe import recipe
from builder.detect.languages.php.roots import roots
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Php:
    name = "php"

    def roots(self, look: Look) -> Sequence[str]:
        return roots(look)

    def workspaces(self, _look: Look) -> Sequence[Workspace]:
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


PHP = _Php()
