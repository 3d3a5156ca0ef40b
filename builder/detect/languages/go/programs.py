"""What Go sources say: main packages, imports, the address listened on, variables read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname, join
from typing import Literal

from tree_sitter import Node

from builder.look import Place
from builder.parsing.code import line_of, of_type, select, string_of, written

_ADDRESS = re.compile(r"^(?P<host>[\w.\-]*|\[[0-9a-fA-F:]*\]):(?P<port>\d{2,5})$")
_LISTENS = frozenset(
    {"ListenAndServe", "ListenAndServeTLS", "Listen", "Run", "RunTLS", "Start", "StartTLS", "StartServer"}
)
_READS = frozenset({"Getenv", "LookupEnv"})
_NAMED_PORT = re.compile(
    r"^(http|https|web|server|api|app|default|main|public|listen(er)?|bind|service|host|rest|_|-|\.|address)*"
    r"(port|addr(ess)?|listen([-_.]?addr(ess)?)?|bind)$",
    re.IGNORECASE,
)
"""Names of the port that a server itself listens on. Others name ports that it calls, or those of its metrics."""

_PLAIN_PORT = re.compile(
    r"^(default|main|web|server|app|service|_|-|\.)*(port|addr(ess)?|listen([-_.]?addr(ess)?)?|bind)$", re.IGNORECASE
)

_NODES = (
    "assignment_statement", "call_expression", "const_spec", "import_spec", "keyed_element", "package_identifier",
    "short_var_declaration", "var_spec",
)  # fmt: skip
_COMMANDS = ("serve", "server", "start", "run", "web", "api", "daemon", "httpd", "http")
"""Subcommands by which a program with several is told to serve, the likeliest first."""
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


Said = Literal["call", "named", "kind", "value"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """An address that code listens on, or may. ``said`` is how it is named there.

    ``call``: in the call that listens. ``named``: the default of a flag or a constant that is called just port or
    address. ``kind``: one that says which (``DefaultHTTPPort``). ``value``: a field, or any other call.
    """

    port: int
    host: str
    file: str
    line: int
    said: Said

    @property
    def sure(self) -> bool:
        """Whether the program listens there as it stands."""
        return self.said == "call"


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


def listens(place: Place, file: str) -> tuple[Listen, ...]:
    """Return the addresses that a file listens on, or gives as the default of a flag or variable named for it."""
    return place.look.memo(
        "go.listens",
        place.file(file),
        lambda: tuple(one for node in _nodes(place, file) for one in _listened(file, node)),
    )


def routes(place: Place, file: str) -> tuple[tuple[str, int], ...]:
    """Return the paths that a file hands to calls, with their lines: ``mux.HandleFunc("GET /healthz", …)``."""
    return place.look.memo("go.routes", place.file(file), lambda: tuple(_routes(place, file)))


def _routes(place: Place, file: str) -> Iterator[tuple[str, int]]:
    for node in _calls(place, file):
        for text in _strings(node)[:2]:
            path = text.rpartition(" ")[2]
            if path.startswith("/"):
                yield path, line_of(node)


def reads(place: Place, file: str) -> tuple[Read, ...]:
    """Return the environment variables that a file reads."""
    return place.look.memo("go.reads", place.file(file), lambda: tuple(_reads(place, file)))


def _reads(place: Place, file: str) -> Iterator[Read]:
    for node in _calls(place, file):
        words = _strings(node)
        called = _called(node)
        if called in _READS and words:
            yield Read(name=words[0], file=file, line=line_of(node))
        elif (
            len(words) == 2 and re.search(r"env", called, re.IGNORECASE) and re.fullmatch(r"[A-Z][A-Z0-9_]+", words[0])
        ):
            yield Read(name=words[0], file=file, line=line_of(node), default=words[1])


def subcommand(place: Place, files: Sequence[str]) -> tuple[str, str, int] | None:
    """Return the subcommand that serves (``Use: "serve"`` of cobra, ``Name: "serve"`` of others), its file and line."""
    found: dict[str, tuple[str, int]] = {}
    for file in files:
        for node in _nodes(place, file):
            if node.type == "keyed_element" and written(node.named_children[0]) in {"Use", "Name"}:
                for one in of_type(node, "interpreted_string_literal"):
                    word = (_literal(one) or " ").split(" ")[0]
                    found.setdefault(word, (file, line_of(one)))
    best = next((word for word in _COMMANDS if word in found), None)
    return (best, *found[best]) if best else None


def _nodes(place: Place, file: str) -> tuple[Node, ...]:
    """Return the nodes of a file that the rules look at."""
    root = place.syntax(file)
    if root is None:
        return ()
    return place.look.memo("go.nodes", place.file(file), lambda: select(root, "go", *_NODES))


def _calls(place: Place, file: str) -> Iterator[Node]:
    return (node for node in _nodes(place, file) if node.type == "call_expression")


def _package(place: Place, path: str, names: list[str]) -> Package:
    imports: set[str] = set()
    mains = []
    for name in names:
        root = place.syntax(name)
        if root is None:
            continue
        nodes = _nodes(place, name)
        specs = (one for one in nodes if one.type == "import_spec")
        imports.update(word for spec in specs if (word := _literal(spec.child_by_field_name("path"))))
        package = next((written(one) for one in nodes if one.type == "package_identifier"), "")
        functions = (one for one in root.children if one.type == "function_declaration")
        if package == "main" and any(written(one.child_by_field_name("name")) == "main" for one in functions):
            mains.append(name)
    return Package(path=path, files=tuple(names), mains=tuple(mains), imports=frozenset(imports))


def _listened(file: str, node: Node) -> Iterator[Listen]:
    called = _called(node) if node.type == "call_expression" else ""
    if called in _LISTENS:
        yield from _addresses(file, node.child_by_field_name("arguments"), "call")
    elif called == "Default":  # kingpin: app.Flag("web.listen-address", …).Default(":9090")
        flags = (one for one in of_type(node, "call_expression") if _called(one) in {"Flag", "Arg"})
        for words in map(_strings, flags):
            if words and _NAMED_PORT.search(words[0]):
                yield from _addresses(file, node.child_by_field_name("arguments"), _named(words[0]))
    elif called in _FLAGS:
        words = _strings(node)
        if words and _NAMED_PORT.search(words[0]):
            yield from _addresses(file, node.child_by_field_name("arguments"), _named(words[0]))
            yield from _numbers(file, node, _named(words[0]))
    elif called:
        yield from _bare(file, node)
    elif node.type == "keyed_element":
        key, *values = node.named_children
        if re.fullmatch(r"Addr|Address|Port|ListenAddr", written(key)):
            for value in values:
                yield from _addresses(file, value, "call" if written(key) == "Addr" else "value")
                yield from _numbers(file, value, "value")
    elif node.type == "assignment_statement":
        yield from _assigned(file, node)
    elif node.type in {"const_spec", "var_spec", "short_var_declaration"}:
        name = written(node.child_by_field_name("name") or node.child_by_field_name("left"))
        if _NAMED_PORT.search(name):
            yield from _addresses(file, node, _named(name))
            yield from _numbers(file, node, _named(name))


def _assigned(file: str, node: Node) -> Iterator[Listen]:
    left = written(node.child_by_field_name("left"))
    name = left.rpartition(".")[2]
    if _NAMED_PORT.search(name) and _when_empty(node, left):
        yield from _addresses(file, node, _named(name))
        yield from _numbers(file, node, _named(name))


def _when_empty(node: Node, name: str) -> bool:
    """Say whether an assignment gives a default: ``if port == "" { port = "8080" }``."""
    above = node.parent
    while above is not None and above.type in {"block", "statement_list"}:
        above = above.parent
    condition = above.child_by_field_name("condition") if above is not None and above.type == "if_statement" else None
    return (
        condition is not None and re.fullmatch(rf'{re.escape(name)} == (""|0)', written(condition).strip()) is not None
    )


def _named(name: str) -> Said:
    return "named" if _PLAIN_PORT.search(name) else "kind"


def _bare(file: str, node: Node) -> Iterator[Listen]:
    """Tell a ``":9100"`` that is handed to any other call: nothing but an address to listen on looks so."""
    arguments = node.child_by_field_name("arguments")
    for one in arguments.named_children if arguments else ():
        text = _literal(one)
        if text is not None and (found := _ADDRESS.match(text)) and not found["host"] and int(found["port"]) >= 1024:
            yield Listen(port=int(found["port"]), host="", file=file, line=line_of(one), said="value")


def _addresses(file: str, node: Node | None, said: Said) -> Iterator[Listen]:
    for one in of_type(node, "interpreted_string_literal", "raw_string_literal") if node else ():
        text = _literal(one) or ""
        if found := _ADDRESS.match(text):
            host = found["host"].strip("[]")
            yield Listen(port=int(found["port"]), host=host, file=file, line=line_of(one), said=said)
        elif text.isdigit() and 80 <= int(text) <= 65535:
            weaker: Said = "named" if said == "call" else said
            yield Listen(port=int(text), host="", file=file, line=line_of(one), said=weaker)


def _numbers(file: str, node: Node, said: Said) -> Iterator[Listen]:
    for one in of_type(node, "int_literal"):
        text = written(one)
        if text.isdigit() and 80 <= int(text) <= 65535:
            yield Listen(port=int(text), host="", file=file, line=line_of(one), said=said)


def _called(node: Node) -> str:
    return written(node.child_by_field_name("function")).rpartition(".")[2].strip()


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
