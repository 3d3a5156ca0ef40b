"""What sources open and read: ports that are listened on, environment variables with their defaults."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from builder.look import Place
from builder.parsing.code import line_of, of_type, string_of, walk, written

_CALLS = (
    "method_invocation",
    "object_creation_expression",
    "call_expression",
    "instance_expression",
    "juxt_function_call",
)


_LISTENS = frozenset(
    {
        "listen", "start", "port", "setPort", "withPort", "embeddedServer", "ServerSocket", "Server", "newServerAt",
        "bindAndHandle", "addHttpListener", "bind", "bindHttp", "http", "asServer", "Undertow", "Netty", "SunHttp",
        "Jetty", "JettyLoom", "defaultPort", "ipv4Port", "serve", "bindServer", "Ratpack", "forPort", "bindPort",
        "ApacheServer", "Http4kServer", "createServer", "KtorCIO", "KtorNetty", "HttpServer", "bindNow",
        "setDefaultPort",
    }
)  # fmt: skip


_WEAK = frozenset({"InetSocketAddress"})


_NUMBERS = ("decimal_integer_literal", "number_literal", "integer_literal")


_PORT = re.compile(r"(^|_|\b)port$|Port$|PORT$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A port that stands in code. ``sure``: it is the argument of a call that opens it."""

    port: int
    file: str
    line: int
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """An environment variable that the code reads."""

    name: str
    default: str | None
    file: str
    line: int


def listens(place: Place, file: str) -> Iterator[Listen]:
    """Tell the ports that a file opens, or names as ports."""
    if file.endswith((".clj", ".cljc")):
        for found in re.finditer(r":port\s+(?:\([^()]*\()?[^\n]*?\b(\d{2,5})\b", place.text(file)):
            line = place.text(file).count("\n", 0, found.start()) + 1
            yield Listen(port=int(found[1]), file=file, line=line, sure=True)
        return
    root = place.syntax(file)
    if root is None:
        return
    for node in walk(root):
        if node.type in _CALLS:
            called = _called(node)
            if called in _LISTENS or called in _WEAK:
                for number, line in _ports(_arguments(node)):
                    yield Listen(port=number, file=file, line=line, sure=called in _LISTENS)
        elif node.type in {"variable_declarator", "property_declaration", "val_definition", "var_definition"}:
            name = written(node.child_by_field_name("name") or node.child_by_field_name("pattern"))
            name = name or next(
                (
                    written(one).partition(":")[0].strip()
                    for one in node.named_children
                    if one.type == "variable_declaration"
                ),
                "",
            )
            if _PORT.search(name):
                for number, line in _ports(node):
                    yield Listen(port=number, file=file, line=line, sure=False)
        elif node.type == "interpolated_string_expression":
            literal = re.fullmatch(r'port"(\d{2,5})"', written(node))  # http4s: checked while compiling
            if literal:
                yield Listen(port=int(literal[1]), file=file, line=line_of(node), sure=True)


def _ports(node: Node | None) -> Iterator[tuple[int, int]]:
    if node is None:
        return
    for one in walk(node):
        text = written(one).replace("_", "") if one.type in _NUMBERS else ""
        if not text and "string" in one.type and not one.named_children:
            text = string_of(one) or ""
        if not text and one.type in {"string_literal", "string"}:
            text = string_of(one) or ""
        if (
            text.isdigit()
            and 80 <= int(text[:6]) <= 65535
            and int(text[:6]) not in {100, 200, 404, 500, 1000, 1024, 4096, 10000}
        ):
            yield int(text), line_of(one)
            return


def reads(place: Place, file: str) -> Iterator[Read]:
    """Tell the environment variables that a file reads."""
    if file.endswith((".clj", ".cljc")):
        for found in re.finditer(
            r'(?:\(System/getenv\s+"([A-Z][A-Z0-9_]*)"\)|\(env\s+:([a-z][\w\-]*)\))(?:\s+"?(\d+)"?\s*\))?',
            place.text(file),
        ):
            line = place.text(file).count("\n", 0, found.start()) + 1
            name = found[1] or found[2].upper().replace("-", "_")
            yield Read(name=name, default=found[3], file=file, line=line)  # (or (System/getenv "PORT") "3000")
        return
    root = place.syntax(file)
    for node in walk(root) if root is not None else ():
        if node.type not in _CALLS:
            continue
        text = written(node)
        strings = _strings(_arguments(node))
        called = _called(node)
        if not strings or not re.fullmatch(r"[A-Z][A-Z0-9_]+", strings[0]):
            continue
        if called == "getenv" or re.match(r"(sys\.env|System\.getenv\(\)|dotenv|env)\b", text):
            default = strings[1] if len(strings) > 1 else _fallback(node)
            yield Read(name=strings[0], default=default, file=file, line=line_of(node))


def _fallback(node: Node) -> str | None:
    """Return the default that follows a read: ``?: "8080"``, ``.getOrElse("8080")``, ``!= null ? … : 8080``."""
    at = node.parent
    for _ in range(4):
        if at is None:
            return None
        if at.type in {
            "elvis_expression",
            "binary_expression",
            "infix_expression",
            "ternary_expression",
            "call_expression",
        }:
            rest = [one for one in walk(at) if one.start_byte >= node.end_byte]
            for one in rest:
                if one.type in _NUMBERS:
                    return written(one)
                if one.type in {"string_literal", "string"}:
                    return string_of(one)
        at = at.parent
    return None


def _called(node: Node) -> str:
    name = node.child_by_field_name("name") or node.child_by_field_name("type") or node.child_by_field_name("function")
    if name is None:
        name = node.named_children[0] if node.named_children else None
    return re.sub(r"<.*|\[.*", "", written(name), flags=re.DOTALL).rpartition(".")[2].strip()


def _arguments(node: Node) -> Node | None:
    kinds = {"argument_list", "value_arguments", "arguments", "call_suffix"}
    return node.child_by_field_name("arguments") or next((one for one in node.children if one.type in kinds), None)


def _strings(node: Node | None) -> list[str]:
    if node is None:
        return []
    found = []
    for one in node.named_children:
        inner = (
            one if one.type in {"string_literal", "string"} else next(of_type(one, "string_literal", "string"), None)
        )
        if inner is not None and one.type in {"string_literal", "string", "value_argument"}:
            found.append(string_of(inner) or "")
    return found
