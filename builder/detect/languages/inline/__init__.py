"""Inline functions: a tree that is one file with a function becomes a service, by a wrapper that the person sees.

The file is parsed, never run. A file that is a program already is left to the rules of its language, and so is every
tree that says how it is built. What the function needs beside (runtime, packages, services) is found by those rules
too: they are asked about the tree as it is with the wrapper in it.
"""

from collections.abc import Sequence

from builder.detect.languages.inline.examining import NAME, drafts, recipe
from builder.detect.languages.inline.lone import lone_source
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Inline:
    name = NAME

    def roots(self, look: Look) -> Sequence[str]:
        """Return the top of a tree with one source file only."""
        return ("",) if lone_source(look.tree) else ()

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        """Return none: one file is no workspace."""
        del look
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        """Return the service that a function becomes."""
        del workspace
        return drafts(place)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        """Return how the function and its wrapper become an image."""
        return recipe(component, tree)


INLINE = _Inline()
