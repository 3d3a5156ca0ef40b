"""The plan of a tree with what a person says about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from builder.deciding import Decision, decided
from builder.detect.languages import PROVIDERS
from builder.detect.planning import plan
from builder.plan import BuildPlan
from builder.provider import Provider
from builder.tree import Tree
from core.errors import UsageError

_ALSO: Final = {
    "java": "jvm", "kotlin": "jvm", "scala": "jvm", "clojure": "jvm", "groovy": "jvm", "javascript": "node",
    "typescript": "node", "js": "node", "ts": "node", "nodejs": "node", "c": "cpp", "c++": "cpp", "csharp": "dotnet",
    "c#": "dotnet", "fsharp": "dotnet", "f#": "dotnet", "html": "static", "bash": "shell", "sh": "shell",
    "golang": "go", "py": "python",
}  # fmt: skip
"""What people call a language, by the provider that reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a person says about the plan. ``language``: read the tree as written in it, and in nothing else."""

    decisions: Mapping[str, Decision] = field(default_factory=dict)
    language: str = ""


def planned(tree: Tree, wishes: Wishes) -> BuildPlan:
    """Return the plan. Raises ``UsageError`` for wishes that make no sense here."""
    return decided(plan(tree, providers=providers_of(wishes.language)), wishes.decisions)


def providers_of(language: str) -> tuple[Provider, ...]:
    """Return the providers that read a language, all for "". Raises ``UsageError`` for one that nobody reads."""
    if not language:
        return PROVIDERS
    name = _ALSO.get(language.lower(), language.lower())
    found = tuple(one for one in PROVIDERS if one.name == name)
    if not found:
        known = ", ".join(one.name for one in PROVIDERS)
        raise UsageError(f"There is no language {language[:40]!r} here.", next_step=f"Use one of: {known}.")
    return found
