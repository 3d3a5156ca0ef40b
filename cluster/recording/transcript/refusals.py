"""Tell what kubectl says instead of an answer: nothing there, refused, not reached. Refused is not absent."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_EMPTY = re.compile(r"No (?:resources|events) found(?: in ([a-z0-9][a-z0-9-]{0,62}) namespace)?\.?")
_FORBIDDEN = re.compile(
    r'Error from server \(Forbidden\): .{0,2000}?cannot (\w{1,40}) resource "([\w./-]{1,200})"'
    r'(?: in API group "([\w.-]{0,200})")?(?:.{0,80}? namespace "([\w.-]{1,63})")?'
)
_NOT_FOUND = re.compile(r'Error from server \(NotFound\): ([\w.-]{1,200}) "([^"]{1,300})" not found')
_NO_KIND = re.compile(r'error: the server doesn\'t have a resource type "([\w.-]{1,200})"')
_FAILED = re.compile(
    r"Error from server|error: |Error: |Unable to connect to the server|The connection to the server |E\d{4} \d\d:\d\d"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """One such sentence. ``word`` is the resource it names, if it does."""

    sort: Literal["empty", "forbidden", "not-found", "no-kind", "failed"]
    sentence: str
    word: str = ""
    name: str = ""
    namespace: str = ""


def refusal(line: str) -> Refusal | None:
    """Read one line; None where it is no such sentence."""
    line = line.rstrip()[:4000]
    if match := _EMPTY.fullmatch(line):
        return Refusal(sort="empty", sentence=line, namespace=match[1] or "")
    if match := _FORBIDDEN.match(line):
        return Refusal(sort="forbidden", sentence=line, word=match[2], namespace=match[4] or "")
    if match := _NOT_FOUND.match(line):
        return Refusal(sort="not-found", sentence=line, word=match[1], name=match[2])
    if match := _NO_KIND.match(line):
        return Refusal(sort="no-kind", sentence=line, word=match[1])
    if _FAILED.match(line):
        return Refusal(sort="failed", sentence=line)
    return None


def refusals(lines: Iterable[str]) -> list[Refusal]:
    """Return all such sentences of an output."""
    return [found for line in lines if line[:1] in {"N", "E", "e", "U", "T"} and (found := refusal(line))]
