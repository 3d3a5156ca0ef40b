"""Functions of a Go file that platforms call, by their parameters."""

from dataclasses import dataclass

from tree_sitter import Node

from builder.inline.handler import NAMED, SHAPED, Handler
from builder.look import Place
from builder.parsing.code import line_of, select, string_of, written

_HTTP = ("http.ResponseWriter", "*http.Request")
_CONTEXT = "context.Context"
_NAMED = frozenset({"Handle", "Handler", "HandleRequest", "handler", "handleRequest", "HandleLambdaEvent", "ServeHTTP"})
_GATEWAYS = ("events.APIGateway", "events.LambdaFunctionURL", "events.ALBTarget")
"""Beginnings of types that an API gateway makes of a request."""

_SERVES = frozenset({"http.ListenAndServe", "http.ListenAndServeTLS", "http.Serve", "lambda.Start"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GoFile:
    """What a file is as a whole: its package, what it imports."""

    package: str
    imports: tuple[str, ...]

    @property
    def is_main(self) -> bool:
        """Whether it is of a program's package, which nobody can import."""
        return self.package == "main"

    @property
    def foreign(self) -> tuple[str, ...]:
        """Imports that are no part of Go: their first part is a host."""
        return tuple(one for one in self.imports if "." in one.partition("/")[0])


def go_file(root: Node) -> GoFile:
    """Read package and imports."""
    package = next((written(one.named_children[0]) for one in root.named_children if one.type == "package_clause"), "")
    specs = select(root, "go", "import_spec")
    names = (string_of(one.child_by_field_name("path")) for one in specs)
    return GoFile(package=package, imports=tuple(name for name in names if name))


def handlers(place: Place, file: str) -> tuple[Handler, ...]:
    """Return the functions that may be meant, none for a file that is a program."""
    root = place.syntax(file)
    if root is None or root.has_error:
        return ()
    about = go_file(root)
    functions = {written(one.child_by_field_name("name")): one for one in root.named_children
                 if one.type == "function_declaration"}  # fmt: skip
    calls = {written(one.child_by_field_name("function")) for one in select(root, "go", "call_expression")}
    if (about.is_main and "main" in functions) or calls & _SERVES or "C" in about.imports:
        return ()
    exported = [name for name in functions if name[:1].isupper()]
    if place.has("go.mod") and len(exported) != 1:
        return ()  # a package that others may import
    open_ones = functions if about.is_main else {name: functions[name] for name in exported}
    found = tuple(handler for name, one in open_ones.items() if (handler := _handler(name, one)))
    inner = {each for one in found for each in _called(functions[one.name])}
    return tuple(one for one in found if one.name not in inner)


def _called(node: Node) -> set[str]:
    return {written(one.child_by_field_name("function")) for one in select(node, "go", "call_expression")}


def _handler(name: str, node: Node) -> Handler | None:
    if node.child_by_field_name("type_parameters") is not None:
        return None
    given = types_of(node.child_by_field_name("parameters"))
    sure = NAMED if name in _NAMED else SHAPED
    line = line_of(node)
    if given in {_HTTP, (_CONTEXT, *_HTTP)} and node.child_by_field_name("result") is None:
        part = "http" if given == _HTTP else "http_context"
        return Handler(name=name, line=line, framework="http", part=part, confidence=sure)
    values = given[1:] if given[:1] == (_CONTEXT,) else given
    if name not in _NAMED or len(values) > 1 or not _gives(node) or "..." in "".join(given):
        return None
    gateway = bool(values) and values[0].lstrip("*").startswith(_GATEWAYS)
    framework = "openfaas" if given in {("[]byte",), ("string",)} else "lambda"
    return Handler(
        name=name, line=line, framework=framework, part="event", confidence=sure, settings=(("payload", not gateway),)
    )


def types_of(node: Node | None) -> tuple[str, ...]:
    """Return the types of a list of parameters, one for each name."""
    found: list[str] = []
    for one in node.named_children if node is not None else ():
        if one.type not in {"parameter_declaration", "variadic_parameter_declaration"}:
            continue
        dots = "..." if one.type.startswith("variadic") else ""
        names = one.children_by_field_name("name")
        found += [f"{dots}{written(one.child_by_field_name('type'))}"] * max(len(names), 1)
    return tuple(found)


def _gives(node: Node) -> bool:
    """Say whether a function gives what its caller can send: a value, an error, or both in this order."""
    result = node.child_by_field_name("result")
    if result is None:
        return False
    types = types_of(result) if result.type == "parameter_list" else (written(result),)
    return len(types) == 1 or (len(types) == 2 and types[1] == "error" and types[0] != "error")
