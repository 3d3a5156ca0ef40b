"""Gradle's version catalogs: ``libs.versions.toml``, whose names become ``libs.spring.boot.web`` in scripts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join
from typing import Any

from builder.look import Look


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """By accessor: ``group:name:version`` of libraries, ``id:version`` of plugins, versions, bundles of libraries."""

    libraries: Mapping[str, str] = field(default_factory=dict)
    plugins: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    bundles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def libraries_of(self, accessor: str) -> Iterator[str]:
        """Tell the libraries that ``libs.…`` names, those of a bundle one by one."""
        name = accessor.partition(".")[2].removesuffix(".get")
        if name.startswith("bundles."):
            for one in self.bundles.get(name.removeprefix("bundles."), ()):
                yield self.libraries.get(one, "")
        elif name in self.libraries:
            yield self.libraries[name]


def catalog(look: Look, folder: str) -> Catalog:
    """Return the catalog of the build that a folder is in."""
    while True:
        for name in ("gradle/libs.versions.toml", "libs.versions.toml"):
            path = join(folder, name)
            if path in look.tree:
                return _read(look.toml(path))
        if not folder:
            return Catalog()
        folder = dirname(folder)


def _read(data: Mapping[str, Any]) -> Catalog:
    versions = {_accessor(key): _version(value, {}) for key, value in _table(data, "versions")}
    libraries = {}
    for key, value in _table(data, "libraries"):
        if isinstance(value, str):
            libraries[_accessor(key)] = value
        elif isinstance(value, dict):
            full = value.get("module") or f"{value.get('group', '')}:{value.get('name', '')}"
            libraries[_accessor(key)] = f"{full}:{_version(value.get('version'), versions)}"
    plugins = {}
    for key, value in _table(data, "plugins"):
        if isinstance(value, str):
            plugins[_accessor(key)] = value
        elif isinstance(value, dict):
            plugins[_accessor(key)] = f"{value.get('id', '')}:{_version(value.get('version'), versions)}"
    bundles = {
        _accessor(key): tuple(_accessor(str(one)) for one in value)
        for key, value in _table(data, "bundles")
        if isinstance(value, list)
    }
    return Catalog(libraries=libraries, plugins=plugins, versions=versions, bundles=bundles)


def _table(data: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    found = data.get(name)
    return iter(found.items()) if isinstance(found, dict) else iter(())


def _version(value: object, versions: Mapping[str, str]) -> str:
    if isinstance(value, dict):
        if "ref" in value:
            return versions.get(_accessor(str(value["ref"])), "")
        value = next((value[key] for key in ("strictly", "require", "prefer") if key in value), "")
    return str(value or "")


def _accessor(name: str) -> str:
    return re.sub(r"[-_]", ".", name)
