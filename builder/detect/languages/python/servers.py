"""Commands of the servers that run an application object: which is asked for, how it binds, what must be added."""

import re
from dataclasses import dataclass

from builder.detect.languages.python.found import Facts
from builder.detect.languages.python.manifest import inner, table
from builder.detect.languages.python.scopes import Scope
from builder.detect.languages.python.values import value_of
from builder.plan import Command

ASGI = frozenset(
    {
        "fastapi", "starlette", "litestar", "quart", "blacksheep", "falcon-asgi", "fasthtml", "connexion", "responder",
        "apistar", "esmerald", "ravyn", "lilya", "muffin", "socketio-asgi", "mcp-http", "emmett", "django-asgi",
    }
)  # fmt: skip
WSGI = frozenset(
    {
        "flask", "bottle", "falcon", "dash-server", "pyramid", "web.py", "cherrypy", "hug", "morepath", "wsgi",
        "socketio-wsgi", "flask-socketio", "masonite", "django",
    }
)  # fmt: skip

PORTS: dict[str, int] = {
    "fastapi": 8000, "starlette": 8000, "litestar": 8000, "quart": 5000, "blacksheep": 8000, "falcon-asgi": 8000,
    "falcon": 8000, "fasthtml": 5001, "connexion": 8080, "responder": 5042, "flask": 5000, "flask-socketio": 5000,
    "bottle": 8080, "dash": 8050, "dash-server": 8050, "pyramid": 6543, "web.py": 8080, "cherrypy": 8080,
    "hug": 8000, "wsgi": 8000, "sanic": 8000, "aiohttp": 8080, "tornado": 8888, "robyn": 8080, "django": 8000,
    "mcp-http": 8000, "mcp": 8000, "gradio": 7860, "streamlit": 8501, "panel": 5006, "chainlit": 8000,
    "nicegui": 8080, "taipy": 5000, "shiny": 8000, "litserve": 8000, "solara": 8765, "marimo": 2718, "voila": 8866,
    "bokeh": 5006, "reflex": 3000, "mesop": 32123, "pywebio": 8080, "http.server": 8000, "grpc": 50051,
    "emmett": 8000, "masonite": 8000, "jupyter": 8888, "mlflow": 5000, "bentoml": 3000, "websockets": 8765,
    "flet": 8550, "slack": 3000, "microdot": 5000, "uvicorn": 8000, "waitress": 8080, "twisted": 8080,
    "hypercorn": 8000, "granian": 8000, "xmlrpc": 8000, "functions-framework": 8080,
}  # fmt: skip
"""Ports that a framework or server listens on when nothing is said, as its documentation gives them."""

