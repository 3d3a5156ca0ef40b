"""Debian packages: the status of dpkg, and the stanzas that images without dpkg keep (``status.d``)."""

import re
from collections.abc import Iterable, Iterator

from builder.sbom.finder import Finder, text_of
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean

_STATUS = re.compile(r"var/lib/dpkg/status(?:\.d/[^/]+)?")
_SOURCE = re.compile(r"(?P<name>[^\s()]+)(?:\s+\((?P<version>[^\s()]+)\))?")
_KEYS = frozenset({"package", "version", "architecture", "source", "status"})


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    system = files.system
    vendor = system.id if system else "debian"
    for told in stanzas(text_of(file, files).splitlines()):
        name, version = clean(told.get("package")), clean(told.get("version"))
        removed = told.get("status", "ok installed").split()[-1:] != ["installed"]
        if not name or not version or removed:
            continue
        source = _SOURCE.match(told.get("source", ""))
        upstream = f"{source['name']}{'@' + source['version'] if source['version'] else ''}" if source else ""
        qualifiers = {
            "arch": clean(told.get("architecture")),
            "distro": system.distro if system else "",
            "upstream": clean(upstream),  # advisories of Debian are by the source package
        }
        yield Component(
            ecosystem="deb",
            group=vendor,
            name=name,
            version=version,
            purl=purl("deb", name, version, namespace=vendor, qualifiers=qualifiers),
        )


def stanzas(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Tell the stanzas of a control file, keys in small letters; continued lines are left out."""
    told: dict[str, str] = {}
    for line in lines:
        if not line.strip():
            if told:
                yield told
            told = {}
        elif not line[0].isspace():
            key, _, value = line.partition(":")
            if key.lower() in _KEYS:
                told[key.lower()] = value.strip()
    if told:
        yield told


FINDER = Finder(
    name="deb",
    wants=lambda file: bool(_STATUS.fullmatch(file.path)) and not file.path.endswith(".md5sums"),
    find=_find,
)
