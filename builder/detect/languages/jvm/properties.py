"""Java's properties files: keys and values with escapes and continued lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PAIR = re.compile(r"((?:\\.|[^\\=:\s])*)\s*[=:\s]?\s*(.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.)", re.DOTALL)
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One key with its value and the line that it begins on."""

    key: str
    value: str
    line: int


def properties(text: str) -> Iterator[Entry]:
    """Tell the entries of a properties file."""
    begun, start = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.lstrip()
        if not begun and (not stripped or stripped[0] in "#!"):
            continue
        start = start if begun else number
        begun += stripped
        if (len(begun) - len(begun.rstrip("\\"))) % 2:
            begun = begun[:-1]
            continue
        yield from _entry(begun, start)
        begun = ""
    if begun:
        yield from _entry(begun, start)


def _entry(line: str, number: int) -> Iterator[Entry]:
    if found := _PAIR.match(line):
        yield Entry(key=_unescaped(found[1]), value=_unescaped(found[2]).strip(), line=number)


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda one: chr(int(one[1], 16)) if one[1] else _PLAIN.get(one[2], one[2]), text)
