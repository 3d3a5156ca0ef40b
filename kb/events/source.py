"""The sources of kinds ``events`` and ``diagnoses``: what one access label remembers, as documents."""

from collections.abc import AsyncIterator, Mapping
from typing import Literal

from kb.events.documents import incident_document, incident_uri, pattern_document, pattern_uri, stamp_of
from kb.events.memory import EventMemory
from kb.sources.errors import SourceGone
from kb.sources.source import Fetched, Item, Trouble
from kb.stores.selection import Access


class RememberedSource:
    """Patterns of warnings (``events``) or resolved incidents (``diagnoses``) that carry one access label.

    One source has one label, so that its passages are found by those who may read the events themselves. What was
    forgotten after its time is not told any more, and so removed.
    """

    def __init__(self, memory: EventMemory, access: str, kind: Literal["events", "diagnoses"]) -> None:
        self._memory, self._access, self._kind = memory, Access(labels=frozenset({access})), kind

    async def items(self, known: Mapping[str, str]) -> AsyncIterator[Item | Trouble]:
        """Tell every document, with its content: it costs no more than the stamp."""
        del known  # the stamps of all are told anyway
        async for uri, written in self._documents():
            yield Item(uri=uri, stamp=stamp_of(written), content=written)

    async def fetch(self, uri: str) -> Fetched:
        """Return one document. Raises ``SourceGone`` when it is not remembered any more."""
        async for told, written in self._documents():
            if told == uri:
                return written
        raise SourceGone(f"{uri} is not remembered any more.", next_step="Nothing: it is removed at the next look.")

    async def close(self) -> None:
        """Give back nothing: the memory is not this source's."""

    async def _documents(self) -> AsyncIterator[tuple[str, Fetched]]:
        if self._kind == "events":
            async for pattern in self._memory.all_warnings(self._access):
                yield pattern_uri(pattern), pattern_document(pattern)
        else:
            async for incident in self._memory.all_incidents(self._access):
                yield incident_uri(incident), incident_document(incident)
