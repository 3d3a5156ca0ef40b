"""Zip archives that are made to exhaust."""

import io
import struct
import zipfile
from pathlib import Path

import pytest

from builder.sbom.finder import Broken
from builder.sbom.image_files import ImageFiles
from builder.sbom.limits import DEFAULT
from builder.sbom.zips import archive, member
from tests.builder.sbom.making import zipped


def test_members_are_read(tmp_path: Path) -> None:
    with ImageFiles(tmp_path, DEFAULT) as files, archive(io.BytesIO(zipped({"a": "text"}))) as opened:
        assert member(opened, opened.getinfo("a"), files, 100) == b"text"


def test_a_member_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    bomb = zipped({"a": b"\0" * 10_000_000})
    assert len(bomb) < 20_000
    said = pytest.raises(Broken, match="unpacks to more than 1,000 bytes")
    with ImageFiles(tmp_path, DEFAULT) as files, archive(io.BytesIO(bomb)) as opened, said:
        member(opened, opened.getinfo("a"), files, 1_000)


def test_a_directory_that_is_too_large_is_not_read() -> None:
    data = bytearray(zipped({"a": "text"}))
    struct.pack_into("<L", data, len(data) - 10, 0x7000_0000)
    with pytest.raises(Broken, match="directory is too large"), archive(io.BytesIO(bytes(data))):
        pass


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06", b"x" * 100_000, b"PK\x05\x06" + b"\xff" * 18])
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(Broken), archive(io.BytesIO(data)):
        pass


def test_broken_members_are_refused(tmp_path: Path) -> None:
    data = bytearray(zipped({"a": "text" * 1_000}))
    data[40:50] = b"\xff" * 10
    with ImageFiles(tmp_path, DEFAULT) as files, pytest.raises(Broken), archive(io.BytesIO(bytes(data))) as opened:
        member(opened, opened.getinfo("a"), files, 100_000)


def test_an_encrypted_member_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a")
    info.flag_bits |= 1
    said = pytest.raises(Broken, match="is encrypted")
    with ImageFiles(tmp_path, DEFAULT) as files, archive(io.BytesIO(zipped({"a": "x"}))) as opened, said:
        member(opened, info, files, 100)
