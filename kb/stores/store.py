"""The port of vector stores: collections named by the model's fingerprint, aliases, hybrid search inside a filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from kb.stores.entry import Entry, Page
from kb.stores.fusion import Fusion, Hit, Scored
from kb.stores.selection import Filter

if TYPE_CHECKING:  # as in ``entry``
    from kb.embed.embedder import Vector
    from kb.lexical.weights import TermVector

MAX_LIMIT = 1_000
"""Hits of one query, and records of one page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionSpec:
    """What a collection is made for. ``generation`` tells two of the same model apart while one is built anew."""

    fingerprint: str
    dimensions: int
    base: str = "passages"
    generation: str = ""

    @property
    def name(self) -> str:
        """``base-fingerprint``, and ``-generation`` where there is one."""
        return "-".join(part for part in (self.base, self.fingerprint, self.generation) if part)


def made_by(name: str, fingerprint: str) -> bool:
    """Say whether a collection of this name holds vectors of the model with this fingerprint."""
    return fingerprint in name.split("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegQuery:
    """One leg of a search: by a vector or by terms, never both. Without any term it finds nothing."""

    filter: Filter
    limit: int
    dense: Vector | None = None
    lexical: TermVector | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT:
            message = f"limit {self.limit} must be 1 to {MAX_LIMIT}"
            raise ValueError(message)
        if (self.dense is None) == (self.lexical is None):
            message = "a leg has either a vector or terms"
            raise ValueError(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridQuery:
    """A search. Without ``dense`` or without terms it runs on the other leg alone; without both it finds nothing.

    ``candidates`` is how many each leg gives to the fusion.
    """

    filter: Filter
    dense: Vector | None = None
    lexical: TermVector | None = None
    limit: int = 10
    candidates: int = 100
    fusion: Fusion = field(default_factory=Fusion)

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_LIMIT or not self.limit <= self.candidates <= MAX_LIMIT:
            message = f"limit {self.limit} and candidates {self.candidates} must be 1 to {MAX_LIMIT}, limit the smaller"
            raise ValueError(message)

    @property
    def wants_dense(self) -> bool:
        """Whether the dense leg runs."""
        return self.dense is not None and self.fusion.dense > 0

    @property
    def wants_lexical(self) -> bool:
        """Whether the lexical leg runs."""
        return bool(self.lexical) and self.fusion.lexical > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Whether the store answers, and in which words it says so. ``points`` counts every collection."""

    ok: bool
    detail: str
    points: int = 0


class Collection(Protocol):
    """Passages of one model. All that a caller may trigger goes through a ``Filter``; the rest is the writer's."""

    @property
    def name(self) -> str:
        """The collection's own name, not an alias."""
        ...

    @property
    def dimensions(self) -> int:
        """The size of its dense vectors."""
        ...

    async def legs(self, asked: Sequence[LegQuery]) -> tuple[tuple[Scored, ...], ...]:
        """Run legs in one round trip and return of each its best ``limit`` by (score, id), as if it were alone."""
        ...

    async def query(self, query: HybridQuery) -> tuple[Hit, ...]:
        """Return the best hits by (fused score, id): ``kb.stores.hybrid`` over ``legs``."""
        ...

    async def count(self, only: Filter) -> int:
        """Count the passages that the filter lets through."""
        ...

    async def scroll(self, only: Filter, *, after: str | None = None, limit: int = 100) -> Page:
        """Page through the passages that the filter lets through. ``after`` is a page's ``next``."""
        ...

    async def upsert(self, entries: Sequence[Entry]) -> None:
        """Write passages; one with the same id is replaced. Either all vectors are sound, or none is written."""
        ...

    async def delete_document(self, document: str, *, keep_revision: str | None = None) -> None:
        """Remove a document's passages, except those of the revision that is kept."""
        ...

    async def delete_source(self, source: str) -> None:
        """Remove all passages of a source."""
        ...

    async def set_access(self, source: str, access: str) -> None:
        """Give all passages of a source another access label."""
        ...

    async def inventory(self, *, after: str | None = None, limit: int = MAX_LIMIT) -> Page:
        """Page through everything, for comparing with the passages in SQL. Never for a caller."""
        ...

    async def size(self) -> int:
        """Count everything, for comparing with SQL."""
        ...

    async def flush(self) -> None:
        """Return when all that was written survives a power cut. Call it before a document is called ready."""
        ...


class VectorStore(Protocol):
    """Collections and the aliases that point at them."""

    async def create(self, spec: CollectionSpec) -> Collection:
        """Make a collection, or open the one that is there. Raises ``StoreMismatch`` when it has another size."""
        ...

    async def open(self, name: str) -> Collection:
        """Open a collection by its name or an alias. Raises ``CollectionNotFound``."""
        ...

    async def names(self) -> tuple[str, ...]:
        """Return the names of all collections, in order."""
        ...

    async def switch(self, alias: str, name: str) -> None:
        """Let an alias point at a collection from now on. Who holds the old one may go on using it."""
        ...

    async def target(self, alias: str) -> str | None:
        """Return the name of the collection that an alias points at."""
        ...

    async def drop(self, name: str) -> None:
        """Remove a collection and its data. Raises ``StoreMismatch`` while an alias points at it."""
        ...

    async def health(self) -> Health:
        """Ask the engine itself. It never raises."""
        ...

    async def close(self) -> None:
        """Make everything durable and let go of it."""
        ...
