"""composer.json and composer.lock: what a project requires, what it is, what was locked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.look import Place
from core.evidence import Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A package of composer.lock: its version and what it requires itself."""

    version: str
    requires: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """The manifest of a folder. Names of packages are lower case; ``given`` says that there is a composer.json."""

    place: Place
    given: bool
    name: str
    type: str
    requires: Mapping[str, str]
    development: Mapping[str, str]
    locked: Mapping[str, Locked]
    platform: Mapping[str, str]
    """``config.platform``: the versions that Composer is told to assume."""
    programs: tuple[str, ...]
    autoloads: bool
    scripts: Mapping[str, Any]
    extra: Mapping[str, Any]
    repositories: tuple[str, ...]
    """Kinds of the repositories that the manifest adds (``path``, ``vcs``)."""

    def first(self, *packages: str) -> str:
        """Return the first of these packages that is required, empty for none."""
        return next((one for one in packages if one in self.requires), "")

    def cite(self, package: str) -> Evidence | None:
        """Return the line that requires a package."""
        return self.place.cite("composer.json", re.compile(rf'"{re.escape(package)}"\s*:', re.IGNORECASE))

    def major(self, package: str) -> int | None:
        """Return the major version of a package: the locked one, else the highest that the constraint names."""
        if package in self.locked and (found := re.match(r"v?(\d+)", self.locked[package].version)):
            return int(found[1])
        numbers = re.findall(r"(?<![.\d])v?(\d+)(?:\.|$|\s|\||,|-)", self.requires.get(package, ""))
        return max((int(one) for one in numbers), default=None)


def composer_of(place: Place) -> Composer:
    """Return the manifest of a folder; one that says nothing where it is missing or broken."""
    data, lock = place.json("composer.json"), place.json("composer.lock")
    bins = data.get("bin")
    repositories = data.get("repositories")
    held = list(repositories.values()) if isinstance(repositories, dict) else _list(repositories)
    return Composer(
        place=place,
        given=bool(place.has("composer.json")),
        name=_text(data.get("name")),
        type=_text(data.get("type")).lower(),
        requires=_strings(data.get("require")),
        development=_strings(data.get("require-dev")),
        locked=dict(_packages(lock.get("packages"))),
        platform=_strings(_mapping(data.get("config")).get("platform")),
        programs=(bins,) if isinstance(bins, str) else tuple(one for one in _list(bins) if isinstance(one, str)),
        autoloads=bool(_mapping(data.get("autoload"))),
        scripts=_mapping(data.get("scripts")),
        extra=_mapping(data.get("extra")),
        repositories=tuple(_text(_mapping(one).get("type")) for one in held),
    )


def _packages(value: object) -> list[tuple[str, Locked]]:
    found = []
    for one in _list(value):
        package = _mapping(one)
        if name := _text(package.get("name")).lower():
            version = _text(package.get("version"))
            found.append((name, Locked(version=version, requires=_strings(package.get("require")))))
    return found


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: object) -> dict[str, str]:
    return {name.lower(): one for name, one in _mapping(value).items() if isinstance(one, str)}
