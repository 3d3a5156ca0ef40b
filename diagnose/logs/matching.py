"""Choose the line of a log that counts."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from diagnose.logs.line import Level
from diagnose.logs.reading import LogItem, LogReading
from diagnose.logs.signature import Signature
from diagnose.logs.signatures import SIGNATURES

MAX_CANDIDATES = 400
"""Items at the end of a reading that are looked at: what ended a run stands near its end."""

MAX_CHARACTERS = 600
"""Of a longer text only beginning and end are compared with the signatures: time stays bounded on any input."""

_RANK: dict[Level, int] = {"fatal": 0, "error": 0, "none": 1, "warn": 2, "info": 3, "debug": 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A line and the signature that it bears. ``count`` is how many lines are like it but for numbers."""

    signature: Signature
    item: LogItem
    previous: bool
    captures: Mapping[str, str] = field(default_factory=dict)
    count: int = 1

    @property
    def code(self) -> str:
        """The code that the line speaks for."""
        return self.signature.code

    def captured(self, key: str) -> str:
        """Return what the line names, or an empty string."""
        return self.captures.get(key, "")


Found = tuple[Signature, Mapping[str, str]]

_NEVER = re.compile(
    r"\b(?:0|no|zero|without)\s+(?:errors?|failures?|exceptions?)\b|\berrors?[=:]\s?0\b|already exists|deprecat|"
    r"kube-probe/.{0,40}\" 4\d\d|\" 4\d\d .{0,60}kube-probe/|"
    r"^(?:Executing \(|SELECT |INSERT |UPDATE |DELETE |CREATE |ALTER |DROP )|"
    r"overcommit_memory|Transparent Huge Pages|cgroup v1|"
    r"ErrorHandler registered|failOnError|error[-_ ](?:rate|log|page|handler|reporting|threshold|count|"
    r"budget)s?\b|--fail-",
    re.IGNORECASE,
)
_HELP = re.compile(r"\s{0,12}-{1,2}[a-zA-Z][\w-]{0,40}(?:[ ,=<\[]|$)")
_SUCCESS = re.compile(
    r"\b(?:connected|connection (?:established|restored|succeeded|ok)|established|ready|accepting|migrat\w{2,4} "
    r"(?:done|complete\w?|applied)|"
    r"migrated|succe(?:ss|eded)\w{0,4}|reachable|healthy|resolved|200)\b|连接成功|已连接|已就绪",
    re.IGNORECASE,
)
_UNSUCCESSFUL = re.compile(
    r"\bnot\b|fail|error|refus|timed? ?out|unable|cannot|could ?n.t|unsuccess|un(?:reachable|healthy)|失败|拒绝",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_RETRY = re.compile(r"retry|attempt|try again|重试", re.IGNORECASE)
_PARTING = re.compile(
    r"^(?:npm (?:ERR!|error)(?: code| errno| path| command| A complete log|\s*$)|exit status \d|make: \*\*\*|"
    r"error Command failed|"
    r"\S{1,60} exited with (?:code )?\d|exiting\b|shutting down|stopp(?:ed|ing)\b|bye\b|goodbye|terminat(?:ed|ing)\b|"
    r"Node\.js v|For more details|See .{0,80}documentation|Run .{0,60}--help|Usage:|note: |help: |\[?INFO\]? BUILD)",
    re.IGNORECASE,
)


def never(item: LogItem) -> bool:
    """Say whether an item can never be the reason of anything: names that hold "error", help text, benign notices."""
    return bool(_NEVER.search(_ends(item.text)) or _HELP.match(item.text))


def best_match(reading: LogReading, *codes: str) -> Match | None:
    """Return the item that best explains how the run ended, or None. ``codes`` narrows to rows of these codes."""
    best: tuple[tuple[int, ...], Match] | None = None
    for key, match in _ranked(reading, frozenset(codes)):
        if best is None or key < best[0]:
            best = (key, match)
    if best is None:
        return None
    found = best[1]
    count = sum(1 for item in _tail(reading) if _shape(item) == _shape(found.item))
    return Match(
        signature=found.signature,
        item=found.item,
        previous=found.previous,
        captures=found.captures,
        count=max(count, 1),
    )


def all_matches(reading: LogReading) -> Iterator[Match]:
    """Yield every item that bears a signature, oldest first, cancelled connections left out."""
    for position, item in enumerate(_tail(reading)):
        found = match_item(item)
        if found and not (found[0].connection and _cancelled(item, found, _tail(reading)[position + 1 :])):
            yield Match(signature=found[0], item=item, previous=reading.previous, captures=found[1])


def overcome(item: LogItem, later: tuple[LogItem, ...]) -> bool:
    """Say whether an item is about a connection that worked after all, as one of the later items tells."""
    found = match_item(item)
    return found is not None and found[0].connection and _cancelled(item, found, later)


def _ranked(reading: LogReading, codes: frozenset[str]) -> Iterator[tuple[tuple[int, ...], Match]]:
    items = _tail(reading)
    rows = tuple(row for row in SIGNATURES if not codes or row.code in codes)
    seen: set[str] = set()
    for distance, item in enumerate(reversed(items)):
        if (shape := _shape(item)) in seen:
            continue
        seen.add(shape)
        found = match_item(item, only=rows)
        if found is None:
            continue
        signature, captures = found
        if signature.connection and _cancelled(item, found, items[len(items) - distance :]):
            continue
        stretch = 0 if distance < 12 else 1 if distance < 60 else 2
        key = (
            int(signature.fallback),
            int(item.level == "warn"),
            stretch,
            SIGNATURES.index(signature),
            distance,
            _RANK[item.level],
        )
        yield key, Match(signature=signature, item=item, previous=reading.previous, captures=captures)


def _shape(item: LogItem) -> str:
    """Reduce a line to what stays the same when it is repeated."""
    return _DIGITS.sub("#", item.text[:MAX_CHARACTERS])


def _tail(reading: LogReading) -> tuple[LogItem, ...]:
    return reading.items[-MAX_CANDIDATES:]


def match_item(item: LogItem, only: tuple[Signature, ...] = SIGNATURES) -> Found | None:
    """Return the first row that an item bears, with what it names.

    A stack is asked link by link, deepest first; a link further out wins when it bears a sharper row than "uncaught
    error", or the same row and names the host that the deeper one leaves out.
    """
    if never(item):
        return None
    quiet = item.level in {"info", "debug"}
    rows = tuple(row for row in only if row.any_level or not quiet)
    best: Found | None = None
    for text in (item.text, *(cause.text for cause in item.causes)):
        found = _first(item, _ends(text), rows)
        if found is None:
            continue
        if (
            best is None
            or (best[0].fallback and not found[0].fallback)
            or (found[0] is best[0] and len(found[1]) > len(best[1]))
        ):
            best = found
    return best


def _ends(text: str) -> str:
    """Return the text, or beginning and end of a long one: what a program says of its end stands there."""
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[: MAX_CHARACTERS * 2 // 3]} … {text[-MAX_CHARACTERS // 3 :]}"


def _first(item: LogItem, text: str, rows: tuple[Signature, ...]) -> Found | None:
    lowered = text.lower()
    for row in rows:
        if not any(word in lowered for word in row.words):
            continue
        if row.around is not None and item.stack and not any(row.around.search(line) for line in item.stack):
            continue
        for pattern in row.patterns:
            match = pattern.search(text)
            if match and _excluded(row, text, match):
                break
            if match and _fits(row, item, text):
                return row, {key: value for key, value in match.groupdict().items() if value}
    return None


def _excluded(row: Signature, text: str, match: re.Match[str]) -> bool:
    """Say whether the text is something else. A host is left out of it: a Service may be called ``query-api``."""
    bare = text
    if match.groupdict().get("host"):
        start, end = match.span("host")
        bare = f"{text[:start]}HOST{text[end:]}"
    return any(pattern.search(bare) for pattern in row.not_patterns)


def _fits(row: Signature, item: LogItem, text: str) -> bool:
    """Say whether the surroundings agree: a ``KeyError`` is a missing variable only where the environment is read."""
    if row.code != "EnvVarMissing" or "KeyError" not in text or not item.stack:
        return True
    if "key not found:" in text:
        return "Hash#fetch" not in text  # Ruby: the trace does not say whose key, only newer ones do
    return any("environ" in line or "getenv" in line for line in item.stack)


def _cancelled(item: LogItem, found: Found, later: tuple[LogItem, ...]) -> bool:
    """Say whether a later line reports that the connection worked after all."""
    host = found[1].get("host", "")
    retried = bool(_RETRY.search(item.text))
    for line in later:
        said = _ends(line.text)
        if not _SUCCESS.search(said) or _UNSUCCESSFUL.search(said):
            continue
        if (host and host in said) or retried:
            return True
    return False


def last_words(reading: LogReading) -> LogItem | None:
    """Return the last error before the end, else the last line that is no mere farewell, else the last line."""
    last: LogItem | None = None
    spoken: LogItem | None = None
    for item in reversed(_tail(reading)):
        last = last or item
        if (never(item) and not item.stack) or _PARTING.match(item.text) or not item.text:
            continue  # what a stack trace ends with is no benign notice, even "already exists"
        if item.level in {"fatal", "error"}:
            return item
        spoken = spoken or item
    return spoken or last
