"""Alpine packages: the database of apk, which keeps one letter a field."""

from collections.abc import Iterable

from builder.sbom.finder import Finder, text_of
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean, licenses

_PLACES = frozenset({"lib/apk/db/installed", "usr/lib/apk/db/installed"})


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    system = files.system
    vendor = system.id if system else "alpine"
    for stanza in text_of(file, files).split("\n\n"):
        told = {line[0]: line[2:].strip() for line in stanza.splitlines() if line[1:2] == ":" and line[0] in "PVALo"}
        name, version, origin = clean(told.get("P")), clean(told.get("V")), clean(told.get("o"))
        if not name or not version:
            continue
        qualifiers = {
            "arch": clean(told.get("A")),
            "distro": system.distro if system else "",
            "upstream": origin if origin != name else "",
        }
        yield Component(
            ecosystem="apk",
            group=vendor,
            name=name,
            version=version,
            purl=purl("apk", name, version, namespace=vendor, qualifiers=qualifiers),
            licenses=licenses([told.get("L")]),
        )


FINDER = Finder(name="apk", wants=lambda file: file.path in _PLACES, find=_find)
