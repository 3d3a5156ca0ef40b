"""Make facts of the nodes of syntax trees: calls that listen, variables that are read, routes that tell health."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from builder.detect.languages.node.facts import Facts, Listen, Read
from builder.detect.languages.node.values import (
    arguments,
    default_beside,
    env_name,
    literal_text,
    member_name,
    ports_in,
    properties,
    reads_env,
)
from builder.detect.shared.health import health_route
from builder.parsing.code import line_of, string_of, written

_PORTS = re.compile(r"^((app|api|http|web|server|service|listen|node|express|backend)_?)?port$", re.IGNORECASE)
_OF_SERVICES = frozenset({465, 587, 1025, 1433, 2525, 3306, 5432, 5672, 6379, 8983, 9092, 9200, 11211, 27017})
"""Ports of databases and their like: a key named ``port`` with one of them is about a client."""

_BOUND = re.compile(r"^(?P<host>[\w.\-]*|\[[\da-f:]*\]):(?P<port>\d{2,5})$")
"""An address as gRPC binds it."""

_VERBS = frozenset({"get", "all", "use", "route", "head"})


def understand(facts: Facts) -> None:
    """Read the captured nodes of all files; names are looked up across them."""
    names: dict[str, Node] = {}
    for nodes in facts.modules.values():
        for node in nodes.get("variable", ()):
            value = node.child_by_field_name("value")
            if value is not None:
                names.setdefault(written(node.child_by_field_name("name")), value)
    for nodes in facts.modules.values():
        for node in nodes.get("pair", ()):
            key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
            if key is not None and value is not None:
                name = (string_of(key) or "") if "string" in key.type else written(key)
                if name and _PORTS.match(name):
                    names.setdefault(f".{name}", value)
    for file, nodes in facts.modules.items():
        facts.reads.extend(_reads(file, nodes))
        for node in nodes.get("call", ()):
            _call(facts, file, node, names)
        for node in nodes.get("new", ()):
            _made(facts, file, node, names)
        for node in nodes.get("default", ()):
            inner = properties(node)
            if "fetch" in inner:
                facts.listening = facts.listening or (file, line_of(node))
                _listen(facts, file, inner.get("port"), "", names)
    _assumed(facts, names)


def _reads(file: str, nodes: dict[str, list[Node]]) -> Iterator[Read]:
    for node in nodes.get("env", ()):
        reader = node.parent
        if reader is not None and (name := env_name(reader)) and re.fullmatch(r"[A-Za-z_]\w*", name):
            assigned = reader.parent is not None and reader.parent.type == "assignment_expression"
            target = reader.parent.child_by_field_name("left") if assigned and reader.parent is not None else None
            if target is None or target.id != reader.id:
                yield Read(name=name, file=file, line=line_of(node), default=literal_text(default_beside(reader)))
    for node in nodes.get("pattern", ()):
        source = node.parent.child_by_field_name("value") if node.parent is not None else None
        if written(source) in {"process.env", "import.meta.env", "Bun.env"}:
            yield from _destructured(file, node)
    for node in nodes.get("call", ()):
        if written(node.child_by_field_name("function")) == "Deno.env.get":
            given = arguments(node)
            if given and (asked := string_of(given[0])):
                yield Read(name=asked, file=file, line=line_of(node), default=literal_text(default_beside(node)))


def _destructured(file: str, pattern: Node) -> Iterator[Read]:
    for one in pattern.named_children:
        if one.type == "shorthand_property_identifier_pattern":
            yield Read(name=written(one), file=file, line=line_of(one))
        elif one.type == "object_assignment_pattern":
            left, right = one.child_by_field_name("left"), one.child_by_field_name("right")
            yield Read(name=written(left), file=file, line=line_of(one), default=literal_text(right))
        elif one.type == "pair_pattern":
            yield Read(name=written(one.child_by_field_name("key")), file=file, line=line_of(one))


_SERVERS = frozenset(
    {
        "Bun.serve", "Deno.serve", "serve", "serveHttp", "server", "Hapi.server", "hapi.server",
        "startStandaloneServer",
    }
)  # fmt: skip


def _call(facts: Facts, file: str, node: Node, names: dict[str, Node]) -> None:
    function, given = node.child_by_field_name("function"), arguments(node)
    name, full = (
        member_name(function),
        written(function) if function is not None and len(function.text or b"") < 60 else "",
    )
    facts.called.add(name)
    if name == "listen" or (name in {"listenAsync", "startServer"} and given):
        facts.listening = facts.listening or (file, line_of(node))
        host = next((text for one in given[1:2] if (text := string_of(one))), "")
        first = given[0] if given else None
        host = host or _host(properties(first))
        _listen(facts, file, first, host, names)
    elif full in _SERVERS or (name == "start" and given and given[0].type in {"number", "binary_expression"}):
        facts.listening = facts.listening or (file, line_of(node))
        for one in given:
            inner = properties(one)
            inner = properties(inner["listen"]) if "listen" in inner else inner
            if "port" in inner:
                host = _host(inner)
                _listen(facts, file, inner["port"], host, names)
            elif one.type in {"number", "binary_expression"}:
                _listen(facts, file, one, "", names)
    elif (
        function is not None
        and function.type == "call_expression"
        and full
        in {
            "require('socket.io')",
            'require("socket.io")',
        }
    ):
        facts.listening = facts.listening or (file, line_of(node))
        for one in given[:1]:
            _listen(facts, file, one, "", names)
    elif name in {"bindAsync", "bind"} and given and (found := _BOUND.match(string_of(given[0]) or "")):
        facts.listening = facts.listening or (file, line_of(node))
        port, host = int(found["port"]), found["host"]
        facts.listens.append(Listen(port=port, host=host, file=file, line=line_of(node), variable=False, sure=True))
    elif name == "set" and len(given) > 1 and string_of(given[0]) == "port":
        _listen(facts, file, given[1], "", names)
    if name in _VERBS and given and (path := health_route(string_of(given[0]) or "")):
        facts.health.append((path, file, line_of(node)))


def _made(facts: Facts, file: str, node: Node, names: dict[str, Node]) -> None:
    """Understand ``new WebSocketServer({ port: 8080 })`` and its like."""
    name = member_name(node.child_by_field_name("constructor"))
    if name in {"Server", "WebSocketServer", "WebSocket.Server", "GraphQLServer", "Elysia", "Hapi.Server"}:
        for one in arguments(node)[:1]:
            inner = properties(one)
            if "port" in inner:
                facts.listening = facts.listening or (file, line_of(node))
                _listen(facts, file, inner["port"], _host(inner), names)
            elif one.type == "number":
                facts.listening = facts.listening or (file, line_of(node))
                _listen(facts, file, one, "", names)


def _host(inner: dict[str, Node]) -> str:
    """Return the address in a call's settings; one that is given from elsewhere is open, since it is told so."""
    node = inner.get("host") or inner.get("hostname")
    if node is None:
        return ""
    fallback = node.child_by_field_name("right") if node.type == "binary_expression" else None
    return string_of(node) or string_of(fallback) or "0.0.0.0"  # noqa: S104 - what is told to the program


