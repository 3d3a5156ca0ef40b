"""Rust crates: what cargo-auditable puts into a program (section ``.dep-v0``: JSON, packed by zlib).

A program that was built without it says nothing of its crates. Source: cargo-auditable, PARSING.md.
"""

import zlib
from collections.abc import Iterable

from builder.sbom.elf import MAGIC, program
from builder.sbom.finder import Broken, Finder, listed, mapping, parsed
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import KIB, MIB
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean

SECTION = ".dep-v0"
MAX_BYTES = 8 * MIB
"""Unpacked: the size that its own parsers take."""

MIN_BYTES = 32 * KIB


def _wants(file: File) -> bool:
    return file.size >= MIN_BYTES and (file.executable or file.path.endswith((".so", ".node")))


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    with files.open(file.path) as raw:
        if raw.read(len(MAGIC)) != MAGIC:
            return
        raw.seek(0)
        read = program(raw)
        section = read.section(SECTION) if read else None
        if section is None:
            return
        raw.seek(section.offset)
        packed = raw.read(min(section.size, MAX_BYTES))
    try:
        unpack = zlib.decompressobj()
        data = unpack.decompress(packed, MAX_BYTES)
    except zlib.error as exc:
        raise Broken("not packed as it says") from exc
    files.spend(len(packed) + len(data))
    if not unpack.eof:
        raise Broken("cut off, or larger than it may be")
    for value in listed(mapping(parsed(data)).get("packages")):
        told = mapping(value)
        name, version = clean(told.get("name")), clean(told.get("version"))
        if not name or not version or told.get("kind", "runtime") != "runtime":
            continue
        published = told.get("source") in ("crates.io", "registry")
        yield Component(
            ecosystem="cargo",
            name=name,
            version=version,
            purl=purl("cargo" if published else "generic", name, version),
        )


FINDER = Finder(name="cargo", wants=_wants, find=_find)
