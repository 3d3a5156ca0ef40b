"""The recordings of real faults: the expected cause comes first, byte for byte the same each time."""

import json
import subprocess
import sys

import pytest

from cluster.recording import open_recording
from core.settings import DiagnoseSettings
from diagnose.engine import diagnose
from diagnose.findings import Diagnosis
from diagnose.render import document, text
from evals.cases import CaseFile, misses, read_cases

CASES = tuple(read_cases())


def diagnosed(entry: CaseFile) -> Diagnosis:
    snapshot = open_recording(entry.recording)
    numbers = DiagnoseSettings(**dict(entry.case.numbers))
    return diagnose(snapshot, target=entry.case.target, namespace=entry.id, numbers=numbers)


@pytest.mark.parametrize("entry", CASES, ids=lambda entry: entry.id)
def test_a_recorded_fault_is_named_first(entry: CaseFile) -> None:
    diagnosis = diagnosed(entry)
    assert misses(entry.case.expect, diagnosis) == [], text(diagnosis)


@pytest.mark.parametrize("entry", CASES, ids=lambda entry: entry.id)
def test_a_finding_is_complete_enough_to_act_on(entry: CaseFile) -> None:
    for finding in diagnosed(entry).roots:
        assert 1 <= len(finding.evidence) <= 6
        assert finding.remedies, f"{finding.code} has no remedy"
        assert finding.summary.en
        assert any("\u4e00" <= char <= "\u9fff" for char in finding.summary.zh)
        for remedy in finding.remedies:
            assert "None" not in remedy.command.replace('"clusterIP": "None"', "")
            assert remedy.command or remedy.summary.en
            assert not remedy.command or remedy.verify, f"{finding.code}: a command without a way to verify it"


def test_every_fault_has_one_root_only() -> None:
    several = {entry.id: [root.code for root in diagnosed(entry).roots] for entry in CASES}
    assert {key: roots for key, roots in several.items() if len(roots) > 1} == {}


def test_the_same_bundle_gives_the_same_bytes_in_another_process() -> None:
    entry = next(case for case in CASES if case.id == "rollout-stuck")
    here = json.dumps(document(diagnosed(entry)), ensure_ascii=False, indent=2) + "\n"
    words = [sys.executable, "-m", "cli.main", "diagnose", entry.case.target, "-n", entry.id, "-o", "json"]
    there = [
        subprocess.run(
            [*words, "--from", str(entry.recording)],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        ).stdout
        for seed in ("1", "2")
    ]
    assert there == [here, here]
