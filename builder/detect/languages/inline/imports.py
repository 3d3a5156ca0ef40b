"""What a JavaScript or TypeScript file imports, and whether Node can run its TypeScript as it stands."""

import re
from collections.abc import Iterator
from posixpath import splitext

from tree_sitter import Node

from builder.detect.languages.node.queries import captured
from builder.parsing.code import of_type, string_of, written

BUILT_IN = frozenset(
    {
        "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants", "crypto", "dgram",
        "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector", "module",
        "net", "os", "path", "perf_hooks", "process", "punycode", "querystring", "readline", "repl", "stream",
        "string_decoder", "timers", "tls", "trace_events", "tty", "url", "util", "v8", "vm", "wasi",
        "worker_threads", "zlib",
    }
)  # fmt: skip
"""Node's own modules that may be named without ``node:``."""

_PACKAGE = re.compile(r"^(@[a-z0-9~-][\w.~-]*/)?[a-z0-9~-][\w.~-]*(?=/|$)")


def imports_of(root: Node, file: str) -> tuple[str, ...]:
    """Return what is imported while running, as it is written there."""
    typed = file.endswith((".ts", ".mts", ".cts"))
    values = _values(root) if typed else set()
    found: dict[str, None] = {}
    for node in captured(root, splitext(file)[1]).get("import", ()):
        name = string_of(node)
        if name and not (typed and _only_types(node, values)):
            found[name] = None
    return tuple(found)


def packages_of(root: Node, file: str) -> tuple[str, ...]:
    """Return the packages that it imports while running: in npm an import names its package."""
    names = (name for name in imports_of(root, file) if not name.startswith((".", "/", "#", "node:")))
    found = (match[0] for name in names if (match := _PACKAGE.match(name)))
    return tuple(sorted({one for one in found if one not in BUILT_IN}))


def _only_types(node: Node, values: set[str]) -> bool:
    """Say whether an import is of types alone: it says so, or none of its names is used as a value."""
    statement = node.parent
    if statement is None or statement.type != "import_statement":
        return False
    if any(one.type == "type" for one in statement.children):
        return True
    names = set(_names(statement))
    return bool(names) and not names & values


def _names(statement: Node) -> Iterator[str]:
    for clause in statement.named_children:
        if clause.type != "import_clause":
            continue
        for one in of_type(clause, "import_specifier", "namespace_import", "identifier"):
            if one.type == "import_specifier":
                if not any(each.type == "type" for each in one.children):
                    yield written(one.child_by_field_name("alias") or one.child_by_field_name("name"))
            elif one.type == "namespace_import":
                yield written(one.named_children[-1])
            elif one.parent is not None and one.parent.type == "import_clause":
                yield written(one)


def _values(root: Node) -> set[str]:
    """Return the names that are used as values."""
    statements = (one for one in root.named_children if one.type != "import_statement")
    return {written(one) for each in statements for one in of_type(each, "identifier", "shorthand_property_identifier")}


_TRANSFORMED = (
    "enum_declaration", "internal_module", "module", "import_alias", "decorator", "accessibility_modifier",
    "export_assignment", "import_require_clause",
)  # fmt: skip


def runs_as_it_stands(root: Node) -> bool:
    """Say whether Node can run a TypeScript file by leaving its types out."""
    for one in of_type(root, *_TRANSFORMED):
        if one.type == "accessibility_modifier" and (one.parent is None or one.parent.type != "required_parameter"):
            continue  # of a method or a field; of a constructor's parameter it makes a field
        return False
    values = _values(root)
    for statement in of_type(root, "import_statement"):
        if any(one.type == "type" for one in statement.children):
            continue
        if any(name not in values for name in _names(statement)):
            return False  # it may be a type, and then the import fails
    return True
