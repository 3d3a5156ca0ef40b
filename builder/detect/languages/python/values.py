"""What an expression comes to without running it: literals, names, variables of the environment with their defaults."""

import ast
import re
from dataclasses import dataclass, replace

from builder.detect.languages.python.modules import Call, Function, Module, Program

Plain = str | int | float | bool | None

MAX_DEPTH = 8
"""Names that lead to names: configuration goes through three or four."""

_READERS = frozenset({"get", "getenv", "config", "env", "getint", "str", "int", "port", "bool", "integer", "string"})
_ENVIRON = re.compile(
    r"(^|\.)(environ(\.get|\.setdefault)?|getenv|config|env(\.(str|int|port|bool|url|db|db_url|list|float|json|cache))?|get_env|getenv_or_default|env_or_default)$"
)
_CASTS = frozenset({"int", "str", "float", "bool"})
_DEFAULTS = frozenset({"Field", "Option", "Argument", "Query", "Setting"})


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where an expression stands: names are looked up in its function, its module, then where they come from."""

    program: Program
    module: Module
    function: str = ""


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
    if isinstance(node, ast.BoolOp):
        return _either(scope, node.values, depth)
    if isinstance(node, ast.IfExp):
        return _either(scope, [node.body, node.orelse], depth)
    if isinstance(node, ast.Subscript):
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        environ = _ENVIRON.search(scope.module.dotted(node.value))
        return replace(here, variable=name) if environ and isinstance(name, str) else None
    if isinstance(node, ast.JoinedStr):
        return _joined(scope, node, here, depth)
    if isinstance(node, ast.Name):
        return _named(scope, node.id, depth)
    if isinstance(node, ast.Attribute):
        return _attribute(scope, node, depth)
    return None


def argument(call: ast.Call, name: str, position: int = -1) -> ast.expr | None:
    """Return an argument of a call, by name or else by position."""
    for one in call.keywords:
        if one.arg == name:
            return one.value
    plain = [one for one in call.args if not isinstance(one, ast.Starred)]
    return plain[position] if 0 <= position < len(plain) else None


def _called(scope: Scope, node: ast.Call, here: Value, depth: int) -> Value | None:
    name = scope.module.dotted(node.func)
    last = name.rpartition(".")[2]
    if last in _CASTS and name == last and len(node.args) == 1:
        return value_of(scope, node.args[0], depth + 1)
    first = node.args[0] if node.args else None
    if _ENVIRON.search(name) and isinstance(first, ast.Constant) and isinstance(first.value, str):
        default = value_of(scope, argument(node, "default", 1), depth + 1)
        return replace(here, variable=first.value, value=default.value if default else None)
    if last in _DEFAULTS:
        return value_of(scope, argument(node, "default") or first, depth + 1)
    return None


def _either(scope: Scope, nodes: list[ast.expr], depth: int) -> Value | None:
    found = [one for node in nodes if (one := value_of(scope, node, depth + 1)) is not None]
    variable = next((one.variable for one in found if one.variable), "")
    literal = next((one for one in found if one.value is not None), None)
    return replace(literal, variable=variable) if literal else next(iter(found), None)


def _joined(scope: Scope, node: ast.JoinedStr, here: Value, depth: int) -> Value | None:
    text = ""
    for one in node.values:
        part = value_of(scope, one.value if isinstance(one, ast.FormattedValue) else one, depth + 1)
        if part is None or part.value is None:
            return None
        text += str(part.value)
    return replace(here, value=text)


def _named(scope: Scope, name: str, depth: int) -> Value | None:
    module = scope.module
    if (scope.function, name) in module.inner:
        return value_of(scope, module.inner[scope.function, name], depth + 1)
    function = module.functions.get(scope.function)
    if function is not None and (found := _parameter(scope, function, name, depth)):
        return found
    if name in module.assigned:
        return value_of(scope, module.assigned[name], depth + 1)
    origin = module.origin(name)
    return _imported(scope, origin, depth) if origin else None


def _imported(scope: Scope, dotted: str, depth: int) -> Value | None:
    file, left = scope.program.local(dotted, scope.module.file)
    module = scope.program.module(file) if file else None
    if module is None or not left:
        return None
    inner = Scope(program=scope.program, module=module)
    head, _, rest = left.partition(".")
    return _member(inner, head, rest, depth + 1) if rest else _named(inner, head, depth + 1)


def _attribute(scope: Scope, node: ast.Attribute, depth: int) -> Value | None:
    """``settings.PORT``, ``args.port``, ``Config.PORT``, ``config.PORT``."""
    base, name = node.value, node.attr
    if isinstance(base, ast.Attribute) and base.attr in {"server", "app", "http", "web", "api"}:
        base = base.value if not isinstance(base.value, ast.Name) or base.value.id != "self" else base
    if not isinstance(base, ast.Name):
        return None
    if found := _option(scope, base.id, name, depth):
        return found
    if base.id == "self":
        return value_of(scope, scope.module.inner.get(("__init__", f"self.{name}")), depth + 1)
    module = scope.module
    if base.id in module.assigned or base.id in module.classes or (scope.function, base.id) in module.inner:
        return _member(scope, base.id, name, depth + 1)
    origin = module.origin(base.id)
    return _imported(scope, f"{origin}.{name}", depth) if origin else None


def _member(scope: Scope, base: str, name: str, depth: int) -> Value | None:
    """Return a field of a class, or of the instance or call that a name holds."""
    if depth > MAX_DEPTH:
        return None
    module = scope.module
    held = module.inner.get((scope.function, base)) or module.assigned.get(base)
    if isinstance(held, ast.Call):
        called = module.dotted(held.func)
        if called in module.functions:  # get_settings()
            function = module.functions[called]
            held = next((one.value for one in ast.walk(function) if isinstance(one, ast.Return)), None)
            called = module.dotted(held.func) if isinstance(held, ast.Call) else called
        if called in module.classes:
            return _field(scope, module.classes[called], name, depth)
        if isinstance(held, ast.Call) and (found := argument(held, name)):
            return value_of(scope, found, depth + 1)
        file, left = scope.program.local(called, module.file)
        other = scope.program.module(file) if file else None
        if other and left in other.classes:
            return _field(Scope(program=scope.program, module=other), other.classes[left], name, depth)
        if other and left in other.functions:
            function = other.functions[left]
            made = next((one.value for one in ast.walk(function) if isinstance(one, ast.Return)), None)
            called = other.dotted(made.func) if isinstance(made, ast.Call) else ""
            if called in other.classes:
                return _field(Scope(program=scope.program, module=other), other.classes[called], name, depth)
        return None
    if base in module.classes:
        return _field(scope, module.classes[base], name, depth)
    if isinstance(held, ast.Dict):
        for key, value in zip(held.keys, held.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == name:
                return value_of(scope, value, depth + 1)
    return None


def _field(scope: Scope, held: ast.ClassDef, name: str, depth: int) -> Value | None:
    for one in held.body:
        if not isinstance(one, ast.AnnAssign | ast.Assign):
            continue
        target = one.target if isinstance(one, ast.AnnAssign) else one.targets[0]
        if isinstance(target, ast.Name) and target.id == name:
            found = value_of(scope, one.value, depth + 1)
            settings = any("Settings" in scope.module.dotted(base) for base in held.bases)
            variable = name.upper() if settings and found and not found.variable else found.variable if found else ""
            return replace(found, variable=variable) if found else None
    for base in held.bases:
        parent = scope.module.dotted(base)
        if parent in scope.module.classes and parent != held.name:
            return _field(scope, scope.module.classes[parent], name, depth + 1) if depth < MAX_DEPTH else None
    return None


def _option(scope: Scope, base: str, name: str, depth: int) -> Value | None:
    """Return the default of a command line's option: argparse's ``args.port``, tornado's ``options.port``."""
    module = scope.module
    held = module.inner.get((scope.function, base)) or module.assigned.get(base)
    parsed = isinstance(held, ast.Call) and "parse" in module.dotted(held.func).rpartition(".")[2]
    from_tornado = module.names.get(base, "").endswith("tornado.options.options")
    parameter = held is None and base in {"args", "options", "opts", "ns", "namespace", "parsed", "arguments", "opt"}
    if not (parsed or from_tornado or parameter):
        return None
    for call in module.calls:
        if call.name.rpartition(".")[2] in {"add_argument", "add_option", "define"} and _names(call, name):
            return value_of(replace(scope, function=call.within), argument(call.node, "default"), depth + 1)
    return None


def _names(call: Call, name: str) -> bool:
    given = [one.value for one in call.node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    dest = argument(call.node, "dest")
    if isinstance(dest, ast.Constant):
        given.append(str(dest.value))
    return any(one.lstrip("-").replace("-", "_") == name for one in given)


def _parameter(scope: Scope, function: Function, name: str, depth: int) -> Value | None:
    """Return the default of a parameter: its own, or a decorator's (``@click.option("--port", default=8000)``)."""
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and scope.module.dotted(decorator.func).rpartition(".")[2] in {
            "option",
            "argument",
        }:
            call = Call(name="option", node=decorator, within="", main=False)
            if _names(call, name):
                return value_of(replace(scope, function=""), argument(decorator, "default"), depth + 1)
    names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    defaults |= {
        one.arg: value
        for one, value in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        if value is not None
    }
    return value_of(replace(scope, function=""), defaults.get(name), depth + 1)
