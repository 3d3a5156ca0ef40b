"""Ports: the short form in all its ways, the long form, ranges, and ``expose``."""

import re
from collections.abc import Iterator

from builder.compose.model import Port
from builder.compose.reading import Held
from builder.compose.schema import PORT, checked
from builder.compose.values import items, text, whole

MAX_PORT = 65535
MAX_RANGE = 100
"""Ports of one range. A Service of more is a network of its own."""

_SHORT = re.compile(
    r"(?:(?P<host>\[[0-9a-fA-F:.]+\]|[0-9.]+|localhost|\*)?:)?(?:(?P<published>\d+(?:-\d+)?)?:)?(?P<target>\d+(?:-\d+)?)"
    r"(?:/(?P<protocol>tcp|udp|sctp))?",
    re.IGNORECASE,
)


def ports(held: dict[str, Held], name: str) -> tuple[Port, ...]:
    """Return the ports of a service, each once: what is published, then what is for the neighbours."""
    found: dict[tuple[int, str, int | None], Port] = {}
    for one in items(held.get("ports"), f"ports of {name}"):
        for port in _long(one, name) if isinstance(one.data, dict) else _short(one, name):
            found.setdefault((port.target, port.protocol, port.published), port)
    there = {(port.target, port.protocol) for port in found.values()}
    for one in items(held.get("expose"), f"expose of {name}"):
        plain, _, protocol = text(one, f"expose of {name}").partition("/")
        for target in _range(plain, one):
            port = Port(target=target, protocol=_protocol(protocol, one), line=one.line)
            if (port.target, port.protocol) not in there:
                found.setdefault((port.target, port.protocol, None), port)
    return tuple(found.values())


def _short(one: Held, name: str) -> Iterator[Port]:
    plain = text(one, f"ports of {name}").strip()
    told = _SHORT.fullmatch(plain)
    if told is None:
        raise one.broken(
            f"{plain!r} is no port.",
            "Write CONTAINER, HOST:CONTAINER or ADDRESS:HOST:CONTAINER, with /udp where it is.",
        )
    host, published = (told["host"] or "").strip("[]"), told["published"] or ""
    if host.isdigit() and not published:  # "8000:80": what stands before the sign is the port of the host
        host, published = "", host
    elif host.isdigit():
        raise one.broken(f"{plain!r} names an address that is none.")
    targets = _range(told["target"], one)
    given = _range(published, one) if published else [0] * len(targets)
    if len(given) != len(targets):
        if len(targets) != 1:
            raise one.broken(f"{plain!r}: the ranges are not of one length.")
        given = given[:1]  # any free one of a range of the host
    protocol = _protocol(told["protocol"] or "", one)
    for target, outside in zip(targets, given, strict=True):
        yield Port(target=target, published=outside, protocol=protocol, host=host, line=one.line)


def _long(one: Held, name: str) -> Iterator[Port]:
    held = checked(one, PORT, f"A port of {name}")
    target = whole(held.get("target"), "target")
    if target is None:
        raise one.broken(f"A port of {name} has no target.")
    _range(str(target), one)
    published = text(held.get("published"), "published")
    first = _range(published, one)[0] if published else 0
    yield Port(
        target=target,
        published=first,
        protocol=_protocol(text(held.get("protocol"), "protocol"), one),
        host=text(held.get("host_ip"), "host_ip"),
        name=text(held.get("name"), "name"),
        application=text(held.get("app_protocol"), "app_protocol"),
        line=one.line,
    )


def _range(plain: str, one: Held) -> list[int]:
    first, dash, last = plain.strip().partition("-")
    if not first.isdigit() or (dash and not last.isdigit()):
        raise one.broken(f"{plain!r} is no port.")
    low, high = int(first), int(last or first)
    if not 1 <= low <= high <= MAX_PORT:
        raise one.broken(f"{plain!r} is no port: 1 to {MAX_PORT}.")
    if high - low >= MAX_RANGE:
        raise one.broken(f"{plain!r} are more than {MAX_RANGE} ports.", "Name those that are used.")
    return list(range(low, high + 1))


def _protocol(plain: str, one: Held) -> str:
    found = (plain or "tcp").upper()
    if found not in {"TCP", "UDP", "SCTP"}:
        raise one.broken(f"{plain!r} is no protocol: tcp, udp or sctp.")
    return found
