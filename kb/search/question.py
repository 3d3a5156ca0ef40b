"""Understand a question: its language, what is added to it, and what each half of the search is asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from core.phrase import Phrase
from kb.documents.document import Language
from kb.documents.language import language_of
from kb.lexical import Addition, TermVector, expand, query_vector, terms_of
from kb.search.errors import QuestionEmpty
from kb.search.following import asked
from kb.search.model import SearchRequest
from kb.search.settings import SearchSettings

MAX_CHARACTERS = 4_000
"""No model reads more of a question, and the tables of terms are not searched through a whole log."""

SHORT_TERMS = 14
"""Terms up to which symptoms are expanded. A longer text says itself what it is about: expanding definitions costs
them 3 points of recall@5; no operator question of the development set is longer."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z0-9]+(?:[._\-/:@][A-Za-z0-9]+)*")
_NAME = re.compile(r"[a-z0-9][A-Z]|[A-Za-z0-9][._\-/:@][A-Za-z]")
_WORD = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question as it is searched.

    ``own`` are the languages that it is searched in by both legs with ``terms``; ``across`` those that are searched
    by meaning, with ``translated`` (the question and its terms in English), and by ``names``, the Latin words of a
    Chinese question; ``named`` says that an identifier is among them. ``named_symptoms`` is the question and what its
    symptoms are called: the dense leg of its own languages is asked with the mean of both.
    """

    text: str
    language: Language
    additions: tuple[Addition, ...]
    own: tuple[str, ...]
    across: tuple[str, ...]
    terms: TermVector
    names: TermVector
    named: bool
    translated: str
    named_symptoms: str
    notes: tuple[Phrase, ...]


def understand(request: SearchRequest, settings: SearchSettings) -> Question:
    """Return what a request asks for. Raises ``QuestionEmpty``."""
    if not _WORD.search(request.text):
        message = f"the question {request.text[:40]!r} holds no letter and no digit"
        raise QuestionEmpty(message, next_step="ask in words, or give a name or an error message")
    notes: list[Phrase] = []
    text = asked(request.text.strip(), request.conversation, settings.conversation)
    if text != request.text.strip():
        notes.append(
            Phrase(
                en="The question leans on the conversation: it was searched together with the questions before it.",
                zh="这个问题承接前面的对话：检索时加上了之前的问题。",
            )
        )
    if len(text) > MAX_CHARACTERS:
        text = text[-MAX_CHARACTERS:] if text.endswith(request.text.strip()) else text[:MAX_CHARACTERS]
        notes.append(
            Phrase(
                en=f"The question is long: only {MAX_CHARACTERS} characters of it were searched for.",
                zh=f"问题太长：只检索了其中 {MAX_CHARACTERS} 个字符。",
            )
        )
    language = language_of(text)
    additions = expand(text).additions
    if len({term.text for term in terms_of(text)}) > SHORT_TERMS:
        additions = tuple(one for one in additions if one.table != "symptoms")
    latin = _LATIN.findall(text) if language == "zh" else []
    named = any(_NAME.search(word) for word in latin)
    own, across = _languages(language, request.languages, settings)
    return Question(
        text=text,
        language=language,
        additions=additions,
        own=own,
        across=across,
        terms=query_vector(text, additions=((one.text, one.weight) for one in additions)),
        names=query_vector(" ".join(latin)),
        named=named,
        translated=_translated(text, additions) if language == "zh" else text,
        named_symptoms=" ".join([text, *(one.text for one in additions if one.table == "symptoms")]),
        notes=tuple(notes),
    )


def _languages(
    language: Language, wanted: Sequence[str], settings: SearchSettings
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the languages of each half. Passages in ``other`` (code, tables of names) belong to every question."""
    allowed = tuple(one for one in LANGUAGES if not wanted or one in wanted)
    if language == "other":
        return allowed, ()
    own = tuple(one for one in allowed if one in {language, "other"})
    return own, tuple(one for one in allowed if one not in own) if settings.across_languages else ()


def _translated(text: str, additions: Sequence[Addition]) -> str:
    """Return a Chinese question with the English terms of the tables: for the dense leg in English passages.

    Measured: a Chinese question finds its English page among the first five in 71 of 100 cases alone, in 90 with them.
    """
    english = dict.fromkeys(one.text for one in additions if not _HAN.search(one.text))
    return " ".join([text, *english])
