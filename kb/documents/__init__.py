"""Readers: bytes of any supported format become a :class:`Document`, or one of a small family of errors.

Belongs here: recognising formats, reading them within limits, removing what is not the text.
Does not belong here: fetching (``kb.ingest``), splitting (``kb.passages``).
Others use ``read``, ``read_path``, ``read_isolated``, ``Document``, ``Block``, ``Limits`` and the errors.
"""
