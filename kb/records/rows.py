"""Rows as data."""

import base64
import binascii
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import UsageError
from kb.records.fitting import plain, plain_uri
from kb.records.model import Job, SourceRecord, StoredDocument, StoredPassage

__all__ = [
    "Connection",
    "Row",
    "cursor_of",
    "document_id",
    "document_of",
    "job_of",
    "passage_of",
    "place_of",
    "plain",
    "plain_uri",
    "source_of",
]

Connection = AsyncConnection
"""An open transaction of ``core.storage.Database``, handed through by those who do not know SQLAlchemy."""

Row = Mapping[Any, Any]


def document_id(source: str, uri: str) -> str:
    """Return the id of a document: the same whenever the source tells the same URI again."""
    return sha256(f"{source}\n{uri}".encode()).hexdigest()[:32]


def cursor_of(*place: str) -> str:
    """Write a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str, size: int) -> list[str]:
    """Read a cursor of ``size`` parts. Raises ``UsageError`` when it is none of ours."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as exc:
        raise _foreign_cursor() from exc
    if not isinstance(place, list) or len(place) != size or not all(isinstance(part, str) for part in place):
        raise _foreign_cursor()
    return [plain(part) for part in place]


def source_of(row: Row) -> SourceRecord:
    """Make a source of its row."""
    return SourceRecord(**{name: row[name] for name in SourceRecord.__dataclass_fields__})


def document_of(row: Row) -> StoredDocument:
    """Make a document of its row."""
    fields = {name: row[name] for name in StoredDocument.__dataclass_fields__}
    return StoredDocument(**{**fields, "notes": tuple(row["notes"])})


def job_of(row: Row) -> Job:
    """Make a job of its row."""
    return Job(**{name: row[name] for name in Job.__dataclass_fields__})


def passage_of(row: Row) -> StoredPassage:
    """Make a passage of a row of passage, document and source together."""
    return StoredPassage(
        id=row["id"],
        document=row["document"],
        source=row["source"],
        revision=row["revision"],
        ordinal=row["ordinal"],
        uri=row["uri"],
        title=row["title"],
        heading_path=tuple(row["heading_path"]),
        text=row["text"],
        span=(row["span_start"], row["span_end"]),
        parent=(row["parent_start"], row["parent_end"]),
        kind=row["kind"],
        language=row["language"],
        tokens=row["tokens"],
        version=row["version"],
        updated_at=row["updated_at"],
        access=row["access"],
        family=row["family"],
        source_name=row["source_name"],
        source_kind=row["source_kind"],
        weight=row["weight"],
    )


def _foreign_cursor() -> UsageError:
    return UsageError("The cursor is not one that a list returned.", next_step="Start without a cursor.")
