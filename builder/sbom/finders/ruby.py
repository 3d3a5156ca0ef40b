"""Ruby gems: the specifications that RubyGems writes when it installs. They are Ruby code, and read as text only.

Their first lines say name, version and platform in a comment (``# stub: rack 3.0.8 ruby lib``), made for being read so.
"""

import re
from collections.abc import Iterable

from builder.sbom.finder import Broken, Finder
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import HEAD_BYTES
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean, licenses

_SPECIFICATION = re.compile(r"(?:.*/)?specifications/(?:default/)?[^/]+\.gemspec")
_STUB = re.compile(r"^# stub: (?P<name>\S+) (?P<version>\S+) (?P<platform>\S+)", re.MULTILINE)
_FIELD = re.compile(r"^\s*s\.(?P<field>name|version|platform) = \"(?P<value>[^\"]+)\"", re.MULTILINE)
_LICENSES = re.compile(r"^\s*s\.licenses = \[(?P<each>[^\]]{1,500})\]", re.MULTILINE)


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    text = files.read(file.path, HEAD_BYTES).decode("utf-8", "replace")
    told = {one["field"]: one["value"] for one in reversed(list(_FIELD.finditer(text)))}
    if stub := _STUB.search(text):
        told |= stub.groupdict()
    name, version = clean(told.get("name")), clean(told.get("version"))
    if not name or not version:
        raise Broken("no name or version")
    platform = clean(told.get("platform"))
    named = _LICENSES.search(text)
    yield Component(
        ecosystem="gem",
        name=name,
        version=version,
        purl=purl("gem", name, version, qualifiers={"platform": platform if platform != "ruby" else ""}),
        licenses=licenses(re.findall(r"\"([^\"]+)\"", named["each"]) if named else ()),
    )


FINDER = Finder(name="gem", wants=lambda file: bool(_SPECIFICATION.fullmatch(file.path)), find=_find)
