"""The pieces that passages are packed from: whole blocks where they fit, else sentences, lines or rows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from kb.documents.document import Block, Span
from kb.documents.drafts import lines_of

TokenCounter = Callable[[str], int]
PieceKind = Literal["heading", "text", "code", "table", "list"]

# A sentence ends with a Chinese full stop, or with a Western one before a space; a line break also ends it.
_SENTENCE = re.compile(r"[^\n。！？；]*?(?:[。！？；]+[”’」』）)]*|[.!?]+[\"'”’)\]]*(?=\s)|\n|$)\s*", re.DOTALL)
SHORT = 3  # characters for each token; a block this short most likely fits whole
CHARACTERS_PER_TOKEN = 12  # no run of text is cut from a window wider than this many characters for each token


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch that is not divided further. ``block`` numbers its block; ``whole`` says that it is all of it."""

    kind: PieceKind
    span: Span
    tokens: int
    block: int
    whole: bool = True
    repeated: str = ""


def pieces_of(block: Block, number: int, text: str, count: TokenCounter, *, whole: int, part: int) -> Iterator[Piece]:
    """Yield the pieces of one block.

    A block of at most ``whole`` tokens stays one piece, save running text, which is divided from ``part`` tokens on.
    """
    room = part if block.kind in ("text", "list") else whole
    if len(block.text) <= part * SHORT:
        tokens = count(block.text)
        if tokens <= room:
            yield Piece(block.kind, block.span, tokens, number)
            return
    # Counting is what splitting costs: a long block is counted once, part by part.
    parts = list(_parts(block, number, text, count, whole=whole, part=part))
    tokens = sum(piece.tokens for piece in parts)
    if tokens <= room:
        yield Piece(block.kind, block.span, tokens, number)
    else:
        yield from parts


def _parts(block: Block, number: int, text: str, count: TokenCounter, *, whole: int, part: int) -> Iterator[Piece]:
    if block.kind == "table":
        yield from _rows(block, number, text, count, part=part, whole=whole)
        return
    spans = lines_of(block, text) if block.kind in ("code", "list") else sentences(text, block.span)
    for span in spans:
        yield from _divided(block.kind, span, number, text, count, part)


def count_long(text: str, count: TokenCounter, enough: int) -> int:
    """Count tokens; of a text far over ``enough`` only so much that it is known to be over."""
    window = enough * CHARACTERS_PER_TOKEN
    return count(text) if len(text) <= window else max(count(text[:window]), enough + 1)


def sentences(text: str, span: Span) -> Iterator[Span]:
    """Yield the spans of the sentences in ``span``, without the white space between them."""
    at, end = span
    while at < end:
        found = _SENTENCE.match(text, at, end)
        stop = found.end() if found and found.end() > at else end
        bare = text[at:stop].rstrip()
        if bare:
            yield at, at + len(bare)
        at = stop


def _rows(block: Block, number: int, text: str, count: TokenCounter, *, part: int, whole: int) -> Iterator[Piece]:
    rows = lines_of(block, text)
    head = text[slice(*rows[0])] + "\n"
    cost = count_long(head, count, whole)
    # A header that fills half a passage would leave no room for rows: then rows stand alone.
    repeated = head if cost <= part // 2 else ""
    for index, span in enumerate(rows):
        for piece in _divided("table", span, number, text, count, part - cost if repeated else part):
            yield Piece("table", piece.span, piece.tokens, number, False, repeated if index else "")


def _divided(kind: PieceKind, span: Span, number: int, text: str, count: TokenCounter, most: int) -> Iterator[Piece]:
    """Yield ``span`` as one piece, or cut between words, or between characters where a word alone is too long."""
    start, end = span
    while start < end:
        stop, tokens = _longest(text, start, end, count, max(most, 1))
        bare = text[start:stop].rstrip()
        if bare:
            yield Piece(kind, (start, start + len(bare)), tokens, number, False)
        start = stop
        while start < end and text[start].isspace() and kind != "code":
            start += 1


def _longest(text: str, start: int, end: int, count: TokenCounter, most: int) -> tuple[int, int]:
    tokens = count_long(text[start:end], count, most)
    if tokens <= most:
        return end, tokens
    low, high = start + 1, min(end, start + most * CHARACTERS_PER_TOKEN)
    best = count(text[start:low])
    while low < high:
        middle = (low + high + 1) // 2
        tokens = count(text[start:middle])
        if tokens <= most:
            low, best = middle, tokens
        else:
            high = middle - 1
    cut = max(
        text.rfind(" ", start + 1, low + 1), text.rfind("，", start + 1, low) + 1, text.rfind("、", start + 1, low) + 1
    )
    return (cut, best) if cut > start + (low - start) // 2 else (low, best)
