"""Composer packages."""

import json
from pathlib import Path

import pytest

from tests.builder.sbom.making import purls, taken

PACKAGES = [
    {"name": "Monolog/Monolog", "version": "3.5.0", "license": ["MIT"]},
    {"name": "symfony/console", "version": "v7.0.1", "license": "MIT"},
    {"name": "no-vendor", "version": "1"},
    {"name": "a/b"},
    None,
]


@pytest.mark.parametrize("text", [json.dumps(PACKAGES), json.dumps({"packages": PACKAGES, "dev": False})])
def test_both_forms_are_read(text: str, tmp_path: Path) -> None:
    found = taken(tmp_path, {"srv/app/vendor/composer/installed.json": text})
    assert purls(found) == ["pkg:composer/monolog/monolog@3.5.0", "pkg:composer/symfony/console@v7.0.1"]
    assert [one.licenses for one in found.components] == [("MIT",), ("MIT",)]


def test_anything_else_is_nothing(tmp_path: Path) -> None:
    assert not taken(tmp_path, {"vendor/composer/installed.json": "5"}).components
