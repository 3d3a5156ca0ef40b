"""Patches of the recipe: steps are added, lines are loosened, the image that runs gets what it misses."""

import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from posixpath import join

from builder.recipe import Copy, Final, Packages, Recipe, Run, Set, Stage, Step
from builder.repair import bases, binding
from builder.repair.loosening import kept, loosened
from builder.repair.patches import (
    AddDistribution,
    AddPackages,
    AddWritable,
    BindAll,
    ChangeBase,
    CopyToo,
    KeepDevelopment,
    LoosenInstall,
    MakeExecutable,
    Patch,
    RaiseMemory,
    SetVariable,
    StopWith,
    UnixLines,
    UseInit,
)

_HEAPS = {
    "node": ("NODE_OPTIONS", "--max-old-space-size={}", r"--max-old-space-size=\d+"),
    "maven": ("MAVEN_OPTS", "-Xmx{}m", r"-Xmx\d+[mMgGkK]?"),
    "gradle": ("GRADLE_OPTS", "-Dorg.gradle.jvmargs=-Xmx{}m", r"-Dorg\.gradle\.jvmargs=\S+"),
    "sbt": ("SBT_OPTS", "-Xmx{}m", r"-Xmx\d+[mMgGkK]?"),
}
"""By the tool: the variable that it reads, the option in it, and how the option looks that is replaced."""


def patched(recipe: Recipe, patch: Patch) -> Recipe:
    """Return the recipe with the patch; an equal one where there is nothing to change."""
    match patch:
        case AddPackages():
            return _with_packages(recipe, patch)
        case LoosenInstall():
            return _lines(recipe, lambda line: loosened(line, patch.tool))
        case KeepDevelopment():
            return _without_empty(_lines(recipe, kept))
        case SetVariable():
            return _with_variable(recipe, patch.place, patch.name, lambda _old: patch.value)
        case RaiseMemory():
            name, form, seen = _HEAPS[patch.heap]
            option = form.format(patch.mebibytes)
            return _with_variable(recipe, "build", name, lambda old: f"{re.sub(seen, '', old)} {option}".strip())
        case BindAll():
            return replace(recipe, final=binding.bound(recipe.final))
        case AddWritable():
            paths = tuple(dict.fromkeys((*recipe.final.writable, patch.path)))
            return replace(recipe, final=replace(recipe.final, writable=paths))
        case CopyToo() if not patch.before:
            return replace(recipe, final=_final_with(recipe.final, _copy(patch.source, recipe.final.directory)))
        case CopyToo():
            return _before(recipe, patch.before, lambda stage: _copy(patch.source, stage.directory))
        case ChangeBase():
            return bases.changed(recipe, patch.form)
        case _:
            return _mended(recipe, patch)


def _mended(recipe: Recipe, patch: Patch) -> Recipe:
    match patch:
        case AddDistribution():
            wanted = shlex.quote(f"{patch.name}<{patch.below}" if patch.below else patch.name)
            return _after_environment(recipe, Run(line=f"pip install {wanted}"))
        case MakeExecutable():
            return _before(recipe, patch.before, lambda _: Run(line=f"chmod +x {shlex.quote(patch.path)}"))
        case UnixLines():
            return _before(recipe, patch.before, lambda _: Run(line=f"sed -i 's/\\r$//' {shlex.quote(patch.path)}"))
        case UseInit():
            return replace(recipe, final=replace(recipe.final, reaps=False))
        case StopWith():
            return replace(recipe, final=replace(recipe.final, stop_signal=patch.signal))
    return recipe


def _copy(source: str, directory: str) -> Copy:
    inside = source.rstrip("/")
    parent = inside.rpartition("/")[0]
    return Copy(sources=(inside,), to=f"{join(directory, inside if source.endswith('/') else parent)}/")


def _with_packages(recipe: Recipe, patch: AddPackages) -> Recipe:
    stages = recipe.stages
    if patch.build:
        holding = [one for one in stages if patch.before and _holds(one.steps, patch.before)]
        chosen = holding or [one for one in stages if any(isinstance(step, Run) for step in one.steps)]
        stages = tuple(_stage_with(one, patch) if one in chosen else one for one in stages)
    final = recipe.final
    missing = _missing(patch.run, final.steps)
    if missing:
        final = replace(final, steps=(Packages(names=missing), *final.steps))
    return replace(recipe, stages=stages, final=final)


def _stage_with(stage: Stage, patch: AddPackages) -> Stage:
    missing = _missing(patch.build, stage.steps)
    if not missing:
        return stage
    at = _index(stage.steps, patch.before)
    steps = (*stage.steps[:at], Packages(names=missing), *stage.steps[at:])
    return replace(stage, steps=steps)


