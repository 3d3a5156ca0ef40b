"""Real faults on a real cluster: every case of ``datasets/diagnose/live`` is made, and its cause must come first."""

import json
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from cluster.client import connect
from cluster.live import collect
from cluster.recording.bundle import read_bundle, write_bundle
from cluster.snapshot import Snapshot
from core.evidence import verify
from core.settings import DiagnoseSettings
from diagnose.engine import diagnose
from diagnose.render import document, text
from evals.cases import CaseFile, misses, read_cases
from evals.live import AT_ONCE, make
from tests.real_cluster import RealCluster

pytestmark = pytest.mark.cluster

CASES = tuple(read_cases())


@pytest.fixture(scope="module")
def made(real_cluster: RealCluster) -> Iterator[Mapping[str, Future[None]]]:
    """Make all cases side by side, each in a namespace of its own; a test waits for its own case only."""
    hosting = real_cluster.kubectl("-n", "kube-public", "get", "configmap", "local-registry-hosting", "-o", "json")
    registry = yaml.safe_load(json.loads(hosting)["data"]["localRegistryHosting.v1"])["host"]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        yield {entry.id: threads.submit(make, real_cluster.kubectl, entry, registry) for entry in CASES}


async def _taken(cluster: RealCluster, space: str) -> Snapshot:
    async with connect(cluster.identity()) as client:
        return await collect(client, namespace=space)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("entry", CASES, ids=lambda entry: entry.id)
async def test_a_real_fault_is_named_first_and_a_healthy_workload_yields_none(
    real_cluster: RealCluster, made: Mapping[str, Future[None]], entry: CaseFile, tmp_path: Path
) -> None:
    made[entry.id].result()
    snapshot = await _taken(real_cluster, entry.id)
    numbers = DiagnoseSettings(**dict(entry.case.numbers))

    diagnosis = diagnose(snapshot, target=entry.case.target, namespace=entry.id, numbers=numbers)

    assert misses(entry.case.expect, diagnosis) == [], text(diagnosis)
    for finding in diagnosis.findings:
        assert all(verify(evidence, snapshot) for evidence in finding.evidence)

    bundle = tmp_path / "recorded.tar.zst"
    write_bundle(snapshot, bundle)
    replayed = diagnose(read_bundle(bundle.read_bytes()), target=entry.case.target, namespace=entry.id, numbers=numbers)
    assert document(replayed) == document(diagnosis)


@pytest.mark.timeout(300)
async def test_every_first_fix_is_a_command_that_the_server_accepts(
    real_cluster: RealCluster, made: Mapping[str, Future[None]]
) -> None:
    refused: list[str] = []
    for entry in CASES:
        made[entry.id].result()
        snapshot = await _taken(real_cluster, entry.id)
        numbers = DiagnoseSettings(**dict(entry.case.numbers))
        for finding in diagnose(snapshot, target=entry.case.target, namespace=entry.id, numbers=numbers).roots:
            command = finding.remedies[0].command if finding.remedies else ""
            if " patch " not in command or "<" in command:
                continue
            try:
                _dry_run(real_cluster, command)
            except AssertionError as error:
                refused.append(f"{entry.id}: {command}\n{error}")
    assert not refused, "\n".join(refused)


def _dry_run(cluster: RealCluster, command: str) -> None:
    words = subprocess.run(["bash", "-c", f"printf '%s\\0' {command}"], capture_output=True, check=True, text=True)
    program, *arguments = words.stdout.rstrip("\0").split("\0")
    assert program == "kubectl"
    cluster.kubectl(*arguments, "--dry-run=server", "-o", "name")
