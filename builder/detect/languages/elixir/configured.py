"""What Elixir's configuration and sources say: variables that are read, ports, routes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from builder.detect.languages.elixir.terms import arguments_of
from builder.detect.shared.health import health_route, speaks_of_health
from builder.look import Place
from builder.parsing.code import line_of, of_type, string_of, written

RUNTIME = ("config/runtime.exs", "config/releases.exs")
"""Configuration that is read when a release starts."""

EARLIER = ("config/prod.exs", "config/prod.secret.exs", "config/config.exs")
"""Configuration that is read when a release is built."""

_GETS = re.compile(r"^(?:System\.(get_env|fetch_env!?)|env!|get_env)$")
_NAME = re.compile(r"[A-Z][A-Z0-9_]+$")
_PORT = re.compile(r"^port$|_port$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A variable that is read. ``needed``: the code raises without it."""

    name: str
    line: int
    default: str | None
    needed: bool


def reads(place: Place, file: str) -> Iterator[Read]:
    """Tell the variables that a file reads."""
    root = place.syntax(file)
    for node in of_type(root, "call") if root else ():
        found = _GETS.match(written(node.child_by_field_name("target")))
        given = arguments_of(node) if found else []
        name = string_of(given[0]) if given else None
        if not found or not name or not _NAME.match(name):
            continue
        otherwise = given[1] if len(given) > 1 else _otherwise(node)
        raises = otherwise is not None and written(otherwise).lstrip().startswith("raise")
        needed = (
            raises or (found[1] or "").startswith("fetch_env!") or written(node.child_by_field_name("target")) == "env!"
        )
        yield Read(name=name, line=line_of(node), default=None if raises else _plain(otherwise), needed=needed)


def port(place: Place, file: str) -> tuple[int, int] | None:
    """Return the port that a file gives to a server, with its line; a default behind a variable counts."""
    root = place.syntax(file)
    for node in of_type(root, "pair", "call", "binary_operator") if root else ():
        if node.type == "pair":
            key = written(node.child_by_field_name("key")).strip().rstrip(":")
            given = node.child_by_field_name("value")
            wanted = _PORT.search(key) and not _client(node)
            number = _number(given) if wanted else None
        elif node.type == "call" and _GETS.match(written(node.child_by_field_name("target"))):
            words = arguments_of(node)
            if not words or string_of(words[0]) not in {"PORT", "HTTP_PORT"}:
                continue
            number = _number(words[1]) if len(words) > 1 else _number(_otherwise(node))
        else:
            continue
        if number is not None:
            return number, line_of(node)
    return None


def health(place: Place, files: Iterator[str]) -> tuple[str, str, int] | None:
    """Return a route that answers whether the program is well, with its file and line."""
    for file in files:
        if not speaks_of_health(place.text(file)):
            continue
        root = place.syntax(file)
        for node in of_type(root, "call") if root else ():
            if written(node.child_by_field_name("target")) in {"get", "match", "forward"}:
                given = arguments_of(node)
                path = string_of(given[0]) if given else None
                if path and (route := health_route(path)):
                    return route, file, line_of(node)
    return None


def _client(node: Node) -> bool:
    """Say whether a port stands beside a name of another host: that of a database, of a mail server, of a link."""
    siblings = node.parent.named_children if node.parent else []
    keys = {written(one.child_by_field_name("key")).strip() for one in siblings if one.type == "pair"}
    if keys & {"host:", "hostname:", "relay:", "username:", "database:", "password:"}:
        return True
    above = node.parent
    while above is not None:
        if above.type == "pair" and written(above.child_by_field_name("key")).strip() in {
            "url:",
            "static_url:",
            "https:",
        }:
            return True
        above = above.parent
    return False


def _number(node: Node | None) -> int | None:
    """Return the port in an expression: the only number that can be one."""
    if node is None:
        return None
    for one in of_type(node, "integer", "string"):
        text = written(one) if one.type == "integer" else string_of(one) or ""
        digits = text.replace("_", "")
        if digits.isdigit() and 80 <= int(digits) <= 65535:
            return int(digits)
    return None


def _otherwise(node: Node) -> Node | None:
    """Return what stands behind ``||``."""
    above = node.parent
    if above is None or above.type != "binary_operator":
        return None
    right = above.child_by_field_name("right")
    return right if right is not None and right.start_byte > node.start_byte else None


def _plain(node: Node | None) -> str | None:
    if node is None or written(node) == "nil":
        return None
    text = string_of(node)
    return text if text is not None else written(node) if node.type in {"integer", "boolean"} else ""
