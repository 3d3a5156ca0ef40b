"""Scripts that carry their own dependencies (PEP 723): a TOML block in comments at the top of a file."""

import re
from collections.abc import Iterator
from typing import Any

from builder.detect.languages.python.requirements import Dependency, dependency
from builder.look import Place
from builder.parsing import data

_BLOCK = re.compile(r"(?m)^# /// script\s*$\s(?P<content>(^#(| .*)$\s)+?)^# ///\s*$")
"""As the specification gives it."""


def _read(text: str) -> dict[str, Any]:
    found = _BLOCK.search(text)
    if not found:
        return {}
    lines = [one[2:] if one.startswith("# ") else one[1:] for one in found["content"].splitlines()]
    return data.toml("\n".join(lines)) or {}


def scripts(place: Place) -> tuple[str, ...]:
    """Return the files directly here that carry such a block."""
    return tuple(name for name in place.names(".py") if "# /// script" in place.text(name)[:20_000])


def block(place: Place, name: str) -> dict[str, Any]:
    """Return what a script's block says."""
    return _read(place.text(name)[:20_000])


def dependencies(place: Place) -> Iterator[Dependency]:
    """Tell what the scripts here ask for, where no manifest stands beside them."""
    if place.has("pyproject.toml", "requirements.txt", "setup.py", "Pipfile"):
        return
    for name in scripts(place):
        for line in block(place, name).get("dependencies") or ():
            if isinstance(line, str) and (found := dependency(line, file=name)):
                yield found
