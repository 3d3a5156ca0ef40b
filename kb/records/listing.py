"""What a listing of a source changes: documents that are new or have changed, those that are gone."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kb.records import tables
from kb.records.model import SourceRecord
from kb.records.rows import Connection, document_id, plain, plain_uri, source_of

document = tables.document
BREATH = 5_000
"""Rows that are read before others may use the event loop: some milliseconds."""

CHUNK = 500
"""Ids of one statement: PostgreSQL and SQLite take more, but a statement should stay within some milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A document that a source told of, to be indexed; with ``trouble`` (message, code, whether it may pass) not."""

    uri: str
    stamp: str
    trouble: tuple[str, str, bool] | None = None

    def id(self, source: str) -> str:
        """Return the id that the document has."""
        return document_id(source, plain_uri(self.uri))


async def known_stamps(connection: Connection, source: str) -> dict[str, str]:
    """Return the URI and the stamp of every document of a source."""
    rows = await connection.execute(sa.select(document.c.uri, document.c.stamp).where(document.c.source == source))
    known: dict[str, str] = {}
    for part in rows.partitions(BREATH):
        known.update((uri, stamp) for uri, stamp in part)
        await asyncio.sleep(0)
    return known


async def locked_source(connection: Connection, source: str) -> SourceRecord | None:
    """Return a source and keep it as it is until the transaction ends; None when it is gone."""
    query = sa.select(tables.source).where(tables.source.c.id == plain(source)).with_for_update()
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else source_of(row)


async def tell(
    connection: Connection, source: SourceRecord, told: Sequence[Told], *, next_try: datetime | None = None
) -> None:
    """Insert documents that are new and mark those that have changed. The version that can be found stays."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(document)
    new, working = insert.excluded, document.c.state == "indexing"
    changed = {
        "stamp": new.stamp,
        "state": sa.case((working, document.c.state), else_=new.state),
        "attempts": sa.case((document.c.state == "ready", 0), else_=document.c.attempts),
        "last_error": new.last_error,
        "error_code": new.error_code,
        "next_try_at": new.next_try_at,
    }
    rows = [_row(source, one, next_try) for one in told]
    if rows:
        await connection.execute(insert.on_conflict_do_update(index_elements=["id"], set_=changed), rows)


async def forget_documents(connection: Connection, ids: Iterable[str]) -> None:
    """Delete documents with their texts, passages, spooled bytes and waiting index jobs.

    A job that is running finds out when it wants to write.
    """
    wanted = sorted(ids)
    for at in range(0, len(wanted), CHUNK):
        part = wanted[at : at + CHUNK]
        waiting = (tables.job.c.document.in_(part), tables.job.c.kind == "index", tables.job.c.state != "running")
        await connection.execute(tables.job.delete().where(*waiting))
        running = (tables.job.c.document.in_(part), tables.job.c.kind == "index")
        await connection.execute(tables.job.update().where(*running).values(cancel_requested=True, again=False))
        await connection.execute(document.delete().where(document.c.id.in_(part)))


async def source_documents(connection: Connection, source: str) -> list[str]:
    """Return the ids of all documents of a source, in order."""
    query = sa.select(document.c.id).where(document.c.source == source).order_by(document.c.id)
    return list((await connection.execute(query)).scalars())


async def drop_source(connection: Connection, source: str) -> None:
    """Delete a source and its jobs, save the one that removes it: the vector store has nothing of it any more.

    A sweep that is running finds out when it is done.
    """
    others = (tables.job.c.source == source, tables.job.c.kind != "remove")
    await connection.execute(tables.job.delete().where(*others))
    await connection.execute(tables.source.delete().where(tables.source.c.id == source))


async def set_source_access(connection: Connection, source: str, access: str) -> None:
    """Give all documents of a source another access label."""
    await connection.execute(document.update().where(document.c.source == source).values(access=plain(access)))


async def documents_in_state(connection: Connection, source: str, states: Sequence[str]) -> list[str]:
    """Return the ids of a source's documents in these states, in order."""
    query = sa.select(document.c.id).where(document.c.source == source, document.c.state.in_(states))
    return list((await connection.execute(query.order_by(document.c.id))).scalars())


async def set_documents(connection: Connection, ids: Sequence[str], values: Mapping[str, Any]) -> None:
    """Change columns of documents."""
    for at in range(0, len(ids), CHUNK):
        change = document.update().where(document.c.id.in_(ids[at : at + CHUNK])).values(**values)
        await connection.execute(change)


def _row(source: SourceRecord, told: Told, next_try: datetime | None) -> dict[str, Any]:
    message, code, passing = told.trouble or ("", "", False)
    return {
        "id": told.id(source.id),
        "source": source.id,
        "uri": plain_uri(told.uri),
        "title": "",
        "language": "other",
        "version": "",
        "media_type": "",
        "access": source.access,
        "state": "pending" if told.trouble is None else "failed" if passing else "dead",
        "stamp": plain(told.stamp) if told.trouble is None else "",
        "content_hash": "",
        "revision": "",
        "family": "",
        "sketch": None,
        "passages": 0,
        "characters": 0,
        "attempts": 0,
        "last_error": plain(message),
        "error_code": plain(code),
        "next_try_at": next_try if passing else None,
        "notes": [],
        "updated_at": None,
        "indexed_at": None,
    }
