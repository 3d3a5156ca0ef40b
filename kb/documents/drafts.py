"""Blocks as readers yield them, and the document that is put together from them."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from kb.documents.document import Block, BlockKind, Document, Span
from kb.documents.errors import DocumentEmpty, DocumentUnreadable
from kb.documents.language import language_of
from kb.documents.limits import Budget

SEPARATOR = "\n\n"
MAX_TITLE = 200
_NAMELESS = frozenset({"index", "_index", "readme", "default"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u200b\u2028\u2029]")
_TRAILING = re.compile(r"[ \t\u3000]+$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n{3,}")
_SPACE = re.compile(r"\s+")
CHECK_EVERY = 256


@dataclass(frozen=True, slots=True)
class Draft:
    """One block before it has a place in the text. Positional: readers make thousands of them."""

    kind: BlockKind
    text: str
    level: int = 0


@dataclass(slots=True, kw_only=True)
class Read:
    """What a reader returns. ``drafts`` may be lazy: limits hold while they are drawn, and notes may come late."""

    drafts: Iterable[Draft]
    title: str = ""
    version: str = ""
    updated_at: datetime | None = None
    media_type: str
    notes: list[str] = field(default_factory=list)


def assemble(read: Read, *, uri: str, name: str, budget: Budget) -> Document:
    """Join the drafts into one text and return the document.

    Raises DocumentEmpty or DocumentUnreadable when no text was found, DocumentTooLarge when there is too much.
    """
    parts: list[str] = []
    blocks: list[Block] = []
    at = 0
    for count, draft in enumerate(read.drafts):
        if count % CHECK_EVERY == 0:
            budget.check_time()
        text = _clean(draft)
        if not text:
            continue
        if parts:
            at += len(SEPARATOR)
        parts.append(text)
        blocks.append(Block(kind=draft.kind, text=text, level=draft.level, span=(at, at + len(text))))
        at += len(text)
        budget.check_size(characters=at, blocks=len(blocks))
    if not blocks:
        if read.media_type.startswith("text/"):
            raise DocumentEmpty(" ".join(["The document holds no text of its own.", *read.notes]))
        raise DocumentUnreadable(
            " ".join(["No text was found in the document.", *read.notes]),
            next_step="Check that the document holds text and not only pictures.",
        )
    title = title_of(read.title, blocks, name, uri)
    return Document(
        uri=uri,
        title=title,
        language=language_of(prose(blocks)),
        version=read.version,
        updated_at=read.updated_at,
        media_type=read.media_type,
        text=SEPARATOR.join(parts),
        blocks=tuple(blocks),
        content_hash=_content_hash(title, blocks),
        notes=tuple(dict.fromkeys(read.notes)),
    )


def prose(blocks: Iterable[Block], limit: int = 20_000) -> str:
    """Return the beginning of what is not code; all blocks when there is nothing else."""
    blocks = tuple(blocks)
    chosen = [block for block in blocks if block.kind not in ("code", "table")] or blocks
    taken: list[str] = []
    size = 0
    for block in chosen:
        taken.append(block.text[:limit])
        size += len(block.text)
        if size > limit:
            break
    return "\n".join(taken)


def title_of(given: str, blocks: Sequence[Block], name: str, uri: str = "") -> str:
    """Return the title: as given, else the heading that stands above all others, else made from the file's name.

    A page of equal headings ("Synopsis", "Options") has none that names it.
    """
    given = _one_line(given)
    if given:
        return given
    headings = [block for block in blocks if block.kind == "heading"]
    top = min((block.level for block in headings), default=0)
    highest = [block for block in headings if block.level == top]
    if highest and (top == 1 or len(highest) == 1):
        return _one_line(highest[0].text)
    for path in (name, uri):
        *folders, last = "", *path.partition("?")[0].rstrip("/").split("/")
        stem = last.rpartition(".")[0] or last
        if stem.lower() in _NAMELESS:
            stem = folders[-1]
        if stem:
            return _one_line(re.sub(r"[-_]+", " ", stem))
    return "Untitled"


def lines_of(block: Block, text: str) -> list[Span]:
    """Return the spans of the lines of a block, without their line ends."""
    found: list[Span] = []
    at, end = block.span
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        if stop > at:
            found.append((at, stop))
        at = stop + 1
    return found


def _one_line(text: str) -> str:
    text = _SPACE.sub(" ", _CONTROL.sub("", text)).strip()
    return text if len(text) <= MAX_TITLE else text[: MAX_TITLE - 1].rstrip() + "…"


def _clean(draft: Draft) -> str:
    text = draft.text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    text = _TRAILING.sub("", text)
    if draft.kind == "heading":
        return _SPACE.sub(" ", text).strip()
    return (
        _BLANK_LINES.sub("\n\n", text).strip("\n") if draft.kind == "code" else _BLANK_LINES.sub("\n\n", text).strip()
    )


def _content_hash(title: str, blocks: Iterable[Block]) -> str:
    digest = hashlib.sha256(title.encode())
    for block in blocks:
        digest.update(f"\0{block.kind}{block.level}\0{block.text}".encode())
    return digest.hexdigest()
