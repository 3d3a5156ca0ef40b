"""Keep the telling lines of a log that may be of any size, in bounded memory.

A log is read once, as bytes, from its oldest line. Nothing is dropped while it fits. When it does not fit, the lines
that speak of an error, their neighbours and stack traces survive, then the newest lines. So neither the last error
nor the first cause above it is cut away by what came between or after.
"""

import re
from collections import Counter, deque
from collections.abc import AsyncIterable
from dataclasses import dataclass

MAX_LINES = 2000
"""Lines kept of one log."""
MAX_BYTES = 256 * 1024
"""Bytes kept of one log: enough for 2,000 ordinary lines."""
LINE_BYTES = 4096
"""Bytes kept of one line: its beginning and its end; a longer line is data rather than speech."""

TELLING = (
    "error",
    "fatal",
    "panic",
    "exception",
    "traceback",
    "caused by",
    "fail",
    "refused",
    "denied",
    "killed",
    "cannot",
    "can't",
    "could not",
    "couldn't",
    "unable",
    "not found",
    "no such",
    "not permitted",
    "invalid",
    "missing",
    "required",
    "timeout",
    "timed out",
    "unhandled",
    "segfault",
    "segmentation",
    "abort",
    "critical",
    "severe",
    "emerg",
    "out of memory",
    "unauthorized",
    "forbidden",
    "undefined",
    "unrecognized",
    "unknown",
    "in use",
    "read-only",
    "usage:",
    "exit",
)
"""Words that a line about a failure holds. Plain substrings: a tenth of the time of one regular expression."""

_TRACE = re.compile(r"\s+\S|at |\.{3} \d+ more|File \"|goroutine \d|created by |\d+: 0x|#\d+ ")
_UNSEEN = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07?|[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_CHANGING = re.compile(r"[0-9a-f]{8,}|\d+")
_NEIGHBOURS = 2
_TRACE_LINES = 40
_SAME_AT_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLines:
    """The lines kept of a log, oldest first. ``cut`` says that lines or parts of lines are missing."""

    lines: tuple[str, ...]
    cut: bool


@dataclass(slots=True)
class _Line:
    text: str
    size: int
    telling: bool


class LineKeeper:
    """Take a log's bytes piece by piece and hold the lines worth keeping."""

    def __init__(self, *, max_lines: int = MAX_LINES, max_bytes: int = MAX_BYTES, line_bytes: int = LINE_BYTES) -> None:
        self._max_lines, self._max_bytes = max_lines, max_bytes
        self._head_bytes, self._tail_bytes = line_bytes - line_bytes // 4, line_bytes // 4
        self._head, self._tail, self._dropped = bytearray(), bytearray(), 0
        self._newest: deque[_Line] = deque()
        self._survivors: deque[_Line] = deque()
        self._newest_size = self._survivors_size = 0
        self._alike: Counter[str] = Counter()
        self._after = self._trace = 0
        self._after_return = False
        self._cut = False

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes. A lone carriage return ends a line, as a progress bar means it."""
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
        self._after_return = chunk.endswith(b"\r") if chunk else self._after_return
        for piece in chunk.splitlines(keepends=True):
            self._append(piece.rstrip(b"\r\n"))
            if piece.endswith((b"\n", b"\r")):
                self._end_line()

    def finish(self) -> KeptLines:
        """Return what was kept."""
        if self._head or self._dropped:
            self._end_line()
        lines = tuple(line.text for line in (*self._survivors, *self._newest))
        return KeptLines(lines=lines, cut=self._cut)

    def _append(self, piece: bytes) -> None:
        room = self._head_bytes - len(self._head)
        self._head += piece[:room]
        if len(piece) > room:
            self._tail += piece[max(room, len(piece) - self._tail_bytes) :]
            self._dropped += len(piece) - room
            if len(self._tail) > 2 * self._tail_bytes:
                del self._tail[: -self._tail_bytes]

    def _end_line(self) -> None:
        text = self._head.decode("utf-8", "replace")
        if self._dropped:
            tail = self._tail[-self._tail_bytes :]
            lost = self._dropped - len(tail)
            text += (f" …[{lost} bytes]… " if lost else "") + tail.decode("utf-8", "replace")
            self._cut = self._cut or lost > 0
        self._head.clear()
        self._tail.clear()
        self._dropped = 0
        if not text.isprintable():
            text = _UNSEEN.sub("", text)
        if text.strip():
            self._keep(text)

    def _keep(self, text: str) -> None:
        line = _Line(text=text, size=len(text) + 1, telling=self._tells(text))
        self._newest.append(line)
        self._newest_size += line.size
        while self._over():
            self._shrink()

    def _tells(self, text: str) -> bool:
        """Say whether a line tells something, and mark the line before one that does."""
        lowered = text.lower()
        if any(word in lowered for word in TELLING):
            if self._newest:
                self._newest[-1].telling = True
            self._after, self._trace = _NEIGHBOURS, _TRACE_LINES
            return True
        if self._trace and _TRACE.match(text):
            self._trace -= 1
            self._after = max(self._after, 1)
            return True
        self._trace = 0
        if self._after:
            self._after -= 1
            return True
        return False

    def _over(self) -> bool:
        lines = len(self._newest) + len(self._survivors)
        return (lines > self._max_lines or self._newest_size + self._survivors_size > self._max_bytes) and lines > 1

    def _shrink(self) -> None:
        """Drop one line, or move one to the survivors; these may fill half of the room."""
        self._cut = True
        too_many = len(self._survivors) > self._max_lines // 2 or self._survivors_size > self._max_bytes // 2
        if self._survivors and (too_many or not self._newest):
            gone = self._survivors.popleft()
            self._survivors_size -= gone.size
            self._alike[_likeness(gone.text)] -= 1
            return
        line = self._newest.popleft()
        self._newest_size -= line.size
        if line.telling and self._alike[_likeness(line.text)] < _SAME_AT_MOST:
            self._alike[_likeness(line.text)] += 1
            self._survivors.append(line)
            self._survivors_size += line.size
        if len(self._alike) > 4 * self._max_lines:
            self._alike = +self._alike


async def keep_lines(
    stream: AsyncIterable[bytes],
    max_lines: int = MAX_LINES,
    max_bytes: int = MAX_BYTES,
    line_bytes: int = LINE_BYTES,
) -> KeptLines:
    """Read a stream to its end and return the lines worth keeping. Memory stays near ``max_bytes``."""
    keeper = LineKeeper(max_lines=max_lines, max_bytes=max_bytes, line_bytes=line_bytes)
    async for chunk in stream:
        keeper.feed(chunk)
    return keeper.finish()


def _likeness(text: str) -> str:
    """Return what a line has in common with the same line at another time."""
    return _CHANGING.sub("#", text[:200])
