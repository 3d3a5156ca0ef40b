"""Bytes that wait to be indexed: uploads, which nobody could fetch again, and pages fetched while listing."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from kb.records import tables
from kb.records.rows import Connection, plain
from kb.sources.source import Fetched

spool = tables.spool


async def spooled(connection: Connection, document: str) -> Fetched | None:
    """Return the bytes that were put by for a document."""
    row = (await connection.execute(sa.select(spool).where(spool.c.document == document))).mappings().one_or_none()
    if row is None:
        return None
    fields = {name: row[name] for name in ("name", "media_type", "version", "updated_at")}
    return Fetched(data=bytes(row["data"]), **fields)


async def put_by(connection: Connection, contents: Sequence[tuple[str, Fetched]]) -> None:
    """Put bytes by for documents; what was put by for them before is replaced."""
    if not contents:
        return
    await clear(connection, [document for document, _ in contents])
    rows = [
        {
            "document": document,
            "name": content.name,
            "media_type": plain(content.media_type),
            "version": plain(content.version),
            "updated_at": content.updated_at,
            "data": content.data,
        }
        for document, content in contents
    ]
    await connection.execute(spool.insert(), rows)


async def clear(connection: Connection, documents: Iterable[str]) -> None:
    """Delete what was put by for these documents."""
    wanted = sorted(documents)
    if wanted:
        await connection.execute(spool.delete().where(spool.c.document.in_(wanted)))
