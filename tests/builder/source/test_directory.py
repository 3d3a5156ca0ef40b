"""Directories as trees."""

import os
from pathlib import Path

import pytest

from builder.source.directory import open_directory
from builder.source.errors import TreeMissing, TreeTooLarge
from builder.source.limits import SourceLimits


def filled(folder: Path) -> Path:
    for name, text in (
        ("main.py", "print()"),
        ("src/app.py", "x = 1"),
        ("node_modules/a/index.js", ""),
        ("made/out.txt", ""),
        (".gitignore", "made/\n*.log\n"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "run.sh").chmod(0o755)
    return folder


def test_files_are_listed_without_what_tools_and_git_leave_out(tmp_path: Path) -> None:
    tree = open_directory(filled(tmp_path))
    assert tuple(tree.sizes) == (".gitignore", "main.py", "run.sh", "src/app.py")
    assert tree.left_out == ("made", "node_modules")
    assert tree.executable == {"run.sh"}
    assert tree.text("src/app.py") == "x = 1"


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret", encoding="utf-8")
    inside = filled(tmp_path / "inside")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "pipe")
    tree = open_directory(inside)
    assert not [path for path in tree.sizes if "link" in path or "folder" in path or "pipe" in path]
    (inside / "main.py").unlink()
    (inside / "main.py").symlink_to(outside / "secret.txt")
    assert tree.text("main.py") is None


def test_names_that_are_no_text_are_left_out(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.py")).write_text("", encoding="utf-8")
    assert not open_directory(tmp_path).sizes


@pytest.mark.parametrize("limits", [SourceLimits(max_files=2), SourceLimits(max_bytes=10)])
def test_a_source_over_a_limit_is_refused(tmp_path: Path, limits: SourceLimits) -> None:
    with pytest.raises(TreeTooLarge, match="holds more than"):
        open_directory(filled(tmp_path), limits)


def test_folders_are_entered_to_a_bounded_depth(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 5)
    deep.mkdir(parents=True)
    (deep / "x.py").write_text("", encoding="utf-8")
    tree = open_directory(tmp_path, SourceLimits(max_depth=3))
    assert tree.left_out == ("d/d/d/d",)
    assert not tree.sizes


def test_what_is_no_folder_is_missing(tmp_path: Path) -> None:
    with pytest.raises(TreeMissing, match="does not exist"):
        open_directory(tmp_path / "nothing")
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(TreeMissing, match="is a file, not a folder"):
        open_directory(tmp_path / "file")
