"""Reading an image's files: never out of it, never for ever."""

import os
from pathlib import Path

import pytest

from builder.sbom.image_files import Exhausted, ImageFiles
from builder.sbom.limits import DEFAULT, Limits
from builder.sbom.model import System
from tests.builder.sbom.making import OS_RELEASE, laid


def test_regular_files_are_told_in_order_with_their_modes(tmp_path: Path) -> None:
    laid(tmp_path, {"b/bin/run": "x", "a/one": "xy", "a/b/two": "", "top": "", "proc/1/status": "", "a/dev/x": ""})
    with ImageFiles(tmp_path, DEFAULT) as files:
        found = [(one.path, one.size, one.executable) for one in files.walk()]
    assert found == [
        ("top", 0, False),
        ("a/one", 2, False),
        ("a/b/two", 0, False),
        ("a/dev/x", 0, False),
        ("b/bin/run", 1, True),
    ]


def test_no_link_is_followed(tmp_path: Path) -> None:
    secret = tmp_path / "outside"
    laid(secret, {"etc/shadow": "c4n4ry", "folder/file": "c4n4ry"})
    root = laid(tmp_path / "root", {"own/file": "x"})
    (root / "file").symlink_to(secret / "etc" / "shadow")
    (root / "folder").symlink_to(secret / "folder")
    (root / "inner").symlink_to("own")
    (root / "up").symlink_to("../outside")
    (root / "loop").symlink_to(".")
    with ImageFiles(root, DEFAULT) as files:
        assert [one.path for one in files.walk()] == ["own/file"]
        for path in ("file", "folder/file", "inner/file", "up/etc/shadow", "loop/own/file", "nothing", "own"):
            assert not files.holds(path), path
            with pytest.raises((FileNotFoundError, NotADirectoryError, OSError)):
                files.read(path, 100)
        assert files.holds("own/file")


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with ImageFiles(tmp_path, DEFAULT) as files:
        assert list(files.walk()) == []
        assert not files.holds("pipe")


def test_names_that_are_no_utf8_are_read(tmp_path: Path) -> None:
    laid(tmp_path, {os.fsdecode(b"caf\xe9/x"): "1"})
    with ImageFiles(tmp_path, DEFAULT) as files:
        (one,) = files.walk()
        assert files.read(one.path, 10) == b"1"


def test_bounds_end_the_reading(tmp_path: Path) -> None:
    laid(tmp_path, {f"a/b/c/{at}": "x" * 100 for at in range(20)})
    with ImageFiles(tmp_path, Limits(entries=10)) as files, pytest.raises(Exhausted, match="entries"):
        list(files.walk())
    with ImageFiles(tmp_path, Limits(read_bytes=150)) as files:
        files.read("a/b/c/1", 1_000)
        with pytest.raises(Exhausted, match="read_bytes"):
            files.read("a/b/c/2", 1_000)
    with ImageFiles(tmp_path, Limits(seconds=0)) as files, pytest.raises(Exhausted, match="seconds"):
        list(files.walk())
    with ImageFiles(tmp_path, Limits(depth=2)) as files:
        assert list(files.walk()) == []
        assert files.too_deep


def test_the_distribution_is_told_by_os_release(tmp_path: Path) -> None:
    laid(tmp_path, {"usr/lib/os-release": OS_RELEASE})
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "os-release").symlink_to("../usr/lib/os-release")
    with ImageFiles(tmp_path, DEFAULT) as files:
        assert files.system == System(id="debian", version="12", name="Debian GNU/Linux 12 (bookworm)")
        assert files.system is not None
        assert files.system.distro == "debian-12"


@pytest.mark.parametrize("text", ["", "NAME=x\n", "ID=\n", "\0" * 100, "=\n=\n"])
def test_an_os_release_that_says_nothing_is_none(text: str, tmp_path: Path) -> None:
    laid(tmp_path, {"etc/os-release": text})
    with ImageFiles(tmp_path, DEFAULT) as files:
        assert files.system is None
