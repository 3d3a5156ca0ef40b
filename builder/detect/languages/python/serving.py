"""Where code begins to serve: the call, its address and port, and the object or ``module:name`` that is served."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from builder.detect.languages.python.following import held
from builder.detect.languages.python.modules import Call, Module, Program
from builder.detect.languages.python.objects import made_of
from builder.detect.languages.python.scopes import Scope, argument
from builder.detect.languages.python.values import Value, value_of

Places = tuple[str, int, str, int]
"""Where a call takes its host and its port: keyword and position of each, -1 for keyword only."""

_FUNCTIONS: dict[str, tuple[str, Places]] = {
    "uvicorn.run": ("uvicorn", ("host", -1, "port", -1)), "uvicorn.Config": ("uvicorn", ("host", 1, "port", 2)),
    "uvicorn.main.run": ("uvicorn", ("host", -1, "port", -1)),
    "granian.Granian": ("granian", ("address", 1, "port", 2)),
    "waitress.serve": ("waitress", ("host", -1, "port", -1)),
    "aiohttp.web.run_app": ("aiohttp", ("host", -1, "port", -1)),
    "aiohttp.web.TCPSite": ("aiohttp", ("host", 1, "port", 2)), "bottle.run": ("bottle", ("host", 2, "port", 3)),
    "werkzeug.serving.run_simple": ("werkzeug", ("hostname", 0, "port", 1)),
    "werkzeug.run_simple": ("werkzeug", ("hostname", 0, "port", 1)),
    "wsgiref.simple_server.make_server": ("wsgiref", ("host", 0, "port", 1)),
    "asyncio.start_server": ("asyncio", ("host", 1, "port", 2)),
    "websockets.serve": ("websockets", ("host", 1, "port", 2)),
    "websockets.server.serve": ("websockets", ("host", 1, "port", 2)),
    "websockets.asyncio.server.serve": ("websockets", ("host", 1, "port", 2)),
    "websockets.sync.server.serve": ("websockets", ("host", 1, "port", 2)),
    "nicegui.ui.run": ("nicegui", ("host", -1, "port", -1)), "panel.serve": ("panel", ("address", 2, "port", 1)),
    "pywebio.start_server": ("pywebio", ("host", -1, "port", 1)),
    "pywebio.platform.tornado.start_server": ("pywebio", ("host", -1, "port", 1)),
    "fasthtml.common.serve": ("fasthtml", ("host", 2, "port", 3)),
    "fasthtml.core.serve": ("fasthtml", ("host", 2, "port", 3)), "flet.app": ("flet", ("host", -1, "port", -1)),
    "flet.run": ("flet", ("host", -1, "port", -1)), "cherrypy.quickstart": ("cherrypy", ("", -1, "", -1)),
    "cherrypy.engine.start": ("cherrypy", ("", -1, "", -1)),
    "twisted.internet.reactor.listenTCP": ("twisted", ("interface", 3, "port", 0)),
    "hypercorn.asyncio.serve": ("hypercorn", ("", -1, "", -1)), "hypercorn.run.run": ("hypercorn", ("", -1, "", -1)),
    "hypercorn.trio.serve": ("hypercorn", ("", -1, "", -1)), "cheroot.wsgi.Server": ("cheroot", ("", -1, "", -1)),
    "prometheus_client.start_http_server": ("", ("addr", 1, "port", 0)),
    "meinheld.server.listen": ("meinheld", ("", -1, "", -1)),
    "livereload.Server.serve": ("livereload", ("host", 2, "port", 0)),
    "pyngrok.ngrok.connect": ("", ("", -1, "", -1)), "solara.server.run": ("solara", ("host", -1, "port", -1)),
    "bokeh.server.server.Server": ("bokeh", ("address", -1, "port", -1)),
    "aiosmtpd.controller.Controller": ("aiosmtpd", ("hostname", 1, "port", 2)), "serial": ("", ("", -1, "", -1)),
    "rpyc.utils.server.ThreadedServer": ("rpyc", ("hostname", 1, "port", 3)),
    "web.httpserver.runsimple": ("web.py", ("", -1, "", -1)),
}  # fmt: skip

_PAIRED: dict[str, str] = {
    "http.server.HTTPServer": "http.server", "http.server.ThreadingHTTPServer": "http.server",
    "socketserver.TCPServer": "socketserver", "socketserver.ThreadingTCPServer": "socketserver",
    "BaseHTTPServer.HTTPServer": "http.server", "SocketServer.TCPServer": "socketserver",
    "gevent.pywsgi.WSGIServer": "gevent", "gevent.wsgi.WSGIServer": "gevent", "eventlet.listen": "eventlet",
    "xmlrpc.server.SimpleXMLRPCServer": "xmlrpc", "gevent.server.StreamServer": "gevent",
    "SimpleXMLRPCServer.SimpleXMLRPCServer": "xmlrpc", "socketserver.UDPServer": "socketserver",
    "geventwebsocket.WebSocketServer": "gevent", "cheroot.wsgi.Server": "cheroot",
    "cheroot.wsgi.WSGIServer": "cheroot", "pyftpdlib.servers.FTPServer": "ftp",
}  # fmt: skip
"""Servers whose address is a pair: ``HTTPServer(("", 8000), Handler)``."""

_METHODS: dict[str, Places] = {
    "run": ("host", 0, "port", 1), "run_server": ("host", 0, "port", 1),
    "launch": ("server_name", -1, "server_port", -1), "listen": ("address", 1, "port", 0),
    "bind": ("address", 1, "port", 0), "start": ("host", 0, "port", 1), "serve": ("host", 0, "port", 1),
    "serve_forever": ("", -1, "", -1), "run_async": ("host", -1, "port", -1),
    "run_http_async": ("host", -1, "port", -1), "start_server": ("host", -1, "port", -1),
    "run_app": ("host", 0, "port", 1), "run_task": ("host", 0, "port", 1), "run_polling": ("", -1, "", -1),
    "infinity_polling": ("", -1, "", -1), "polling": ("", -1, "", -1), "start_polling": ("", -1, "", -1),
    "run_until_disconnected": ("", -1, "", -1), "start_and_run": ("", -1, "", -1),
    "run_webhook": ("listen", -1, "port", -1), "run_forever": ("", -1, "", -1), "worker_main": ("", -1, "", -1),
    "work": ("", -1, "", -1), "run_sync": ("", -1, "", -1), "server_close": ("", -1, "", -1),
}  # fmt: skip
"""Methods by which an object of a framework begins to run."""

_ODD: dict[tuple[str, str], Places] = {
    ("connexion", "run"): ("host", -1, "port", 0), ("flask-socketio", "run"): ("host", 1, "port", 2),
    ("bottle", "run"): ("host", -1, "port", -1), ("taipy", "run"): ("host", -1, "port", -1),
    ("robyn", "start"): ("host", 0, "port", 1), ("slack", "start"): ("", -1, "port", 0),
    ("mcp", "run"): ("host", -1, "port", -1), ("litserve", "run"): ("host", 0, "port", 1),
    ("discord", "run"): ("", -1, "", -1), ("celery", "start"): ("", -1, "", -1),
    ("telegram", "start"): ("", -1, "", -1),
}  # fmt: skip

_MADE_WITH_PORT = frozenset({"mcp", "connexion", "robyn"})
"""Frameworks whose objects may be told the port when they are made."""

WORDS = (
    "uvicorn", "run_app", "TCPSite", "make_server", "run_simple", "HTTPServer", "WSGIServer", "TCPServer",
    "serve_forever", "XMLRPCServer", "quickstart", "launch(", "app.run", "run_server", "ui.run", ".listen(",
    "start_server", "listenTCP", "insecure_port", "secure_port", "granian", "hypercorn", "waitress", "serve(",
    ".run(host", ".run(port", ".run(debug", ".run(\n", "application.run", "bottle", "socketio.run", "mcp",
    "server.run", "api.run", ".run()", ".run(app", ".polling", "_polling", ".run_until_disconnected", "robyn",
    "create_app().run", "eventlet", "websockets", "start_http_server", "ThreadedServer", "Controller(",
    "handler.start", "LitServer", ".run(os", ".run(TOKEN", ".run(token", ".run_http", "pn.serve", "flet", "cheroot",
    "cherrypy",
)  # fmt: skip
"""Words without which a file does not serve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """A call that begins to serve. ``tool`` is the server or framework, ``target`` what it is told to serve."""

    tool: str
    call: Call
    file: str
    method: str
    host: Value | None = None
    port: Value | None = None
    target: str = ""
    transport: str = ""
    unsaid: bool = False
    """Whether the call leaves the port to the framework."""

    @property
    def line(self) -> int:
        """The line of the call."""
        return self.call.node.lineno


