"""Archives of source code, well-made and hostile."""

import io
import os
import stat
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard

from builder.source.archive import inside, unpack
from builder.source.directory import open_directory
from builder.source.errors import TreeHostile, TreeRefused, TreeTooLarge
from builder.source.limits import SourceLimits

FILES = {"shop/main.py": b"print()", "shop/src/run.sh": b"#!/bin/sh\n"}


def entry(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", mode: int = 0o644, size: int = 0
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.size = kind, link, mode, size
    return info


def tar(path: Path, *entries: tarfile.TarInfo, packing: str = "gz", files: dict[str, bytes] | None = None) -> Path:
    data = io.BytesIO()
    mode: Any = "w" if packing == "zst" else f"w:{packing}"
    with tarfile.open(fileobj=data, mode=mode) as archive:
        for info in entries:
            archive.addfile(info, io.BytesIO(b"x" * info.size))
        for name, content in (files or {}).items():
            archive.addfile(
                entry(name, mode=0o755 if name.endswith(".sh") else 0o644, size=len(content)), io.BytesIO(content)
            )
    packed = zstandard.compress(data.getvalue()) if packing == "zst" else data.getvalue()
    path.write_bytes(packed)
    return path


def zipped(path: Path, files: dict[str, bytes], *, mode: int = 0o644) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (mode if mode > 0o777 else stat.S_IFREG | mode) << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return path


@pytest.mark.parametrize("packing", ["gz", "bz2", "xz", "zst", ""])
def test_a_tar_is_unpacked_to_its_only_folder(tmp_path: Path, packing: str) -> None:
    folder = unpack(tar(tmp_path / "a", packing=packing, files=FILES), tmp_path / "out")
    tree = open_directory(folder)
    assert tuple(tree.sizes) == ("main.py", "src/run.sh")
    assert tree.executable == {"src/run.sh"}
    assert tree.text("main.py") == "print()"


def test_a_zip_is_unpacked_and_links_that_stay_inside_are_kept(tmp_path: Path) -> None:
    folder = unpack(zipped(tmp_path / "a.zip", {**FILES, "README": b"hi"}), tmp_path / "out")
    assert sorted(os.listdir(folder)) == ["README", "shop"]
    linked = unpack(tar(tmp_path / "b", entry("a/l", tarfile.SYMTYPE, "../x/y")), tmp_path / "linked")
    assert os.readlink(linked / "l") == "../x/y"


def test_what_git_keeps_is_left_out(tmp_path: Path) -> None:
    folder = unpack(tar(tmp_path / "a", files={".git/hooks/post-checkout": b"x", "main.py": b""}), tmp_path / "out")
    assert os.listdir(folder) == ["main.py"]


def cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:60])
    return path


def text(path: Path) -> Path:
    path.write_text("hello", encoding="utf-8")
    return path


@dataclass(frozen=True, kw_only=True)
class Attack:
    id: str
    make: Callable[[Path], Path]
    message: str
    error: type[TreeRefused] = TreeHostile


ATTACKS = (
    Attack(id="up and out", make=lambda path: tar(path, entry("../evil")), message="leads out"),
    Attack(id="out in the middle", make=lambda path: tar(path, entry("a/../../evil")), message="leads out"),
    Attack(id="absolute", make=lambda path: tar(path, entry("/etc/cron.d/evil")), message="leads out"),
    Attack(id="the other slash", make=lambda path: zipped(path, {"a\\..\\..\\evil": b""}), message="leads out"),
    Attack(id="zip up and out", make=lambda path: zipped(path, {"../../evil": b""}), message="leads out"),
    Attack(id="a link out", make=lambda path: tar(path, entry("l", tarfile.SYMTYPE, "../../etc")), message="leads out"),
    Attack(
        id="a link to the root", make=lambda path: tar(path, entry("l", tarfile.SYMTYPE, "/etc")), message="leads out"
    ),
    Attack(
        id="through a link",
        make=lambda path: tar(path, entry("d/x", tarfile.SYMTYPE, "y"), entry("d/x/evil", size=1)),
        message="through a link",
    ),
    Attack(
        id="a zip's link out",
        make=lambda path: zipped(path, {"l": b"../../etc"}, mode=stat.S_IFLNK | 0o777),
        message="leads out",
    ),
    Attack(
        id="a hard link", make=lambda path: tar(path, entry("h", tarfile.LNKTYPE, "main.py")), message="neither file"
    ),
    Attack(id="a device", make=lambda path: tar(path, entry("d", tarfile.CHRTYPE)), message="neither file"),
    Attack(id="a pipe", make=lambda path: tar(path, entry("p", tarfile.FIFOTYPE)), message="neither file"),
    Attack(id="twice", make=lambda path: tar(path, entry("a"), entry("a")), message="twice"),
    Attack(id="deep", make=lambda path: tar(path, entry("d/" * 80 + "x")), message="folders 81 deep"),
    Attack(
        id="many",
        make=lambda path: tar(path, *map(entry, map(str, range(60)))),
        message="more than 50",
        error=TreeTooLarge,
    ),
    Attack(
        id="a bomb",
        make=lambda path: zipped(path, {"zeros": bytes(70 * 1024 * 1024)}),
        message="unpacks to more",
        error=TreeTooLarge,
    ),
    Attack(
        id="nothing",
        make=lambda path: tar(path, packing="gz") if path.write_bytes(b"") else path,
        message="cannot",
        error=TreeRefused,
    ),
    Attack(
        id="a cut one", make=lambda path: cut(tar(path, files=FILES)), message="cannot be unpacked", error=TreeRefused
    ),
    Attack(id="a text", make=text, message="cannot be unpacked", error=TreeRefused),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda one: one.id)
def test_a_hostile_or_broken_archive_is_refused(tmp_path: Path, attack: Attack) -> None:
    archive = attack.make(tmp_path / "a")
    with pytest.raises(attack.error, match=attack.message):
        unpack(archive, tmp_path / "in" / "out", SourceLimits(max_files=50))
    assert not [path for path in tmp_path.rglob("evil") if path.is_file()]


@pytest.mark.parametrize(
    ("path", "target", "stays"),
    [
        ("l", "x", True),
        ("a/l", "../x", True),
        ("a/l", "../../x", False),
        ("l", "..", False),
        ("l", "/x", False),
        ("l", ".", True),
    ],
)
def test_a_link_stays_inside_or_does_not(path: str, target: str, stays: bool) -> None:
    assert inside(path, target) == stays
