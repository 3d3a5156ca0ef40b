"""``sextant build`` on folders, archives, single files and repositories, with what a person decides."""

import json
import tarfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builder.scripted import GO, OPEN
from tests.cli.running import Ran, sextant
from tests.kb.sources.repositories import repository

Sextant = Callable[..., Ran]


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Sextant:
    def run(*words: str) -> Ran:
        return sextant(monkeypatch, capsys, "build", *words)

    return run


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_an_archive_and_a_repository_have_the_plan_of_their_folder(build: Sextant, alone: Path) -> None:
    folder = written(alone / "shop", GO)
    with tarfile.open(alone / "shop.tar.gz", "w:gz") as archive:
        archive.add(folder, arcname="shop")
    with zipfile.ZipFile(alone / "shop.zip", "w") as packed:
        for name, text in GO.items():
            packed.writestr(name, text)
    made = repository(alone / "repo", {f"services/shop/{name}": text for name, text in GO.items()})
    plans = [
        json.loads(build("plan", *words, "-o", "json").out)["components"][0]
        for words in (
            (str(folder),),
            (str(alone / "shop.tar.gz"),),
            (str(alone / "shop.zip"),),
            (f"file://{made}", "--ref", "main", "--subfolder", "services/shop"),
        )
    ]
    assert plans[0]["port"]["value"] == 8080
    assert all(one == plans[0] for one in plans)


def test_nothing_of_an_unpacked_source_is_left_behind(
    build: Sextant, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(alone / "tmp"))
    with zipfile.ZipFile(alone / "shop.zip", "w") as packed:
        for name, text in GO.items():
            packed.writestr(name, text)
    assert build("plan", str(alone / "shop.zip")).code == 0
    assert list((alone / "tmp").iterdir()) == []


def test_files_of_an_archive_go_where_it_is_said(build: Sextant, alone: Path) -> None:
    with zipfile.ZipFile(alone / "shop.zip", "w") as packed:
        for name, text in GO.items():
            packed.writestr(name, text)
    nowhere = build("files", str(alone / "shop.zip"), "--no-digests")
    assert (nowhere.code, "--to FOLDER" in nowhere.err) == (2, True)
    there = build("files", str(alone / "shop.zip"), "--no-digests", "--to", str(alone / "out"), "--no-manifests")
    assert there.out == "written  .dockerignore\nwritten  Dockerfile\n"
    assert (alone / "out" / "Dockerfile").exists()


def test_files_are_not_written_through_links_of_the_source(build: Sextant, alone: Path) -> None:
    folder = written(alone / "shop", GO)
    (alone / "precious").write_text("precious\n", encoding="utf-8")
    (folder / "Dockerfile").symlink_to(alone / "precious")
    (folder / "deploy").symlink_to(alone)
    done = build("files", str(folder), "--no-digests", "--force", "--language", "go")
    assert done.code == 2
    assert "leads through a link" in done.err
    assert (alone / "precious").read_text(encoding="utf-8") == "precious\n"


def test_a_field_that_is_open_is_shown_with_the_flag_that_decides_it(build: Sextant, alone: Path) -> None:
    folder = written(alone / "shop", OPEN)
    shown = build("plan", str(folder))
    (question,) = [line for line in shown.out.splitlines() if line.startswith("? ")]
    assert "(3.11 | 3.12)" in question
    assert question.endswith("  --runtime 3.11")
    refused = build("files", str(folder), "--no-digests")
    assert (refused.code, "--runtime 3.11" in refused.err) == (1, True)
    decided = build("plan", str(folder), "--runtime", "3.11")
    assert "? " not in decided.out
    assert "you said so" in decided.out
    assert json.loads(build("plan", str(folder), "--answer", "app.runtime=3.12", "-o", "json").out)["questions"] == []


def test_commands_and_the_language_are_decided_by_flags(build: Sextant, alone: Path) -> None:
    folder = written(alone / "shop", {**GO, "Dockerfile": 'FROM scratch\nCMD ["/x"]\n'})
    words = ("--language", "go", "--start", "/app/shop --fast", "--answer", "health=/healthz", "--kind", "web")
    (one,) = json.loads(build("plan", str(folder), *words, "-o", "json").out)["components"]
    assert one["provider"] == "go"
    assert one["start"]["value"]["argv"] == ["/app/shop", "--fast"]
    assert one["health"]["value"]["path"] == "/healthz"


