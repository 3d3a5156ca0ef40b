"""ELF programs: where their sections and segments lie. Nothing else of the format is needed, and nothing is executed.

Source: System V Application Binary Interface, chapters 4 and 5.
"""

import struct
from dataclasses import dataclass
from typing import BinaryIO

MAGIC = b"\x7fELF"
MAX_HEADERS = 4_096
"""Sections of a program: usual ones have 40, one compiled with a section a function some thousands."""

MAX_NAMES = 1024 * 1024
MAX_HEADER_BYTES = 256
"""Of one header: they have up to 64."""

MAX_OFFSET = 2**62
"""Beyond it no file goes, and seeking fails."""

_NOBITS = 8
_LOAD = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section or a segment: where it lies in the file and in memory. Segments have no name."""

    name: str
    offset: int
    address: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """The parts of an ELF file. ``order`` is ``<`` or ``>``, ``width`` the bytes of an address."""

    order: str
    width: int
    sections: tuple[Part, ...]
    segments: tuple[Part, ...]

    def section(self, name: str) -> Part | None:
        """Return a section by its name."""
        return next((one for one in self.sections if one.name == name), None)

    def place(self, address: int) -> tuple[int, int] | None:
        """Return where an address of memory lies in the file, and how many bytes follow it there."""
        for one in self.segments:
            if one.address <= address < one.address + one.size:
                return one.offset + address - one.address, one.address + one.size - address
        return None


def program(file: BinaryIO) -> Program | None:
    """Read the headers; None for what is no ELF file. Raises ``ValueError`` where they contradict themselves."""
    begin = file.read(64)
    if not begin.startswith(MAGIC):
        return None
    try:
        return _program(file, begin.ljust(6, b"\0"))
    except (struct.error, OverflowError) as exc:
        raise ValueError("the ELF headers are cut off") from exc


def _program(file: BinaryIO, begin: bytes) -> Program:
    wide, order = begin[4] == 2, ">" if begin[5] == 2 else "<"
    if wide:
        segments_at, sections_at = struct.unpack_from(order + "QQ", begin, 32)
        sizes_at = 54
    else:
        segments_at, sections_at = struct.unpack_from(order + "LL", begin, 28)
        sizes_at = 42
    segment_size, segment_count, section_size, section_count, names_at = struct.unpack_from(
        order + "HHHHH", begin, sizes_at
    )
    if max(segment_count, section_count) > MAX_HEADERS or max(segment_size, section_size) > MAX_HEADER_BYTES:
        raise ValueError("more ELF headers than a program has")
    heads = _table(file, sections_at, section_size, section_count)
    raw = [_section(head, order, wide=wide) for head in heads]
    names = b""
    if names_at < len(raw):
        _, _, _, offset, size = raw[names_at]
        file.seek(offset)
        names = file.read(min(size, MAX_NAMES))
    sections = tuple(
        Part(name=_name(names, at), offset=offset, address=address, size=size)
        for at, kind, address, offset, size in raw
        if kind != _NOBITS and offset < MAX_OFFSET and size < MAX_OFFSET
    )
    segments = tuple(
        found
        for head in _table(file, segments_at, segment_size, segment_count)
        if (found := _segment(head, order, wide=wide)) is not None
    )
    return Program(order=order, width=8 if wide else 4, sections=sections, segments=segments)


def _table(file: BinaryIO, at: int, size: int, count: int) -> list[bytes]:
    if not count or not size:
        return []
    file.seek(at)
    data = file.read(size * count)
    return [data[begin : begin + size] for begin in range(0, len(data) - size + 1, size)]


def _section(head: bytes, order: str, *, wide: bool) -> tuple[int, int, int, int, int]:
    """Return where the name stands, the kind, address, offset and size."""
    if wide:
        name, kind, _, address, offset, size = struct.unpack_from(order + "LLQQQQ", head)
    else:
        name, kind, _, address, offset, size = struct.unpack_from(order + "LLLLLL", head)
    return name, kind, address, offset, size


def _segment(head: bytes, order: str, *, wide: bool) -> Part | None:
    if wide:
        kind, _, offset, address, _, size = struct.unpack_from(order + "LLQQQQ", head)
    else:
        kind, offset, address, _, size = struct.unpack_from(order + "LLLLL", head)
    usable = kind == _LOAD and offset < MAX_OFFSET and size < MAX_OFFSET
    return Part(name="", offset=offset, address=address, size=size) if usable else None


def _name(names: bytes, at: int) -> str:
    end = names.find(b"\0", at)
    return names[at : end if end >= 0 else len(names)][:100].decode("ascii", "replace")
