"""Files of settings that a program reads when it starts: ``config.yaml``, ``settings.toml``, their examples."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import join
from typing import Any

from builder.detect.languages.python.scopes import Scope
from builder.look import Place

MAX_FILES = 8
"""Files of settings of one component: real ones have two or three."""

_FOLDERS = ("", "config", "conf", "configs", "settings", "etc")
_FILE = re.compile(
    r"^(config|configuration|settings|application|app|conf|default|server|base)"
    r"(?P<meant>[-_.](example|sample|default|dist|template|prod|production))*"
    r"\.(?P<form>ya?ml|toml|json|ini|cfg|conf)(?P<like>\.(example|sample|dist|template|default))?$"
)
_SECTIONS = ("default", "production", "DEFAULT", "server", "app", "web", "http", "api")
"""Tables in which a key may stand that the code asks for directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A value of a file of settings, and where it stands."""

    value: str | int | float
    file: str
    line: int


def said_in_files(scope: Scope, node: ast.expr) -> Said | None:
    """Return what a file of settings says for an expression that asks one: ``config["server"]["port"]``."""
    keys = _keys(scope, node)
    if not keys:
        return None
    place = scope.program.place
    for file, held in place.look.memo("python.settings", place.path, lambda: tuple(_files(place))):
        for path in (keys, keys[1:]) if len(keys) > 1 else (keys, *((one, *keys) for one in _SECTIONS)):
            found = _at(held, path)
            if isinstance(found, str | int | float) and not isinstance(found, bool):
                return Said(value=found, file=file, line=_line(place, file, path[-1], str(found)))
    return None


def _keys(scope: Scope, node: ast.expr, depth: int = 0) -> tuple[str, ...]:
    """Return the keys of a lookup from its root on: of ``config["server"].get("port")`` those are server, port."""
    if depth > _DEEP:
        return ()
    if isinstance(node, ast.Attribute):
        return (*_keys(scope, node.value, depth + 1), node.attr)
    if isinstance(node, ast.Subscript):
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        return (*_keys(scope, node.value, depth + 1), key) if isinstance(key, str) else ()
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.startswith("get"):
        said = tuple(one.value for one in node.args if isinstance(one, ast.Constant))
        keys = tuple(one for one in said[:2] if isinstance(one, str) and not one.isdigit())
        return (*_keys(scope, node.func.value, depth + 1), *keys) if keys else ()
    if isinstance(node, ast.Name):
        module = scope.module
        given = module.inner.get((scope.function, node.id)) or module.assigned.get(node.id)
        asks = isinstance(given, ast.Subscript) or (isinstance(given, ast.Call) and _gets(given))
        return _keys(scope, given, depth + 1) if given is not None and asks else ()
    return ()


_DEEP = 6


def _gets(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Attribute) and call.func.attr == "get"


def _files(place: Place) -> Iterator[tuple[str, dict[str, Any]]]:
    """Tell the files of settings with what they hold, examples last."""
    found = [
        (bool(told["meant"] or told["like"]), join(folder, name), told["form"])
        for folder in _FOLDERS
        for name in place.tree.names(place.file(folder) if folder else place.path)
        if (told := _FILE.match(name))
    ]
    for _, name, form in sorted(found)[:MAX_FILES]:
        held: Any = _parsed(place, name, form)
        if isinstance(held, dict):
            yield name, held


def _parsed(place: Place, name: str, form: str) -> Any:
    if form in {"yaml", "yml"}:
        return place.yaml(name)
    if form == "toml":
        return place.toml(name)
    return place.json(name) if form == "json" else place.ini(name)


def _at(held: Any, keys: Sequence[str]) -> Any:
    for key in keys:
        if not isinstance(held, dict):
            return None
        held = held.get(key, held.get(key.lower()))
    return int(held) if isinstance(held, str) and held.isdigit() else held


def _line(place: Place, file: str, key: str, value: str) -> int:
    lines = place.text(file).splitlines()
    return next((at for at, one in enumerate(lines, start=1) if key.lower() in one.lower() and value in one), 1)
