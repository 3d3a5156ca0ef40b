"""From a document that was read to what is stored of it. Plain functions, for threads."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from kb.documents.document import Document
from kb.embed.embedder import Embedder, Vector
from kb.ingest.families import packed
from kb.lexical.weights import TermVector, document_vector
from kb.passages.duplicates import sketch
from kb.passages.passage import Passage
from kb.passages.splitting import Sizes, split
from kb.records.model import StoredDocument, StoredPassage
from kb.records.rows import plain
from kb.records.versions import Version
from kb.stores.entry import Entry

DEFAULT_SIZES = Sizes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A new version of a document: the columns of its row, its text as JSON, its passages with ids and rows."""

    values: dict[str, Any]
    text: str
    passages: tuple[Passage, ...]
    ids: tuple[str, ...]
    lexical: tuple[TermVector, ...]
    rows: list[dict[str, Any]]

    @property
    def revision(self) -> str:
        """The name of this version."""
        return str(self.values["revision"])

    def version(self, access: str, written: frozenset[str]) -> Version:
        """Return what is written to the database once these collections hold the passages."""
        return Version(values=self.values, text=self.text, passages=self.rows, access=access, written=written)


def prepare(read: Document, stored: StoredDocument, embedder: Embedder) -> Prepared | None:
    """Split a document for this model. None: there is nothing in it to index."""
    passages = split(read, embedder.count_tokens, sizes=sizes_for(embedder))
    if not passages:
        return None
    revision = revision_of(read, passages)
    values = {
        "title": plain(read.title),
        "language": read.language,
        "version": plain(read.version),
        "media_type": plain(read.media_type),
        "content_hash": read.content_hash,
        "revision": revision,
        "sketch": packed(sketch(read.text, title=read.title)),
        "passages": len(passages),
        "characters": len(read.text),
        "notes": list(read.notes),
        "updated_at": read.updated_at,
        "state": "ready",
        "last_error": "",
        "error_code": "",
    }
    ids = tuple(passage_id(stored.id, revision, one.ordinal) for one in passages)
    rows = [_row(stored.id, revision, key, one) for key, one in zip(ids, passages, strict=True)]
    lexical = tuple(document_vector(one.text, context=one.context) for one in passages)
    return Prepared(values=values, text=_json(read.text), passages=passages, ids=ids, lexical=lexical, rows=rows)


def sizes_for(embedder: Embedder) -> Sizes:
    """Return how large passages are for a model: what it reads, and no larger than usual."""
    limit = min(DEFAULT_SIZES.limit, embedder.max_tokens + DEFAULT_SIZES.reserve)
    return Sizes(limit=limit, target=min(DEFAULT_SIZES.target, limit // 2), small=min(DEFAULT_SIZES.small, limit // 8))


def revision_of(read: Document, passages: Sequence[Passage]) -> str:
    """Return the name of a version: it changes with the content, with its version and with how it was split."""
    digest = sha256(f"{read.content_hash}\n{read.version}\n".encode("utf-8", "surrogatepass"))
    for one in passages:
        digest.update(f"{one.span} {one.kind} {len(one.repeated)} {len(one.context)}\n".encode())
    return digest.hexdigest()[:32]


def passage_id(document: str, revision: str, ordinal: int) -> str:
    """Return the id of a passage: unique over all sources, the same whenever the same version is indexed."""
    return sha256(f"{document}\n{revision}\n{ordinal}".encode()).hexdigest()[:32]


def embedded(passage: StoredPassage) -> str:
    """Return the text of a stored passage as it is embedded."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def entries(
    prepared: Prepared, stored: StoredDocument, access: str, first: int, vectors: Sequence[Vector]
) -> list[Entry]:
    """Return the entries of the passages from ``first`` on, one for each vector."""
    return [
        Entry(
            id=prepared.ids[at],
            document=stored.id,
            source=stored.source,
            access=access,
            language=prepared.passages[at].language,
            kind=prepared.passages[at].kind,
            version=str(prepared.values["version"]),
            revision=prepared.revision,
            updated_at=prepared.values["updated_at"],
            dense=vector,
            lexical=prepared.lexical[at],
        )
        for at, vector in enumerate(vectors, start=first)
    ]


def stored_entries(passages: Sequence[StoredPassage], vectors: Sequence[Vector]) -> list[Entry]:
    """Return the entries of passages as they stand in the database."""
    return [
        Entry(
            id=one.id,
            document=one.document,
            source=one.source,
            access=one.access,
            language=one.language,
            kind=one.kind,
            version=one.version,
            revision=one.revision,
            updated_at=one.updated_at,
            dense=vector,
            lexical=document_vector(one.text, context=one.context),
        )
        for one, vector in zip(passages, vectors, strict=True)
    ]


def _row(document: str, revision: str, key: str, one: Passage) -> dict[str, Any]:
    return {
        "id": key,
        "document": document,
        "revision": revision,
        "ordinal": one.ordinal,
        "title_": _json(one.title),
        "path_": _json(one.heading_path),
        "text_": _json(one.text),
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
