"""What the knowledge base keeps in the database: sources, documents, passages, jobs and their states.

Belongs here: tables, their rows as data, and the queries on them; SQLAlchemy stays inside.
Does not belong here: deciding what to do next (``kb.ingest``), vectors (``kb.stores``).
"""
