"""Documents and how their indexing stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from core.storage import Database
from kb.errors import DocumentNotFound
from kb.records import tables
from kb.records.model import DocumentState, Progress, SourceRecord, StoredDocument
from kb.records.rows import Connection, cursor_of, document_of, place_of, plain, plain_uri, source_of
from kb.stores.selection import Access

MAX_PAGE = 1_000
RATE_SECONDS = 60
"""The rate is that of the last minute: long enough to be steady, short enough to follow a change."""

COLUMNS = tuple(column for column in tables.document.c if column.name != "sketch")


Query = TypeVar("Query", bound=sa.Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage:
    """Some documents by source and URI; ``next_cursor`` goes on after them, None when they were the last."""

    documents: tuple[StoredDocument, ...]
    next_cursor: str | None = None


class Documents:
    """The documents of the knowledge base."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, document_id: str, *, access: Access | None) -> StoredDocument:
        """Return a document. ``access`` None is the service itself. Raises ``DocumentNotFound``."""
        async with self._database.read() as connection:
            return await get_document(connection, document_id, access=access)

    async def find(self, source: str, uri: str, *, access: Access | None) -> StoredDocument | None:
        """Return the document of a source with this URI, None when there is none."""
        query = sa.select(*COLUMNS).where(
            tables.document.c.source == plain(source), tables.document.c.uri == plain_uri(uri)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(_allowed(query, access))).mappings().one_or_none()
        return None if row is None else document_of(row)

    async def list(
        self,
        access: Access | None,
        *,
        source: str | None = None,
        state: DocumentState | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> DocumentPage:
        """Return documents that ``access`` lets through, by source and URI. None is the service itself."""
        limit = max(1, min(limit, MAX_PAGE))
        order = (tables.document.c.source, tables.document.c.uri)
        query = _allowed(sa.select(*COLUMNS).order_by(*order).limit(limit + 1), access)
        if source is not None:
            query = query.where(tables.document.c.source == plain(source))
        if state is not None:
            query = query.where(tables.document.c.state == state)
        if cursor is not None:
            after_source, after_uri = place_of(cursor, 2)
            same = sa.and_(tables.document.c.source == after_source, tables.document.c.uri > after_uri)
            query = query.where(sa.or_(tables.document.c.source > after_source, same))
        async with self._database.read() as connection:
            found = [document_of(row) for row in (await connection.execute(query)).mappings()]
        shown, more = found[:limit], len(found) > limit
        return DocumentPage(
            documents=tuple(shown), next_cursor=cursor_of(shown[-1].source, shown[-1].uri) if more else None
        )

    async def relatives(self, families: Iterable[str], *, access: Access) -> dict[str, tuple[StoredDocument, ...]]:
        """Return the searchable documents of each near-duplicate family that ``access`` lets through, by URI."""
        wanted = sorted({plain(family) for family in families} - {""})[:MAX_PAGE]
        if not wanted:
            return {}
        query = sa.select(*COLUMNS).where(tables.document.c.family.in_(wanted), tables.document.c.revision != "")
        found: dict[str, tuple[StoredDocument, ...]] = {}
        async with self._database.read() as connection:
            rows = await connection.execute(_allowed(query, access).order_by(tables.document.c.uri))
            for row in rows.mappings():
                found[row["family"]] = (*found.get(row["family"], ()), document_of(row))
        return found

    async def progress(self, source: str | None = None, *, access: Access | None = None) -> Progress:
        """Say how far the documents of a source, or of all, are. ``access`` None is the service itself."""
        columns = tables.document.c
        counts = sa.select(columns.state, sa.func.count(), sa.func.sum(columns.passages)).group_by(columns.state)
        recent = sa.select(sa.func.count(), sa.func.min(columns.indexed_at))
        async with self._database.read() as connection:
            now = await self._database.now(connection)
            unlisted = (await connection.execute(_unlisted(source))).first() is not None
            recent = recent.where(columns.indexed_at > now - timedelta(seconds=RATE_SECONDS))
            if source is not None:
                counts = counts.where(columns.source == plain(source))
                recent = recent.where(columns.source == plain(source))
            rows = (await connection.execute(_allowed(counts, access))).all()
            done, since = (await connection.execute(_allowed(recent, access))).one()
        states = {state: count for state, count, _ in rows}
        waiting = states.get("pending", 0) + states.get("indexing", 0)
        rate = _rate(done, since, now)
        return Progress(
            documents=sum(states.values()),
            pending=states.get("pending", 0),
            indexing=states.get("indexing", 0),
            ready=states.get("ready", 0),
            failed=states.get("failed", 0),
            dead=states.get("dead", 0),
            skipped=states.get("skipped", 0),
            passages=sum(int(passages or 0) for _, _, passages in rows),
            rate=rate,
            remaining_seconds=_remaining(waiting, rate, unlisted=unlisted),
        )


async def get_document(connection: Connection, document_id: str, *, access: Access | None) -> StoredDocument:
    """Return a document, read in the caller's transaction. Raises ``DocumentNotFound``."""
    query = _allowed(sa.select(*COLUMNS).where(tables.document.c.id == plain(document_id)), access)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        step = "List the documents to see what there is."
        raise DocumentNotFound(f"There is no document {document_id!r}.", next_step=step)
    return document_of(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sourced:
    """A document with its source; ``spooled`` says whether its bytes were put by."""

    document: StoredDocument
    source: SourceRecord
    spooled: bool


_SOURCED = (  # made once: making it costs more than running it
    sa.select(
        *COLUMNS,
        *(column.label(f"source_{column.name}") for column in tables.source.c),
        sa.exists().where(tables.spool.c.document == tables.document.c.id).label("put_by"),
    )
    .join(tables.source, tables.source.c.id == tables.document.c.source)
    .where(tables.document.c.id.in_(sa.bindparam("wanted", expanding=True)))
)


async def documents_with_sources(connection: Connection, ids: Iterable[str]) -> dict[str, Sourced]:
    """Return documents with their sources by id, read in the caller's transaction; those that are gone are left out."""
    found: dict[str, Sourced] = {}
    for row in (await connection.execute(_SOURCED, {"wanted": sorted(ids)})).mappings():
        source = source_of({column.name: row[f"source_{column.name}"] for column in tables.source.c})
        found[row["id"]] = Sourced(document=document_of(row), source=source, spooled=row["put_by"])
    return found


async def documents_of(connection: Connection, ids: Iterable[str]) -> dict[str, StoredDocument]:
    """Return these documents by id, read in the caller's transaction."""
    query = sa.select(*COLUMNS).where(tables.document.c.id.in_(sorted(set(ids))))
    return {row["id"]: document_of(row) for row in (await connection.execute(query)).mappings()}


def _allowed(query: Query, access: Access | None) -> Query:
    """Leave out what ``access`` does not let through, and what is being removed with its source."""
    removed = sa.select(tables.source.c.id).where(tables.source.c.state == "removing")
    query = query.where(tables.document.c.source.not_in(removed))
    return query if access is None else query.where(tables.document.c.access.in_(sorted(access.labels)))


def _unlisted(source: str | None) -> sa.Select[Any]:
    """Ask for a source that is being listed for the first time: how much it holds is not known yet."""
    columns = tables.source.c
    first = (columns.synced_at.is_(None), columns.state.in_(("new", "syncing")), columns.kind != "upload")
    query = sa.select(columns.id).where(*first).limit(1)
    return query if source is None else query.where(columns.id == plain(source))


def _remaining(waiting: int, rate: float | None, *, unlisted: bool) -> float | None:
    if not waiting:
        return None if unlisted else 0.0
    return waiting / rate if rate else None


def _rate(done: int, since: datetime | None, now: datetime) -> float | None:
    """Return documents a second. One document says nothing about a rate."""
    if done < 2 or since is None:
        return None
    return done / max((now - since).total_seconds(), 0.1)
