"""Where names lead: from a use to the expression that gave the value, through functions, modules, classes, tables.

Nothing is evaluated here: ``values`` says what the expression at the end comes to.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace

from builder.detect.languages.python.classes import class_of, declared, fields_of, function_of
from builder.detect.languages.python.parameters import annotation_of, option_of, parameter_of, takes
from builder.detect.languages.python.scopes import MAX_DEPTH, Lead, Scope, argument


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What has members: a class or its instance, a table, a call with named arguments (``Namespace(port=8000)``)."""

    scope: Scope
    node: ast.ClassDef | ast.Dict | ast.Call
    given: "Holder | None" = None
    """The call that made the instance: what it is given goes before what the class says."""


def leads(scope: Scope, node: ast.expr, depth: int = 0) -> Iterator[Lead]:
    """Tell the expressions that a name, an attribute or a lookup takes its value from, the likeliest first."""
    if depth > MAX_DEPTH:
        return
    if isinstance(node, ast.Name):
        yield from _name(scope, node.id, depth)
    elif isinstance(node, ast.Attribute):
        yield from _attribute(scope, node, depth)
    elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        holder = held(scope, node.value, depth + 1)
        yield from member(holder, str(node.slice.value)) if holder else ()


def held(scope: Scope, node: ast.expr | None, depth: int = 0) -> Holder | None:
    """Return what an expression is that has members, None for anything else."""
    if node is None or depth > MAX_DEPTH:
        return None
    if isinstance(node, ast.Dict):
        return Holder(scope=scope, node=node)
    if isinstance(node, ast.Await):
        return held(scope, node.value, depth + 1)
    if isinstance(node, ast.Call):
        return _made(scope, node, depth)
    if isinstance(node, ast.BoolOp | ast.IfExp):
        either = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
        return next((one for each in either if (one := held(scope, each, depth + 1))), None)
    if (found := class_of(scope, node)) is not None:
        return Holder(scope=found[0], node=found[1])
    for lead in leads(scope, node, depth + 1):
        if holder := held(lead.scope, lead.node, depth + 1):
            return holder
    annotated = annotation_of(scope, node.id) if isinstance(node, ast.Name) else None
    return held(scope, annotated, depth + 1) if annotated is not None else None


def member(holder: Holder, name: str) -> Iterator[Lead]:
    """Tell what gives a member its value: an argument of the call, a field, a key."""
    node = holder.node
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == name:
                yield Lead(scope=holder.scope, node=value)
    elif isinstance(node, ast.Call):
        if (found := argument(node, name)) is not None:
            yield Lead(scope=holder.scope, node=found)
    else:
        if holder.given:
            yield from member(holder.given, name)
        yield from fields_of(holder.scope, node, name)


def _name(scope: Scope, name: str, depth: int) -> Iterator[Lead]:
    module = scope.module
    function = module.functions.get(scope.function)
    if (scope.function, name) in module.inner:
        yield from _all(scope, (scope.function, name), module.inner[scope.function, name])
    if function is not None and takes(function, name):
        yield from parameter_of(scope, function, name)
    elif (scope.function, name) in module.inner:
        return
    elif name in module.assigned:
        yield from _all(replace(scope, function=""), ("", name), module.assigned[name])
    elif origin := module.origin(name):
        yield from _elsewhere(scope, origin, depth)
    elif around := next((key for key in module.inner if key[1] == name), None):  # of the function around it
        yield from _all(replace(scope, function=around[0]), around, module.inner[around])


def _all(scope: Scope, key: tuple[str, str], last: ast.expr) -> Iterator[Lead]:
    for one in (last, *scope.module.others.get(key, ())):
        yield Lead(scope=scope, node=one)


def _elsewhere(scope: Scope, dotted: str, depth: int) -> Iterator[Lead]:
    """Tell what a full name leads to in another module: ``app.config.settings.port``."""
    file, left = scope.program.local(dotted, scope.module.file)
    module = scope.program.module(file) if file else None
    if module is None or not left:
        return
    node: ast.expr = ast.Name(id=left.partition(".")[0], ctx=ast.Load())
    for one in left.split(".")[1:]:
        node = ast.Attribute(value=node, attr=one, ctx=ast.Load())
    yield from leads(Scope(program=scope.program, module=module), node, depth + 1)


def _attribute(scope: Scope, node: ast.Attribute, depth: int) -> Iterator[Lead]:
    base, module = node.value, scope.module
    if isinstance(base, ast.Name):
        if option := option_of(scope, base.id, node.attr):
            yield option
            return
        if base.id == "self":
            yield from _own(scope, node.attr)
            return
    root: ast.expr = base
    while isinstance(root, ast.Attribute):
        root = root.value
    imported = isinstance(root, ast.Name) and root.id not in module.assigned and bool(module.origin(root.id))
    if imported and (found := list(_elsewhere(scope, module.dotted(node), depth))):
        yield from found
    elif holder := held(scope, base, depth + 1):
        yield from member(holder, node.attr)


def _own(scope: Scope, name: str) -> Iterator[Lead]:
    """Tell what ``self.name`` was given, in ``__init__`` before other methods, else the field of its class."""
    inner, key = scope.module.inner, f"self.{name}"
    functions = sorted((one for one, given in inner if given == key), key=lambda one: one != "__init__")
    for function in functions:
        yield Lead(scope=replace(scope, function=function), node=inner[function, key])
    holding = [one for one in scope.module.classes.values() if any(declared(each) == name for each in one.body)]
    if not functions and len(holding) == 1:
        yield from fields_of(scope, holding[0], name)


def _made(scope: Scope, node: ast.Call, depth: int) -> Holder:
    """Return what a call gives: an instance of a class that stands here, or what a function returns."""
    call = Holder(scope=scope, node=node)
    if (made := class_of(scope, node.func)) is not None:
        return Holder(scope=made[0], node=made[1], given=call)
    found = function_of(scope, node.func)
    if found is None:
        return call
    inner, function = found
    for one in ast.walk(function):
        if isinstance(one, ast.Return) and (holder := held(inner, one.value, depth + 1)):
            return holder
    return held(inner, function.returns, depth + 1) or call


def returns(scope: Scope, node: ast.Call) -> Iterator[Lead]:
    """Tell the expressions that a function of the program gives back."""
    found = function_of(scope, node.func)
    for one in ast.walk(found[1]) if found else ():
        if found and isinstance(one, ast.Return) and one.value is not None:
            yield Lead(scope=found[0], node=one.value)