def _missing(names: tuple[str, ...], steps: tuple[Step, ...]) -> tuple[str, ...]:
    there = {name for step in steps if isinstance(step, Packages) for name in step.names}
    return tuple(name for name in names if name not in there)


def _holds(steps: tuple[Step, ...], line: str) -> bool:
    return any(isinstance(step, Run) and step.line.strip() == line.strip() for step in steps)


def _index(steps: tuple[Step, ...], line: str) -> int:
    """Return where the step of this line stands; the first step that runs something, where there is none."""
    for at, step in enumerate(steps):
        if isinstance(step, Run) and line and step.line.strip() == line.strip():
            return at
    return next((at for at, step in enumerate(steps) if isinstance(step, Run)), len(steps))


def _before(recipe: Recipe, line: str, made: Callable[[Stage], Step]) -> Recipe:
    """Put a step before the one with this line, once; before the last that runs where the line is not known."""

    def placed(stage: Stage) -> Stage:
        step = made(stage)
        if step in stage.steps:
            return stage
        last = max((at for at, one in enumerate(stage.steps) if isinstance(one, Run)), default=len(stage.steps))
        at = _index(stage.steps, line) if _holds(stage.steps, line) else last
        return replace(stage, steps=(*stage.steps[:at], step, *stage.steps[at:]))

    holding = [stage for stage in recipe.stages if _holds(stage.steps, line)] or list(recipe.stages[-1:])
    return replace(recipe, stages=tuple(placed(one) if one in holding else one for one in recipe.stages))


def _final_with(final: Final, step: Step) -> Final:
    return final if step in final.steps else replace(final, steps=(*final.steps, step))


def _after_environment(recipe: Recipe, step: Run) -> Recipe:
    """Put a step where the virtual environment is made and chosen: before the first thing that is installed."""

    def placed(stage: Stage) -> Stage:
        if step in stage.steps:
            return stage
        chosen = [at for at, one in enumerate(stage.steps) if isinstance(one, Set)]
        at = chosen[-1] + 1 if chosen else _index(stage.steps, "")
        return replace(stage, steps=(*stage.steps[:at], step, *stage.steps[at:]))

    return replace(recipe, stages=tuple(placed(one) for one in recipe.stages))


def _lines(recipe: Recipe, changed: Callable[[str], str]) -> Recipe:
    def stage(one: Stage) -> Stage:
        return replace(one, steps=tuple(_run(step, changed) for step in one.steps))

    final = replace(recipe.final, steps=tuple(_run(step, changed) for step in recipe.final.steps))
    return replace(recipe, stages=tuple(stage(one) for one in recipe.stages), final=final)


def _run(step: Step, changed: Callable[[str], str]) -> Step:
    return replace(step, line=changed(step.line)) if isinstance(step, Run) else step


def _without_empty(recipe: Recipe) -> Recipe:
    def steps(given: tuple[Step, ...]) -> tuple[Step, ...]:
        return tuple(one for one in given if not isinstance(one, Run) or one.line)

    stages = tuple(replace(one, steps=steps(one.steps)) for one in recipe.stages)
    return replace(recipe, stages=stages, final=replace(recipe.final, steps=steps(recipe.final.steps)))


def _with_variable(recipe: Recipe, place: str, name: str, value: Callable[[str], str]) -> Recipe:
    stages, final = recipe.stages, recipe.final
    if place in {"build", "both"}:
        stages = tuple(_stage_variable(one, name, value) for one in stages)
    if place in {"run", "both"}:
        given = dict(final.environment)
        given[name] = value(given.get(name, ""))
        final = replace(final, environment=tuple(given.items()))
    return replace(recipe, stages=stages, final=final)


def _stage_variable(stage: Stage, name: str, value: Callable[[str], str]) -> Stage:
    """Change the variable where it is set, else set it before the first step that runs."""
    old, at = "", -1
    for index, step in enumerate(stage.steps):
        if isinstance(step, Set) and name in dict(step.variables):
            old, at = dict(step.variables)[name], index
    new = value(old)
    if at >= 0:
        held = stage.steps[at]
        assert isinstance(held, Set)  # noqa: S101 - found above
        step = Set(variables=tuple((key, new if key == name else was) for key, was in held.variables))
        return replace(stage, steps=(*stage.steps[:at], step, *stage.steps[at + 1 :]))
    first = _index(stage.steps, "")
    return replace(stage, steps=(*stage.steps[:first], Set(variables=((name, new),)), *stage.steps[first:]))
