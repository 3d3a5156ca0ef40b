"""Cargo.lock: which crates are linked. Cargo alone writes it, one key a line, so that no TOML parser is needed."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from builder.look import Place

MAX_REMEMBERED = 8
"""Lock files kept parsed: all members of a workspace ask for the same one."""


def crates(place: Place) -> Mapping[str, frozenset[str]]:
    """Return the crates of the nearest lock file with the crates that each depends on; empty without one."""
    path = place.above("Cargo.lock")
    return _read(place.tree.text(path) or "") if path else {}


def linked(place: Place, direct: Iterable[str]) -> frozenset[str]:
    """Return the crates that are linked by way of some: those of one member of a workspace, not of all."""
    known = crates(place)
    todo = [one for one in direct if one in known]
    found = set(todo)
    for one in todo:
        for inner in known[one]:
            if inner not in found and inner in known:
                found.add(inner)
                todo.append(inner)
    return frozenset(found)


@lru_cache(maxsize=MAX_REMEMBERED)
def _read(text: str) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    name, within = "", False
    for line in text.splitlines():
        if line == "[[package]]":
            name = ""
        elif line.startswith("name = "):
            name = line[7:].strip().strip('"')
            found.setdefault(name, set())
        elif line == "dependencies = [":
            within = True
        elif line == "]":
            within = False
        elif within and name and (words := line.strip().strip('",').split()):
            found[name].add(words[0])
    return {key: frozenset(value) for key, value in found.items()}
