"""``sextant diagnose``: recordings, a cluster, formats, languages, exit codes, and what people get wrong."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from cluster.fake import FakeCluster, kubeconfig
from cluster.recording import open_recording
from cluster.snapshot import Snapshot
from evals.cases import cases_folder
from tests.cli.running import sextant

RECORDED = cases_folder() / "recorded"
CRASH = str(RECORDED / "crash-with-log.tar.zst")


def test_a_recording_is_diagnosed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran = sextant(monkeypatch, capsys, "diagnose", "deploy/ledger", "-n", "crash-with-log", "--from", CRASH)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("FAILING  deployment/ledger in crash-with-log · 0 of 1 pods ready")
    assert "rates table is empty" in ran.out
    assert ran.err == ""


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran = sextant(monkeypatch, capsys, "diagnose", "--from", "-", stdin=Path(CRASH).read_bytes())
    assert ran.code == 0, ran.err
    assert "AppCrashed" in ran.out


def test_chinese_is_spoken_on_request(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran = sextant(monkeypatch, capsys, "diagnose", "--from", CRASH, "--lang", "zh")
    assert ran.out.startswith("故障")
    assert "证据" in ran.out


def test_the_environment_sets_the_language(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert sextant(monkeypatch, capsys, "diagnose", "--from", CRASH).out.startswith("故障")


def test_json_and_yaml_hold_the_same_structure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_json = json.loads(sextant(monkeypatch, capsys, "diagnose", "--from", CRASH, "-o", "json").out)
    as_yaml = yaml.safe_load(sextant(monkeypatch, capsys, "diagnose", "--from", CRASH, "-o", "yaml").out)
    assert as_json == as_yaml
    assert as_json["schema"] == "sextant.dev/diagnosis/v1"
    assert as_json["findings"][0]["code"] == "AppCrashed"
    assert set(as_json["summary"]) == {"en", "zh"}


def test_markdown_has_the_fix_in_a_block(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    recording = str(RECORDED / "configmap-key.tar.zst")
    said = sextant(monkeypatch, capsys, "diagnose", "--from", recording, "-o", "md").out
    assert said.startswith("# FAILING")
    assert "````sh\nkubectl -n configmap-key" in said


def test_the_demo_needs_no_cluster(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    ran = sextant(monkeypatch, capsys, "diagnose", "deploy/checkout", "-n", "shop", "--demo")
    assert ran.code == 0, ran.err
    assert "ConfigKeyMissing" in ran.out
    assert "PAYMENTS_URL" in ran.out


@pytest.mark.parametrize(("level", "code"), [("critical", 3), ("low", 3)])
def test_fail_on_ends_with_three(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str, code: int
) -> None:
    assert sextant(monkeypatch, capsys, "diagnose", "--from", CRASH, "--fail-on", level).code == code


def test_fail_on_ends_with_zero_when_nothing_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    healthy = str(RECORDED / "healthy.tar.zst")
    ran = sextant(monkeypatch, capsys, "diagnose", "deploy/website", "--from", healthy, "--fail-on", "low")
    assert ran.code == 0
    assert ran.out.startswith("HEALTHY")


@dataclass(frozen=True)
class Mistake:
    """What somebody types wrongly, how it ends, and what they are told."""

    id: str
    words: tuple[str, ...]
    code: int
    told: str


MISTAKES = (
    Mistake("no cluster", ("deploy/x",), 1, "No cluster is configured"),
    Mistake("no such file", ("--from", "nowhere.tar.zst"), 1, "nowhere.tar.zst"),
    Mistake("name mistyped", ("deploy/leger", "-n", "crash-with-log", "--from", CRASH), 1, "Did you mean ledger?"),
    Mistake("namespace mistyped", ("-n", "crash-with-logs", "--from", CRASH), 1, "crash-with-log?"),
    Mistake("kind mistyped", ("deplyo/ledger", "--from", CRASH), 2, "Did you mean deploy"),
    Mistake("no kind", ("ledger", "--from", CRASH), 2, "KIND/NAME"),
    Mistake("both namespaces", ("-n", "a", "-A", "--from", CRASH), 2, "contradict"),
    Mistake("both sources", ("--demo", "--from", CRASH), 2, "contradict"),
    Mistake("a context for a recording", ("--context", "a", "--from", CRASH), 2, "no meaning"),
    Mistake("unknown option", ("--frm", CRASH), 2, "No such option"),
)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.id)
def test_a_mistake_is_answered_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mistake: Mistake
) -> None:
    ran = sextant(monkeypatch, capsys, "diagnose", *mistake.words)
    assert ran.code == mistake.code
    assert mistake.told in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""


@pytest.mark.parametrize("content", [b"", b"hello", b"\x28\xb5\x2f\xfd\x00", b"PK\x03\x04", b"\xff\xfe" * 500])
def test_garbage_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    ran = sextant(monkeypatch, capsys, "diagnose", "--from", "-", stdin=content)
    assert ran.code == 1
    assert ran.err.startswith("error: ")


def objects_of(snapshot: Snapshot) -> list[dict[str, object]]:
    """Return all objects of a recording, as a server would hold them."""
    return [dict(obj) for kind in snapshot.kinds() for obj in snapshot.all(kind)]


def test_a_cluster_gives_the_same_answer_as_its_recording(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], alone: Path
) -> None:
    recording = open_recording(RECORDED / "configmap-key.tar.zst")
    config = alone / "kubeconfig"
    with FakeCluster(objects_of(recording), now=recording.now).serve_in_thread() as endpoint:
        config.write_text(kubeconfig(endpoint), encoding="utf-8")
        words = ("deploy/billing", "-n", "configmap-key", "-o", "json")
        live = sextant(monkeypatch, capsys, "diagnose", *words, "--no-dry-run", "--kubeconfig", str(config))
        bundle = str(alone / "b.tar.zst")
        # The target is named for the recording too, because its logs are read even where they are not in trouble.
        taken = sextant(monkeypatch, capsys, "snapshot", *words[:3], "-o", bundle, "--kubeconfig", str(config))
    assert live.code == 0, live.err
    assert taken.code == 0, taken.err
    replayed = sextant(monkeypatch, capsys, "diagnose", *words, "--from", bundle)
    found, again = json.loads(live.out), json.loads(replayed.out)
    assert found["findings"][0]["code"] == "ConfigKeyMissing"
    assert again == found
