"""What Go sources say: main packages, imports, the address listened on, variables read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join

from tree_sitter import Node

from builder.look import Place
from builder.parsing.code import line_of, of_type, string_of, written

_ADDRESS = re.compile(r"^(?P<host>[\w.\-]*|\[[0-9a-fA-F:]*\]):(?P<port>\d{2,5})$")
_LISTENS = frozenset(
    {"ListenAndServe", "ListenAndServeTLS", "Listen", "Run", "RunTLS", "Start", "StartTLS", "StartServer"}
)
_READS = frozenset({"Getenv", "LookupEnv"})
_NAMED_PORT = re.compile(r"(^|_|-)port$|Port$|^addr(ess)?$|Addr(ess)?$|^listen", re.IGNORECASE)
_FLAGS = frozenset(
    {"Int", "IntVar", "String", "StringVar", "Uint", "UintVar", "IntP", "StringP", "IntVarP", "StringVarP"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A folder of Go files. ``mains`` are its files with ``func main`` in ``package main``."""

    path: str
    files: tuple[str, ...]
    mains: tuple[str, ...]
    imports: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """An address that code listens on. ``sure``: it stands in the call, and is not a default elsewhere."""

    port: int
    host: str
    file: str
    line: int
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A variable that is read; ``default`` where the code names one next to it."""

    name: str
    file: str
    line: int
    default: str | None = None


def packages(place: Place) -> tuple[Package, ...]:
    """Return the packages of a module, tests left out."""
    files: dict[str, list[str]] = {}
    for name in place.sources(".go"):
        if not name.endswith("_test.go") and "vendor/" not in name:
            files.setdefault(dirname(name), []).append(name)
    return tuple(_package(place, path, names) for path, names in files.items())


def reached(module: str, start: Package, all_packages: tuple[Package, ...]) -> tuple[Package, ...]:
    """Return a main package and those of the same module that it imports, directly or not."""
    by_import = {join(module, one.path) if one.path else module: one for one in all_packages}
    found = {start.path: start}
    todo = [start]
    for package in todo:
        for name in sorted(package.imports):
            inner = by_import.get(name)
            if inner and inner.path not in found:
                found[inner.path] = inner
                todo.append(inner)
    return tuple(found.values())


def listens(place: Place, file: str) -> Iterator[Listen]:
    """Tell the addresses that a file listens on, or gives as the default of a flag or variable named for it."""
    root = place.syntax(file)
    for node in (
        of_type(root, "call_expression", "keyed_element", "const_spec", "var_spec", "short_var_declaration")
        if root
        else ()
    ):
        yield from _listened(file, node)


def routes(place: Place, file: str) -> Iterator[tuple[str, int]]:
    """Tell the paths that a file hands to calls, with their lines: ``mux.HandleFunc("GET /healthz", …)``."""
    root = place.syntax(file)
    for node in of_type(root, "call_expression") if root else ():
        for text in _strings(node)[:2]:
            path = text.rpartition(" ")[2]
            if path.startswith("/"):
                yield path, line_of(node)


def reads(place: Place, file: str) -> Iterator[Read]:
    """Tell the environment variables that a file reads."""
    root = place.syntax(file)
    for node in of_type(root, "call_expression") if root else ():
        words = _strings(node)
        called = _called(node)
        if called in _READS and words:
            yield Read(name=words[0], file=file, line=line_of(node))
        elif (
            len(words) == 2 and re.search(r"env", called, re.IGNORECASE) and re.fullmatch(r"[A-Z][A-Z0-9_]+", words[0])
        ):
            yield Read(name=words[0], file=file, line=line_of(node), default=words[1])


def _package(place: Place, path: str, names: list[str]) -> Package:
    imports: set[str] = set()
    mains = []
    for name in names:
        root = place.syntax(name)
        if root is None:
            continue
        imports.update(
            word for spec in of_type(root, "import_spec") if (word := _literal(spec.child_by_field_name("path")))
        )
        package = next((written(one) for one in of_type(root, "package_identifier")), "")
        functions = (one for one in root.children if one.type == "function_declaration")
        if package == "main" and any(written(one.child_by_field_name("name")) == "main" for one in functions):
            mains.append(name)
    return Package(path=path, files=tuple(names), mains=tuple(mains), imports=frozenset(imports))


def _listened(file: str, node: Node) -> Iterator[Listen]:
    called = _called(node) if node.type == "call_expression" else ""
    if called in _LISTENS:
        yield from _addresses(file, node.child_by_field_name("arguments"), sure=True)
    elif called in _FLAGS:
        words = _strings(node)
        if words and _NAMED_PORT.search(words[0]):
            yield from _addresses(file, node.child_by_field_name("arguments"), sure=False)
            yield from _numbers(file, node)
    elif node.type == "keyed_element":
        key, *values = node.named_children
        if re.fullmatch(r"Addr|Address|Port|ListenAddr", written(key)):
            for value in values:
                yield from _addresses(file, value, sure=written(key) == "Addr")
                yield from _numbers(file, value)
    elif node.type in {"const_spec", "var_spec", "short_var_declaration"}:
        name = written(node.child_by_field_name("name") or node.child_by_field_name("left"))
        if _NAMED_PORT.search(name):
            yield from _addresses(file, node, sure=False)
            yield from _numbers(file, node)


def _addresses(file: str, node: Node | None, *, sure: bool) -> Iterator[Listen]:
    for one in of_type(node, "interpreted_string_literal", "raw_string_literal") if node else ():
        text = _literal(one) or ""
        if found := _ADDRESS.match(text):
            host = found["host"].strip("[]")
            yield Listen(port=int(found["port"]), host=host, file=file, line=line_of(one), sure=sure)
        elif text.isdigit() and 80 <= int(text) <= 65535:
            yield Listen(port=int(text), host="", file=file, line=line_of(one), sure=False)


def _numbers(file: str, node: Node) -> Iterator[Listen]:
    for one in of_type(node, "int_literal"):
        text = written(one)
        if text.isdigit() and 80 <= int(text) <= 65535:
            yield Listen(port=int(text), host="", file=file, line=line_of(one), sure=False)


def _called(node: Node) -> str:
    return written(node.child_by_field_name("function")).rpartition(".")[2]


def _strings(node: Node) -> list[str]:
    arguments = node.child_by_field_name("arguments")
    inner = arguments.named_children if arguments else []
    return [text for one in inner if (text := _literal(one)) is not None]


def _literal(node: Node | None) -> str | None:
    return (
        string_of(node)
        if node is not None and node.type in {"interpreted_string_literal", "raw_string_literal"}
        else None
    )
