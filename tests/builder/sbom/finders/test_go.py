"""Go programs: both forms of what the linker writes."""

import struct
from pathlib import Path

import pytest

from builder.sbom.finders.go import SIGN
from tests.builder.sbom.making import ADDRESS, FIRST, elf, purls, taken

MARK = bytes(range(16))
MODULES = (
    b"path\texample.com/shop/cmd/api\n"
    b"mod\texample.com/shop\t(devel)\t\n"
    b"dep\tgithub.com/Gorilla/mux\tv1.8.0\th1:abc=\n"
    b"dep\tgolang.org/x/net\tv0.1.0\n"
    b"=>\tgithub.com/fork/net\tv0.2.0\th1:def=\n"
    b"dep\texample.com/local\tv0.0.0\n"
    b"=>\t../local\t\n"
    b"build\t-compiler=gc\n"
    b"dep\tgopkg.in/yaml.v3\tv3.0.1\th1:ghi=\n"
)
TEXT = MARK + MODULES + MARK[::-1]
FOUND = [
    "pkg:golang/example.com/local@v0.0.0",
    "pkg:golang/example.com/shop",
    "pkg:golang/github.com/fork/net@v0.2.0",
    "pkg:golang/github.com/gorilla/mux@v1.8.0",
    "pkg:golang/gopkg.in/yaml.v3@v3.0.1",
    "pkg:golang/stdlib@1.22.1",
]


def varint(number: int) -> bytes:
    made = b""
    while number >= 0x80:
        made += bytes([number & 0x7F | 0x80])
        number >>= 7
    return made + bytes([number])


def inline(release: bytes = b"go1.22.1 X:boringcrypto", text: bytes = TEXT) -> bytes:
    return (SIGN + b"\x08\x02").ljust(32, b"\0") + varint(len(release)) + release + varint(len(text)) + text


def pointed(*, wide: bool = True, order: str = "<", release: bytes = b"go1.22.1", text: bytes = TEXT) -> bytes:
    """Return a program as Go until 1.17 made it: headers of strings and the strings lie in another section."""
    letter, width = ("Q", 8) if wide else ("L", 4)
    begin = ADDRESS + FIRST
    strings = begin + 4 * width
    data = struct.pack(order + 4 * letter, strings, len(release), strings + len(release), len(text)) + release + text
    info = SIGN + bytes([width, 1 if order == ">" else 0]) + struct.pack(order + 2 * letter, begin, begin + 2 * width)
    return elf({".data": data, ".go.buildinfo": info.ljust(32, b"\0")}, wide=wide, order=order)


def test_modules_stand_inline_since_1_18(tmp_path: Path) -> None:
    found = taken(tmp_path, {"app/bin/api": elf({".text": b"x", ".go.buildinfo": inline()})})
    assert purls(found) == FOUND
    assert found.components[2].paths == ("app/bin/api",)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("wide", [True, False])
def test_modules_stand_behind_addresses_before(order: str, wide: bool, tmp_path: Path) -> None:
    assert purls(taken(tmp_path, {"bin/api": pointed(wide=wide, order=order)})) == FOUND


def test_a_program_without_sections_is_searched(tmp_path: Path) -> None:
    assert purls(taken(tmp_path, {"bin/api": elf({".go.buildinfo": inline()}, headers=False)})) == FOUND


def test_a_program_built_without_modules_tells_its_release(tmp_path: Path) -> None:
    assert purls(taken(tmp_path, {"bin/api": pointed(text=b"")})) == ["pkg:golang/stdlib@1.22.1"]


def test_other_programs_and_scripts_are_none(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "bin/c": elf({".text": SIGN + b"no"}),
        "bin/script": "#!/bin/sh\n" * 5_000,
        "bin/small": b"\x7fELF",
        "lib/not-executable": elf({".go.buildinfo": inline()}),
    }
    found = taken(tmp_path, files)
    assert not found.components
    assert not found.unread


BROKEN = {
    "a-long-length": (SIGN + b"\x08\x02").ljust(32, b"\0") + b"\xff" * 10,
    "a-length-beyond": (SIGN + b"\x08\x02").ljust(32, b"\0") + varint(100_000_000) + b"x",
    "an-address-to-nowhere": SIGN + b"\x08\x00" + b"\xff" * 16,
    "odd-pointers": SIGN + b"\x05\x00" + b"\xff" * 16,
    "a-string-beyond": SIGN + b"\x08\x00" + struct.pack("<QQ", ADDRESS + 32, ADDRESS + 32),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_program_is_named(name: str, tmp_path: Path) -> None:
    found = taken(tmp_path, {"bin/api": elf({".go.buildinfo": BROKEN[name].ljust(32, b"\0")})})
    assert not found.components
    assert found.unread == ("bin/api",)