def serves(program: Program) -> tuple[Serve, ...]:
    """Return where the sources begin to serve, upper files first."""
    return tuple(one for module in program.mentions(*WORDS) for one in of_module(program, module))


def of_module(program: Program, module: Module) -> Iterator[Serve]:
    """Tell where one module begins to serve."""
    for call in module.calls:
        scope = Scope(program=program, module=module, function=call.within)
        if call.name in _FUNCTIONS:
            tool, places = _FUNCTIONS[call.name]
            if tool:
                yield _serve(scope, call, tool, places, "")
        elif call.name in _PAIRED or _subclass(module, call.name):
            yield _paired(scope, call, _PAIRED.get(call.name) or _subclass(module, call.name))
        elif call.name.rpartition(".")[2] in {"add_insecure_port", "add_secure_port"}:
            found = value_of(scope, argument(call.node, "address", 0))
            host, port = _address(found)
            yield Serve(tool="grpc", call=call, file=module.file, method="", host=host, port=port)
        elif isinstance(call.node.func, ast.Attribute) and call.node.func.attr in _METHODS:
            method = call.node.func.attr
            tool = made_of(scope, call.node.func.value)
            if tool and (method not in {"bind", "work", "run_forever"} or tool in {"tornado", "rq"}):
                yield _serve(scope, call, tool, _ODD.get((tool, method), _METHODS[method]), method)


