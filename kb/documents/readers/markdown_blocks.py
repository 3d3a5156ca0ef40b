"""Blocks of Markdown from its lines, in one pass."""

import re
from collections.abc import Iterator
from textwrap import dedent

from kb.documents.document import BlockKind
from kb.documents.drafts import Draft
from kb.documents.limits import Budget
from kb.documents.readers.csv import row_line
from kb.documents.readers.html import html_drafts
from kb.documents.readers.inline import joined, spoken
from kb.documents.readers.markdown_lines import FENCE, fence_closes, lines_without_comments, unfolded

_HEADING = re.compile(r"^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-+)[ \t]*$")
_RULE = re.compile(r"^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_ITEM = re.compile(r"^([ ]*)([-*+]|\d{1,9}[.)])(?:[ \t]+|$)(.*)$")
_TABLE_RULE = re.compile(r"^[ ]{0,12}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL = re.compile(r"(?<!\\)\|")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]^][^\]]{0,300}\]:[ \t]*\S")
_ALERT = re.compile(r"^\[!(\w+)\][ \t]*(.*)$")
_HTML_TABLE = re.compile(r"^[ ]*<(table|pre|dl)\b", re.IGNORECASE)
_QUOTE = re.compile(r"^ {0,3}(?:>[ ]?)+")
CHECK_EVERY = 512


class Scanner:
    """One pass over the lines of a page. ``_open`` is the paragraph or list that the next line may continue."""

    def __init__(self, text: str, budget: Budget) -> None:
        self._lines = list(unfolded(lines_without_comments(text)))
        self._budget = budget
        self._open: list[list[str]] = []
        self._kind: BlockKind = "text"
        self._in_list = False

    def drafts(self) -> Iterator[Draft]:
        """Yield the blocks in order."""
        lines, at, checked = self._lines, 0, 0
        while at < len(lines):
            if at >= checked:
                self._budget.check_time()
                checked = at + CHECK_EVERY
            line = lines[at]
            if line.lstrip().startswith(">"):
                line = lines[at] = self._unquoted(line)
            if not line or line.isspace():
                if self._kind == "text" or not self._continues(at + 1):
                    yield from self._close()
                at += 1
                continue
            first = line.lstrip()[:1]
            if first in "`~-*+0123456789" and (fence := FENCE.match(line)):
                yield from self._close()
                code, at = self._fenced(at, fence[1])
                yield code
                continue
            if first == "#" and (heading := _HEADING.match(line)):
                yield from self._close()
                self._in_list = False
                yield Draft("heading", spoken(heading[2] or "", self._budget), len(heading[1]))
                at += 1
                continue
            if first == "<" and (tag := _HTML_TABLE.match(line)):
                yield from self._close()
                block, at = self._html(at, tag[1])
                yield from block
                continue
            if "|" in line and at + 1 < len(lines) and _TABLE_RULE.match(lines[at + 1]) and "-" in lines[at + 1]:
                yield from self._close()
                block, at = self._table(at)
                yield from block
                continue
            if first in "=-" and (underline := _SETEXT.match(line)) and self._is_title():
                yield Draft(
                    "heading", spoken(joined(self._open.pop()), self._budget), 1 if underline[1][0] == "=" else 2
                )
                at += 1
                continue
            if (first in "-*_" and _RULE.match(line)) or (first == "[" and _REFERENCE.match(line)):
                yield from self._close()
                at += 1
                continue
            if line.startswith("    ") and not self._in_list and not self._open:
                code, at = self._indented(at)
                yield code
                continue
            yield from self._text(line)
            at += 1
        yield from self._close()

    def _text(self, line: str) -> Iterator[Draft]:
        item = _ITEM.match(line)
        if item and (self._kind == "list" or not self._open or item[2] in "-*+" or item[2][:-1] == "1"):
            if self._kind != "list":
                yield from self._close()
            self._kind, self._in_list = "list", True
            self._open.append([f"{item[1]}{item[2]} {item[3]}"])
            return
        if not line.startswith("  ") and not self._open:
            self._in_list = False
        if self._open:
            self._open[-1].append(line)
        else:
            self._open.append([line])

    def _continues(self, at: int) -> bool:
        """Return whether the list goes on after a blank line: with an item, or an indented paragraph."""
        while at < len(self._lines) and not self._lines[at].strip():
            at += 1
        if at == len(self._lines):
            return False
        line = self._lines[at]
        if _ITEM.match(line) and not _RULE.match(line):
            return True
        if line.startswith("  ") and not FENCE.match(line):
            self._open.append([])
            return True
        return False

    def _close(self) -> Iterator[Draft]:
        items, kind = self._open, self._kind
        self._open, self._kind = [], "text"
        if not items:
            return
        lines = []
        for item in items:
            if item:
                indent = " " * (len(item[0]) - len(item[0].lstrip()))
                lines.append(indent * (kind == "list") + spoken(joined(item), self._budget))
        text = "\n".join(lines)
        yield Draft(kind, dedent(text) if kind == "list" else text)

    def _is_title(self) -> bool:
        return self._kind == "text" and len(self._open) == 1 and len(self._open[0]) <= 2

    def _unquoted(self, line: str) -> str:
        bare = _QUOTE.sub("", line)
        alert = _ALERT.match(bare)
        if not alert:
            return bare
        # Two spaces at the end keep the line break.
        return f"{alert[1].title()}: {alert[2]}" if alert[2] else f"{alert[1].title()}  "

    def _fenced(self, at: int, fence: str) -> tuple[Draft, int]:
        indent = len(self._lines[at]) - len(self._lines[at].lstrip(" "))
        code: list[str] = []
        at += 1
        while at < len(self._lines) and not fence_closes(self._lines[at], fence):
            line = self._lines[at]
            code.append(line[min(indent, len(line) - len(line.lstrip(" "))) :])
            at += 1
        return Draft("code", "\n".join(code)), at + 1

    def _indented(self, at: int) -> tuple[Draft, int]:
        code: list[str] = []
        while at < len(self._lines) and (self._lines[at].startswith("    ") or not self._lines[at].strip()):
            code.append(self._lines[at][4:])
            at += 1
        return Draft("code", "\n".join(code)), at

    def _table(self, at: int) -> tuple[Iterator[Draft], int]:
        rows = []
        start = at
        while at < len(self._lines) and "|" in self._lines[at]:
            if at != start + 1:
                cells = _CELL.split(self._lines[at].strip().removeprefix("|").removesuffix("|"))
                rows.append(row_line([spoken(cell.replace("\\|", "|"), self._budget) for cell in cells]))
            at += 1
        return iter([Draft("table", "\n".join(row for row in rows if row))]), max(at, start + 2)

    def _html(self, at: int, tag: str) -> tuple[Iterator[Draft], int]:
        opening, closing = re.compile(rf"<{tag}\b", re.IGNORECASE), re.compile(rf"</{tag}\s*>", re.IGNORECASE)
        taken: list[str] = []
        depth = 0
        while at < len(self._lines):
            line = self._lines[at]
            taken.append(line)
            at += 1
            depth += len(opening.findall(line)) - len(closing.findall(line))
            if depth <= 0:
                break
        return html_drafts("\n".join(taken), self._budget), at
