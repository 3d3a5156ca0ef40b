"""Django projects: the settings module that manage.py names, its WSGI or ASGI application, static files, migrations."""

import ast
from collections.abc import Iterator
from posixpath import basename, dirname, join

from builder.detect.languages.python import servers
from builder.detect.languages.python.bases import module_name
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.listening import ports
from builder.detect.languages.python.modules import Module
from builder.detect.languages.python.scopes import Scope
from builder.detect.languages.python.values import Value, value_of
from builder.detect.shared.health import health_path, health_route, speaks_of_health
from builder.draft import Draft
from builder.grounds import CONVENTION, DECLARED
from builder.plan import Command, Kind, Task
from core.phrase import Phrase


def find(facts: Facts) -> Iterator[Found]:
    """Tell the project below each manage.py (or beside a lone wsgi.py of Django)."""
    for file in _starts(facts):
        folder = dirname(file)
        settings = settings_of(facts, file)
        target = _target(facts, folder, settings)
        if not target:
            continue
        told = tuple(ports(facts, "django", file))
        port = max(told, key=lambda one: one.confidence).port
        application = servers.Application(framework="django-asgi" if _asynchronous(target) else "django", target=target)
        start, adds = servers.command(facts, application, port)
        why = Phrase(
            en=f"{file} starts a Django project; {target} is its application.",
            zh=f"{file} 启动 Django 项目，应用为 {target}。",
        )
        yield Found(
            kind=Kind.WEB,
            framework="django",
            rank=150 - 2 * file.count("/"),
            confidence=DECLARED - 0.02,
            rule="python.start.django",
            why=why,
            evidence=facts.place.cite(file, "DJANGO_SETTINGS_MODULE") or facts.place.cite_file(file),
            start=start,
            file=file,
            directory=folder,
            ports=told,
            adds=adds,
            health=_health(facts),
        )
        return


def settings_of(facts: Facts, file: str) -> str:
    """Return the settings module that a file sets (``os.environ.setdefault("DJANGO_SETTINGS_MODULE", …)``)."""
    module = facts.program.module(file)
    for call in module.calls if module else ():
        words = [one.value for one in call.node.args if isinstance(one, ast.Constant)]
        if call.name.endswith("setdefault") and words[:1] == ["DJANGO_SETTINGS_MODULE"] and module:
            scope = Scope(program=facts.program, module=module, function=call.within)
            found = value_of(scope, call.node.args[1]) if len(call.node.args) > 1 else None
            return str(found.value) if found and isinstance(found.value, str) else ""
    return ""


def add_tasks(facts: Facts, draft: Draft, found: Found) -> None:
    """Add migrations; the static files are collected while building."""
    evidence = facts.place.cite_file(found.file)
    if basename(found.file) != "manage.py":
        return
    draft.tasks.add(
        Task(name="migrate", purpose="migrate", command=Command(argv=("python", "manage.py", "migrate", "--noinput"))),
        CONVENTION,
        "python.task.django-migrate",
        Phrase(
            en="Django applies its migrations by manage.py migrate.", zh="Django 用 manage.py migrate 执行数据库迁移。"
        ),
        evidence,
    )


def collects(facts: Facts, found: Found) -> tuple[Command, ...]:
    """Return the command that gathers static files, where the settings say where to."""
    module = settings_module(facts, found)
    root = module is not None and any("STATIC_ROOT" in one.assigned for one in _with_stars(facts, module))
    if not root or basename(found.file) != "manage.py":
        return ()
    return (Command(argv=("python", "manage.py", "collectstatic", "--noinput")),)


def settings_module(facts: Facts, found: Found) -> Module | None:
    """Return the parsed settings module of a project."""
    dotted = settings_of(facts, found.file)
    file, left = facts.program.local(dotted, found.file) if dotted else ("", "")
    return facts.program.module(file) if file and not left else None


