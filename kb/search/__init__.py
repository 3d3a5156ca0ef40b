"""Search: a question understood, both legs asked inside the caller's access, results weighed and explained.

Belongs here: follow-up questions, what a question is searched with, weights of legs and languages, folding of copies,
budgets, the port of rerankers, and why a passage was found.
Does not belong here: the engines (``kb.stores``), reading passages from SQL (``kb.records``), answers (``kb.answers``).

Others may use: ``Search``, ``SearchSettings``, ``SearchRequest``, ``SearchResult``, ``PassageReader``, ``Reranker``,
``explain``.
"""

from kb.search.errors import QuestionEmpty, SearchError
from kb.search.explaining import Explanation, explain
from kb.search.model import Found, Parts, SearchRequest, SearchResult
from kb.search.rerank import Reranker
from kb.search.searching import PassageReader, Search
from kb.search.settings import SearchSettings

__all__ = [
    "Explanation",
    "Found",
    "Parts",
    "PassageReader",
    "QuestionEmpty",
    "Reranker",
    "Search",
    "SearchError",
    "SearchRequest",
    "SearchResult",
    "SearchSettings",
    "explain",
]
