"""What the documentation shows holds: the analyzer of the how-to and its tests run, shown commands exist."""

import re
import shlex
from pathlib import Path
from typing import Any, get_args

import pytest
import typer

from cli.main import app
from diagnose.codes.code import Code
from kb.answers.model import Verdict
from kb.records.model import DocumentState

ROOT = Path(__file__).parent.parent
HOWTO = ROOT / "docs" / "howto"
PAGE = HOWTO / "write-an-analyzer.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
COMMAND = re.compile(r"^(?:\| `|\$ |\s*)(?:\.venv/bin/)?sextant ((?:kb|ask) .*?)(?:` \|.*)?$", re.MULTILINE)
PAGES = (
    ROOT / "README.md",
    HOWTO / "connect-a-docs-site.md",
    HOWTO / "run-the-knowledge-base-at-scale.md",
    *sorted((ROOT / "datasets" / "knowledge" / "howto").glob("*sextant*.md")),
    *sorted((ROOT / "datasets" / "knowledge" / "howto").glob("connect-docs-site.*.md")),
)
SHOWN = sorted({line for page in PAGES for line in COMMAND.findall(page.read_text(encoding="utf-8"))})


def test_the_analyzer_of_the_how_to_passes_its_own_tests() -> None:
    row, rule, checks = BLOCKS
    names: dict[str, Any] = {"__name__": "diagnose.analyzers.grace_periods"}
    for block in (row, rule, checks):
        exec(compile(block, str(PAGE), "exec"), names)
    assert all(isinstance(entry, Code) for entry in names["CODES"])
    tests = [value for name, value in names.items() if name.startswith("test_")]
    assert len(tests) == 2
    for test in tests:
        test()


@pytest.mark.parametrize("line", SHOWN)
def test_a_shown_command_can_be_given_as_it_is_written(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "knowledge.sextant").touch()
    words = shlex.split(line, comments=True)
    words = words[: words.index("|")] if "|" in words else words
    command: Any = typer.main.get_command(app)
    while words and (below := getattr(command, "commands", {}).get(words[0])) is not None:
        command, words = below, words[1:]
    assert not hasattr(command, "commands"), f"there is no command {line}"
    command.make_context("sextant", words)


def test_the_pages_show_commands() -> None:
    assert len(SHOWN) >= 25


def test_the_how_to_explains_every_state_of_a_document() -> None:
    page = (HOWTO / "connect-a-docs-site.md").read_text(encoding="utf-8")
    table = page.partition("| Document | Meaning |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(get_args(DocumentState))


def test_the_explanation_names_every_verdict() -> None:
    page = (ROOT / "docs" / "explanation" / "knowledge-base.md").read_text(encoding="utf-8")
    table = page.partition("| Verdict | When |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)`", table, re.MULTILINE) == list(get_args(Verdict))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
