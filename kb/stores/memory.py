"""The reference store: plain loops over a dictionary. Slow, obvious, and what the other stores must agree with.

It also serves tests and demonstrations that need no engine.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from kb.stores.entry import Entry, Page, Record, checked, checked_terms, point_id, record
from kb.stores.errors import CollectionNotFound, StoreMismatch
from kb.stores.fusion import Hit, Scored, candidates
from kb.stores.hybrid import hybrid
from kb.stores.selection import Filter
from kb.stores.store import MAX_LIMIT, CollectionSpec, Health, HybridQuery, LegQuery


class MemoryCollection:
    """Passages in a dictionary."""

    def __init__(self, name: str, dimensions: int) -> None:
        self.name = name
        self.dimensions = dimensions
        self._entries: dict[str, Entry] = {}

    async def query(self, query: HybridQuery) -> tuple[Hit, ...]:
        """Return the best hits by (fused score, id)."""
        return await hybrid(self, query)

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        """Run legs, one after the other."""
        return tuple(candidates([*self._dense(leg), *self._lexical(leg)], leg.limit) for leg in asked)

    def _dense(self, leg: LegQuery) -> Iterator[Scored]:
        if leg.dense is None:
            return
        question = checked(leg.dense, self.dimensions, "the question").astype(np.float64)
        question = question / np.linalg.norm(question)
        for entry in self._matching(leg.filter):
            passage = entry.dense.astype(np.float64)
            yield _scored(entry, float(question @ passage / np.linalg.norm(passage)))

    def _lexical(self, leg: LegQuery) -> Iterator[Scored]:
        if leg.lexical is None:
            return
        checked_terms(leg.lexical, "the question")
        corpus = [entry for entry in self._matching(Filter(access=leg.filter.access)) if entry.lexical]
        holding = Counter(term for entry in corpus for term in entry.lexical.ids)
        wanted = {
            term: weight * math.log((len(corpus) - holding[term] + 0.5) / (holding[term] + 0.5) + 1)
            for term, weight in zip(leg.lexical.ids, leg.lexical.weights, strict=True)
        }
        for entry in self._matching(leg.filter):
            weights = dict(zip(entry.lexical.ids, entry.lexical.weights, strict=True))
            if shared := weights.keys() & wanted.keys():
                yield _scored(entry, sum(weights[term] * wanted[term] for term in shared))

    def _matching(self, only: Filter) -> list[Entry]:
        return [entry for entry in self._entries.values() if _lets_through(only, entry)]

    async def count(self, only: Filter) -> int:
        """Count the passages that the filter lets through."""
        return len(self._matching(only))

    async def scroll(self, only: Filter, *, after: str | None = None, limit: int = 100) -> Page:
        """Page through the passages that the filter lets through."""
        return _page(self._matching(only), after, limit)

    async def upsert(self, entries: Sequence[Entry]) -> None:
        """Write passages."""
        for entry in entries:
            checked(entry.dense, self.dimensions, entry.id)
            checked_terms(entry.lexical, entry.id)
        self._entries.update((entry.id, entry) for entry in entries)

    async def delete_document(self, document: str, *, keep_revision: str | None = None) -> None:
        """Remove a document's passages, except those of the revision that is kept."""
        self._delete(lambda entry: entry.document == document and entry.revision != keep_revision)

    async def delete_source(self, source: str) -> None:
        """Remove all passages of a source."""
        self._delete(lambda entry: entry.source == source)

    def _delete(self, doomed: Callable[[Entry], bool]) -> None:
        self._entries = {key: entry for key, entry in self._entries.items() if not doomed(entry)}

    async def set_access(self, source: str, access: str) -> None:
        """Give all passages of a source another access label."""
        for key, entry in self._entries.items():
            if entry.source == source:
                self._entries[key] = replace(entry, access=access)

    async def inventory(self, *, after: str | None = None, limit: int = MAX_LIMIT) -> Page:
        """Page through everything."""
        return _page(self._entries.values(), after, limit)

    async def size(self) -> int:
        """Count everything."""
        return len(self._entries)

    async def flush(self) -> None:
        """Do nothing: memory survives no power cut."""


class MemoryStore:
    """Collections in a dictionary."""

    def __init__(self) -> None:
        self._collections: dict[str, MemoryCollection] = {}
        self._aliases: dict[str, str] = {}

    async def create(self, spec: CollectionSpec) -> MemoryCollection:
        """Make a collection, or open the one that is there."""
        found = self._collections.setdefault(spec.name, MemoryCollection(spec.name, spec.dimensions))
        if found.dimensions != spec.dimensions:
            raise StoreMismatch(f"{spec.name} has {found.dimensions} dimensions, not {spec.dimensions}")
        return found

    async def open(self, name: str) -> MemoryCollection:
        """Open a collection by its name or an alias."""
        try:
            return self._collections[self._aliases.get(name, name)]
        except KeyError:
            raise CollectionNotFound(f"there is no collection {name}") from None

    async def names(self) -> tuple[str, ...]:
        """Return the names of all collections, in order."""
        return tuple(sorted(self._collections))

    async def switch(self, alias: str, name: str) -> None:
        """Let an alias point at a collection."""
        if name not in self._collections:
            raise CollectionNotFound(f"there is no collection {name}")
        self._aliases[alias] = name

    async def target(self, alias: str) -> str | None:
        """Return the name of the collection that an alias points at."""
        return self._aliases.get(alias)

    async def drop(self, name: str) -> None:
        """Remove a collection."""
        if name not in self._collections:
            raise CollectionNotFound(f"there is no collection {name}")
        if name in self._aliases.values():
            raise StoreMismatch(f"{name} is in use: an alias points at it")
        del self._collections[name]

    async def health(self) -> Health:
        """Say yes."""
        points = sum([await found.size() for found in self._collections.values()])
        return Health(ok=True, detail="in memory", points=points)

    async def close(self) -> None:
        """Forget everything."""
        self._collections.clear()
        self._aliases.clear()


def _lets_through(only: Filter, entry: Entry) -> bool:
    fields = entry.payload
    if not all(fields[key] in values for key, values in only.choices):
        return False
    return only.since_seconds is None or fields["updated_at"] >= only.since_seconds


def _scored(entry: Entry, score: float) -> Scored:
    return Scored(record=_record(entry), score=score)


def _record(entry: Entry) -> Record:
    return record(entry.payload)


def _page(entries: Iterable[Entry], after: str | None, limit: int) -> Page:
    keyed = {point_id(entry.id): entry for entry in entries}
    rest = [(key, keyed[key]) for key in sorted(keyed) if after is None or key >= after]
    return Page(
        records=tuple(_record(entry) for _, entry in rest[:limit]),
        next=rest[limit][0] if len(rest) > limit else None,
    )
