"""From a request for a source to the record of it, and whether it is there already."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Final

from api.knowledge_models import MAX_SOURCE_NAME, SourceRequest
from kb.records.model import SourceKind, SourceRecord
from kb.sources.errors import SourceInvalid
from kb.sources.guessing import guess
from kb.sources.opening import check
from kb.stores import PLATFORM

REMEMBERED: Final[frozenset[SourceKind]] = frozenset({"events", "diagnoses"})
"""Kinds whose documents are what the memory of one namespace holds."""

EVENT_SECONDS: Final = 300
"""How often those are read again: what is new is asked for within minutes, and mere counts change no document."""


def record_of(body: SourceRequest, *, created_by: str) -> SourceRecord:
    """Return the source that a request describes. Raises ``SourceInvalid`` for what makes no sense as written."""
    if body.kind is None:
        kind, options, name = guess(body.location)
        if body.options:
            options = check(kind, {**body.options, **options})
    else:
        kind, options = body.kind, check(body.kind, body.options)
        place = options.get("url") or options.get("path") or options.get("location") or kind
        name = str(place).rpartition("://")[2].rstrip("/") or kind
    if kind in REMEMBERED and body.access == PLATFORM:
        raise SourceInvalid(
            "Events belong to the namespace in which they happen, so that their source needs one.",
            next_step='Name it: `sextant kb add events -n NAMESPACE`, or {"access": "namespace:NAME"}.',
        )
    return SourceRecord(
        id=uuid.uuid4().hex,
        name=body.name or name[:MAX_SOURCE_NAME],
        kind=kind,
        options=options,
        access=body.access,
        weight=body.weight,
        schedule_seconds=body.schedule_seconds or (EVENT_SECONDS if kind in REMEMBERED else None),
        created_at=datetime.now(UTC),
        created_by=created_by,
    )


def require_movable(source: SourceRecord) -> None:
    """Raise ``SourceInvalid`` where a source's documents belong to its namespace: nobody else may find them."""
    if source.kind in REMEMBERED:
        raise SourceInvalid(
            f"{source.name} holds what happened in one namespace, and who may read that namespace may find it.",
            next_step="Add another source of that kind for the other namespace.",
        )


def same_place(known: SourceRecord, record: SourceRecord) -> bool:
    """Say whether two sources read the same. Those for uploads have no place; their name tells them apart."""
    if known.kind != record.kind or known.state == "removing":
        return False
    return known.name == record.name if record.kind == "upload" else known.options == record.options


def free_name(name: str, known: Sequence[SourceRecord]) -> str:
    """Return a name that no other source has, with a number where the plain one is taken."""
    taken = {source.name for source in known}
    if name not in taken:
        return name
    return next(tried for number in count(2) if (tried := f"{name}-{number}") not in taken)
