"""Rust programs that were built with cargo-auditable."""

import json
import zlib
from pathlib import Path

import pytest

from tests.builder.sbom.making import elf, purls, taken

PACKAGES = [
    {"name": "shop", "version": "0.1.0", "source": "local", "root": True},
    {"name": "serde", "version": "1.0.200", "source": "crates.io"},
    {"name": "cc", "version": "1.0.0", "source": "crates.io", "kind": "build"},
    {"name": "forked", "version": "1.0.0", "source": "git"},
    {"name": "x"},
]
DATA = zlib.compress(json.dumps({"packages": PACKAGES}).encode())


def test_crates_are_found(tmp_path: Path) -> None:
    found = taken(tmp_path, {"app/bin/shop": elf({".dep-v0": DATA})})
    assert purls(found) == ["pkg:cargo/serde@1.0.200", "pkg:generic/forked@1.0.0", "pkg:generic/shop@0.1.0"]


def test_a_program_built_without_it_says_nothing(tmp_path: Path) -> None:
    found = taken(tmp_path, {"bin/shop": elf({".text": DATA})})
    assert not found.components
    assert not found.unread


BROKEN = {
    "unpacked": b"no zlib",
    "cut": DATA[:20],
    "a-bomb": zlib.compress(b"\0" * 50_000_000),
    "no-json": zlib.compress(b"{"),
    "empty": b"",
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_named(name: str, tmp_path: Path) -> None:
    found = taken(tmp_path, {"bin/shop": elf({".dep-v0": BROKEN[name]})})
    assert not found.components
    assert found.unread == ("bin/shop",)
