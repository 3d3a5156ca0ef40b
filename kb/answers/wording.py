"""The answer in a model's words: asked over the passages, then every sentence aligned with them or dropped."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from pydantic import BaseModel

from core.llm import Message, ModelError, Reply
from core.llm.exchange import estimated_tokens
from core.phrase import Phrase
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
        return _plainly(plain, _unworded(exc.message, exc.message))
    texts = [_tidy(sentence.text) for sentence in said.sentences]
    if any(boundary in text for text in texts):
        return _plainly(
            plain, _unworded("its answer repeats what only its instructions hold.", "其回答重复了只属于指令的内容。")
        )
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
    dropped: list[Phrase] = []
    for text in texts[:MOST_SENTENCES]:
        fault = _unclean(text)
        support: tuple[Unit, ...] = ()
        if fault is None:
            alignment = align(text, units, question)
            support, fault = alignment.units, alignment.fault
        if fault is not None:
            said = Phrase(
                en=f"A sentence of the model was dropped: {fault.en}.", zh=f"模型的一句话被删去：{fault.zh}。"
            )
            dropped.append(said)
        elif all(text != kept.text for kept in sentences):
            for unit in support:
                if (unit.passage.id, unit.place) not in numbers:
                    used.append(unit)
                    numbers[unit.passage.id, unit.place] = len(used)
            cited = tuple(numbers[unit.passage.id, unit.place] for unit in support)
            sentences.append(Sentence(text=text, citations=cited))
    if not sentences or len(sentences) < LEAST_KEPT * len(texts[:MOST_SENTENCES]):
        too_little = _unworded("too little of its answer stands in the passages.", "其回答大多没有段落依据。")
        return _plainly(plain, too_little, *dropped)
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


def _unworded(en: str, zh: str) -> Phrase:
    return Phrase(en=f"Not worded by a model: {en}", zh=f"未由模型措辞：{zh}")


def _plainly(plain: Answer, *notes: Phrase) -> Answer:
    return replace(plain, notes=(*plain.notes, *dict.fromkeys(notes)))


def _tidy(text: str) -> str:
    """Take off bullets, and citations that a model wrote although they are added afterwards."""
    return _CITED.sub("", _BULLET.sub("", text[: LONGEST * 2])).strip()


def _unclean(text: str) -> Phrase | None:
    """Return why a sentence cannot be shown, whatever it rests on."""
    if not text or len(text) > LONGEST:
        return Phrase(en="it is empty or too long", zh="内容为空或过长")
    if any(ord(char) < 32 or char in "\u2028\u2029\u202e" for char in text.replace("\n", " ")):
        return Phrase(en="it holds control characters", zh="含有控制字符")
    if _MARKUP.search(text):
        return Phrase(en="it holds markup", zh="含有标记")
    return Phrase(en="it speaks to a model", zh="是对模型说的话") if orders(text) else None
