"""Read a container's log as items: one for each line, and one for each stack trace with its deciding line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache

from cluster.fields import Obj
from diagnose.containers import container_named
from diagnose.logs.line import Level, Parts, take_apart
from diagnose.scene import Scene

MAX_LINES = 2000
"""Only the last lines of an excerpt are read: the exit is at the end."""

MAX_STACK = 40
"""Lines of one stack trace that are looked at."""

SKEW = timedelta(seconds=2)
"""A line may be stamped this much before the run began: clocks of process and kubelet differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One link of a stack trace: the line, counted from 1 in the excerpt, and its clean text."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogItem:
    """One thing that the log says.

    ``number`` counts from 1 within the excerpt and is that of the deciding line; ``raw`` is that line as it stands.
    ``causes`` are the other links of a stack trace, deepest first; ``stack`` its remaining lines.
    """

    number: int
    text: str
    level: Level
    time: datetime | None = None
    raw: str = ""
    causes: tuple[Cause, ...] = ()
    stack: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReading:
    """The items of one run's log, oldest first. ``cut`` says that earlier lines are missing."""

    items: tuple[LogItem, ...]
    previous: bool
    cut: bool = False


def read_log(scene: Scene, pod: Obj, container: str, *, previous: bool) -> LogReading | None:
    """Read the log of the current or the previous run; None when the snapshot does not hold it.

    Lines of the current run that are stamped before it began are left out.
    """
    excerpt = scene.snapshot.log(pod, container, previous=previous)
    if excerpt is None:
        return None
    items = read_lines(excerpt.lines)
    known = container_named(pod, container)
    started = known.started_at if known and not previous else None
    if started is not None:
        items = tuple(item for item in items if item.time is None or item.time >= started - SKEW)
    return LogReading(items=items, previous=previous, cut=excerpt.cut or len(excerpt.lines) > MAX_LINES)


@lru_cache(maxsize=128)
def read_lines(lines: tuple[str, ...]) -> tuple[LogItem, ...]:
    """Read lines into items. Several analyzers read the same logs, so the last results are kept."""
    first = max(len(lines) - MAX_LINES, 0)
    return tuple(_dated(_items([(number, line) for number, line in enumerate(lines[first:], start=first + 1)])))


def _dated(items: Iterable[LogItem]) -> Iterator[LogItem]:
    """Give an item without a time that of the item above: programs date the head of a message, not what follows."""
    time: datetime | None = None
    for item in items:
        time = item.time or time
        yield item if item.time is time else replace(item, time=time)


@dataclass(slots=True)
class _Open:
    """An item that may still grow: its head and the lines of a trace below it."""

    number: int
    parts: Parts
    raw: str
    kind: str = ""
    below: list[tuple[int, str, str]] | None = None
    since_frame: int = 0


_PYTHON_HEAD = re.compile(r"(?:.{0,200} )?Traceback \(most recent call last\):$")
_PYTHON_CHAIN = re.compile(r"(?:During handling of the above exception|The above exception was the direct cause)")
_FRAME = re.compile(r"\s*at (?:async )?[\w$.<>\[\]/@`:(][^ ]{0,300}(?: |\(|$)|\s+\.\.\. \d+ (?:more|common frames)")
_LINK = re.compile(r"\s*(?:Caused by: |Suppressed: |Wrapped by: |---> |--- End of inner|\[cause\]: |\[errors\]: )")
_RUBY_FRAME = re.compile(r"\s+from \S{1,300}:\d+:in ")
_PHP_FRAME = re.compile(
    r"Stack trace:$|(?:PHP )?\s*#?\d+\.? (?:\{main\}|\S{1,200}\(\d+\): |/\S)|#\d{1,3} |\s+thrown in "
)
_GO_HEAD = re.compile(r"(?:panic: |fatal error: )")
_GO_BELOW = re.compile(
    r"goroutine \d+ |\[signal |\s+panic: |exit status \d|created by |main\.|runtime\.|\S{1,200}\(.{0,200}\)$|"
    r"    \S{1,200}\.go:\d+|\s*$"
)
_RUST_HEAD = re.compile(r"thread '[^']{0,80}'(?: \(\d+\))? panicked at [^,]{1,300}:$")
_NODE_BELOW = re.compile(r"Require stack:$|- /\S{1,300}$")
_NOISE = re.compile(r"\s*\^[\^~]*\s*$|Node\.js v\d+\.\d+\.\d+$|\s*[}\])];?$|[-=*#_~ ]{3,}$")
"""Lines that say nothing by themselves: markers under a source line, closing braces, rulers."""
_BRACE = re.compile(
    r"\s+(?:errno|code|syscall|address|port|hostname|cause|sql\w*|severity|detail|routine): |\s*}$|\s+\["
)


_CONTINUES = (_FRAME, _LINK, _RUBY_FRAME, _PHP_FRAME, _NODE_BELOW)


def _items(lines: list[tuple[int, str]]) -> Iterator[LogItem]:
    current: _Open | None = None
    described = False
    for number, raw in lines:
        parts = take_apart(raw)
        plain = _indented(raw, parts)
        if current is not None and _belongs(current, plain, parts):
            (current.below if current.below is not None else []).append((number, plain, raw))
            continue
        if (not parts.text and parts.level == "none") or _NOISE.match(parts.text):
            continue
        if current is not None:
            yield _close(current)
        if described and parts.level == "none":
            parts = Parts(text=parts.text, level="error", time=parts.time, rest=parts.rest)
        described = parts.text == "Description:"
        current = _Open(number=number, parts=parts, raw=raw, kind=_kind(parts), below=[])
    if current is not None:
        yield _close(current)


