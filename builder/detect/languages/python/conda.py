"""Conda's environment files: packages, and pip's list inside of them."""

import re
from collections.abc import Iterator
from typing import Any

from packaging.utils import canonicalize_name

from builder.detect.languages.python.requirements import Dependency, dependency
from builder.look import Place

NAMES = ("environment.yml", "environment.yaml", "conda.yml", "conda.yaml", "env.yml", "env.yaml")

_SPEC = re.compile(r"^(?:[\w./-]+::)?([A-Za-z0-9_.-]+)\s*([=<>!~].*)?$")


def environment(place: Place) -> str:
    """Return the name of the environment file, empty for none. Other YAML files of that name do not count."""
    for name in NAMES:
        held = place.yaml(name) if place.has(name) else None
        if isinstance(held, dict) and isinstance(held.get("dependencies"), list):
            return name
    return ""


def listed(place: Place) -> Iterator[tuple[str, str]]:
    """Tell conda's own packages with what is asked of them (``python``, ``=3.11``)."""
    name = environment(place)
    for one in _entries(place, name):
        if isinstance(one, str) and (found := _SPEC.match(one.strip())):
            yield found[1].lower(), (found[2] or "").strip()


def dependencies(place: Place) -> Iterator[Dependency]:
    """Tell all packages of the environment, by the name that they have on the Python index as far as it is the same."""
    name = environment(place)
    for one in _entries(place, name):
        if isinstance(one, dict):
            for line in one.get("pip") or ():
                if isinstance(line, str) and (found := dependency(line, file=name)):
                    yield found
    for package, specifier in listed(place):
        if package not in {"python", "pip"}:
            shown = re.sub(r"^=([^=])", r"==\1", specifier)
            yield Dependency(name=canonicalize_name(package), specifier=shown, file=name, line=package)


def _entries(place: Place, name: str) -> list[Any]:
    held = place.yaml(name) if name else None
    found = held.get("dependencies") if isinstance(held, dict) else None
    return found if isinstance(found, list) else []
