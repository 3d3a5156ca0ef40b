"""The files that a plan becomes, as text: nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from posixpath import join

from builder.deciding import flag_of
from builder.detect.languages.dockerfile import DOCKERFILE, file_of
from builder.dockerfile import dockerfile, dockerignore
from builder.errors import NotDeployable, PlanIncomplete
from builder.plan import BuildPlan, Command, Component
from builder.provider import Provider
from builder.recipe import Base, Final, Generated, Recipe
from builder.tree import Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What one component is built from: its Dockerfile, .dockerignore, what it needs beside. Paths are the tree's."""

    component: Component
    recipe: Recipe
    dockerfile: str
    files: tuple[Generated, ...]

    @property
    def ours(self) -> bool:
        """Whether the Dockerfile is written by us, so that a recipe stands behind it."""
        return self.component.provider != DOCKERFILE.name

    @property
    def text(self) -> str:
        """The Dockerfile's text."""
        return self.files[0].text

    @property
    def ignore(self) -> str:
        """The text of ``.dockerignore``."""
        return self.files[1].text

    @property
    def beside(self) -> tuple[Generated, ...]:
        """What the Dockerfile copies and the tree does not hold."""
        return self.files[2:]


def prepared(
    plan: BuildPlan,
    tree: Tree,
    providers: Sequence[Provider],
    *,
    only: str = "",
    digests: Mapping[str, str] | None = None,
) -> tuple[Prepared, ...]:
    """Return what each component that can be put online is built from, the primary one first.

    ``only`` names one component. Raises ``NotDeployable`` (with what was found instead), ``PlanIncomplete``.
    """
    chosen = [one for one in plan.deployable if only in {"", one.name}]
    if not chosen and (open_ := [one for one in plan.components if one.kind.value is None and only in {"", one.name}]):
        raise PlanIncomplete(f"{open_[0].name}: it is not decided what it is.", next_step=_how(plan, open_[0]))
    if not chosen:
        known = ", ".join(one.name for one in plan.deployable)
        if only and known:
            raise NotDeployable(f"There is no component {only}.", next_step=f"Choose one of: {known}.")
        reason = plan.refusals[0] if plan.refusals else None
        raise NotDeployable(
            reason.reason.en if reason else "Nothing in the tree can be put online.",
            next_step=reason.next_step.en if reason else "",
        )
    by_name = {provider.name: provider for provider in providers}
    chosen.sort(key=lambda one: one.name != plan.primary)
    found = []
    for one in chosen:
        single = one.name == plan.primary or len(chosen) == 1
        try:
            found.append(_prepared(one, by_name[one.provider], tree, digests, single=single))
        except PlanIncomplete as exc:
            exc.next_step = _how(plan, one) or exc.next_step
            raise
    return tuple(found)


def _how(plan: BuildPlan, one: Component) -> str:
    """Say how the open questions of a component are decided."""
    flags = [flag_of(question, plan) for question in plan.questions if question.component == one.name]
    return f"Decide it: {' '.join(flags)} (over HTTP: `overrides`)." if flags else ""


def _prepared(
    component: Component, provider: Provider, tree: Tree, digests: Mapping[str, str] | None, *, single: bool
) -> Prepared:
    if own := file_of(component) if component.provider == DOCKERFILE.name else "":
        return _as_it_stands(component, own, tree)
    name = join(component.context, "Dockerfile" if single else f"Dockerfile.{component.name}")
    return written_out(component, provider.recipe(component, tree), tree, name, digests=digests)


def written_out(
    component: Component, recipe: Recipe, tree: Tree, name: str, *, digests: Mapping[str, str] | None = None
) -> Prepared:
    """Return what a component is built from by this recipe; ``name`` is the path of its Dockerfile."""
    written = dockerfile(component, recipe, digests=digests)
    beside = tuple(Generated(path=join(component.context, one.path), text=one.text) for one in written.files)
    ignore = Generated(path=join(component.context, ".dockerignore"), text=dockerignore(component, recipe, tree))
    return Prepared(
        component=component,
        recipe=recipe,
        dockerfile=name,
        files=(Generated(path=name, text=written.text), ignore, *beside),
    )


def _as_it_stands(component: Component, path: str, tree: Tree) -> Prepared:
    """Return a component that is built by its own Dockerfile: nothing is written in its place."""
    final = Final(
        base=Base(image="", tag=""),
        steps=(),
        command=component.start.value or Command(),
        health_tool="none",
        reaps=True,
    )
    recipe = Recipe(stages=(), final=final)
    ignored = join(component.context, ".dockerignore")
    ignore = tree.text(ignored) or dockerignore(component, recipe, tree)
    return Prepared(
        component=component,
        recipe=recipe,
        dockerfile=path,
        files=(Generated(path=path, text=tree.text(path) or ""), Generated(path=ignored, text=ignore)),
    )
