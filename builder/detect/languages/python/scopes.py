"""Where an expression stands, and what gives a name its value there."""

import ast
from dataclasses import dataclass

from builder.detect.languages.python.modules import Module, Program

MAX_DEPTH = 10
"""Names that lead to names: configuration goes through four or five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an expression stands: names are looked up in its function, its module, then where they come from."""

    program: Program
    module: Module
    function: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """An expression that gives a value, where it stands, and the variable that is asked before it."""

    scope: Scope
    node: ast.expr
    variable: str = ""


def argument(call: ast.Call, name: str, position: int = -1) -> ast.expr | None:
    """Return an argument of a call, by name or else by position."""
    for one in call.keywords:
        if one.arg == name:
            return one.value
    plain = [one for one in call.args if not isinstance(one, ast.Starred)]
    return plain[position] if 0 <= position < len(plain) else None
