"""What is said of events: patterns, incidents, what is alike and what helped."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.knowledge_models import CLEAN, PROSE
from api.models import NAMESPACE_PATTERN, Request, Sentence


class PatternView(BaseModel):
    """One kind of trouble of one workload. ``wording`` is the message with placeholders."""

    id: str
    cluster: str
    namespace: str
    workload: str = Field(examples=["Deployment/checkout"])
    kind: str
    reason: str = Field(examples=["BackOff"])
    type: str = Field(examples=["Warning"])
    wording: str
    sample: str
    image: str
    component: str
    count: int
    first_seen: datetime
    last_seen: datetime
    returned_at: datetime | None
    novelty: Literal["new", "new_here", "returned"] | None = Field(
        default=None, description="With `novel`: in which way it is new."
    )
    why: Sentence | None = Field(default=None, description="With `novel`: why that is believed.")


class PatternList(BaseModel):
    """Some patterns, last seen first. Pass ``next_cursor`` as ``cursor``; null: there are no more."""

    patterns: list[PatternView]
    next_cursor: str | None


class IncidentBody(Request):
    """What a person did about a trouble, and whether it helped. Who says so is known from the call."""

    id: Annotated[str, Field(max_length=128, pattern=CLEAN, description="The same again replaces it.")] = ""
    namespace: Annotated[str, Field(min_length=1, max_length=63, pattern=NAMESPACE_PATTERN, examples=["shop"])]
    workload: Annotated[
        str, Field(min_length=1, max_length=320, pattern=CLEAN, examples=["deploy/checkout"], description="KIND/NAME.")
    ]
    fix: Annotated[
        str,
        Field(min_length=1, max_length=4000, pattern=PROSE, examples=["raised the memory limit to 512Mi"]),
    ]
    outcome: Literal["worked", "failed", "unknown"] = Field(default="unknown", examples=["worked"])
    code: Annotated[str, Field(max_length=120, pattern=CLEAN, description="The code of the finding.")] = ""
    variant: Annotated[str, Field(max_length=120, pattern=CLEAN)] = ""
    reason: Annotated[str, Field(max_length=120, pattern=CLEAN, description="The reason of the event.")] = ""
    message: Annotated[str, Field(max_length=2000, pattern=PROSE)] = ""
    image: Annotated[str, Field(max_length=400, pattern=CLEAN)] = ""
    note: Annotated[str, Field(max_length=4000, pattern=PROSE)] = ""
    origin: Annotated[str, Field(max_length=200, pattern=CLEAN, description="The diagnosis, such as its run.")] = ""
    resolved_at: datetime | None = Field(default=None, strict=False, description="By default now.")


class IncidentView(BaseModel):
    """A resolved trouble: what it was, what was done, by whom, and whether it helped."""

    id: str
    namespace: str
    workload: str
    fix: str
    author: str
    outcome: Literal["worked", "failed", "unknown"]
    resolved_at: datetime
    code: str
    variant: str
    reason: str
    message: str
    image: str
    note: str
    origin: str
    cluster: str


class IncidentList(BaseModel):
    """Some incidents, by id. Pass ``next_cursor`` as ``cursor``; null: there are no more."""

    incidents: list[IncidentView]
    next_cursor: str | None


class SimilarView(BaseModel):
    """Something like it that happened before: an incident, or a pattern that nobody has resolved."""

    incident: IncidentView | None
    pattern: PatternView | None
    score: float
    match: float
    decay: float
    boosts: dict[str, float]


class RemedyView(BaseModel):
    """A fix that was tried before, and the sentence that says how often it helped."""

    fix: str
    worked: int
    failed: int
    unknown: int
    advisable: bool
    last_at: datetime
    author: str
    incidents: list[str]
    says: Sentence


class SimilarList(BaseModel):
    """What happened before, best first, and what worked then."""

    similar: list[SimilarView]
    worked_before: list[RemedyView]
