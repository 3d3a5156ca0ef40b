"""What the README shows is what the program prints."""

import logging
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.cli.running import sextant

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(
    r"^\$ \.venv/bin/sextant ([^\n|]+?)(?: \| head -(\d+))?\n(.*?)^```", README, re.MULTILINE | re.DOTALL
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the home of somebody who has just installed it; what one command has indexed the next one finds."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def fresh(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Live in that home, with nothing configured, and put back the logging that commands set up."""
    for name in ("KUBECONFIG", "SEXTANT_CONFIG", "KUBERNETES_SERVICE_HOST", "LC_ALL", "LC_MESSAGES", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": ".", "XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"}.items():
        monkeypatch.setenv(name, str(home / value))
    monkeypatch.setenv("LANG", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize(("words", "head", "shown"), SHOWN, ids=[words for words, _, _ in SHOWN])
def test_shown_output_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, head: str, shown: str
) -> None:
    lines = sextant(monkeypatch, capsys, *shlex.split(words)).out.splitlines()
    assert (lines[: int(head)] if head else lines) == shown.splitlines()


def test_the_readme_shows_commands() -> None:
    assert len(SHOWN) >= 4


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (Path(__file__).parent.parent / target).exists(), target
