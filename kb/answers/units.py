"""The units that answers are made of: sentences, list items, whole code blocks and tables, with their exact place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from kb.documents.document import Span
from kb.passages.pieces import sentences
from kb.records.model import StoredPassage

UnitKind = Literal["text", "item", "step", "lead", "code", "table"]
"""``item`` is one of a list, ``step`` one of a numbered list; ``lead`` says nothing without what follows it."""

WHOLE = 1_200
"""Characters up to which a table stays whole. Of a larger one single rows are taken."""

_BLOCK = re.compile(r"[^\n](?:.*?[^\s])??(?=\s*\n[ \t]*\n|\s*\Z)", re.DOTALL)
_MARKER = re.compile(r"(?:[-*+•]|\d{1,3}[.)、]|[（(]\d{1,3}[)）])\s+")
_CODE_LINE = re.compile(
    r"(?:[$#>] \S|\s{2,}\S|[}\])]|[{\[]\s*$|- [\w.-]+:(?:\s|$)|[\w./-]+:(?:\s+[\w\"'{\[|>/-]\S*)?$|</?\w|"
    r"(?:sudo|kubectl|kubeadm|oc|helm|curl|cat|systemctl|crictl|ctr|docker|podman|etcdctl|openssl|apt-get|yum|dnf|"
    r"export|echo|mkdir|cd|chmod|chown|ssh|scp|wget|journalctl|ps|df|du|grep|awk|sed|nslookup|dig|ls|cp|mv|rm|git|"
    r"make|python3?|npm|go|nerdctl|kind|minikube|kubelet|apiVersion:|FROM|RUN)(?:\s+[-\w./<\"'$]|$))"
)
_PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,} [a-z]+|[\u3400-\u9fff]{8}")
_GOES_ON = re.compile(
    r"(?:[；;]|\b(?:e\.g|i\.e|etc|vs|cf|approx|resp|incl)\.|(?:^|(?<=\n))\s*\d{1,3}[.)])$", re.IGNORECASE
)
_ENDED = re.compile(r"[.!。！；;…][\"'”’)\]）」』]*$")
_CRUMB = re.compile(
    r"(?:what's next|see also|related links?|further reading|learn more|read more|next steps?|feedback|"
    r"before you begin|appears in|table of contents|on this page|prerequisites|"
    r"接下来|另请参见|另请参阅|延伸阅读|相关链接|反馈|准备开始|"
    r"出现于|本页内容|下一步)\W*$",
    re.IGNORECASE,
)
_LINK_ONLY = re.compile(
    r"(?:see|read|learn|refer to|check out|visit|for (?:more|further|additional|details?|information)|to learn more|"
    r"refer the|you can read|参见|参阅|请参阅|请参考|有关.{0,30}(?:请|参)|要了解|阅读|了解更多|详情)",
    re.IGNORECASE,
)
_ASKS = re.compile(r"[?？][\"'”’)\]）」』*]*$")
_NUMBERED = re.compile(r"(?:(\d{1,3})[.)、]|[（(](\d{1,3})[)）])\s")
_INTRODUCES = re.compile(
    r"\b(?:as follows|(?:the|these) following [^.]{3,60}|(?:shown|listed|given|described) below|"
    r"below (?:is|are) [^.]{3,60}|"
    r"(?:here|this) is an example[^.]{0,60})[.]$|(?:如下(?:所示)?|(?:以下|下面)是?[^，。]{0,20})[。]$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z0-9]+|[\u3400-\u9fff]")
FEWEST_WORDS = 4
"""Words, or Chinese characters, of a sentence that says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit of a passage. ``span`` counts characters of the document's text; ``place`` counts units in order.

    ``number`` is that of a step in its list, of one that ends with a colon too; 0 for what is none.
    """

    passage: StoredPassage
    kind: UnitKind
    text: str
    span: Span
    place: int
    number: int = 0


def units_of(passage: StoredPassage) -> tuple[Unit, ...]:
    """Return the units of a passage in reading order, without headings, questions, crumbs and halves of sentences."""
    repeated = max(len(passage.text) - (passage.span[1] - passage.span[0]), 0)
    shift = passage.span[0] - repeated
    found: list[Unit] = []
    for kind, start, end in _pieces(passage, repeated):
        text = passage.text[start:end]
        line = passage.text.rfind("\n", 0, start) + 1
        before = _NUMBERED.search(passage.text, line, start) if kind in {"step", "lead"} else None
        found.append(
            Unit(
                passage=passage,
                kind=kind,
                text=text,
                span=(start + shift, end + shift),
                place=len(found),
                number=int(before[1] or before[2]) if before else 0,
            )
        )
    return tuple(found)


def _pieces(passage: StoredPassage, begin: int) -> Iterator[tuple[UnitKind, int, int]]:
    text = passage.text
    if passage.kind == "code":
        start, end = _bare(text, begin, len(text))
        if end > start:
            yield "code", start, end
        return
    blocks = _merged(text, [(found.start(), found.end()) for found in _BLOCK.finditer(text, begin)])
    for number, (kind, start, end) in enumerate(blocks):
        if kind == "code":
            yield "code", start, end
        elif kind == "table" or passage.kind == "table":
            yield from _table(text, start, end)
        else:
            follows = blocks[number + 1][0] if number + 1 < len(blocks) else ""
            yield from _prose(text, start, end, follows=follows)


def _merged(text: str, blocks: list[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Name each block, and join code that blank lines divide."""
    found: list[tuple[str, int, int]] = []
    for start, end in blocks:
        kind = _kind(text[start:end])
        if kind == "code" and found and found[-1][0] == "code":
            found[-1] = ("code", found[-1][1], end)
        else:
            found.append((kind, start, end))
    return found


