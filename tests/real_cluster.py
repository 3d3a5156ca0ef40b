"""A real cluster for tests: started once per session, thrown away at its end.

``SEXTANT_TEST_CLUSTER`` names a program with the commands ``up``, ``image``, ``kubectl`` and ``down``.
Without it the tests that need a cluster are skipped; in CI that is a failure.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from cluster.identity import Identity
from cluster.kubeconfig import from_kubeconfig

VARIABLE = "SEXTANT_TEST_CLUSTER"
IMAGE = "busybox:test"
UNSUITABLE = ("/run", "/var/lib", "/var/log")
"""Folders that the node replaces with its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RealCluster:
    """A running cluster with one node, on which the image ``busybox:test`` is present."""

    program: Path
    folder: Path
    kubeconfig: Path

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """Run kubectl as the admin and return what it printed. Raises ``CalledProcessError``."""
        return self._run("kubectl", *arguments, stdin=stdin)

    def image(self, name: str, source: str) -> None:
        """Give the node an image."""
        self._run("image", name, source)

    def identity(self) -> Identity:
        """Return the admin's identity."""
        return from_kubeconfig(self.kubeconfig, trusted=True)

    def _run(self, *arguments: str, stdin: str = "") -> str:
        return run(self.program, self.folder, *arguments, stdin=stdin)


def run(program: Path, folder: Path, *arguments: str, stdin: str = "") -> str:
    """Run the cluster's program and return its standard output; a failure shows what it said."""
    done = subprocess.run(
        [program, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env={**os.environ, "KUBE_TESTBED_DIR": str(folder)},
    )
    if done.returncode:
        raise AssertionError(
            f"{program.name} {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-3000:]}"
        )
    return done.stdout


@pytest.fixture(scope="session")
def real_cluster() -> Iterator[RealCluster]:
    """Give a full cluster, or skip where there is no program to start one."""
    named = os.environ.get(VARIABLE, "")
    if not named:
        if os.environ.get("CI"):
            pytest.fail(f"{VARIABLE} is not set, and in CI the tests on a real cluster must run", pytrace=False)
        pytest.skip(f"{VARIABLE} does not name a program that starts a cluster")
    program = Path(named).absolute()
    folder = Path(tempfile.mkdtemp(prefix="sextant-cluster-", dir=_suitable_folder()))
    try:
        kubeconfig = run(program, folder, "up", "--dir", str(folder)).strip().splitlines()[-1]
        cluster = RealCluster(program=program, folder=folder, kubeconfig=Path(kubeconfig))
        cluster.image(IMAGE, "busybox")
        yield cluster
    finally:
        run(program, folder, "down", "--dir", str(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _suitable_folder() -> Path:
    """Return a folder that a node can live in: not on an overlay, and not one that it replaces."""
    for candidate in (Path(tempfile.gettempdir()), Path("/dev/shm"), Path.home()):
        path = candidate.resolve()
        if path.is_dir() and _file_system(path) != "overlay" and not str(path).startswith(UNSUITABLE):
            return path
    pytest.fail("no folder for a cluster: the temporary folder, /dev/shm and the home are on overlays", pytrace=False)


def _file_system(path: Path) -> str:
    mounts = [line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
    over = [(len(where), kind) for _, where, kind, *_ in mounts if path.is_relative_to(where)]
    return max(over)[1] if over else ""
