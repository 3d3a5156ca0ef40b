"""NuGet packages: ``*.deps.json`` beside a published program, and those of the shared runtime.

A program published as a single file keeps it inside: that is not found.
"""

from collections.abc import Iterable

from builder.sbom.finder import Finder, json_of, mapping
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean

_PACK = "runtimepack."


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    for key, value in mapping(mapping(json_of(file, files)).get("libraries")).items():
        kind = mapping(value).get("type")
        name, _, version = clean(key).partition("/")
        if kind in ("package", "runtimepack") and name and version:
            name = name.removeprefix(_PACK)
            yield Component(ecosystem="nuget", name=name, version=version, purl=purl("nuget", name, version))


FINDER = Finder(name="nuget", wants=lambda file: file.path.endswith(".deps.json"), find=_find)
