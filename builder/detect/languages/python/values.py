"""What an expression comes to without running it: literals, names, variables of the environment with their defaults."""

import ast
import re
from dataclasses import dataclass, replace

from builder.detect.languages.python.configured import said_in_files
from builder.detect.languages.python.following import held, leads, member, returns
from builder.detect.languages.python.scopes import MAX_DEPTH, Lead, Scope, argument

Plain = str | int | float | bool | None

_ENVIRON = re.compile(
    r"(^|\.)(environ(\.get|\.setdefault|\.pop)?|getenv|config|env(\.(str|int|port|bool|url|db|db_url|list|float|json|cache))?|get_env(_var|_int|_or_default)?|getenv_or_default|env_or_default|env_int|int_env|getenv_int)$"
)
_CASTS = frozenset({"int", "str", "float", "bool"})
_DEFAULTS = frozenset({"Field", "Option", "Argument", "Query", "Setting"})
_ORDINARY = frozenset({"get", "getint", "getstr", "getattr", "pop", "setdefault"})
"""Lookups of tables and configurations, with the default behind the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value as far as it is known. ``variable`` is read from the environment first; ``value`` then is its default."""

    value: Plain = None
    variable: str = ""
    file: str = ""
    line: int = 0

    @property
    def port(self) -> int | None:
        """The value as a port, None for what is none."""
        if isinstance(self.value, bool) or self.value is None:
            return None
        text = str(self.value)
        return int(text) if text.isdigit() and 80 <= int(text) <= 65535 else None


def value_of(scope: Scope, node: ast.expr | None, depth: int = 0) -> Value | None:
    """Return what an expression comes to, None where it cannot be told."""
    if node is None or depth > MAX_DEPTH:
        return None
    here = Value(file=scope.module.file, line=getattr(node, "lineno", 0))
    if isinstance(node, ast.Constant):
        plain = node.value
        return replace(here, value=plain) if isinstance(plain, str | int | float) or plain is None else None
    if isinstance(node, ast.Call):
        return _called(scope, node, here, depth)
    if isinstance(node, ast.BoolOp | ast.IfExp):
        either = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return _first([one for each in either if (one := value_of(scope, each, depth + 1)) is not None])
    if isinstance(node, ast.JoinedStr):
        return _joined(scope, node.values, here, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined(scope, [node.left, node.right], here, depth)
    if isinstance(node, ast.Subscript):
        return _keyed(scope, node, here, depth)
    return _led(scope, node, depth) if isinstance(node, ast.Name | ast.Attribute) else None


def asks_environment(name: str) -> bool:
    """Say whether what is called by this full name gives a variable of the environment."""
    return _ENVIRON.search(name) is not None


def _keyed(scope: Scope, node: ast.Subscript, here: Value, depth: int) -> Value | None:
    """Return what ``table["port"]`` comes to; a table that nothing is known of may be the environment."""
    asked = scope.module.dotted(node.value)
    found = None if asked.endswith("environ") else _led(scope, node, depth)
    name = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if found is None and isinstance(name, str) and asks_environment(asked):
        return replace(here, variable=name)
    return found


def _led(scope: Scope, node: ast.expr, depth: int) -> Value | None:
    """Return what the expressions come to that a name leads to: the first value, with the variable before it."""
    found: list[Value] = []
    for lead in leads(scope, node, depth):
        one = _of_lead(lead, depth)
        found.extend([one] if one is not None else [])
        if one is not None and one.value is not None:
            break
    told = _first(found)
    if told is not None and told.value is not None:
        return told
    return _in_files(scope, node, told) or told


def _of_lead(lead: Lead, depth: int) -> Value | None:
    one = value_of(lead.scope, lead.node, depth + 1)
    if not lead.variable:
        return one
    place = Value(file=lead.scope.module.file, line=lead.node.lineno, variable=lead.variable)
    return place if one is None else replace(one, variable=one.variable or lead.variable)


def _in_files(scope: Scope, node: ast.expr, told: Value | None) -> Value | None:
    if (said := said_in_files(scope, node)) is None:
        return None
    return Value(value=said.value, file=said.file, line=said.line, variable=told.variable if told else "")


def _first(found: list[Value]) -> Value | None:
    variable = next((one.variable for one in found if one.variable), "")
    literal = next((one for one in found if one.value is not None), None)
    return replace(literal, variable=variable) if literal else next(iter(found), None)


def _called(scope: Scope, node: ast.Call, here: Value, depth: int) -> Value | None:
    name = scope.module.dotted(node.func)
    last = name.rpartition(".")[2] or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    first = node.args[0] if node.args else None
    if last in _CASTS and name == last and len(node.args) == 1:
        return value_of(scope, first, depth + 1)
    if last in _DEFAULTS:
        return value_of(scope, argument(node, "default") or first, depth + 1)
    behind = next((one for key in ("default", "fallback") if (one := argument(node, key))), None)
    default = value_of(scope, behind or argument(node, "", 2 if last == "getattr" else 1), depth + 1)
    if _ENVIRON.search(name) and first is not None:
        key = value_of(scope, first, depth + 1)
        if key and isinstance(key.value, str):
            return replace(here, variable=key.value, value=default.value if default else None)
    if last in _ORDINARY:
        return _looked_up(scope, node, default, depth)
    return _returned(scope, node, depth)


def _looked_up(scope: Scope, node: ast.Call, default: Value | None, depth: int) -> Value | None:
    """Return what ``table.get("port", 8000)`` comes to: what the table says, a file of settings, the default."""
    base, at = (node.func.value, 0) if isinstance(node.func, ast.Attribute) else (argument(node, "", 0), 1)
    said = argument(node, "", at)
    key = said.value if isinstance(said, ast.Constant) else None
    if not isinstance(key, str):
        return default
    holder = held(scope, base, depth + 1)
    for lead in member(holder, key) if holder else ():
        found = _of_lead(lead, depth)
        if found is not None and found.value is not None:
            return found
    return _in_files(scope, node, default) or default


def _returned(scope: Scope, node: ast.Call, depth: int) -> Value | None:
    """Return what a function of the program gives back: ``get_port()``."""
    found = [value_of(lead.scope, lead.node, depth + 2) for lead in returns(scope, node)]
    return _first([one for one in found if one is not None])


def _joined(scope: Scope, parts: list[ast.expr], here: Value, depth: int) -> Value | None:
    text, variable = "", ""
    for one in parts:
        part = value_of(scope, one.value if isinstance(one, ast.FormattedValue) else one, depth + 1)
        if part is None or part.value is None:
            return None
        text, variable = text + str(part.value), variable or part.variable
    return replace(here, value=text, variable=variable)
