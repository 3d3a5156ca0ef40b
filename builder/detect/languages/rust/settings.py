"""Ports in settings files of Rust programs: Rocket.toml, and what the crates ``config`` and ``figment`` read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from builder.look import Place
from core.evidence import Evidence

_READERS = frozenset({"config", "figment", "loco-rs", "serde_yaml", "serde_yml", "toml", "confy", "settings", "twelf"})
_STEMS = ("production", "prod", "release", "default", "base", "config", "settings", "configuration", "Settings",
          "Config", "app", "application", "local", "development")  # fmt: skip
_FOLDERS = ("config", "configuration", "settings", "")
_SECTIONS = ("server", "application", "app", "http", "web", "api", "listen", "service", "network", "default", "release")


_OTHERS = re.compile(r"metric|prom|database|db|redis|postgres|mysql|smtp|mail|kafka|amqp|client|cache", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A port in a settings file."""

    port: int
    file: str
    evidence: Evidence | None


def rocket(place: Place) -> Iterator[Stated]:
    """Tell what Rocket.toml says, that of the release profile first, as Rocket itself prefers it."""
    table = place.toml("Rocket.toml")
    for profile in ("global", "release", "production", "default"):
        given = table.get(profile)
        port = given.get("port") if isinstance(given, dict) else None
        if isinstance(port, int):
            yield Stated(port=port, file="Rocket.toml", evidence=place.cite("Rocket.toml", str(port)))


def configured(place: Place, used: frozenset[str]) -> Iterator[Stated]:
    """Tell the ports in settings files that the program reads, those for production first."""
    if not used & _READERS:
        return
    for stem in _STEMS:
        for folder in _FOLDERS:
            for suffix in ("toml", "yaml", "yml", "json"):
                file = f"{folder}/{stem}.{suffix}" if folder else f"{stem}.{suffix}"
                if not place.has(file):
                    continue
                table = place.yaml(file) if suffix in {"yaml", "yml"} else _parsed(place, file, suffix)
                port = port_in(table)
                if port:
                    yield Stated(port=port, file=file, evidence=place.cite(file, str(port)))


def _parsed(place: Place, file: str, suffix: str) -> dict[str, Any]:
    return place.toml(file) if suffix == "toml" else place.json(file)


def port_in(table: Any) -> int | None:
    """Return the port that settings name: at the top, in a section for the server, else in one about nothing else."""
    if not isinstance(table, dict):
        return None
    others = [value for key, value in table.items() if key not in _SECTIONS and not _OTHERS.search(str(key))]
    held = [*(table.get(name) for name in _SECTIONS), *others]
    for one in (table, *(inner for inner in held if isinstance(inner, dict))):
        for name in ("port", "http_port", "listen_port"):
            value = one.get(name)
            if isinstance(value, int) and not isinstance(value, bool):
                return value
            if isinstance(value, str) and value.isdigit():
                return int(value)
        for name in ("address", "addr", "listen", "bind", "host", "listen_addr", "bind_address", "inet"):
            value = one.get(name)
            text = value.rpartition(":")[2] if isinstance(value, str) and ":" in value else ""
            if text.isdigit():
                return int(text)
    return None
