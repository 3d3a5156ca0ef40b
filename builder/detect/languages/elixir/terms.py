"""Elixir's literals as plain values: what mix.exs and configuration files are made of, read from the syntax tree."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tree_sitter import Node

from builder.parsing.code import string_of, written

MAX_DEPTH = 40
"""Calls of functions that lead to other calls, and lists within lists: deeper is no manifest."""


class Atom(str):
    """An atom: ``:phoenix``, an alias (``Hello.Application``), ``true``, ``nil``."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """A module's attributes and functions without arguments, by which its values are put together."""

    attributes: Mapping[str, Node]
    functions: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Pairs:
    """A keyword list or a map."""

    values: Mapping[str, object] = field(default_factory=dict)
    nodes: Mapping[str, Node] = field(default_factory=dict)


def module_of(root: Node | None) -> Module:
    """Return the attributes and functions of a file's modules."""
    attributes: dict[str, Node] = {}
    functions: dict[str, Node] = {}
    todo = list(root.named_children) if root else []
    for node in todo:
        target = written(node.child_by_field_name("target")) if node.type == "call" else ""
        if target == "defmodule":
            todo.extend(_body(node))
        elif target in {"def", "defp"}:
            _function(node, functions)
        elif node.type == "unary_operator" and written(node).startswith("@"):
            operand = node.child_by_field_name("operand")
            given = _arguments(operand) if operand is not None and operand.type == "call" else []
            if operand is not None and given:
                attributes[written(operand.child_by_field_name("target"))] = given[0]
    return Module(attributes=attributes, functions=functions)


def value(node: Node | None, module: Module, depth: int = 0) -> object:
    """Return what a literal says; None for what is only known when it runs."""
    if node is None or depth > MAX_DEPTH:
        return None
    if node.type == "string":
        return string_of(node)
    if node.type == "integer":
        digits = written(node).replace("_", "")
        return int(digits) if digits.isdigit() else None
    if node.type in {"atom", "alias", "boolean", "nil", "quoted_atom", "keyword"}:
        return Atom(written(node).strip().strip(':"'))
    if node.type in {"list", "tuple", "map", "keywords", "map_content"}:
        return _collection(node, module, depth)
    if node.type == "unary_operator":
        return value(module.attributes.get(written(node).lstrip("@")), module, depth + 1)
    if node.type == "binary_operator":
        return _combined(node, module, depth)
    if node.type in {"call", "identifier"}:
        name = written(node.child_by_field_name("target")) if node.type == "call" else written(node)
        return value(module.functions.get(name), module, depth + 1)
    return None


def body_of(node: Node) -> list[Node]:
    """Return the statements in the ``do`` of a call."""
    return _body(node)


def arguments_of(node: Node) -> list[Node]:
    """Return the arguments of a call."""
    return _arguments(node)


def _collection(node: Node, module: Module, depth: int) -> object:
    inner = [one for one in node.named_children if one.type != "comment"]
    if node.type == "keywords":
        values, nodes = {}, {}
        for pair in inner:
            key, given = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            if key is not None and given is not None:
                name = written(key).strip().rstrip(":").strip('"')
                values[name], nodes[name] = value(given, module, depth + 1), given
        return Pairs(values, nodes)
    if len(inner) == 1 and inner[0].type in {"keywords", "map_content"}:
        return value(inner[0], module, depth + 1) if node.type != "tuple" else (value(inner[0], module, depth + 1),)
    return tuple(value(one, module, depth + 1) for one in inner)


def _combined(node: Node, module: Module, depth: int) -> object:
    """Return both sides of ``a ++ b``, the right of ``System.get_env("X") || "default"``."""
    left = value(node.child_by_field_name("left"), module, depth + 1)
    right = value(node.child_by_field_name("right"), module, depth + 1)
    if isinstance(left, Pairs) and isinstance(right, Pairs):
        return Pairs({**left.values, **right.values}, {**left.nodes, **right.nodes})
    if isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    return right if left is None else left


def _function(node: Node, functions: dict[str, Node]) -> None:
    """Note what a function without arguments gives: its last expression."""
    given = _arguments(node)
    if not given:
        return
    head = given[0]
    name = written(head.child_by_field_name("target")) if head.type == "call" else written(head)
    body = _body(node)
    short = next((one for one in given[1:] if one.type == "keywords"), None)
    if body:
        functions.setdefault(name, body[-1])
    elif short is not None:
        pair = next((one for one in short.named_children if written(one).startswith("do:")), None)
        result = pair.child_by_field_name("value") if pair is not None else None
        if result is not None:
            functions.setdefault(name, result)


def _arguments(node: Node) -> list[Node]:
    held = next((one for one in node.named_children if one.type == "arguments"), None)
    return [one for one in held.named_children if one.type != "comment"] if held else []


def _body(node: Node) -> list[Node]:
    block = next((one for one in node.named_children if one.type == "do_block"), None)
    return [one for one in block.named_children if one.type != "comment"] if block else []
