"""Values in source code: literals, defaults behind ``||``, what a name stands for."""

from collections.abc import Iterator, Mapping
from typing import Final

from tree_sitter import Node

from builder.parsing.code import string_of, walk, written

ENVIRONMENTS: Final = frozenset({"process.env", "import.meta.env", "Bun.env", "globalThis.process.env", "Deno.env"})
_THROUGH = frozenset(
    {
        "parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression",
        "unary_expression", "await_expression", "type_assertion",
    }
)  # fmt: skip
_CASTS = frozenset(
    {"Number", "parseInt", "String", "normalizePort", "parseFloat", "Number.parseInt", "toNumber", "int"}
)

MAX_HOPS: Final = 6
"""Names that stand for names: further is not how ports are written."""


def member_name(node: Node | None) -> str:
    """Return the last name of what is called or read: ``listen`` of ``app.listen``."""
    if node is None:
        return ""
    if node.type == "member_expression":
        return written(node.child_by_field_name("property"))
    return written(node) if node.type == "identifier" else ""


def arguments(node: Node) -> list[Node]:
    """Return the arguments of a call."""
    held = node.child_by_field_name("arguments")
    return [one for one in held.named_children if one.type != "comment"] if held else []


def number_of(node: Node | None) -> int | None:
    """Return a number, also one written as a string."""
    if node is None:
        return None
    if node.type == "number":
        text = written(node).replace("_", "")
        return int(text) if text.isdigit() else None
    text = string_of(node) or ""
    return int(text) if text.isdigit() and len(text) < 6 else None


def properties(node: Node | None) -> dict[str, Node]:
    """Return the values of an object literal by key; a shorthand's value is its name."""
    found: dict[str, Node] = {}
    for one in node.named_children if node is not None and node.type == "object" else ():
        if one.type == "pair":
            key, value = one.child_by_field_name("key"), one.child_by_field_name("value")
            if key is not None and value is not None:
                found[(string_of(key) or "") if "string" in key.type else written(key)] = value
        elif one.type == "shorthand_property_identifier":
            found[written(one)] = one
    return found


def env_name(node: Node | None) -> str:
    """Return the variable's name where a node reads one: ``process.env.PORT``, ``process.env['PORT']``."""
    if node is None or node.type not in {"member_expression", "subscript_expression"}:
        return ""
    if written(node.child_by_field_name("object")).replace("?", "") not in ENVIRONMENTS:
        return ""
    if node.type == "member_expression":
        return written(node.child_by_field_name("property"))
    return string_of(node.child_by_field_name("index")) or ""


def default_beside(node: Node) -> Node | None:
    """Return what is taken where a value is missing: the right side of ``||`` or ``??`` above it."""
    at: Node | None = node
    for _ in range(MAX_HOPS):
        above = at.parent if at is not None else None
        if above is None or at is None:
            return None
        if above.type == "binary_expression":
            operator = written(above.child_by_field_name("operator"))
            left = above.child_by_field_name("left")
            if operator in {"||", "??"} and left is not None and left.id == at.id:
                return _last(above.child_by_field_name("right"))
            if operator not in {"||", "??", "&&", "!==", "==="}:
                return None
        elif above.type == "ternary_expression":
            return above.child_by_field_name("alternative")
        elif above.type == "arguments":
            call = above.parent
            if call is None or written(call.child_by_field_name("function")) not in _CASTS:
                return None
            above = call
        elif above.type not in _THROUGH:
            return None
        at = above
    return None


def _last(node: Node | None) -> Node | None:
    while node is not None and node.type in {"binary_expression", "parenthesized_expression"}:
        node = node.child_by_field_name("right") if node.type == "binary_expression" else node.named_children[0]
    return node


def literal_text(node: Node | None) -> str | None:
    """Return a literal as text."""
    if node is None:
        return None
    if node.type in {"number", "true", "false"}:
        return written(node)
    return string_of(node)


Names = Mapping[str, Node]


def ports_in(node: Node | None, names: Names, hops: int = 0) -> Iterator[tuple[int, bool, Node]]:
    """Tell the ports that an expression may be, and whether a variable may change each; names are looked up."""
    if node is None or hops > MAX_HOPS:
        return
    if (port := number_of(node)) is not None:
        yield port, False, node
    elif node.type == "identifier" or node.type == "shorthand_property_identifier":
        yield from ports_in(names.get(written(node)), names, hops + 1)
    elif node.type in {"binary_expression", "ternary_expression"}:
        changeable = reads_env(node)
        for one in node.named_children[1:]:
            yield from ((port, changeable or env, at) for port, env, at in ports_in(one, names, hops + 1))
        if not changeable:
            yield from ((port, True, at) for port, _, at in ports_in(node.named_children[0], names, hops + 1))
    elif node.type == "call_expression":
        yield from _port_of_call(node, names, hops)
    elif node.type == "member_expression":
        # config.port, env.PORT: the last name is looked up as a key
        yield from ports_in(names.get(f".{member_name(node)}"), names, hops + 1)
    elif node.type == "object":
        inner = properties(node)
        for key in ("port", "default", "PORT"):
            if key in inner:
                yield from (
                    (port, env or "env" in inner, at) for port, env, at in ports_in(inner[key], names, hops + 1)
                )
                return
    elif node.type in _THROUGH:
        for one in node.named_children[:1]:
            yield from ports_in(one, names, hops + 1)


def _port_of_call(node: Node, names: Names, hops: int) -> Iterator[tuple[int, bool, Node]]:
    """Tell the port in a call: a cast, ``config.get('PORT', 3000)``, ``z.coerce.number().default(3000)``."""
    function, given = node.child_by_field_name("function"), arguments(node)
    name = member_name(function)
    if written(function) in _CASTS or name in {"number", "toString"} or name == "normalizePort":
        for one in given[:1]:
            yield from ports_in(one, names, hops + 1)
        return
    if name in {"default", "prefault", "catch"} and given:
        yield from ((port, True, at) for port, _, at in ports_in(given[0], names, hops + 1))
        return
    for one in given:
        if one.type == "object":
            yield from ((port, True, at) for port, _, at in ports_in(one, names, hops + 1))
            return
    if name in {"get", "getOrThrow", "getNumber", "getInt", "asPortNumber", "env", "getEnv", "int", "num"} and given:
        key = string_of(given[0]) or ""
        if len(given) > 1:
            yield from ((port, True, at) for port, _, at in ports_in(given[1], names, hops + 1))
        elif key:
            yield from (
                (port, True, at) for port, _, at in ports_in(names.get(f".{key.rpartition('.')[2]}"), names, hops + 1)
            )
        return
    if function is not None and function.type == "member_expression":
        # a chain: the default stands somewhere before its end
        yield from ports_in(function.child_by_field_name("object"), names, hops + 1)


def reads_env(node: Node) -> bool:
    """Say whether an expression reads the environment."""
    return any(written(one).replace("?", "") in ENVIRONMENTS for one in walk(node) if one.type == "member_expression")
