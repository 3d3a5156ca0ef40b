"""Frameworks that bring their own server and are started as programs: Sanic, aiohttp, Tornado, grpc, plain sockets."""

import ast
from collections.abc import Iterator
from posixpath import basename, dirname

from builder.detect.languages.python.bases import base_of, directory_of, module_name
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.hints import said_for
from builder.detect.languages.python.listening import environment_of, host_of, ports
from builder.detect.languages.python.modules import Module
from builder.detect.languages.python.objects import made_of
from builder.detect.languages.python.scopes import Scope
from builder.detect.languages.python.servers import PORTS, line
from builder.detect.languages.python.serving import Serve
from builder.grounds import CODE
from builder.plan import Command, Kind
from core.phrase import Phrase

SERVING = frozenset(
    {
        "aiohttp", "tornado", "robyn", "http.server", "socketserver", "werkzeug", "wsgiref", "asyncio", "websockets",
        "grpc", "nicegui", "panel", "pywebio", "fasthtml", "cherrypy", "twisted", "hypercorn", "cheroot", "gevent",
        "eventlet", "xmlrpc", "litserve", "taipy", "flet", "uvicorn", "granian", "waitress", "bottle", "flask",
        "quart", "fastapi", "sanic", "dash", "connexion", "flask-socketio", "meinheld", "bokeh", "slack", "web.py",
        "microdot", "vibora", "japronto", "rpyc", "aiosmtpd", "ftp", "livereload", "bentoml", "emmett", "masonite",
        "responder", "hug", "pyramid", "solara", "wsgi", "morepath", "starlette", "falcon", "socketio-wsgi", "lilya",
        "mesop",
    }
)  # fmt: skip
_PORTLESS = frozenset({"slack"})


def find(facts: Facts) -> Iterator[Found]:
    """Tell the programs that begin to serve when they are run: files with a main program, the likeliest first."""
    yield from _sanic(facts)
    files: dict[str, Serve] = {}
    for one in facts.serves:
        if one.tool in SERVING and not (one.tool == "slack" and one.port is None):
            start = _starter(facts, one)
            if start and start not in files:
                files[start] = one
    ranked = sorted(files.items(), key=lambda held: -_rank(held[0]) - 8 * said_for(facts.hints, held[0]))
    for file, one in ranked[:2]:
        yield _found(facts, file, one)


def script_command(facts: Facts, file: str) -> tuple[Command, str]:
    """Return how a file is run as a program, and the folder that it is run in."""
    module = facts.program.module(file)
    relative = module is not None and any(one.startswith(".") for one in module.imports)
    base = base_of(facts, file)
    folder = directory_of(facts, base)
    if basename(file) == "__main__.py" and dirname(file):
        return Command(argv=("python", "-m", module_name(dirname(file), base))), folder
    inner = file[len(folder) + 1 :] if folder else file
    absolute = "/" in inner and base != dirname(file) and _resolves_above(facts, module, file, base)
    if relative or absolute:
        return Command(argv=("python", "-m", module_name(file, base))), folder
    if base == dirname(file):
        return Command(argv=("python", file)), ""
    return Command(argv=("python", inner)), folder


def _resolves_above(facts: Facts, module: Module | None, file: str, base: str) -> bool:
    """Say whether a file imports modules that lie above it: run by its path, it would not find them."""
    folder = dirname(file)
    for dotted in module.imports if module else ():
        found, _ = facts.program.local(dotted, f"{base}/_" if base else "_")
        if found and not dotted.startswith(".") and not found.startswith(f"{folder}/"):
            return True
    return False


def _starter(facts: Facts, one: Serve) -> str:
    """Return the file that is run to get to a serving call: its own, or one that imports it and calls into it."""
    module = facts.program.module(one.file)
    if module and (one.call.main or not one.call.within or module.main or basename(one.file) == "__main__.py"):
        return one.file
    if module and module.works and _handed_on(module, one.call.within):
        return one.file
    for other in facts.program.mentions("__main__", basename(one.file).removesuffix(".py")):
        if (other.main or other.works) and _imports(facts, other, one.file):
            return other.file
    return ""


