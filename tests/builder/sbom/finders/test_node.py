"""npm packages."""

import json
from pathlib import Path

import pytest

from builder.sbom.finders.node import FINDER
from builder.sbom.image_files import File
from tests.builder.sbom.making import purls, taken, zipped


def package(name: object, version: object = "1.0.0", **more: object) -> str:
    return json.dumps({"name": name, "version": version, **more})


WANTED = (
    "node_modules/a/package.json",
    "app/node_modules/@s/a/package.json",
    "app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json",
    "app/node_modules/.pnpm/@s+a@1.0.0_b@1/node_modules/@s/a/package.json",
    "app/.yarn/cache/a-npm-1.0.0-abc.zip",
)
NOT_WANTED = (
    "app/package.json",
    "app/node_modules/package.json",
    "app/node_modules/a/dist/esm/package.json",
    "app/node_modules/.package-lock.json",
    "app/node_modules/.pnpm/package.json",
    "app/node_modules/.bin/package.json",
    "app/node_modules/@s/package.json",
    "app/cache/a.zip",
)


@pytest.mark.parametrize("path", WANTED)
def test_packages_are_looked_into(path: str) -> None:
    assert FINDER.wants(File(path=path, size=1, executable=False))


@pytest.mark.parametrize("path", NOT_WANTED)
def test_other_files_are_not(path: str) -> None:
    assert not FINDER.wants(File(path=path, size=1, executable=False))


def test_names_versions_and_licences_are_read_in_old_and_new_forms(tmp_path: Path) -> None:
    packed = zipped({"node_modules/zipped/package.json": package("zipped"), "node_modules/zipped/x.js": "1"})
    found = taken(
        tmp_path,
        {
            "node_modules/@Scope/a/package.json": package("@Scope/a", license="MIT"),
            "node_modules/b/package.json": package("b", license={"type": "ISC", "url": "x"}),
            "node_modules/c/package.json": package("c", licenses=[{"type": "MIT"}, {"type": "Apache-2.0"}, 5]),
            "node_modules/d/package.json": package("d", version=None),
            "node_modules/e/package.json": package(["e"]),
            "node_modules/f/package.json": "[]",
            "node_modules/alias/package.json": package("real"),
            ".yarn/cache/zipped-npm-1.0.0-abc.zip": packed,
        },
    )
    assert purls(found) == [
        "pkg:npm/%40scope/a@1.0.0",
        "pkg:npm/b@1.0.0",
        "pkg:npm/c@1.0.0",
        "pkg:npm/real@1.0.0",
        "pkg:npm/zipped@1.0.0",
    ]
    assert [one.licenses for one in found.components[:3]] == [("MIT",), ("ISC",), ("MIT", "Apache-2.0")]
    assert found.unread == ("node_modules/f/package.json",)
