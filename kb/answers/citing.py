"""Citations: what a sentence rests on, with its exact place in the document, and the proof that it stands there."""

from collections.abc import Callable

from kb.answers.model import Answer, Citation
from kb.answers.units import Unit

TextOf = Callable[[str, str], str | None]
"""Return the text of a document's revision (``document``, ``revision``), None where there is none."""


def citation(unit: Unit, number: int) -> Citation:
    """Return the citation of a unit."""
    passage = unit.passage
    return Citation(
        number=number,
        passage=passage.id,
        document=passage.document,
        revision=passage.revision,
        title=passage.title,
        uri=passage.uri,
        heading_path=passage.heading_path,
        version=passage.version,
        updated_at=passage.updated_at,
        source=passage.source_name or passage.source,
        language=passage.language,
        span=unit.span,
        quote=unit.text,
    )


def verify(answer: Answer, text_of: TextOf) -> bool:
    """Say whether every sentence is cited and every citation's quote stands at its span of the document's text."""
    numbers = {one.number for one in answer.citations}
    if len(numbers) != len(answer.citations):
        return False
    if any(not sentence.citations or not numbers.issuperset(sentence.citations) for sentence in answer.sentences):
        return False
    return all(_stands(one, text_of(one.document, one.revision)) for one in answer.citations)


def _stands(one: Citation, text: str | None) -> bool:
    start, end = one.span
    return text is not None and bool(one.quote) and 0 <= start < end and text[start:end] == one.quote
