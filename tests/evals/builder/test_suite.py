"""The suite over a few trees, and what its data may say."""

import json
from pathlib import Path

import pytest

from evals.builder import monorepo, suite
from evals.builder.truths import TruthBroken, cases
from tests.evals.builder.test_scoring import SERVICE

LINE = {
    "name": "service",
    "files": SERVICE,
    "truth": {"language": "javascript", "kind": "web", "start": "node web.js", "port": 4100},
}


def data(folder: Path, *lines: str) -> Path:
    (folder / "written").mkdir()
    (folder / "written" / "node.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return folder


def test_the_suite_scores_trees_and_prints_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(data(tmp_path, json.dumps(LINE))), "--trees", str(tmp_path), "--dry", "--no-monorepo"]
    assert suite.main(arguments) == 0
    page = capsys.readouterr().out
    assert "1 of 1 trees were planned" in page
    assert page.endswith("## Misses\n\nNone.\n")


def test_a_tree_that_is_not_there_is_left_out_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = {"name": "other", "recipe": [{"npm-pack": "a@1"}], "truth": {"language": "javascript"}}
    folder = str(data(tmp_path, json.dumps(LINE), json.dumps(made)))
    assert suite.main(["--data", folder, "--trees", folder, "--dry", "--no-monorepo", "--no-fetch"]) == 0
    told = capsys.readouterr()
    assert "Left out: 1, not made yet." in told.out
    assert 'Printed by `make eval SUITE=builder ARGS="--no-fetch"` on ' in told.out
    assert told.err == "node/other: not made yet.\n"


def test_nothing_to_measure_on_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert suite.main(["--data", str(tmp_path), "--trees", str(tmp_path), "--dry"]) == 2
    assert "nothing was measured" in capsys.readouterr().err


def test_an_interpreter_without_enry_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(data(tmp_path, json.dumps(LINE)))
    assert suite.main(["--data", folder, "--trees", folder, "--dry", "--no-monorepo", "--enry", "/bin/false"]) == 2
    assert "could not ask enry" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"name": "a"}',
        '{"name": "a", "truth": {"language": "go"}}',
        '{"name": "a", "files": {"a": ""}, "truth": {"language": "go", "kind": "toy"}}',
        '{"name": "a", "files": {"a": ""}, "truth": {"tongue": "go"}}',
        '{"name": "a", "recipe": [{"npx": "a", "npm": "b"}], "truth": {"language": "go"}}',
    ],
)
def test_a_line_that_is_no_case_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(TruthBroken, match="line 1 is no case"):
        cases(data(tmp_path, line))


def test_the_generated_monorepo_has_a_component_for_each_member() -> None:
    measured = monorepo.measure(members=6, files=4)
    assert (measured.files, measured.components) == (26, 6)
