"""Find the passages that answer a question, inside what the caller may read, and say why each was found.

Belongs here: the legs of a search, their weights, recency, folding of near-duplicates, the explanation of a score.
Does not belong here: the engines (``kb.stores``), wording answers (``kb.answers``).
"""
