"""What the files of a Rust program say of it, in one pass over each: ports, variables, subcommands, routes, folders."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from builder.detect.languages.rust.listening import (
    SETTING,
    VARIABLE,
    Listen,
    Option,
    addresses_of,
    called,
    host_of,
    is_where,
    listens,
    numbers_of,
    options,
)
from builder.detect.languages.rust.modules import Unit, attributes_before
from builder.detect.languages.rust.settings import port_in
from builder.detect.shared.health import health_route
from builder.parsing import data
from builder.parsing.code import line_of, of_type, string_of, written

_READS = frozenset({"var", "var_os"})
_OWN_READS = re.compile(
    r"^(get_|read_|load_|parse_|from_)?env(_var|_or|_or_default|_with_default|_string|_u16)?(_or)?$"
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")
_PORT_VARIABLE = re.compile(r"^([A-Z0-9]+_)*PORT$")
_OTHER_PORT = re.compile(
    r"DB_|DATABASE|REDIS|POSTGRES|PG|MYSQL|SMTP|MAIL|METRIC|PROM|ADMIN|DEBUG|KAFKA|AMQP|RABBIT|MONGO|PROXY"
)
_WHERE_VARIABLE = re.compile(r"^([A-Z0-9]+_)*(ADDR|ADDRESS|BIND|LISTEN|HOST|IP|LISTEN_ADDR(ESS)?|BIND_ADDR(ESS)?)$")
_ROUTES = frozenset({"route", "at", "resource", "path", "with_path", "get", "service", "mount", "nest", "add_route"})
_FROM_COMMAND_LINE = frozenset({"Subcommand", "Parser", "StructOpt", "Clap", "FromArgs", "Args"})
_NAMES_COMMAND = frozenset({"new", "with_name"})
_COMMAND_OWNERS = re.compile(r"(^|::)(Command|SubCommand|App|ClapCommand|ClapApp)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A variable that is read, with the default that stands with it. ``build``: the compiler needs it."""

    name: str
    line: int
    default: str | None = None
    build: bool = False


@dataclass(slots=True, kw_only=True)
class Facts:
    """What one file says."""

    path: str
    listens: list[Listen] = field(default_factory=list)
    hosts: list[tuple[str, int]] = field(default_factory=list)
    """Hosts in calls that listen whose port comes from elsewhere, with their lines."""
    reads: list[Read] = field(default_factory=list)
    options: list[Option] = field(default_factory=list)
    subcommands: list[str] = field(default_factory=list)
    calls: set[tuple[str, str]] = field(default_factory=set)
    attributes: set[str] = field(default_factory=set)
    health: list[tuple[str, int]] = field(default_factory=list)
    words: list[tuple[str, int]] = field(default_factory=list)
    """Short texts that may be paths of files, with their lines."""


def facts(unit: Unit) -> Facts:
    """Read one file."""
    found = Facts(path=unit.path)
    aliases = dict(_aliases(unit.nodes))
    for node in unit.nodes:
        found.listens.extend(listens(node))
        match node.type:
            case "call_expression":
                _call(found, node, aliases)
            case "field_declaration_list":
                found.options.extend(options(node))
            case "attribute_item":
                _attribute(found, node)
            case "macro_invocation":
                _macro(found, node)
            case "enum_item":
                _subcommands(found, node)
            case "raw_string_literal":
                _embedded(found, node)
            case "string_literal":
                _word(found, node)
    return found


def _aliases(nodes: tuple[Node, ...]) -> Iterator[tuple[str, str]]:
    for node in nodes:
        if node.type == "use_declaration":
            for one in of_type(node, "use_as_clause"):
                path = written(one.child_by_field_name("path"))
                yield written(one.child_by_field_name("alias")), path.rpartition("::")[2]


def _call(found: Facts, node: Node, aliases: dict[str, str]) -> None:
    owner, name = called(node)
    owner = aliases.get(owner, owner)
    arguments = node.child_by_field_name("arguments")
    inner = arguments.named_children if arguments else []
    first = string_of(inner[0]) if inner else None
    found.calls.add((owner, name))
    if first is None and inner and name in {"bind", "run", "serve", "listen", "start", "http"}:
        found.hosts.extend(_hosts_in(inner[0]))
    if first is None:
        if name == "subcommand":
            found.subcommands.append(_built_name(node))
        return
    if name in _READS and owner.rpartition("::")[2] in {"env", "dotenv", "dotenvy"}:
        _read(found, node, first)
    elif _OWN_READS.match(name) and _VARIABLE.fullmatch(first):
        default = string_of(inner[1]) or written(inner[1]) if len(inner) > 1 else None
        found.reads.append(Read(name=first, line=line_of(node), default=default))
        _weigh_variable(found, node, first)
    elif name in _ROUTES and (route := health_route(first)):
        found.health.append((route, line_of(node)))


