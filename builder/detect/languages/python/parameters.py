"""What parameters and options of a command line are given where nobody says otherwise."""

import ast
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from builder.detect.languages.python.classes import function_of
from builder.detect.languages.python.modules import Call, Function
from builder.detect.languages.python.scopes import Lead, Scope, argument

_DEFINES = frozenset({"add_argument", "add_option", "define"})

_MAX_CALLS = 3
"""Calls of a function that are asked what they give: more say the same."""

_PARSED = frozenset({"args", "options", "opts", "ns", "namespace", "parsed", "arguments", "opt"})
"""What people call the result of parsing a command line, where it is handed on."""


def option_of(scope: Scope, base: str, name: str) -> Lead | None:
    """Return the default of a command line's option: argparse's ``args.port``, tornado's ``options.port``."""
    module = scope.module
    given = module.inner.get((scope.function, base)) or module.assigned.get(base)
    parsed = isinstance(given, ast.Call) and "parse" in module.dotted(given.func).rpartition(".")[2]
    from_tornado = module.names.get(base, "").endswith("tornado.options.options")
    if not (parsed or from_tornado or base in _PARSED):
        return None
    made = function_of(scope, given.func) if isinstance(given, ast.Call) else None  # parse_args() of another module
    for where in (scope, made[0]) if made and made[0].module is not module else (scope,):
        for call in where.module.calls:
            if call.name.rpartition(".")[2] in _DEFINES and _names(call.node, name):
                default = argument(call.node, "default")
                return Lead(scope=replace(where, function=call.within), node=default) if default is not None else None
    return None


def takes(function: Function, name: str) -> bool:
    """Say whether a function has a parameter of this name."""
    return any(one.arg == name for one in _every(function))


def parameter_of(scope: Scope, function: Function, name: str) -> Iterator[Lead]:
    """Tell what a parameter is given: an option's default (``@click.option``), its own, what this module calls with."""
    outer = replace(scope, function="")
    for decorator in function.decorator_list:
        called = scope.module.dotted(decorator.func) if isinstance(decorator, ast.Call) else ""
        if isinstance(decorator, ast.Call) and called.rpartition(".")[2] in {"option", "argument"}:
            found = argument(decorator, "default") if _names(decorator, name) else None
            if found is not None:
                yield Lead(scope=outer, node=found)
    plain = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    defaults = dict(zip(reversed(plain), reversed(function.args.defaults), strict=False))
    for one, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True):
        if value is not None:
            defaults[one.arg] = value
    if name in defaults:
        yield Lead(scope=outer, node=defaults[name])
    at = plain.index(name) - (plain[:1] == ["self"]) if name in plain else -1
    calls = (call for call in scope.module.calls if _calls(call, function))
    for call in islice(calls, _MAX_CALLS):
        if (found := argument(call.node, name, at)) is not None:
            yield Lead(scope=replace(scope, function=call.within), node=found)


def annotation_of(scope: Scope, name: str) -> ast.expr | None:
    """Return what a parameter is declared to be, without ``| None``, ``Optional`` and ``Annotated``."""
    function = scope.module.functions.get(scope.function)
    said = next((one.annotation for one in _every(function) if one.arg == name), None) if function else None
    if isinstance(said, ast.BinOp):
        said = said.left
    if isinstance(said, ast.Subscript):
        inner = said.slice
        said = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
    return said if isinstance(said, ast.Name | ast.Attribute | ast.Constant) else None


def _calls(call: Call, function: Function) -> bool:
    return call.name.rpartition(".")[2] == function.name and call.within != function.name


def _every(function: Function) -> tuple[ast.arg, ...]:
    return (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)


def _names(call: ast.Call, name: str) -> bool:
    given = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    dest = argument(call, "dest")
    if isinstance(dest, ast.Constant):
        given.append(str(dest.value))
    return any(one.lstrip("-").replace("-", "_") == name for one in given)
