"""Data files are found inside the product and nowhere else."""

from pathlib import Path

import pytest

import core.data
from core.data import data_file


def test_a_file_of_the_checkout_is_found() -> None:
    assert data_file("knowledge/runbooks/oom-killed.en.md").read_text(encoding="utf-8").startswith("---\n")


def test_a_folder_is_found_too() -> None:
    assert data_file("knowledge/runbooks").is_dir()


def test_the_copy_of_the_wheel_serves_where_no_checkout_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "core"
    copy = package / "_data" / "knowledge" / "a.md"
    copy.parent.mkdir(parents=True)
    copy.write_text("text", encoding="utf-8")
    monkeypatch.setattr(core.data, "_PACKAGE", package)

    assert data_file("knowledge/a.md") == copy


def test_a_missing_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"'knowledge/none\.md' is missing from this installation"):
        data_file("knowledge/none.md")


@pytest.mark.parametrize("path", ["../pyproject.toml", "/etc/passwd", "knowledge/../../pyproject.toml", "a\\b", "a\0b"])
def test_a_path_that_leads_out_is_refused(path: str) -> None:
    with pytest.raises(FileNotFoundError, match="is not a path inside the product's data"):
        data_file(path)
