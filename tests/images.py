"""Real base images for tests of builds, made of distribution packages where no public registry is needed.

They carry the names of the usual ones (``python:3.11-slim-bookworm``) and behave alike where a build touches them: the
same paths, the same commands, Debian below. Only their versions are what the packages give.
``SEXTANT_TEST_IMAGES`` names a folder that keeps them between runs; an image is made anew when what makes it changes.
"""

import asyncio
import fcntl
import os
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from time import monotonic

import pytest

from builder.build.buildah import Buildah
from builder.build.executor import BuildRequest, Network
from builder.build.registries import Registries
from tests.image_texts import CERTIFICATES, DEBIAN, FILES, makeable, text_of

PROGRAMS = ("buildah", "runc", "mmdebstrap", "docker-registry", "nsenter", "ip")
AT_ONCE = 2
"""Images that are made at the same time: they wait for packages more than they compute."""

_BASE = re.compile(r"^FROM docker\.io/(\S+)", re.MULTILINE)


@dataclass(slots=True, kw_only=True)
class RealImages:
    """A registry with base images, and an executor that takes them from it. ``store`` is the executor's folder."""

    address: str
    folder: Path
    store: Path
    network: Network
    executor: Buildah
    _there: set[str] = field(default_factory=set)

    async def need(self, *names: str) -> None:
        """Make base images (``library/python:3.11-slim-bookworm``) that are not there yet.

        Raises ``KeyError`` for a name that nothing makes.
        """
        waiting = dict.fromkeys(one for name in (DEBIAN, *names) for one in _chain(name))
        while missing := [one for one in waiting if one not in self._there]:
            ready = [one for one in missing if self._there.issuperset(_bases(one))][:AT_ONCE]
            await asyncio.gather(*(self._one(name) for name in ready))

    def makes(self, name: str) -> bool:
        """Say whether an image of this name can be made here."""
        return makeable(name)

    async def _one(self, name: str) -> None:
        mark = self.folder / "made" / f"{re.sub(r'[/:]', '_', name)}-{_mark(name)}"
        if not mark.exists() or not await asyncio.to_thread(self._answers, name):
            await self._make(name)
            mark.parent.mkdir(exist_ok=True)
            mark.touch()
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
            text = await asyncio.to_thread(_laid_out, name, Path(work))
            request = BuildRequest(context=Path(work), dockerfile=text, name=f"localhost/{name}", network=self.network)
            image = await self.executor.build(request, lambda _line: None)
            await self.executor.push(image, f"{self.address}/{name}")


def _bases(name: str) -> tuple[str, ...]:
    """Return the images that one is made from."""
    return () if name == DEBIAN else tuple(dict.fromkeys(_BASE.findall(text_of(name))))


def _chain(name: str) -> tuple[str, ...]:
    """Return an image with all that it stands on, those first."""
    return (*(lower for one in _bases(name) for lower in _chain(one)), name)


def _mark(name: str) -> str:
    """Return what changes when an image must be made anew: its text, its files, those that it stands on."""
    text = "" if name == DEBIAN else text_of(name)
    held = "".join(content for file, content in FILES.items() if file in text)
    below = "".join(_mark(one) for one in _bases(name))
    return sha256(f"{text}\0{held}\0{below}".encode()).hexdigest()[:16]


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
    with _storage(folder) as store, _registry(folder, address):
        yield RealImages(
            address=address,
            folder=folder,
            store=store,
            network=_network(folder),
            executor=Buildah(store, Registries(mirrors={"docker.io": address}, insecure=frozenset({address}))),
        )
    if not kept:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _registry(folder: Path, address: str) -> Iterator[None]:
    """Run a registry over the images of the folder; several may do so at the same time."""
    configuration = folder / f"registry-{os.getpid()}.yml"
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
        yield
    finally:
        process.terminate()
        process.wait()
        configuration.unlink()


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


@contextmanager
def _storage(folder: Path) -> Iterator[Path]:
    """Give the folder's store of images to one process; others, at the same time, get one that is thrown away.

    Each process has a registry at another address, and one that ends a build removes the containers of its store.
    """
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with tempfile.TemporaryDirectory(dir=folder, prefix="images-", ignore_cleanup_errors=True) as own:
                yield Path(own)
        else:
            yield folder / "images"


def _laid_out(name: str, work: Path) -> str:
    """Write the files that an image is made of; return its Dockerfile."""
    for file, content in FILES.items():
        (work / file).write_text(content, encoding="utf-8")
    return _debian(work) if name == DEBIAN else text_of(name)


def _debian(work: Path) -> str:
    """Bootstrap Debian into the build's folder, without what a slim image leaves out; return a Dockerfile for it."""
    lean = [f"--dpkgopt=path-exclude=/usr/share/{one}/*" for one in ("doc", "man", "locale", "info", "lintian")]
    subprocess.run(
        ["mmdebstrap", "--variant=minbase", "--include=ca-certificates", *lean, "bookworm", str(work / "debian.tar")],
        check=True,
        capture_output=True,
    )
    return 'FROM scratch\nADD debian.tar /\nCMD ["bash"]\n'
