"""What requests on the knowledge base may say and what answers say."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from api.models import Request, RunView, Sentence
from kb.records.model import DocumentState, SourceKind
from kb.standing import SourceStanding

CLEAN = r"^[^\x00-\x1f\x7f]*$"
PROSE = r"^[^\x00]*$"
ACCESS_PATTERN = r"^(platform|namespace:[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)$"
MAX_SOURCE_NAME = 120
"""Characters: the name is a column of a table and part of a command."""
MAX_WEIGHT = 10.0
"""Ten times the weight of others already decides every search."""
SHORTEST_SCHEDULE = 60
"""Seconds: a source that is read more often than every minute is a burden on somebody else's server."""
LONGEST_SCHEDULE = 366 * 86_400


Label = Annotated[str, Field(max_length=73, pattern=ACCESS_PATTERN, examples=["platform", "namespace:shop"])]
Weight = Annotated[float, Field(gt=0, le=MAX_WEIGHT, examples=[1.0])]
Schedule = Annotated[int, Field(ge=SHORTEST_SCHEDULE, le=LONGEST_SCHEDULE, examples=[86_400])]
SourceName = Annotated[str, Field(min_length=1, max_length=MAX_SOURCE_NAME, pattern=CLEAN, examples=["team-docs"])]


class SourceRequest(Request):
    """A place to read documents from: ``location`` as a person types it, or ``kind`` with its options."""

    location: str = Field(
        default="",
        max_length=2000,
        pattern=CLEAN,
        examples=["https://docs.example.com"],
        description="A URL, a folder of the server (a person's own server only), a Git URL, `crds` or `events`.",
    )
    kind: SourceKind | None = Field(default=None, description="Instead of `location`, with `options`.")
    options: dict[str, Any] = Field(
        default_factory=dict,
        description="The options of the kind; beside a location those that it does not say, such as `include`.",
    )
    name: SourceName | None = Field(default=None, description="What to call it; by default its own name.")
    access: Label = Field(
        default="platform",
        description="Who may find its documents: everybody, or those who may read the pods of a namespace.",
    )
    weight: Weight = Field(default=1.0, description="Multiplies the score of its passages; 1 is neutral.")
    schedule_seconds: Schedule | None = Field(default=None, description="Read it again after so many seconds.")

    @model_validator(mode="after")
    def _one_place(self) -> "SourceRequest":
        if bool(self.location.strip()) == (self.kind is not None):
            raise ValueError("give either location, or kind with its options")
        return self


class SourceChange(Request):
    """What shall be different. Fields that are not sent stay as they are; a null schedule ends it."""

    name: SourceName | None = Field(default=None, description="What to call it.")
    access: Label | None = Field(default=None, description="Who may find its documents.")
    weight: Weight | None = Field(default=None, description="Multiplies the score of its passages.")
    schedule_seconds: Schedule | None = Field(default=None, description="Null: only when somebody asks for it.")

    @model_validator(mode="after")
    def _something(self) -> "SourceChange":
        if not self.model_fields_set:
            raise ValueError("nothing to change: give name, access, weight or schedule_seconds")
        return self


class ProgressView(BaseModel):
    """How far the documents are. ``rate`` is documents a second; both last fields are null while nothing is known."""

    documents: int
    pending: int = Field(description="Wait for their turn.")
    indexing: int
    ready: int
    failed: int = Field(description="Are tried again by themselves.")
    dead: int = Field(description="Gave up; `retry` tries them again.")
    skipped: int = Field(description="Hold nothing to index.")
    passages: int
    rate: float | None
    remaining_seconds: float | None


class WatchView(BaseModel):
    """How the events of a namespace are watched. ``since`` is null while they never were."""

    namespace: str
    live: bool = Field(description="Whether this service watches them now.")
    error: str = Field(description="Why it does not.")
    since: datetime | None
    patterns: int = Field(description="Patterns of warnings that are remembered.")
    events: int = Field(description="How often they occurred.")
    last_seen: datetime | None


class SourceView(BaseModel):
    """A source, as it is now. ``last_error`` is in plain words."""

    id: str = Field(examples=["s-3f2a9c1e"])
    name: str = Field(examples=["team-docs"])
    kind: SourceKind
    location: str = Field(examples=["https://docs.example.com"], description="Where it is, for people.")
    options: dict[str, Any]
    access: str
    weight: float
    schedule_seconds: int | None
    state: SourceStanding = Field(
        description="Of the source and its documents together: `indexing` while some wait, `failed` where none could "
        "be indexed."
    )
    status: Sentence = Field(
        description="The same in words, with what is open or failed.",
        examples=[{"en": "indexing 12 of 40", "zh": "正在索引 12/40"}],
    )
    created_at: datetime
    created_by: str
    synced_at: datetime | None
    next_sync_at: datetime | None
    last_error: str
    error_code: str
    progress: ProgressView
    watch: WatchView | None = Field(description="Of a source of events.")


class SourceList(BaseModel):
    """Some sources, by name. Pass ``next_cursor`` as ``cursor`` for the next ones; null: there are no more."""

    sources: list[SourceView]
    next_cursor: str | None


class SourceStarted(BaseModel):
    """A source and the run that follows what happens to it."""

    source: SourceView
    run: RunView
    documents: list[str] = Field(default_factory=list, description="Ids of documents that were sent along.")


class DocumentView(BaseModel):
    """A document and how its indexing stands. ``searchable``: some version of it can be found."""

    id: str
    source: str
    source_name: str
    uri: str
    title: str
    language: str
    version: str
    media_type: str
    access: str
    state: DocumentState
    searchable: bool
    passages: int
    characters: int
    attempts: int
    last_error: str
    error_code: str
    next_try_at: datetime | None
    duplicate_of: str | None = Field(description="The document that stands for it in searches, where it is a copy.")
    notes: list[str]
    updated_at: datetime | None
    indexed_at: datetime | None


class DocumentList(BaseModel):
    """Some documents. Pass ``next_cursor`` as ``cursor`` for the next ones; null: there are no more."""

    documents: list[DocumentView]
    next_cursor: str | None


class TextView(BaseModel):
    """A stretch of a document's text. ``start`` and ``end`` count characters; ``total`` is its whole length."""

    document: str
    revision: str
    uri: str
    title: str
    start: int
    end: int
    total: int
    text: str


class SpanView(BaseModel):
    """Where something stands in a document's text, in characters."""

    start: int
    end: int


class PassageView(BaseModel):
    """A passage and everything that citing it needs. ``parent`` is the wider stretch to read."""

    id: str
    document: str
    source: str
    source_name: str
    uri: str
    title: str
    heading_path: list[str]
    text: str
    span: SpanView
    parent: SpanView
    kind: str
    language: str
    tokens: int
    version: str
    updated_at: datetime | None
    access: str


class PassageInContext(PassageView):
    """A passage with the text around it."""

    parent_text: str


class TroubleView(BaseModel):
    """Why the knowledge base does not work now."""

    code: str
    message: str
    next_step: str


class KnowledgeView(BaseModel):
    """The knowledge base of this service. Totals are of what the caller may read."""

    state: Literal["ready", "trouble", "off"]
    trouble: TroubleView | None
    store: str = Field(examples=["edge"], description="Where vectors live.")
    model: str = Field(examples=["bundled"], description="Which model makes them.")
    collection: str = Field(examples=["passages"], description="The collection in use.")
    sources: int
    progress: ProgressView | None
    queue: int = Field(description="Jobs that run or wait for their turn.")
