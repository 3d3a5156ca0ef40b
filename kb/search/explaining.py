"""Say why each passage was found, as data and as lines of text."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.phrase import Phrase
from kb.lexical import Addition, terms_of
from kb.search.model import Found, Parts, SearchResult

MOST_TERMS = 8
"""Terms named for one passage; more explain nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one passage stands where it stands. ``matched`` are the question's words in it, ``added`` those added."""

    place: int
    passage: str
    context: str
    uri: str
    score: float
    parts: Parts
    matched: tuple[str, ...]
    added: tuple[Addition, ...]
    also_in: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """How a question was understood and why each passage was found."""

    asked: str
    language: str
    additions: tuple[Addition, ...]
    notes: tuple[Phrase, ...]
    reasons: tuple[Reason, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The explanation as text."""
        return tuple(_lines(self))


def explain(result: SearchResult) -> Explanation:
    """Explain a result: what was asked, what was added, and for each passage ranks, shares, weight and age."""
    asked = {term.text for term in terms_of(result.asked)}
    return Explanation(
        asked=result.asked,
        language=result.language,
        additions=result.additions,
        notes=result.notes,
        reasons=tuple(_reason(place, one, asked, result) for place, one in enumerate(result.found, start=1)),
    )


def _reason(place: int, one: Found, asked: set[str], result: SearchResult) -> Reason:
    held = {term.text for term in terms_of(f"{one.passage.context}\n{one.passage.text}")}
    added = tuple(extra for extra in result.additions if all(term.text in held for term in terms_of(extra.text)))
    return Reason(
        place=place,
        passage=one.passage.id,
        context=one.passage.context,
        uri=one.passage.uri,
        score=one.score,
        parts=one.parts,
        matched=tuple(sorted(asked & held))[:MOST_TERMS],
        added=added[:MOST_TERMS],
        also_in=one.also_in,
    )


def _lines(explanation: Explanation) -> Iterator[str]:
    yield f"searched for: {explanation.asked.replace(chr(10), ' / ')} ({explanation.language})"
    for extra in explanation.additions:
        yield f"added: {extra.text} (because of {extra.because!r}, table of {extra.table}, weight {extra.weight:g})"
    yield from (f"note: {note.en}" for note in explanation.notes)
    for reason in explanation.reasons:
        yield f"{reason.place}. {reason.context}  {reason.score:.3f}  {reason.uri}"
        yield f"   {_leg('meaning', reason.parts.dense_rank, reason.parts.dense_score, reason.parts.dense_share)}"
        yield f"   {_leg('words', reason.parts.lexical_rank, reason.parts.lexical_score, reason.parts.lexical_share)}"
        if reason.matched:
            yield f"   matched: {', '.join(reason.matched)}"
        if reason.added:
            yield f"   matched by addition: {', '.join(extra.text for extra in reason.added)}"
        yield f"   times weight {reason.parts.weight:g}, recency {reason.parts.recency:.3f}"
        if reason.parts.support:
            yield f"   plus {reason.parts.support:.3f} from other passages of the same document"
        if reason.parts.reranked is not None:
            yield f"   placed by the reranker: {reason.parts.reranked:.3f}"
        if reason.also_in:
            yield f"   also in: {', '.join(reason.also_in)}"


def _leg(name: str, rank: int | None, score: float | None, share: float) -> str:
    if rank is None or score is None:
        return f"{name}: not among the candidates"
    return f"{name}: rank {rank}, score {score:.3f}, adds {share:.3f}"
