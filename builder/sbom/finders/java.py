"""Java archives: ``pom.properties`` that Maven puts into each, else the manifest and the archive's own name.

Archives within archives are opened too (``BOOT-INF/lib``, ``WEB-INF/lib``), two levels deep. A class that was copied
out of its archive says nothing of where it came from: of a shaded archive what kept its ``pom.properties`` is found.
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator

from builder.sbom.finder import Broken, Finder
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import KIB, MIB
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean, licenses, shown
from builder.sbom.zips import archive, member

SUFFIXES = (".jar", ".war", ".ear")
MAX_DEPTH = 2
MAX_INNER_BYTES = 128 * MIB
"""Of an archive within another: it is unpacked in memory."""

MAX_TEXT_BYTES = 256 * KIB
_POM = re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.properties")
_MANIFEST = "META-INF/MANIFEST.MF"
_STEM = re.compile(r"(?P<name>[A-Za-z0-9_.-]*?[A-Za-z0-9_])-(?P<version>\d[\w.+-]*)")
_GROUP = re.compile(r"[a-z][a-z0-9_-]*(?:\.[A-Za-z0-9_-]+)+")
_REPOSITORY = re.compile(r"(?:.*/)?\.m2/repository/(?P<group>.+)/(?P<name>[^/]+)/(?P<version>[^/]+)/[^/]+")

_SPRING = (
    r"spring-(?:aop|aspects|beans|context|context-support|core|expression|instrument|jcl|jdbc|jms|messaging|orm|oxm"
    r"|r2dbc|test|tx|web|webflux|webmvc|websocket)"
)
GROUPS = tuple(
    (re.compile(names), group)
    for names, group in (
        (r"spring-boot(?:-.*)?", "org.springframework.boot"),
        (r"spring-security-.*", "org.springframework.security"),
        (r"spring-data-.*", "org.springframework.data"),
        (_SPRING, "org.springframework"),
        (r"kotlin-(?:stdlib|reflect)(?:-.*)?", "org.jetbrains.kotlin"),
        (r"kotlinx-.*", "org.jetbrains.kotlinx"),
        (r"ktor-.*", "io.ktor"),
        (r"micrometer-.*", "io.micrometer"),
        (r"hibernate-core", "org.hibernate.orm"),
        (r"reactor-netty(?:-.*)?", "io.projectreactor.netty"),
        (r"reactor-core", "io.projectreactor"),
        (r"okhttp", "com.squareup.okhttp3"),
        (r"okio(?:-jvm)?", "com.squareup.okio"),
        (r"groovy(?:-[a-z]+)?", "org.apache.groovy"),
        (r"tomcat-embed-.*", "org.apache.tomcat.embed"),
    )
)
"""Groups of what is built with Gradle or Ant, which leave no ``pom.properties``: by the name of the archive."""


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    with files.open(file.path) as raw, archive(raw) as opened:
        yield from _archive(opened, shown(file.path), files, 0)


def _archive(opened: zipfile.ZipFile, path: str, files: ImageFiles, depth: int) -> Iterator[Component]:
    poms: list[zipfile.ZipInfo] = []
    inner: list[zipfile.ZipInfo] = []
    manifest: dict[str, str] = {}
    for info in opened.infolist():
        if _POM.fullmatch(info.filename):
            poms.append(info)
        elif info.filename == _MANIFEST:
            manifest = attributes(_text(opened, info, files))
        elif depth < MAX_DEPTH and info.filename.endswith(SUFFIXES):
            inner.append(info)
    told = [one for info in poms if (one := _of_pom(_text(opened, info, files), path, manifest))]
    yield from told or _of_manifest(manifest, path)
    for info in inner:
        inside = f"{path}!/{shown(info.filename)}"
        try:
            data = io.BytesIO(member(opened, info, files, MAX_INNER_BYTES))
            with archive(data) as within:
                yield from _archive(within, inside, files, depth + 1)
        except Broken:
            continue  # what stands beside it counts


def _text(opened: zipfile.ZipFile, info: zipfile.ZipInfo, files: ImageFiles) -> str:
    try:
        return member(opened, info, files, MAX_TEXT_BYTES).decode("utf-8", "replace")
    except Broken:
        return ""


def _of_pom(text: str, path: str, manifest: dict[str, str]) -> Component | None:
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith(("#", "!")))
    told = {key.strip(): clean(value) for key, _, value in pairs}
    group, name, version = told.get("groupId", ""), told.get("artifactId", ""), told.get("version", "")
    own = bool(name) and path.rpartition("/")[2].startswith(name)
    return _made(group, name, version, path, manifest if own else {}) if group and name and version else None


def _of_manifest(manifest: dict[str, str], path: str) -> Iterator[Component]:
    if placed := _REPOSITORY.fullmatch(path):
        yield _made(placed["group"].replace("/", "."), placed["name"], placed["version"], path, manifest)
        return
    stem = path.rpartition("/")[2].rpartition(".")[0]
    found = _STEM.fullmatch(stem)
    name = found["name"] if found else clean(manifest.get("implementation-title")) or stem
    version = found["version"] if found else _version(manifest)
    if not version or " " in name:
        return
    vendor = clean(manifest.get("implementation-vendor-id"))
    known = next((group for names, group in GROUPS if names.fullmatch(name)), "")
    yield _made(vendor if _GROUP.fullmatch(vendor) else known, name, version, path, manifest)


def _version(manifest: dict[str, str]) -> str:
    keys = ("implementation-version", "bundle-version", "specification-version")
    return next((version for key in keys if (version := clean(manifest.get(key)))), "")


def _made(group: str, name: str, version: str, path: str, manifest: dict[str, str]) -> Component:
    return Component(
        ecosystem="maven",
        group=group,
        name=name,
        version=version,
        purl=purl("maven" if group else "generic", name, version, namespace=group),
        licenses=licenses([manifest.get("bundle-license")]),
        paths=(path,),
    )


def attributes(text: str) -> dict[str, str]:
    """Return the main section of a manifest, names in small letters; a line that begins with a blank goes on."""
    told: dict[str, str] = {}
    last = ""
    for line in text.splitlines():
        if not line:
            break
        if line[0] == " ":
            if last:
                told[last] += line[1:]
            continue
        name, colon, value = line.partition(":")
        last = name.strip().lower() if colon else ""
        if last:
            told[last] = value.strip()
    return told


FINDER = Finder(name="maven", wants=lambda file: file.path.endswith(SUFFIXES), find=_find)
