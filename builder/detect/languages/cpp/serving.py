"""Where a server in C or C++ listens, and how to see that it is well."""

from builder.detect.languages.cpp.listening import constants_of, health, hosts, ports
from builder.detect.languages.cpp.servers import Facts, Library
from builder.draft import Draft
from builder.grounds import CODE, DECLARED, DEFAULT
from builder.look import Place
from builder.plan import Probe
from core.phrase import Phrase

_STEP = 0.04


_OF_OTHERS = frozenset({25, 80, 443, 465, 587, 3306, 5432, 5672, 6379, 9092, 11211, 27017})
"""Ports of what programs call, and those of browsers: where another port is named too, it is the likelier one."""


def add_framework(place: Place, draft: Draft, library: Library, found: list[Facts]) -> None:
    """Add the library that a server is built on."""
    for one in found:
        for name, line in one.source.includes.items():
            if any(name.startswith(header.rstrip("/")) or name.endswith(f"/{header}") for header in library.headers):
                why = Phrase(en=f"It includes {name}.", zh=f"它包含 {name}。")
                draft.framework.add(library.name, CODE, "cpp.framework.include", why, place.cite(one.path, line))
                return


def add_listening(place: Place, draft: Draft, library: Library | None, found: list[Facts]) -> None:
    """Add the ports, the addresses and the routes that are there to be asked."""
    constants = constants_of(found)
    seen = {0: 0, 1: 0}
    told: set[tuple[int, int]] = set()
    for one in found:
        for port in ports(one, constants):
            if (port.port, port.rank) in told:
                continue
            told.add((port.port, port.rank))
            why = Phrase(en=f"The code names port {port.port}.", zh=f"代码中写了端口 {port.port}。")
            lower = 0.2 if port.port in _OF_OTHERS else 0.0
            sure = (CODE if port.rank == 0 else CODE - 0.1) - _STEP * seen[port.rank]
            cited = place.cite(one.path, port.line)
            draft.port.add(port.port, max(DEFAULT + 0.05, sure) - lower, "cpp.port.code", why, cited)
            seen[port.rank] += 1
        for at, (host, line) in enumerate(hosts(one)):
            where = Phrase(en=f"It listens on {host}.", zh=f"它监听 {host}。")
            draft.bind.add(host, CODE - _STEP * at, "cpp.bind.code", where, place.cite(one.path, line))
        for at, (path, line) in enumerate(health(one)):
            answers = Phrase(en=f"It answers {path}.", zh=f"它提供 {path}。")
            draft.health.add(
                Probe(path=path), CODE - _STEP * at, "cpp.health.route", answers, place.cite(one.path, line)
            )
    for file in ("config.json", "config.yaml"):
        if library and library.name == "drogon" and place.has(file):
            listeners = (place.json(file) if file.endswith("json") else place.yaml(file) or {}).get("listeners")
            first = listeners[0] if isinstance(listeners, list) and listeners else None
            if isinstance(first, dict) and isinstance(first.get("port"), int):
                said = Phrase(en=f"{file} names the port.", zh=f"{file} 写明了端口。")
                draft.port.add(first["port"], DECLARED, "cpp.port.drogon", said, place.cite(file, str(first["port"])))
    usual = library.port if library else 8080
    name = library.name if library else "C"
    said = Phrase(en=f"{name} servers usually listen there.", zh=f"{name} 服务通常监听该端口。")
    draft.port.add(usual, DEFAULT, "cpp.port.usual", said)
