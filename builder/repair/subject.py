"""What is repaired: a component and its recipe, with the names of the files that the build is given."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace

from builder.plan import Component
from builder.recipe import Recipe
from builder.repair.patches import Patch, PlanPatch
from builder.repair.planning import planned
from builder.repair.recipes import patched
from core.phrase import Phrase


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A component, its recipe, and the paths of its context."""

    component: Component
    recipe: Recipe
    files: Collection[str] = field(default=frozenset())

    @property
    def alpine(self) -> bool:
        """Whether what runs is Alpine, whose packages have names of their own."""
        return "alpine" in str(self.recipe.final.base)


def apply(subject: Subject, patch: Patch) -> Subject:
    """Return the subject with one patch in it; the same one where the patch changes nothing.

    A patch of the plan changes the component alone: use ``repaired`` for the recipe that follows from it.
    """
    if isinstance(patch, PlanPatch):
        return replace(subject, component=planned(subject.component, patch))
    return replace(subject, recipe=patched(subject.recipe, patch))


def repaired(
    component: Component,
    patches: Iterable[Patch],
    recipe_of: Callable[[Component], Recipe],
    files: Collection[str] = (),
) -> Subject:
    """Return the component and its recipe with all patches: those of the plan first, as recipes follow from plans.

    ``recipe_of`` is the provider's way from a component to its recipe.
    """
    patches = tuple(patches)
    for patch in patches:
        if isinstance(patch, PlanPatch):
            component = planned(component, patch)
    subject = Subject(component=component, recipe=recipe_of(component), files=files)
    for patch in patches:
        if not isinstance(patch, PlanPatch):
            subject = apply(subject, patch)
    notes = tuple(described(patch) for patch in patches)
    return replace(subject, recipe=replace(subject.recipe, notes=(*subject.recipe.notes, *notes)))


def described(patch: Patch) -> Phrase:
    """Say what a patch changes, for the notes of the recipe and for people."""
    values = ", ".join(
        f"{name}={_shown(value)}" for name in patch.__slots__ if name not in {"kind", "before"}
        if (value := getattr(patch, name)) not in ("", ())
    )  # fmt: skip
    said = f"{patch.kind}({values})"
    return Phrase(en=f"Repaired while building: {said}.", zh=f"构建时已修复：{said}。")


def _shown(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
