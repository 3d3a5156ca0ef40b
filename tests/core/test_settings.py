from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import ValidationError

from core.errors import SettingInvalid
from core.settings import Settings, config_path, describe_settings, load_settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("SEXTANT_CONFIG", raising=False)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "settings.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_hold_without_file_and_environment() -> None:
    settings = load_settings()
    assert settings.server.host == "127.0.0.1"
    assert settings.server.port == 8484
    assert settings.diagnose.pull_grace_seconds == 30
    assert settings.bundle.max_bytes == 256 * 1024 * 1024


def test_the_environment_is_stronger_than_the_file_and_the_file_than_the_defaults(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEXTANT_SERVER__PORT", "99")
    path = written(tmp_path, '[server]\nport = 1\nhost = "0.0.0.0"\nallowed_hosts = ["a.example"]\n')
    server = load_settings(path).server
    assert (server.port, server.host, server.allowed_hosts, server.shutdown_seconds) == (
        99,
        "0.0.0.0",
        ("a.example",),
        10,
    )


def test_a_list_in_the_environment_is_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEXTANT_SERVER__ALLOWED_HOSTS", "a.example, b.example")
    assert load_settings().server.allowed_hosts == ("a.example", "b.example")


def test_the_file_is_found_by_variable_and_at_its_usual_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert config_path() == tmp_path / "config" / "sextant" / "config.toml"
    config_path().parent.mkdir(parents=True)
    config_path().write_text("[server]\nport = 7\n", encoding="utf-8")
    assert load_settings().server.port == 7
    monkeypatch.setenv("SEXTANT_CONFIG", str(written(tmp_path, "[server]\nport = 8\n")))
    assert load_settings().server.port == 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    id: str
    env: tuple[tuple[str, str], ...] = ()
    file: str | None = None
    says: tuple[str, ...]


WRONG = (
    Wrong(
        id="not_a_number",
        env=(("SEXTANT_SERVER__PORT", "eighty"),),
        says=("server.port", "SEXTANT_SERVER__PORT", "eighty", "integer"),
    ),
    Wrong(id="too_large", file="[server]\nport = 70000\n", says=("server.port", "70000", "65535", "settings.toml")),
    Wrong(
        id="not_one_of", env=(("SEXTANT_SERVER__AUTH", "open"),), says=("server.auth", "open", "'token' or 'cluster'")
    ),
    Wrong(id="negative", env=(("SEXTANT_DIAGNOSE__PULL_GRACE_SECONDS", "-1"),), says=("pull_grace_seconds", "-1", "0")),
    Wrong(id="unknown_name", env=(("SEXTANT_SERVER__PORRT", "1"),), says=("server.porrt", "host, port")),
    Wrong(id="unknown_section", env=(("SEXTANT_SERVR__PORT", "1"),), says=("SEXTANT_SERVR__PORT", "servr", "server")),
    Wrong(id="unknown_section_in_file", file="[servr]\nport = 1\n", says=("servr", "server")),
    Wrong(id="not_a_section", file="server = 4\n", says=("server", "4")),
    Wrong(id="not_json", env=(("SEXTANT_SERVER", "{"),), says=("server",)),
    Wrong(id="not_toml", file="[server\n", says=("not TOML", "settings.toml")),
    Wrong(id="secret", file='[storage]\nstate_dir = 4\nurl = ["postgresql://a:hunter2@db/x"]\n', says=("storage.url",)),
)


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case.id)
def test_a_bad_value_is_refused_with_its_name_its_value_and_what_is_accepted(
    case: Wrong, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in case.env:
        monkeypatch.setenv(name, value)
    path = written(tmp_path, case.file) if case.file is not None else None
    with pytest.raises(SettingInvalid) as caught:
        load_settings(path)
    for part in case.says:
        assert part in caught.value.message
    assert "hunter2" not in caught.value.message


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid, match="no file of settings"):
        load_settings(tmp_path / "absent.toml")
    with pytest.raises(SettingInvalid, match="cannot be read"):
        load_settings(tmp_path)


def test_variables_of_other_purpose_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEXTANT_TEST_CLUSTER", "1")
    assert load_settings() == Settings()


def test_settings_cannot_be_changed() -> None:
    settings = load_settings()
    for target, name in ((settings.server, "port"), (settings, "server")):
        with pytest.raises(ValidationError):
            setattr(target, name, 1)


def test_every_setting_is_described_with_unit_and_reason() -> None:
    docs = {doc.name: doc for doc in describe_settings()}
    assert docs["server.port"].env == "SEXTANT_SERVER__PORT"
    assert docs["server.port"].default == "8484"
    assert docs["diagnose.pull_grace_seconds"].unit == "seconds"
    assert docs["storage.state_dir"].default == "$XDG_STATE_HOME/sextant"
    for doc in docs.values():
        assert len(doc.description.split()) >= 6, doc.name
        assert doc.description.endswith("."), doc.name


def test_every_described_setting_can_be_set_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_settings()
    for doc in describe_settings():
        section, name = doc.name.split(".")
        value = str(getattr(getattr(before, section), name)).removeprefix("(").removesuffix(")").replace("'", "")
        monkeypatch.setenv(doc.env, value)
    assert load_settings() == before
