"""Collections of the vector store as SQL knows them: which one is current, which one is being built and how far."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa

from core.storage import Database
from kb.records import tables
from kb.records.rows import Connection

IndexState = Literal["building", "current", "retired"]

_BUILDING = 7_361_248_097
"""Any number that nobody else locks in this database. Who begins to build waits for documents that are being stored,
so that each of them either is copied or knows of the new collection."""

index = tables.index


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRecord:
    """A collection. While it is ``building``, documents up to ``position`` (an id) have been copied."""

    collection: str
    fingerprint: str
    dimensions: int
    state: IndexState
    created_at: datetime
    position: str = ""


class Indexes:
    """The collections of the knowledge base."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list(self) -> tuple[IndexRecord, ...]:
        """Return every collection, the oldest first."""
        async with self._database.read() as connection:
            return await all_indexes(connection)

    async def current(self) -> IndexRecord | None:
        """Return the collection that is searched."""
        return next((one for one in await self.list() if one.state == "current"), None)

    async def building(self) -> IndexRecord | None:
        """Return the collection that is being built."""
        return next((one for one in await self.list() if one.state == "building"), None)

    async def lock(self, connection: Connection, *, shared: bool) -> None:
        """Hold the set of collections still until the transaction ends. SQLite has one writer at a time anyway."""
        if not self._database.sqlite:
            lock = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
            await connection.execute(sa.select(lock(_BUILDING)))


async def all_indexes(connection: Connection) -> tuple[IndexRecord, ...]:
    """Return every collection, the oldest first, read in the caller's transaction."""
    rows = await connection.execute(sa.select(index).order_by(index.c.created_at, index.c.collection))
    return tuple(IndexRecord(**row) for row in rows.mappings())


async def add_index(connection: Connection, record: IndexRecord) -> None:
    """Insert a collection, or give the one of this name the state, fingerprint and position of ``record``."""
    values = {name: getattr(record, name) for name in IndexRecord.__dataclass_fields__}
    await connection.execute(index.delete().where(index.c.collection == record.collection))
    await connection.execute(index.insert().values(**values))


async def set_index(
    connection: Connection, collection: str, *, state: IndexState | None = None, position: str | None = None
) -> None:
    """Change the state or the position of a collection."""
    given = {"state": state, "position": position}
    values = {name: value for name, value in given.items() if value is not None}
    await connection.execute(index.update().where(index.c.collection == collection).values(**values))


async def forget_indexes(connection: Connection, collections: Iterable[str]) -> None:
    """Delete the rows of collections that the store no longer has."""
    await connection.execute(index.delete().where(index.c.collection.in_(sorted(collections))))