def _handed_on(module: Module, function: str) -> bool:
    """Say whether a module hands a function to something that runs it: a thread."""
    given = (one for call in module.calls for one in (*call.node.args, *(each.value for each in call.node.keywords)))
    return any(isinstance(one, ast.Name) and one.id == function for one in given)


def _imports(facts: Facts, module: Module, file: str) -> bool:
    return any(facts.program.local(dotted, module.file)[0] == file for dotted in module.imports)


_STEMS = {
    "main": 12,
    "app": 11,
    "server": 11,
    "run": 10,
    "application": 9,
    "__main__": 9,
    "api": 8,
    "web": 8,
    "start": 8,
    "index": 6,
    "service": 8,
}


def _rank(file: str) -> float:
    stem = basename(file).removesuffix(".py")
    guess = 6 if stem.endswith(("_server", "_app", "server")) else 0
    client = -8 if "client" in stem or "test" in stem or "example" in stem else 0
    return _STEMS.get(stem, guess) + client - 2 * file.count("/")


def _found(facts: Facts, file: str, one: Serve) -> Found:
    start, folder = script_command(facts, file)
    framework = _named(facts, one)
    why = Phrase(en=f"{file} begins to serve when it is run.", zh=f"运行 {file} 即开始提供服务。")
    told = tuple(ports(facts, framework, one.file)) if framework not in _PORTLESS else ()
    return Found(
        kind=Kind.WEB,
        framework="" if framework in {"asyncio", "socketserver"} else framework,
        rank=80 + _rank(file),
        confidence=CODE,
        rule="python.start.serves",
        why=why,
        evidence=facts.place.cite(one.file, one.line),
        start=start,
        file=file,
        directory=folder,
        ports=told,
        host=host_of(facts, one.file),
        environment=(("HOST", "0.0.0.0"),) if framework == "dash" else environment_of(facts, one.file),  # noqa: S104 - in a container
    )


def _named(facts: Facts, one: Serve) -> str:
    """Return the framework behind a server: aiohttp for ``run_app``, FastAPI for ``uvicorn.run(app)``."""
    if one.tool not in {
        "uvicorn",
        "hypercorn",
        "granian",
        "waitress",
        "werkzeug",
        "wsgiref",
        "gevent",
        "eventlet",
        "cheroot",
    }:
        return one.tool
    module = facts.program.module(one.file)
    for node in one.call.node.args if module else ():
        if module and (found := made_of(Scope(program=facts.program, module=module, function=one.call.within), node)):
            return found
    return one.tool if one.tool in PORTS else ""


def _sanic(facts: Facts) -> Iterator[Found]:
    for module in facts.program.mentions("sanic"):
        scope = Scope(program=facts.program, module=module)
        for name, node in module.assigned.items():
            if made_of(scope, node) != "sanic":
                continue
            base = base_of(facts, module.file)
            told = tuple(ports(facts, "sanic", module.file))
            port = max(told, key=lambda one: one.confidence).port
            target = f"{module_name(module.file, base)}:{name}"
            yield Found(
                kind=Kind.WEB,
                framework="sanic",
                rank=110 + _rank(module.file),
                confidence=CODE,
                rule="python.start.sanic",
                why=Phrase(
                    en=f"{module.file} makes the Sanic application {target}.",
                    zh=f"{module.file} 创建了 Sanic 应用 {target}。",
                ),
                evidence=facts.place.cite(module.file, node.lineno),
                start=line(f"sanic {target} --host=0.0.0.0 --port=${{PORT:-{port}}}"),
                file=module.file,
                directory=directory_of(facts, base),
                ports=told,
                host=host_of(facts, module.file),
            )
            return
