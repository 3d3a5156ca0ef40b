"""What an HTML parser reports, turned into blocks."""

import re

from kb.documents.document import BlockKind
from kb.documents.drafts import Draft
from kb.documents.limits import Budget
from kb.documents.readers.csv import row_line
from kb.documents.readers.html_furniture import DROPPED, is_dropped

_VOID = frozenset({
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hgroup", "hr", "html", "main", "nav", "ol", "p", "section",
    "summary", "ul",
})  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_CODE_MARKS = re.compile(r"\S")
MAX_LIST_INDENT = 8


class PageEvents:
    """Collects ``drafts`` with whether each stood in the page's main part; ``seen`` counts all characters of text.

    ``strict`` also drops elements by role, class and attribute; otherwise only by their name.
    """

    def __init__(self, budget: Budget, *, strict: bool) -> None:
        self.drafts: list[tuple[Draft, bool]] = []
        self.title = ""
        self.meta: dict[str, str] = {}
        self.seen = 0
        self._budget, self._strict = budget, strict
        self._dropping: list[str] = []  # open elements since, and with, the one that is dropped
        self._main = 0
        self._in_title = False
        self._text: list[str] = []
        self._kind: BlockKind = "text"
        self._level = 0
        self._pre = 0
        self._lists: list[list[int]] = []  # per open list: [ordered, next number]
        self._fresh = False  # an item was opened and has no text yet
        self._items: list[str] = []
        self._rows: list[str] = []
        self._cells: list[str] = []
        self._tables = 0
        self._size = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take note of an opening tag."""
        if tag == "meta":
            name = attributes.get("property") or attributes.get("name") or ""
            self.meta.setdefault(name.lower()[:100], (attributes.get("content") or "")[:500])
            return
        if tag == "title" and not self.title:
            self._in_title = True
            return
        if self._dropping:
            if tag not in _VOID:
                self._dropping.append(tag)
            return
        if is_dropped(tag, attributes, strict=self._strict, in_main=self._main > 0):
            if tag not in _VOID:
                self._dropping.append(tag)
            return
        if tag in ("main", "article") or attributes.get("role") == "main":
            self._end_block()
            self._main += 1
        self._open(tag)

    def end(self, tag: str) -> None:
        """Take note of a closing tag; the parser closes what the page forgot to close."""
        if tag == "title":
            self._in_title = False
        if self._dropping:
            self._dropping.pop()
            return
        if tag in ("main", "article"):
            self._end_block()
            self._main = max(self._main - 1, 0)
        self._shut(tag)

    def data(self, text: str) -> None:
        """Take note of text."""
        if self._in_title and len(self.title) < 500:
            self.title += text
            return
        self.seen += len(text) if not self._dropping or self._dropping[0] not in DROPPED else 0
        if not self._dropping:
            self._text.append(text)

    def close(self) -> None:
        """Answer the parser's last call."""

    def comment(self, text: str) -> None:
        """Leave comments out."""

    def finish(self) -> None:
        """Close what is still open, where the page ended early."""
        self._tables = min(self._tables, 1)
        self._shut("tr")
        self._shut("table")
        self._lists = self._lists[:1]
        self._shut("ul")
        self._end_block()
        self.title = _SPACE.sub(" ", self.title).strip()

    def _open(self, tag: str) -> None:
        if tag == "br":
            self._text.append("\n" if self._pre else "\v")
        elif self._tables and tag not in ("table", "tr"):
            self._text.append("\n" if self._pre else " " if tag in _BLOCKS or tag == "li" else "")
        elif tag in _HEADINGS:
            self._end_block()
            self._kind, self._level = "heading", _HEADINGS[tag]
        elif tag == "pre":
            self._end_block()
            self._kind, self._pre = "code", self._pre + 1
        elif tag in ("ul", "ol", "menu"):
            self._end_item()
            self._lists.append([tag == "ol", 1])
        elif tag == "li":
            self._end_item()
            self._fresh = True
        elif tag == "table":
            self._end_item()
            self._end_list()
            self._tables += 1
        elif tag == "code" and not self._pre and not self._level:
            self._text.append("`")
        elif tag in _BLOCKS and not self._pre:
            if self._lists:
                self._text.append("\v" if _CODE_MARKS.search("".join(self._text[-3:])) else "")
            else:
                self._end_block()

    def _shut(self, tag: str) -> None:
        if tag == "table" and self._tables:
            self._tables -= 1
            if not self._tables:
                self._end_row()
                self._add("table", "\n".join(self._rows))
                self._rows = []
        elif tag in ("td", "th"):
            self._cells.append(self._taken())
        elif tag == "tr":
            self._end_row()
        elif self._tables:
            return
        elif tag in _HEADINGS or (tag in _BLOCKS and not self._pre and not self._lists and tag not in ("ul", "ol")):
            self._end_block()
        elif tag == "pre" and self._pre:
            self._pre -= 1
            self._end_block()
        elif tag == "li":
            self._end_item()
        elif tag in ("ul", "ol", "menu") and self._lists:
            self._end_item()
            self._lists.pop()
            if not self._lists:
                self._end_list()
        elif tag == "code" and not self._pre and not self._level:
            self._text.append("`")

    def _end_row(self) -> None:
        rest = self._taken()
        line = row_line([*self._cells, rest] if rest else self._cells)
        self._cells = []
        if line:
            self._rows.append(line)
            self._count(len(line))

    def _end_item(self) -> None:
        if not self._lists:
            self._end_block()
            return
        text = self._taken()
        if not text:
            return
        indent = "  " * min(len(self._lists) - 1, MAX_LIST_INDENT)
        ordered, number = self._lists[-1]
        if self._fresh:
            self._lists[-1][1] += 1
            self._items.append(f"{indent}{f'{number}.' if ordered else '-'} {text}")
        else:
            self._items.append(f"{indent}  {text}")
        self._fresh = False
        self._count(len(text))

    def _end_list(self) -> None:
        self._add("list", "\n".join(self._items))
        self._items = []

    def _end_block(self) -> None:
        kind, level = self._kind, self._level
        if self._lists and kind == "text":
            self._end_item()
            return
        if kind == "code":
            text = "".join(self._text).replace("\v", "\n")
            self._text = []
        else:
            text = self._taken()
        self._kind, self._level = "text", 0
        if text.strip():
            self._end_list()
        self._add(kind, text, level)

    def _taken(self) -> str:
        text = _SPACE.sub(" ", "".join(self._text)).replace(" \v", "\v").replace("\v ", "\v").replace("``", "")
        self._text = []
        return text.strip(" \v").replace("\v", "\n")

    def _add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        if text.strip():
            self.drafts.append((Draft(kind, text, level), self._main > 0))
            self._count(len(text))

    def _count(self, size: int) -> None:
        self._size += size
        self._budget.check_size(characters=self._size // 2, blocks=len(self.drafts))
