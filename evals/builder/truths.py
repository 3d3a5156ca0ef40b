"""The trees of the suite with what is true of them, read from ``datasets/builder``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from builder.plan import Kind
from core.errors import SextantError

DATA: Final = Path(__file__).parents[2] / "datasets" / "builder"

EXTRAS: Final = ("args", "text")
"""Keys of a step beside the one that names what it does."""


class TruthBroken(SextantError):
    """A line of the suite's data says something that it must not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step that makes a tree: ``{"npx": "sv@0.17.1", "args": ["create", "site"]}``."""

    verb: str
    what: str
    args: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What is true of a tree, judged from its files and the tools' documentation. None: it does not apply."""

    language: str
    kind: Kind | None = None
    package_manager: str | None = None
    runtime: str | None = None
    start: str | None = None
    port: int | None = None
    output: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A tree: either the steps that make it, or its files. ``blind``: nobody saw a plan of it while rules were written.

    None: that is not known, and it is counted as seen.
    """

    name: str
    group: str
    truth: Truth
    recipe: tuple[Step, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    blind: bool | None = None

    @property
    def written(self) -> bool:
        """Whether it was written here."""
        return bool(self.files)


def cases(data: Path = DATA, groups: tuple[str, ...] = ()) -> tuple[Case, ...]:
    """Read all cases, those of the named groups alone if any are named."""
    found: list[Case] = []
    for path in sorted([*data.glob("trees/*.jsonl"), *data.glob("written/*.jsonl")]):
        if groups and path.stem not in groups:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            try:
                found.append(case(json.loads(line), path.stem))
            except (KeyError, TypeError, ValueError) as exc:
                raise TruthBroken(
                    f"{path.name}, line {number} is no case: {exc}.",
                    next_step="It needs name, truth, and recipe or files.",
                ) from exc
    return tuple(found)


def case(said: Mapping[str, Any], group: str) -> Case:
    """Return the case that a line tells."""
    if bool(said.get("recipe")) == bool(said.get("files")):
        raise ValueError("either a recipe or files make a tree")
    told = dict(said["truth"])
    kind = told.pop("kind", None)
    return Case(
        name=said["name"],
        group=group,
        truth=Truth(kind=Kind(kind) if kind else None, **told),
        recipe=tuple(step(one) for one in said.get("recipe", ())),
        files=said.get("files", {}),
        blind=said.get("blind"),
    )


def step(said: Mapping[str, Any]) -> Step:
    """Return the step that an object tells."""
    verbs = [key for key in said if key not in EXTRAS]
    if len(verbs) != 1:
        raise ValueError(f"a step does one thing, not {verbs}")
    return Step(verb=verbs[0], what=said[verbs[0]], args=tuple(said.get("args", ())), text=said.get("text", ""))
