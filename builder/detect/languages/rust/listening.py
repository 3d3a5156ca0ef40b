"""Addresses and ports in Rust code: those listened on, those that flags, settings and variables give by default."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from builder.detect.languages.rust.modules import attributes_before
from builder.parsing.code import line_of, of_type, string_of, written

_ADDRESS = re.compile(r"^(?:\w+://)?(?P<host>[\w.\-]*|\[[0-9a-fA-F:]*\]):(?P<port>\d{2,5})/?$")
_HOST = re.compile(r"^(?:\w+://)?(?P<host>\d+\.\d+\.\d+\.\d+|localhost|\[?::1?\]?)(?::.*)?$")

LISTENING = frozenset(
    {
        "bind", "bind_auto_h2c", "bind_openssl", "bind_rustls", "bind_rustls_021", "bind_rustls_0_22",
        "bind_rustls_0_23", "bind_with_graceful_shutdown", "http", "https", "listen", "listen_to", "run",
        "serve", "serve_with_shutdown", "start_server", "start_server_multi", "start", "try_bind", "tcp",
        "add_tcp", "init_standard",
    }
)  # fmt: skip
"""Names of functions and methods that open a port, in the servers that are known."""

_PORT = re.compile(
    r"^(default_?|my_?|the_?)?((http|https|server|web|app|api|listen|listener|bind|service|main|public|rest|grpc)_?)*"
    r"(port|port_number|port_num)(_?default)?$",
    re.IGNORECASE,
)
_WHERE = re.compile(
    r"^(default_?)?((http|server|web|app|api|listen|listener|bind|service|socket|main|public|grpc)_?)*"
    r"(addr|address|addresses|listen|bind|host_port|endpoint|socket|listener|interface|host|ip|hostname)(_?default)?$",
    re.IGNORECASE,
)
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """A port. ``sure``: it stands in the call that listens. ``rank`` 0 is the strongest: variable, call, default."""

    port: int
    host: str
    line: int
    rank: int

    @property
    def sure(self) -> bool:
        """Whether it stands in the call that listens."""
        return self.rank == CALL


VARIABLE, CALL, SETTING, NAMED = 0, 1, 2, 3
"""Default of a variable called PORT; argument of the call; default of a flag or a field; a constant by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A field that a command line fills. ``flag`` is its long name, empty where it has none; ``variable`` likewise."""

    field: str
    flag: str
    default: str
    variable: str
    line: int


def is_loopback(host: str) -> bool:
    """Say whether only the machine itself reaches an address."""
    return host in _LOOPBACK


def host_of(text: str) -> str:
    """Return the host that a text names, empty for none: of ``127.0.0.1:{}`` the part before the colon."""
    found = _HOST.match(text)
    return found["host"] if found else ""


def listens(node: Node) -> Iterator[Listen]:
    """Tell the ports that a node gives, if it is of those that do."""
    kind = node.type
    if kind == "call_expression":
        yield from _called(node)
    elif kind in {"const_item", "static_item", "let_declaration"}:
        name = written(node.child_by_field_name("name") or node.child_by_field_name("pattern"))
        yield from _given(name.removeprefix("mut "), node.child_by_field_name("value"), NAMED)
    elif kind == "field_initializer" and not _of_another(node):
        yield from _given(
            written(node.child_by_field_name("field") or node.child_by_field_name("name")),
            node.child_by_field_name("value"),
            SETTING,
        )
    elif kind == "function_item":
        yield from _given(written(node.child_by_field_name("name")), node.child_by_field_name("body"), SETTING)
    elif kind == "field_declaration_list":
        for one in options(node):
            yield from _of_option(one)


def options(node: Node) -> Iterator[Option]:
    """Tell the options that the fields of a struct with ``#[arg]``, ``#[clap]`` or ``#[structopt]`` are."""
    for field in node.named_children:
        if field.type != "field_declaration":
            continue
        name = written(field.child_by_field_name("name"))
        for attribute in attributes_before(field):
            tokens = [one for tree in of_type(attribute, "token_tree") for one in tree.children]
            given = _assigned(tokens)
            default = given.get("default_value") or given.get("default_value_t") or given.get("default") or ""
            if default or "long" in given or "env" in given:
                long = given.get("long")
                yield Option(
                    field=name,
                    flag="" if long is None else long or name.replace("_", "-"),
                    default=default,
                    variable=(given["env"] or name.upper()) if "env" in given else "",
                    line=line_of(field),
                )


def called(node: Node) -> tuple[str, str]:
    """Return what a call calls: the path before it (``axum`` of ``axum::serve``, empty for a method), and its name."""
    function = node.child_by_field_name("function")
    if function is not None and function.type == "generic_function":
        function = function.child_by_field_name("function")
    if function is None:
        return "", ""
    if function.type == "field_expression":
        return "", written(function.child_by_field_name("field"))
    if function.type == "scoped_identifier":
        return written(function.child_by_field_name("path")), written(function.child_by_field_name("name"))
    return "", written(function) if function.type == "identifier" else ""


def is_port(name: str) -> bool:
    """Say whether a name is that of the port listened on."""
    return _PORT.match(name.replace("-", "_")) is not None


def is_where(name: str) -> bool:
    """Say whether a name is that of the address listened on."""
    return _WHERE.match(name.replace("-", "_")) is not None