def test_a_dockerfile_that_is_there_is_reviewed_and_hardened_not_replaced(build: Sextant, alone: Path) -> None:
    own = "FROM golang:latest\nCOPY . /src\nRUN cd /src && go build -o /app\nEXPOSE 8080\nCMD /app\n"
    folder = written(alone / "shop", {**GO, "Dockerfile": own})
    done = build("files", str(folder), "--no-digests", "--no-manifests")
    assert "base." in done.err
    assert "Dockerfile:1 " in done.err
    assert "written by Sextant" not in done.out
    assert (folder / "Dockerfile").read_text(encoding="utf-8") == own
    assert "written by Sextant" in build("files", str(folder), "--no-digests", "--language", "go", "--print").out


def test_manifests_of_a_compose_file_are_written_where_that_is_asked_for(build: Sextant, alone: Path) -> None:
    compose = "services:\n  web:\n    image: nginx:1.27\n    ports: ['8080:80']\n"
    folder = written(alone / "shop", {"compose.yaml": compose})
    done = build("files", str(folder), "--from-compose", "-n", "shop")
    assert done.code == 0, done.err
    assert "written  deploy/web.yaml" in done.out
    (folder / "compose.yaml").write_text("services: [\n", encoding="utf-8")
    broken = build("files", str(folder), "--from-compose")
    assert (broken.code, broken.err.startswith("error: ")) == (1, True)


@dataclass(frozen=True, kw_only=True)
class Wrong:
    id: str
    words: tuple[str, ...]
    code: int
    said: str


WRONG = (
    Wrong(id="no such folder", words=("plan", "nothing"), code=1, said="does not exist"),
    Wrong(id="host without protocol", words=("plan", "github.com/a/b"), code=1, said="https://github.com/a/b"),
    Wrong(id="remote helper", words=("plan", "ext::sh -c x"), code=1, said="does not exist"),
    Wrong(id="other protocol", words=("plan", "ftp://a.test/b"), code=1, said="https or ssh"),
    Wrong(id="password in the address", words=("plan", "https://u:hunter2x@a.test/b"), code=1, said="user name or"),
    Wrong(id="ref of a folder", words=("plan", ".", "--ref", "main"), code=2, said="--ref"),
    Wrong(id="ref as an option", words=("plan", "https://a.test/b", "--ref=--x"), code=1, said="no name of a branch"),
    Wrong(id="subfolder upwards", words=("plan", ".", "--subfolder", "../x"), code=1, said="plain path"),
    Wrong(id="subfolder missing", words=("plan", ".", "--subfolder", "web"), code=1, said="no folder"),
    Wrong(id="language", words=("plan", ".", "--language", "cobol"), code=2, said="Use one of: go"),
    Wrong(id="kind", words=("plan", ".", "--kind", "thing"), code=2, said="Use one of: web"),
    Wrong(id="port", words=("plan", ".", "--port", "eighty"), code=2, said="1 to 65535"),
    Wrong(id="port too high", words=("plan", ".", "--port", "65536"), code=2, said="1 to 65535"),
    Wrong(id="open quotation", words=("plan", ".", "--start", "a 'b"), code=2, said="Close the quotation"),
    Wrong(id="component", words=("plan", ".", "--answer", "web.port=1"), code=2, said="Choose one of: shop"),
    Wrong(id="answer without a value", words=("plan", ".", "--answer", "port"), code=2, said="FIELD=VALUE"),
    Wrong(
        id="contradiction", words=("plan", ".", "--port", "1", "--answer", "port=2"), code=2, said="Give one of them"
    ),
    Wrong(id="settings file", words=("run", ".", "--config", "none.toml"), code=2, said="no file of settings"),
    Wrong(id="variable", words=("run", ".", "--env", "A-B=c"), code=2, said="is not NAME=VALUE"),
    Wrong(id="secret without a place", words=("run", ".", "--secret", "npmrc"), code=2, said="ID=FILE"),
    Wrong(id="secret that is not there", words=("run", ".", "--secret", "a=nowhere"), code=2, said="cannot be read"),
    Wrong(id="secret variable", words=("run", ".", "--secret", "a=env:NO_SUCH_ONE"), code=2, said="is not set"),
    Wrong(id="secret id", words=("run", ".", "--secret", "a,src=/etc/x=b"), code=2, said="ID=FILE"),
    Wrong(id="push to an option", words=("run", ".", "--push=--x"), code=2, said="REGISTRY/NAME:TAG"),
    Wrong(id="push with a password", words=("run", ".", "--push", "u:p@h/n"), code=2, said="REGISTRY/NAME:TAG"),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.id)
def test_what_makes_no_sense_is_refused_with_what_to_do(
    case: Wrong, build: Sextant, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(written(alone / "shop", GO))
    done = build(*case.words)
    assert (done.code, done.out) == (case.code, ""), done
    assert case.said in done.err
    assert len(done.err.splitlines()) >= 2, "an error has a next step"
    assert "hunter2x" not in done.err
