"""What an object is: the class that a name's value was made of, through factories, wrappers and imports."""

import ast
from dataclasses import replace

from builder.detect.languages.python.classes import function_of
from builder.detect.languages.python.modules import Function
from builder.detect.languages.python.scopes import MAX_DEPTH, Scope

MAKERS: dict[str, str] = {
    "fastapi.FastAPI": "fastapi", "fastapi.applications.FastAPI": "fastapi",
    "starlette.applications.Starlette": "starlette", "litestar.Litestar": "litestar",
    "litestar.app.Litestar": "litestar", "starlite.Starlite": "litestar", "quart.Quart": "quart",
    "quart_trio.QuartTrio": "quart", "blacksheep.Application": "blacksheep",
    "blacksheep.server.Application": "blacksheep", "falcon.asgi.App": "falcon-asgi", "falcon.App": "falcon",
    "falcon.API": "falcon", "flask.Flask": "flask", "flask_openapi3.OpenAPI": "flask", "apiflask.APIFlask": "flask",
    "bottle.Bottle": "bottle", "bottle.default_app": "bottle", "bottle.app": "bottle", "dash.Dash": "dash",
    "dash.dash.Dash": "dash", "connexion.FlaskApp": "connexion", "connexion.App": "connexion",
    "connexion.AsyncApp": "connexion", "connexion.apps.flask_app.FlaskApp": "connexion",
    "fasthtml.common.FastHTML": "fasthtml", "fasthtml.common.fast_app": "fasthtml",
    "fasthtml.core.FastHTML": "fasthtml", "fasthtml.FastHTML": "fasthtml", "fasthtml.fastapp.fast_app": "fasthtml",
    "fasthtml.fast_app": "fasthtml", "sanic.Sanic": "sanic", "sanic.app.Sanic": "sanic",
    "aiohttp.web.Application": "aiohttp", "tornado.web.Application": "tornado",
    "tornado.httpserver.HTTPServer": "tornado", "pyramid.config.Configurator": "pyramid", "robyn.Robyn": "robyn",
    "masonite.app.App": "masonite", "django.core.wsgi.get_wsgi_application": "django",
    "django.core.asgi.get_asgi_application": "django", "configurations.wsgi.get_wsgi_application": "django",
    "configurations.asgi.get_asgi_application": "django", "channels.routing.ProtocolTypeRouter": "django",
    "web.application": "web.py", "cherrypy.Application": "cherrypy", "emmett.App": "emmett", "hug.API": "hug",
    "responder.API": "responder", "apistar.App": "apistar", "esmerald.Esmerald": "esmerald", "ravyn.Ravyn": "ravyn",
    "lilya.apps.Lilya": "lilya", "muffin.Application": "muffin", "microdot.Microdot": "microdot",
    "morepath.App": "morepath", "japronto.Application": "japronto", "vibora.Vibora": "vibora",
    "socketio.ASGIApp": "socketio-asgi", "socketio.WSGIApp": "socketio-wsgi",
    "flask_socketio.SocketIO": "flask-socketio", "eve.Eve": "flask", "CTFd.create_app": "flask",
    "chalice.Chalice": "chalice", "sqladmin.Admin": "", "gradio.Blocks": "gradio", "gradio.Interface": "gradio",
    "gradio.ChatInterface": "gradio", "gradio.TabbedInterface": "gradio", "gradio.mount_gradio_app": "fastapi",
    "gradio.blocks.Blocks": "gradio", "mcp.server.fastmcp.FastMCP": "mcp", "mcp.server.FastMCP": "mcp",
    "fastmcp.FastMCP": "mcp", "mcp.server.Server": "mcp", "mcp.server.lowlevel.Server": "mcp",
    "mcp.server.lowlevel.server.Server": "mcp", "celery.Celery": "celery", "celery.app.Celery": "celery",
    "huey.RedisHuey": "huey", "huey.SqliteHuey": "huey", "arq.Worker": "arq", "faust.App": "faust",
    "procrastinate.App": "procrastinate", "litserve.LitServer": "litserve", "taipy.Gui": "taipy",
    "taipy.gui.Gui": "taipy", "reflex.App": "reflex", "shiny.App": "shiny", "h2o_wave.app": "wave",
    "flet.app": "flet", "nicegui.App": "nicegui", "langserve.APIHandler": "", "ninja.NinjaAPI": "",
    "strawberry.asgi.GraphQL": "starlette", "ariadne.asgi.GraphQL": "starlette", "ariadne.wsgi.GraphQL": "wsgi",
    "uvicorn.Server": "uvicorn", "uvicorn.Config": "uvicorn", "waitress.server.create_server": "waitress",
    "functions_framework.create_app": "functions-framework", "a2wsgi.ASGIMiddleware": "wsgi",
    "asgiref.wsgi.WsgiToAsgi": "starlette", "nameko.standalone": "", "bentoml.Service": "bentoml",
    "modal.App": "modal", "zappa.Zappa": "", "whitenoise.WhiteNoise": "wsgi", "mesop.Mesop": "mesop",
    "fastapi_offline.FastAPIOffline": "fastapi", "agno.os.AgentOS": "", "slack_bolt.App": "slack",
    "slack_bolt.async_app.AsyncApp": "slack", "discord.Client": "discord", "discord.Bot": "discord",
    "discord.ext.commands.Bot": "discord", "telegram.ext.Updater": "telegram", "telebot.TeleBot": "telegram",
    "aiogram.Dispatcher": "telegram", "vkbottle.Bot": "vk", "pyrogram.Client": "telegram",
    "telethon.TelegramClient": "telegram", "http.server.HTTPServer": "http.server",
    "http.server.ThreadingHTTPServer": "http.server", "socketserver.TCPServer": "socketserver",
    "socketserver.ThreadingTCPServer": "socketserver", "socketserver.UDPServer": "socketserver",
    "BaseHTTPServer.HTTPServer": "http.server", "SocketServer.TCPServer": "socketserver",
    "wsgiref.simple_server.make_server": "wsgi", "gevent.pywsgi.WSGIServer": "wsgi",
    "gevent.wsgi.WSGIServer": "wsgi", "xmlrpc.server.SimpleXMLRPCServer": "xmlrpc", "grpc.server": "grpc",
    "grpc.aio.server": "grpc", "litestar.testing.TestClient": "", "pyftpdlib.servers.FTPServer": "ftp",
    "livereload.Server": "livereload", "apscheduler.schedulers.blocking.BlockingScheduler": "apscheduler",
    "rq.Worker": "rq",
}  # fmt: skip
"""Constructors of programs, by full name. What is not listed is no program by itself."""

