"""What others' checks find in all that compose files become: the schemas of several releases, checkov."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from builder.compose.manifests import composed
from builder.manifests import Options
from tests.builder.compose.projects import WHOLE, project
from tests.builder.compose.test_manifests import CASES, CHECKS, REFUSED, web

VERSIONS = ("1.27", "1.31", "1.34", "1.37")
CHECKOV = "SEXTANT_TEST_CHECKOV"
"""Names checkov where it is not on the path: it needs older packages than Sextant and lives apart."""

TEXTS = (
    WHOLE,
    *(case.text for case in CASES),
    *(web(f"{case.port}{case.text}") for case in CHECKS),
    *(web(case.text) for case in REFUSED),
    web("restart: 'no'"),
    web("deploy: {mode: global}"),
    "services:\n" + "".join(
        f"  s{at}: {{image: '{image}'}}\n"
        for at, image in enumerate(("postgres:17", "postgres:17-alpine", "mysql:8", "mariadb:11", "mongo:8", "redis:7",
                                    "rabbitmq:4", "nginx:1.29", "minio/minio:x", "elasticsearch:9.0.0", "memcached:1"))
    ),
)  # fmt: skip


@pytest.mark.parametrize("at", range(len(TEXTS)))
def test_every_field_is_known_in_each_release(at: int) -> None:
    validate = pytest.importorskip("kubernetes_validate").validate
    for file in composed(project(TEXTS[at]), Options(host="shop.test")).files:
        for body in yaml.safe_load_all(file.text):
            for version in VERSIONS:
                if body:
                    validate(body, version, strict=True)


def test_checkov_finds_nothing(tmp_path: Path) -> None:
    program = os.environ.get(CHECKOV) or shutil.which("checkov")
    if not program:
        pytest.skip(f"checkov is neither on the path nor named by {CHECKOV}")
    for at, text in enumerate(TEXTS):
        for file in composed(project(text), Options(host="shop.test")).files:
            target = tmp_path / str(at) / file.path
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
    assert told["summary"]["passed"] > len(TEXTS)
