"""Running the command line in this process, as a shell would."""

import io
import sys
from dataclasses import dataclass

import pytest

from cli.main import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


def sextant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str, stdin: bytes = b""
) -> Ran:
    """Run ``sextant WORDS`` with ``stdin`` and return what it did."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
    code: object = 0
    try:
        main(words)
    except SystemExit as ended:
        code = ended.code
    captured = capsys.readouterr()
    return Ran(code=code if isinstance(code, int) else 1 if code else 0, out=captured.out, err=captured.err)