_WRAPPERS = ("Middleware", "ProxyFix", "CORS", "wrap", "instrument", "ASGIApp", "WSGIApp", "TrustedHost", "Mangum")


def made_of(scope: Scope, node: ast.expr | None, depth: int = 0) -> str:
    """Return the framework (a value of ``MAKERS``) of what an expression comes to, empty for anything else."""
    if node is None or depth > MAX_DEPTH:
        return ""
    if isinstance(node, ast.Await):
        node = node.value
    if isinstance(node, ast.Tuple) and node.elts:  # return app, socketio
        return made_of(scope, node.elts[0], depth + 1)
    if isinstance(node, ast.Name):
        return _name(scope, node.id, depth)
    if isinstance(node, ast.Call):
        return _call(scope, node, depth)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Call):
        return _part(scope, node, depth)
    if isinstance(node, ast.IfExp):
        return made_of(scope, node.body, depth + 1) or made_of(scope, node.orelse, depth + 1)
    if isinstance(node, ast.Attribute):
        return _attribute(scope, node, depth)
    return ""


def _part(scope: Scope, node: ast.Subscript, depth: int) -> str:
    """Return the framework of one part of what a function returns: ``app, socketio = create_app()``."""
    at = node.slice.value if isinstance(node.slice, ast.Constant) else None
    found = function_of(scope, node.value.func) if isinstance(node.value, ast.Call) else None
    for one in _own(found[1]) if found and isinstance(at, int) else ():
        value = one.value if isinstance(one, ast.Return) else None
        if found and isinstance(at, int) and isinstance(value, ast.Tuple) and at < len(value.elts):
            return made_of(found[0], value.elts[at], depth + 1)
    return ""


