"""Sources: where documents come from, as they were added."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from core.storage import Database
from kb.errors import SourceNotFound
from kb.records import tables
from kb.records.errors import SourceExists
from kb.records.model import SourceRecord
from kb.records.rows import Connection, plain, source_of
from kb.stores.selection import Access

_TEXTS = ("id", "name", "access", "last_error", "error_code", "created_by")

Query = TypeVar("Query", bound=sa.Select[*tuple[Any, ...]])


class Sources:
    """The sources of the knowledge base."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, record: SourceRecord) -> SourceRecord:
        """Add a source. Raises ``SourceExists`` when its name or id is taken."""
        async with self._database.write() as connection:
            return await add_source(connection, record)

    async def get(self, source_id: str, *, access: Access | None) -> SourceRecord:
        """Return a source. ``access`` None is the service itself. Raises ``SourceNotFound``."""
        async with self._database.read() as connection:
            return await get_source(connection, source_id, access=access)

    async def named(self, name: str, *, access: Access | None) -> SourceRecord | None:
        """Return the source of this name, the one open to all before those of namespaces; None when there is none."""
        query = _allowed(sa.select(tables.source).where(tables.source.c.name == plain(name)), access)
        order = sa.case((tables.source.c.access == "platform", 0), else_=1)
        async with self._database.read() as connection:
            row = (await connection.execute(query.order_by(order, tables.source.c.id).limit(1))).mappings().first()
        return None if row is None else source_of(row)

    async def list(self, access: Access | None) -> tuple[SourceRecord, ...]:
        """Return the sources that ``access`` lets through, by name. None is the service itself."""
        query = _allowed(sa.select(tables.source).order_by(tables.source.c.name, tables.source.c.id), access)
        async with self._database.read() as connection:
            return tuple(source_of(row) for row in (await connection.execute(query)).mappings())

    async def update(self, source_id: str, **values: Any) -> SourceRecord:
        """Change columns of a source. Raises ``SourceNotFound``. Its access is changed by ``kb.ingest`` alone."""
        async with self._database.write() as connection:
            await update_source(connection, source_id, values)
            return await get_source(connection, source_id, access=None)

    async def remove(self, source_id: str) -> None:
        """Delete the rows of a source with its jobs and documents. What stands in the vector store is not touched."""
        async with self._database.write() as connection:
            await connection.execute(tables.job.delete().where(tables.job.c.source == plain(source_id)))
            await connection.execute(tables.source.delete().where(tables.source.c.id == plain(source_id)))

    async def due(self, now: datetime) -> tuple[SourceRecord, ...]:
        """Return the sources whose next listing is due, the longest due first."""
        async with self._database.read() as connection:
            return await due_sources(connection, now)


async def add_source(connection: Connection, record: SourceRecord) -> SourceRecord:
    """Insert a source in the caller's transaction. Raises ``SourceExists``."""
    values = _storable({name: getattr(record, name) for name in SourceRecord.__dataclass_fields__})
    same_name = sa.and_(tables.source.c.access == values["access"], tables.source.c.name == values["name"])
    taken = sa.select(tables.source.c.id).where(sa.or_(tables.source.c.id == values["id"], same_name))
    if (await connection.execute(taken)).first() is not None:
        raise _exists(record)
    try:
        await connection.execute(tables.source.insert().values(**values))
    except sa.exc.IntegrityError as exc:  # added by another process at the same moment
        raise _exists(record) from exc
    return await get_source(connection, values["id"], access=None)


async def get_source(connection: Connection, source_id: str, *, access: Access | None) -> SourceRecord:
    """Return a source, read in the caller's transaction. Raises ``SourceNotFound``."""
    query = _allowed(sa.select(tables.source).where(tables.source.c.id == plain(source_id)), access)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise SourceNotFound(f"There is no source {source_id!r}.", next_step="List the sources to see what there is.")
    return source_of(row)


async def update_source(connection: Connection, source_id: str, values: Mapping[str, Any]) -> None:
    """Change columns of a source in the caller's transaction. Raises ``SourceNotFound``."""
    change = tables.source.update().where(tables.source.c.id == plain(source_id)).values(**_storable(values))
    try:
        changed = await connection.execute(change)
    except sa.exc.IntegrityError as exc:
        message = f"There is a source named {values.get('name', '')!r} already."
        raise SourceExists(message, next_step="Choose another name.") from exc
    if not changed.rowcount:
        raise SourceNotFound(f"There is no source {source_id!r}.", next_step="List the sources to see what there is.")


async def due_sources(connection: Connection, now: datetime) -> tuple[SourceRecord, ...]:
    """Return the sources whose next listing is due, read in the caller's transaction."""
    query = (
        sa.select(tables.source)
        .where(tables.source.c.next_sync_at <= now, tables.source.c.state != "removing")
        .order_by(tables.source.c.next_sync_at)
    )
    return tuple(source_of(row) for row in (await connection.execute(query)).mappings())


def _allowed(query: Query, access: Access | None) -> Query:
    return query if access is None else query.where(tables.source.c.access.in_(sorted(access.labels)))


def _storable(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) if name in _TEXTS else value for name, value in values.items()}


def _exists(record: SourceRecord) -> SourceExists:
    step = "Choose another name, or remove the other source."
    return SourceExists(f"There is a source named {record.name!r} already.", next_step=step)
