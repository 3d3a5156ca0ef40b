"""Functions of a JavaScript or TypeScript file that platforms call, by what it exports and their parameters."""

from collections.abc import Iterator
from posixpath import dirname, join, splitext

from tree_sitter import Node

from builder.detect.languages.inline.exports import FUNCTIONS, Exports, exports_of
from builder.detect.languages.inline.imports import imports_of
from builder.detect.languages.inline.python import HTTP_KEYS
from builder.detect.languages.node.queries import GRAMMARS
from builder.detect.languages.node.sources import existing
from builder.inline.handler import NAMED, PLAIN, SHAPED, Handler, Setting
from builder.look import Place
from builder.parsing.code import line_of, of_type, select, string_of, written

_REPLIES = frozenset({"res", "response", "reply", "resp"})
_REQUESTS = frozenset({"req", "request"})
_EVENTS = frozenset({"event", "evt"})
_CONTEXTS = frozenset({"context", "ctx", "env", "info", "{}"})
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PAGES = ("onRequest", *(f"onRequest{one.title()}" for one in _METHODS))
_LAMBDAS = frozenset({"handler", "lambdaHandler", "main", "handle"})
_ARGUMENTS = frozenset({"args", "params", "arguments"})
_WEB_FRAMEWORKS = frozenset({"Hono", "OpenAPIHono", "Elysia"})
_ROUTERS = frozenset({"Router", "AutoRouter", "IttyRouter"})
"""What makes an object with ``fetch``: classes, and functions of itty-router."""

_LISTENING = frozenset({"Bun.serve", "Deno.serve", "serve", "serveHttp", "startStandaloneServer"})
_BROWSERS = frozenset({"importScripts", "self.skipWaiting", "skipWaiting", "self.clients.claim", "clients.claim"})
"""What the service workers of browsers call: they listen for fetch, too, and live in pages."""

_RUNTIMES = ("Bun.", "Deno.")
_ELSEWHERE = ("https:", "http:", "jsr:", "npm:", "cloudflare:", "bun:")


def handlers(place: Place, file: str) -> tuple[Handler, ...]:
    """Return the functions that may be meant, none for a file that is a program or is for another runtime."""
    root = place.syntax(file)
    if root is None or root.has_error or is_program(root, file):
        return ()
    imports = imports_of(root, file)
    if any(name.startswith(_ELSEWHERE) for name in imports) or not all(
        _is_there(place, file, name) for name in imports
    ):
        return ()
    exports = exports_of(root)
    if {"command", "builder"} & exports.values.keys():  # a command of a terminal, as yargs takes it
        return ()
    found = tuple(_found(exports, imports))
    return found or (() if _SCREENS & set(imports) else _plain(exports, file))


_SCREENS = frozenset({"@angular/core", "preact", "react", "solid-js", "svelte", "vue"})
"""What functions for pages import: nobody calls them from outside."""


def _is_there(place: Place, file: str, name: str) -> bool:
    """Say whether an import can be had: a file beside it must be there, an alias of a project has none."""
    if name.startswith((".", "/")):
        return bool(existing(place, join(dirname(file), name)))
    return not name.startswith(("@/", "~/", "#", "$"))


def is_program(root: Node, file: str) -> bool:
    """Say whether a file listens by itself, or calls what only another runtime or a browser has."""
    for one in select(root, GRAMMARS[splitext(file)[1]], "call_expression"):
        name = written(one.child_by_field_name("function"))
        if name.endswith(".listen") or name in _LISTENING or name.startswith((*_RUNTIMES, "functions.")):
            return True
        if name in _BROWSERS or (name.endswith("addEventListener") and _first(one) in {"activate", "install"}):
            return True
    return False


def _first(call: Node) -> str:
    given = call.child_by_field_name("arguments")
    return string_of(given.named_children[0]) or "" if given is not None and given.named_children else ""


