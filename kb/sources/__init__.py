"""Where documents come from: one adapter for each kind of source, each a ``Source``.

Belongs here: listing what a source holds, fetching bytes within limits, refusing addresses that must not be read.
Does not belong here: reading formats (``kb.documents``), what is indexed already (``kb.ingest``).

Others may use the names below, ``kb.sources.opening`` (check, open_source, Surroundings) and ``kb.sources.guessing``
(guess); these two are not imported here, since they bring every adapter along.
"""

from kb.sources.errors import (
    SourceEmpty,
    SourceError,
    SourceGone,
    SourceInvalid,
    SourceRefused,
    SourceTooLarge,
    SourceUnavailable,
)
from kb.sources.source import Fetched, Item, Source, Trouble

__all__ = [
    "Fetched",
    "Item",
    "Source",
    "SourceEmpty",
    "SourceError",
    "SourceGone",
    "SourceInvalid",
    "SourceRefused",
    "SourceTooLarge",
    "SourceUnavailable",
    "Trouble",
]