def _indented(raw: str, parts: Parts) -> str:
    """Return the text with the indentation of the raw line, which tells frames from lines of their own."""
    margin = len(raw) - len(raw.lstrip(" \t"))
    return " " * min(margin * 4 if raw.startswith("\t") else margin, 8) + parts.text if margin else parts.text


def _kind(parts: Parts) -> str:
    if _PYTHON_HEAD.match(parts.text):
        return "python"
    if _GO_HEAD.match(parts.text):
        return "go"
    if _RUST_HEAD.match(parts.text):
        return "rust"
    return "dotnet" if not parts.text else ""


def _belongs(item: _Open, plain: str, parts: Parts) -> bool:
    """Say whether a line continues the open item's trace."""
    below = item.below or []
    if len(below) >= MAX_STACK:
        return bool(_FRAME.match(plain) or _RUBY_FRAME.match(plain)) and item.kind != ""
    if item.kind == "python":
        return _belongs_to_python(item, plain)
    if item.kind == "go":
        return bool(_GO_BELOW.match(plain)) and parts.level == "none"
    if item.kind == "rust":
        return len(below) < 2 and parts.level == "none"
    if item.kind == "dotnet" and (not below or plain[:1].isspace()):
        return plain[:1].isspace()
    if not plain:
        return False
    if any(pattern.match(plain) for pattern in _CONTINUES):
        if parts.level not in {"none", "error"} and not _LINK.match(plain):
            return False
        item.kind = item.kind or "trace"
        return True
    return item.kind == "trace" and bool(_BRACE.match(plain))


def _belongs_to_python(item: _Open, plain: str) -> bool:
    below = item.below or []
    if not plain or plain[0].isspace() or _PYTHON_CHAIN.match(plain) or _PYTHON_HEAD.match(plain):
        return True
    # The first line at the margin after the frames is the exception; a blank line or "During handling" may follow.
    last = next((text for _, text, _ in reversed(below) if text), "")
    return bool(last) and (last[0].isspace() or bool(_PYTHON_HEAD.match(last))) and not _done(below)


def _done(below: list[tuple[int, str, str]]) -> bool:
    """Say whether the newest traceback of a chain has its last line."""
    for _, text, _ in reversed(below):
        if _PYTHON_HEAD.match(text) or _PYTHON_CHAIN.match(text):
            return False
        if text and not text[0].isspace():
            return True
    return False


def _close(item: _Open) -> LogItem:
    below = list(item.below or [])
    if not below and item.parts.rest:
        below = [(item.number, line, item.raw) for line in item.parts.rest[:MAX_STACK]]
        if item.kind == "":
            item.kind = "python" if any(_PYTHON_HEAD.match(text.strip()) for _, text, _ in below) else "trace"
    links = _links(item, below)
    deciding = links[-1] if links else (item.number, item.parts.text, item.raw)
    level = item.parts.level
    if level in {"none", "info"} and item.kind in {"python", "go", "rust"} and below:
        level = "error"
    if level == "none" and item.kind == "trace" and any(_FRAME.match(text) for _, text, _ in below):
        level = "error"
    others = [Cause(number=number, text=text) for number, text, _ in reversed(links[:-1])]
    if links and item.parts.text and item.kind in {"trace", ""} and deciding[0] != item.number:
        others.append(Cause(number=item.number, text=item.parts.text))
    return LogItem(
        number=deciding[0],
        text=deciding[1].strip(),
        level=level,
        time=item.parts.time,
        raw=deciding[2],
        causes=tuple(others),
        stack=tuple(text for _, text, _ in below[:MAX_STACK]),
    )


def _links(item: _Open, below: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Return the links of a trace in its own order, the last of which decides."""
    match item.kind:
        case "python":
            return _python_links(below)
        case "rust":
            return [(number, f"panicked: {text.strip()}", raw) for number, text, raw in below if text.strip()][:1]
        case "go":
            inner = [(n, t.strip(), raw) for n, t, raw in below if t.lstrip().startswith("panic: ")]
            return inner[-1:]
        case "dotnet":
            texts = [(n, t.strip(), raw) for n, t, raw in below if t.strip() and not _FRAME.match(t)]
            return [(n, _LINK.sub("", t, count=1), raw) for n, t, raw in texts if "--- End of inner" not in t]
        case _:
            return [
                (number, _LINK.sub("", text, count=1).strip(), raw)
                for number, text, raw in below
                if _LINK.match(text) and "--- End of inner" not in text and "Suppressed: " not in text
            ]


def _python_links(below: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    found: list[tuple[int, str, str]] = []
    for position, (number, text, raw) in enumerate(below):
        if not text or text[0].isspace() or _PYTHON_CHAIN.match(text) or _PYTHON_HEAD.match(text):
            continue
        before = below[position - 1][1] if position else ""
        if position == 0 or before[:1].isspace() or _PYTHON_HEAD.match(before):
            found.append((number, text.strip(), raw))
    return found
