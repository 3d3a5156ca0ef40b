"""The knowledge base: documents and events become passages, passages become cited answers.

Belongs here: readers, splitting, embedding, stores, ingestion, search, grounded answers.
Does not belong here: conversation (``agent``), anything that judges a cluster (``diagnose``).
Nothing outside uses it yet. There are: ``documents`` (readers), ``passages`` (splitting, near-duplicates), ``embed``,
``lexical`` (own tokens, expansion) and ``stores`` (hybrid search inside a caller's access).
"""
