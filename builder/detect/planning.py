"""Make a build plan of a tree: find the components, ask their languages and the truths, decide.

Pure: the same tree always gives the same plan.
"""

from collections.abc import Sequence

from builder.detect.census import languages_of
from builder.detect.choosing import joined, named, primary_of
from builder.detect.languages import PROVIDERS
from builder.detect.languages.dockerfile import DOCKERFILE, additional
from builder.detect.refusing import questions_of, refusals_of
from builder.detect.truths import TRUTHS
from builder.draft import Draft
from builder.look import ASIDE, Look
from builder.plan import BuildPlan, Component
from builder.provider import Provider, Truth, Workspace
from builder.tree import Tree
from core.phrase import Phrase

MAX_ROOTS = 400
"""Folders that are examined. A tree with more components is a collection; those nearest to its top are taken."""


def plan(tree: Tree, *, providers: Sequence[Provider] = PROVIDERS, truths: Sequence[Truth] = TRUTHS) -> BuildPlan:
    """Return what is in the tree and how it is built and run."""
    look = Look(tree)
    drafts = _examined(look, providers)
    if DOCKERFILE in providers:
        drafts += additional(look, drafts)
    notes = [note for truth in truths for note in truth.tell(look, drafts)]
    components = named(joined(drafts))
    if not components:
        return _nothing(tree, notes)
    return BuildPlan(
        components=components,
        primary=primary_of(components),
        questions=questions_of(components),
        refusals=refusals_of(components),
        notes=tuple(notes),
    )


def _examined(look: Look, providers: Sequence[Provider]) -> list[Draft]:
    """Ask each provider about each of its folders; folders inside of one belong to the inner one."""
    found = [(path, provider) for provider in providers for path in dict.fromkeys(provider.roots(look))]
    found = _beside_the_program(found)
    found.sort(key=lambda one: (one[0].count("/") + bool(one[0]), one[0]))
    found = found[:MAX_ROOTS]
    roots = frozenset(path for path, _ in found)
    workspaces = {name: one.workspaces(look) for name, one in {one.name: one for _, one in found}.items()}
    drafts: list[Draft] = []
    for path, provider in found:
        place = look.at(path, inner=roots - {path})
        drafts.extend(provider.examine(place, _workspace_of(path, workspaces[provider.name])))
    return drafts


def _beside_the_program(found: list[tuple[str, Provider]]) -> list[tuple[str, Provider]]:
    """Leave out examples, tests and documentation, unless there is nothing else."""
    within = [one for one in found if not any(part.lower() in ASIDE for part in one[0].split("/"))]
    return within or found


def _workspace_of(path: str, workspaces: Sequence[Workspace]) -> Workspace | None:
    """Return the innermost workspace that a folder is a member of."""
    holding = [one for one in workspaces if path in one.members]
    return max(holding, key=lambda one: len(one.path), default=None)


def _nothing(tree: Tree, notes: Sequence[Phrase]) -> BuildPlan:
    """Say which languages the files are in, where no provider knows what they make."""
    draft = languages_of(tree)
    components: tuple[Component, ...] = named([draft.decided()]) if draft else ()
    return BuildPlan(components=components, refusals=refusals_of(components), notes=tuple(notes))
