"""Passages: documents split along their structure into what the embedding model can take, and copies folded.

Belongs here: splitting, identity of passages, near-duplicates of documents.
Does not belong here: reading files (``kb.documents``), vectors, storage.
"""
