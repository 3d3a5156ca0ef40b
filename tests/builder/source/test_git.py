"""Repositories as source: real git, on this machine."""

import os
import subprocess
from pathlib import Path

import pytest

from builder.source.directory import open_directory
from builder.source.errors import TreeHostile, TreeMissing, TreeRefused
from builder.source.git import Repository, fetch
from kb.sources.errors import SourceError


def git(folder: Path, *words: str) -> str:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }
    done = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    (folder / "api").mkdir(parents=True)
    (folder / "api" / "main.py").write_text("print()\n", encoding="utf-8")
    (folder / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "run.sh").chmod(0o755)
    (folder / "link").symlink_to("api/main.py")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "uploadpack.allowFilter", "true")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    git(folder, "tag", "v1")
    (folder / "later.py").write_text("", encoding="utf-8")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "second")
    return folder


def wanted(folder: Path, ref: str = "", path: str = "") -> Repository:
    return Repository(url=f"file://{folder}", ref=ref, path=path)


async def test_one_commit_is_fetched_with_modes_and_links(repository: Path, tmp_path: Path) -> None:
    found = await fetch(wanted(repository), tmp_path / "into", allow_local=True)
    tree = open_directory(found.folder)
    assert tuple(tree.sizes) == ("api/main.py", "later.py", "run.sh")
    assert tree.executable == {"run.sh"}
    assert os.readlink(found.folder / "link") == "api/main.py"
    assert found.commit == git(repository, "rev-parse", "HEAD")
    assert os.listdir(tmp_path / "into") == ["source"]


async def test_a_ref_and_a_path_are_taken(repository: Path, tmp_path: Path) -> None:
    tagged = await fetch(wanted(repository, "v1"), tmp_path / "tagged", allow_local=True)
    assert not (tagged.folder / "later.py").exists()
    inside = await fetch(wanted(repository, path="api"), tmp_path / "inside", allow_local=True)
    assert tuple(open_directory(inside.folder).sizes) == ("main.py",)


async def test_hooks_filters_and_submodules_take_no_part(repository: Path, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    (repository / ".gitattributes").write_text("*.py filter=evil\n", encoding="utf-8")
    (repository / ".gitmodules").write_text(
        f'[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch {mark}"\n\tupdate = !touch {mark}\n', encoding="utf-8"
    )
    git(repository, "config", "filter.evil.smudge", f"touch {mark}")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "third")
    found = await fetch(wanted(repository), tmp_path / "into", allow_local=True)
    assert (found.folder / "api" / "main.py").read_text(encoding="utf-8") == "print()\n"
    assert not mark.exists()


async def test_a_link_that_leads_out_is_refused(repository: Path, tmp_path: Path) -> None:
    (repository / "out").symlink_to("/etc/passwd")
    git(repository, "add", "-A")
    git(repository, "commit", "-qm", "third")
    with pytest.raises(TreeHostile, match="leads out"):
        await fetch(wanted(repository), tmp_path / "into", allow_local=True)


@pytest.mark.parametrize(
    "url", ["--upload-pack=touch /x", "ext::sh -c id", "-oProxyCommand=id", "", "https://a b/c", "../folder"]
)
async def test_what_is_no_address_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(TreeRefused, match="cannot be fetched"):
        await fetch(Repository(url=url), tmp_path / "into", allow_local=True)


async def test_what_is_not_there_is_said(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(TreeRefused, match="own machine"):
        await fetch(wanted(repository), tmp_path / "a")
    with pytest.raises(TreeMissing, match="no files below 'nothing'"):
        await fetch(wanted(repository, path="nothing"), tmp_path / "b", allow_local=True)
    with pytest.raises(SourceError, match="no branch, tag or commit 'v9'"):
        await fetch(wanted(repository, "v9"), tmp_path / "c", allow_local=True)
    with pytest.raises(TreeRefused, match="cannot be fetched"):
        await fetch(wanted(repository, "--exec=id"), tmp_path / "d", allow_local=True)
