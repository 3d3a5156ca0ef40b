"""Functions of a Python file that platforms call, by their names and parameters."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from builder.detect.languages.inline.distributions import imported
from builder.detect.languages.python.summaries import Function, Module, summarized
from builder.inline.handler import NAMED, PLAIN, SHAPED, Handler
from builder.look import Place

_EVENTS = frozenset({"event", "evt", "lambda_event"})
_CONTEXTS = frozenset({"context", "ctx", "lambda_context", ""})
_REQUESTS = frozenset({"req", "request", "http_request"})
_ARGUMENTS = frozenset({"args", "params", "event", "arguments"})
_LAMBDAS = frozenset({"handler", "lambda_handler", "main", "handle", "event_handler"})
_CALLED = frozenset({"handler", "handle", "main"})

HTTP_KEYS = frozenset(
    {
        "body", "cookies", "headers", "httpMethod", "isBase64Encoded", "multiValueHeaders",
        "multiValueQueryStringParameters", "path", "pathParameters", "queryStringParameters", "rawPath",
        "rawQueryString", "requestContext", "resource", "routeKey", "stageVariables", "version",
    }
)  # fmt: skip
"""Keys of an event that an API gateway makes of a request."""

_PARTS = frozenset(
    {
        "aiohttp.web", "bottle", "django", "falcon", "fastapi", "litestar", "ninja", "pyramid", "pytest", "quart",
        "rest_framework", "robyn", "sanic", "starlette", "tornado",
    }
)  # fmt: skip
"""Libraries whose own parts take a request, too: views and fixtures are called by them."""

_OF_REQUESTS = frozenset(
    {
        "args", "base_url", "body", "content_length", "content_type", "cookies", "data", "files", "form", "get_body",
        "get_data", "get_json", "headers", "host", "is_json", "json", "method", "mimetype", "params", "path", "query",
        "query_string", "remote_addr", "route_params", "url", "values",
    }
)  # fmt: skip
"""What functions of platforms ask a request for. What is asked for more takes a request of its own framework."""

_TYPES_OF_REQUESTS = frozenset({"Any", "HttpRequest", "Request", "bytes", "str"})

_OF_TEXT = frozenset(dir(str))
"""What a text can be asked for: a parameter that is asked for nothing else is one."""

_TERMINALS = ("argparse", "click", "typer", "optparse", "getopt", "fire")


@dataclass(frozen=True, slots=True)
class _Seen:
    tree: ast.Module
    module: Module
    functions: dict[str, Function]


def handlers(place: Place, file: str) -> tuple[Handler, ...]:
    """Return the functions that may be meant, none for a file that is a program."""
    tree = place.python(file)
    if tree is None:
        return ()
    module = summarized(file, tree)
    if module.main or module.uses("functions_framework"):  # the framework serves its functions by itself
        return ()
    if any(one.startswith(".") for one in module.imports):  # a part of a package that is not there
        return ()
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}
    seen = _Seen(tree, module, functions)
    run = {call.name for call in module.calls if not call.within}
    public = {name: one for name, one in functions.items() if not name.startswith("_") and name not in run}
    found = [handler for one in public.values() if (handler := _handler(seen, one))]
    found += _objects(seen, tree)
    inner = {call.name for call in module.calls if call.within in {one.name for one in found}}
    left = tuple(one for one in found if one.name not in inner)
    return left or _plain(seen, public)


def _handler(seen: _Seen, function: Function) -> Handler | None:
    names = _parameters(function)
    if names is None:
        return None
    bare = tuple(name.lstrip("_").lower() for name in names)
    if bare in {("environ", "start_response"), ("env", "start_response")}:
        return _made(function, "wsgi", "wsgi", NAMED)
    if bare == ("scope", "receive", "send"):
        return _made(function, "asgi", "asgi", NAMED)
    if len(bare) == 2 and bare[0] in _EVENTS and bare[1] in _CONTEXTS:
        return _of_event(function, names[0])
    if len(bare) == 2 and (function.name == "lambda_handler" or (function.name == "handler" and bare[1] in _CONTEXTS)):
        return _of_event(function, names[0])
    if len(bare) == 1 and bare[0] in _REQUESTS:
        return _of_request(seen, function, names[0])
    if len(bare) == 1 and function.name == "main" and bare[0] in _ARGUMENTS and _keys(function, names[0]):
        return None if seen.module.uses(*_TERMINALS) else _made(function, "openwhisk", "openwhisk", NAMED)
    return None


def _parameters(function: Function) -> tuple[str, ...] | None:
    """Return the names of the parameters that a caller must give, None where some must be given by name."""
    given = function.args
    if any(default is None for default in given.kw_defaults):
        return None
    held = [*given.posonlyargs, *given.args]
    return tuple(one.arg for one in held[: len(held) - len(given.defaults)])


def _of_event(function: Function, event: str) -> Handler:
    """Return a function of Lambda; OpenFaaS has one of the same form whose event has attributes."""
    asked = {one.attr for one in _attributes(function, event)}
    if function.name == "handle" and asked & {"body", "headers", "method", "query", "path"}:
        return _made(function, "openfaas", "openfaas", NAMED, ("EVENT", True))
    keys = _keys(function, event)
    payload = bool(keys) and not keys & HTTP_KEYS and not _handed(function, event)
    sure = NAMED if function.name in _LAMBDAS else SHAPED
    return _made(function, "lambda", "lambda_event", sure, ("PAYLOAD", payload))


def _of_request(seen: _Seen, function: Function, request: str) -> Handler | None:
    sure = NAMED if function.name in _CALLED else SHAPED
    if seen.module.uses("azure.functions"):
        return _made(function, "azure-functions", "azure", sure)
    asked = {one.attr for one in _attributes(function, request)}
    if seen.module.uses(*_PARTS) or not _is_request(function) or not (asked <= _OF_REQUESTS or asked <= _OF_TEXT):
        return None
    if seen.module.uses("flask"):
        return _made(function, "flask", "flask_request", sure)
    if function.name == "handle" and asked <= _OF_TEXT:
        return _made(function, "openfaas", "openfaas", NAMED, ("EVENT", False))
    return _made(function, "http", "plain_request", sure)


def _is_request(function: Function) -> bool:
    """Say whether the first parameter may be a request, by its type where one is written."""
    node = [*function.args.posonlyargs, *function.args.args][0].annotation
    if isinstance(node, ast.Constant):
        return str(node.value).rpartition(".")[2] in _TYPES_OF_REQUESTS
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return node is None or name in _TYPES_OF_REQUESTS


def _made(
    function: Function | ast.Assign, framework: str, part: str, confidence: float, *settings: tuple[str, bool],
    name: str = "",
) -> Handler:  # fmt: skip
    called = name or getattr(function, "name", "")
    return Handler(
        name=called, line=function.lineno, framework=framework, part=part, confidence=confidence, settings=settings
    )


def _attributes(function: Function, name: str) -> Iterator[ast.Attribute]:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == name:
            yield node


def _keys(function: Function, name: str) -> set[str]:
    """Return the keys that a function asks a dictionary for."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Subscript) and _is(node.value, name):
            found |= _text(node.slice)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is(node.func.value, name):
            if node.func.attr in {"get", "pop"} and node.args:
                found |= _text(node.args[0])
        elif isinstance(node, ast.Compare) and any(_is(one, name) for one in node.comparators):
            found |= _text(node.left)
    return found


