"""Take one log line apart: colours, time, level, logger, and the text that is left.

Plain text of the common frameworks, JSON objects, logfmt and klog are understood. A line of no known form keeps its
text and has the level ``none``.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from cluster.fields import parse_time

Level = Literal["fatal", "error", "none", "warn", "info", "debug"]

MAX_CHARACTERS = 4000
"""A longer line is cut here before any pattern sees it."""

_COLOURS = re.compile(r"\x1b(?:\[[0-9;?]{0,24}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[()][A-Z0-9])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")

LEVELS: dict[str, Level] = {
    "fatal": "fatal",
    "ftl": "fatal",
    "panic": "fatal",
    "pnc": "fatal",
    "emerg": "fatal",
    "emergency": "fatal",
    "alert": "fatal",
    "crit": "fatal",
    "critical": "fatal",
    "严重": "fatal",
    "致命": "fatal",
    "error": "error",
    "err": "error",
    "eror": "error",
    "severe": "error",
    "fail": "error",
    "错误": "error",
    "warn": "warn",
    "warning": "warn",
    "wrn": "warn",
    "警告": "warn",
    "info": "info",
    "inf": "info",
    "information": "info",
    "notice": "info",
    "note": "info",
    "log": "info",
    "system": "info",
    "hint": "info",
    "detail": "info",
    "statement": "info",
    "信息": "info",
    "debug": "debug",
    "dbg": "debug",
    "dbug": "debug",
    "trace": "debug",
    "trce": "debug",
    "trc": "debug",
    "verbose": "debug",
    "fine": "debug",
    "调试": "debug",
}
"""Level words of loggers, lower case. PostgreSQL's ``LOG`` and ``HINT`` are information."""