def _listen(facts: Facts, file: str, node: Node | None, host: str, names: dict[str, Node]) -> None:
    for port, variable, at in ports_in(node, names):
        if 0 < port < 65536:
            changed = variable or (node is not None and reads_env(node))
            facts.listens.append(Listen(port=port, host=host, file=file, line=line_of(at), variable=changed, sure=True))


def _assumed(facts: Facts, names: dict[str, Node]) -> None:
    """Add ports that stand beside a variable or key named for it: the call that uses them was not understood."""
    for one in facts.reads:
        if _PORTS.match(one.name) and one.default and one.default.isdigit() and 0 < int(one.default) < 65536:
            facts.listens.append(
                Listen(port=int(one.default), host="", file=one.file, line=one.line, variable=True, sure=False)
            )
    if any(one.sure for one in facts.listens):
        return
    for file, nodes in facts.modules.items():
        for node in (*nodes.get("variable", ()), *nodes.get("pair", ())):
            key = node.child_by_field_name("name") or node.child_by_field_name("key")
            if key is not None and _PORTS.match(written(key).strip("\"'")):
                for port, variable, at in ports_in(node.child_by_field_name("value"), names):
                    if (port in {80, 443} or 1023 < port < 65536) and port not in _OF_SERVICES:
                        facts.listens.append(
                            Listen(port=port, host="", file=file, line=line_of(at), variable=variable, sure=False)
                        )
