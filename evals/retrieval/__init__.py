"""How well the knowledge base finds: questions with known pages over a corpus that lies outside the repository.

Belongs here: the corpus as the suite uses it, questions and the pages that answer them, measures with intervals, the
comparison with another pipeline, the report.
Does not belong here: anything that the product needs to search; nothing imports this package.
"""
