"""What the code reads of its environment, keeps on disk and answers to health checks."""

import ast
import re
from collections.abc import Iterator
from posixpath import basename

from builder.detect.languages.python import django
from builder.detect.languages.python.classes import prefix_of
from builder.detect.languages.python.found import Facts, Found
from builder.detect.languages.python.modules import Module
from builder.detect.languages.python.objects import made_of
from builder.detect.languages.python.scopes import Scope, argument
from builder.detect.languages.python.values import asks_environment, value_of
from builder.detect.shared.health import health_path, speaks_of_health
from builder.detect.shared.variables import add_examples, add_read
from builder.draft import Draft
from builder.grounds import CODE, CONVENTION
from builder.plan import Probe, Volume
from core.phrase import Phrase

_NAME = re.compile(r"^[A-Z][A-Z0-9_]{1,60}$")
_WORDS = ("environ", "getenv", "config(", "env(", "env.", "BaseSettings")
_UPLOADS = frozenset(
    {"UPLOAD_FOLDER", "UPLOAD_DIR", "UPLOADS_DIR", "MEDIA_ROOT", "UPLOAD_PATH", "UPLOADS_FOLDER", "DATA_DIR"}
)
_SETTERS = ("setdefault", "pop", "update")


def add_reading(facts: Facts, draft: Draft) -> None:
    """Add variables, those of example files last."""
    for module in facts.program.mentions(*_WORDS):
        scope = Scope(program=facts.program, module=module)
        for name, default, needed, line in _variables(scope):
            add_read(draft, name, facts.place.cite(module.file, line), default=default, required=needed)
    add_examples(facts.place, draft)


def _variables(scope: Scope) -> Iterator[tuple[str, str | None, bool, int]]:
    module = scope.module
    for call in module.calls:
        if call.name.endswith(_SETTERS) or not call.node.args or not asks_environment(call.name):
            continue
        found = value_of(Scope(program=scope.program, module=module, function=call.within), call.node)
        if found and found.variable and _NAME.match(found.variable) and _reads(module, call.name):
            shown = None if found.value is None else str(found.value)
            strict = call.name.rpartition(".")[2] in {"config", "env"} or call.name.startswith("env.")
            yield found.variable, shown, strict and argument(call.node, "default", 1) is None, call.node.lineno
    for name, line in _subscripts(module):
        yield name, None, True, line
    for held in module.classes.values():
        if any(module.dotted(base).rpartition(".")[2] == "BaseSettings" for base in held.bases):
            yield from _settings(scope, held)


def _reads(module: Module, name: str) -> bool:
    if name in {"config", "env"} or name.startswith(("config.", "env.")):
        return bool(module.uses("decouple", "environs", "environ", "starlette.config", "django"))
    if name.endswith((".config", ".env")):
        return bool(module.uses("decouple", "environs", "environ"))
    return True


def _subscripts(module: Module) -> Iterator[tuple[str, int]]:
    seen: set[str] = set()
    for node in module.keyed:
        name = node.slice.value if isinstance(node.slice, ast.Constant) else None
        if isinstance(name, str) and name not in seen and isinstance(node.ctx, ast.Load) and _NAME.match(name):
            seen.add(name)
            if module.dotted(node.value).endswith("environ"):
                yield name, node.lineno


def _settings(scope: Scope, held: ast.ClassDef) -> Iterator[tuple[str, str | None, bool, int]]:
    prefix = prefix_of(held)
    for one in held.body:
        if (
            isinstance(one, ast.AnnAssign)
            and isinstance(one.target, ast.Name)
            and not one.target.id.startswith(("_", "model_"))
        ):
            name = f"{prefix}{one.target.id}".upper()
            default = value_of(scope, one.value)
            shown = None if default is None or default.value is None else str(default.value)
            if _NAME.match(name):
                yield name, shown, one.value is None, one.lineno


def add_health(facts: Facts, draft: Draft, found: Found) -> None:
    """Add the path at which the program says that it is well."""
    if found.health:
        why = Phrase(en=f"It answers at {found.health}.", zh=f"它在 {found.health} 应答。")
        draft.health.add(Probe(path=found.health), CODE, "python.health.framework", why, found.evidence)
        return
    routes: dict[str, tuple[str, int]] = {}
    for file in facts.program.files():
        module = facts.program.module(file) if speaks_of_health(facts.place.text(file)) else None
        for path, line in _routes(facts, module) if module else ():
            routes.setdefault(path, (file, line))
    if path := health_path(routes):
        why = Phrase(en=f"It has a route {path}.", zh=f"它有路由 {path}。")
        draft.health.add(Probe(path=path), CODE, "python.health.route", why, facts.place.cite(*routes[path]))


