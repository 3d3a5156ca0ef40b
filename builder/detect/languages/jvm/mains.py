"""Programs in sources: main functions and the classes that ``java`` is told, with their annotations."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, splitext

from tree_sitter import Node

from builder.detect.languages.jvm.clojure import namespace_of
from builder.look import Place
from builder.parsing.code import line_of, of_type, written

_APPS = re.compile(
    r"(^|\.)(App|DelayedInit|IOApp|IOApp\.Simple|ZIOAppDefault|ZIOApp|TaskApp|CommandIOApp|MainRoutes|"
    r"cask\.Main|Main|JFXApp3?|SimpleIOApp|ResourceApp(\.\w+)?)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Main:
    """A class with a main function, as ``java`` is told it."""

    name: str
    file: str
    line: int
    marks: frozenset[str] = frozenset()
    """Annotations and super classes of the class."""


def mains(place: Place, file: str) -> Iterator[Main]:
    """Tell the main functions of a file."""
    suffix = splitext(file)[1]
    if suffix in {".clj", ".cljc"}:
        name, _, main = namespace_of(place.text(file))
        if main and name:
            yield Main(name=name, file=file, line=_line(place, file, "-main"))
        return
    root = place.syntax(file, "groovy" if suffix == ".groovy" else None)
    if root is None:
        return
    package = _package(root)
    told: set[str] = set()
    for node in of_type(root, "method_declaration", "function_declaration", "function_definition", "object_definition"):
        name = written(node.child_by_field_name("name"))
        if suffix == ".scala" and node.type == "object_definition":
            if not any(_APPS.search(one) for one in _extended(node)):
                continue
            owner = (*_owners(node), name)
        elif suffix == ".scala" and node.type == "function_definition" and _marked(node, "main"):
            owner = (name,)
        elif name != "main" or not _is_entry(node, suffix):
            continue
        elif suffix == ".kt" and not _owners(node):
            owner = (_file_class(place, file),)
        else:
            owner = _owners(node)
        full = ".".join(part for part in (package, "$".join(owner)) if part)
        if full and full not in told:
            told.add(full)
            yield Main(name=full, file=file, line=line_of(node), marks=_marks(node))


def _is_entry(node: Node, suffix: str) -> bool:
    text = written(node)[:300]
    if suffix in {".java", ".groovy"}:
        head = text.partition("{")[0]
        return "static" in head or not node.parent or "String" in head
    return True


def _package(root: Node) -> str:
    node = next(of_type(root, "package_declaration", "package_header", "package_clause"), None)
    return re.sub(r"\s|;", "", written(node).partition("{")[0].replace("package", "", 1)) if node else ""


def _owners(node: Node) -> tuple[str, ...]:
    found: list[str] = []
    at = node.parent
    while at is not None:
        if at.type in {
            "class_declaration",
            "object_declaration",
            "object_definition",
            "class_definition",
            "interface_declaration",
            "enum_declaration",
            "record_declaration",
        }:
            name = at.child_by_field_name("name")
            found.append(written(name) or next((written(one) for one in at.children if "identifier" in one.type), ""))
        at = at.parent
    return tuple(one for one in reversed(found) if one)


def _extended(node: Node) -> tuple[str, ...]:
    extend = node.child_by_field_name("extend") or next(
        (one for one in node.children if one.type == "extends_clause"), None
    )
    return tuple(written(one) for one in extend.named_children) if extend else ()


def _marked(node: Node, name: str) -> bool:
    return any(written(one).lstrip("@").partition("(")[0] == name for one in node.children if one.type == "annotation")


def _marks(node: Node) -> frozenset[str]:
    """Return the annotations of the classes around a function, or of the file's classes for one that stands alone."""
    at: Node | None = node
    while at is not None and at.parent is not None and at.parent.parent is not None:
        at = at.parent
    top = at.parent if at is not None and at.parent is not None else node
    names = (written(one).lstrip("@").partition("(")[0] for one in of_type(top, "annotation", "marker_annotation"))
    supers = (written(one) for one in of_type(top, "superclass", "extends_clause", "delegation_specifier"))
    return frozenset(names) | frozenset(word for one in supers for word in re.findall(r"\w+", one))


def _file_class(place: Place, file: str) -> str:
    found = re.search(r'@file:JvmName\("(\w+)"\)', place.text(file)[:2000])
    name = splitext(basename(file))[0]
    return found[1] if found else f"{name[:1].upper()}{name[1:]}Kt".replace("-", "_").replace(".", "_")


def _line(place: Place, file: str, what: str) -> int:
    return next((at for at, line in enumerate(place.text(file).splitlines(), start=1) if what in line), 1)
