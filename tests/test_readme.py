"""What the README shows is what the program prints."""

import re
from pathlib import Path

import pytest

from tests.cli.running import sextant

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(
    r"^\$ \.venv/bin/sextant ([^\n|]+?)(?: \| head -(\d+))?\n(.*?)^```", README, re.MULTILINE | re.DOTALL
)


@pytest.mark.parametrize(("words", "head", "shown"), SHOWN, ids=[words for words, _, _ in SHOWN])
def test_shown_output_is_what_the_command_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: str, head: str, shown: str
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    lines = sextant(monkeypatch, capsys, *words.split()).out.splitlines()
    assert (lines[: int(head)] if head else lines) == shown.splitlines()


def test_the_readme_shows_commands() -> None:
    assert len(SHOWN) >= 2


def test_links_of_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (Path(__file__).parent.parent / target).exists(), target
