"""The answer without a model: the best sentences of the passages found, word for word, and a verdict on the whole."""

from collections.abc import Sequence

from core.phrase import Phrase
from kb.answers.asking import parts_of, wanted
from kb.answers.choosing import PASSAGES, choose
from kb.answers.citing import citation
from kb.answers.confidence import REFUSED_BELOW, confidence
from kb.answers.conflicts import Conflict, conflict
from kb.answers.features import identifiers, share, term_groups, terms_in
from kb.answers.model import Answer, Sentence, Verdict
from kb.answers.units import Unit
from kb.search.model import SearchResult

SUPPORTED = 0.5
"""Share of a part's terms that the passages of the answer must hold, for the part to count as answered."""

NEAREST = 3
"""Pages named where there is no answer."""

NEAR = 0.02
"""Confidence from which pages are near at all: below are questions about something else altogether."""


def extract(question: str, result: SearchResult, *, refused_below: float = REFUSED_BELOW) -> Answer:
    """Return the best sentences in reading order, each cited, with a verdict.

    ``not_in_knowledge_base`` has no sentences and names the nearest pages. ``refused_below`` is a confidence.
    """
    sure = confidence(result)
    units: list[Unit] = []
    if sure >= refused_below:
        units = choose(
            result.found,
            term_groups(result),
            wanted(question),
            identifiers(result.asked),
            result.beside,
            result.language,
        )
    if not units:
        return refusal(question, result, sure)
    contradiction = conflict(units, result.found)
    if contradiction and contradiction.second.unit not in units:
        units = [*units, contradiction.second.unit]
    unsupported = unsupported_parts(question, result)
    return Answer(
        question=question,
        verdict=verdict_of(contradiction, unsupported),
        sentences=tuple(_sentence(unit, number) for number, unit in enumerate(units, start=1)),
        citations=tuple(citation(unit, number) for number, unit in enumerate(units, start=1)),
        confidence=round(sure, 3),
        language=result.language,
        notes=(*notes_of(result, units, unsupported), *((contradiction.note,) if contradiction else ())),
    )


def refusal(question: str, result: SearchResult, sure: float) -> Answer:
    """Return the answer that there is none, with the nearest pages."""
    spoken = sorted(result.found, key=lambda one: one.passage.language not in {result.language, "other"})
    pages = dict.fromkeys(f"{one.passage.title or one.passage.uri} ({one.passage.uri})" for one in spoken)
    nearest = list(pages)[:NEAREST] if sure >= NEAR else []
    return Answer(
        question=question,
        verdict="not_in_knowledge_base",
        sentences=(),
        citations=(),
        confidence=round(sure, 3),
        language=result.language,
        notes=(*result.notes, *((_nearest(nearest),) if nearest else ())),
    )


def _nearest(pages: Sequence[str]) -> Phrase:
    return Phrase(en=f"The nearest pages: {'; '.join(pages)}.", zh=f"最接近的页面：{'；'.join(pages)}。")


def verdict_of(contradiction: Conflict | None, unsupported: Sequence[str]) -> Verdict:
    """Return the verdict on an answer that has sentences."""
    return "conflicting" if contradiction else "partial" if unsupported else "answered"


def unsupported_parts(question: str, result: SearchResult) -> tuple[str, ...]:
    """Return the parts of a question of which the passages hold too little; none where it asks one thing."""
    parts = parts_of(question)
    if len(parts) < 2:
        return ()
    held = {term for one in result.found[:PASSAGES] for term in terms_in(f"{one.passage.context}\n{one.passage.text}")}
    return tuple(part for part in parts if share(term_groups(result, part), held) < SUPPORTED)


def notes_of(result: SearchResult, units: Sequence[Unit], unsupported: Sequence[str]) -> tuple[Phrase, ...]:
    """Return what a reader of the answer should know."""
    notes = list(result.notes)
    languages = sorted({unit.passage.language for unit in units} - {result.language, "other"})
    if languages and all(unit.passage.language != result.language for unit in units):
        names = ", ".join(languages)
        notes.append(
            Phrase(en=f"The sources are in another language ({names}).", zh=f"来源使用另一种语言（{names}）。")
        )
    notes += [
        Phrase(en=f"Nothing was found on this part of the question: {part}", zh=f"问题的这一部分没有找到内容：{part}")
        for part in unsupported
    ]
    return tuple(notes)


def _sentence(unit: Unit, number: int) -> Sentence:
    match unit.kind:
        case "code" | "table":
            return Sentence(text=unit.text, citations=(number,), kind=unit.kind)
        case _:
            return Sentence(text=unit.text, citations=(number,))
