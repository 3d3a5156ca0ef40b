"""Make documents searchable: list sources, read, split, embed, write beside the old version, then switch.

Belongs here: the queue of jobs, workers, progress, retries, removal, building a collection anew.
Does not belong here: reading formats (``kb.documents``), the adapters of sources (``kb.sources``), searching.

Others may use ``kb.ingest.ingest`` (``Ingest``, ``IngestLimits``, ``IngestEvent``) and ``kb.ingest.collections.ALIAS``.
"""