def _subclass(module: Module, name: str) -> str:
    held = module.classes.get(name)
    for base in held.bases if held else ():
        if (found := module.dotted(base)) in _PAIRED:
            return _PAIRED[found]
    return ""


def _serve(scope: Scope, call: Call, tool: str, places: Places, method: str) -> Serve:
    node = call.node
    host = value_of(scope, argument(node, places[0], places[1])) if places[0] else None
    port = value_of(scope, argument(node, places[2], places[3])) if places[2] else None
    if listen := value_of(scope, argument(node, "listen")) if tool == "waitress" else None:
        host, port = _address(listen)
    if port is None and tool in _MADE_WITH_PORT and isinstance(node.func, ast.Attribute):
        made = held(scope, node.func.value)
        if made and isinstance(made.node, ast.Call):
            port = value_of(made.scope, argument(made.node, "port"))
            host = host or value_of(made.scope, argument(made.node, "host"))
    spread = next((one.value for one in node.keywords if one.arg is None), None)
    if port is None and isinstance(spread, ast.Name):
        port = _spread(scope, spread.id, "port")
        host = host or _spread(scope, spread.id, "host")
    unsaid = bool(places[2]) and spread is None and argument(node, places[2], places[3]) is None
    target = ""
    if tool in {"uvicorn", "granian"} and not method:
        said = value_of(scope, argument(node, "app", 0) or argument(node, "target", 0))
        target = said.value if said and isinstance(said.value, str) else ""
    transport = value_of(scope, argument(node, "transport", 0)) if tool == "mcp" else None
    said_so = str(transport.value) if transport and transport.value else ""
    return Serve(
        tool=tool,
        call=call,
        file=scope.module.file,
        method=method,
        host=host,
        port=port,
        target=target,
        transport=said_so,
        unsaid=unsaid and port is None,
    )


def _spread(scope: Scope, name: str, key: str) -> Value | None:
    held = scope.module.inner.get((scope.function, name)) or scope.module.assigned.get(name)
    for one, value in zip(held.keys, held.values, strict=True) if isinstance(held, ast.Dict) else ():
        if isinstance(one, ast.Constant) and one.value == key:
            return value_of(scope, value)
    return None


def _paired(scope: Scope, call: Call, tool: str) -> Serve:
    node = call.node
    first = argument(node, "server_address", 0) or argument(node, "listener", 0) or argument(node, "bind_addr", 0)
    if isinstance(first, ast.Name):
        module = scope.module
        first = module.inner.get((scope.function, first.id)) or module.assigned.get(first.id) or first
    host = port = None
    if isinstance(first, ast.Tuple) and len(first.elts) == 2:
        host, port = (value_of(scope, one) for one in first.elts)
    elif found := value_of(scope, first):
        host, port = _address(found)
    return Serve(tool=tool, call=call, file=scope.module.file, method="", host=host, port=port)


def _address(value: Value | None) -> tuple[Value | None, Value | None]:
    """Split ``0.0.0.0:8000``, ``[::]:50051`` and ``*:80``; a port alone is one too."""
    if value is None or value.value is None:
        return None, value
    host, _, port = str(value.value).rpartition(":")
    made = Value(value=int(port) if port.isdigit() else None, variable=value.variable, file=value.file, line=value.line)
    named = host.strip("[]").replace("*", "0.0.0.0")  # noqa: S104 - what the code says, not what we open
    return (Value(value=named, file=value.file, line=value.line) if host else None), made
