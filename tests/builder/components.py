"""Components and recipes for tests of what is made of them."""

from collections.abc import Hashable
from dataclasses import replace
from typing import TypeVar

from builder.draft import Draft
from builder.grounds import STATED, Field
from builder.plan import Command, Component, Kind
from builder.recipe import Base, Copy, Final, Recipe, Run, Stage
from core.phrase import Phrase

T = TypeVar("T", bound=Hashable)
WHY = Phrase(en="said so", zh="如此写明")
DEBIAN = Base(image="docker.io/library/debian", tag="bookworm-slim")
ALPINE = Base(image="docker.io/library/alpine", tag="3.22")


def field(value: T) -> Field[T]:
    """Return a decided field."""
    return Field(value=value, confidence=STATED)


def component(kind: Kind = Kind.WEB, port: int | None = 8000, **changed: object) -> Component:
    """Return a component called shop."""
    draft = Draft(name="shop", path="", provider="python")
    draft.kind.add(kind, STATED, "test", WHY)
    if port is not None:
        draft.port.add(port, STATED, "test", WHY)
    return replace(draft.decided(), **changed)  # type: ignore[arg-type]


def recipe(base: Base = DEBIAN, **changed: object) -> Recipe:
    """Return a recipe of two stages."""
    final = Final(
        base=base,
        steps=(Copy(sources=("/out/shop",), to="/app/shop", stage="build"),),
        command=Command(argv=("/app/shop", "--verbose")),
        reaps=True,
    )
    build = Stage(
        name="build",
        base=base,
        steps=(Copy(sources=(".",), to="/src/"), Run(line="make shop", caches=("/root/.cache",))),
        directory="/src",
    )
    return Recipe(stages=(build,), final=replace(final, **changed))  # type: ignore[arg-type]
