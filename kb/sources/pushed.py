"""Sources that are fed from outside: uploaded files, patterns of cluster events, resolved diagnoses.

Their documents are kept where they were put in (``kb.ingest``, ``kb.events``); there is nothing to look up elsewhere.
"""

from collections.abc import AsyncIterator, Mapping

from kb.sources.errors import SourceGone
from kb.sources.source import Fetched, Item, Trouble

NEXT_STEPS = {
    "upload": "Upload the file again.",
    "events": "It is written again when the event is seen next.",
    "diagnoses": "Resolve the diagnosis again.",
}


class PushedSource:
    """Tells what is known already, unchanged, so that a listing removes nothing."""

    def __init__(self, kind: str) -> None:
        self._kind = kind

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell the ``known`` documents with the stamps that they have."""
        for uri, stamp in known.items():
            yield Item(uri=uri, stamp=stamp)

    async def fetch(self, uri: str) -> Fetched:
        """Raise SourceGone: nobody but who gave the bytes has them."""
        raise SourceGone(f"The bytes of {uri} are not kept here.", next_step=NEXT_STEPS.get(self._kind, ""))

    async def close(self) -> None:
        """Hold nothing."""
