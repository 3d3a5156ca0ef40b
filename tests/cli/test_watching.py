"""``sextant diagnose --watch``: what is new, changed and healed, lost connections, Ctrl-C."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cluster.fake import FakeCluster, kubeconfig
from tests.api.harness import deployment, namespace
from tests.cli.running import sextant

PATIENCE = 40.0
FAST = {
    "SEXTANT_WATCH__APART_SECONDS": "0.1",
    "SEXTANT_WATCH__LOOK_SECONDS": "1",
    "SEXTANT_WATCH__HEAL_SECONDS": "1",
    "SEXTANT_CLUSTER__RETRIES": "1",
}


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A running ``sextant diagnose --watch`` and what it has written."""

    process: subprocess.Popen[str]
    lines: "queue.Queue[str]"

    def until(self, *words: str) -> list[str]:
        """Return the lines up to the first one that holds all words."""
        found: list[str] = []
        while True:
            try:
                found.append(self.lines.get(timeout=PATIENCE))
            except queue.Empty:
                pytest.fail(f"no line with {words} came after: {found}")
            if all(word in found[-1] for word in words):
                return found

    def entries(self, kind: str) -> dict[str, Any]:
        """Return the next JSON document of a type."""
        found: dict[str, Any] = json.loads(self.until(f'"type": "{kind}"')[-1])
        return found

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def watching(config: Path, *words: str) -> Iterator[Watched]:
    command = [sys.executable, "-m", "cli.main", "diagnose", "--watch", "--kubeconfig", str(config), *words]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **FAST}
    )
    lines: queue.Queue[str] = queue.Queue()
    assert process.stdout is not None
    stream = process.stdout

    def read() -> None:
        for line in stream:
            lines.put(line.rstrip("\n"))

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        yield Watched(process=process, lines=lines)
    finally:
        process.kill()
        process.wait(PATIENCE)
        reader.join(PATIENCE)
        stream.close()


@pytest.fixture
def fake() -> FakeCluster:
    return FakeCluster([namespace("shop"), *deployment("checkout"), *deployment("cart", ready=1)])


@pytest.fixture
def config(fake: FakeCluster, tmp_path: Path) -> Iterator[Path]:
    """Serve the fake cluster and give a kubeconfig for it."""
    with fake.serve_in_thread() as endpoint:
        path = tmp_path / "kubeconfig"
        path.write_text(kubeconfig(endpoint, token="any", namespace="shop"), encoding="utf-8")
        yield path


def put(fake: FakeCluster, objects: Sequence[dict[str, Any]]) -> None:
    for obj in objects:
        fake.store.put(obj)


def test_new_and_healed_causes_are_printed_and_ctrl_c_is_no_error(fake: FakeCluster, config: Path) -> None:
    with watching(config, "-n", "shop") as ran:
        first = ran.until("Also checked")
        assert first[0].startswith("FAILING")
        asked = fake.requests.copy()
        put(fake, deployment("cart"))
        new = ran.until("NEW", "cart")[-1]
        assert new[2] == new[5] == ":", "it says when"
        put(fake, deployment("checkout", ready=1))
        ran.until("HEALED", "checkout")
        put(fake, deployment("cart", ready=1))
        ran.until("HEALED", "cart")
        ran.until("FAILING →", "HEALTHY")
        assert not [key for key in fake.requests - asked if key[0] == "list"]
        assert ran.stop() == 0


def test_json_is_one_document_a_line(fake: FakeCluster, config: Path) -> None:
    with watching(config, "deploy/checkout", "-n", "shop", "-o", "json") as ran:
        first = json.loads(ran.until("{")[0])
        assert (first["schema"], first["type"]) == ("sextant.dev/watch/v1", "diagnosis")
        standing = {entry["id"] for entry in first["diagnosis"]["findings"]}
        put(fake, deployment("checkout", ready=1))
        healed = ran.entries("healed")
        assert healed["id"] in standing
        assert ran.entries("verdict")["verdict"] == "healthy"
        put(fake, deployment("checkout"))
        assert ran.entries("new")["finding"]["remedies"]
        assert ran.stop(signal.SIGTERM) == 0


def test_a_lost_connection_is_said_and_survived(fake: FakeCluster, tmp_path: Path) -> None:
    path = tmp_path / "kubeconfig"
    with contextlib.ExitStack() as up:
        endpoint = up.enter_context(fake.serve_in_thread())
        path.write_text(kubeconfig(endpoint, token="any"), encoding="utf-8")
        with watching(path, "-A", "-o", "json") as ran:
            ran.entries("diagnosis")
            up.close()
            lost = ran.entries("connection")
            assert (lost["state"], bool(lost["why"])) == ("lost", True)
            assert ran.process.poll() is None
            assert ran.stop() == 0


@dataclass(frozen=True, kw_only=True)
class Refused:
    id: str
    words: tuple[str, ...]
    says: str


REFUSED = (
    Refused(id="a recording", words=("--from", "x.tar.zst"), says="--watch and --from contradict"),
    Refused(id="the demo", words=("--demo",), says="--watch and --demo contradict"),
    Refused(id="yaml", words=("-o", "yaml"), says="--watch cannot write yaml"),
    Refused(id="markdown", words=("-o", "md"), says="--watch cannot write md"),
    Refused(id="propose", words=("--propose",), says="--propose has no meaning"),
    Refused(id="fail on", words=("--fail-on", "high"), says="--fail-on has no meaning"),
)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.id)
def test_contradictions_are_refused_before_anything_is_read(
    case: Refused, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = sextant(monkeypatch, capsys, "diagnose", "--watch", *case.words)
    assert ran.code == 2
    assert case.says in ran.err


def test_what_cannot_be_found_ends_the_watch_at_once(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("diagnose", "deploy/chekout", "-n", "shop", "--watch", "--kubeconfig", str(config))
    ran = sextant(monkeypatch, capsys, *words)
    assert ran.code == 1
    assert "checkout" in ran.err
