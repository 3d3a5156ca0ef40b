"""Shell: repositories that are a service, a worker or a job written as scripts."""

from collections.abc import Sequence
from posixpath import splitext

from builder.detect.census import LANGUAGES
from builder.detect.languages.shell.examining import drafts, scripts
from builder.detect.languages.shell.recipe import recipe
from builder.detect.languages.shell.schedules import entries
from builder.detect.languages.static.plain import MANIFESTS
from builder.draft import Draft
from builder.look import ASIDE, Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree

_NEUTRAL = frozenset({"shell", "html", "terraform"})
"""Languages beside which scripts may still be the program."""


class _Shell:
    name = "shell"

    def roots(self, look: Look) -> Sequence[str]:
        """Return the top, where scripts are most of what there is: elsewhere they serve another program."""
        tree = look.tree
        held = any(name in MANIFESTS or name in {"Makefile.am", "configure.ac"} for name in tree.names(""))
        place = look.at("")
        known = scripts(place)
        if held or not (known or any(True for _ in entries(place))):
            return ()
        own = sum(tree.sizes[one] for one in known)
        others = 0
        for path, size in tree.sizes.items():
            language = LANGUAGES.get(splitext(path)[1].lower(), "shell")
            if language not in _NEUTRAL and not any(part.lower() in ASIDE for part in path.split("/")[:-1]):
                others += size
        return ("",) if own >= others else ()

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        del look
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        del workspace
        return drafts(place)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        return recipe(component, tree)


SHELL = _Shell()
