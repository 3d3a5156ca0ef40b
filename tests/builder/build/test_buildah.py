"""Builds with the real buildah: what comes out, what is told, what does not leak."""

import base64
import json
import shutil
import subprocess
import tarfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from builder.build.errors import BuildFailed, BuildTooLong, PushFailed
from builder.build.executor import BuildRequest, Line
from builder.registry import Credentials, digests
from tests.builder.registry.serving import HTPASSWD, PASSWORD, USER, certified, real_registry
from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(600)]

SLIM = "FROM docker.io/library/debian:bookworm-slim\n"
CANARY = "c4n4ry-of-a-secret"


def context(folder: Path) -> Path:
    (folder / "main.txt").write_text("hello\n", encoding="utf-8")
    (folder / ".env").write_text(f"TOKEN={CANARY}\n", encoding="utf-8")
    return folder


def status(*words: str) -> int:
    return subprocess.run(words, capture_output=True, check=False).returncode


async def test_an_image_is_built_and_the_same_input_gives_the_same_image(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    lines: list[Line] = []
    request = BuildRequest(
        context=context(tmp_path),
        dockerfile=SLIM + "WORKDIR /app\nCOPY . /app/\nRUN ls -a /app\nUSER 10001:10001\n",
        ignore="**/.env\n",
        name="localhost/first:1",
        cached=False,
    )
    first = await images.executor.build(request, lines.append)
    again = await images.executor.build(request, lambda _line: None)
    assert first.id == again.id
    assert first.steps == 5
    assert first.size > 10_000_000
    told = await images.executor.configuration("localhost/first:1")
    assert told["config"]["User"] == "10001:10001"
    assert [line.text for line in lines if line.step == "RUN ls -a /app"][1:4] == [".", "..", "main.txt"]


async def test_a_second_build_takes_its_steps_from_the_cache(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    request = BuildRequest(
        context=context(tmp_path), dockerfile=SLIM + "RUN echo once > /x\n", name="localhost/second:1"
    )
    await images.executor.build(request, lambda _line: None)
    again = await images.executor.build(request, lambda _line: None)
    assert again.steps_cached == 1


async def test_a_step_that_fails_is_named_with_its_log(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    request = BuildRequest(
        context=context(tmp_path), dockerfile=SLIM + "RUN echo why it failed && exit 3\n", name="localhost/third:1"
    )
    with pytest.raises(BuildFailed, match="failed in: RUN echo why it failed") as caught:
        await images.executor.build(request, lambda _line: None)
    assert caught.value.step == "RUN echo why it failed && exit 3"
    assert "why it failed" in [line.text for line in caught.value.log]


async def test_a_base_that_does_not_exist_fails_in_its_line(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    request = BuildRequest(context=tmp_path, dockerfile="FROM docker.io/library/nothing:1\n", name="localhost/none:1")
    with pytest.raises(BuildFailed, match=r"FROM docker\.io/library/nothing:1"):
        await images.executor.build(request, lambda _line: None)


async def test_a_build_that_waits_for_ever_is_stopped(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    request = BuildRequest(
        context=tmp_path, dockerfile=SLIM + "RUN sleep 1000\n", name="localhost/slow:1", seconds=5, cached=False
    )
    with pytest.raises(BuildTooLong, match="stopped after 5 s"):
        await images.executor.build(request, lambda _line: None)
    assert status("pgrep", "-f", "^sleep 1000$") == 1
    assert status("grep", "-F", f"{images.store}/storage/overlay/overlay/", "/proc/mounts") == 1


async def test_a_secret_is_there_while_its_step_runs_and_nowhere_else(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    folder = context(tmp_path)
    lines: list[Line] = []
    request = BuildRequest(
        context=folder,
        dockerfile=SLIM + "RUN --mount=type=secret,id=token test -s /run/secrets/token && ls /run/secrets\n",
        name="localhost/secret:1",
        secrets={"token": CANARY.encode()},
        cached=False,
    )
    await images.executor.build(request, lines.append)
    name, root = await images.executor.mount("localhost/secret:1")
    try:
        assert status("grep", "-rlF", CANARY, str(root)) == 1
    finally:
        await images.executor.unmount(name)
    told = await images.executor.configuration("localhost/secret:1")
    assert CANARY not in repr(told)
    assert CANARY not in "\n".join(line.text for line in lines)
    left = {path.name for path in (images.store / "work").iterdir()}
    assert left <= {"buildah-cache"}  # what its cache mounts keep


async def test_our_own_environment_does_not_reach_a_build(
    images: RealImages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await images.need()
    monkeypatch.setenv("SEXTANT_MODEL__API_KEY", CANARY)
    lines: list[Line] = []
    request = BuildRequest(context=tmp_path, dockerfile=SLIM + "RUN env\n", name="localhost/env:1", cached=False)
    await images.executor.build(request, lines.append)
    assert not [line for line in lines if CANARY in line.text or "SEXTANT" in line.text]


async def test_an_image_is_pushed_by_digest_and_a_dead_registry_is_said(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    request = BuildRequest(context=context(tmp_path), dockerfile=SLIM + "COPY main.txt /\n", name="localhost/pushed:1")
    image = await images.executor.build(request, lambda _line: None)
    digest = await images.executor.push(image, f"{images.address}/team/pushed:1")
    assert digest.startswith("sha256:")
    pushed = f"docker://{images.address}/team/pushed@{digest}"
    assert status("skopeo", "inspect", "--tls-verify=false", pushed) == 0
    with pytest.raises(PushFailed, match="could not be pushed"):
        await images.executor.push(image, "127.0.0.1:1/team/pushed:1")


async def test_an_image_becomes_an_archive_with_its_name_and_digest(images: RealImages, tmp_path: Path) -> None:
    await images.need()
    request = BuildRequest(context=context(tmp_path), dockerfile=SLIM + "COPY main.txt /\n", name="localhost/packed:1")
    image = await images.executor.build(request, lambda _line: None)
    path = tmp_path / "with:colon" / "image.tar"
    path.parent.mkdir()
    path.write_bytes(b"an older one")
    digest = await images.executor.archive(image, path)
    assert [one.name for one in path.parent.iterdir()] == ["image.tar"]
    with tarfile.open(path) as archive:
        index = json.load(archive.extractfile("index.json") or BytesIO())
        (manifest,) = index["manifests"]
        assert manifest["digest"] == digest
        assert manifest["annotations"]["org.opencontainers.image.ref.name"] == "localhost/packed:1"
        described = json.load(archive.extractfile(f"blobs/sha256/{digest.removeprefix('sha256:')}") or BytesIO())
    assert described["config"]["digest"] == image.id
    assert digest == await images.executor.archive(image, path)
    with pytest.raises(PushFailed, match="could not be written: No such file"):
        await images.executor.archive(image, tmp_path / "nowhere" / "image.tar")
    with pytest.raises(PushFailed, match="could not be written as an archive"):
        await images.executor.archive(replace(image, name="localhost/never-built:1"), path)


async def test_a_push_uses_the_credentials_and_authorities_it_is_given_and_shows_none(
    images: RealImages, tmp_path: Path
) -> None:
    await images.need()
    request = BuildRequest(context=context(tmp_path), dockerfile=SLIM + "COPY main.txt /\n", name="localhost/closed:1")
    image = await images.executor.build(request, lambda _line: None)
    certificates, authfile = tmp_path / "authorities", tmp_path / "auth.json"
    certified(tmp_path / "tls")
    certificates.mkdir()
    shutil.copy(tmp_path / "tls" / "ca.crt", certificates)
    with real_registry(tmp_path / "registry", tls=tmp_path / "tls", users=HTPASSWD) as address:
        destination = f"{address}/team/closed:1"
        right = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        authfile.write_text(json.dumps({"auths": {address: {"auth": right}}}), encoding="utf-8")
        digest = await images.executor.push(image, destination, authfile=authfile, certificates=certificates)
        found = await digests([destination], credentials=Credentials.of_file(authfile), certificates=certificates)
        assert found.digests == {destination: digest}
        with pytest.raises(PushFailed) as without:
            await images.executor.push(image, destination, certificates=certificates)
        with pytest.raises(PushFailed) as untrusted:
            await images.executor.push(image, destination, authfile=authfile)
        wrong = base64.b64encode(f"{USER}:wr0ng-{CANARY}".encode()).decode()
        authfile.write_text(json.dumps({"auths": {address: {"auth": wrong}}}), encoding="utf-8")
        with pytest.raises(PushFailed) as refused:
            await images.executor.push(image, destination, authfile=authfile, certificates=certificates)
    assert "certificate" in untrusted.value.message
    for error in (without, untrusted, refused):
        assert PASSWORD not in error.value.message
        assert CANARY not in error.value.message
        assert right not in error.value.message
