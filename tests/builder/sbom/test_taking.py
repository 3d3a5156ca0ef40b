"""The inventory of a whole image."""

import json
import os
from pathlib import Path

import pytest

from builder.sbom import Inventory, Limits, components, inventory
from builder.sbom.model import System
from tests.builder.sbom.making import OS_RELEASE, laid, purls, taken


def package(name: str, version: str = "1.0.0", **more: object) -> str:
    return json.dumps({"name": name, "version": version, **more})


def test_what_is_in_several_places_is_one_component(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        {
            "etc/os-release": OS_RELEASE,
            "app/node_modules/a/package.json": package("a"),
            "app/node_modules/b/node_modules/a/package.json": package("a", license="MIT"),
            "app/node_modules/b/package.json": package("b"),
        },
    )
    assert purls(found) == ["pkg:npm/a@1.0.0", "pkg:npm/b@1.0.0"]
    assert found.components[0].paths == (
        "app/node_modules/a/package.json",
        "app/node_modules/b/node_modules/a/package.json",
    )
    assert found.components[0].licenses == ("MIT",)
    assert found.system == System(id="debian", version="12", name="Debian GNU/Linux 12 (bookworm)")
    assert not found.gaps
    assert components(tmp_path) == found.components


def test_broken_files_are_named_and_the_others_count(tmp_path: Path) -> None:
    found = taken(
        tmp_path,
        {
            "node_modules/a/package.json": "{",
            "node_modules/b/package.json": package("b"),
            "node_modules/deep/package.json": "[" * 100_000,
            "node_modules/large/package.json": '"' + "x" * 2_000_000 + '"',
            "x.jar": "no archive",
            os.fsdecode(b"node_modules/\xe9/package.json"): "{",
        },
    )
    assert purls(found) == ["pkg:npm/b@1.0.0"]
    assert sorted(found.unread) == [
        "node_modules/a/package.json",
        "node_modules/deep/package.json",
        "node_modules/large/package.json",
        "node_modules/\ufffd/package.json",
        "x.jar",
    ]


def test_words_that_are_no_names_do_not_get_in(tmp_path: Path) -> None:
    hostile = ("a\nb", "x" * 1_000, "../../etc", "<script>", "a b", "")
    files = {f"node_modules/m{at}/package.json": package(name) for at, name in enumerate(hostile)}
    files["node_modules/n/package.json"] = package("n", "1\x1b[31m")
    assert not taken(tmp_path, files).components


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(entries=3), "more than 3 files"),
        (Limits(read_bytes=10), "would have to be read"),
        (Limits(seconds=0), "more than 0 s"),
        (Limits(components=1), "more than 1 components"),
        (Limits(depth=2), "folders deeper than 2"),
    ],
)
def test_what_was_not_looked_at_is_said(limits: Limits, said: str, tmp_path: Path) -> None:
    files = {f"node_modules/m{at}/package.json": package(f"m{at}") for at in range(5)}
    files["a/b/c/d/e"] = ""
    (gap,) = taken(tmp_path, files, limits).gaps
    assert said in gap.en
    assert gap.zh


def test_nothing_outside_of_the_image_is_read(tmp_path: Path) -> None:
    laid(tmp_path / "machine", {"node_modules/secret/package.json": package("secret"), "status": "Package: x\n"})
    root = laid(tmp_path / "root", {"var/lib/dpkg/x": ""})
    (root / "node_modules").symlink_to(tmp_path / "machine" / "node_modules")
    (root / "var" / "lib" / "dpkg" / "status").symlink_to(tmp_path / "machine" / "status")
    assert inventory(root) == Inventory(components=())


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inventory(tmp_path / "nothing")
