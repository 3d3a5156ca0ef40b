"""How a project itself writes the addresses that it reads: only the scheme, never a host or a login."""

import re
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Final

from builder.check.services.telling import service_of
from builder.detect.shared.variables import EXAMPLES
from builder.look import ASIDE
from builder.plan import Component
from builder.tree import Tree

MAX_FILES: Final = 200
"""Sources that are looked at: configuration stands near the top."""

_SUFFIXES: Final = (
    ".py", ".js", ".mjs", ".cjs", ".ts", ".go", ".rs", ".rb", ".php", ".ex", ".exs", ".java", ".kt", ".cs",
    ".yml", ".yaml", ".toml", ".properties",
)  # fmt: skip
_USUAL: Final = ("DATABASE_URL", "REDIS_URL")
_SCHEME: Final = (
    r"\b(?P<name>{names})\b[^\n]{{0,80}}?"  # on one line: a default stands close to its name
    r"[\"'`=\s:{{-](?P<scheme>(?:jdbc:|r2dbc:)?[a-z][a-z0-9]*(?:\+[a-z0-9_]+)?)://"
)


def forms_of(tree: Tree, component: Component) -> Mapping[str, str]:
    """Return the scheme (``postgresql+asyncpg``) of each variable that an example, a compose file or the code writes.

    Only schemes of services are returned: what a developer's SQLite file is called says nothing of a database server.
    """
    names = dict.fromkeys([*(item.value.name for item in component.variables), *_USUAL])
    given = dict.fromkeys(name for item in component.services for name in item.value.variables)
    pattern = re.compile(_SCHEME.format(names="|".join(map(re.escape, (names | given)))), re.IGNORECASE)
    spelled = {name.upper(): name for name in (*names, *given)}
    found: dict[str, str] = {}
    for path in _files(tree, component):
        for hit in pattern.finditer(tree.text(path) or ""):
            if service_of(hit["scheme"].lower()):
                found.setdefault(spelled[hit["name"].upper()], hit["scheme"].lower())
    return found


def _files(tree: Tree, component: Component) -> Iterator[str]:
    """Tell examples first: they are what a person is to copy; then compose files, then sources."""
    folders = dict.fromkeys((component.path, component.context, ""))
    for folder in folders:
        yield from (path for name in EXAMPLES if (path := join(folder, name)) in tree)
    for folder in folders:
        yield from (join(folder, name) for name in tree.names(folder) if re.match(r"(docker-)?compose.*\.ya?ml$", name))
    sources = (
        path for path in tree.below(component.path, suffixes=_SUFFIXES, depth=4) if not ASIDE & set(path.split("/"))
    )
    for _, path in zip(range(MAX_FILES), sources, strict=False):
        yield path
