"""Read passages: those of the current revisions, and nothing of a revision that was replaced."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa

from core.storage import Database
from kb.documents.document import Span
from kb.records import tables
from kb.records.among import WANTED, among
from kb.records.model import StoredPassage
from kb.records.rows import Connection, passage_of, plain
from kb.stores.selection import Access

BREATH = 200
"""Rows that are made into passages before others may use the event loop: about 5 ms."""

MAX_IDS = 1_000
"""Passages of one query: as many as a store returns at most."""

_FROM = tables.passage.join(
    tables.document,
    sa.and_(tables.document.c.id == tables.passage.c.document, tables.document.c.revision == tables.passage.c.revision),
).join(tables.source, tables.source.c.id == tables.document.c.source)

_JOINED = sa.select(
    tables.passage,
    tables.document.c.source,
    tables.document.c.uri,
    tables.document.c.version,
    tables.document.c.updated_at,
    tables.document.c.access,
    tables.document.c.family,
    tables.source.c.name.label("source_name"),
    tables.source.c.kind.label("source_kind"),
    tables.source.c.weight,
).select_from(_FROM)

_STAYS = tables.source.c.state != "removing"
"""What is being removed is not found any more, however long its removal takes."""

_CURRENT = among(_JOINED.where(_STAYS), tables.passage.c.id)
_STANDING = among(
    sa.select(
        tables.document.c.id,
        tables.document.c.revision,
        tables.document.c.access,
        tables.document.c.family,
        tables.source.c.weight,
        sa.type_coerce(tables.document.c.updated_at, sa.BigInteger),
    )
    .select_from(tables.document.join(tables.source, tables.source.c.id == tables.document.c.source))
    .where(tables.document.c.revision != "", _STAYS),
    tables.document.c.id,
)


class Standing(NamedTuple):
    """What the rank of a document's passages depends on, and which revision of it is current.

    A tuple, as the row is: each search reads hundreds. ``updated_at`` is in microseconds since 1970, as it is stored.
    """

    document: str
    revision: str
    access: str
    family: str
    weight: float
    updated_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPassages:
    """All passages of one document's current revision, in order."""

    document: str
    revision: str
    access: str
    passages: tuple[StoredPassage, ...]


class Passages:
    """Passages as they can be found and cited."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, ids: Iterable[str], *, access: Access | None = None) -> dict[str, StoredPassage]:
        """Return those of up to 1,000 passages that belong to their document's current revision.

        With ``access`` only those that it lets through: a second line of defence behind the filter of the store.
        """
        wanted = [plain(one) for one in dict.fromkeys(ids)]
        if len(wanted) > MAX_IDS:
            raise ValueError(f"{len(wanted)} passages are asked for; at most {MAX_IDS} are read at once")
        if not wanted:
            return {}
        async with self._database.read() as connection:
            query = _CURRENT.on(connection)
            if access is not None:
                query = query.where(tables.document.c.access.in_(sorted(access.labels)))
            rows = (await connection.execute(query, {WANTED: wanted})).mappings().all()
        return {row["id"]: passage_of(row) for row in rows}

    async def standing(self, documents: Iterable[str]) -> dict[str, Standing]:
        """Return how searchable documents stand, by id: what ranking needs, without any text."""
        wanted = [plain(one) for one in dict.fromkeys(documents)]
        if not wanted:
            return {}
        async with self._database.read() as connection:
            rows = (await connection.execute(_STANDING.on(connection), {WANTED: wanted})).all()
        return {row[0]: Standing._make(row) for row in rows}

    async def text(self, document: str, revision: str, span: Span | None = None) -> str | None:
        """Return the text of a document, or a stretch of it. None: that revision is not there any more.

        Who may read it is for the caller to check: the passage that names the document was found with an access.
        """
        query = sa.select(tables.text.c.text).where(
            tables.text.c.document == plain(document), tables.text.c.revision == plain(revision)
        )
        async with self._database.read() as connection:
            found: str | None = (await connection.execute(query)).scalar_one_or_none()
        return found if found is None or span is None else found[slice(*span)]

    async def of_document(self, document: str) -> tuple[StoredPassage, ...]:
        """Return the passages of a document's current revision, in order."""
        async with self._database.read() as connection:
            return tuple((await _of(connection, [plain(document)])).get(document, ()))

    async def after(self, position: str, *, documents: int = 50) -> tuple[DocumentPassages, ...]:
        """Return the next searchable documents in the order of their ids after ``position``, with their passages."""
        async with self._database.read() as connection:
            return await passages_after(connection, position, documents=documents)

    async def walk(self, position: str = "") -> AsyncIterator[DocumentPassages]:
        """Tell every searchable document after ``position`` with its passages, in the order of ids."""
        while page := await self.after(position):
            for one in page:
                yield one
            position = page[-1].document

    async def count(self) -> int:
        """Count the passages of all current revisions."""
        async with self._database.read() as connection:
            return (await connection.execute(sa.select(sa.func.count()).select_from(_FROM))).scalar_one()


async def passages_after(
    connection: Connection, position: str, *, documents: int, passages: int | None = None
) -> tuple[DocumentPassages, ...]:
    """Return the next searchable documents after ``position``, read in the caller's transaction.

    With ``passages`` no more documents than have about that many, but at least one.
    """
    columns = (tables.document.c.id, tables.document.c.revision, tables.document.c.access, tables.document.c.passages)
    query = (
        sa.select(*columns)
        .where(tables.document.c.id > position, tables.document.c.revision != "")
        .order_by(tables.document.c.id)
        .limit(documents)
    )
    chosen: list[tuple[str, str, str]] = []
    read = 0
    for key, revision, access, size in (await connection.execute(query)).all():
        if passages is not None and chosen and read + size > passages:
            break
        chosen.append((key, revision, access))
        read += size
    stored = await _of(connection, [key for key, _, _ in chosen])
    return tuple(
        DocumentPassages(document=key, revision=revision, access=access, passages=tuple(stored.get(key, ())))
        for key, revision, access in chosen
    )


async def _of(connection: Connection, documents: Sequence[str]) -> dict[str, list[StoredPassage]]:
    found: dict[str, list[StoredPassage]] = {}
    if documents:
        query = _JOINED.where(tables.passage.c.document.in_(documents))
        rows = await connection.execute(query.order_by(tables.passage.c.document, tables.passage.c.ordinal))
        for part in rows.mappings().partitions(BREATH):
            for row in part:
                found.setdefault(row["document"], []).append(passage_of(row))
            await asyncio.sleep(0)
    return found
