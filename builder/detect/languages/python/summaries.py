"""What one Python source says, read from its syntax tree in one pass: imports, calls, assignments, definitions."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call: the dotted name of what is called, the function it stands in, whether only the main program makes it."""

    name: str
    node: ast.Call
    within: str
    main: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """One source file. ``names`` are imports by local name; those of relative imports begin with a dot."""

    file: str
    names: Mapping[str, str]
    imports: frozenset[str]
    calls: tuple[Call, ...]
    assigned: Mapping[str, ast.expr]
    inner: Mapping[tuple[str, str], ast.expr]
    """Assignments in functions, by function and name; those to attributes (`app.layout`) also outside of functions."""
    others: Mapping[tuple[str, str], tuple[ast.expr, ...]]
    """What names are given besides, by function (empty: none) and name: `if` and `else` give different values."""
    functions: Mapping[str, Function]
    classes: Mapping[str, ast.ClassDef]
    main: bool
    """Whether it has ``if __name__ == "__main__"``."""
    works: bool
    """Whether it does something at its top level beyond defining things."""
    keyed: tuple[ast.Subscript, ...]
    """Lookups by a literal key: ``os.environ["KEY"]``."""
    top: tuple[ast.stmt, ...]
    """The statements of its top level that are no definitions."""

    def dotted(self, node: ast.expr | None, depth: int = 0) -> str:
        """Return the full dotted name of a name or attribute, empty for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if isinstance(node, ast.Call):  # Flask(...).run()
            inner = self.dotted(node.func, depth + 1) if depth < _MAX_CALLS else ""
            return ".".join((f"{inner}()", *reversed(parts))) if inner else ""
        if not isinstance(node, ast.Name):
            return ""
        return ".".join((self.origin(node.id) or node.id, *reversed(parts)))

    def origin(self, name: str) -> str:
        """Return the full name behind an imported name, empty for one that is not imported."""
        if name in self.names:
            return self.names[name]
        star = self.names.get("*", "")
        if not star:
            return ""
        here = name in self.assigned or name in self.functions or name in self.classes or hasattr(builtins, name)
        return "" if here else f"{star.removesuffix('*')}{name}"

    def uses(self, *packages: str) -> str:
        """Return the first of these packages that is imported here, empty for none."""
        for package in packages:
            if any(one == package or one.startswith(f"{package}.") for one in self.imports):
                return package
        return ""


_MAX_CALLS = 6
"""Calls in one chain (``a().b().c()``) that a name is put together from."""


@dataclass(slots=True)
class _Reading:
    file: str
    names: dict[str, str] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    found: list[tuple[ast.Call, str, bool]] = field(default_factory=list)
    assigned: dict[str, ast.expr] = field(default_factory=dict)
    inner: dict[tuple[str, str], ast.expr] = field(default_factory=dict)
    others: dict[tuple[str, str], tuple[ast.expr, ...]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    main: bool = False
    works: bool = False
    keyed: list[ast.Subscript] = field(default_factory=list)
    top: tuple[ast.stmt, ...] = ()


def summarized(file: str, tree: ast.Module) -> Module:
    """Read a module."""
    reading = _Reading(file=file)
    reading.top = tuple(
        one for one in tree.body if isinstance(one, ast.If | ast.For | ast.While | ast.With | ast.Try | ast.Expr)
    )
    reading.works = any(_does(one) for one in tree.body)
    todo: list[tuple[ast.AST, str, bool, bool]] = [(one, "", False, True) for one in reversed(tree.body)]
    while todo:
        node, within, main, top = todo.pop()
        kind = type(node)
        if kind in _LEAVES:
            continue
        if kind is ast.Import or kind is ast.ImportFrom:
            _import(reading, node)
            continue
        if kind is ast.FunctionDef or kind is ast.AsyncFunctionDef:
            function: Function = node  # type: ignore[assignment]
            if top or function.name not in reading.functions:
                reading.functions[function.name] = function
            within, top = function.name, False
        elif kind is ast.ClassDef:
            reading.classes.setdefault(node.name, node)  # type: ignore[attr-defined, arg-type]
            top = False
        elif kind is ast.If and not within and _is_main(node.test):  # type: ignore[attr-defined]
            reading.main, main = True, True
        elif kind is ast.Call:
            reading.found.append((node, within, main))  # type: ignore[arg-type]
        else:
            _value(reading, node, within)
        for name in reversed(node._fields):
            value = None if name in _UNASKED else getattr(node, name, None)
            if type(value) is list:
                todo.extend((one, within, main, top) for one in reversed(value) if isinstance(one, ast.AST))
            elif isinstance(value, ast.AST):
                todo.append((value, within, main, top))
    return _made(reading)


_UNASKED = frozenset({"annotation", "ctx", "op", "ops", "returns", "type_comment", "type_params"})
"""Parts of a syntax tree that call nothing."""


_LEAVES = frozenset({ast.Constant, ast.Name, ast.Load, ast.Store, ast.Pass, ast.Del, ast.alias, ast.arg})


def _value(reading: _Reading, node: ast.AST, within: str) -> None:
    """Note what gives a name a value, and what is looked up by a key."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
        _assign(reading, node, within)
    elif isinstance(node, ast.Subscript):
        if isinstance(node.slice, ast.Constant):
            reading.keyed.append(node)
    elif isinstance(node, ast.With | ast.AsyncWith):
        _bound(reading, node, within)