def setting(facts: Facts, found: Found, name: str) -> Value | None:
    """Return the value of a setting, None where it is not written out."""
    module = settings_module(facts, found)
    for one in _with_stars(facts, module) if module else ():
        if name in one.assigned:
            return value_of(Scope(program=facts.program, module=one), one.assigned[name])
    return None


def _with_stars(facts: Facts, module: Module) -> list[Module]:
    """Return a settings module and those that it takes all names from (``from .base import *``)."""
    found = [module]
    for one in found:
        origin = one.names.get("*", "").removesuffix(".*").rstrip("*").rstrip(".")
        file, _ = facts.program.local(origin, one.file) if origin else ("", "")
        inner = facts.program.module(file) if file else None
        if inner and inner not in found and len(found) < _MOST:
            found.append(inner)
    return found


_MOST = 6


def _starts(facts: Facts) -> list[str]:
    files = facts.program.files()
    managed = [one for one in files if basename(one) == "manage.py" and "django" in facts.place.text(one).lower()]
    if managed:
        return managed
    entries = [one for one in files if basename(one) in {"wsgi.py", "asgi.py"}]
    return [
        one
        for one in entries
        if "get_wsgi_application" in facts.place.text(one) or "get_asgi_application" in facts.place.text(one)
    ][:1]


def _target(facts: Facts, folder: str, settings: str) -> str:
    """Return ``project.wsgi:application``: what the settings name, else the file beside the settings."""
    wanted = "asgi" if _prefers_asgi(facts) else "wsgi"
    package = settings.split(".settings", maxsplit=1)[0] if ".settings" in settings else settings.rpartition(".")[0]
    for kind in (wanted, "wsgi" if wanted == "asgi" else "asgi"):
        guess = f"{package}.{kind}" if package else kind
        path = join(folder, guess.replace(".", "/") + ".py")
        if path in set(facts.program.files()) or facts.place.has(path):
            return f"{guess}:{_application(facts, path)}"
        said = _stated(facts, folder, settings, kind)
        if said:
            return said
    for file in facts.program.files():
        if basename(file) in {"wsgi.py", "asgi.py"} and (not folder or file.startswith(f"{folder}/")):
            return f"{module_name(file, folder)}:{_application(facts, file)}"
    return ""


def _stated(facts: Facts, folder: str, settings: str, kind: str) -> str:
    file, left = facts.program.local(settings, join(folder, "manage.py")) if settings else ("", "")
    module = facts.program.module(file) if file and not left else None
    for one in _with_stars(facts, module) if module else ():
        node = one.assigned.get(f"{kind.upper()}_APPLICATION")
        found = value_of(Scope(program=facts.program, module=one), node) if node else None
        if found and isinstance(found.value, str):
            name, _, attribute = found.value.rpartition(".")
            path = facts.program.local(name, join(folder, "manage.py"))[0]
            if path and "django" in facts.place.text(path):
                return f"{name}:{attribute}"
    return ""


def _application(facts: Facts, path: str) -> str:
    module = facts.program.module(path)
    names = module.assigned if module else {}
    return "application" if "application" in names or "app" not in names else "app"


def _prefers_asgi(facts: Facts) -> bool:
    asked = facts.manifest
    if asked.has("gunicorn", "uwsgi", "waitress") and not asked.has("channels"):
        return False
    return bool(asked.has("channels", "daphne", "uvicorn", "uvicorn-worker", "hypercorn"))


def _asynchronous(target: str) -> bool:
    return target.partition(":")[0].endswith("asgi")


def _health(facts: Facts) -> str:
    """Return the path of django-health-check or a view named for it."""
    routes: list[str] = []
    for file in facts.program.files():
        spoken = basename(file) == "urls.py" and speaks_of_health(facts.place.text(file))
        module = facts.program.module(file) if spoken else None
        for call in module.calls if module else ():
            first = call.node.args[0] if call.node.args else None
            named = call.name.rpartition(".")[2] in {"path", "re_path", "url"}
            if named and isinstance(first, ast.Constant) and isinstance(first.value, str):
                routes.append(health_route(first.value.removeprefix("^").removesuffix("$")))
    return health_path(routes)
