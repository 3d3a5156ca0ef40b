"""Whether what a sentence names stands in what it cites: identifiers, numbers, quotations, names of products."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from diagnose.explain import lexicon
from diagnose.explain.screens import is_han

_TOKEN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./:@%+-]*")
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)*)([A-Za-z%]{0,4})")
_QUOTED = re.compile(
    r"\"([^\"]{1,400})\"|“([^”]{1,400})”|`([^`]{1,400})`|「([^」]{1,400})」|『([^』]{1,400})』|"
    r"(?<!\w)'([^']{1,400})'(?!\w)"
)
_HAN_NUMBER = re.compile(r"([零〇一二两三四五六七八九十百千万]+)(?:个|次|秒|分钟|小时|天|台|条|份|倍|兆|毫秒)")
_HAN_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Cited:
    """The texts on which a sentence rests. ``background``: passages of runbooks, which lend terms but no numbers."""

    texts: tuple[str, ...]
    background: tuple[str, ...] = ()

    @cached_property
    def flat(self) -> str:
        """All of it on one line, in lower case."""
        return flattened(" \n ".join(self.texts))

    @cached_property
    def tokens(self) -> frozenset[str]:
        """Its tokens and their parts, in lower case."""
        return frozenset(_parts(self.flat))

    @cached_property
    def terms(self) -> frozenset[str]:
        """The tokens of the passages."""
        return frozenset(_parts(flattened(" \n ".join(self.background))))

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers that stand by themselves or with a unit, not those inside names."""
        return frozenset(found[1].replace(",", "") for token in self.tokens if (found := _NUMBER.fullmatch(token)))


def flattened(text: str) -> str:
    """Write text in lower case with single spaces."""
    return " ".join(text.lower().split())


def unfounded(text: str, cited: Cited) -> str:
    """Return the first thing in a sentence that does not stand in what it cites, or an empty string."""
    return next(_unfounded(text, cited), "")


def _unfounded(text: str, cited: Cited) -> Iterator[str]:
    rest = text
    for found in _QUOTED.finditer(text):
        quoted = next(group for group in found.groups() if group is not None)
        if flattened(quoted).strip(" .…") not in cited.flat:
            yield quoted
        rest = rest.replace(found[0], " ", 1)
    # Among Chinese characters every Latin word is a name or a term.
    first, foreign = True, any(is_han(char) for char in rest)
    for found in _TOKEN.finditer(rest):
        token = found[0].strip("._:/@+-")
        if token and not _founded(token, cited, first=first, foreign=foreign):
            yield token
        first = rest[found.end() :].lstrip()[:1] in {".", "!", "?"} or found[0].endswith((".", ":"))
    yield from (word for word in _spelled_numbers(rest) if word not in cited.numbers)
    yield from _names(rest.lower(), cited)


def _founded(token: str, cited: Cited, *, first: bool, foreign: bool) -> bool:
    lower = token.lower()
    if found := _NUMBER.fullmatch(lower):
        number, unit = found[1].replace(",", ""), found[2]
        return lower in cited.tokens or (
            number in cited.numbers and unit in {"", "s", "st", "nd", "rd", "th", "x", "%"}
        )
    if lower in cited.tokens or lower in lexicon.GENERIC:
        return True
    if lower in lexicon.PRODUCTS:
        return False
    if re.fullmatch(r"[A-Za-z]?[a-z]*", token):
        # A plain word. Capitalised in mid-sentence it is a name.
        return (not foreign and (first or token.islower())) or lower in cited.terms
    if re.fullmatch(r"[A-Za-z]?[a-z]+(?:[-/][a-z]+)+", token) and not any(char.isdigit() for char in token):
        return lower in cited.terms or lower in lexicon.COMPOUNDS or _plain_parts(lower)
    if any(char.isdigit() for char in token):
        return lower in cited.flat and _bounded(lower, cited.flat)
    return lower in cited.terms or _bounded(lower, cited.flat)


def _plain_parts(compound: str) -> bool:
    return compound.split("-", maxsplit=1)[0] in lexicon.PREFIXES


def _bounded(token: str, flat: str) -> bool:
    """Say whether a token stands in a text as a whole, not inside a longer word."""
    return re.search(rf"(?<![a-z0-9]){re.escape(token)}(?![a-z0-9])", flat) is not None


def _parts(flat: str) -> Iterator[str]:
    for found in _TOKEN.finditer(flat):
        token = found[0].strip("._:/@+-")
        yield token
        # The parts of a path or of a qualified name, but not those of a name with hyphens.
        for part in re.split(r"[/:@=]", token):
            yield part.strip("._-")
        if token.endswith("s"):
            yield token[:-1]


def _spelled_numbers(text: str) -> Iterator[str]:
    """Yield the numbers that are written in words, in digits."""
    for word in _WORD.findall(text.lower()):
        if word in lexicon.NUMBER_WORDS:
            yield str(lexicon.NUMBER_WORDS[word])
    for found in _HAN_NUMBER.finditer(text):
        value = _han_value(found[1])
        if value != 1:
            yield str(value)


def _han_value(written: str) -> int:
    total = current = 0
    for char in written:
        if char in _HAN_UNITS:
            total += (current or 1) * _HAN_UNITS[char]
            current = 0
        else:
            current = current * 10 + _HAN_DIGITS[char]
    return total + current


def _names(lower: str, cited: Cited) -> Iterator[str]:
    """Yield the words that stand where a name stands (``the pod web is``, ``payments service``) and are none."""
    words = re.findall(r"[a-z0-9_=./:-]*[a-z0-9]|[.,;:!?]", lower)
    for at, word in enumerate(words):
        if word not in lexicon.KIND_WORDS:
            continue
        before = words[at - 1] if at else ""
        after = words[at + 1 : at + 3]
        if before.isalpha() and not _known(before, cited, lexicon.BEFORE):
            yield before
        if len(after) == 2 and after[0] in {"named", "called"} and not _known(after[1], cited, frozenset()):
            yield after[1]
        placed = len(after) == 2 and after[0].isalpha() and after[1] in lexicon.VERBS
        if placed and not _known(after[0], cited, lexicon.AFTER):
            yield after[0]


def _known(word: str, cited: Cited, ordinary: Iterable[str]) -> bool:
    plain = word in lexicon.KIND_WORDS or word in lexicon.VERBS or word.endswith(lexicon.ADJECTIVAL)
    return plain or word in cited.tokens or word in ordinary
