"""Read one YAML document of a stranger into plain values, with bounds on nesting and on what aliases expand to.

The C loader composes recursively and crashes the process on deep nesting, so depth is judged before it starts.
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml

MAX_DEPTH = 100
"""Levels of nesting in one document. The API server's own objects stay below 60."""

ALIAS_NODES = 100_000
"""Values that a document may have beyond what its text could hold without aliases."""


class YamlProblem(Exception):
    """A document cannot be read; ``line`` counts from 0 within it."""

    def __init__(self, what: str, *, line: int = 0) -> None:
        super().__init__(what)
        self.line = line


def load(part: str) -> Any:
    """Return the plain value of one document: mappings with string keys, lists, strings, numbers, booleans, None.

    Raises ``YamlProblem``, and nothing else.
    """
    try:
        if _too_deep(part):
            raise YamlProblem("nested too deeply")
        loader = _Loader(part)
        loader.allowance = len(part) + ALIAS_NODES
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
        return _Plain(len(part) + ALIAS_NODES).of(value, 0)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(f"not YAML: {error.problem or error.context}", line=mark.line if mark else 0) from error
    except yaml.reader.ReaderError as error:
        raise YamlProblem(f"not YAML: {error.reason}", line=part.count("\n", 0, error.position)) from error
    except yaml.YAMLError as error:
        raise YamlProblem(f"not YAML: {error}") from error
    except RecursionError as error:
        raise YamlProblem("nested too deeply") from error
    except (ValueError, TypeError, AttributeError, OverflowError, KeyError) as error:
        raise YamlProblem(f"a value that cannot be read: {error}") from error


_DIVIDER = re.compile(r"^(?:---(?=[ \t\r\n]|\Z)|\.\.\.(?=[ \t\r]*(?:\n|\Z)))[^\S\n]*", re.MULTILINE)


def parts(content: str) -> Iterator[tuple[int, str]]:
    """Yield (number of its first line, text) of each document; a divider at a line's start is never anything else."""
    at, line = 0, 1
    for match in [*_DIVIDER.finditer(content), None]:
        part = content[at : match.start() if match else len(content)]
        if part.strip():
            yield line, part
        line += part.count("\n")
        at = match.end() if match else at


class _Loader(yaml.CSafeLoader):
    """Resolve scalars as Kubernetes writes them: times, ``yes`` and ``1:30`` are strings. Merges are bounded."""

    allowance = 0

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge ``<<`` keys, and count the pairs: merges of merges multiply before any value is built."""
        super().flatten_mapping(node)
        self.allowance -= len(node.value)
        if self.allowance < 0:
            raise YamlProblem("aliases that expand too far", line=node.start_mark.line)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]{0,400}|0[0-7]{1,40}|0x[0-9a-fA-F]{1,40})$", "-+0123456789"),
    ("float", r"^[-+]?(?:[0-9]{1,400}\.[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][-+]?[0-9]{1,4})?$", "-+0123456789."),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


class _Plain:
    """Copy a loaded value into plain types, spending from a budget, so that aliases cannot multiply without end."""

    def __init__(self, budget: int) -> None:
        self._budget = budget

    def of(self, value: Any, depth: int) -> Any:
        """Return the copy."""
        self._budget -= 1
        if self._budget < 0:
            raise YamlProblem("aliases that expand too far")
        if depth > MAX_DEPTH:
            raise YamlProblem("nested too deeply")
        if isinstance(value, str | int | float | None):
            return value
        if isinstance(value, dict):
            return {_key(k): self.of(v, depth + 1) for k, v in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.of(item, depth + 1) for item in value]
        if isinstance(value, bytes):
            return b64encode(value).decode()
        return value.isoformat() if isinstance(value, date) else str(value)


def _key(key: Any) -> str:
    """Write a key as JSON would have it."""
    if isinstance(key, str):
        return key
    return str(key).lower() if isinstance(key, bool) else "null" if key is None else str(key)[:256]


# -- depth

_CRASHING = 1_000
"""No document of fewer levels can crash the loader, on the smallest stack that a thread may have."""

_INDENT = re.compile(r"^ *(?:[-?:][ \t]+)*", re.MULTILINE)


def _too_deep(part: str) -> bool:
    """Say whether a document may nest so deeply that the loader crashes: by a quick upper bound first, then exactly.

    Closing brackets do not count against opening ones, because they may stand inside of strings.
    """
    flow = part.count("[") + part.count("{") - part.count("[]") - part.count("{}")
    block = max((match.end() - match.start() for match in _INDENT.finditer(part)), default=0)
    if flow + 2 * block < _CRASHING:
        return False
    depth = 0
    for event in yaml.parse(part, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return False
