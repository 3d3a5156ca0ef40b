"""Node and Bun: packages by their package.json, their managers, workspaces and frameworks, one family a file."""

from collections.abc import Sequence
from posixpath import dirname

from builder.detect.languages.node import nx
from builder.detect.languages.node.claiming import is_deno
from builder.detect.languages.node.examining import LONE, drafts
from builder.detect.languages.node.recipe import recipe
from builder.detect.languages.node.workspaces import OUTSIDE, manifests, workspaces
from builder.draft import Draft
from builder.look import ASIDE, Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree

_ELSEWHERE = (
    "deno.json",
    "deno.jsonc",
    "composer.json",
    "Gemfile",
    "go.mod",
    "Cargo.toml",
    "pyproject.toml",
    "requirements.txt",
    "pom.xml",
)


class _Node:
    name = "node"

    def roots(self, look: Look) -> Sequence[str]:
        """Return the folders of manifests; without any, those of lone programs that no other manifest claims."""
        found = (*manifests(look), *nx.projects(look))
        if found or look.tree.named(*_ELSEWHERE):
            return found
        files = look.tree.named(*(f"{stem}{suffix}" for stem in LONE for suffix in (".js", ".mjs", ".cjs", ".ts")))
        folders = dict.fromkeys(dirname(path) for path in files)
        return tuple(one for one in folders if not (OUTSIDE | ASIDE) & set(one.split("/")) and one.count("/") < 2)[:3]

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        """Return the workspaces that manifests declare."""
        found = tuple(workspaces(look))
        managed = tuple(nx.workspaces(look, found))
        return (*(one for one in found if all(other.path != one.path for other in managed)), *managed)

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        """Return what is in a folder, unless it is Deno's."""
        return () if is_deno(place) else drafts(place, workspace)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        """Return how the component becomes an image."""
        return recipe(component, tree)


NODE = _Node()
