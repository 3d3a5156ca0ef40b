"""Configuration that is packed into a program: application.properties, .yml and .conf, as values by dotted key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from posixpath import join
from typing import Any

from builder.detect.languages.jvm.hocon import hocon
from builder.detect.languages.jvm.properties import properties
from builder.look import Place
from builder.parsing.data import yaml_documents
from core.evidence import Evidence

FOLDERS = ("src/main/resources", "src/main/resources/config", "config", "conf", "resources", "", "src/main/config")
_NAMES = ("application", "bootstrap", "microprofile-config", "META-INF/microprofile-config", "server", "config")
_SUFFIXES = (".properties", ".yml", ".yaml", ".conf")
_PLACEHOLDER = re.compile(r"\$\{([\w.\-]+)(?::([^{}]*))?\}")
_KTOR = re.compile(r"^\$\??([A-Z][A-Z0-9_]+)(?::(.*))?$")
_VARIABLE = re.compile(r"^[A-Z][A-Z0-9_]+$")
_FILTERED = re.compile(r"@([\w.\-]+)@")
_ONLINE = ("prod", "production")
_CONDITIONS = ("spring.config.activate.", "spring.profiles[", "spring.config.activate[")
MAX_KEYS = 3000
"""Keys of one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A value with its line. ``variables`` are the environment variables that may replace it, with their defaults."""

    key: str
    value: str
    file: str
    line: int
    variables: tuple[tuple[str, str | None], ...] = ()


@dataclass(frozen=True)
class Settings:
    """All settings of a module, keys in lower case and without dashes; the main file comes first."""

    place: Place

    def get(self, *keys: str) -> Setting | None:
        """Return the first of these keys that is set to something."""
        return next((found for key in keys if (found := self.all.get(_plain(key))) and found.value), None)

    def number(self, *keys: str) -> Setting | None:
        """Return the first of these keys whose value is a port."""
        for key in keys:
            found = self.all.get(_plain(key))
            if found and found.value.isdigit() and 0 < int(found.value) < 65536:
                return found
        return None

    def below(self, prefix: str) -> Iterator[Setting]:
        """Tell the settings whose key begins so."""
        plain = _plain(prefix)
        return (one for key, one in self.all.items() if key.startswith(plain))

    def cite(self, one: Setting) -> Evidence | None:
        """Return evidence for a setting."""
        return self.place.cite(one.file, one.line)

    @cached_property
    def all(self) -> dict[str, Setting]:
        """The settings by plain key: the main file's, over them the active profile's; last what production adds."""
        found: dict[str, Setting] = {}
        for file in _files(self.place):
            for one in _read(self.place, file):
                found.setdefault(_plain(one.key), one)
        active = found.get("spring.profiles.active")
        for profile in (active.value if active else "").split(","):
            if re.fullmatch(r"[\w\-]+", profile.strip()):
                found.update(self._profile(profile.strip()))
        for profile in _ONLINE:
            found = {**self._profile(profile), **found}
        return found

    def _profile(self, name: str) -> dict[str, Setting]:
        files = (join(folder, f"application-{name}{suffix}") for folder in FOLDERS for suffix in _SUFFIXES)
        return {_plain(one.key): one for file in files if self.place.has(file) for one in _read(self.place, file)}


def _files(place: Place) -> Iterator[str]:
    for folder in FOLDERS:
        for name in _NAMES:
            for suffix in _SUFFIXES:
                if (folder or suffix != ".conf") and place.has(file := join(folder, name + suffix)):
                    yield file


def _read(place: Place, file: str) -> Iterator[Setting]:
    if file.endswith(".properties"):
        entries = sorted(properties(place.text(file)), key=lambda one: not one.key.startswith("%prod."))
        for entry in entries:  # Quarkus writes profiles before keys
            if not entry.key.startswith("%") or entry.key.startswith("%prod."):
                yield _setting(entry.key.removeprefix("%prod."), entry.value, file, entry.line)
    elif file.endswith(".conf"):
        for one in hocon(place.text(file)):
            variables = ((one.variable, one.value or None),) if one.variable else ()
            yield Setting(key=one.key, value=one.value, file=file, line=one.line, variables=variables)
    else:
        lines = place.text(file).splitlines()
        documents = place.look.yaml_documents(place.file(file))
        if not documents and "@" in place.text(file):  # Maven fills in @names@, which YAML does not know
            documents = yaml_documents(_FILTERED.sub(r"\1", place.text(file)))
        for document in documents:
            flat = list(_flat(document, "", 0))
            if not any(key.startswith(_CONDITIONS) and value not in _ONLINE for key, value in flat):
                for key, value in flat:
                    yield _setting(key, value, file, _line(lines, key, value))


def _setting(key: str, value: str, file: str, line: int) -> Setting:
    variables = tuple((found[1], found[2]) for found in _PLACEHOLDER.finditer(value) if _VARIABLE.match(found[1]))
    if simple := _KTOR.match(value):
        variable = ((simple[1], simple[2]),)
        return Setting(key=key, value=simple[2] or "", file=file, line=line, variables=variable)
    filled = _PLACEHOLDER.sub(lambda found: found[2] or "", value)
    return Setting(key=key, value=filled.strip().strip("\"'"), file=file, line=line, variables=variables)


def _flat(value: Any, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > 20:
        return
    if isinstance(value, dict):
        for key, inner in list(value.items())[:MAX_KEYS]:
            yield from _flat(inner, f"{prefix}.{key}" if prefix else str(key), depth + 1)
    elif isinstance(value, list):
        for at, inner in enumerate(value[:100]):
            yield from _flat(inner, f"{prefix}[{at}]", depth + 1)
    elif value is not None:
        yield prefix, str(value).lower() if isinstance(value, bool) else str(value)


def _line(lines: list[str], key: str, value: str) -> int:
    """Return the line of a YAML value: the first that has its last key and the value."""
    last = re.sub(r"\[\d+\]$", "", key).rpartition(".")[2]
    wanted = re.compile(rf"(^|[\s.\-]){re.escape(last)}\"?\s*:\s*[\"']?{re.escape(value)}")
    return next((at for at, line in enumerate(lines, start=1) if wanted.search(line)), 0)


def _plain(key: str) -> str:
    return key.lower().replace("-", "").replace("_", "")
