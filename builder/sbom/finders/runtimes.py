"""Runtimes that stand beside the distribution's packages, as official images install them: by files that they bring.

A package manager does not know them, and what has a weak spot is often just they.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from builder.sbom.finder import Broken, Finder
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import HEAD_BYTES
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    """A file, and the words in it whose values, with dots between, are the version."""

    name: str
    path: re.Pattern[str]
    values: tuple[re.Pattern[str], ...]


def _defines(*names: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(rf'^#define\s+{name}\s+"?([\w.+-]+)"?', re.MULTILINE) for name in names)


_OWN = r"(?:usr/local|opt/[^/]+)/"
SIGNS = (
    _Sign(
        name="node",
        path=re.compile(_OWN + r"include/node/node_version\.h"),
        values=_defines("NODE_MAJOR_VERSION", "NODE_MINOR_VERSION", "NODE_PATCH_VERSION"),
    ),
    _Sign(
        name="python",
        path=re.compile(_OWN + r"include/python[\d.]+t?/patchlevel\.h"),
        values=_defines("PY_VERSION"),
    ),
    _Sign(name="php", path=re.compile(_OWN + r"include/php/main/php_version\.h"), values=_defines("PHP_VERSION")),
    _Sign(
        name="ruby",
        path=re.compile(_OWN + r"lib/ruby/[\d.]+/[^/]+/rbconfig\.rb"),
        values=(re.compile(r'CONFIG\["RUBY_PROGRAM_VERSION"\]\s*=\s*"([\w.]+)"'),),
    ),
    _Sign(
        name="openjdk",
        path=re.compile(r"(?:opt/java/openjdk|opt/[^/]+|usr/lib/jvm/[^/]+|usr/local/openjdk[^/]*)/release"),
        values=(re.compile(r'^JAVA_VERSION="([\w.+-]+)"', re.MULTILINE),),
    ),
    _Sign(name="go", path=re.compile(r"usr/local/go/VERSION"), values=(re.compile(r"\Ago([\w.]+)"),)),
    _Sign(
        name="erlang",
        path=re.compile(r"(?:usr/local/)?lib/erlang/releases/\d+/OTP_VERSION"),
        values=(re.compile(r"\A([\d.]+)"),),
    ),
)


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    sign = next(one for one in SIGNS if one.path.fullmatch(file.path))
    text = files.read(file.path, HEAD_BYTES).decode("utf-8", "replace")
    found = [one.search(text) for one in sign.values]
    version = clean(".".join(one[1] for one in found if one))
    if not version or not all(found):
        raise Broken("no version")
    yield Component(
        ecosystem="generic",
        name=sign.name,
        version=version,
        purl=purl("generic", sign.name, version),
        kind="platform",
    )


_ENDS = ("/node_version.h", "/patchlevel.h", "/php_version.h", "/rbconfig.rb", "/release", "/VERSION", "/OTP_VERSION")

FINDER = Finder(
    name="runtime",
    wants=lambda file: file.path.endswith(_ENDS) and any(one.path.fullmatch(file.path) for one in SIGNS),
    find=_find,
)