def _found(exports: Exports, imports: tuple[str, ...]) -> Iterator[Handler]:
    if exports.listens_to is not None:
        name, node = exports.listens_to
        yield _made(name, node, "fetch", "web", NAMED, ("SHAPE", "event"))
    named = {name: exports.resolved(node) for name, node in exports.values.items()}
    methods = [named[one] for one in _METHODS if _is_method(named.get(one))]
    pages = [named[one] for one in _PAGES if _is_function(named.get(one))]
    for shape, several in (("methods", methods), ("pages", pages)):
        if several and several[0] is not None:
            yield _made("*", several[0], "fetch", "web", NAMED, ("SHAPE", shape))
    for name, held in named.items():
        if name in (*_METHODS, *_PAGES) or held is None:
            continue
        whole = name in {"default", "module.exports"}
        found = _whole(name, held, exports, imports) if whole else _member(name, held)
        if found is not None:
            yield found


def _whole(name: str, node: Node, exports: Exports, imports: tuple[str, ...]) -> Handler | None:
    """Return the handler that a module is as a whole."""
    if node.type == "object":
        members = {written(one.child_by_field_name("name") or one.child_by_field_name("key")) for one in
                   node.named_children} | {written(one) for one in node.named_children}  # fmt: skip
        return _made(name, node, "fetch", "web", NAMED, ("SHAPE", "fetch")) if "fetch" in members else None
    if node.type == "call_expression":
        called = written(node.child_by_field_name("function"))
        if called == "express":
            return _made(name, node, "express", "request_response", NAMED, ("HELPERS", False))
        if called in _ROUTERS and "itty-router" in imports:
            return _made(name, node, "fetch", "web", NAMED, ("SHAPE", "fetch"))
        if called.endswith(".callback") and _makes(called.partition(".")[0], exports) == "Koa":
            return _made(name, node, "koa", "request_response", NAMED, ("HELPERS", False))
        return None
    if node.type == "new_expression":
        called = written(node.child_by_field_name("constructor"))
        return _made(name, node, "fetch", "web", NAMED, ("SHAPE", "fetch")) if called in _WEB_FRAMEWORKS else None
    if not _is_function(node):
        return None
    return _by_parameters(name, node, NAMED)


def _makes(name: str, exports: Exports) -> str:
    held = exports.defined.get(name)
    return written(held.child_by_field_name("constructor")) if held is not None else ""


def _member(name: str, node: Node) -> Handler | None:
    """Return the handler behind a named export."""
    if node.type == "call_expression":  # exports.handler = serverless(app), middy(…)
        return _lambda(name, node, "", NAMED) if name in {"handler", "lambdaHandler"} else None
    if not _is_function(node) and node.type != "method_definition":
        return None
    names = parameters(node)
    if name == "main" and len(names) == 1 and names[0] in _ARGUMENTS:
        return _made(name, node, "openwhisk", "openwhisk", NAMED)
    found = _by_parameters(name, node, NAMED if name in _LAMBDAS else SHAPED)
    called = name in {"handler", "lambdaHandler"} and names[:1] not in {("argv",), ("req",), ("request",)}
    if found is None and called and len(names) <= 3:
        return _lambda(name, node, names[0] if names else "", NAMED)
    return found


def _by_parameters(name: str, node: Node, sure: float) -> Handler | None:
    names = parameters(node)
    first, second = (*names, "", "")[:2]
    if first in _EVENTS and (second in _CONTEXTS or (name in _LAMBDAS and not second)):
        return _lambda(name, node, first, sure)
    if first in {"context", "ctx"} and second in _REQUESTS:
        return _made(name, node, "azure-functions", "request_response", sure, ("CONTEXT", True))
    if second in _REPLIES and len(names) == 2:
        return _made(name, node, "http", "request_response", sure)
    if first in _REQUESTS and (not second or second in _CONTEXTS) and _replies(node):
        return _made(name, node, "fetch", "web", sure, ("SHAPE", "function"))
    if not names and name == "default" and _replies(node):
        return _made(name, node, "fetch", "web", sure, ("SHAPE", "function"))
    return None


def _replies(node: Node) -> bool:
    """Say whether a function makes a Response, or says so in its types."""
    return any(written(one) in {"Response", "NextResponse"} for one in of_type(node, "identifier", "type_identifier"))


def _lambda(name: str, node: Node, event: str, sure: float) -> Handler:
    keys, handed = _keys(node, event) if event else (set(), True)
    payload = bool(keys) and not keys & HTTP_KEYS and not handed
    return _made(name, node, "lambda", "lambda_event", sure, ("PAYLOAD", payload))


