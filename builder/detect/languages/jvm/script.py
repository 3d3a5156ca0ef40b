"""Build scripts of Gradle (Groovy, Kotlin) and sbt (Scala) as statements of words, strings and nested groups.

The three languages write settings alike: a name, arguments, a block. Their grammars differ, and Groovy's falls apart on
``id 'x' version '1'``. So the tokens of the syntax tree are taken, which are right in all three, and grouped by
brackets and lines here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from tree_sitter import Node

from builder.parsing.code import written

Shape = Literal["name", "string", "operator", "round", "square", "curly"]

MAX_DEPTH = 60
"""Nested brackets. Build scripts have a dozen; deeper ones are made to exhaust the stack."""

_OPEN: dict[str, Shape] = {"(": "round", "[": "square", "{": "curly"}
_CLOSE = frozenset(")]}")
_COMMENTS = frozenset({"line_comment", "block_comment", "comment", "shebang", "groovy_doc", "groovydoc_comment"})
_STRINGS = frozenset(
    {
        "string", "string_literal", "character_literal", "multiline_string_literal", "text_block",
        "interpolated_string", "line_string_literal", "multi_line_string_literal", "multiline_string",
    }
)  # fmt: skip
_WORD = re.compile(r"^[\w`$-]+$|^\d+(\.\d+)*\w*$")
_CONTINUES = re.compile(r"^(\.|\?\.|\?:|\+|&&|\|\||%+|\.\.)$")
_INTERPOLATED = re.compile(r"\$\{\s*([\w.]+)\s*(?:\.get\(\))?\s*\}|\$(\w+(?:\.\w+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A name, a string without its quotes, an operator, or a group of statements in brackets."""

    shape: Shape
    text: str
    line: int
    inner: tuple["Statement", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One line of a script, or one argument of a call."""

    words: tuple[Word, ...]

    @property
    def line(self) -> int:
        """The line that it begins on, counted from 1."""
        return self.words[0].line if self.words else 0

    @property
    def head(self) -> str:
        """The dotted name that it begins with: ``tasks.named``."""
        return _dotted(self.words)

    @property
    def block(self) -> tuple["Statement", ...]:
        """What stands in its curly brackets; those of an inner argument do not count."""
        return tuple(one for word in self.words if word.shape == "curly" for one in word.inner)

    @property
    def arguments(self) -> tuple["Statement", ...]:
        """What stands in its first round brackets, else what follows its name up to a block."""
        start = _head_length(self.words)
        rest = self.words[start:]
        if rest and rest[0].shape == "round":
            return rest[0].inner
        found: list[list[Word]] = [[]]
        for word in rest:
            if word.shape == "curly":
                break
            if word.text == "," and word.shape == "operator":
                found.append([])
            else:
                found[-1].append(word)
        return tuple(Statement(words=tuple(one)) for one in found if one)

    @property
    def assigned(self) -> tuple[str, tuple[Word, ...]] | None:
        """The name and the value of ``name = value``, ``name := value``, ``name.set(value)``, ``name value``."""
        for at, word in enumerate(self.words):
            if word.shape == "operator" and word.text in {"=", ":=", "+=", "++="}:
                return _named_before(self.words[:at]), self.words[at + 1 :]
            if word.shape in {"curly", "round"}:
                break
        head = self.head
        if head.endswith((".set", ".value", ".convention", ".assign")):
            inner = self.arguments
            return head.rpartition(".")[0], inner[0].words if inner else ()
        return None

    def strings(self) -> Iterator[Word]:
        """Tell the strings in it, those of brackets too, but not those of blocks."""
        for word in self.words:
            if word.shape == "string":
                yield word
            elif word.shape in {"round", "square"}:
                for one in word.inner:
                    yield from one.strings()

    def walk(self) -> Iterator["Statement"]:
        """Tell the statement and all in its brackets."""
        yield self
        for word in self.words:
            for one in word.inner:
                yield from one.walk()


def statements(root: Node | None) -> tuple[Statement, ...]:
    """Return the statements of a script."""
    if root is None:
        return ()
    return _Reader(tuple(_tokens(root))).read("")


def value_of(words: tuple[Word, ...], known: Mapping[str, str]) -> str | None:
    """Return what an expression comes to: strings, names that are ``known``, sums; None where only running tells."""
    if words and words[0].shape == "operator" and words[0].text == "=":
        words = words[1:]
    parts: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if word.shape == "string":
            found: str | None = filled(word.text, known)
            at += 1
        elif word.shape == "name":
            length = _head_length(words[at:])
            name = _dotted(words[at:])
            at += length
            called = at < len(words) and words[at].shape == "round"
            inner = words[at].inner if called else ()
            at += called
            found = _looked_up(name, inner, known)
        elif word.shape == "operator" and word.text in {"+", "?:", "as", "!!"}:
            if word.text != "+":
                break
            at += 1
            continue
        elif word.shape == "round" and len(word.inner) == 1 and not parts:
            found = value_of(word.inner[0].words, known)
            at += 1
        else:
            break
        if found is None:
            return None
        parts.append(found)
        if at < len(words) and words[at].shape == "operator" and words[at].text != "+":
            break
        if at < len(words) and words[at].shape != "operator":
            break
    return "".join(parts) if parts else None


def filled(text: str, known: Mapping[str, str]) -> str | None:
    """Return a string with its ``$names`` filled in, None where one of them is not known."""
    missing = False

    def one(match: re.Match[str]) -> str:
        nonlocal missing
        name = match[1] or match[2]
        value = known.get(name, known.get(name.rpartition(".")[2]))
        missing = missing or value is None
        return value or ""

    result = _INTERPOLATED.sub(one, text)
    return None if missing else result


def _looked_up(name: str, inner: tuple[Statement, ...], known: Mapping[str, str]) -> str | None:
    last = name.rpartition(".")[2]
    if last.startswith("VERSION_"):
        return last.removeprefix("VERSION_").replace("_", ".")
    if inner:
        given = value_of(inner[0].words, known)
        if last in {
            "of",
            "toVersion",
            "fromTarget",
            "Some",
            "valueOf",
            "file",
            "named",
            "provider",
            "toInteger",
            "url",
        }:
            return given
        if last in {"property", "findProperty", "getProperty", "gradleProperty", "extra", "get", "properties"}:
            return known.get(given or "")
        return None
    for ending in (".get", ".toString", ".toInt", ".orNull", ".toInteger", ".asFile"):
        name = name.removesuffix(ending)
    if re.fullmatch(r"\d+(\.\d+)*[LlFf]?|true|false", name):
        return name
    if name in known:
        return known[name]
    for prefix in ("project.ext.", "rootProject.ext.", "rootProject.", "project.", "ext.", "extra."):
        if name.startswith(prefix) and name.removeprefix(prefix) in known:
            return known[name.removeprefix(prefix)]
    return known.get(last) if "." in name and last not in {"version", "name", "group"} else None


class _Reader:
    def __init__(self, tokens: tuple[Word, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    def read(self, closing: str, depth: int = 0) -> tuple[Statement, ...]:
        found: list[Statement] = []
        words: list[Word] = []
        lines = closing not in {")", "]"}
        last_line = 0
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.shape == "operator" and token.text in _CLOSE:
                if token.text == closing:
                    break
                continue
            ends = token.shape == "operator" and token.text == (";" if lines else ",")
            if ends or (lines and words and token.line > last_line and not _joins(words[-1], token)):
                if words:
                    found.append(Statement(words=tuple(words)))
                words = []
                if ends:
                    continue
            if token.shape in {"round", "square", "curly"} and not token.inner and token.text in _OPEN:
                token, last_line = self._group(token, depth)
            else:
                last_line = token.line + token.text.count("\n")
            words.append(token)
        if words:
            found.append(Statement(words=tuple(words)))
        return tuple(found)

    def _group(self, token: Word, depth: int) -> tuple[Word, int]:
        closing = {"(": ")", "[": "]", "{": "}"}[token.text]
        inner = self.read(closing, depth + 1) if depth < MAX_DEPTH else ()
        end = self._tokens[self._at - 1].line
        return Word(shape=token.shape, text=token.text, line=token.line, inner=inner), end


def _joins(before: Word, after: Word) -> bool:
    if before.shape == "operator" and before.text not in {"++", "--", ">", "*", "!!"}:
        return True
    return after.shape == "operator" and bool(_CONTINUES.match(after.text))


def _tokens(root: Node) -> Iterator[Word]:
    cursor = root.walk()
    down = True
    while True:
        node = cursor.node
        if down and node is not None:
            line = node.start_point[0] + 1
            if node.type in _STRINGS and node.child_count >= 0 and node.end_byte > node.start_byte:
                yield Word(shape="string", text=_unquoted(written(node)), line=line)
                down = False
            elif node.type in _COMMENTS:
                down = False
            elif node.child_count == 0:
                text = written(node).strip()
                if text:
                    yield _token(text, line)
                down = False
        if down and cursor.goto_first_child():
            continue
        down = True
        if cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def _token(text: str, line: int) -> Word:
    if text in _OPEN:
        return Word(shape=_OPEN[text], text=text, line=line)
    return Word(shape="name" if _WORD.match(text) else "operator", text=text.strip("`"), line=line)


def _unquoted(text: str) -> str:
    text = re.sub(r"^[a-z]+(?=\")", "", text)
    for quote in ('"""', "'''", '"', "'"):
        if text.startswith(quote) and text.endswith(quote) and len(text) >= 2 * len(quote):
            return text[len(quote) : -len(quote)]
    return text.strip("\"'")


def _head_length(words: tuple[Word, ...]) -> int:
    if not words or words[0].shape != "name":
        return 0
    at = 1
    while at + 1 < len(words) and words[at].text in {".", "?."} and words[at + 1].shape == "name":
        at += 2
    return at


def _dotted(words: tuple[Word, ...]) -> str:
    return "".join("." if one.text == "?." else one.text for one in words[: _head_length(words)])


def _named_before(words: tuple[Word, ...]) -> str:
    """Return the name on the left of an assignment: the last dotted one, without type or ``val``."""
    for at, word in enumerate(words):
        if word.shape == "operator" and word.text == ":" and at:
            words = words[:at]
            break
    names: list[str] = []
    for at, word in enumerate(words):
        if word.shape != "name":
            continue
        if at and words[at - 1].text in {".", "/"} and names:
            names[-1] += f"{words[at - 1].text}{word.text}"
        else:
            names.append(word.text)
    if "in" in names:  # sbt 0.13: mainClass in Compile
        return f"{names[names.index('in') + 1]}/{names[0]}" if names.index("in") + 1 < len(names) else names[0]
    return names[-1] if names else ""
