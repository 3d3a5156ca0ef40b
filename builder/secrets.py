"""Secrets of a build, by the ids under which recipes mount them: given ones, and files that a source keeps for that."""

from collections.abc import Mapping
from posixpath import join
from typing import Final

from builder.files import Prepared
from builder.recipe import Run
from builder.tree import Tree

_KEPT: Final = {"npmrc": ".npmrc"}
"""Files of a source that hold credentials: they are left out of the context, and mounted for the step that asks."""


def asked_for(one: Prepared) -> tuple[str, ...]:
    """Return the ids that the steps of a component mount."""
    steps = [step for stage in one.recipe.stages for step in stage.steps] + list(one.recipe.final.steps)
    return tuple(dict.fromkeys(name for step in steps if isinstance(step, Run) for name in step.secrets))


def secrets_for(one: Prepared, tree: Tree, given: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return what a build mounts: what was given, and for what was not, the file of the source that is meant."""
    found = dict(given)
    for name in asked_for(one):
        text = tree.text(join(one.component.context, _KEPT[name])) if name in _KEPT else None
        if name not in found and text is not None:
            found[name] = text.encode()
    return found
