"""What a person decides about components, put over what was found."""

import shlex
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TypeVar

from api.build_models import Override
from builder.detect.choosing import primary_of
from builder.detect.refusing import questions_of, refusals_of
from builder.grounds import Candidate, Field, Ground
from builder.plan import BuildPlan, Command, Component
from core.errors import UsageError
from core.phrase import Phrase

T = TypeVar("T", bound=Hashable)

_SAID = Ground(rule="person.said", why=Phrase(en="you said so", zh="由您指定"))
_FOR_A_SHELL = frozenset("|&;<>()$`*?[]#~{}\n")
"""Characters that mean something to a shell: a command with one of them is a line, else it is words."""


def decided(plan: BuildPlan, overrides: Mapping[str, Override]) -> BuildPlan:
    """Return the plan with what a person decided; the name ``""`` means the primary component.

    Raises ``UsageError`` for a component that there is not, or a command that cannot be read.
    """
    if not overrides:
        return plan
    known = {one.name for one in plan.components}
    by_name: dict[str, Override] = {}
    for name, override in overrides.items():
        meant = name or plan.primary or (plan.components[0].name if len(plan.components) == 1 else "")
        if meant not in known:
            raise UsageError(
                f"There is no component {name!r} to decide about.",
                next_step=f"Choose one of: {', '.join(sorted(known))}." if known else "The source holds none.",
            )
        by_name[meant] = override
    components = tuple(_changed(one, by_name.get(one.name)) for one in plan.components)
    return replace(
        plan,
        components=components,
        primary=primary_of(components),
        questions=questions_of(components),
        refusals=refusals_of(components),
    )


def _changed(component: Component, override: Override | None) -> Component:
    if override is None:
        return component
    if override.kind is not None:
        component = replace(component, kind=_said(component.kind, override.kind))
    if override.start is not None:
        component = replace(component, start=_said(component.start, command_of(override.start)))
    if override.port is not None:
        component = replace(component, port=_said(component.port, override.port))
    return component


def _said(field: Field[T], value: T) -> Field[T]:
    """Return a field with what a person said; what was found before stays to be seen as a rival."""
    before = field.rivals
    if field.value is not None and field.value != value and field.grounds:
        before = (Candidate(value=field.value, confidence=field.confidence, ground=field.grounds[0]), *before)
    rivals = tuple(one for one in before if one.value != value)
    return Field(value=value, confidence=1.0, grounds=(_SAID,), rivals=rivals)


def command_of(text: str) -> Command:
    """Return a command as a person types it. Raises ``UsageError`` where a quotation does not end."""
    if _FOR_A_SHELL.intersection(text):
        return Command(line=text)
    try:
        words = tuple(shlex.split(text))
    except ValueError as exc:
        raise UsageError(f"The start command cannot be read: {exc}.", next_step="Close the quotation.") from exc
    if not words:
        raise UsageError("The start command is empty.", next_step="Write it as you would type it.")
    return Command(line=text) if "=" in words[0] else Command(argv=words)
