"""Go modules: what the linker writes into every program since Go 1.13 (``go version -m``).

The section ``.go.buildinfo`` begins with a header of 32 bytes: 14 bytes of magic, the size of a pointer, flags. Since
Go 1.18 (flag 2) two strings follow it, each after its length as a varint: Go's version and the modules. Before, the
header holds two addresses of string headers (address and length). Source: Go's package debug/buildinfo.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from builder.sbom.elf import MAGIC, Program, program
from builder.sbom.finder import Broken, Finder
from builder.sbom.image_files import File, ImageFiles
from builder.sbom.limits import KIB, MIB
from builder.sbom.model import Component
from builder.sbom.purl import purl
from builder.sbom.words import clean

SIGN = b"\xff Go buildinf:"
HEADER = 32
_INLINE, _BIG = 2, 1
MAX_MODULES_BYTES = 4 * MIB
"""Of the text on modules: 2,000 of them have 200 KiB."""

MIN_BYTES = 32 * KIB
"""No Go program is smaller; most executables of a distribution are scripts or small."""

SEARCHED = MIB
"""How far the header is looked for in a program without sections."""


def _find(file: File, files: ImageFiles) -> Iterable[Component]:
    with files.open(file.path) as raw:
        if raw.read(len(MAGIC)) != MAGIC:
            return
        raw.seek(0)
        read = program(raw)
        told = _strings(raw, read) if read else None
        files.spend(HEADER + len(told[1]) if told else HEADER)
    if told is None:
        return
    release, modules = told
    if version := clean(release.partition(" ")[0].removeprefix("go")):
        yield Component(ecosystem="golang", name="stdlib", version=version, purl=purl("golang", "stdlib", version))
    yield from _modules(modules)


def _strings(raw: BinaryIO, read: Program) -> tuple[str, str] | None:
    """Return Go's version and the text on modules, None for a program that is not Go's."""
    at = _header_at(raw, read)
    if at is None:
        return None
    raw.seek(at)
    header = raw.read(HEADER)
    if len(header) < HEADER:
        raise Broken("cut off")
    if header[15] & _INLINE:
        release, modules = _inline(raw), _inline(raw)
    else:
        width, order = header[14], ">" if header[15] & _BIG else "<"
        if width not in {4, 8}:
            raise Broken("no such pointers")
        first, second = struct.unpack_from(order + ("QQ" if width == 8 else "LL"), header, 16)
        release, modules = (_pointed(raw, read, one, order, width) for one in (first, second))
    marked = len(modules) >= 33 and modules[-17:-16] == b"\n"  # between two marks of 16 bytes
    return release.decode("utf-8", "replace"), modules[16:-16].decode("utf-8", "replace") if marked else ""


def _header_at(raw: BinaryIO, read: Program) -> int | None:
    if section := read.section(".go.buildinfo"):
        raw.seek(section.offset)
        return section.offset if raw.read(len(SIGN)) == SIGN else None
    if read.sections:
        return None
    for segment in read.segments:
        raw.seek(segment.offset)
        data = raw.read(min(segment.size, SEARCHED))
        found = data.find(SIGN)
        while found >= 0 and found % 16:
            found = data.find(SIGN, found + 1)
        if found >= 0:
            return segment.offset + found
    return None


def _inline(raw: BinaryIO) -> bytes:
    size = shift = 0
    while True:
        one = raw.read(1)
        if not one or shift > 28:
            raise Broken("no length")
        size |= (one[0] & 0x7F) << shift
        shift += 7
        if one[0] < 0x80:
            break
    return _exactly(raw, size)


def _pointed(raw: BinaryIO, read: Program, address: int, order: str, width: int) -> bytes:
    """Return the string whose header lies at an address of memory."""
    letter = "Q" if width == 8 else "L"
    place = read.place(address)
    if place is None:
        raise Broken("an address leads nowhere")
    raw.seek(place[0])
    begin, size = struct.unpack(order + 2 * letter, _exactly(raw, 2 * width))
    if not size:
        return b""
    place = read.place(begin)
    if place is None or place[1] < size:
        raise Broken("an address leads nowhere")
    raw.seek(place[0])
    return _exactly(raw, size)


def _exactly(raw: BinaryIO, size: int) -> bytes:
    data = raw.read(size) if size <= MAX_MODULES_BYTES else b""
    if len(data) != size:
        raise Broken("cut off")
    return data


def _modules(text: str) -> Iterator[Component]:
    """Tell the modules: ``mod`` is the program's own, ``dep`` one it holds, ``=>`` what took the place of the last."""
    last: list[str] = []
    for line in [*text.splitlines(), "end"]:
        kind, *words = line.split("\t")
        if kind == "=>" and words:
            if len(words) > 1 and not words[0].startswith((".", "/")):
                last = words
            continue
        if last:
            yield from _module(last)
        last = words if kind in {"mod", "dep"} else []


def _module(words: list[str]) -> Iterator[Component]:
    path, version = clean(words[0]), clean(words[1]) if len(words) > 1 else ""
    version = "" if version == "(devel)" else version
    group, _, name = path.rpartition("/")
    if name:
        yield Component(
            ecosystem="golang",
            group=group,
            name=name,
            version=version,
            purl=purl("golang", name, version, namespace=group),
        )


FINDER = Finder(name="golang", wants=lambda file: file.executable and file.size >= MIN_BYTES, find=_find)
