"""How sure it is that passages answer a question: a few features of a search, and a formula that was measured.

The coefficients are a logistic regression on the half of the retrieval questions that tuning may use (460 answerable,
75 unanswerable, the latter weighted to count as much, operators' questions six times the others), shifted so that 0.5
is where refusing begins: there 77 of 100 unanswerable questions of that half are refused, 13 of 100 operators'
questions and 3 of 100 others. ``make eval SUITE=retrieval`` measures the other half: 83 of 100, 11 and 2 of 100.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from kb.lexical import terms_of
from kb.search.model import Found, SearchResult

REFUSED_BELOW = 0.5
"""Confidence below which an answer is refused."""

CALIBRATED = "e5-small-ops"
"""The embedding model whose cosines were measured. Those of another mean something else and are not looked at."""

NAMED = 0.75
"""The least confidence where a page is titled by an identifier of the question, or by all that is asked for: whoever
asks for ``KubePodNotReady`` or what a PDB is and finds the page of that name has found it."""

NEAREST = 5
"""Passages whose mean cosine counts. All ten would say how large the knowledge base is: on a small one the last are
about something else. With five 77 of 100 unanswerable questions are refused at 12 false refusals, with ten 70."""

FRAME = frozenset(
    term.text for term in terms_of("mean means meaning definition defined difference between 意思 含义 定义 区别 什么")
)
"""Terms of a question for a definition that are not what it asks about."""

TITLED = 3
"""Passages of which a page title may hold all that was asked for. Further down it does so by chance."""

TITLES = 5
"""Passages whose headings count."""

MANY_TERMS = 12
"""Questions of more terms are alike."""

OFFSETS = {("zh", "zh"): -0.022, ("zh", "other"): -0.022, ("zh", "en"): 0.020, ("en", "zh"): 0.030}
"""What makes cosines comparable: the mean of answerable questions against English within English. Two Chinese texts
are nearer to each other, two texts of different languages farther apart."""


_WORD = re.compile(r"[A-Za-z0-9][\w./:-]*[A-Za-z0-9]")
_IDENTIFIER = re.compile(
    r"(?<![\w./:-])(?:[A-Za-z]+[a-z0-9](?:[A-Z]+[a-z0-9]*)+|[A-Z]{2,}[a-z]+(?:[A-Z][a-z]+)+)(?![\w])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What a search says about whether it found an answer.

    ``meaning`` is the best cosine and ``meanings`` the mean of the best ones; ``known`` the share of the question's
    terms that any passage holds and ``missing`` how many none holds; ``titled`` the share in the title and headings
    of one passage; ``agreed`` how high one passage stands in both legs; ``length`` counts terms up to 1; ``chinese`` is
    the question's language, ``foreign`` the share of passages in another one.
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


WITH_MEANING = Features(
    meaning=6.273, meanings=80.136, known=3.741, missing=0.416, titled=0.53, agreed=0.745, length=1.619,
    chinese=-1.442, foreign=0.179,
)  # fmt: skip
WITH_MEANING_BIAS = -73.78
WITHOUT_MEANING = Features(
    meaning=0.0, meanings=0.0, known=4.622, missing=0.309, titled=3.651, agreed=1.774, length=2.769,
    chinese=-1.294, foreign=4.093,
)  # fmt: skip
WITHOUT_MEANING_BIAS = -7.19
"""Words alone refuse 75 of 100 unanswerable questions at 9 of 100 others: better than a cosine of unknown scale."""


def confidence(result: SearchResult) -> float:
    """Return how sure it is that the passages answer the question, from 0 to 1; 0 where there are none."""
    if not result.found:
        return 0.0
    measured = result.model == CALIBRATED and any(one.parts.dense_score is not None for one in result.found)
    weights, bias = (WITH_MEANING, WITH_MEANING_BIAS) if measured else (WITHOUT_MEANING, WITHOUT_MEANING_BIAS)
    total = bias + sum(
        weight * value for weight, value in zip(astuple(weights), astuple(features(result)), strict=True)
    )
    sure = 1.0 / (1.0 + math.exp(-max(min(total, 50.0), -50.0)))
    return max(sure, NAMED) if _named(result) else sure


def _named(result: SearchResult) -> bool:
    """Say whether a page found is titled by an identifier of the question, or by all that it asks for."""
    names = identifiers(result.asked)
    groups = [group for group in term_groups(result) if not group <= FRAME]
    return any(names_title(one, names) for one in result.found[:TITLES]) or any(
        share(groups, terms_in(one.passage.title)) == 1.0 for one in result.found[:TITLED]
    )


def identifiers(question: str) -> frozenset[str]:
    """Return the identifiers of a question, in lower case: names in several humps or parts, no plain words."""
    return frozenset(name.lower() for name in _IDENTIFIER.findall(question))


def names_title(one: Found, names: frozenset[str]) -> bool:
    """Say whether the title or a heading of a passage holds one of the identifiers."""
    return bool(names) and not names.isdisjoint(word.lower() for word in _WORD.findall(one.passage.context))


def features(result: SearchResult) -> Features:
    """Return the features of a result; all zero where nothing was found."""
    found = result.found
    groups = term_groups(result)
    cosines = sorted((cosine for one in found if (cosine := _cosine(one, result)) is not None), reverse=True)[:NEAREST]
    held = {term for one in found for term in terms_in(f"{one.passage.context}\n{one.passage.text}")}
    first = found[:TITLES]
    return Features(
        meaning=max(cosines, default=0.0),
        meanings=sum(cosines) / len(cosines) if cosines else 0.0,
        known=share(groups, held),
        missing=float(sum(held.isdisjoint(group) for group in groups)),
        titled=max((share(groups, terms_in(one.passage.context)) for one in first), default=0.0),
        agreed=max((_agreement(one) for one in first), default=0.0),
        length=min(max(len(groups), 1), MANY_TERMS) / MANY_TERMS,
        chinese=float(result.language == "zh"),
        foreign=_foreign(result, first),
    )


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


def _agreement(one: Found) -> float:
    if one.parts.dense_rank is None or one.parts.lexical_rank is None:
        return 0.0
    return 1.0 / math.sqrt(max(one.parts.dense_rank, one.parts.lexical_rank))


def _foreign(result: SearchResult, first: Sequence[Found]) -> float:
    others = sum(one.passage.language not in {result.language, "other"} for one in first)
    return others / TITLES
