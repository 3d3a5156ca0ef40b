"""Ports and addresses in C and C++: arguments of the calls that listen, constants and variables by their names."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from builder.detect.languages.cpp.lexer import Call, Token
from builder.detect.languages.cpp.servers import LISTENING, READS, Facts
from builder.detect.shared.health import health_route

_ADDRESS = re.compile(r"^(?:\w+://)?(?P<host>[\w.\-*]*|\[[0-9a-fA-F:]*\]):(?P<port>\d{2,5})/?$")


_NAMED = re.compile(
    r"^([gkms]_)?k?(default_?|my_?)?"
    r"((http|https|server|srv|web|app|api|listen|listening|bind|service|main|tcp|rest)_?)*"
    r"(port|port_no|portno|port_num|port_number|portnum)(_?default)?_?$",
    re.IGNORECASE,
)


_VARIABLE = re.compile(r"^([A-Z0-9]+_)*PORT$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A port with the host beside it. ``rank`` 0: it stands in the call, or is a variable's default; 1: by its name."""

    port: int
    host: str
    line: int
    rank: int


def ports(found: Facts, constants: Mapping[str, int]) -> Iterator[Port]:
    """Tell the ports that a file names."""
    for call in found.called:
        if call.name in LISTENING:
            yield from _given(call, constants)
        elif call.name == "getenv" and call.arguments[0] and _VARIABLE.match(call.arguments[0][0].text):
            yield from _default(found.source.tokens, call)
    for name, (value, line) in found.source.defines.items():
        if _NAMED.match(name) and (number := _number(value)):
            yield Port(port=number, host="", line=line, rank=1)
    tokens = found.source.tokens
    for at in range(len(tokens) - 2):
        one = tokens[at]
        if one.kind == "word" and _NAMED.match(one.text) and tokens[at + 1].text in {"=", "{", "("}:
            for inner in tokens[at + 2 : at + 16]:
                if inner.text in {";", ",", "}"} and inner.kind == "sign":
                    break
                if inner.kind in {"number", "string"} and (number := _number(inner.text)):
                    yield Port(port=number, host="", line=inner.line, rank=1)
        elif one.kind == "string" and one.text in {"port", "listening_ports", "--port", "http_port"}:
            yield from _beside(tokens[at + 1 : at + 24])


_HOST = re.compile(r"^(?:\w+://)?(\d+\.\d+\.\d+\.\d+|localhost|::1?|\*)(?::.*)?$")


def _beside(tokens: list[Token]) -> Iterator[Port]:
    """Tell the port that follows the name of a setting: ``{"port", "8080"}``, ``integer("port", 0, 65535, 6379)``."""
    for one in tokens:
        if one.kind == "sign" and one.text in {";", "}"}:
            return
        if one.kind in {"string", "number"} and (number := _number(one.text.rpartition(":")[2])) and number != _LARGEST:
            yield Port(port=number, host="", line=one.line, rank=1)
            return


_LARGEST = 65535


def hosts(found: Facts) -> Iterator[tuple[str, int]]:
    """Tell the addresses that are listened on, with their lines."""
    for call in found.called:
        if call.name in LISTENING:
            for one in (token for argument in call.arguments for token in argument):
                if one.kind == "string" and (given := _HOST.match(one.text)):
                    yield ("0.0.0.0" if given[1] == "*" else given[1]), one.line  # noqa: S104 - what the code says


def constants_of(found: Iterable[Facts]) -> dict[str, int]:
    """Return the numbers that names stand for: ``#define PORT 8080``, ``const int PORT = 8080;``."""
    known: dict[str, int] = {}
    for one in found:
        known.update({name: n for name, (value, _) in one.source.defines.items() if (n := _number(value))})
        tokens = one.source.tokens
        for at in range(len(tokens) - 2):
            if (
                tokens[at].kind == "word"
                and tokens[at + 1].text in {"=", "{"}
                and tokens[at + 2].kind in {"number", "string"}
                and (number := _number(tokens[at + 2].text))
            ):
                known.setdefault(tokens[at].text, number)
    return known


def reads(found: Facts) -> Iterator[tuple[str, int]]:
    """Tell the environment variables that a file reads."""
    for call in found.called:
        if call.name in READS and call.arguments[0]:
            first = call.arguments[0][0]
            if first.kind == "string" and re.fullmatch(r"[A-Z][A-Z0-9_]+", first.text):
                yield first.text, call.line


def health(found: Facts) -> Iterator[tuple[str, int]]:
    """Tell the routes that are there to be asked."""
    for one in found.source.tokens:
        if one.kind == "string" and (path := health_route(one.text, anywhere=True)):
            yield path, one.line


def _given(call: Call, constants: Mapping[str, int]) -> Iterator[Port]:
    host = ""
    for argument in call.arguments:
        for one in argument:
            if one.kind == "string" and (found := _ADDRESS.match(one.text)) and _number(found["port"]):
                host = "0.0.0.0" if found["host"] in {"*", ""} else found["host"]  # noqa: S104 - what the code says
                yield Port(port=int(found["port"]), host=host, line=one.line, rank=0)
                return
            if one.kind == "string" and re.fullmatch(r"\d+\.\d+\.\d+\.\d+|localhost|::1?", one.text):
                host = one.text
            elif (number := _value(one, constants)) and not _is_backlog(call):
                yield Port(port=number, host=host, line=one.line, rank=0)
                return


def _is_backlog(call: Call) -> bool:
    """``listen(socket, 128)``: what may wait, not where."""
    return call.name == "listen" and call.before not in {".", "->"}


def _default(tokens: list[Token], call: Call) -> Iterator[Port]:
    """Tell the number that stands within the few statements after a variable is read."""
    start = next((at for at, one in enumerate(tokens) if one.line == call.line and one.text == call.name), len(tokens))
    for one in tokens[start : start + 60]:
        if one.kind in {"number", "string"} and (number := _number(one.text)):
            yield Port(port=number, host="", line=one.line, rank=0)
            return


def _value(token: Token, constants: Mapping[str, int]) -> int | None:
    if token.kind in {"number", "string"}:
        return _number(token.text)
    return constants.get(token.text) if token.kind == "word" else None


def _number(text: str) -> int | None:
    plain = re.sub(r"[uUlL]+$", "", text).replace("'", "")
    return int(plain) if plain.isdigit() and 80 <= int(plain) <= 65535 else None
