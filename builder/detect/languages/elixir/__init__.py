"""Elixir: Mix projects and umbrellas, released and run on a slim Debian; libraries and escripts are refused."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.languages.elixir.examining import drafts
from builder.detect.languages.elixir.manifest import umbrellas
from builder.detect.languages.elixir.recipe import recipe
from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree


class _Elixir:
    name = "elixir"

    def roots(self, look: Look) -> Sequence[str]:
        inside = tuple(f"{apps}/" for apps in umbrellas(look).values())
        folders = (dirname(path) for path in look.tree.named("mix.exs"))
        found = tuple(one for one in folders if not _left_out(one) and not f"{one}/".startswith(inside or ("//",)))
        alone = not found and any(name.endswith((".exs", ".ex")) for name in look.tree.names(""))
        return ("",) if alone else found

    def workspaces(self, _look: Look) -> Sequence[Workspace]:
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        return drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


def _left_out(folder: str) -> bool:
    return any(part in {"deps", "_build", "node_modules", "templates"} for part in folder.split("/"))


ELIXIR = _Elixir()