_FASTER_LOOPS = ("eventlet", "gevent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application object: ``pkg.main:app``, or the factory ``pkg:create_app``."""

    framework: str
    target: str
    factory: bool = False


def command(facts: Facts, one: Application, port: int) -> tuple[Command, tuple[str, ...]]:
    """Return the command that serves an application on every address, and the distributions that it needs beside."""
    return _asgi(facts, one, port) if one.framework in ASGI else _wsgi(facts, one, port)


def line(text: str) -> Command:
    """Return a line for the shell, which fills in the port."""
    return Command(line=text)


def _asgi(facts: Facts, one: Application, port: int) -> tuple[Command, tuple[str, ...]]:
    asked = facts.manifest
    name = asked.has("uvicorn") or asked.has("hypercorn", "granian", "daphne")
    bundled = any("standard" in held.extras or "all" in held.extras for held in asked.dependencies.values())
    if not name and one.framework == "quart":
        name = "hypercorn"  # which Quart brings
    if name == "hypercorn" and not one.factory:
        return line(f"hypercorn {one.target} --bind 0.0.0.0:${{PORT:-{port}}}"), ()
    if name == "daphne" and not one.factory:
        return line(f"daphne -b 0.0.0.0 -p ${{PORT:-{port}}} {one.target}"), ()
    if name == "granian":
        factory = " --factory" if one.factory else ""
        return line(f"granian --interface asgi --host 0.0.0.0 --port ${{PORT:-{port}}}{factory} {one.target}"), ()
    brings = asked.has("python-fasthtml", "responder", "mcp", "fastmcp", "gradio", "fastapi-cli", "nicegui")
    adds = () if name or bundled or brings else ("uvicorn",)
    factory = " --factory" if one.factory else ""
    return line(f"uvicorn{factory} {one.target} --host 0.0.0.0 --port ${{PORT:-{port}}}"), adds


def _wsgi(facts: Facts, one: Application, port: int) -> tuple[Command, tuple[str, ...]]:
    asked = facts.manifest
    called = f"{one.target}()" if one.factory else one.target
    shown = f"'{called}'" if one.factory else called
    name = asked.has("gunicorn") or asked.has(
        "waitress", "uwsgi", "gevent", "eventlet", "hypercorn", "granian", "bjoern"
    )
    if ini := _uwsgi(facts):
        return Command(argv=("uwsgi", "--ini", ini)), () if asked.has("uwsgi", "pyuwsgi") else ("uwsgi",)
    if name == "waitress":
        call = " --call" if one.factory else ""
        return line(f"waitress-serve --host=0.0.0.0 --port=${{PORT:-{port}}}{call} {one.target}"), ()
    if name == "uwsgi" and not one.factory:
        return line(f"uwsgi --http 0.0.0.0:${{PORT:-{port}}} --master --die-on-term --module {one.target}"), ()
    options = ""
    if one.framework in {"flask-socketio", "socketio-wsgi"} or asked.has("flask-socketio"):
        loop = asked.has(*_FASTER_LOOPS)
        options = f"--worker-class {loop} --workers 1 " if loop else "--threads 100 --workers 1 "
    return line(f"gunicorn {options}--bind 0.0.0.0:${{PORT:-{port}}} {shown}"), () if asked.has("gunicorn") else (
        "gunicorn",
    )


def _uwsgi(facts: Facts) -> str:
    """Return the uWSGI configuration that listens for HTTP, empty for none: behind a socket it needs another server."""
    for name in ("uwsgi.ini", "uwsgi.conf", "deploy/uwsgi.ini", "config/uwsgi.ini"):
        held = facts.place.ini(name).get("uwsgi", {})
        if any(key in held for key in ("http", "http-socket")) and any(key in held for key in ("module", "wsgi-file")):
            return name
    return ""


def configured_port(facts: Facts) -> tuple[int, str, int | str] | None:
    """Return the port that a server's own configuration file names, with the file and what to cite."""
    for name in ("gunicorn.conf.py", "gunicorn_config.py", "gunicorn_conf.py", "gunicorn.py", "config/gunicorn.py"):
        module = facts.program.module(name) if facts.place.has(name) else None
        if module and "bind" in module.assigned:
            found = value_of(Scope(program=facts.program, module=module), module.assigned["bind"])
            if found and found.value and (port := re.search(r":(\d{2,5})$", str(found.value))):
                return int(port[1]), name, found.line
    held = facts.place.ini("uwsgi.ini").get("uwsgi", {})
    for key in ("http", "http-socket"):
        if port := re.search(r":(\d{2,5})$", held.get(key, "")):
            return int(port[1]), "uwsgi.ini", held[key]
    stated = inner(facts.manifest.pyproject, "tool", "uvicorn", "port")
    if isinstance(stated, int):
        return stated, "pyproject.toml", "port"
    return None


def entrypoint(facts: Facts) -> str:
    """Return ``module:app`` where the manifest or a settings file of the framework's own command names it."""
    said = table(facts.manifest.pyproject, "tool", "fastapi").get("entrypoint")
    return said if isinstance(said, str) and ":" in said else ""
