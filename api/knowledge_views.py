"""Records of the knowledge base as answers show them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request

from api.answers import language_of
from api.asking_models import AdditionView, AnswerView, CitationView, FoundView, SearchAnswer, SentenceView, WhyView
from api.knowledge_models import DocumentView, PassageView, ProgressView, SourceView, SpanView, WatchView
from api.models import Sentence
from core.phrase import Language
from core.redaction import redact
from kb.answers.model import Answer
from kb.documents.document import Span
from kb.documents.language import language_of as language_of_text
from kb.feeding import Watch
from kb.knowledge import Parts
from kb.records.model import Progress, SourceKind, SourceRecord, StoredDocument, StoredPassage
from kb.search.explaining import Explanation, Reason
from kb.search.model import Found, SearchResult
from kb.standing import standing
from kb.stores import namespace_of

_PLACES = ("url", "path", "location")
"""Options that say where a source is; the first one that it has is shown to people."""

_WITHOUT_PLACE: Mapping[SourceKind, str] = {
    "crds": "kinds of the connected cluster",
    "diagnoses": "resolved incidents",
    "events": "events of the connected cluster",
    "seed": "bundled with Sextant",
    "upload": "uploaded documents",
}


def location_of(source: SourceRecord) -> str:
    """Return where a source is, for people; without passwords."""
    place = next((str(source.options[name]) for name in _PLACES if source.options.get(name)), "")
    return redact(place) if place else _WITHOUT_PLACE.get(source.kind, "")


async def shown_source(parts: Parts, source: SourceRecord) -> SourceView:
    """Return how a source is shown now: with the progress of its documents, and one of events with its watch."""
    namespace = namespace_of(source.access) if source.kind == "events" else ""
    watch = await parts.feeds.watch(namespace) if namespace else None
    return source_view(source, await parts.documents.progress(source.id), watch)


def source_view(source: SourceRecord, progress: Progress, watch: Watch | None = None) -> SourceView:
    """Return how a source is shown. Passwords in its options are masked."""
    stands = standing(source, progress, watch)
    return SourceView(
        id=source.id,
        name=source.name,
        kind=source.kind,
        location=location_of(source),
        options=_masked(source.options),
        access=source.access,
        weight=source.weight,
        schedule_seconds=source.schedule_seconds,
        state=stands.state,
        status=Sentence(en=redact(stands.said.en), zh=redact(stands.said.zh)),
        created_at=source.created_at,
        created_by=source.created_by,
        synced_at=source.synced_at,
        next_sync_at=source.next_sync_at,
        last_error=redact(source.last_error),
        error_code=source.error_code,
        progress=progress_view(progress),
        watch=WatchView(**{**asdict(watch), "error": redact(watch.error)}) if watch else None,
    )


def progress_view(progress: Progress) -> ProgressView:
    """Return how progress is shown."""
    return ProgressView(**asdict(progress))


def document_view(document: StoredDocument, source_name: str, seen: Collection[str] = ()) -> DocumentView:
    """Return how a document is shown. The one that it is a copy of is named where it is among those ``seen``."""
    copy = document.family != document.id and document.family in seen
    return DocumentView(
        id=document.id,
        source=document.source,
        source_name=source_name,
        uri=redact(document.uri),
        title=document.title,
        language=document.language,
        version=document.version,
        media_type=document.media_type,
        access=document.access,
        state=document.state,
        searchable=document.searchable,
        passages=document.passages,
        characters=document.characters,
        attempts=document.attempts,
        last_error=redact(document.last_error),
        error_code=document.error_code,
        next_try_at=document.next_try_at,
        duplicate_of=document.family if copy else None,
        notes=list(document.notes),
        updated_at=document.updated_at,
        indexed_at=document.indexed_at,
    )


def span_view(span: Span) -> SpanView:
    """Return how a span is shown."""
    return SpanView(start=span[0], end=span[1])


def passage_view(passage: StoredPassage) -> PassageView:
    """Return how a passage is shown."""
    return PassageView(
        id=passage.id,
        document=passage.document,
        source=passage.source,
        source_name=passage.source_name,
        uri=redact(passage.uri),
        title=passage.title,
        heading_path=list(passage.heading_path),
        text=passage.text,
        span=span_view(passage.span),
        parent=span_view(passage.parent),
        kind=passage.kind,
        language=passage.language,
        tokens=passage.tokens,
        version=passage.version,
        updated_at=passage.updated_at,
        access=passage.access,
    )


def found_view(found: Found, reason: Reason | None) -> FoundView:
    """Return how a hit is shown; with a ``reason`` also how it came to its score."""
    why = None
    if reason is not None:
        added = [addition.text for addition in reason.added]
        why = WhyView(**asdict(reason.parts), matched=list(reason.matched), added=added)
    return FoundView(
        passage=passage_view(found.passage),
        score=round(found.score, 6),
        also_in=[redact(uri) for uri in found.also_in],
        variants=[passage_view(variant) for variant in found.variants],
        why=why,
    )


def language_of_question(request: Request, question: str) -> Language:
    """Return the language that notes on a question are in: its own, where it has none that of the request."""
    match language_of_text(question):
        case "zh":
            return "zh"
        case "en":
            return "en"
        case _:
            return language_of(request)


def search_view(result: SearchResult, explanation: Explanation | None, language: Language) -> SearchAnswer:
    """Return how the result of a search is shown, with notes in ``language``."""
    reasons: list[Reason | None] = [*explanation.reasons] if explanation else [None] * len(result.found)
    return SearchAnswer(
        found=[found_view(found, reason) for found, reason in zip(result.found, reasons, strict=True)],
        asked=result.asked,
        language=result.language,
        additions=[AdditionView(**asdict(addition)) for addition in result.additions],
        notes=[note.in_language(language) for note in result.notes],
        seconds={name: round(seconds, 6) for name, seconds in result.seconds.items()},
        model=result.model,
    )


def answer_view(answer: Answer, language: Language) -> AnswerView:
    """Return how an answer is shown, with notes in ``language``."""
    return AnswerView(
        question=answer.question,
        verdict=answer.verdict,
        sentences=[
            SentenceView(text=sentence.text, citations=list(sentence.citations), kind=sentence.kind)
            for sentence in answer.sentences
        ],
        citations=[
            CitationView(
                **{
                    **asdict(citation),
                    "uri": redact(citation.uri),
                    "heading_path": list(citation.heading_path),
                    "span": span_view(citation.span),
                }
            )
            for citation in answer.citations
        ],
        confidence=round(answer.confidence, 4),
        language=answer.language,
        by=answer.by,
        notes=[note.in_language(language) for note in answer.notes],
    )


def _masked(options: Any) -> Any:
    if isinstance(options, str):
        return redact(options)
    if isinstance(options, dict):
        return {str(key): _masked(value) for key, value in options.items()}
    if isinstance(options, list | tuple):
        return [_masked(value) for value in options]
    return options