def _keys(node: Node, name: str) -> tuple[set[str], bool]:
    """Return the keys that a function asks its event for, and whether it hands the event on as a whole."""
    keys: set[str] = set()
    handed = False
    for one in of_type(node, "identifier"):
        above = one.parent
        if written(one) != name or above is None:
            continue
        if above.type == "member_expression" and above.child_by_field_name("object") == one:
            keys.add(written(above.child_by_field_name("property")))
        elif above.type == "subscript_expression" and above.child_by_field_name("object") == one:
            keys.add(string_of(above.child_by_field_name("index")) or "")
        elif above.type == "variable_declarator" and above.child_by_field_name("value") == one:
            keys |= {written(each).partition(":")[0].partition("=")[0].strip() for each in _pattern(above)}
        elif above.type == "arguments":
            call = above.parent
            handed = handed or not written(call and call.child_by_field_name("function")).startswith(
                ("JSON.", "console.")
            )
    return keys, handed


def _pattern(node: Node) -> list[Node]:
    pattern = node.child_by_field_name("name")
    return pattern.named_children if pattern is not None and pattern.type == "object_pattern" else []


def parameters(node: Node) -> tuple[str, ...]:
    """Return the names of a function's parameters without leading underscores, ``{}`` for one that is taken apart."""
    alone = node.child_by_field_name("parameter")
    if alone is not None:
        return (written(alone).lstrip("_"),)
    held = node.child_by_field_name("parameters")
    return tuple(_parameter(one) for one in (held.named_children if held is not None else ()) if one.type != "comment")


def _parameter(node: Node) -> str:
    inner = node.child_by_field_name("pattern") or node.child_by_field_name("left") or node
    return "{}" if inner.type == "object_pattern" else written(inner).lstrip("_")


def _is_method(node: Node | None) -> bool:
    """Say whether a function named for a method takes a request, and not Node's request and response."""
    return _is_function(node) and node is not None and parameters(node)[1:2] not in {(one,) for one in _REPLIES}


def _is_function(node: Node | None) -> bool:
    return node is not None and node.type in FUNCTIONS


def _made(name: str, node: Node, framework: str, part: str, sure: float, *settings: tuple[str, Setting]) -> Handler:
    return Handler(
        name=name, line=line_of(node), framework=framework, part=part, confidence=sure, settings=tuple(settings)
    )


_TYPES = {
    "number": "number", "string": "string", "boolean": "boolean", "any": "any", "unknown": "any", "object": "object",
}  # fmt: skip


def _plain(exports: Exports, file: str) -> tuple[Handler, ...]:
    """Return the only export of a TypeScript file, if it is a function whose arguments can come as JSON."""
    if len(exports.values) != 1 or not file.endswith((".ts", ".mts")):
        return ()
    ((name, held),) = exports.values.items()
    node = exports.resolved(held)
    if node is None or not _is_function(node) or name == "module.exports":
        return ()
    given = node.child_by_field_name("parameters")
    described: list[tuple[str, str, bool]] = []
    for one in given.named_children if given is not None else ():
        pattern, annotation = one.child_by_field_name("pattern"), one.child_by_field_name("type")
        kind = _type(annotation.named_children[0] if annotation is not None and annotation.named_children else None)
        if pattern is None or pattern.type != "identifier" or not kind:
            return ()
        needed = one.type == "required_parameter" and one.child_by_field_name("value") is None
        described.append((written(pattern), kind, needed))
    given_back = node.child_by_field_name("return_type")
    if not described or (given_back is not None and not _type(_inside(given_back))):
        return ()
    return (_made(name, node, "function", "arguments", PLAIN, ("PARAMETERS", tuple(described))),)


def _inside(annotation: Node) -> Node | None:
    """Return the type that a function gives; of a promise what it promises."""
    held = annotation.named_children[0] if annotation.named_children else None
    if held is not None and held.type == "generic_type" and written(held.child_by_field_name("name")) == "Promise":
        return held.named_children[-1].named_children[0]
    return held


def _type(node: Node | None) -> str:
    if node is None:
        return ""
    if node.type == "array_type" or written(node).startswith("Array<"):
        return "list"
    if node.type == "object_type" or written(node).startswith("Record<"):
        return "object"
    return _TYPES.get(written(node), "")