def _routes(facts: Facts, module: Module) -> Iterator[tuple[str, int]]:
    """Tell the paths of routes that are answered to GET, with the prefix of their own router."""
    for function in module.functions.values():
        for one in function.decorator_list:
            if not isinstance(one, ast.Call) or not one.args:
                continue
            first, verb = one.args[0], module.dotted(one.func).rpartition(".")[2]
            if (
                verb in {"get", "route", "api_route"}
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                prefix = _router_prefix(facts, module, one.func)
                if prefix is not None:
                    yield prefix + first.value, one.lineno
    for call in module.calls:
        name = call.name.rpartition(".")[2]
        where = call.node.args[0] if call.node.args else None
        if (
            name in {"Route", "add_url_rule", "add_get", "add_api_route", "add_route"}
            and isinstance(where, ast.Constant)
            and isinstance(where.value, str)
        ):
            yield where.value, call.node.lineno


def _router_prefix(facts: Facts, module: Module, called: ast.expr) -> str | None:
    """Return what stands before a route's path; None where another file may add to it."""
    base = called.value if isinstance(called, ast.Attribute) else None
    if base is None:
        return ""
    if made_of(Scope(program=facts.program, module=module), base):
        return ""
    held = module.assigned.get(base.id) if isinstance(base, ast.Name) else None
    if not isinstance(held, ast.Call):
        return ""
    name = module.dotted(held.func).rpartition(".")[2]
    said = argument(held, "prefix") or argument(held, "url_prefix")
    own = str(said.value) if isinstance(said, ast.Constant) else ""
    return own if name in {"APIRouter", "Blueprint", "Router"} and _included_plainly(facts, module, base) else None


def _included_plainly(facts: Facts, module: Module, base: ast.expr) -> bool:
    """Say whether no file includes routers under a prefix of its own."""
    for other in facts.program.mentions("include_router", "register_blueprint"):
        for call in other.calls:
            adds = call.name.rpartition(".")[2] in {"include_router", "register_blueprint"}
            if (
                adds
                and (argument(call.node, "prefix") or argument(call.node, "url_prefix"))
                and _concerns(facts, other, call.node, module)
            ):
                return False
    return isinstance(base, ast.Name)


def _concerns(facts: Facts, other: Module, call: ast.Call, module: Module) -> bool:
    dotted = other.dotted(call.args[0]) if call.args else ""
    file, _ = facts.program.local(dotted, other.file) if dotted else ("", "")
    return not file or file == module.file or basename(file) == "__init__.py"


def add_volumes(facts: Facts, draft: Draft, found: Found) -> None:
    """Add folders that must survive: uploads, SQLite files."""
    if found.framework == "django":
        module = django.settings_module(facts, found)
        text = facts.place.text(module.file) if module else ""
        if module and "django.db.backends.sqlite3" in text:
            _volume(facts, draft, found.directory or ".", "sqlite", module.file, text, "django.db.backends.sqlite3")
        if module and "MEDIA_ROOT" in module.assigned:
            _volume(facts, draft, "media", "uploads", module.file, text, "MEDIA_ROOT")
        return
    for module in facts.program.mentions("sqlite:///", "sqlite+", "sqlite3.connect", *_UPLOADS):
        text = facts.place.text(module.file)
        path = re.search(r"sqlite(?:\+\w+)?:///(\.?/?[\w./-]+)", text)
        if path and ":memory:" not in path[1]:
            _volume(facts, draft, _folder(path[1]), "sqlite", module.file, text, path[0])
        for name in _UPLOADS & set(module.assigned):
            value = value_of(Scope(program=facts.program, module=module), module.assigned[name])
            if value and isinstance(value.value, str) and re.fullmatch(r"[\w./-]+", value.value):
                _volume(facts, draft, value.value, "uploads", module.file, text, name)


def _folder(path: str) -> str:
    folder, _, name = path.rpartition("/")
    return folder.removeprefix("./") or ("/" if path.startswith("/") and not folder and name else ".")


def _volume(facts: Facts, draft: Draft, path: str, purpose: str, file: str, text: str, what: str) -> None:
    if what not in text:
        return
    evidence = facts.place.cite(file, what)
    if path in {"", ".", "/"}:  # a volume there would hide the program itself
        why = Phrase(
            en=f"{file} keeps data ({purpose}) beside the code: it is lost on a restart.",
            zh=f"{file} 将数据（{purpose}）放在代码旁边：重启后会丢失。",
        )
        draft.traits.add("python.data-beside-code", CONVENTION, "python.volume.beside-code", why, evidence)
    elif all(one.path != path for one in draft.volumes):
        why = Phrase(en=f"{file} keeps data ({purpose}) there.", zh=f"{file} 将数据（{purpose}）保存在那里。")
        draft.volumes.add(Volume(path=path, purpose=purpose), CONVENTION, "python.volume", why, evidence)
