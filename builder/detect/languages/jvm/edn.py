"""EDN, the notation of Clojure: a small reader for ``project.clj``, ``deps.edn`` and the head of source files.

There is no grammar package for it. Lists become ``Form``, vectors tuples, maps dictionaries, keywords and symbols
``Name``; tagged values and metadata are read as what they mark.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MAX_TOKENS = 20_000
"""Tokens of one file: manifests have hundreds."""

MAX_DEPTH = 60
"""Nested forms; deeper ones are made to exhaust the stack."""

_TOKEN = re.compile(
    r"""[\s,]+|;[^\n]*|(?P<text>"(?:\\.|[^"\\])*"?)"""
    r"""|(?P<mark>\#_|\#\(|\#\{|\#\?@?|\#'|\#\^|\#"(?:\\.|[^"\\])*"|[()\[\]{}]|['`~@^])"""
    r"""|(?P<char>\\(?:\w+|.))|(?P<atom>[^\s,;()\[\]{}"]+)""",
    re.DOTALL,
)
_CLOSE = {"(": ")", "[": "]", "{": "}", "#{": "}", "#(": ")"}


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol, or a keyword with its colon."""

    text: str
    line: int = 0

    def __eq__(self, other: object) -> bool:
        return self.text == (other.text if isinstance(other, Name) else other)

    def __hash__(self) -> int:
        return hash(self.text)


@dataclass(frozen=True, slots=True)
class Form:
    """A list: ``(defproject demo "1.0" …)``."""

    items: tuple[Any, ...]
    line: int

    @property
    def head(self) -> str:
        """The symbol that it begins with, empty for none."""
        first = self.items[0] if self.items else None
        return first.text if isinstance(first, Name) else ""


def forms(text: str) -> Iterator[Any]:
    """Tell the top-level values of a file, as far as it can be read."""
    reader = _Reader(text)
    while True:
        try:
            yield reader.value(0)
        except (StopIteration, _End):
            if not reader.more:
                return


def options(items: tuple[Any, ...]) -> dict[str, Any]:
    """Return ``:key value`` pairs as a dictionary."""
    found: dict[str, Any] = {}
    for at in range(len(items) - 1):
        if isinstance(items[at], Name) and items[at].text.startswith(":") and items[at].text not in found:
            found[items[at].text] = items[at + 1]
    return found


class _End(Exception):
    """A closing bracket, or something that is read as nothing."""


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    @property
    def more(self) -> bool:
        return self._at < len(self._tokens)

    def value(self, depth: int) -> Any:
        if not self.more:
            raise StopIteration
        kind, text, line = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return re.sub(r"\\(.)", r"\1", text.strip('"'))
        if kind == "char":
            return text
        if kind == "atom":
            return self.value(depth) if text.startswith("#") else _atom(text, line)
        if text == "#_":
            self.value(depth)
            return self.value(depth)
        if text in "^'`~@" or text in {"#'", "#?", "#?@", "#^"}:
            first = self.value(depth)
            return self.value(depth) if text in {"^", "#^"} else first
        if text in _CLOSE:
            items = self._items(_CLOSE[text], depth)
            return _collected(text, items, line)
        if text.startswith('#"'):
            return text
        raise _End

    def _items(self, closing: str, depth: int) -> tuple[Any, ...]:
        items: list[Any] = []
        while self.more:
            kind, text, _ = self._tokens[self._at]
            if kind == "mark" and text in {")", "]", "}"}:
                self._at += 1
                if text == closing:
                    break
                continue
            if depth >= MAX_DEPTH:
                self._at += 1
                continue
            try:
                items.append(self.value(depth + 1))
            except (_End, StopIteration):
                continue
        return tuple(items)


def _collected(text: str, items: tuple[Any, ...], line: int) -> Any:
    if text == "{":
        return {_key(items[at]): items[at + 1] for at in range(0, len(items) - 1, 2)}
    return items if text in {"[", "#{"} else Form(items=items, line=line)


def _key(value: Any) -> Any:
    return value.text if isinstance(value, Name) else value if isinstance(value, str | int) else repr(value)


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line, at, count = 1, 0, 0
    while at < len(text) and count < MAX_TOKENS:
        found = _TOKEN.match(text, at)
        if found is None:
            at += 1
            continue
        if found.lastgroup:
            count += 1
            yield found.lastgroup, found[0], line
        line += found[0].count("\n")
        at = found.end()


def _atom(text: str, line: int) -> Any:
    if re.fullmatch(r"-?\d+", text):
        return int(text[:18])
    return {"true": True, "false": False, "nil": None}.get(text, Name(text, line))
