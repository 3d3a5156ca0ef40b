"""What a JavaScript or TypeScript file exports, in both module systems, by name: ``default``, ``module.exports``."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from builder.parsing.code import string_of, written

FUNCTIONS = frozenset({"arrow_function", "function_declaration", "function_expression"})


@dataclass(slots=True, kw_only=True)
class Exports:
    """``values`` are the expressions or functions behind the names, as far as the file itself defines them."""

    module: bool = False
    """Whether it has ``import`` or ``export``: then it is no CommonJS."""
    values: dict[str, Node] = field(default_factory=dict)
    defined: dict[str, Node] = field(default_factory=dict)
    listens_to: tuple[str, Node] | None = None
    """``addEventListener("fetch", …)`` at the top level."""

    def resolved(self, node: Node | None, depth: int = 0) -> Node | None:
        """Return what a name stands for, through a few other names; anything else as it is."""
        if node is not None and node.type == "identifier" and depth < _DEEP:
            return self.resolved(self.defined.get(written(node)), depth + 1)
        if node is not None and node.type in {"as_expression", "satisfies_expression", "parenthesized_expression"}:
            return self.resolved(node.named_children[0], depth + 1)
        return node


_DEEP = 5


def exports_of(root: Node) -> Exports:
    """Read the top level of a file."""
    found = Exports()
    for one in root.named_children:
        if one.type == "import_statement":
            found.module = True
        for name, value in _definitions(one):
            found.defined.setdefault(name, value)
    for one in root.named_children:
        if one.type == "export_statement":
            found.module = True
            _exported(found, one)
        elif one.type == "expression_statement" and one.named_children:
            _stated(found, one.named_children[0])
    return found


def _definitions(node: Node) -> Iterator[tuple[str, Node]]:
    if node.type == "export_statement":
        inner = node.child_by_field_name("declaration")
        if inner is not None:
            yield from _definitions(inner)
    elif node.type in {"function_declaration", "class_declaration"}:
        yield written(node.child_by_field_name("name")), node
    elif node.type in {"lexical_declaration", "variable_declaration"}:
        for one in node.named_children:
            name, value = one.child_by_field_name("name"), one.child_by_field_name("value")
            if name is not None and name.type == "identifier" and value is not None:
                yield written(name), value


def _exported(found: Exports, node: Node) -> None:
    declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    if any(one.type == "default" for one in node.children):
        inner = declaration if declaration is not None else value
        if inner is not None:
            found.values["default"] = inner
        return
    if node.child_by_field_name("source") is not None:
        return  # what another module defines
    if declaration is not None:
        found.values |= dict(_definitions(declaration))
    for one in node.named_children:
        for each in one.named_children if one.type == "export_clause" else ():
            name = each.child_by_field_name("name")
            called = each.child_by_field_name("alias") or name
            value = found.defined.get(written(name))
            if value is not None:
                found.values[string_of(called) or written(called)] = value


def _stated(found: Exports, node: Node) -> None:
    if node.type == "assignment_expression":
        value = node.child_by_field_name("right")
        if value is not None and value.type == "assignment_expression":  # module.exports = exports.handler = …
            _stated(found, value)
            value = value.child_by_field_name("right")
        name = _target(node.child_by_field_name("left"))
        if name and value is not None:
            found.values[name] = value
            if name == "module.exports":
                found.values |= dict(_members(found.resolved(value), found))
    elif node.type == "call_expression" and written(node.child_by_field_name("function")) in _LISTENERS:
        given = node.child_by_field_name("arguments")
        words = given.named_children if given is not None else []
        if len(words) == 2 and string_of(words[0]) == "fetch":
            found.listens_to = ("fetch", words[1])


_LISTENERS = frozenset({"addEventListener", "self.addEventListener", "globalThis.addEventListener"})


def _target(node: Node | None) -> str:
    """Return the name that an assignment exports, empty for any other."""
    if node is None or node.type not in {"member_expression", "subscript_expression"}:
        return ""
    if written(node) == "module.exports":
        return "module.exports"
    if written(node.child_by_field_name("object")) not in {"exports", "module.exports"}:
        return ""
    named = node.child_by_field_name("property")
    return written(named) if named is not None else string_of(node.child_by_field_name("index")) or ""


def _members(node: Node | None, found: Exports) -> Iterator[tuple[str, Node]]:
    """Tell the members of ``module.exports = { handler, other: function () {} }``."""
    for one in node.named_children if node is not None and node.type == "object" else ():
        if one.type == "shorthand_property_identifier" and written(one) in found.defined:
            yield written(one), found.defined[written(one)]
        elif one.type == "pair":
            value = one.child_by_field_name("value")
            key = one.child_by_field_name("key")
            if value is not None and key is not None:
                yield string_of(key) or written(key), value
        elif one.type == "method_definition":
            yield written(one.child_by_field_name("name")), one
