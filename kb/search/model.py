"""What is asked of a search and what it answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from core.phrase import Phrase
from kb.lexical import Addition
from kb.records.model import StoredPassage
from kb.stores import Access


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRequest:
    """A question and where to look. ``access`` is the caller's, made by the server and never by the question.

    ``token_budget`` bounds the tokens of all passages together (None: ``limit`` alone counts). ``conversation`` holds
    earlier questions, oldest first, that a short follow-up question leans on. ``beside`` asks for the
    passages of the first documents that stand at most so many places before or after those that were found.
    """

    text: str
    access: Access
    limit: int = 10
    token_budget: int | None = None
    sources: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    updated_since: datetime | None = None
    conversation: tuple[str, ...] = ()
    beside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How a passage came to its score: ``(dense share + lexical share) * weight * recency + support``.

    Ranks count from 1. ``support`` comes from other passages of the same document; only its best passage has any.
    """

    dense_score: float | None
    dense_rank: int | None
    dense_share: float
    lexical_score: float | None
    lexical_rank: int | None
    lexical_share: float
    weight: float
    recency: float
    support: float = 0.0
    reranked: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage that was found. ``also_in`` are uris of near-duplicates that it stands for.

    ``variants`` are passages of those near-duplicates that were found as well, the best of each: what another version
    of the same page says.
    """

    passage: StoredPassage
    score: float
    parts: Parts
    also_in: tuple[str, ...] = ()
    variants: tuple[StoredPassage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The passages found, best first, and how the question was understood.

    ``asked`` is what was searched for (the question, or question and conversation); ``notes`` are sentences on what
    the caller should know: a question that was cut, a leg that did not run.
    """

    found: tuple[Found, ...]
    asked: str
    language: Literal["en", "zh", "other"]
    additions: tuple[Addition, ...] = ()
    notes: tuple[Phrase, ...] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    model: str = ""
    beside: tuple[Found, ...] = ()
