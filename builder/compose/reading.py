"""YAML as values that know their line, with scalars as the compose specification reads them (YAML 1.2).

``yes``, ``on`` and ``22:22`` stay text; a file that unfolds without end, names a key twice or is too deep is refused.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import yaml

from builder.compose.errors import ComposeBroken

MAX_NODES: Final = 50_000
"""Values of one file, aliases counted each time. Large compose files have some thousands."""

MAX_DEPTH: Final = 60
"""Levels of one file. The specification needs about ten."""

Tag = Literal["", "reset", "override"]
Data = None | bool | int | float | str | list["Held"] | dict[str, "Held"]

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_OCTAL = re.compile(r"0o?[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_RESOLVER = yaml.resolver.Resolver()
"""Says what YAML 1.1 takes a plain text for: another tag was written there on purpose."""

_BROKEN = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Held:
    """A value, and the file and line where it stands."""

    data: Data
    path: str
    line: int
    tag: Tag = ""

    def broken(self, message: str, next_step: str = "") -> ComposeBroken:
        """Return the error that names this place."""
        return ComposeBroken(message, path=self.path, line=self.line, next_step=next_step)

    def get(self, name: str) -> "Held | None":
        """Return the value of a key, None where there is none, it is empty, or this is no mapping."""
        found = self.data.get(name) if isinstance(self.data, dict) else None
        return found if found is not None and found.data is not None else None

    def with_data(self, data: Data) -> "Held":
        """Return another value at the same place."""
        return Held(data, self.path, self.line, self.tag)


def read(text: str, path: str) -> Held:
    """Read one file. Raises ``ComposeBroken``."""
    loader = yaml.CSafeLoader(text)
    try:
        node = loader.get_single_node()
    except yaml.YAMLError as exc:
        mark = getattr(exc, "problem_mark", None)
        what = str(getattr(exc, "problem", None) or exc)
        raise ComposeBroken(f"This is no YAML: {what}", path=path, line=(mark.line + 1) if mark else 0) from exc
    except RecursionError as exc:
        raise ComposeBroken("It is nested too deeply.", path=path, line=0) from exc
    finally:
        loader.dispose()
    if node is None:
        raise ComposeBroken("The file is empty.", path=path, line=0)
    if _weight(node, {}, frozenset(), path) > MAX_NODES:
        raise ComposeBroken(
            f"Its aliases unfold to more than {MAX_NODES:,} values.",
            path=path,
            line=1,
            next_step="Such a file is made to exhaust memory. Write out what is meant.",
        )
    return _held(node, path, {})


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _weight(node: yaml.Node, known: dict[int, int], above: frozenset[int], path: str) -> int:
    """Count the values below a node, those behind an alias each time. Refuses what stands in itself, or too deep."""
    if id(node) in above:
        raise ComposeBroken("An anchor stands for something that holds it.", path=path, line=_line(node))
    if len(above) > MAX_DEPTH:
        raise ComposeBroken("It is nested too deeply.", path=path, line=_line(node))
    if id(node) not in known:
        inner: list[yaml.Node] = []
        if isinstance(node, yaml.MappingNode):
            inner = [one for pair in node.value for one in pair]
        elif isinstance(node, yaml.SequenceNode):
            inner = node.value
        total = 1
        for one in inner:
            total = min(total + _weight(one, known, above | {id(node)}, path), 2 * MAX_NODES)
        known[id(node)] = total
    return known[id(node)]


def _held(node: yaml.Node, path: str, known: dict[int, Held]) -> Held:
    if id(node) not in known:
        known[id(node)] = _made(node, path, known)
    return known[id(node)]


def _made(node: yaml.Node, path: str, known: dict[int, Held]) -> Held:
    tags: dict[str, Tag] = {"!reset": "reset", "!override": "override"}
    tag: Tag = tags.get(str(node.tag), "")
    if isinstance(node, yaml.MappingNode):
        return Held(_mapping(node, path, known), path, _line(node), tag)
    if isinstance(node, yaml.SequenceNode):
        return Held([_held(one, path, known) for one in node.value], path, _line(node), tag)
    text = str(node.value)
    implicit = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]
    plain = not getattr(node, "style", None) and (node.tag == implicit or not str(node.tag).endswith(":str"))
    return Held(_scalar(text) if plain else text, path, _line(node), tag)


def _mapping(node: yaml.MappingNode, path: str, known: dict[int, Held]) -> dict[str, Held]:
    """Return the keys in their order; what ``<<`` brings stands behind what is written."""
    found: dict[str, Held] = {}
    merged: list[Held] = []
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise ComposeBroken("A key must be a text.", path=path, line=_line(key))
        if key.value == "<<" and not key.style:
            merged += _merged(_held(value, path, known))
            continue
        if key.value in found:
            raise ComposeBroken(
                f"The key {key.value} stands twice in one mapping.",
                path=path,
                line=_line(key),
                next_step=f"The first is in line {found[key.value].line}: keep one of them.",
            )
        one = _held(value, path, known)
        # A scalar is cited by the line of its key: an alias would lead to where its anchor stands.
        found[key.value] = Held(one.data, path, _line(key), one.tag)
    for one in merged:
        if isinstance(one.data, dict):
            for name, each in one.data.items():
                found.setdefault(name, each)
    return found


def _merged(value: Held) -> Iterator[Held]:
    each = value.data if isinstance(value.data, list) else [value]
    for one in each:
        if not isinstance(one.data, dict):
            raise one.broken("<< takes a mapping, or a list of mappings.")
        yield one


def _scalar(text: str) -> bool | int | float | str | None:
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if len(text) > 40:
        return text
    if _OCTAL.fullmatch(text) and text != "0":
        return int(text.replace("o", ""), 8)
    if _WHOLE.fullmatch(text):
        return int(text)
    if _HEX.fullmatch(text):
        return int(text, 16)
    if _BROKEN.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text
