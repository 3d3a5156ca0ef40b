"""Writing to a terminal or a pipe: colours, structures, progress."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from typing import Any, TextIO

from cli.options import Output

_STYLES = {
    "failing": "1;37;41",
    "degraded": "1;30;43",
    "unknown": "1;30;47",
    "recovered": "1;30;46",
    "healthy": "1;30;42",
    "title": "1",
    "command": "36",
    "dim": "2",
    "ok": "32",
    "warn": "33",
    "fail": "31",
}


def coloured(stream: TextIO) -> bool:
    """Say whether colours belong on a stream: a terminal, and nobody set ``NO_COLOR`` or ``TERM=dumb``."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def painter(stream: TextIO) -> Callable[[str, str], str]:
    """Return ``paint(style, text)`` for a stream; without colours it returns the text as it is."""
    if not coloured(stream):
        return lambda _style, text: text
    return lambda style, text: f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def write_structure(value: Any, output: Output) -> None:
    """Write plain data to standard output as JSON or YAML."""
    if output is Output.YAML:
        import yaml

        yaml.safe_dump(value, sys.stdout, allow_unicode=True, sort_keys=False, width=120)
        return
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


class Progress:
    """One line of progress on standard error, only when it is a terminal; it is wiped at the end."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __call__(self, what: str, share: float) -> None:
        """Show ``what`` is being done and how much of it is (0 to 1)."""
        if self._shown:
            done = round(max(0.0, min(share, 1.0)) * 20)
            sys.stderr.write(f"\r\x1b[K[{'#' * done}{'.' * (20 - done)}] {what}")
            sys.stderr.flush()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


class StatusLine:
    """A last line on standard error that gives way to what is written, only where both streams are a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def show(self, text: str) -> None:
        """Show a text in place of the one before."""
        if self._shown:
            room = max(10, shutil.get_terminal_size().columns - 1)
            sys.stderr.write(f"\r\x1b[K{text[:room]}")
            sys.stderr.flush()

    def hide(self) -> None:
        """Wipe it, so that something else can be written."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()

    def __enter__(self) -> "StatusLine":
        return self

    def __exit__(self, *_: object) -> None:
        self.hide()
