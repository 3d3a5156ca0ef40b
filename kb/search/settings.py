"""How a search ranks: constants with what measured them, and the settings made of them.

Measured by ``make eval SUITE=retrieval`` on the half of the questions that tuning may use: exact search over the
Kubernetes documentation in English and Chinese and two collections of runbooks, about 31,000 passages.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from kb.stores import Fusion

FUSION = Fusion(method="scores", dense=1.0, lexical=0.8)
"""Scaled scores and ranks find the same pages; scores put the right one first more often. A lexical weight of 0.6 or 1
loses 1 to 2 points of recall@5 on English and Chinese operator questions, 0.4 loses 6 on Chinese definitions."""

CROSS_LANGUAGE = 0.4
"""What a passage in the other language counts, of the most that one in the question's language can reach.

Its dense score alone stands for both legs. At 1 it crowds out the question's own language (recall@5 of Chinese
questions falls by 35 points); at 0.3 a page that exists in the other language only is hardly ever found; 0.4 costs
the first nothing measurable, 0.5 costs Chinese questions 1 to 3 points."""

NEARER = (-0.01, 0.02)
"""Where the other language counts in full: from the first to the second difference between its best cosine and that of
the question's language, ``CROSS_LANGUAGE`` rises to 1. Texts of one language are nearer to each other (the difference
is -0.05 in the median where both languages have the page), so that being as near means that the own language lacks it.
With few pages of the question's language that do not answer it, recall@5 rises from 0.26 to 0.54 for English questions
and from 0.52 to 0.78 for Chinese ones; where both languages have the page nothing changes."""

IDENTIFIERS_ACROSS = 1.0
"""The lexical weight of identifiers in a Chinese question (``KubePodNotReady``, ``app.kubernetes.io/name``), against
English passages: they belong to no language. Without them an alert that a Chinese question names is among the first
three for 39 of 100 alerts, with 0.6 for 94, with 1 for all."""

WORDS_ACROSS = 0.5
"""The same for other Latin words that a Chinese question holds (Pod, DNS, kubectl), where it holds no identifier: they
find half as many again of the pages that exist in English only. From 0.7 on they crowd out Chinese pages."""

CANDIDATES = 100
"""Passages that each leg gives to the fusion. With 50 operators' questions lose 3 points of recall@5; 200 gain none."""

SUPPORT = 0.1
"""The share of the scores of a document's next two passages that its best one gets: several that fit are better
evidence than one. The reciprocal rank rises from 0.71 to 0.73 over all groups; recall@5 stays; 0.2 costs 1 point."""

PER_DOCUMENT = 2
"""Passages of one document among ten results, one among five: an answer needs what stands next to the best passage,
and a long page must not fill the list. One gives the same recall of pages, 3 and 5 lose 2 to 3 points of recall@5."""

RECENCY_SHARE = 0.03
"""The most that age takes from a score. With random ages of up to ten years on every page, which say nothing, recall@5
stays as it is; with 0.05 one Chinese question of 31 is lost, with 0.1 also two of 31 across languages."""

RECENCY_HALF_LIFE_DAYS = 365.0
"""After a year half of that is taken: about three releases of Kubernetes."""

CONVERSATION = 2
"""Earlier questions that a follow-up is searched together with: older ones are about something else."""

RERANKED = 20
"""Passages given to a reranker: what is below the twentieth place is not in the answer anyway."""

RERANK_SECONDS = 0.3
"""A search must stay interactive; a reranker that is slower is left out."""

REMEMBERED = 256
"""Texts of questions whose vectors are kept, 400 kB: who searches often asks the same next, and waits for the model
only once."""


def now() -> datetime:
    """Return the time by which age is counted."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchSettings:
    """How a search ranks. ``across_languages`` False leaves out passages in other languages than the question's.

    ``remembered`` is 0 where what the model takes is measured.
    """

    fusion: Fusion = FUSION
    across_languages: bool = True
    cross_language: float = CROSS_LANGUAGE
    nearer: tuple[float, float] = NEARER
    identifiers_across: float = IDENTIFIERS_ACROSS
    words_across: float = WORDS_ACROSS
    candidates: int = CANDIDATES
    support: float = SUPPORT
    per_document: int = PER_DOCUMENT
    recency_share: float = RECENCY_SHARE
    recency_half_life_days: float = RECENCY_HALF_LIFE_DAYS
    conversation: int = CONVERSATION
    reranked: int = RERANKED
    rerank_seconds: float = RERANK_SECONDS
    remembered: int = REMEMBERED
    now: Callable[[], datetime] = field(default=now)
