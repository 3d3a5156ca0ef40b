"""The knowledge base: documents and events become passages, passages become cited answers.

Belongs here: readers, splitting, embedding, stores, ingestion, search, grounded answers.
Does not belong here: conversation (``agent``), anything that judges a cluster (``diagnose``).
The package holds no code yet; its first member will be the readers of the seed knowledge.
"""
