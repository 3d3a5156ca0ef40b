"""What stands around the results: further passages of the first documents, for whoever reads and does not only list."""

from collections.abc import Sequence
from typing import Protocol

from kb.records.model import StoredPassage
from kb.search.model import Found, Parts
from kb.stores import Access

DOCUMENTS = 3
"""Documents whose further passages are read: an answer is hardly ever taken from the fourth."""

SCORE = 0.7
"""The share of their document's score that passages get which were not found but stand around those that were."""

NO_PARTS = Parts(
    dense_score=None,
    dense_rank=None,
    dense_share=0.0,
    lexical_score=None,
    lexical_rank=None,
    lexical_share=0.0,
    weight=1.0,
    recency=1.0,
)


class DocumentReader(Protocol):
    """Read the passages of a document."""

    async def of_document(self, document: str) -> tuple[StoredPassage, ...]:
        """Return the passages of a document's current revision, in order."""
        ...


async def around(reader: DocumentReader, found: Sequence[Found], access: Access, within: int) -> tuple[Found, ...]:
    """Return the passages at most ``within`` places from those that were found, as far as ``access`` lets them through.

    The filters of the search need not hold for them: they are read together with what was found.
    """
    best: dict[str, Found] = {}
    for one in found:
        best.setdefault(one.passage.document, one)
    further: list[Found] = []
    for document, first in list(best.items())[:DOCUMENTS]:
        places = [one.passage.ordinal for one in found if one.passage.document == document]
        further += [
            Found(passage=passage, score=first.score * SCORE, parts=NO_PARTS)
            for passage in await reader.of_document(document)
            if passage.ordinal not in places
            and passage.access in access.labels
            and passage.revision == first.passage.revision
            and min(abs(passage.ordinal - place) for place in places) <= within
        ]
    return tuple(further)
