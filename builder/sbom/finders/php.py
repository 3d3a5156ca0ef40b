"""Composer packages: ``installed.json``, which Composer keeps beside its autoloader (both of its forms)."""

from collections.abc import Iterable

from builder.sbom.finder import Finder, json_of, listed, mapping
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean, licenses


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    read = json_of(file, files)
    for value in listed(read) or listed(mapping(read).get("packages")):
        told = mapping(value)
        vendor, _, name = clean(told.get("name")).partition("/")
        version = clean(told.get("version"))
        if not name or not version:
            continue
        license_ = told.get("license")
        yield Component(
            ecosystem="composer",
            group=vendor,
            name=name,
            version=version,
            purl=purl("composer", name, version, namespace=vendor),
            licenses=licenses(listed(license_) or [license_]),
        )


FINDER = Finder(
    name="composer",
    wants=lambda file: f"/{file.path}".endswith("/composer/installed.json"),
    find=_find,
)
