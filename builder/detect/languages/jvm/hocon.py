"""HOCON, the configuration of Play, Akka and Ktor: ``application.conf`` as plain values by dotted path.

Only what says something without running: nested objects, dotted keys, texts, numbers, lists and ``${?VARIABLE}``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_TOKENS = 20_000
"""Tokens of one file: written configurations have hundreds."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r]+)|(?P<comment>(?:\#|//)[^\n]*)|(?P<new>\n)|(?P<long>\"{3}.*?\"{3})"""
    r"""|(?P<text>"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<reference>\$\{\??[^}\n]*\})|(?P<mark>\+=|[{}\[\],=:])|(?P<bare>[^\s{}\[\],=:"#$]+|\$)""",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A key with its value; ``variable`` is the environment variable that may replace it."""

    key: str
    value: str
    line: int
    variable: str = ""


def hocon(text: str) -> list[Entry]:
    """Return the entries of a HOCON file, those of inner objects by dotted path."""
    found: dict[str, Entry] = {}
    for key, value, line in _pairs(text):
        if value.startswith("${"):
            name = value.strip("${}?").strip()
            known = found.get(key)
            if re.fullmatch(r"[A-Z][A-Z0-9_]*", name):
                found[key] = Entry(
                    key=key, value=known.value if known else "", line=known.line if known else line, variable=name
                )
            elif name in found:
                found[key] = Entry(key=key, value=found[name].value, line=line, variable=found[name].variable)
        else:
            known = found.get(key)
            found[key] = Entry(key=key, value=value, line=line, variable=known.variable if known else "")
    return list(found.values())


def _pairs(text: str) -> Iterator[tuple[str, str, int]]:
    path: list[str] = []
    key: list[str] = []
    value: list[str] = []
    valued, lists, begun = False, 0, 0
    for kind, word, line in _tokens(text):
        if lists:
            lists += (word == "[" and kind == "mark") - (word == "]" and kind == "mark")
            if kind in {"text", "bare", "reference"}:
                value.append(word.strip('"'))
            continue
        if (kind == "mark" and word in "=:") or word == "+=":
            valued, begun = True, line
        elif kind == "mark" and word == "{":
            path.append("".join(key).strip())
            key, value, valued = [], [], False
        elif kind == "mark" and word == "[":
            lists = 1
        elif kind == "new" or (kind == "mark" and word in ",}"):
            if valued and key and value:
                yield ".".join(part for part in (*path, "".join(key).strip()) if part), "".join(value).strip(), begun
            if kind == "mark" and word == "}" and path:
                path.pop()
            waits = kind == "new" and (not value if valued else bool(key))
            if not waits:
                key, value, valued = [], [], False
        elif kind in {"text", "long", "bare", "reference", "space"}:
            (value if valued else key).append(word.strip('"') if kind in {"text", "long"} else word)
    if valued and key and value:
        yield ".".join(part for part in (*path, "".join(key).strip()) if part), "".join(value).strip(), begun


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line, at = 1, 0
    for _ in range(MAX_TOKENS):
        found = _TOKEN.match(text, at)
        if found is None:
            if at >= len(text):
                return
            at += 1
            continue
        kind = found.lastgroup or ""
        if kind != "comment":
            yield kind, found[0], line
        line += found[0].count("\n")
        at = found.end()
