"""C and C++ as tokens: comments gone, strings whole, directives apart. No grammar: templates and macros defeat one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

MAX_BYTES = 256 * 1024
"""Larger sources are generated, or a library that somebody copied in."""

_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f\v]+|\\\n)
    |(?P<comment>//(?:\\\n|[^\n])*|/\*.*?(?:\*/|\Z))
    |(?P<directive>^[ \t]*\#(?:\\\r?\n|/\*.*?\*/|[^\n])*)
    |(?P<string>(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"|(?:u8|[uUL])?"(?:\\.|[^"\\\n])*")
    |(?P<character>[uUL]?'(?:\\.|[^'\\\n])+')
    |(?P<word>[A-Za-z_]\w*)
    |(?P<number>\d[\w.']*)
    |(?P<sign>::|->|[^\s\w])""",
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_INCLUDE = re.compile(r'\s*#\s*(?:include|import)\s*[<"]([^>"]+)[>"]')
_RAW = re.compile(r'(?:u8|[uUL])?R"')
_DEFINE = re.compile(r'\s*#\s*define\s+(\w+)\s+\(?\s*("[^"]*"|\d+)[uUlL]*\s*\)?\s*(?://.*|/\*.*)?$')


class Token(NamedTuple):
    """A word, number, sign or string (without its quotes). ``kind`` is the name of its group above.

    A tuple, since a project has hundreds of thousands.
    """

    kind: str
    text: str
    line: int


@dataclass(slots=True)
class Source:
    """A file in tokens."""

    tokens: list[Token] = field(default_factory=list)
    includes: dict[str, int] = field(default_factory=dict)
    defines: dict[str, tuple[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """A call ``name(…)``; ``before`` is the token ahead of the name (``.``, ``::``), ``arguments`` are tokens."""

    name: str
    before: str
    owner: str
    arguments: tuple[tuple[Token, ...], ...]
    line: int


def lexed(text: str) -> Source:
    """Cut a source file into tokens."""
    found = Source()
    line = 1
    for match in _TOKEN.finditer(text[:MAX_BYTES]):
        kind, whole = match.lastgroup or "", match[0]
        if match["string"] is not None:
            kind = "string"
        if kind == "directive":
            _directive(found, whole, line)
        elif kind == "string":
            found.tokens.append(Token("string", _inside(whole), line))
        elif kind in {"word", "number", "sign", "character"}:
            found.tokens.append(Token(kind, whole, line))
        line += whole.count("\n")
    return found


def calls(tokens: Sequence[Token], wanted: frozenset[str] | None = None) -> Iterator[Call]:
    """Tell the calls, those in arguments too. A declaration with parentheses (``Server s(8080)``) counts as one.

    Only calls of ``wanted`` names come with their arguments, where some are given: most calls say nothing here.
    """
    for at in range(len(tokens) - 1):
        one = tokens[at]
        if one.kind == "word" and tokens[at + 1].text in {"(", "{"} and tokens[at + 1].kind == "sign":
            before = tokens[at - 1].text if at else ""
            owner = tokens[at - 2].text if at > 1 and before in {".", "->", "::"} else before
            inner = _arguments(tokens, at + 1) if wanted is None or one.text in wanted else ()
            yield Call(one.text, before, owner, inner, one.line)


MAX_ARGUMENT_TOKENS = 120
"""Tokens of one call that are looked at: what listens has few arguments."""


def _arguments(tokens: Sequence[Token], at: int) -> tuple[tuple[Token, ...], ...]:
    found: list[list[Token]] = [[]]
    depth = 0
    for one in tokens[at : at + MAX_ARGUMENT_TOKENS]:
        if one.kind == "sign" and one.text in "([{":
            depth += 1
            if depth == 1:
                continue
        elif one.kind == "sign" and one.text in ")]}":
            depth -= 1
            if not depth:
                break
        if depth == 1 and one.text == "," and one.kind == "sign":
            found.append([])
        else:
            found[-1].append(one)
    return tuple(tuple(one) for one in found)


def _directive(found: Source, whole: str, line: int) -> None:
    if given := _INCLUDE.match(whole):
        found.includes.setdefault(given[1], line)
    elif given := _DEFINE.match(whole):
        found.defines.setdefault(given[1], (given[2].strip('"'), line))


def _inside(text: str) -> str:
    if _RAW.match(text):
        return text[text.index("(") + 1 : text.rindex(")")]
    return text[text.index('"') + 1 : -1]