_KLOG_LEVELS: dict[str, Level] = {"I": "info", "W": "warn", "E": "error", "F": "fatal", "D": "debug"}
_REDIS_LEVELS: dict[str, Level] = {"#": "warn", "*": "info", "-": "debug", ".": "debug"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one line holds. ``rest`` are further lines that stood in the same line (a stack inside JSON)."""

    text: str
    level: Level = "none"
    time: datetime | None = None
    rest: tuple[str, ...] = ()


def take_apart(raw: str) -> Parts:
    """Clean one raw line."""
    line = _COLOURS.sub("", raw[:MAX_CHARACTERS])
    line = _CONTROL.sub(" ", line.replace("\r", "").replace("\t", "    ")).rstrip()
    time, line = _stamp(line)
    body = line.lstrip()
    if body.startswith("{") and body.endswith("}") and (found := _from_json(body)) is not None:
        return _timed(found, time)
    if match := _KLOG.match(body):
        return Parts(text=match[3].strip(), level=_KLOG_LEVELS[match[1]], time=time)
    if _LOGFMT.search(body) and (found := _from_logfmt(body)) is not None:
        return _timed(found, time)
    return _timed(_from_text(line), time)


def _timed(parts: Parts, time: datetime | None) -> Parts:
    if time is None:
        return parts
    return Parts(text=parts.text, level=parts.level, time=time, rest=parts.rest)


_STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))\s(?:std(?:out|err) [FP] )?")


def _stamp(line: str) -> tuple[datetime | None, str]:
    """Strip the time that ``kubectl logs --timestamps`` or the runtime's own file puts first."""
    match = _STAMP.match(line)
    return (_rfc3339(match[1]), line[match.end() :]) if match else (None, line)


def _rfc3339(value: str) -> datetime | None:
    """Parse a time of up to nanoseconds, of which Python keeps microseconds."""
    head, dot, tail = value.partition(".")
    if dot:
        digits = re.match(r"\d+", tail)
        size = digits.end() if digits else 0
        value = f"{head}.{tail[:size][:6].ljust(6, '0')}{tail[size:]}"
    return parse_time(value)


# -- JSON

_MESSAGES = (
    *("msg", "message", "@m", "@mt", "event", "short_message", "text"),
    *("error", "err", "exception", "cause", "reason", "detail", "details", "@x", "errmsg", "thrown"),
)
_STACKS = ("stack", "stack_trace", "stacktrace", "exception_stack")
_EXTRAS = (
    *("addr", "address", "host", "hostname", "port", "url", "uri", "bind", "listen", "endpoint", "file", "path"),
    *("user", "username", "database", "db", "code"),
)
_LEVEL_KEYS = ("level", "severity", "lvl", "log.level", "@l", "levelname", "loglevel", "s")
_TIME_KEYS = ("time", "ts", "timestamp", "@timestamp", "@t", "t", "datetime")


def _from_json(body: str) -> Parts | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    nested = [value.get(key) for key in ("log", "error", "err", "attr", "exception")]
    said = list(_said(value, _MESSAGES))
    if not said:
        return None
    extras = [f"{key}={_scalar(value.get(key))}" for key in _EXTRAS if _scalar(value.get(key))]
    for inner in nested:
        if isinstance(inner, dict):
            extras += [f"{key}={_scalar(inner.get(key))}" for key in _EXTRAS if _scalar(inner.get(key))]
    stack = "\n".join([*_said(value, _STACKS), *(part for inner in nested for part in _said(inner, _STACKS))])
    first, *rest = "\n".join(_distinct(said)).split("\n")
    text = " ".join([first, *[line for line in rest if line and not line[0].isspace()], *extras])
    inner_level = value.get("log")
    level = _level_of(value)
    if level == "none" and isinstance(inner_level, dict):
        level = _level_of(inner_level)
    return Parts(
        text=text[:MAX_CHARACTERS].strip(),
        level=level,
        time=_time_of(value),
        rest=tuple([*rest, *stack.split("\n")][:80]) if stack or any(line[:1].isspace() for line in rest) else (),
    )


def _said(value: Any, keys: tuple[str, ...]) -> Iterator[str]:
    """Yield what the keys say; an object under ``error`` or ``err`` says its own message."""
    if not isinstance(value, Mapping):
        return
    for key in keys:
        found = value.get(key)
        if isinstance(found, str) and found.strip():
            yield found.strip()
        elif isinstance(found, Mapping):
            for inner in ("message", "msg", "error", "errmsg", "reason"):
                if isinstance(text := found.get(inner), str) and text.strip():
                    yield text.strip()
    attributes = value.get("attr")
    if "msg" in keys and isinstance(attributes, Mapping) and (error := attributes.get("error")):
        yield error if isinstance(error, str) else json.dumps(error, ensure_ascii=False)[:500]


def _distinct(said: list[str]) -> list[str]:
    """Drop what an earlier text already holds: loggers repeat the message inside the error."""
    kept: list[str] = []
    for text in said:
        if not any(text in other for other in kept):
            kept.append(text)
    return kept


def _scalar(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else ""


def _level_of(value: Mapping[str, Any]) -> Level:
    for key in _LEVEL_KEYS:
        found = value.get(key)
        if isinstance(found, str) and found:
            if key == "s":
                return _KLOG_LEVELS.get(found[:1], "none")
            return LEVELS.get(found.lower(), "none")
        if isinstance(found, int) and not isinstance(found, bool):
            return _numbered_level(found)
    return "none"


def _numbered_level(number: int) -> Level:
    """Read the numbers of pino and bunyan: 10 trace … 60 fatal."""
    if number >= 60:
        return "fatal"
    if number >= 50:
        return "error"
    if number >= 40:
        return "warn"
    return "info" if number >= 30 else "debug"


def _time_of(value: Mapping[str, Any]) -> datetime | None:
    for key in _TIME_KEYS:
        found = value.get(key)
        if isinstance(found, Mapping):
            found = found.get("$date")
        if isinstance(found, str) and (time := _rfc3339(found.replace(" ", "T", 1))):
            return time
        if isinstance(found, int | float) and not isinstance(found, bool):
            seconds = found / 1000 if found > 1e11 else found
            if 1e9 < seconds < 4e9:
                return datetime.fromtimestamp(seconds, UTC)
    return None


# -- klog and logfmt

_KLOG = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ([\w./-]{1,100}:\d+)\] ?(.*)")
_LOGFMT = re.compile(r"(?:^|\s)(?:level|lvl|severity)=\"?[A-Za-z]{3,11}\"?(?:\s|$)")
_PAIR = re.compile(r"([A-Za-z@][\w.@-]{0,40})=(?:\"((?:[^\"\\]|\\.){0,2000})\"|(\S{0,2000}))")


def _from_logfmt(body: str) -> Parts | None:
    pairs = {
        match[1].lower(): (match[2] if match[2] is not None else match[3]).replace('\\"', '"').replace("\\n", "\n")
        for match in _PAIR.finditer(body)
    }
    said = _distinct(list(_said(pairs, _MESSAGES)))
    if not said:
        return None
    extras = [f"{key}={pairs[key]}" for key in _EXTRAS if pairs.get(key)]
    lines = "\n".join(said).split("\n")
    return Parts(
        text=" ".join([*[line for line in lines if line[:1].strip()], *extras]),
        level=_level_of(pairs),
        time=_time_of(pairs),
        rest=tuple(lines[1:80]) if any(line[:1].isspace() for line in lines[1:]) else (),
    )


# -- plain text

_WORDS = "|".join(sorted((word for word in LEVELS if word.isascii()), key=len, reverse=True))
_CLOCK = r"\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|CET|CEST|CST|[+-]\d\d:?\d\d)(?=[\s\]|,:-]|$))?"
_HEADS: tuple[re.Pattern[str], ...] = (
    re.compile(rf"\[?\d{{4}}[-/]\d\d[-/]\d\d[T ]{_CLOCK}{_ZONE}\]?[ :|,-]*"),
    re.compile(rf"\[?\d\d/[A-Z][a-z]{{2}}/\d{{4}}[: ]{_CLOCK}{_ZONE}\]?\s*"),
    re.compile(rf"\[?(?:[A-Z][a-z]{{2}} )?[A-Z][a-z]{{2}} +\d{{1,2}} {_CLOCK}(?: \d{{4}})?\]?\s*"),
    re.compile(rf"\[?{_CLOCK}{_ZONE}\]?[ |-]+"),
    re.compile(r"\d{1,2}:\d\d[AP]M\s+"),
    re.compile(r"\d{1,7}#\d{1,7}: (?:\*\d{1,12} )?"),
    re.compile(r"\d{1,7} (?=\[(?:ERROR|Warning|Note|System)\])"),
    re.compile(r"\d{1,9} --- (?:\[[^\]]{0,60}\] ?){1,3}\S{1,120} +: "),
    re.compile(
        r"\[(?:\d{1,9}|pid[:= ]\d{1,9}|main|MY-\d{4,6}|Server|[\w.-]{0,40}(?:thread|worker|exec|pool)[\w.-]{0,40})\]"
        r"[ :]*"
    ),
    re.compile(r"(?:[a-z][\w$]{0,40}\.){2,10}[\w$]{1,60} +(?:-|:) +"),
)
_DASH = re.compile(r"[-|] (?=\S)")
_NAMED_LEVEL = re.compile(rf"-? ?[\w.]{{1,80}} (?:-|:|\|) ({_WORDS}) (?:-|:|\|) ", re.IGNORECASE)
_PYTHON = re.compile(r"(CRITICAL|ERROR|WARNING|INFO|DEBUG):([\w.]{1,80}):(?=\S)")
_BRACKETED = re.compile(
    rf"[\[(<【](?:\w{{1,30}}[:.])?({_WORDS}|错误|严重|致命|警告|信息|调试)[\])>】][ :：|-]*", re.IGNORECASE
)
_UPPER = re.compile(rf"({_WORDS.upper()}|Warning|Error)(?=[\s:|\]-])[ :|-]*(?=\S)")
_LOWER = re.compile(rf"({_WORDS})(?:\[\d+\])?: +(?=\S)", re.IGNORECASE)
_CHINESE = re.compile(r"(错误|严重|致命|警告|信息|调试)[:：\s|-]+(?=\S)")
_REDIS = re.compile(rf"\d{{1,7}}:[MCSX] \d{{1,2}} [A-Z][a-z]{{2}} \d{{4}} {_CLOCK} ([.*#-]) ")
_DOTNET = re.compile(r"(fail|crit|warn|info|dbug|trce): ([\w.`]{1,200})\[\d{1,9}\]$")
_KEEPS_WORD = re.compile(r"Error: |panic: ")
"""The word is a part of what is said, not the logger's: JavaScript's errors and Go's panics."""


def _from_text(line: str) -> Parts:
    text = line.strip()
    if match := _REDIS.match(text):
        return Parts(text=text[match.end() :], level=_REDIS_LEVELS[match[1]])
    if match := _DOTNET.match(text):
        return Parts(text="", level=LEVELS[match[1]])
    level: Level = "none"
    for _ in range(8):
        cut, level = _head(text, level)
        if cut == 0:
            break
        text = text[cut:]
        if dash := _DASH.match(text):
            text = text[dash.end() :]
    return Parts(text=text.strip() or line.strip(), level=level)


def _head(text: str, level: Level) -> tuple[int, Level]:
    """Return how much of the head belongs to the logger, and the level that it names."""
    for pattern in _HEADS:
        if (match := pattern.match(text)) and match.end() < len(text):
            return match.end(), level
    if level != "none":
        return 0, level
    for pattern in (_PYTHON, _BRACKETED, _NAMED_LEVEL, _UPPER, _LOWER, _CHINESE):
        if match := pattern.match(text):
            found = LEVELS[match[1].lower()]
            if _KEEPS_WORD.match(text):
                return 0, found
            return match.end(), found
    return 0, level
