"""What a search says about whether it found an answer: nearness, shared words, names, agreement, as numbers."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.lexical import terms_of
from kb.search.model import Found, SearchResult

NEAREST = 5
"""Passages whose mean cosine counts. All ten would say how large the knowledge base is: on a small one the last are
about something else. With five 77 of 100 unanswerable questions are refused at 12 false refusals, with ten 70."""

FRAME = frozenset(
    term.text for term in terms_of("mean means meaning definition defined difference between 意思 含义 定义 区别 什么")
)
"""Terms of a question for a definition that are not what it asks about."""

TITLES = 5
"""Passages whose headings count."""

MANY_TERMS = 12
"""Questions of more terms are alike."""

MOST_MISSING, MOST_NAMES = 4, 3
"""Terms and names that no passage holds: more of them say no more."""

OFFSETS = {("zh", "zh"): -0.022, ("zh", "other"): -0.022, ("zh", "en"): 0.020, ("en", "zh"): 0.030}
"""What makes cosines comparable: the mean of answerable questions against English within English. Two Chinese texts
are nearer to each other, two texts of different languages farther apart."""

_WORD = re.compile(r"[A-Za-z0-9][\w./:-]*[A-Za-z0-9]")
_IDENTIFIER = re.compile(
    r"(?<![\w./:-])(?:[A-Za-z]+[a-z0-9](?:[A-Z]+[a-z0-9]*)+|[A-Z]{2,}[a-z]+(?:[A-Z][a-z]+)+)(?![\w])"
)
_LATIN = re.compile(r"[A-Za-z]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a search says about whether it found an answer.

    ``meaning`` is the best cosine and ``meanings`` the mean of the best ones; ``known`` the share of the question's
    terms that any passage holds and ``missing`` how many none holds; ``titled`` the share in the title and headings
    of one passage; ``agreed`` how high one passage stands in both legs; ``length`` counts terms up to 1; ``chinese`` is
    the question's language, ``foreign`` the share of passages in another one. ``words`` and ``names`` count the words
    in Latin letters that no passage holds: of a Chinese question those are ``names``, mostly of products, and of any
    other ``words``. ``first`` is the share of the terms that the first passage holds alone.
    """

    meaning: float
    meanings: float
    known: float
    missing: float
    titled: float
    agreed: float
    length: float
    chinese: float
    foreign: float
    words: float
    names: float
    first: float


def features(result: SearchResult) -> Features:
    """Return the features of a result; all zero where nothing was found."""
    found = result.found
    groups = term_groups(result)
    nearest = cosines(result)[:NEAREST]
    terms = [terms_in(f"{one.passage.context}\n{one.passage.text}") for one in found]
    held = {term for passage in terms for term in passage}
    lost = [group for group in groups if held.isdisjoint(group)]
    unnamed = float(min(sum(all(map(_LATIN.fullmatch, group)) for group in lost), MOST_NAMES))
    first = found[:TITLES]
    chinese = result.language == "zh"
    return Features(
        meaning=max(nearest, default=0.0),
        meanings=sum(nearest) / len(nearest) if nearest else 0.0,
        known=share(groups, held),
        missing=float(min(len(lost), MOST_MISSING)),
        titled=max((share(groups, terms_in(one.passage.context)) for one in first), default=0.0),
        agreed=max((agreement(one) for one in first), default=0.0),
        length=min(max(len(groups), 1), MANY_TERMS) / MANY_TERMS,
        chinese=float(chinese),
        foreign=_foreign(result, first),
        words=0.0 if chinese else unnamed,
        names=unnamed if chinese else 0.0,
        first=share(groups, terms[0]) if terms else 0.0,
    )


def cosines(result: SearchResult) -> list[float]:
    """Return the cosines of the passages found, as of English within English, the nearest first."""
    return sorted((cosine for one in result.found if (cosine := _cosine(one, result)) is not None), reverse=True)


def identifiers(question: str) -> frozenset[str]:
    """Return the identifiers of a question, in lower case: names in several humps or parts, no plain words."""
    return frozenset(name.lower() for name in _IDENTIFIER.findall(question))


def names_title(one: Found, names: frozenset[str]) -> bool:
    """Say whether the title or a heading of a passage holds one of the identifiers."""
    return bool(names) and not names.isdisjoint(word.lower() for word in _WORD.findall(one.passage.context))


def term_groups(result: SearchResult, text: str | None = None) -> list[frozenset[str]]:
    """Return the terms of the question, or of a part of it, each with what the tables put beside it.

    Any of a group stands for the term.
    """
    beside: dict[str, set[str]] = {}
    for extra in result.additions:
        for term in terms_of(extra.because):
            beside.setdefault(term.text, set()).update(one.text for one in terms_of(extra.text))
    wanted = dict.fromkeys(term.text for term in terms_of(result.asked if text is None else text) if not term.part)
    return [frozenset({term, *beside.get(term, ())}) for term in wanted]


def terms_in(text: str) -> set[str]:
    """Return the terms of a text, each once."""
    return {term.text for term in terms_of(text)}


def share(groups: Sequence[frozenset[str]], terms: Iterable[str]) -> float:
    """Return the share of groups of which a term is there."""
    there = set(terms)
    return sum(not there.isdisjoint(group) for group in groups) / len(groups) if groups else 0.0


def _cosine(one: Found, result: SearchResult) -> float | None:
    if one.parts.dense_score is None:
        return None
    return one.parts.dense_score + OFFSETS.get((result.language, one.passage.language), 0.0)


def agreement(one: Found) -> float:
    """Return how high a passage stands in both legs: 1 for the first of both, 0 where one leg has not found it."""
    if one.parts.dense_rank is None or one.parts.lexical_rank is None:
        return 0.0
    return 1.0 / math.sqrt(max(one.parts.dense_rank, one.parts.lexical_rank))


def _foreign(result: SearchResult, first: Sequence[Found]) -> float:
    others = sum(one.passage.language not in {result.language, "other"} for one in first)
    return others / TITLES
