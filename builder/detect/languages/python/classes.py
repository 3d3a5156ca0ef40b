"""Classes and functions of the program by the names that are used for them, and the fields of classes."""

import ast
from collections.abc import Iterator
from dataclasses import replace

from builder.detect.languages.python.modules import Function
from builder.detect.languages.python.scopes import MAX_DEPTH, Lead, Scope, argument


def class_of(scope: Scope, node: ast.expr, depth: int = 0) -> tuple[Scope, ast.ClassDef] | None:
    """Return the class that an expression names, here or in another module; an annotation may stand in quotes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        node = ast.Name(id=node.value, ctx=ast.Load())
    if not isinstance(node, ast.Name | ast.Attribute):
        return None
    if isinstance(node, ast.Name) and node.id in scope.module.classes:
        return replace(scope, function=""), scope.module.classes[node.id]
    dotted = scope.module.dotted(node)
    return _elsewhere(scope, dotted, depth) if dotted else None


def function_of(scope: Scope, node: ast.expr) -> tuple[Scope, Function] | None:
    """Return the function that an expression names, with the scope of its body."""
    dotted, module = scope.module.dotted(node), scope.module
    if dotted in module.functions:
        return Scope(program=scope.program, module=module, function=dotted), module.functions[dotted]
    for _ in range(MAX_DEPTH):
        file, left = scope.program.local(dotted, module.file) if dotted else ("", "")
        inner = scope.program.module(file) if file and left and "." not in left else None
        if inner is None:
            return None
        if left in inner.functions:
            return Scope(program=scope.program, module=inner, function=left), inner.functions[left]
        module, dotted = inner, inner.names.get(left, "")
    return None


def fields_of(scope: Scope, cls: ast.ClassDef, name: str, depth: int = 0) -> Iterator[Lead]:
    """Tell what gives a field its value: its default, a property, ``__init__``, a class that it is made from.

    A field that is only declared leads to its declaration: a class, whose fields may have values.
    """
    for one in cls.body:
        if declared(one) != name:
            continue
        if isinstance(one, ast.AnnAssign | ast.Assign):
            value = one.value
            if value is None:
                value = one.annotation if isinstance(one, ast.AnnAssign) else None
            if value is not None:
                yield Lead(scope=scope, node=value, variable=_variable(scope, cls, name, one.value))
        elif isinstance(one, ast.FunctionDef):
            inner = replace(scope, function=one.name)
            for each in ast.walk(one):
                if isinstance(each, ast.Return) and each.value is not None:
                    yield Lead(scope=inner, node=each.value)
        return
    given = scope.module.inner.get(("__init__", f"self.{name}"))
    if given is not None and any(declared(one) == "__init__" for one in cls.body):
        yield Lead(scope=replace(scope, function="__init__"), node=given)
        return
    for base in cls.bases if depth < MAX_DEPTH else ():
        parent = class_of(scope, base, depth + 1)
        if parent and parent[1] is not cls:
            yield from fields_of(*parent, name, depth + 1)


def declared(one: ast.stmt) -> str:
    """Return the name that a statement of a class gives something to, empty for none."""
    if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
        return one.name
    target = one.target if isinstance(one, ast.AnnAssign) else one.targets[0] if isinstance(one, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""


def prefix_of(cls: ast.ClassDef) -> str:
    """Return what stands before the names of the variables of a pydantic settings class."""
    for one in cls.body:
        if declared(one) == "model_config" and isinstance(one, ast.Assign) and isinstance(one.value, ast.Call):
            said = argument(one.value, "env_prefix")
            if isinstance(said, ast.Constant):
                return str(said.value)
        for inner in one.body if isinstance(one, ast.ClassDef) and one.name == "Config" else ():
            if declared(inner) == "env_prefix" and isinstance(inner, ast.Assign):
                return str(inner.value.value) if isinstance(inner.value, ast.Constant) else ""
    return ""


def _variable(scope: Scope, cls: ast.ClassDef, name: str, value: ast.expr | None) -> str:
    """Return the environment variable of a field of a pydantic settings class, empty for a class that reads none."""
    if not _is_settings(scope, cls):
        return ""
    for key in ("validation_alias", "alias", "env"):
        given = argument(value, key) if isinstance(value, ast.Call) else None
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            return given.value.upper()
    return f"{prefix_of(cls)}{name}".upper()


def _is_settings(scope: Scope, cls: ast.ClassDef, depth: int = 0) -> bool:
    for base in cls.bases:
        if scope.module.dotted(base).rpartition(".")[2].endswith("BaseSettings"):
            return True
        parent = class_of(scope, base, depth + 1) if depth < MAX_DEPTH else None
        if parent and parent[1] is not cls and _is_settings(*parent, depth + 1):
            return True
    return False


def _elsewhere(scope: Scope, dotted: str, depth: int) -> tuple[Scope, ast.ClassDef] | None:
    file, left = scope.program.local(dotted, scope.module.file)
    module = scope.program.module(file) if file and left and "." not in left else None
    if module is None or depth > MAX_DEPTH:
        return None
    inner = Scope(program=scope.program, module=module)
    if left in module.classes:
        return inner, module.classes[left]
    return _elsewhere(inner, module.names[left], depth + 1) if left in module.names else None
