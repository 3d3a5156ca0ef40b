"""npm packages: each ``package.json`` directly in ``node_modules``, pnpm's store and yarn's packed cache too.

A bundler puts packages into a file that no longer says which they were: those are not found.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from builder.sbom.finder import Broken, Finder, json_of, listed, mapping, parsed
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import MIB
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean, licenses
from builder.sbom.zips import archive, member

_PACKAGE = re.compile(r"(?:.*/)?node_modules/(?:@[^/]+/)?[^/@.][^/]*/package\.json")
_PACKED = re.compile(r"(?:.*/)?\.yarn/cache/[^/]+\.zip")
_NAME = re.compile(r"(?:(?P<scope>@[A-Za-z0-9._~-]+)/)?(?P<name>[A-Za-z0-9._~-]+)")
MAX_BYTES = MIB
"""Of a package.json."""


def _wants(file: File) -> bool:
    if file.path.endswith("/package.json"):
        return bool(_PACKAGE.fullmatch(file.path))
    return file.path.endswith(".zip") and bool(_PACKED.fullmatch(file.path))


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    if file.path.endswith(".zip"):
        yield from _packed(file, files)
        return
    yield from _package(json_of(file, files, MAX_BYTES))


def _packed(file: File, files: ImageFiles) -> Iterator[Component]:
    with files.open(file.path) as raw, archive(raw) as opened:
        for info in opened.infolist():
            if info.filename.endswith("/package.json") and _PACKAGE.fullmatch(info.filename):
                yield from _package(parsed(member(opened, info, files, MAX_BYTES)))


def _package(value: Any) -> Iterator[Component]:
    told = mapping(value)
    found, version = _NAME.fullmatch(clean(told.get("name"))), clean(told.get("version"))
    if not told:
        raise Broken("no object")
    if not found or not version:
        return  # a folder of files that are no package
    scope, name = found["scope"] or "", found["name"]
    yield Component(
        ecosystem="npm",
        group=scope,
        name=name,
        version=version,
        purl=purl("npm", name, version, namespace=scope),
        licenses=licenses([_license(one) for one in (told.get("license"), *listed(told.get("licenses")))]),
    )


def _license(value: Any) -> Any:
    """Return the name of a licence; old packages write an object."""
    return mapping(value).get("type") if isinstance(value, dict) else value


FINDER = Finder(name="npm", wants=_wants, find=_find)
