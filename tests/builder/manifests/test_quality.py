"""What others' checks find in everything that is written: the schemas of several releases, checkov."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from builder.manifests import manifests
from tests.builder.manifests.subjects import IMAGE, PINNED
from tests.builder.manifests.test_whole import CASES, Case

VERSIONS = ("1.27", "1.31", "1.34", "1.37")
CHECKOV = "SEXTANT_TEST_CHECKOV"
"""Names checkov where it is not on the path: it needs older packages than Sextant and lives apart."""

NO_SCHEMA = "HTTPRoute"
"""A custom resource: no release of Kubernetes has its schema."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_every_field_is_known_in_each_release(case: Case) -> None:
    validate = pytest.importorskip("kubernetes_validate").validate
    for file in manifests(case.prepared, PINNED, case.options):
        for body in yaml.safe_load_all(file.text):
            for version in VERSIONS:
                if body and body["kind"] != NO_SCHEMA:
                    validate(body, version, strict=True)


def test_checkov_finds_nothing(tmp_path: Path) -> None:
    program = os.environ.get(CHECKOV) or shutil.which("checkov")
    if not program:
        pytest.skip(f"checkov is neither on the path nor named by {CHECKOV}")
    for at, case in enumerate(CASES):
        for name, image in {"tag": IMAGE, "digest": PINNED, "latest": "shop"}.items():
            for file in manifests(case.prepared, image, case.options):
                target = tmp_path / f"{at}-{name}" / file.path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(file.text, encoding="utf-8")
    done = subprocess.run(
        [program, "-d", tmp_path, "--framework", "kubernetes", "--quiet", "--compact", "-o", "json"],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    told = json.loads(done.stdout)
    found = [f"{one['check_id']} {one['resource']} {one['file_path']}" for one in told["results"]["failed_checks"]]
    assert found == []
    assert told["summary"]["parsing_errors"] == 0
    assert told["summary"]["passed"] > len(CASES)