def _handed(function: Function, name: str) -> bool:
    """Say whether a function hands its parameter on as a whole."""
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(_is(one, name) for call in calls for one in call.args if not _shown(call))


def _shown(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return name in {"print", "dumps", "info", "debug", "str", "len", "isinstance"}


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _text(node: ast.expr) -> set[str]:
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def _objects(seen: _Seen, tree: ast.Module) -> Iterator[Handler]:
    """Tell objects of the file's own classes that can be called as WSGI or ASGI applications."""
    for one in tree.body:
        if not isinstance(one, ast.Assign) or not isinstance(one.targets[0], ast.Name):
            continue
        called = one.value.func if isinstance(one.value, ast.Call) else None
        held = seen.module.classes.get(called.id) if isinstance(called, ast.Name) else None
        for inner in held.body if held else ():
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and inner.name == "__call__":
                names = tuple(each.arg for each in inner.args.args[1:])
                form = {("environ", "start_response"): "wsgi", ("scope", "receive", "send"): "asgi"}.get(names, "")
                if form:
                    yield _made(one, form, form, NAMED, name=one.targets[0].id)


_TYPES = {
    "int": "int", "float": "float", "str": "str", "bool": "bool", "list": "list", "List": "list", "dict": "dict",
    "Dict": "dict", "Any": "any", "Sequence": "list", "Mapping": "dict",
}  # fmt: skip
"""Annotations whose values JSON has, and what they are in it."""


def _plain(seen: _Seen, public: dict[str, Function]) -> tuple[Handler, ...]:
    """Return the only public function of a file that does nothing else, if all its arguments can come as JSON."""
    classes = [name for name in seen.module.classes if not name.startswith("_")]
    if len(public) != 1 or classes or seen.module.works or seen.module.uses(*_TERMINALS, *_PARTS):
        return ()
    if imported(seen.tree)[1]:  # what nobody is known to publish: it is a part of something else
        return ()
    (function,) = public.values()
    given = function.args
    held = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    talks = any(call.name in {"input", "sys.exit", "exit"} for call in seen.module.calls)
    yields = any(isinstance(node, ast.Yield | ast.YieldFrom) for node in ast.walk(function))
    if given.vararg or given.kwarg or given.posonlyargs or function.decorator_list or talks or yields:
        return ()
    if function.name == "main" or not (held or function.returns) or not _gives(function.returns):
        return ()
    needed = len(given.args) - len(given.defaults)
    required = [at < needed for at in range(len(given.args))] + [one is None for one in given.kw_defaults]
    types = [_type(one.annotation) for one in held]
    if not all(types):
        return ()
    described = tuple((one.arg, kind, must) for one, kind, must in zip(held, types, required, strict=True))
    return (
        Handler(
            name=function.name,
            line=function.lineno,
            framework="function",
            part="arguments",
            confidence=PLAIN,
            settings=(("PARAMETERS", described),),
        ),
    )


def _gives(node: ast.expr | None) -> bool:
    """Say whether what a function returns can be JSON, as far as its type says."""
    return node is None or (isinstance(node, ast.Constant) and node.value is None) or bool(_type(node))


def _type(node: ast.expr | None) -> str:
    """Return what an annotation is in JSON, empty for what JSON cannot give."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):  # int | None
        return "any" if _type(node.left) and isinstance(node.right, ast.Constant) and node.right.value is None else ""
    if isinstance(node, ast.Subscript):
        if getattr(node.value, "id", getattr(node.value, "attr", "")) == "Optional":
            return "any" if _type(node.slice) else ""
        return _type(node.value)
    if isinstance(node, ast.Attribute):
        return _TYPES.get(node.attr, "")
    return _TYPES.get(node.id, "") if isinstance(node, ast.Name) else ""
