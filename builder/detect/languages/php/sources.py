"""What PHP sources say: functions that are called, classes that are used, variables that are read, routes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from tree_sitter import Node

from builder.detect.shared.health import health_route, speaks_of_health
from builder.look import Place
from builder.parsing.code import line_of, of_type, string_of, written

NAME = re.compile(r"[A-Z][A-Z0-9_]+$")
SERVED = re.compile(r"(REQUEST|HTTP|SERVER|REMOTE|SCRIPT|DOCUMENT|QUERY|PHP|PATH|CONTENT|GATEWAY|ORIG|REDIRECT|SSL)_|"
                    r"(HTTPS|argc|argv|PATH_INFO)$")  # fmt: skip
"""Keys of ``$_SERVER`` that the web server fills: they are no variables of the environment."""

READS = re.compile(
    r"""\b(?:env|getenv)\s*\(\s*['"][A-Z]|\$_ENV\s*\[\s*['"][A-Z]|"""
    r"""\$_SERVER\s*\[\s*['"](?!(?:REQUEST|HTTP|SERVER|REMOTE|SCRIPT|DOCUMENT|QUERY|PHP|PATH|CONTENT)_|HTTPS|argv|argc)"""
)
"""Files without any of these need not be parsed for variables."""

MAX_ROUTED = 150
"""Sources in which a route for health is looked for."""

MAX_BYTES = 100_000
"""Sources that are longer are tables and bundles: a route or a setting stands in a shorter one."""

_CALLS = ("function_call_expression", "member_call_expression", "scoped_call_expression", "object_creation_expression")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call: the function's, method's or class's name, its text arguments in order, and where it stands."""

    name: str
    made: str
    """``function``, ``member``, ``scoped`` or ``object``."""
    owner: str
    texts: tuple[str, ...]
    named: tuple[tuple[str, str], ...]
    node: Node
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A variable that is read; ``default`` where the code gives one."""

    name: str
    file: str
    line: int
    default: str | None


def calls(place: Place, file: str) -> Iterator[Call]:
    """Tell the calls in a file."""
    root = place.syntax(file)
    for node in of_type(root, *_CALLS) if root else ():
        yield _call(node, file)


def reads(place: Place, file: str) -> Iterator[Read]:
    """Tell the environment variables that a file reads: ``env()``, ``getenv()``, ``$_ENV[]``, ``$_SERVER[]``."""
    root = place.syntax(file)
    if root is None:
        return
    for node in of_type(root, "function_call_expression", "subscript_expression"):
        if node.type == "subscript_expression":
            yield from _subscript(node, file)
            continue
        name = written(node.child_by_field_name("function")).rpartition("\\")[2]
        values = _values(node)
        key = string_of(values[0]) if values else None
        if name in {"env", "getenv"} and key and NAME.match(key):
            given = values[1] if len(values) > 1 and name == "env" else _otherwise(node)
            yield Read(name=key, file=file, line=line_of(node), default=_plain(given))


def says_something(place: Place, file: str) -> bool:
    """Say whether a file holds more than comments (``<?php // Silence is golden``)."""
    root = place.syntax(file)
    return root is None or any(one.type not in {"php_tag", "comment", "text_interpolation"} for one in root.children)


def health(place: Place, files: Iterator[str]) -> tuple[str, str, int] | None:
    """Return a route that answers whether the program is well, with its file and line."""
    for file in islice(files, MAX_ROUTED):
        source = place.text(file)
        if len(source) > MAX_BYTES or not speaks_of_health(source):
            continue
        for one in calls(place, file):
            routed = one.name.lower() in {"get", "any", "map", "add", "match", "route", "addroute"}
            if routed and (path := next(filter(None, map(health_route, one.texts[:3])), "")):
                return path, file, one.line
        root = place.syntax(file)
        for node in of_type(root, "attribute") if root else ():
            texts = [text for one in of_type(node, "string", "encapsed_string") if (text := string_of(one))]
            if written(node).startswith("Route") and (path := next(filter(None, map(health_route, texts)), "")):
                return path, file, line_of(node)
    return None


def _call(node: Node, file: str) -> Call:
    made = node.type.split("_")[0]
    owner = written(node.child_by_field_name("object") or node.child_by_field_name("scope"))
    if made == "object":
        name = written(node.named_children[0]) if node.named_children else ""
    else:
        name = written(node.child_by_field_name("name") or node.child_by_field_name("function"))
    texts: list[str] = []
    named: list[tuple[str, str]] = []
    for argument in _arguments(node):
        label = argument.child_by_field_name("name")
        inner = argument.named_children[-1] if argument.named_children else None
        text = string_of(inner)
        if label is not None and text is not None:
            named.append((written(label), text))
        if text is None and inner is not None and inner.type in {"integer", "encapsed_string"}:
            text = written(inner).strip('"')
        texts.append(text or "")
    name = name.removeprefix("\\")
    return Call(
        name=name, made=made, owner=owner.removeprefix("\\"), texts=tuple(texts), named=tuple(named), node=node,
        file=file, line=line_of(node),
    )  # fmt: skip


def _arguments(node: Node) -> list[Node]:
    found = next((one for one in node.named_children if one.type == "arguments"), None)
    return [one for one in found.named_children if one.type == "argument"] if found else []


def _values(node: Node) -> list[Node]:
    return [one.named_children[-1] for one in _arguments(node) if one.named_children]


def _subscript(node: Node, file: str) -> Iterator[Read]:
    inner = node.named_children
    if len(inner) != 2 or written(inner[0]) not in {"$_ENV", "$_SERVER"}:
        return
    key = string_of(inner[1])
    if key and NAME.match(key) and not (written(inner[0]) == "$_SERVER" and SERVED.match(key)):
        yield Read(name=key, file=file, line=line_of(node), default=_plain(_otherwise(node)))


def _otherwise(node: Node) -> Node | None:
    """Return what stands behind ``?:`` or ``??`` where a node stands before it."""
    above = node.parent
    if above is None:
        return None
    if above.type == "conditional_expression":
        return above.child_by_field_name("alternative")
    return above.child_by_field_name("right") if above.type == "binary_expression" else None


def _plain(node: Node | None) -> str | None:
    """Return a default as text: empty where there is one that is no literal, None where there is none."""
    if node is None or written(node).lower() == "null":
        return None
    text = string_of(node)
    return text if text is not None else written(node) if node.type in {"integer", "boolean", "float"} else ""
