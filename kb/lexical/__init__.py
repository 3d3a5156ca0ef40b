"""Words as search terms: own tokens, stems, term weights and the vocabulary of operations in English and Chinese.

Belongs here: everything between a text and a sparse vector of terms, and the tables that add terms to a question.
Does not belong here: dense vectors (``kb.embed``), storage (``kb.stores``), fusion with the other leg (``kb.stores``).

Others may use: ``document_vector``, ``query_vector``, ``TermVector``, ``expand``, ``Expansion``, ``terms_of``.
"""

from kb.lexical.expansion import Addition, Expansion, expand
from kb.lexical.tokens import terms_of
from kb.lexical.weights import TermVector, document_vector, query_vector, term_id

__all__ = [
    "Addition",
    "Expansion",
    "TermVector",
    "document_vector",
    "expand",
    "query_vector",
    "term_id",
    "terms_of",
]
