"""The answer in a model's words: asked over the passages, then every sentence aligned with them or dropped."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from pydantic import BaseModel

from core.llm import Message, ModelError, Reply
from core.llm.exchange import estimated_tokens
from core.settings import ModelSettings
from kb.answers.alignment import align
from kb.answers.citing import citation
from kb.answers.conflicts import conflict
from kb.answers.extracting import extract, notes_of, unsupported_parts, verdict_of
from kb.answers.model import Answer, Sentence
from kb.answers.prompt import Said, Spoken, orders, prompt
from kb.answers.units import Unit, units_of
from kb.records.model import StoredPassage
from kb.search.model import SearchResult

PASSAGES = 6
"""Passages that a model is shown: about 3,000 tokens."""

MOST_SENTENCES = 10
LONGEST = 600
"""Characters of a sentence. What is longer is no sentence."""

LEAST_KEPT = 0.5
"""Share of a model's sentences that must stand. Where fewer do, the rest is not trusted either."""

T = TypeVar("T", bound=BaseModel)
_MARKUP = re.compile(r"<\s?/?[a-z!][^>]{0,200}>|!\[|\]\(|^\s{0,3}(?:#{1,6}\s|>\s|```)", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)、])\s+")
_CITED = re.compile(r"\s?[\[【]\d{1,3}(?:\s?[,，]\s?\d{1,3}){0,9}[\]】]")


class Asked(Protocol):
    """What is needed of a model; ``core.llm.Model`` is one."""

    settings: ModelSettings

    async def complete_json(
        self, messages: Sequence[Message], schema: type[T], *, seconds: float | None = None
    ) -> tuple[T, Reply]:
        """Return an answer of the given form, or raise a ``ModelError``."""
        ...


async def worded(
    question: str, result: SearchResult, model: Asked, *, language: Spoken | None = None, deadline: float | None = None
) -> Answer:
    """Return the answer in a model's words, or the extractive one with a note that says why.

    Verdict and confidence are those of the passages. Takes no longer than ``deadline`` seconds and raises no
    ``ModelError``. A question that the passages do not answer is not put to the model.
    """
    plain = extract(question, result)
    shown = [one.passage for one in result.found[:PASSAGES] if not orders(f"{one.passage.context}\n{one.passage.text}")]
    if plain.verdict == "not_in_knowledge_base" or not shown:
        return plain
    boundary = secrets.token_hex(16)
    spoken: Spoken = language or result.language
    shown, messages = _fitted(question, shown, spoken, boundary, model.settings.max_input_tokens)
    try:
        said, _ = await model.complete_json(messages, Said, seconds=deadline)
    except ModelError as exc:
        return _plainly(plain, f"Not worded by a model: {exc.message}")
    texts = [_tidy(sentence.text) for sentence in said.sentences]
    if any(boundary in text for text in texts):
        return _plainly(plain, "Not worded by a model: its answer repeats what only its instructions hold.")
    return _checked(question, result, plain, texts, [unit for one in shown for unit in units_of(one)])


def _fitted(
    question: str, passages: Sequence[StoredPassage], language: Spoken, boundary: str, most: int
) -> tuple[list[StoredPassage], tuple[Message, Message]]:
    """Return the most passages that fit into a prompt of ``most`` tokens, as estimated; one at least."""
    kept = list(passages)
    while True:
        messages = prompt(question, kept, language, boundary)
        if len(kept) == 1 or sum(estimated_tokens(message.text) for message in messages) <= most:
            return kept, messages
        kept.pop()


def _checked(question: str, result: SearchResult, plain: Answer, texts: Sequence[str], units: Sequence[Unit]) -> Answer:
    numbers: dict[tuple[str, int], int] = {}
    used: list[Unit] = []
    sentences: list[Sentence] = []
    dropped: list[str] = []
    for text in texts[:MOST_SENTENCES]:
        fault = _unclean(text)
        support: tuple[Unit, ...] = ()
        if not fault:
            alignment = align(text, units, question)
            support, fault = alignment.units, alignment.fault
        if fault:
            dropped.append(f"A sentence of the model was dropped: {fault}.")
        elif all(text != kept.text for kept in sentences):
            for unit in support:
                if (unit.passage.id, unit.place) not in numbers:
                    used.append(unit)
                    numbers[unit.passage.id, unit.place] = len(used)
            cited = tuple(numbers[unit.passage.id, unit.place] for unit in support)
            sentences.append(Sentence(text=text, citations=cited))
    if not sentences or len(sentences) < LEAST_KEPT * len(texts[:MOST_SENTENCES]):
        return _plainly(plain, "Not worded by a model: too little of its answer stands in the passages.", *dropped)
    contradiction = conflict(used, result.found)
    if contradiction and contradiction.second.unit not in used:
        used.append(contradiction.second.unit)
        sentences.append(Sentence(text=contradiction.second.unit.text, citations=(len(used),)))
    unsupported = unsupported_parts(question, result)
    return replace(
        plain,
        verdict=verdict_of(contradiction, unsupported),
        sentences=tuple(sentences),
        citations=tuple(citation(unit, number) for number, unit in enumerate(used, start=1)),
        by="model",
        notes=(
            *notes_of(result, used, unsupported),
            *((contradiction.note,) if contradiction else ()),
            *dict.fromkeys(dropped),
        ),
    )


def _plainly(plain: Answer, *notes: str) -> Answer:
    return replace(plain, notes=(*plain.notes, *dict.fromkeys(notes)))


def _tidy(text: str) -> str:
    """Take off bullets, and citations that a model wrote although they are added afterwards."""
    return _CITED.sub("", _BULLET.sub("", text[: LONGEST * 2])).strip()


def _unclean(text: str) -> str:
    """Return why a sentence cannot be shown, whatever it rests on."""
    if not text or len(text) > LONGEST:
        return "it is empty or too long"
    if any(ord(char) < 32 or char in "\u2028\u2029\u202e" for char in text.replace("\n", " ")):
        return "it holds control characters"
    if _MARKUP.search(text):
        return "it holds markup"
    return "it speaks to a model" if orders(text) else ""
