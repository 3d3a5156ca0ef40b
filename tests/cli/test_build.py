"""``sextant build``: the plan, the files, and one real build."""

import json
from pathlib import Path

import pytest
import yaml

from tests.cli.running import Ran, sextant
from tests.images import RealImages

SERVER = 'package main\n\nimport "net/http"\n\nfunc main() {\n\thttp.ListenAndServe(":9000", nil)\n}\n'


class Sextant:
    """Runs commands."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._given = monkeypatch, capsys

    def __call__(self, *words: str) -> Ran:
        quiet = ("--no-digests",) if words[0] != "plan" else ()  # no registry is asked
        return sextant(*self._given, "build", *words, *quiet)


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sextant:
    return Sextant(monkeypatch, capsys)


@pytest.fixture
def shop(alone: Path) -> Path:
    """Give a folder with a Go server."""
    folder = alone / "shop"
    folder.mkdir()
    (folder / "go.mod").write_text("module example.com/shop\n\ngo 1.19\n", encoding="utf-8")
    (folder / "main.go").write_text(SERVER, encoding="utf-8")
    return folder


def test_the_plan_is_shown_and_given_as_data(build: Sextant, shop: Path) -> None:
    shown = build("plan", str(shop))
    assert shown.code == 0
    assert "port       9000" in shown.out
    assert "main.go:6" in shown.out
    told = json.loads(build("plan", str(shop), "-o", "json").out)
    assert told["components"][0]["port"]["value"] == 9000
    assert "类型" in build("plan", str(shop), "--lang", "zh").out


def test_what_cannot_be_put_online_ends_with_one(build: Sextant, shop: Path) -> None:
    (shop / "main.go").write_text("package shop\n", encoding="utf-8")
    refused = build("plan", str(shop))
    assert refused.code == 1
    assert "It is a library" in refused.out
    assert "It is a library" in build("files", str(shop)).err


def test_a_folder_that_is_not_there_is_an_error(build: Sextant, alone: Path) -> None:
    missing = build("plan", str(alone / "nothing"))
    assert missing.code == 1
    assert "does not exist" in missing.err


def test_files_are_written_once_and_kept_unless_forced(build: Sextant, shop: Path) -> None:
    assert build("files", str(shop), "--print").out.startswith("# --- .dockerignore\n")
    assert not (shop / "Dockerfile").exists()
    assert build("files", str(shop), "--no-manifests").out == "written  .dockerignore\nwritten  Dockerfile\n"
    assert build("files", str(shop), "--no-manifests").out == "unchanged .dockerignore\nunchanged Dockerfile\n"
    written = (shop / "Dockerfile").read_text(encoding="utf-8")
    (shop / ".dockerignore").write_text("mine\n", encoding="utf-8")
    kept = build("files", str(shop)).out
    assert "kept      .dockerignore (--force replaces it)" in kept
    assert "-mine\n" in kept
    assert (shop / ".dockerignore").read_text(encoding="utf-8") == "mine\n"
    assert "replaced  .dockerignore" in build("files", str(shop), "--force").out
    assert (shop / "Dockerfile").read_text(encoding="utf-8") == written


def test_manifests_run_the_image_in_the_namespace(build: Sextant, shop: Path) -> None:
    done = build("files", str(shop), "--image", "registry.example.com/shop:1", "-n", "shop")
    assert done.code == 0, done.err
    assert "written  deploy/shop.yaml" in done.out
    told = list(yaml.safe_load_all((shop / "deploy" / "shop.yaml").read_text(encoding="utf-8")))
    deployment = next(one for one in told if one["kind"] == "Deployment")
    assert deployment["metadata"]["namespace"] == "shop"
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example.com/shop:1"
    assert "unchanged" in build("files", str(shop), "--image", "registry.example.com/shop:1", "-n", "shop").out


def test_words_that_make_no_sense_are_usage_errors(build: Sextant, shop: Path) -> None:
    wrong = build("run", str(shop), "--env", "NOTHING")
    assert wrong.code == 2
    assert "is not NAME=VALUE" in wrong.err


@pytest.mark.images
@pytest.mark.timeout(900)
async def test_an_image_is_built_and_tried_from_the_command_line(
    images: RealImages, monkeypatch: pytest.MonkeyPatch, shop: Path
) -> None:
    await images.need("library/golang:1.19-alpine", "library/alpine:3.22")
    monkeypatch.setenv("SEXTANT_BUILD__MIRRORS", json.dumps({"docker.io": images.address}))
    monkeypatch.setenv("SEXTANT_BUILD__INSECURE_REGISTRIES", images.address)
    script = "import sys; from cli.main import main; main(sys.argv[1:])"
    done = await _ran(script, "build", "run", str(shop), "-o", "json", "--no-digests")
    (image,) = json.loads(done)["images"]
    assert image["works"], image
    assert image["image"] == "localhost/shop:latest"


async def _ran(script: str, *words: str) -> str:
    """Run the command in a process of its own: it has an event loop, as this test does."""
    import asyncio
    import sys

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()
