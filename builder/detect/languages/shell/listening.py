"""Whether a call in a script listens, and on which port."""

import re
from collections.abc import Mapping, Sequence

from builder.detect.languages.shell.commands import SERVERS, USUAL

DEFAULT = re.compile(r"^\$\{(?P<name>\w+)(?P<sign>:?[-=?])(?P<value>[^}]*)\}$")
"""A variable with what stands for it where it is not set."""

_LISTEN = re.compile(
    r"(?:TCP[46]?|SCTP[46]?|OPENSSL|SSL|UDP[46]?)-?(?:LISTEN|L|RECVFROM|RECV)\s*:\s*([^,\s]+)", re.IGNORECASE
)


_DIGITS = re.compile(r"\d{2,5}")


def listening(values: Mapping[str, str], program: str, words: Sequence[str]) -> tuple[bool, int | None]:
    """Return whether a call listens, and where."""
    plain = [one.strip("\"'") for one in words]
    if program == "socat":
        given = next((one[1] for word in plain if (one := _LISTEN.search(word))), None)
        return given is not None, _port(values, given) if given else None
    if program in {"python", "python3", "python2", "php", "ruby"}:
        return _scripted(values, plain)
    if program not in SERVERS:
        return False, None
    for flag in SERVERS[program]:
        letter = flag.lstrip("-")
        short = any(re.fullmatch(r"-[A-Za-z]+", one) and letter in one for one in plain)
        if not short and "--listen" not in plain:
            return False, None
    return True, _port_among(values, plain) or USUAL.get(program)


def _scripted(values: Mapping[str, str], words: Sequence[str]) -> tuple[bool, int | None]:
    if "http.server" in words or "SimpleHTTPServer" in words:
        return True, _port_among(values, words) or USUAL["python"]
    if "-S" in words[:-1]:
        return True, _port(values, words[words.index("-S") + 1].rpartition(":")[2])
    return False, None


def _port_among(values: Mapping[str, str], words: Sequence[str]) -> int | None:
    """Return the port of a command line: after its flag, else the last number."""
    for at, one in enumerate(words):
        flag, _, value = one.partition("=")
        if flag in {
            "-p",
            "--port",
            "-port",
            "--listen-port",
            "--address",
            "-l",
            "-lp",
            "-lkp",
            "-lvp",
            "-klp",
            "-listen",
        }:
            given = value or (words[at + 1] if at + 1 < len(words) else "")
            if port := _port(values, given.rpartition(":")[2] or given):
                return port
    return next((port for one in reversed(words) if (port := _port(values, one))), None)


def _port(values: Mapping[str, str], text: str | None, depth: int = 0) -> int | None:
    plain = (text or "").strip("\"'")
    if _DIGITS.fullmatch(plain):
        return int(plain) if 80 <= int(plain) <= 65535 else None
    if depth > 3:
        return None
    if given := DEFAULT.match(plain):
        return _port(values, given["value"], depth + 1) or _port(values, values.get(given["name"]), depth + 1)
    if plain.startswith("$"):
        return _port(values, values.get(plain.strip("${}")), depth + 1)
    return None
