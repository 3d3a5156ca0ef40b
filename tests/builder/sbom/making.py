"""Files of images for tests: folders, programs with sections, archives."""

import io
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

from builder.sbom.limits import DEFAULT, Limits
from builder.sbom.model import Inventory
from builder.sbom.taking import inventory

Content = str | bytes
ADDRESS = 0x400000
FIRST = 128
"""Where the first section of a program lies."""

OS_RELEASE = 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'


def laid(root: Path, files: Mapping[str, Content]) -> Path:
    """Write files; programs (``bin/…``) may be executed."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        if path.parent.name == "bin":
            path.chmod(0o755)
    return root


def taken(root: Path, files: Mapping[str, Content], limits: Limits = DEFAULT) -> Inventory:
    """Write files and take the inventory."""
    return inventory(laid(root, files), limits)


def purls(found: Inventory) -> list[str]:
    """Return the package URLs of what was found."""
    return [one.purl for one in found.components]


def elf(sections: Mapping[str, bytes], *, wide: bool = True, order: str = "<", headers: bool = True) -> bytes:
    """Return a program with these sections and one segment that holds the whole file at ``ADDRESS``."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name in (*sections, ".shstrtab"))
    body = bytearray(FIRST)
    heads = [bytes(64 if wide else 40)]
    for name, data in {**sections, ".shstrtab": names}.items():
        body += bytes(-len(body) % 16)
        at = names.index(b"\0" + name.encode() + b"\0") + 1
        words = (at, 1, 0, ADDRESS + len(body), len(body), len(data), 0, 0, 16, 0)
        heads.append(struct.pack(order + ("LLQQQQLLQQ" if wide else "LLLLLLLLLL"), *words))
        body += data
    body += bytes(-len(body) % 16)
    table = len(body)
    body += b"".join(heads) if headers else b""
    body += bytes(max(0, 40_000 - len(body)))
    count = len(heads) if headers else 0
    begin = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    if wide:
        begin += struct.pack(
            order + "HHLQQQLHHHHHH", 2, 62, 1, 0, 64, table, 0, 64, 56, 1, 64, count, max(count - 1, 0)
        )
        segment = struct.pack(order + "LLQQQQQQ", 1, 5, 0, ADDRESS, ADDRESS, len(body), len(body), 4096)
    else:
        begin += struct.pack(order + "HHLLLLLHHHHHH", 2, 3, 1, 0, 52, table, 0, 52, 32, 1, 40, count, max(count - 1, 0))
        segment = struct.pack(order + "LLLLLLLL", 1, 0, ADDRESS, ADDRESS, len(body), len(body), 5, 4096)
    body[: len(begin)] = begin
    body[len(begin) : len(begin) + len(segment)] = segment
    return bytes(body)


def zipped(members: Mapping[str, Content]) -> bytes:
    """Return a zip archive."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()
