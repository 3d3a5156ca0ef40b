"""What Ruby sources say: variables read, ports set, classes inherited from, routes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from builder.detect.languages.ruby.gemfile import arguments, pairs, symbol
from builder.detect.shared.health import health_route, speaks_of_health
from builder.look import Place
from builder.parsing.code import line_of, of_type, string_of, syntax, walk, written

NAME = re.compile(r"[A-Z][A-Z0-9_]+$")
_TEMPLATE = re.compile(r"<%=?(.*?)-?%>", re.DOTALL)
_OWN = re.compile(r"^(RAILS|RACK|HANAMI|APP|BUNDLE|GEM|RUBY|PADRINO)_(ENV|MAX_THREADS|MIN_THREADS|PATH|GEMFILE|HOME)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A variable that is read; ``default`` where the code gives one."""

    name: str
    line: int
    default: str | None


def reads(root: Node | None) -> Iterator[Read]:
    """Tell the variables that code reads: ``ENV["X"]``, ``ENV.fetch("X", 1)``, ``ENV.fetch("X") { 1 }``."""
    for node in of_type(root, "element_reference", "call") if root else ():
        if node.type == "element_reference":
            inner = node.named_children
            name = string_of(inner[1]) if len(inner) > 1 and written(inner[0]) == "ENV" else None
            otherwise = _otherwise(node)
        elif written(node.child_by_field_name("receiver")) == "ENV":
            given = arguments(node)
            name = string_of(given[0]) if given and written(node.child_by_field_name("method")) == "fetch" else None
            otherwise = given[1] if len(given) > 1 else _block(node)
        else:
            continue
        if name and NAME.match(name) and not _OWN.match(name):
            yield Read(name=name, line=line_of(node), default=_plain(otherwise))


def template_reads(place: Place, file: str) -> Iterator[Read]:
    """Tell the variables that a template reads (``config/database.yml``): what stands between its marks is Ruby."""
    text = place.text(file)
    for found in _TEMPLATE.finditer(text):
        line = text.count("\n", 0, found.start())
        for one in reads(syntax(found[1], "ruby")):
            yield Read(name=one.name, line=line + one.line, default=one.default)


def port(place: Place, file: str) -> tuple[int, int] | None:
    """Return the port that a server's configuration sets (``port``, ``bind``, ``set :port``), with its line."""
    root = place.syntax(file, "ruby")
    for node in of_type(root, "call", "assignment") if root else ():
        method = written(node.child_by_field_name("method"))
        given = arguments(node)
        if method == "set" and len(given) > 1 and symbol(given[0]) == "port":
            given = given[1:]
        elif method == "new" and written(node.child_by_field_name("receiver")).endswith("HTTPServer"):
            given = [value for key, value in pairs(node) if key == "Port"]
        elif method == "new" and written(node.child_by_field_name("receiver")) == "TCPServer":
            given = given[-1:]
        elif method not in {"port", "bind", "listen"}:
            continue
        if given and (number := _number(given[0])):
            return number, line_of(node)
    return None


def inherits(place: Place, file: str, *bases: str) -> bool:
    """Say whether a class of a file has one of these as its base."""
    root = place.syntax(file)
    for node in of_type(root, "superclass") if root else ():
        if any(written(one).removeprefix("::") in bases for one in node.named_children):
            return True
    return False


def requires(place: Place, file: str) -> set[str]:
    """Return what a file requires."""
    root = place.syntax(file, "ruby")
    found: set[str] = set()
    for node in of_type(root, "call") if root else ():
        if written(node.child_by_field_name("method")) in {"require", "require_relative"}:
            found.update(text for one in arguments(node)[:1] if (text := string_of(one)))
    return found


def health(place: Place, files: Iterator[str]) -> tuple[str, str, int] | None:
    """Return a route that answers whether the program is well, with its file and line."""
    for file in files:
        if not speaks_of_health(place.text(file)):
            continue
        root = place.syntax(file, "ruby")
        for node in of_type(root, "call") if root else ():
            if written(node.child_by_field_name("method")) not in {"get", "on", "match", "is"}:
                continue
            texts = [text for one in arguments(node)[:1] if (text := symbol(one))]
            texts.extend(key for key, _ in pairs(node))
            if path := next(filter(None, map(health_route, texts)), ""):
                return path, file, line_of(node)
    return None


def _block(node: Node) -> Node | None:
    """Return what the block of a call gives, where it holds one value."""
    block = node.child_by_field_name("block")
    body = (
        next((one for one in block.named_children if one.type.endswith(("body", "statement"))), None) if block else None
    )
    return body.named_children[0] if body and len(body.named_children) == 1 else None


def _otherwise(node: Node) -> Node | None:
    above = node.parent
    return above.child_by_field_name("right") if above is not None and above.type == "binary" else None


def _plain(node: Node | None) -> str | None:
    if node is None or node.type == "nil":
        return None
    text = string_of(node)
    return text if text is not None else written(node) if node.type in {"integer", "true", "false", "float"} else ""


def _number(node: Node) -> int | None:
    """Return the port in an expression: a number, a default behind a variable, an address."""
    for one in walk(node):
        text = written(one) if one.type == "integer" else string_of(one) if one.type == "string" else None
        if text is None and one.type == "string":
            text = written(one)
        found = re.search(r"(?:^|:)(\d{2,5})\D*$", text or "")
        if found and 80 <= int(found[1]) <= 65535:
            return int(found[1])
    return None
