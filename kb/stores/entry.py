"""What is stored of a passage, and the names under which every store keeps it. The text itself lives in SQL."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from kb.stores.errors import VectorInvalid

if TYPE_CHECKING:  # NumPy and the vocabulary would triple the time that the engine's process takes to start
    from kb.embed.embedder import Vector
    from kb.lexical.weights import TermVector

DENSE = "dense"
LEXICAL = "lexical"
KEYWORDS = ("access", "source", "document", "language", "kind", "version", "revision")
SCOPE = "scope"
"""The field of the embedded engine that holds access and language at once."""

UPDATED_AT = "updated_at"
SHOWN = ("passage", "document", "source", "revision", "language")
"""The fields that a hit carries."""

_NAMESPACE = uuid.UUID("6f0c9a52-3c39-5b9e-9d3a-2f6f3f6f7a11")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One passage: its keys, who may read it (one label), and its two vectors.

    ``revision`` tells versions of the same document apart while a new one is written beside the old.
    """

    id: str
    document: str
    source: str
    access: str
    language: str
    kind: str
    version: str = ""
    revision: str = ""
    updated_at: datetime | None = None
    dense: Vector
    lexical: TermVector

    @property
    def payload(self) -> dict[str, Any]:
        """The fields beside the vectors. A document without a date is never newer than anything."""
        return {
            "passage": self.id,
            "document": self.document,
            "source": self.source,
            "access": self.access,
            "language": self.language,
            "kind": self.kind,
            "version": self.version,
            "revision": self.revision,
            UPDATED_AT: self.updated_at.timestamp() if self.updated_at else 0.0,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A stored passage without its vectors."""

    id: str
    document: str
    source: str
    revision: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some records in the store's own order; ``next`` goes on after them, None when they were the last."""

    records: tuple[Record, ...]
    next: str | None


def scope(access: str, language: str) -> str:
    """Return access and language as one value. The last bar parts them, so that no language can pose as a label."""
    return f"{access}|{language.replace('|', ' ')}"


def point_uuid(passage: str) -> uuid.UUID:
    """Return the id of a passage inside the engines, which want UUIDs."""
    return uuid.uuid5(_NAMESPACE, passage)


def point_id(passage: str) -> str:
    """Return the id of a passage as the engines write it."""
    return str(point_uuid(passage))


def record(payload: Mapping[str, Any] | None) -> Record:
    """Read a record from the fields that an engine gave back."""
    fields = payload or {}
    return Record(
        id=str(fields.get("passage", "")),
        document=str(fields.get("document", "")),
        source=str(fields.get("source", "")),
        revision=str(fields.get("revision", "")),
        language=str(fields.get("language", "")),
    )


def checked(vector: Vector, dimensions: int, what: str) -> Vector:
    """Return the vector, or raise ``VectorInvalid``. Engines accept NaN and then rank by nonsense."""
    import numpy as np

    if vector.shape != (dimensions,):
        raise VectorInvalid(f"the vector of {what} has the shape {vector.shape}, not ({dimensions},)")
    if not np.isfinite(vector).all() or not vector.any():
        raise VectorInvalid(f"the vector of {what} is zero or holds what is not a finite number")
    return vector


def checked_terms(terms: TermVector, what: str) -> TermVector:
    """Return the terms, or raise ``VectorInvalid`` when ids repeat or a weight is not a positive finite number."""
    import numpy as np

    if len(set(terms.ids)) != len(terms.ids) or len(terms.ids) != len(terms.weights):
        raise VectorInvalid(f"the terms of {what} repeat, or do not have one weight each")
    if terms.weights and not (np.isfinite(terms.weights).all() and min(terms.weights) > 0):
        raise VectorInvalid(f"a term of {what} has a weight that is not a positive finite number")
    return terms