def _made(reading: _Reading) -> Module:
    module = Module(
        file=reading.file,
        names=reading.names,
        imports=frozenset(reading.imports),
        calls=(),
        assigned=reading.assigned,
        inner=reading.inner,
        others=reading.others,
        functions=reading.functions,
        classes=reading.classes,
        main=reading.main,
        works=reading.works,
        keyed=tuple(reading.keyed),
        top=reading.top,
    )
    calls = tuple(
        Call(name=name, node=node, within=within, main=main)
        for node, within, main in reading.found
        if (name := module.dotted(node.func))
    )
    return Module(**{one: getattr(module, one) for one in module.__slots__ if one != "calls"}, calls=calls)


def _import(reading: _Reading, node: ast.AST) -> None:
    if isinstance(node, ast.Import):
        for one in node.names:
            reading.imports.add(one.name)
            reading.names[one.asname or one.name.partition(".")[0]] = one.name if one.asname else one.name.split(".")[0]
    elif isinstance(node, ast.ImportFrom):
        origin = _origin(reading.file, node)
        reading.imports.add(origin)
        for one in node.names:
            reading.names[one.asname or one.name] = f"{origin}.{one.name}" if origin != "." else f".{one.name}"
            reading.imports.add(reading.names[one.asname or one.name])


def _origin(file: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    folder = dirname(file)
    for _ in range(node.level - 1):
        folder = dirname(folder)
    return "." + ".".join(part for part in (folder.replace("/", "."), node.module or "") if part)


def _assign(reading: _Reading, node: ast.AST, within: str) -> None:
    given: ast.expr | None = getattr(node, "value", None)
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]  # type: ignore[attr-defined]
    if given is None:
        return
    for target in targets:
        for one, value in _each(target, given):
            if isinstance(one, ast.Name) and within:
                if (within, one.id) in reading.inner:
                    _besides(reading, within, one.id, reading.inner[within, one.id])
                reading.inner[within, one.id] = value
            elif isinstance(one, ast.Name):
                known = reading.assigned.get(one.id)
                replaces = known is None or not isinstance(known, ast.Call) or isinstance(value, ast.Call)
                if known is not None:
                    _besides(reading, "", one.id, known if replaces else value)
                if replaces:
                    reading.assigned[one.id] = value
            elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
                reading.inner.setdefault((within, f"{one.value.id}.{one.attr}"), value)


def _each(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Tell what each name of an assignment is given: of `app, rt = fast_app()` the second one takes the second part."""
    if not isinstance(target, ast.Tuple):
        yield target, value
    elif isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        for at, one in enumerate(target.elts):
            part = ast.Subscript(value=value, slice=ast.Constant(value=at), ctx=ast.Load())
            yield one, ast.copy_location(part, value) if at else value


def _besides(reading: _Reading, within: str, name: str, value: ast.expr) -> None:
    """Keep another value of a name: few are kept, since most names have one."""
    known = reading.others.get((within, name), ())
    if len(known) < _MAX_OTHERS:
        reading.others[within, name] = (value, *known)


_MAX_OTHERS = 2


def _bound(reading: _Reading, node: ast.AST, within: str) -> None:
    for item in node.items:  # type: ignore[attr-defined]
        if isinstance(item.optional_vars, ast.Name):
            if within:
                reading.inner[within, item.optional_vars.id] = item.context_expr
            else:
                reading.assigned.setdefault(item.optional_vars.id, item.context_expr)


def _is_main(test: ast.expr) -> bool:
    words = [test.left, *test.comparators] if isinstance(test, ast.Compare) else []
    named = any(isinstance(one, ast.Name) and one.id == "__name__" for one in words)
    return named and any(isinstance(one, ast.Constant) and one.value == "__main__" for one in words)


def _does(node: ast.stmt) -> bool:
    """Say whether a top-level statement does something: a call, a loop, ``with``; not a docstring or a definition."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Call | ast.Await)
    return isinstance(node, ast.For | ast.While | ast.With | ast.AsyncFor | ast.AsyncWith)
