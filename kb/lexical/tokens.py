"""Cut a text into terms.

Identifiers are kept whole and also given in parts (``kube-system``, ``imagePullSecrets``, ``networking.k8s.io/v1``),
English words are stemmed, runs of Chinese characters become bigrams, numbers stay as they are: an exit code is a word.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from kb.lexical.stemming import stem
from kb.lexical.stop_words import CHINESE, ENGLISH

MAX_IDENTIFIER = 80
"""Characters. What is longer (digests, encoded data) is no name that anybody asks for; its parts are kept."""

MAX_PARTS = 24
"""Parts of one identifier: a path of a thousand segments adds no more terms than this."""

_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_LETTER = "A-Za-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u052f"
_PIECE = re.compile(rf"([{_CJK}]+)|([{_LETTER}]+(?:[._\-/:@][{_LETTER}]+)*)")
_HUMP = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z0-9]+|[^A-Za-z0-9]+")
_ACRONYMS = re.compile(r"[A-Z]{2,}s")
_NUMBERS = re.compile(r"v?\d+(?:[._\-/:]\d+)+")
_VERSION = re.compile(r"v?(\d+\.\d+)\.\d+")


class Term(NamedTuple):
    """One term. ``part`` says that it is a piece of a longer identifier that was given as well."""

    text: str
    part: bool


def terms_of(text: str) -> Iterator[Term]:
    """Yield the terms of a text in order, repetitions included."""
    for run, word in runs_and_words(text):
        if run:
            yield from (Term(pair, False) for pair in bigrams(run))
        else:
            yield from terms_of_word(word)


def runs_and_words(text: str) -> list[tuple[str, str]]:
    """Return what terms are made of, in order: runs of Chinese and the like (first), or words (second)."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _PIECE.findall(text)


def bigrams(run: str) -> list[str]:
    """Return the terms of a run of Chinese: overlapping pairs between stop words."""
    found: list[str] = []
    for piece in CHINESE.split(run):
        if len(piece) == 1:
            found.append(piece)
        else:
            found += [piece[at : at + 2] for at in range(len(piece) - 1)]
    return found


@lru_cache(maxsize=4_096)  # of questions; the words of passages are remembered as ids
def terms_of_word(word: str) -> tuple[Term, ...]:
    """Return the terms of one word or identifier: the whole first, then its parts, each once."""
    if _ACRONYMS.fullmatch(word):
        return (Term(word[:-1].lower(), False),)
    whole = word.lower()
    if whole in ENGLISH:
        return ()
    parts = _parts(word)
    if len(parts) == 1 and parts[0].lower() == whole:
        return (Term(stem(whole), False),)
    found = {whole: Term(whole, False)} if len(whole) <= MAX_IDENTIFIER else {}
    for segment in re.split(r"[/:@]", whole):
        if any(joint in segment for joint in "._-") and len(segment) <= MAX_IDENTIFIER:
            found.setdefault(segment, Term(segment, True))
    if _NUMBERS.fullmatch(whole):  # the pieces of an address or a version say nothing, its release does
        if version := _VERSION.fullmatch(whole):
            found.setdefault(version[1], Term(version[1], True))
        return tuple(found.values())
    for part in parts[:MAX_PARTS]:
        lower = part.lower()
        if len(lower) > 1 and len(lower) <= MAX_IDENTIFIER and lower not in ENGLISH:
            found.setdefault(stem(lower), Term(stem(lower), True))
    return tuple(found.values())


def _parts(word: str) -> list[str]:
    parts: list[str] = []
    for segment in re.split(r"[._\-/:@]", word):
        if _ACRONYMS.fullmatch(segment):
            parts.append(segment.removesuffix("s"))
        elif segment.islower() or segment[0].isdigit():  # 100Mi and 5s are one thing
            parts.append(segment)
        else:
            parts.extend(_HUMP.findall(segment))
    return parts
