"""Application objects of ASGI and WSGI frameworks: ``app = FastAPI()``, factories, names that other files re-export."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, join

from builder.detect.languages.python import servers
from builder.detect.languages.python.bases import base_of, directory_of, module_name
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.hints import said_for
from builder.detect.languages.python.listening import environment_of, host_of, ports
from builder.detect.languages.python.modules import Function, Module
from builder.detect.languages.python.objects import made_of, returned
from builder.detect.languages.python.own_servers import script_command
from builder.detect.languages.python.scopes import Scope
from builder.detect.languages.python.starting import does_more, served_by_threads
from builder.grounds import CODE, DECLARED
from builder.plan import Command, Kind
from core.phrase import Phrase

WORDS = (
    "fastapi", "starlette", "litestar", "starlite", "quart", "blacksheep", "falcon", "fasthtml", "connexion",
    "flask", "bottle", "dash", "pyramid", "web.application", "cherrypy", "hug", "morepath", "socketio", "responder",
    "esmerald", "lilya", "muffin", "emmett", "eve", "ariadne", "strawberry", "wsgi", "asgi", "gradio", "ravyn",
    "apistar", "create_app", "make_app", "get_app", "build_app", "create_application",
)  # fmt: skip

_FILES = {
    "wsgi": 30, "asgi": 30, "main": 29, "app": 28, "application": 26, "server": 26, "run": 24, "api": 24, "web": 23,
    "index": 22, "webapp": 24, "service": 20, "backend": 20, "__init__": 19, "start": 20, "__main__": 20,
    "serve": 22, "manage": 12,
}  # fmt: skip
_NAMES = {"app": 4, "application": 4, "api": 2, "server": 2, "asgi": 2, "wsgi": 2, "asgi_app": 2, "web": 1}
_FACTORY = re.compile(
    r"^(create|make|get|build|init|setup|new)_?(\w*_)?(app|application|server|api|asgi|wsgi|flask|fastapi)$|^(app_)?factory$|^create$|^app$|^application$|^main$|^server$|^init$|^start$|^bootstrap$"
)
_HELPS = re.compile(
    r"(^|_)(celery|worker|tasks?|seed|populate|init|migrate|migrations?|cron|script|shell|utils?|freeze)(_|$)"
)
"""Names of modules that make the application in order to do something with it."""
_NOT_ENTRY = re.compile(
    r"(^|/)(test|tests|example|examples?|demo|sample|mock|fake|stub|docs?_src|scripts?|benchmarks?|bin|ci|legacy|old|deprecated|archive|backup)([/_.]|s?/)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    framework: str
    file: str
    name: str
    line: int
    factory: bool
    rank: float


def find(facts: Facts) -> Iterator[Found]:
    """Tell the applications, the likeliest first."""
    candidates = sorted(_candidates(facts), key=lambda one: -one.rank)
    told: set[str] = set()
    for one in candidates[:_MOST]:
        if one.framework not in told:
            told.add(one.framework)
            yield _found(facts, one, [other for other in candidates if other is not one][:2])


_MOST = 8


def _candidates(facts: Facts) -> Iterator[_Candidate]:
    program = facts.program
    threads = served_by_threads(program, [one for one in facts.serves if one.tool in servers.PORTS])
    targets = {one.target for one in facts.serves if one.target} | {servers.entrypoint(facts)}
    for module in {one.file: one for one in (*program.mentions(*WORDS), *_entries(facts))}.values():
        if module.file in threads:
            continue  # it keeps something else awake: the file is run, as it stands
        scope = Scope(program=program, module=module)
        here = False
        for name, node in module.assigned.items():
            framework = _servable(made_of(scope, node))
            if framework and not name.startswith("__"):
                here = True
                yield _candidate(facts, module, framework, name, node.lineno, targets, factory=False)
        if _is_entry(module.file) or said_for(facts.hints, module.file):
            for name, origin in module.names.items():
                if name in _NAMES and origin != name and (framework := _servable(_imported(scope, name))):
                    here = True
                    line = _line_of(facts, module, name)
                    yield _candidate(facts, module, framework, name, line, targets, factory=False)
        for name, function in module.functions.items():
            if (
                not here
                and _FACTORY.match(name)
                and _callable(function)
                and (framework := _servable(returned(scope, function)))
            ):
                yield _candidate(facts, module, framework, name, function.lineno, targets, factory=True)


def _entries(facts: Facts) -> Iterator[Module]:
    told = {one.file for one in facts.hints}
    for file in facts.program.files():
        if ((_is_entry(file) and file.count("/") <= _DEEP) or file in told) and (module := facts.program.module(file)):
            yield module


_DEEP = 3


def _is_entry(file: str) -> bool:
    return basename(file) in {
        "wsgi.py",
        "asgi.py",
        "main.py",
        "run.py",
        "app.py",
        "server.py",
        "application.py",
        "index.py",
        "api.py",
    }


def _imported(scope: Scope, name: str) -> str:
    return made_of(scope, ast.Name(id=name, ctx=ast.Load()))


def _servable(framework: str) -> str:
    return framework if framework in servers.ASGI | servers.WSGI and framework != "django" else ""


def _callable(function: Function) -> bool:
    """Say whether a server can call it: without arguments that have no default, and not as a method."""
    arguments = function.args
    needed = len(arguments.posonlyargs) + len(arguments.args) - len(arguments.defaults)
    keywords = sum(1 for one in arguments.kw_defaults if one is None)
    return needed <= 0 and not keywords and not isinstance(function, ast.AsyncFunctionDef)


def _line_of(facts: Facts, module: Module, name: str) -> int:
    text = facts.place.text(module.file).splitlines()
    return next(
        (at for at, line in enumerate(text, start=1) if "import" in line and re.search(rf"\b{name}\b", line)), 1
    )


def _candidate(
    facts: Facts, module: Module, framework: str, name: str, line: int, targets: set[str], *, factory: bool
) -> _Candidate:
    stem = basename(module.file).removesuffix(".py")
    rank = float(
        _FILES.get(stem, 22 if stem.endswith(("_app", "_server", "_api")) or stem.startswith(("app_", "api_")) else 12)
    )
    rank += _NAMES.get(name.partition(".")[0], 0) - 2 * module.file.count("/") - (3 if factory else 0)
    full = f"{module_name(module.file, '')}:{name}"
    if any(one and (full == one or full.endswith(f".{one}")) for one in targets):
        rank += 14
    rank += _SPOKEN * said_for(facts.hints, module.file, target=full)
    if any(one.file == module.file for one in facts.serves):
        rank += 5
    if _NOT_ENTRY.search(module.file):
        rank -= 12
    if _HELPS.search(stem) and stem != "__init__":
        rank -= 10
    if stem in {"wsgi", "asgi"}:
        rank += 6
    if framework in {"socketio-asgi", "socketio-wsgi"}:
        rank += 3  # it wraps the application
    if framework == "mcp-http":
        rank -= 1
    if framework in {"dash", "dash-server"} and any(key.endswith(".layout") for _, key in module.inner):
        rank += 8  # without its pages the application shows nothing
    return _Candidate(framework=framework, file=module.file, name=name, line=line, factory=factory, rank=rank)


_SPOKEN = 7
"""What is added for each degree to which people say that an application is the one to start."""


def _found(facts: Facts, one: _Candidate, others: list[_Candidate]) -> Found:
    base = base_of(facts, one.file)
    name = one.name
    if one.framework == "flask-socketio":
        name = _wrapped(facts, one) or name
    target = f"{_shortest(facts, one, base)}:{name}"
    if (said := servers.entrypoint(facts)) and not others:
        target = said
    told = tuple(ports(facts, one.framework, one.file))
    port = max(told, key=lambda each: each.confidence).port if told else 8000
    application = servers.Application(framework=one.framework, target=target, factory=one.factory)
    start, adds = servers.command(facts, application, port)
    environment: tuple[tuple[str, str], ...] = ()
    directory = directory_of(facts, base)
    if _prepares(facts, one):
        start, directory = script_command(facts, one.file)
        adds, environment = (), environment_of(facts, one.file)
    if _serves_when_imported(facts, one.file):
        if one.framework == "flask":
            environment = (("FLASK_RUN_FROM_CLI", "true"),)  # then app.run() does nothing
        else:
            start, directory = script_command(facts, one.file)
            adds, environment = (), environment_of(facts, one.file)
    evidence = facts.place.cite(one.file, one.line)
    rivals = tuple(_rival(facts, other, port) for other in others if other.rank > one.rank - 6)
    return Found(
        kind=Kind.WEB,
        framework=_SHOWN.get(one.framework, one.framework),
        rank=100 + one.rank,
        confidence=DECLARED if any(each.target == target for each in facts.serves) else CODE,
        rule="python.start.application" if not one.factory else "python.start.factory",
        why=Phrase(en=f"{one.file} makes the application {target}.", zh=f"{one.file} 创建了应用 {target}。"),
        evidence=evidence,
        start=start,
        rivals=rivals,
        file=one.file,
        directory=directory,
        ports=told,
        host=host_of(facts, one.file),
        adds=adds,
        environment=environment,
    )


def _prepares(facts: Facts, one: _Candidate) -> bool:
    """Say whether a file that is run serves everywhere, after work that a server importing it would leave out."""
    module = facts.program.module(one.file)
    for each in facts.serves if module and not facts.manifest.has("gunicorn") else ():
        if module and each.file == one.file and each.tool in _PROGRAMMATIC and does_more(facts.program, module, each):
            host = str(each.host.value) if each.host else ""
            return bool(each.host and each.host.variable) or host in {"0.0.0.0", "::"}  # noqa: S104 - what the code says
    return False


_PROGRAMMATIC = frozenset({"uvicorn", "hypercorn", "granian", "waitress"})
"""Servers for production: what calls them in code is as good as their own commands."""


def _shortest(facts: Facts, one: _Candidate, base: str) -> str:
    """Return the module that offers an application: the package where it re-exports what a module of it makes."""
    dotted = module_name(one.file, base)
    package = facts.program.module(join(dirname(one.file), "__init__.py")) if dirname(one.file) else None
    origin = package.origin(one.name) if package else ""
    if package is None or basename(one.file) in _OWN_NAMES or not origin:
        return dotted
    file, left = facts.program.local(origin, package.file)
    return dotted.rpartition(".")[0] if file == one.file and left == one.name and "." in dotted else dotted


_OWN_NAMES = frozenset({"main.py", "app.py", "wsgi.py", "asgi.py", "server.py", "__init__.py"})
"""Modules that people name when they start a program, whatever the package re-exports."""


def _serves_when_imported(facts: Facts, file: str) -> bool:
    """Say whether a file begins to serve at its top level, unguarded: a server that imports it would never get on."""
    starts = {"run", "serve", "run_server", ""}
    return any(
        one.file == file
        and not one.call.within
        and not one.call.main
        and one.method in starts
        and one.call.name != "uvicorn.Config"
        for one in facts.serves
        if one.tool not in {"fasthtml", "mcp", "discord", "telegram"}
    )


_SHOWN = {
    "falcon-asgi": "falcon", "socketio-asgi": "socketio", "socketio-wsgi": "socketio", "mcp-http": "mcp",
    "flask-socketio": "flask", "dash-server": "dash",
}  # fmt: skip


def _rival(facts: Facts, one: _Candidate, port: int) -> Command:
    base = base_of(facts, one.file)
    target = f"{module_name(one.file, base)}:{one.name}"
    return servers.command(
        facts, servers.Application(framework=one.framework, target=target, factory=one.factory), port
    )[0]


def _wrapped(facts: Facts, one: _Candidate) -> str:
    """Return the Flask application beside a SocketIO object: that is what a WSGI server is told."""
    module = facts.program.module(one.file)
    scope = Scope(program=facts.program, module=module) if module else None
    names = (*module.assigned, *(name for name in module.names if name in _NAMES)) if module else ()
    return next((name for name in names if scope and _imported(scope, name) == "flask"), "")
