"""The code that the documentation shows runs: the analyzer of the how-to, and its tests."""

import re
from pathlib import Path
from typing import Any

from diagnose.codes.code import Code

PAGE = Path(__file__).parent.parent / "docs" / "howto" / "write-an-analyzer.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


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
