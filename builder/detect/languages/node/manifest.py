"""package.json as data: whatever somebody wrote there, fields have the types that rules expect."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from builder.look import Place
from core.evidence import Evidence

_NUMBER = re.compile(r"(\d+)")
_OPEN = re.compile(r"^(latest|next|\*|x|catalog:|workspace:|file:|link:|git|http|npm:[^@]*$)")


@dataclass(frozen=True)
class Package:
    """A package.json. Missing, broken or mistyped fields are empty."""

    data: Mapping[str, Any]

    @classmethod
    def of(cls, place: Place) -> "Package":
        """Return the manifest of a folder."""
        return cls(place.json("package.json"))

    def word(self, key: str) -> str:
        """Return a field that is a string."""
        value = self.data.get(key)
        return value.strip() if isinstance(value, str) else ""

    def table(self, key: str) -> dict[str, Any]:
        """Return a field that is an object."""
        value = self.data.get(key)
        return value if isinstance(value, dict) else {}

    def words(self, key: str) -> dict[str, str]:
        """Return those entries of an object that are strings."""
        return {str(name): one for name, one in self.table(key).items() if isinstance(one, str)}

    @cached_property
    def name(self) -> str:
        """The package's name."""
        return self.word("name")

    @cached_property
    def private(self) -> bool:
        """Whether it is never published."""
        return self.data.get("private") in (True, "true")

    @cached_property
    def scripts(self) -> dict[str, str]:
        """Commands by name."""
        return {name: line for name, line in self.words("scripts").items() if line.strip()}

    @cached_property
    def dependencies(self) -> dict[str, str]:
        """What it needs while running."""
        return self.words("dependencies") | self.words("optionalDependencies")

    @cached_property
    def development(self) -> dict[str, str]:
        """What it needs while it is developed and built."""
        return self.words("devDependencies")

    @cached_property
    def peers(self) -> dict[str, str]:
        """What the program that uses it must bring: only libraries and plugins have such."""
        return self.words("peerDependencies")

    @cached_property
    def all(self) -> dict[str, str]:
        """What is installed to build it."""
        return self.development | self.dependencies

    @cached_property
    def bins(self) -> tuple[str, ...]:
        """The files that become commands."""
        value = self.data.get("bin")
        if isinstance(value, str):
            return (value,)
        return tuple(one for one in value.values() if isinstance(one, str)) if isinstance(value, dict) else ()

    @cached_property
    def keywords(self) -> frozenset[str]:
        """Its keywords, in lower case."""
        value = self.data.get("keywords")
        return (
            frozenset(one.lower() for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()
        )

    def has(self, *names: str) -> str:
        """Return the first of these packages that is installed, empty for none."""
        return next((name for name in names if name in self.all), "")

    def needs(self, *names: str) -> str:
        """Return the first of these packages that it needs while running, empty for none."""
        return next((name for name in names if name in self.dependencies), "")

    def major(self, name: str) -> int | None:
        """Return the major version that a dependency is asked for in (the lowest that is named)."""
        text = self.all.get(name, "")
        found = None if _OPEN.match(text) else _NUMBER.search(text)
        return int(found[1]) if found else None


def cite_dependency(place: Place, name: str) -> Evidence | None:
    """Return evidence for a dependency's line."""
    return place.cite("package.json", re.compile(rf'"{re.escape(name)}"\s*:')) if name else None


def cite_script(place: Place, name: str) -> Evidence | None:
    """Return evidence for a script's line."""
    return place.cite("package.json", re.compile(rf'"{re.escape(name)}"\s*:\s*"')) if name else None
