"""Dockerfiles and Procfiles where no language was found: the component is what they run.

Its recipe is the Dockerfile that stands there: it is linted and hardened, not replaced. Languages come first:
``additional`` is asked after all of them, for the files that are about none of their drafts.
"""

from collections.abc import Sequence

from builder.draft import Draft
from builder.errors import PlanIncomplete
from builder.look import Look, Place
from builder.plan import Component
from builder.provider import Workspace
from builder.recipe import Recipe
from builder.tree import Tree

# The truths know the providers' drafts and import their packages: they are imported where they are used.


class _Dockerfile:
    name = "dockerfile"

    def roots(self, look: Look) -> Sequence[str]:
        """Return none: a folder with a Dockerfile must not take sources away from the program that it is about."""
        del look
        return ()

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        del look
        return ()

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        """Return what the Dockerfiles and the Procfile of a folder run."""
        from builder.detect.languages.dockerfile.examining import drafts_of

        del workspace
        return drafts_of(place.look, (), only=place.path)

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        del tree
        raise PlanIncomplete(
            f"{component.name}: its own Dockerfile says how it is built; no other one is written.",
            next_step="Build with that Dockerfile; `sextant build plan` names it.",
        )


def additional(look: Look, drafts: Sequence[Draft]) -> list[Draft]:
    """Return the drafts of Dockerfiles and Procfiles that are about none of these drafts."""
    from builder.detect.languages.dockerfile.examining import drafts_of

    return drafts_of(look, drafts)


def file_of(component: Component) -> str:
    """Return the path of the Dockerfile that a component of this provider is built by."""
    trait = next((one.value for one in component.traits if one.value.startswith("dockerfile.file:")), "")
    return trait.partition(":")[2]


DOCKERFILE = _Dockerfile()
