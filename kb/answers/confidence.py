"""How sure it is that passages answer a question: a few features of a search, and a formula that was measured.

The coefficients are a logistic regression on the half of the retrieval questions that tuning may use (460 answerable,
75 unanswerable, the latter weighted to count as much, operators' questions six times the others), shifted so that 0.5
is where refusing begins: there 80 of 100 unanswerable questions of that half are refused, 10 of 100 operators'
questions and 3 of 100 others. ``make eval SUITE=retrieval`` measures the other half: 86 of 100, 9 and 3 of 100.
"""

import math
from dataclasses import astuple

from kb.answers.features import (
    FRAME,
    TITLES,
    Features,
    agreement,
    cosines,
    features,
    identifiers,
    names_title,
    share,
    term_groups,
    terms_in,
)
from kb.search.model import SearchResult

REFUSED_BELOW = 0.5
"""Confidence below which an answer is refused."""

CALIBRATED = "e5-small-ops"
"""The embedding model whose cosines were measured. Those of another mean something else and are not looked at."""

NAMED = 0.75
"""The least confidence where a page is titled by an identifier of the question, or by all that is asked for: whoever
asks for ``KubePodNotReady`` or what a PDB is and finds the page of that name has found it. The same where one passage
stands out."""

TITLED = 3
"""Passages of which a page title may hold all that was asked for. Further down it does so by chance."""

NEAR, AHEAD, HELD = 0.80, 0.06, 0.5
"""A passage stands out when it is first in both legs, its cosine is at least ``NEAR`` and at least ``AHEAD`` of the
mean beyond the first five, and it holds at least the share ``HELD`` of the question's terms. A team's page of three
sentences is the only one on its subject, so that the mean of the nearest five says nothing about it. Of the
unanswerable questions of the half for tuning one in 75 has such a passage, and 3 of 100 where nine tenths of the
corpus are left out."""

BEYOND = slice(5, 10)
"""Places whose mean says how near passages are that are about something else."""

WITH_MEANING = Features(
    meaning=20.825, meanings=54.148, known=1.786, missing=0.514, titled=0.221, agreed=0.529, length=2.276,
    chinese=-1.647, foreign=-0.14, words=-0.665, names=-2.691, first=1.11,
)  # fmt: skip
WITH_MEANING_BIAS = -63.388
WITHOUT_MEANING = Features(
    meaning=0.0, meanings=0.0, known=4.622, missing=0.309, titled=3.651, agreed=1.774, length=2.769,
    chinese=-1.294, foreign=4.093, words=0.0, names=0.0, first=0.0,
)  # fmt: skip
WITHOUT_MEANING_BIAS = -7.19
"""Words alone refuse 75 of 100 unanswerable questions at 9 of 100 others: better than a cosine of unknown scale."""


def confidence(result: SearchResult) -> float:
    """Return how sure it is that the passages answer the question, from 0 to 1; 0 where there are none."""
    if not result.found:
        return 0.0
    measured = result.model == CALIBRATED and any(one.parts.dense_score is not None for one in result.found)
    weights, bias = (WITH_MEANING, WITH_MEANING_BIAS) if measured else (WITHOUT_MEANING, WITHOUT_MEANING_BIAS)
    told = features(result)
    total = bias + sum(weight * value for weight, value in zip(astuple(weights), astuple(told), strict=True))
    sure = 1.0 / (1.0 + math.exp(-max(min(total, 50.0), -50.0)))
    return max(sure, NAMED) if _named(result) or (measured and _stands_out(result, told)) else sure


def _named(result: SearchResult) -> bool:
    """Say whether a page found is titled by an identifier of the question, or by all that it asks for."""
    names = identifiers(result.asked)
    groups = [group for group in term_groups(result) if not group <= FRAME]
    return any(names_title(one, names) for one in result.found[:TITLES]) or any(
        share(groups, terms_in(one.passage.title)) == 1.0 for one in result.found[:TITLED]
    )


def _stands_out(result: SearchResult, told: Features) -> bool:
    """Say whether one passage is far nearer than all others, first in both legs, and holds what was asked for."""
    nearness = cosines(result)
    others = nearness[BEYOND]
    if not others or told.meaning < NEAR or told.first < HELD or agreement(result.found[0]) < 1.0:
        return False
    return told.meaning - sum(others) / len(others) >= AHEAD
