"""Where a server tells the commands of the same person that it is, and where they ask when there is none."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from api.local import local
from api.serving import ADDRESS_FILE, reachable, told_to_commands
from core.settings import KnowledgeSettings, Settings, StorageSettings


def test_the_address_is_told_to_its_owner_alone_and_taken_back(tmp_path: Path) -> None:
    file = tmp_path / "state" / ADDRESS_FILE
    with told_to_commands(file.parent, "http://127.0.0.1:1", "secret"):
        told = json.loads(file.read_text(encoding="utf-8"))
        assert file.stat().st_mode & 0o777 == 0o600
    assert told == {"url": "http://127.0.0.1:1", "token": "secret", "pid": os.getpid()}
    assert list(file.parent.iterdir()) == []


def test_a_server_that_ends_leaves_the_address_of_a_later_one(tmp_path: Path) -> None:
    first = told_to_commands(tmp_path, "http://127.0.0.1:1", "first")
    first.__enter__()
    with told_to_commands(tmp_path, "http://127.0.0.1:2", "second"):
        first.__exit__(None, None, None)
        assert json.loads((tmp_path / ADDRESS_FILE).read_text(encoding="utf-8"))["token"] == "second"
    assert not (tmp_path / ADDRESS_FILE).exists()


def test_without_a_token_nothing_is_told(tmp_path: Path) -> None:
    with told_to_commands(tmp_path, "http://127.0.0.1:1", ""):
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
        ("localhost", "http://localhost:80"),
    ],
)
def test_a_server_is_reached_at_an_address_of_this_machine(host: str, url: str) -> None:
    assert reachable(host, 80) == url


def test_a_stop_takes_the_address_back(tmp_path: Path) -> None:
    script = "from api.serving import run; run(host='127.0.0.1', port=0, kubeconfig=None, context='', config=None)"
    settings = {"SEXTANT_STORAGE__STATE_DIR": str(tmp_path), "SEXTANT_KNOWLEDGE__ENABLED": "false"}
    environment = {**os.environ, **settings, "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as serving:
        assert serving.stdout is not None
        assert serving.stderr is not None
        shown = [serving.stdout.readline(), serving.stdout.readline()]
        while "startup complete" not in serving.stderr.readline():
            pass
        told = json.loads((tmp_path / ADDRESS_FILE).read_text(encoding="utf-8"))
        serving.send_signal(signal.SIGTERM)
        code = serving.wait(60)
        serving.stderr.read()
    assert told["token"] in shown[1]
    assert told["pid"] == serving.pid
    assert code == 128 + signal.SIGTERM
    assert not (tmp_path / ADDRESS_FILE).exists()


async def test_the_app_in_this_process_answers_one_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.local.configure_logging", lambda _: None)
    settings = Settings(
        storage=StorageSettings(state_dir=tmp_path / "state"), knowledge=KnowledgeSettings(enabled=False)
    )
    async with local(settings=settings, kubeconfig=None, context="") as client:
        own = await client.get("/v1/knowledge")
        foreign = await client.get("/v1/knowledge", headers={"Authorization": "Bearer other"})
    assert own.json()["state"] == "off"
    assert foreign.status_code == 401