def returned(scope: Scope, function: Function, depth: int = 0) -> str:
    """Return the framework of what a function returns: a factory."""
    inner = replace(scope, function=function.name)
    for one in _own(function):
        if isinstance(one, ast.Return) and one.value is not None and (found := made_of(inner, one.value, depth + 1)):
            return found
    return ""


def _own(function: Function) -> list[ast.AST]:
    found: list[ast.AST] = []
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda | ast.expr):
            todo.extend(ast.iter_child_nodes(node))
    return found


def _name(scope: Scope, name: str, depth: int) -> str:
    module = scope.module
    held = module.inner.get((scope.function, name)) or module.assigned.get(name)
    if held is not None:
        return made_of(scope, held, depth + 1)
    origin = module.origin(name)
    return _elsewhere(scope, origin, depth) if origin else ""


def _elsewhere(scope: Scope, dotted: str, depth: int, *, called: bool = False) -> str:
    file, left = scope.program.local(dotted, scope.module.file)
    module = scope.program.module(file) if file else None
    if module is None or not left or depth > MAX_DEPTH:
        return ""
    inner = replace(scope, module=module, function="")
    if called:
        if left in module.functions:
            return returned(inner, module.functions[left], depth + 1)
        if left in module.classes:
            return _class(inner, module.classes[left], depth + 1)
        return _elsewhere(inner, module.names[left], depth + 1, called=True) if left in module.names else ""
    if "." in left:
        return ""
    return _name(inner, left, depth + 1)


def _call(scope: Scope, node: ast.Call, depth: int) -> str:
    name = scope.module.dotted(node.func)
    if name in MAKERS:
        return MAKERS[name]
    last = name.rpartition(".")[2]
    if last == "make_wsgi_app":
        return "pyramid"
    if name in scope.module.functions:
        return returned(scope, scope.module.functions[name], depth + 1)
    if name in scope.module.classes:
        return _class(scope, scope.module.classes[name], depth + 1)
    if (found := _elsewhere(scope, name, depth + 1, called=True)) or not name:
        return found
    if last in {"http_app", "streamable_http_app", "sse_app"}:
        return "mcp-http" if _head(scope, node, depth) == "mcp" else ""
    if any(word in last for word in _WRAPPERS) and node.args:
        return made_of(scope, node.args[0], depth + 1) or made_of(scope, node.args[-1], depth + 1)
    return _head(scope, node, depth) if last in {"queue", "configure", "build"} else ""


def _head(scope: Scope, node: ast.Call, depth: int) -> str:
    return made_of(scope, node.func.value, depth + 1) if isinstance(node.func, ast.Attribute) else ""


def _class(scope: Scope, held: ast.ClassDef, depth: int) -> str:
    for base in held.bases:
        name = scope.module.dotted(base)
        if name in MAKERS:
            return MAKERS[name]
        if name in scope.module.classes and name != held.name and depth < MAX_DEPTH:
            return _class(scope, scope.module.classes[name], depth + 1)
        if found := _elsewhere(scope, name, depth + 1, called=True):
            return found
    return ""


def _attribute(scope: Scope, node: ast.Attribute, depth: int) -> str:
    """``module.app``, ``dash_app.server``, ``connexion_app.app``."""
    if isinstance(node.value, ast.Name) and node.value.id == "self":
        for (_, name), held in scope.module.inner.items():
            if name == f"self.{node.attr}" and (found := made_of(scope, held, depth + 1)):
                return found
        return ""
    base = made_of(scope, node.value, depth + 1)
    if base == "dash" and node.attr == "server":
        return "dash-server"
    if base in {"connexion", "livereload"} and node.attr == "app":
        return base
    name = scope.module.dotted(node)
    return _elsewhere(scope, name, depth + 1) if name else ""
