"""What sources say: what they import, where they listen, which variables they read, which routes they answer."""

import re
from collections.abc import Iterator, Sequence
from posixpath import dirname, join, normpath, splitext

from tree_sitter import Node

from builder.detect.languages.node.facts import Facts
from builder.detect.languages.node.queries import SUFFIXES, captured
from builder.detect.languages.node.understanding import understand
from builder.look import Place
from builder.parsing.code import line_of, string_of, written

MAX_REACHED = 120
"""Files that are followed from an entry point: at about 1 ms each a plan stays quick."""

FEW = 8
"""Packages of a tree that are each read as far as one alone would be."""

LEAST = 8
"""Files that are read of every package: its entry point and what stands around it."""

_MODULE = re.compile(r"^(@[^/]+/[^/]+|[^/]+)")


def reached(place: Place, entries: Sequence[str]) -> Facts:
    """Return the facts of the files that are imported from the entry points."""
    facts = Facts()
    todo = [one for one in entries if one]
    known = set(todo)
    aliases = _aliases(place)
    most = shared(place, MAX_REACHED)
    for file in todo:
        if len(facts.files) >= most:
            break
        nodes = _nodes(place, file)
        if nodes is None:
            continue
        facts.files.append(file)
        facts.modules[file] = nodes
        for name, line in _imported(nodes):
            inner = _resolved(place, file, name, aliases)
            if inner and inner not in known:
                known.add(inner)
                todo.append(inner)
            elif not inner and not name.startswith((".", "/")) and (found := _MODULE.match(name)):
                facts.imports.setdefault(found[1], (file, line))
    understand(facts)
    return facts


def shared(place: Place, most: int) -> int:
    """Return how many files of a place are read: a tree with many packages takes no longer than one with few."""
    return max(most * FEW // max(len(place.inner), FEW), LEAST)


def mentioning(place: Place, files: Sequence[str], words: Sequence[str]) -> Facts:
    """Return the facts of those files that hold one of these words: the others are not parsed."""
    facts = Facts()
    for file in files:
        text = place.text(file)
        if any(word in text for word in words) and (nodes := _nodes(place, file)) is not None:
            facts.files.append(file)
            facts.modules[file] = nodes
            for name, line in _imported(nodes):
                if found := _MODULE.match(name):
                    facts.imports.setdefault(found[1], (file, line))
    understand(facts)
    return facts


def existing(place: Place, name: str) -> str:
    """Return the file that an import or ``node X`` means, empty for none."""
    base = normpath(name) if name else "."
    base = "" if base == "." else base
    if base.startswith(".."):
        return ""
    stem, suffix = splitext(base)
    tried = [base] if suffix else []
    tried += [base + one for one in SUFFIXES] if base else []
    if suffix in {".js", ".mjs", ".cjs", ".jsx"}:
        tried += [stem + one for one in (".ts", ".tsx", ".mts", ".cts")]
    tried += [join(base, f"index{one}") for one in SUFFIXES]
    if not suffix and base:
        tried.insert(0, base)
    return place.has(*tried)


def _nodes(place: Place, file: str) -> dict[str, list[Node]] | None:
    suffix = splitext(file)[1]
    root = place.syntax(file, None if suffix in SUFFIXES else "javascript")
    return None if root is None else captured(root, suffix)


def _imported(nodes: dict[str, list[Node]]) -> Iterator[tuple[str, int]]:
    for node in nodes.get("import", ()):
        called = node.parent.parent if node.parent is not None and node.parent.type == "arguments" else None
        if called is not None and written(called.child_by_field_name("function")) not in {"require", "import"}:
            continue
        if name := string_of(node):
            yield name, line_of(node)


def _aliases(place: Place) -> dict[str, str]:
    """Return the prefixes that the compiler's settings give to folders (``@/`` for ``src/``)."""
    found: dict[str, str] = {}
    options = place.json(place.has("tsconfig.json", "jsconfig.json") or "tsconfig.json").get("compilerOptions")
    options = options if isinstance(options, dict) else {}
    base = options.get("baseUrl") if isinstance(options.get("baseUrl"), str) else "."
    paths = options.get("paths")
    for key, value in paths.items() if isinstance(paths, dict) else ():
        first = value[0] if isinstance(value, list) and value else None
        if isinstance(first, str) and key.endswith("*") and first.endswith("*"):
            found[key[:-1]] = normpath(join(str(base), first[:-1]))
    return found or {"@/": "src", "~/": "src", "src/": "src"}


def _resolved(place: Place, file: str, name: str, aliases: dict[str, str]) -> str:
    if name.startswith("."):
        return existing(place, join(dirname(file), name))
    for prefix, folder in aliases.items():
        if prefix and name.startswith(prefix):
            return existing(place, join(folder, name[len(prefix) :]))
    return ""
