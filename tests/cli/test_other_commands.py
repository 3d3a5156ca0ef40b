"""``snapshot``, ``doctor``, ``version`` and the help texts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cluster.fake import Account, FakeCluster, kubeconfig
from tests.cli.running import sextant

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-0", "namespace": "shop", "uid": "u"}, "spec": {}}
SPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "uid": "n"}}


def test_help_imports_no_vendor() -> None:
    script = (
        "import sys; sys.argv = ['sextant', '--help']\nfrom cli.main import main\n"
        "try: main()\nexcept SystemExit: pass\n"
        "heavy = {'kubernetes', 'aiohttp', 'fastapi', 'sqlalchemy', 'pydantic', 'rich', 'yaml'}\n"
        "sys.exit(str(sorted(heavy & set(sys.modules))) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "diagnose" in done.stdout


def test_the_version_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert sextant(monkeypatch, capsys, "--version").out.startswith("sextant ")
    assert sextant(monkeypatch, capsys, "version").out.startswith("sextant ")


def test_a_snapshot_is_not_written_over_a_file_unless_forced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], alone: Path
) -> None:
    target, config = alone / "shop.tar.zst", alone / "kubeconfig"
    target.write_text("mine", encoding="utf-8")
    with FakeCluster([POD, SPACE]).serve_in_thread() as endpoint:
        config.write_text(kubeconfig(endpoint), encoding="utf-8")
        words = ("snapshot", "-n", "shop", "-o", str(target), "--kubeconfig", str(config))
        refused = sextant(monkeypatch, capsys, *words)
        assert refused.code == 2
        assert "--force" in refused.err
        assert target.read_text(encoding="utf-8") == "mine"
        written = sextant(monkeypatch, capsys, *words, "--force")
    assert written.code == 0, written.err
    assert "redacted" in written.out


def test_doctor_says_what_is_missing_and_that_this_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = sextant(monkeypatch, capsys, "doctor", "-o", "json")
    checks = {check["name"]: check for check in json.loads(ran.out)}
    assert ran.code == 0
    assert checks["cluster"]["state"] == "warn"
    assert checks["cluster"]["next_step"]
    assert checks["database"]["state"] == "ok"
    assert checks["demo"]["state"] == "ok"


def test_doctor_names_the_rights_that_are_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], alone: Path
) -> None:
    config = alone / "kubeconfig"
    developer = Account(user="dev", refused=frozenset({"secrets"}))
    with FakeCluster([POD, SPACE], accounts={"mine": developer}).serve_in_thread() as endpoint:
        config.write_text(kubeconfig(endpoint, token="mine"), encoding="utf-8")
        ran = sextant(monkeypatch, capsys, "doctor", "-n", "shop", "--kubeconfig", str(config), "-o", "json")
    checks = {check["name"]: check for check in json.loads(ran.out)}
    assert checks["cluster"]["state"] == "ok"
    assert checks["may list secrets"]["state"] == "warn"


def test_doctor_fails_when_the_configured_cluster_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], alone: Path
) -> None:
    config = alone / "kubeconfig"
    with FakeCluster([]).serve_in_thread() as endpoint:
        config.write_text(kubeconfig(endpoint), encoding="utf-8")
    monkeypatch.setenv("SEXTANT_CLUSTER__RETRIES", "0")
    ran = sextant(monkeypatch, capsys, "doctor", "--kubeconfig", str(config))
    assert ran.code == 1
    assert "fail" in ran.out


def test_doctor_prints_every_setting_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEXTANT_SERVER__PORT", "9001")
    said = sextant(monkeypatch, capsys, "doctor", "--settings").out
    assert "server.port = 9001    (SEXTANT_SERVER__PORT, default 8484)" in said
    assert "diagnose.pull_grace_seconds = " in said


def test_a_bad_setting_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SEXTANT_SERVER__PORT", "many")
    ran = sextant(monkeypatch, capsys, "doctor")
    assert ran.code == 2
    assert "SEXTANT_SERVER__PORT" in ran.err
