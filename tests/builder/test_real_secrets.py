"""Credentials that a person gives reach no layer, no log and no argument of a real build: canaries are looked for."""

import asyncio
import base64
import gzip
import json
import os
import shutil
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.images import RealImages

pytestmark = [pytest.mark.images, pytest.mark.timeout(900)]

NAMES = ("env", "secret", "npmrc", "dotenv", "login", "proxy", "key")
CANARIES = {name: f"canary{name}9f3b7c21e5" for name in NAMES}
"""Without the form of a known kind of secret: only what was given tells that they are any."""

FILES = {
    "package.json": '{"name": "shop", "version": "1.0.0", "engines": {"node": "22"}, '
    '"scripts": {"start": "node server.js", "build": "node show.js"}}\n',
    "package-lock.json": '{"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": true, '
    '"packages": {"": {"name": "shop", "version": "1.0.0"}}}\n',
    "show.js": "for (const [k, v] of Object.entries(process.env)) console.log(k, v)\n"
    "for (const f of ['.env', '.npmrc', 'id_rsa', '/run/secrets/npmrc', '/run/secrets/other'])\n"
    "  try { console.log(f, require('fs').readFileSync(f, 'utf8')) } catch (e) { console.log(f, e.code) }\n",
    "server.js": 'const http = require("http");\n'
    'console.log("token is", process.env.API_TOKEN);\n'
    'const server = http.createServer((q, r) => r.end("shop"));\n'
    "server.listen(process.env.PORT || 3000);\n"
    'process.on("SIGTERM", () => server.close());\n',
    ".env": f"SMTP_SECRET={CANARIES['dotenv']}\n",
    ".npmrc": f"//registry.example.com/:_authToken={CANARIES['npmrc']}\n",
    "id_rsa": f"-----BEGIN PRIVATE KEY-----\n{CANARIES['key']}\n-----END PRIVATE KEY-----\n",
}
"""A program whose build prints all that it can see."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """What a build printed, which words its programs were given, and the image."""

    out: str
    err: str
    words: str
    archive: Path
    folder: Path
    code: int


def shim(folder: Path) -> Path:
    """Put a ``buildah`` and a ``runc`` on the path that write down their words and environment first."""
    place = folder / "bin"
    place.mkdir()
    for name in ("buildah", "runc"):
        program = place / name
        real = shutil.which(name)
        program.write_text(
            f'#!/bin/sh\n{{ printf "%s\\n" "$0 $*"; env; }} >> {folder}/words\nexec {real} "$@"\n', encoding="utf-8"
        )
        program.chmod(0o755)
    return place


async def built(images: RealImages, folder: Path) -> Built:
    await images.need("library/node:22-bookworm-slim")
    source = folder / "shop"
    source.mkdir()
    for name, text in FILES.items():
        (source / name).write_text(text, encoding="utf-8")
    login = base64.b64encode(f"bob:{CANARIES['login']}".encode()).decode()
    (folder / "auth.json").write_text(json.dumps({"auths": {"registry.example.com": {"auth": login}}}), "utf-8")
    (folder / "other").write_text(CANARIES["secret"], encoding="utf-8")
    environment = {
        "PATH": f"{shim(folder)}:{os.environ['PATH']}",
        "HOME": str(folder),
        "XDG_STATE_HOME": str(folder / "state"),
        "REGISTRY_AUTH_FILE": str(folder / "auth.json"),
        "SEXTANT_BUILD__MIRRORS": json.dumps({"docker.io": images.address}),
        "SEXTANT_BUILD__INSECURE_REGISTRIES": images.address,
        "SEXTANT_BUILD__MOUNTS": json.dumps({inside: str(path) for inside, path in images.network.mounts.items()}),
        "OWN_PASSWORD": CANARIES["proxy"],
    }
    words = ["build", "run", str(source), "-v", "--no-digests", "-o", "json"]
    words += ["--env", f"API_TOKEN={CANARIES['env']}", "--secret", f"other={folder / 'other'}"]
    words += ["--archive", str(folder / "image.tar"), "--provenance", str(folder / "provenance.json")]
    words += ["--sbom", str(folder / "sbom.json"), "--push", f"{images.address}/canaries/shop:1"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "import sys; from cli.main import main; main(sys.argv[1:])", *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    out, err = await process.communicate()
    return Built(
        out=out.decode(),
        err=err.decode(),
        words=(folder / "words").read_text(encoding="utf-8"),
        archive=folder / "image.tar",
        folder=folder,
        code=process.returncode or 0,
    )


def blobs(archive: Path) -> Iterator[tuple[str, bytes]]:
    """Give all that an image consists of: configuration, manifests, and every file of every layer."""
    with tarfile.open(archive) as opened:
        for member in opened:
            file = opened.extractfile(member)
            data = file.read() if file else b""
            if data[:2] == b"\x1f\x8b":
                data = gzip.decompress(data)
            yield member.name, data  # a layer is a tar, whose files stand in it as they are


async def test_no_credential_reaches_a_layer_a_log_or_an_argument(images: RealImages, tmp_path: Path) -> None:
    done = await built(images, tmp_path)
    assert done.code == 0, done.err
    texts = {"stdout": done.out, "stderr": done.err, "words and environment": done.words}
    for name in ("provenance.json", "sbom.json"):
        texts[name] = (tmp_path / name).read_text(encoding="utf-8")
    found = [(canary, where) for canary, text in CANARIES.items() for where, all_ in texts.items() if text in all_]
    layers = 0
    for name, data in blobs(done.archive):
        layers += data[257:262] == b"ustar"
        found += [(canary, name) for canary, text in CANARIES.items() if text.encode() in data]
        found += [("login", name)] * (base64.b64encode(f"bob:{CANARIES['login']}".encode()) in data)
    assert found == []
    assert layers >= 2
    assert "/run/secrets/npmrc" in done.err, "the build did print what it saw"
    left = [
        path
        for path in (tmp_path / "state").rglob("*")
        if path.is_file() and not path.is_symlink() and "storage" not in path.parts
        if any(text.encode() in path.read_bytes() for text in CANARIES.values())
    ]
    assert left == [], "what a build writes beside its storage holds no secret after it"
