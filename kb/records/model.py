"""What the database keeps of the knowledge base: sources, documents, passages, jobs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from kb.documents.document import Language, Span
from kb.passages.passage import PassageKind
from kb.stores.selection import PLATFORM

SourceKind = Literal["directory", "upload", "git", "web", "openapi", "crds", "events", "diagnoses", "seed"]

SourceState = Literal["new", "syncing", "ready", "failed", "removing"]
"""``new`` until the first listing; ``failed`` when the last listing failed (what was indexed stays searchable)."""

DocumentState = Literal["pending", "indexing", "ready", "failed", "dead", "skipped", "cancelled"]
"""``failed`` waits for its next try, ``dead`` for a person; ``skipped`` holds nothing to index and says why.

Whether a document can be found does not depend on its state but on ``StoredDocument.searchable``: the last good
version stays until a new one is ready.
"""

JobKind = Literal["sync", "index", "sweep", "remove", "rebuild", "access"]
"""``sync`` lists a source, ``index`` reads one document, ``sweep`` deletes what an older revision left in the vector
store, ``remove`` takes a source away, ``rebuild`` builds a collection anew from the texts in SQL, ``access`` carries a
source's new access label into the vector store."""

JobState = Literal["queued", "running", "done", "dead", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRecord:
    """A source as it was added. ``access`` is one label (``platform`` or ``namespace:NAME``).

    ``weight`` multiplies the score of its passages (1 is neutral). ``schedule_seconds`` None: only when asked.
    ``options`` are those of its kind, checked by ``kb.sources``.
    """

    id: str
    name: str
    kind: SourceKind
    options: dict[str, Any] = field(default_factory=dict)
    access: str = PLATFORM
    weight: float = 1.0
    schedule_seconds: int | None = None
    state: SourceState = "new"
    created_at: datetime
    synced_at: datetime | None = None
    next_sync_at: datetime | None = None
    last_error: str = ""
    error_code: str = ""
    created_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDocument:
    """A document and how its indexing stands. ``revision`` is the version that can be found, empty before the first.

    ``last_error`` is in plain words and ends with what to do; ``next_try_at`` is set while a retry is due.
    """

    id: str
    source: str
    uri: str
    title: str = ""
    language: Language = "other"
    version: str = ""
    media_type: str = ""
    access: str
    state: DocumentState
    stamp: str = ""
    content_hash: str = ""
    revision: str = ""
    family: str = ""
    """Near-duplicates share it: the id of the document that stands for them."""
    passages: int = 0
    characters: int = 0
    attempts: int = 0
    last_error: str = ""
    error_code: str = ""
    next_try_at: datetime | None = None
    notes: tuple[str, ...] = ()
    updated_at: datetime | None = None
    indexed_at: datetime | None = None

    @property
    def searchable(self) -> bool:
        """Say whether some version of it can be found."""
        return bool(self.revision)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPassage:
    """A passage with what citing it needs. ``id`` is that of the vector store; ``document`` is the document's id."""

    id: str
    document: str
    source: str
    revision: str
    ordinal: int
    uri: str
    title: str
    heading_path: tuple[str, ...]
    text: str
    span: Span
    parent: Span
    kind: PassageKind
    language: str
    tokens: int
    version: str = ""
    updated_at: datetime | None = None
    access: str
    family: str = ""
    source_name: str = ""
    source_kind: SourceKind = "directory"
    weight: float = 1.0

    @property
    def context(self) -> str:
        """Return where the passage stands: title > heading > heading."""
        return " > ".join(part for part in (self.title, *self.heading_path) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One piece of work and how it stands. ``key`` keeps equal work from being queued twice."""

    id: str
    key: str
    kind: JobKind
    source: str = ""
    document: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    state: JobState
    attempts: int = 0
    max_attempts: int = 5
    run_at: datetime
    lease_token: str = ""
    last_error: str = ""
    error_code: str = ""
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    cancel_requested: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the documents of a source, or of all, are.

    ``rate`` is documents a second, ``remaining_seconds`` a guess from it; both None while nothing has been measured.
    """

    documents: int
    pending: int
    indexing: int
    ready: int
    failed: int
    dead: int
    skipped: int
    passages: int
    rate: float | None = None
    remaining_seconds: float | None = None