def numbers_of(node: Node) -> Iterator[tuple[int, int]]:
    """Tell the ports written in a node, as numbers or as text, each with its line."""
    for one in of_type(node, "integer_literal", "string_literal"):
        text = written(one).replace("_", "") if one.type == "integer_literal" else string_of(one) or ""
        digits = re.sub(r"[ui](16|32|64|size)$", "", text)
        if digits.isdigit() and 80 <= int(digits) <= 65535:
            yield int(digits), line_of(one)


def addresses_of(node: Node) -> Iterator[tuple[str, int, int]]:
    """Tell the addresses in a node: host, port and line."""
    for one in of_type(node, "string_literal", "raw_string_literal"):
        if (found := _ADDRESS.match(string_of(one) or "")) and int(found["port"]) <= 65535:
            yield found["host"], int(found["port"]), line_of(one)
    for one in of_type(node, "tuple_expression"):
        parts = one.named_children
        if len(parts) == 2 and (port := next(numbers_of(parts[1]), None)) and (host := _tuple_host(parts[0])):
            yield host, port[0], port[1]


_OTHERS = re.compile(
    r"metric|prom|debug|database|db|redis|postgres|mysql|smtp|mail|kafka|amqp|client|outbound|upstream", re.IGNORECASE
)


def _of_another(node: Node) -> bool:
    """Say whether a field is one of a struct whose name tells that it is about something else than the server."""
    holder = node.parent.parent if node.parent else None
    name = written(holder.child_by_field_name("name")) if holder is not None else ""
    while name == "Self" and holder is not None:
        holder = holder.parent
        if holder is not None and holder.type == "impl_item":
            name = written(holder.child_by_field_name("type"))
    return _OTHERS.search(name) is not None


def _called(node: Node) -> Iterator[Listen]:
    owner, name = called(node)
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return
    if name in LISTENING or (name == "new" and "Listener" in owner):
        for host, port, line in addresses_of(arguments):
            yield Listen(port=port, host=host, line=line, rank=CALL)
    elif name in {"new", "from"} and re.search(r"Sock(et)?Addr", owner):
        for host, port, line in addresses_of(arguments):
            yield Listen(port=port, host=host, line=line, rank=SETTING)
        if len(arguments.named_children) == 2:
            for port, line in numbers_of(arguments.named_children[1]):
                yield Listen(port=port, host="", line=line, rank=SETTING)
    elif name == "parse" or name.startswith("unwrap_or"):
        for host, port, line in addresses_of(node):
            yield Listen(port=port, host=host, line=line, rank=NAMED)
    elif name in {"default_value", "default_value_t", "set_default"}:
        yield from _built_option(node, arguments)


def _built_option(node: Node, arguments: Node) -> Iterator[Listen]:
    """``Arg::new("port").default_value("8080")`` and ``set_default("server.port", 8080)``."""
    held = arguments if called(node)[1] == "set_default" else node
    names = [string_of(one) or "" for one in of_type(held, "string_literal")]
    whole = next((one for one in names if one), "")
    named = whole.rpartition(".")[2]
    if _OTHERS.search(whole):
        return
    if is_port(named) or any(is_port(one) for one in names):
        for port, line in numbers_of(arguments):
            yield Listen(port=port, host="", line=line, rank=SETTING)
    elif is_where(named):
        for host, port, line in addresses_of(arguments):
            yield Listen(port=port, host=host, line=line, rank=SETTING)


def _given(name: str, value: Node | None, rank: int) -> Iterator[Listen]:
    if value is None:
        return
    if is_port(name):
        if value.type not in {"block", "closure_expression"} or len(value.named_children) == 1:
            for port, line in numbers_of(value):
                yield Listen(port=port, host="", line=line, rank=rank)
    elif is_where(name):
        for host, port, line in addresses_of(value):
            yield Listen(port=port, host=host, line=line, rank=rank)


def _of_option(one: Option) -> Iterator[Listen]:
    digits = one.default.replace("_", "")
    if is_port(one.field) and digits.isdigit():
        yield Listen(port=int(digits), host="", line=one.line, rank=SETTING)
    elif is_where(one.field) and (found := _ADDRESS.match(one.default)):
        yield Listen(port=int(found["port"]), host=found["host"], line=one.line, rank=SETTING)


def _assigned(tokens: list[Node]) -> dict[str, str]:
    """Return the keys of an attribute's arguments with their values: of ``long, default_value_t = 3000`` both."""
    found: dict[str, str] = {}
    for at, one in enumerate(tokens):
        if one.type != "identifier":
            continue
        follows = [written(inner) if inner.type == "=" else inner.type for inner in tokens[at + 1 : at + 2]]
        value = tokens[at + 2] if follows == ["="] and at + 2 < len(tokens) else None
        found.setdefault(written(one), "" if value is None else string_of(value) or written(value).strip('"'))
    return found


def _tuple_host(node: Node) -> str:
    if node.type == "array_expression":
        return ".".join(written(one) for one in node.named_children)
    text = string_of(node)
    if text is not None:
        return text
    name = written(node)
    if "UNSPECIFIED" in name:
        return "0.0.0.0"  # noqa: S104 - what the code says
    return "127.0.0.1" if "LOCALHOST" in name else ""
