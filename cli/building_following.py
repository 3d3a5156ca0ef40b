"""How a build is followed on a terminal: a line for each step with its seconds, wiped at the end; else plain lines."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from time import perf_counter

from builder.build.executor import Line
from builder.following import Said, Stage
from builder.repair.repairing import Attempt
from cli.terminal import painter

TICK_SECONDS = 0.2
"""Between two looks of the clock: it is seen to run, and costs nothing."""
_COLOUR = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def printable(text: str) -> str:
    """Return a line of somebody else's program without what would steer a terminal."""
    plain = _COLOUR.sub("", text).replace("\t", "    ")
    return "".join(char for char in plain if char.isprintable())


@dataclass(slots=True, kw_only=True)
class Watched:
    """Follows a build on standard error. ``verbose``: plain lines also on a terminal."""

    verbose: bool = False
    attempts: list[Attempt] = field(default_factory=list)
    _live: bool = field(init=False)
    _now: str = ""
    _ended: int = 0

    def __post_init__(self) -> None:
        self._live = not self.verbose and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            sys.stderr.write("\r\x1b[K" + "\x1b[1A\x1b[2K" * self._ended)
            sys.stderr.flush()
            self._ended = 0

    @asynccontextmanager
    async def step(self, stage: Stage, what: str) -> AsyncIterator[Said]:
        """Show the step while it goes on, then how long it took."""
        note, began = Said(), perf_counter()
        self._now = what
        if not self._live:
            self._plain(stage, what)
            yield note
            if note.text:
                self._plain(stage, f"{note.text} ({perf_counter() - began:.1f} s)")
            return
        ticking = asyncio.create_task(self._tick(stage, began))
        mark = "✗"
        try:
            yield note
            mark = "✓"
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking
            self._show(f"{mark} {stage:6} {perf_counter() - began:6.1f} s  {note.text or what}")
            sys.stderr.write("\n")
            self._ended += 1

    def line(self, stage: Stage, line: Line) -> None:
        """Show a line: as the newest on a terminal, else below the others."""
        text = printable(line.text)
        if self._live:
            self._now = text.strip() or self._now
        else:
            self._plain(stage, text)

    async def attempted(self, attempt: Attempt) -> None:
        """Keep an attempt that failed."""
        self.attempts.append(attempt)

    async def _tick(self, stage: Stage, began: float) -> None:
        while True:
            self._show(f"  {stage:6} {perf_counter() - began:6.1f} s  {self._now}")
            await asyncio.sleep(TICK_SECONDS)

    def _show(self, text: str) -> None:
        room = max(20, shutil.get_terminal_size().columns - 1)
        sys.stderr.write(f"\r\x1b[K{_cut(printable(text), room)}")
        sys.stderr.flush()

    def _plain(self, stage: Stage, text: str) -> None:
        sys.stderr.write(f"{painter(sys.stderr)('dim', f'{stage:6}')} {text}\n")


def _cut(text: str, columns: int) -> str:
    """Cut a line so that it takes no more columns: Chinese characters take two."""
    taken = 0
    for at, char in enumerate(text):
        taken += 2 if "\u2e80" <= char <= "\uffef" else 1
        if taken > columns:
            return text[: at - 1] + "…"
    return text
