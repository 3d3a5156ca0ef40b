"""An answer out of the knowledge base: sentences, each with its citations, and a verdict on the whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.phrase import Phrase
from kb.documents.document import Span

Verdict = Literal["answered", "partial", "conflicting", "not_in_knowledge_base"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What carries a sentence. ``quote`` stands at ``span`` of the document's text; ``number`` is that of ``[1]``."""

    number: int
    passage: str
    document: str
    revision: str
    title: str
    uri: str
    heading_path: tuple[str, ...]
    version: str
    updated_at: datetime | None
    source: str
    language: str
    span: Span
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence, or one block of code, of an answer and the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]
    kind: Literal["text", "code", "table"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the knowledge base says to a question. ``by`` tells whether a model worded it.

    ``confidence`` is 0 to 1, measured on questions with known answers; ``notes`` are sentences for the reader.
    """

    question: str
    verdict: Verdict
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    confidence: float
    language: Literal["en", "zh", "other"]
    by: Literal["passages", "model"] = "passages"
    notes: tuple[Phrase, ...] = ()