def _read(found: Facts, node: Node, name: str) -> None:
    whole = _statement(node)
    default = None
    if whole is not node:
        texts = [string_of(one) for one in of_type(whole, "string_literal") if one.start_byte > node.end_byte]
        given = [one for one in texts if one is not None]
        default = given[0] if given and _falls_back(whole) else None
        if default is None and _falls_back(whole):
            default = next((written(one) for one in of_type(whole, "integer_literal")), None)
    found.reads.append(Read(name=name, line=line_of(node), default=default))
    _weigh_variable(found, whole, name)


def _weigh_variable(found: Facts, whole: Node, name: str) -> None:
    if _OTHER_PORT.search(name):
        return
    if _PORT_VARIABLE.match(name):
        for port, line in numbers_of(whole):
            found.listens.append(Listen(port=port, host="", line=line, rank=VARIABLE))
    elif _WHERE_VARIABLE.match(name) or is_where(name):
        for host, port, line in addresses_of(whole):
            found.listens.append(Listen(port=port, host=host, line=line, rank=VARIABLE))


def _statement(node: Node) -> Node:
    """Return the chain of calls, or the match, that a value goes through before it gets a name."""
    while node.parent is not None and node.parent.type in _CHAIN:
        node = node.parent
    return node


_CHAIN = frozenset(
    {
        "arguments", "await_expression", "call_expression", "field_expression", "match_expression",
        "parenthesized_expression", "reference_expression", "try_expression", "type_cast_expression",
        "if_expression", "let_condition",
    }
)  # fmt: skip


def _falls_back(whole: Node) -> bool:
    return whole.type in {"match_expression", "if_expression"} or any(
        written(one).startswith(("unwrap_or", "or_else", "map_or", "or")) for one in of_type(whole, "field_identifier")
    )


def _attribute(found: Facts, node: Node) -> None:
    names = [written(one) for one in of_type(node, "identifier")]
    found.attributes.update(names[:2])
    if names and names[0] in {"get", "route", "head", "handler", "oai"}:
        for one in of_type(node, "string_literal"):
            if route := health_route(string_of(one) or ""):
                found.health.append((route, line_of(one)))


def _macro(found: Facts, node: Node) -> None:
    name = written(node.child_by_field_name("macro")).rpartition("::")[2]
    for tree in of_type(node, "token_tree"):
        children = tree.children
        text = string_of(children[1]) if name in {"env", "option_env"} and len(children) > 1 else None
        if text and not text.startswith("CARGO") and _VARIABLE.fullmatch(text):
            found.reads.append(Read(name=text, line=line_of(node), build=True, default=""))
        for at in range(1, len(children)):
            inner, before = children[at], children[at - 1]
            if inner.type == "token_tree" and before.type == "identifier" and written(before) in _READS:
                text = string_of(inner.children[1]) if len(inner.children) > 1 else None
                if text and _VARIABLE.fullmatch(text):
                    found.reads.append(Read(name=text, line=line_of(inner)))
                    _weigh_variable(found, tree, text)


def _subcommands(found: Facts, node: Node) -> None:
    derived = {written(one) for attribute in attributes_before(node) for one in of_type(attribute, "identifier")}
    body = node.child_by_field_name("body")
    if "derive" not in derived or not derived & _FROM_COMMAND_LINE or body is None:
        return
    for one in body.named_children:
        if one.type == "enum_variant":
            name = written(one.child_by_field_name("name"))
            found.subcommands.append(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower())


def _built_name(node: Node) -> str:
    for one in of_type(node, "call_expression"):
        owner, name = called(one)
        arguments = one.child_by_field_name("arguments")
        if name in _NAMES_COMMAND and _COMMAND_OWNERS.search(owner) and arguments and arguments.named_children:
            return string_of(arguments.named_children[0]) or ""
    inner = next((one for one in of_type(node.child_by_field_name("arguments") or node, "call_expression")), node)
    owner, name = called(inner)
    return owner.rpartition("::")[2] or name


def _hosts_in(node: Node) -> Iterator[tuple[str, int]]:
    for one in of_type(node, "string_literal"):
        if host := host_of(string_of(one) or ""):
            yield host, line_of(one)
    for one in of_type(node, "array_expression"):
        parts = [written(part) for part in one.named_children]
        if len(parts) == 4 and all(part.isdigit() for part in parts):
            yield ".".join(parts), line_of(one)


def _embedded(found: Facts, node: Node) -> None:
    """Take in settings that the source holds as text, to be read where there is no file: they are TOML, mostly."""
    text = string_of(node) or ""
    if "\n" in text and "=" in text and (port := port_in(data.toml(text))):
        found.listens.append(Listen(port=port, host="", line=line_of(node), rank=SETTING))


def _word(found: Facts, node: Node) -> None:
    text = string_of(node) or ""
    if 1 < len(text) <= 80 and " " not in text and not text.startswith(("/", "http", "-")):
        found.words.append((text, line_of(node)))
