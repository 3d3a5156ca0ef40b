"""One shard of the embedded engine as a collection. The shard itself is in the engine's process."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from kb.stores.edge_log import Log
from kb.stores.edge_records import Key, Records
from kb.stores.edge_wire import ID_BYTES, entries_sent, legs_asked, legs_found, narrowed, record_read, sound
from kb.stores.engine_process import EngineProcess
from kb.stores.entry import Entry, Page, Record
from kb.stores.fusion import Hit, Scored, candidates
from kb.stores.hybrid import hybrid
from kb.stores.selection import Filter
from kb.stores.store import MAX_LIMIT, HybridQuery, LegQuery

WRITE_BATCH = 64
"""Passages of one write: a search that comes meanwhile waits about 5 ms for it."""


class EdgeCollection:
    """A collection whose shard the engine's process has open."""

    def __init__(self, folder: Path, dimensions: int, engine: EngineProcess) -> None:
        self.name = folder.name
        self.dimensions = dimensions
        self._engine = engine
        self._log = Log(folder)
        self._records = Records(self._read)

    async def query(self, query: HybridQuery) -> tuple[Hit, ...]:
        """Return the best hits by (fused score, id)."""
        return await hybrid(self, query)

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        """Run legs as one batch of the engine."""
        if not asked:
            return ()
        told, vectors = legs_asked(asked, self.dimensions)
        counts, blob = await self._ask("legs", told, blob=vectors)
        found = [
            (keys[: leg.limit], scores[: leg.limit], True) if _distinct(scores, leg.limit) else (keys, scores, False)
            for leg, (keys, scores) in zip(asked, legs_found(counts, blob), strict=True)
        ]
        records = await self._records.of([key for keys, _, _ in found for key in keys])
        return tuple(
            ranked if ordered else candidates(ranked, leg.limit)
            for leg, (keys, scores, ordered) in zip(asked, found, strict=True)
            for ranked in [_scored(keys, scores, records)]
        )

    async def _read(self, keys: list[Key]) -> Mapping[Key, Record]:
        told, ids = await self._ask("records", blob=b"".join(keys))
        return {ids[at * ID_BYTES : (at + 1) * ID_BYTES]: record_read(fields) for at, fields in enumerate(told)}

    async def count(self, only: Filter) -> int:
        """Count the passages that the filter lets through."""
        return int((await self._ask("count", narrowed(only)))[0])

    async def scroll(self, only: Filter, *, after: str | None = None, limit: int = 100) -> Page:
        """Page through the passages that the filter lets through."""
        return await self._page(narrowed(only), after, limit)

    async def _page(self, only: object, after: str | None, limit: int) -> Page:
        (found, following), _ = await self._ask("page", only, after, limit)
        return Page(records=tuple(map(record_read, found)), next=following)

    async def upsert(self, entries: Sequence[Entry]) -> None:
        """Write passages in batches; all are checked before the first is written."""
        # In a thread: 20 microseconds each, which for a long document the event loop must not wait for.
        await asyncio.to_thread(sound, entries, self.dimensions)
        for start in range(0, len(entries), WRITE_BATCH):
            told, blob, keys = entries_sent(entries[start : start + WRITE_BATCH])
            try:
                await self._ask("upsert", told, blob=blob)
            finally:
                self._records.forget(keys)

    async def delete_document(self, document: str, *, keep_revision: str | None = None) -> None:
        """Remove a document's passages, except those of the revision that is kept."""
        unless = None if keep_revision is None else ("revision", keep_revision)
        await self._ask("delete", "document", document, unless)

    async def delete_source(self, source: str) -> None:
        """Remove all passages of a source."""
        await self._ask("delete", "source", source, None)

    async def set_access(self, source: str, access: str) -> None:
        """Give all passages of a source another access label."""
        await self._ask("access", source, access)

    async def inventory(self, *, after: str | None = None, limit: int = MAX_LIMIT) -> Page:
        """Page through everything."""
        return await self._page(None, after, limit)

    async def size(self) -> int:
        """Count everything."""
        return int((await self._ask("count", None))[0])

    async def flush(self) -> None:
        """Return when all that was written survives a power cut."""
        await self._log.flush()

    async def _ask(self, what: str, *arguments: Any, blob: bytes = b"") -> tuple[Any, bytes]:
        return await self._engine.ask(what, self.name, *arguments, blob=blob)


def _distinct(scores: Sequence[float], limit: int) -> bool:
    """Say whether no two of the best scores are equal, so that they are in order and nobody's id is needed for it."""
    return all(one > other for one, other in pairwise(scores[: limit + 1]))


def _scored(keys: Sequence[Key], scores: Sequence[float], records: Mapping[Key, Record]) -> tuple[Scored, ...]:
    return tuple(
        Scored(known, score) for key, score in zip(keys, scores, strict=True) if (known := records.get(key)) is not None
    )
