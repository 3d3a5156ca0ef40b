"""The port of language providers and of truths: what each must offer to take part in planning."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from builder.draft import Draft
from builder.look import Look, Place
from builder.plan import Component
from builder.recipe import Recipe
from builder.tree import Tree
from core.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """A folder whose members are built together: its lock file and siblings are needed to build one of them."""

    path: str
    members: tuple[str, ...]
    tool: str
    """``npm``, ``pnpm``, ``cargo``, ``gradle``, ``uv``, … as the package manager is called."""


class Provider(Protocol):
    """Knows one language. All functions are pure; a provider that finds nothing says nothing."""

    @property
    def name(self) -> str:
        """The provider's name, that of the language: ``python``."""
        ...

    def roots(self, look: Look) -> Sequence[str]:
        """Return the folders that may hold a component of this language: those of its manifests, without reading more.

        A folder with sources only (a lone ``main.py``) counts where no manifest of the language stands above or in it.
        """
        ...

    def workspaces(self, look: Look) -> Sequence[Workspace]:
        """Return the workspaces that manifests declare."""
        ...

    def examine(self, place: Place, workspace: Workspace | None) -> Sequence[Draft]:
        """Return what this language's rules find in a folder: a draft for each program in it, none where it has none.

        A library or a command-line tool is a component too, with that kind, so that it can be refused with the reason.
        """
        ...

    def recipe(self, component: Component, tree: Tree) -> Recipe:
        """Return how the component becomes an image. Raises ``PlanIncomplete`` naming the field that is missing."""
        ...


class Truth(Protocol):
    """Reads what people wrote about running the project: a Procfile, a compose file, a workflow."""

    @property
    def name(self) -> str:
        """The truth's name: ``procfile``."""
        ...

    def tell(self, look: Look, drafts: Sequence[Draft]) -> Sequence[Phrase]:
        """Add candidates to the drafts that the files are about; return notes on what they say beyond that.

        Drafts are told apart by ``path``. A truth adds to drafts and changes nothing else.
        """
        ...
