"""From the bytes of a document to what is stored of it. Plain functions, for threads and for reading processes.

A reading process imports this: nothing here may bring along the database or a vector store.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from kb.documents.document import Document
from kb.documents.isolated import read_guarded
from kb.documents.limits import Limits
from kb.embed.embedder import TokenCounter
from kb.ingest.families import packed
from kb.lexical.weights import TermVector, document_vector
from kb.passages.duplicates import sketch
from kb.passages.passage import Passage
from kb.passages.splitting import Sizes, split
from kb.records.fitting import plain
from kb.sources.source import Fetched


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How documents are read and split: within which limits, by whose tokens. It can be pickled."""

    count: TokenCounter
    sizes: Sizes
    limits: Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A document to be read. ``current`` is its content's hash and version as they are searched, if it is."""

    document: str
    uri: str
    content: Fetched
    current: tuple[str, str] | None = None
    anew: bool = False
    """Prepare it even where nothing that shows has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """Nothing to be stored: what is searched already (``same``), or a document without text."""

    same: bool
    media_type: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A new version of a document: the columns of its row, its text as JSON, the rows of its passages, their terms."""

    values: dict[str, Any]
    text: str
    rows: list[dict[str, Any]]
    lexical: tuple[TermVector, ...]

    @property
    def revision(self) -> str:
        """The name of this version."""
        return str(self.values["revision"])

    def embedded(self, at: int) -> str:
        """Return the text of a passage as it is embedded: ``Passage.embedded``."""
        row = self.rows[at]
        text = json.loads(row["text"])
        context = _context(row["title"], row["heading_path"])
        return text if context is None else f"{context}\n{text}"


def prepare(asked: Asked, method: Method) -> Prepared | Unchanged:
    """Read and split a document. Raises ``DocumentError``."""
    content = asked.content
    read = read_guarded(
        content.data,
        uri=asked.uri,
        name=content.name,
        media_type=content.media_type,
        version=content.version,
        updated_at=content.updated_at,
        limits=method.limits,
    )
    # The date of an unchanged document stays that of the last change that showed.
    same = (read.content_hash, plain(read.version)) == asked.current
    passages = () if same and not asked.anew else split(read, method.count, sizes=method.sizes)
    if not passages:
        return Unchanged(same=same, media_type=plain(read.media_type), notes=read.notes)
    revision = revision_of(read, passages)
    rows = [_row(asked.document, revision, one) for one in passages]
    lexical = tuple(document_vector(one.text, context=one.context) for one in passages)
    return Prepared(values=_values(read, revision, len(passages)), text=_json(read.text), rows=rows, lexical=lexical)


def _values(read: Document, revision: str, passages: int) -> dict[str, Any]:
    return {
        "title": plain(read.title),
        "language": read.language,
        "version": plain(read.version),
        "media_type": plain(read.media_type),
        "content_hash": read.content_hash,
        "revision": revision,
        "sketch": packed(sketch(read.text, title=read.title)),
        "passages": passages,
        "characters": len(read.text),
        "notes": list(read.notes),
        "updated_at": read.updated_at,
        "state": "ready",
        "last_error": "",
        "error_code": "",
    }


def revision_of(read: Document, passages: Sequence[Passage]) -> str:
    """Return the name of a version: it changes with the content, with its version and with how it was split."""
    digest = sha256(f"{read.content_hash}\n{read.version}\n".encode("utf-8", "surrogatepass"))
    for one in passages:
        digest.update(f"{one.span} {one.kind} {len(one.repeated)} {len(one.context)}\n".encode())
    return digest.hexdigest()[:32]


def passage_id(document: str, revision: str, ordinal: int) -> str:
    """Return the id of a passage: unique over all sources, the same whenever the same version is indexed."""
    return sha256(f"{document}\n{revision}\n{ordinal}".encode()).hexdigest()[:32]


@lru_cache(maxsize=64)
def _context(title: str, path: str) -> str | None:
    """Return what stands before passages of one section, None where nothing does."""
    parts = [json.loads(title), *json.loads(path)]
    return " > ".join(filter(None, parts)) if any((parts[0], parts[1:])) else None


def _row(document: str, revision: str, one: Passage) -> dict[str, Any]:
    return {
        "id": passage_id(document, revision, one.ordinal),
        "document": document,
        "revision": revision,
        "ordinal": one.ordinal,
        "title": _json(one.title),
        "heading_path": _json(one.heading_path),
        "text": _json(one.text),
        "span_start": one.span[0],
        "span_end": one.span[1],
        "parent_start": one.parent[0],
        "parent_end": one.parent[1],
        "kind": one.kind,
        "language": one.language,
        "tokens": one.tokens,
    }


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
