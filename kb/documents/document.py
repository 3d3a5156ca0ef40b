"""What a reader makes of a file, a page or a schema: plain text, and the blocks that it is made of."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Language = Literal["en", "zh", "other"]
BlockKind = Literal["heading", "text", "code", "table", "list"]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of structure. ``span`` counts characters of ``Document.text``; headings have a ``level``, 1 to 6."""

    kind: BlockKind
    text: str
    level: int = 0
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it is indexed and cited.

    ``text`` holds what a person would read: no comments, navigation, templates or markup of links.
    ``content_hash`` is the SHA-256 of title, text and structure, so that only a change that shows is a change.
    ``notes`` are plain sentences on what was left out or repaired.
    """

    uri: str
    title: str
    language: Language
    version: str = ""
    updated_at: datetime | None = None
    media_type: str
    text: str
    blocks: tuple[Block, ...]
    content_hash: str
    notes: tuple[str, ...] = ()
