"""What is sent to a pod: links as links, rights kept, owners dropped, a bound on bytes."""

import os
import tarfile
from pathlib import Path

import pytest

from builder.build.errors import ContextTooLarge
from builder.build.executor import BuildRequest, Network
from builder.build.kube_package import build_files, packed
from builder.build.registries import Registries


def context(folder: Path) -> Path:
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "inner" / "run.sh").chmod(0o755)
    (folder / "outside").symlink_to("/etc/passwd")
    os.link(folder / "inner" / "run.sh", folder / "again.sh")
    os.mkfifo(folder / "pipe")
    return folder


def test_links_stay_links_and_pipes_stay_behind(tmp_path: Path) -> None:
    package = packed(context(tmp_path / "source"), {"run.sh": b"x"}, tmp_path, mark="m", max_bytes=1_000)
    assert package.size == package.file.stat().st_size == len(b"".join(package.pieces()))
    with tarfile.open(package.file) as tar:
        found = {entry.name: entry for entry in tar}
    assert sorted(found) == [
        "context", "context/again.sh", "context/inner", "context/inner/run.sh", "context/outside", "run.sh",
    ]  # fmt: skip
    assert found["context/outside"].issym()
    assert found["context/again.sh"].isreg()
    assert found["context/inner/run.sh"].mode == 0o755
    assert {entry.uid for entry in found.values()} == {0}


def test_more_than_may_be_sent_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContextTooLarge) as caught:
        packed(context(tmp_path / "source"), {}, tmp_path, mark="m", max_bytes=5)
    assert caught.value.next_step


def test_words_of_a_request_cannot_end_the_program_that_they_are_given_to(tmp_path: Path) -> None:
    (tmp_path / "ca").write_bytes(b"authority")
    request = BuildRequest(
        context=tmp_path,
        dockerfile="FROM scratch\n",
        name="localhost/a:1",
        ignore="x\n",
        target="first; reboot",
        arguments={"WHO": "it's $(reboot)\nreboot"},
        network=Network(mounts={"/etc/ca": tmp_path / "ca"}),
    )
    files = build_files(
        request, Registries(), secrets={"token": "secret-0"}, destination="r/a:1", cache="r/cache", mark="mark"
    )
    text = files["run.sh"].decode()
    assert "'first; reboot'" in text
    assert "'WHO=it'\"'\"'s $(reboot)\nreboot'" in text
    assert "id=token,src=/run/sextant/secrets/secret-0" in text
    assert files["mounts/0"] == b"authority"
    assert files["Dockerfile"] == b"FROM scratch\n"
