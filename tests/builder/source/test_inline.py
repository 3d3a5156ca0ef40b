"""Files that come as text."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from builder.source.errors import TreeHostile, TreeRefused, TreeTooLarge
from builder.source.inline import unfold
from builder.source.limits import SourceLimits


def test_files_become_a_folder_and_its_tree(tmp_path: Path) -> None:
    given = {"main.py": "print('größe')\n", "src/run.sh": "#!/bin/sh\n", ".git/hooks/post": "x", "empty": ""}
    found = unfold(given, tmp_path / "in")
    assert tuple(found.tree.sizes) == ("empty", "main.py", "src/run.sh")
    assert found.tree.executable == {"src/run.sh"}
    assert found.tree.text("main.py") == given["main.py"]
    assert not (found.folder / ".git").exists()


def test_half_a_character_becomes_a_question_mark(tmp_path: Path) -> None:
    assert unfold({"a": "x\ud800y"}, tmp_path / "in").tree.text("a") == "x?y"


@dataclass(frozen=True, kw_only=True)
class Case:
    id: str
    files: dict[str, str]
    error: type[TreeRefused]
    limits: SourceLimits = field(default_factory=SourceLimits)


CASES = (
    Case(id="absolute", files={"/etc/passwd": ""}, error=TreeHostile),
    Case(id="upwards", files={"a/../../b": ""}, error=TreeHostile),
    Case(id="only upwards", files={"..": ""}, error=TreeHostile),
    Case(id="empty", files={"": ""}, error=TreeHostile),
    Case(id="empty part", files={"a//b": ""}, error=TreeHostile),
    Case(id="dot", files={"./a": ""}, error=TreeHostile),
    Case(id="folder", files={"a/": ""}, error=TreeHostile),
    Case(id="backslash", files={"a\\..\\b": ""}, error=TreeHostile),
    Case(id="zero byte", files={"a\0b": ""}, error=TreeHostile),
    Case(id="line break", files={"a\nb": ""}, error=TreeHostile),
    Case(id="half a character", files={"a\ud800": ""}, error=TreeHostile),
    Case(id="long name", files={"é" * 128: ""}, error=TreeHostile),
    Case(id="long path", files={"/".join(["abcdefgh"] * 120): ""}, error=TreeHostile),
    Case(id="deep", files={"/".join("abc"): ""}, error=TreeHostile, limits=SourceLimits(max_depth=2)),
    Case(id="file and folder", files={"a": "", "a/b": ""}, error=TreeHostile),
    Case(id="file and folder far above", files={"a/b/c": "", "a": ""}, error=TreeHostile),
    Case(id="many", files={"a": "", "b": ""}, error=TreeTooLarge, limits=SourceLimits(max_files=1)),
    Case(id="large", files={"a": "12", "b": "34"}, error=TreeTooLarge, limits=SourceLimits(max_bytes=3)),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_what_leads_out_or_is_too_large_is_refused_before_anything_is_written(case: Case, tmp_path: Path) -> None:
    with pytest.raises(case.error) as caught:
        unfold(case.files, tmp_path / "in", case.limits)
    assert caught.value.next_step
    assert os.listdir(tmp_path) == []