def _kind(block: str) -> str:
    lines = block.split("\n")
    code = sum(bool(_CODE_LINE.match(line)) for line in lines)
    listed = sum(bool(_MARKER.match(line.lstrip())) for line in lines)
    if code * 2 > len(lines) and not (listed * 2 > len(lines) and _PROSE.search(block)):
        return "code"
    if sum(" | " in line for line in lines) * 2 > len(lines):
        return "table"
    return "text"


def _table(text: str, start: int, end: int) -> Iterator[tuple[UnitKind, int, int]]:
    if end - start <= WHOLE:
        yield "table", start, end
        return
    at = start
    for line in text[start:end].split("\n"):
        first, last = _bare(text, at, at + len(line))
        if last > first:
            yield "table", first, last
        at += len(line) + 1


def _prose(text: str, start: int, end: int, *, follows: str) -> Iterator[tuple[UnitKind, int, int]]:
    for first, last in _whole_sentences(text, start, end):
        marker = _MARKER.match(text, first, last)
        at_line = first == 0 or text[first - 1] == "\n" or text[:first].rstrip(" \t").endswith("\n")
        step = marker is not None and at_line
        begin = marker.end() if marker is not None and step else first
        said = text[begin:last]
        if (said.endswith((":", "：")) or _INTRODUCES.search(said)) and (follows or last < end):
            yield "lead", begin, last
        elif step and _NUMBERED.match(text, first, begin) and not _CRUMB.match(said) and not _ASKS.search(said):
            yield "step", begin, last
        elif _says_something(said, step=step, opening=first == start):
            yield "item" if step else "text", begin, last


def _whole_sentences(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield sentences; an abbreviation, a semicolon and the number of a step do not end one."""
    begin: int | None = None
    for first, last in sentences(text, (start, end)):
        begin = first if begin is None or "\n" in text[begin:first] else begin
        if not _GOES_ON.search(text, begin, last) or last >= end:
            yield begin, last
            begin = None
    if begin is not None:
        yield begin, _bare(text, begin, end)[1]


def _says_something(said: str, *, step: bool, opening: bool) -> bool:
    if len(_WORD.findall(said)) < FEWEST_WORDS or _CRUMB.match(said) or _ASKS.search(said):
        return False
    if _LINK_ONLY.match(said) and len(said) < 160:
        return False
    if opening and said[0].islower() and not step and not re.match(r"[\w-]*[A-Z./_-]|kube|e[tc]", said):
        return False  # the rest of a sentence that was cut
    return step or bool(_ENDED.search(said))


def _bare(text: str, start: int, end: int) -> Span:
    while start < end and text[start] == "\n":
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
