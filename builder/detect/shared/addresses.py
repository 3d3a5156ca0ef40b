"""Where a command listens: the port among its words."""

import re
import shlex
from posixpath import basename

from builder.plan import Command

_WITH_DEFAULT = re.compile(r"\$\{\w+:?-(\d+)\}")
"""A variable with a default, as shells write it."""

_PORT_FLAG = re.compile(
    r"^(-p|--port|-port|--http-port|--server-port|--listen-port|--http|-P|--server\.port|-Dserver\.port|"
    r"-Dquarkus\.http\.port|--listen|-b|--bind|--address|--addr|-addr|--host|-l|-S|--urls|--server\.address|"
    r"--http-address|--http\.port|--server_port)$"
)


def port_of(command: Command | None) -> int | None:
    """Return the port that a command gives, None where it gives none or takes it from a variable without a default."""
    if command is None:
        return None
    words = list(command.argv) or _split(_WITH_DEFAULT.sub(r"\1", command.line))
    for at, word in enumerate(words):
        flag, equals, value = word.partition("=")
        if re.fullmatch(r"-b\S*:\d+|-p\d{2,5}", word):
            value, flag, equals = word[2:], word[:2], "="
        if not _PORT_FLAG.match(flag):
            continue
        given = value if equals else words[at + 1] if at + 1 < len(words) else ""
        found = _port(given, bare=flag not in {"--host", "-S"})
        if found:
            return found
    program = basename(words[0]) if words else ""
    if words and program == "PORT":
        return None
    assigned = next((word for word in words if re.fullmatch(r"(PORT|SERVER_PORT|HTTP_PORT|APP_PORT)=\d+", word)), "")
    if assigned:
        return _port(assigned.partition("=")[2], bare=True)
    if any(basename(word) == "manage.py" for word in words) or "http.server" in words or program == "waitress-serve":
        return next((found for word in reversed(words) if (found := _port(word, bare=True))), None)
    return None


def _port(text: str, *, bare: bool) -> int | None:
    plain = re.sub(r"^\w+://", "", text.strip("\"'")).rstrip("/")
    number = plain.rpartition(":")[2] if ":" in plain else plain if bare else ""
    return int(number) if number.isdigit() and len(number) <= 5 and 0 < int(number) < 65536 else None


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return []
