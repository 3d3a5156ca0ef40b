"""Put a new version of documents in the place of the old one: text, passages, state and job in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, Literal

import sqlalchemy as sa

from kb.records import tables
from kb.records.indexes import Indexes, IndexRecord, all_indexes, set_index
from kb.records.jobs import Jobs, LeaseKey, NewJob, lease_of
from kb.records.model import Job, JobKind
from kb.records.rows import Connection
from kb.records.spool import clear

ROWS = 200
"""Passages of one statement: some milliseconds of the event loop."""

Verdict = Literal["done", "lost", "gone", "stale"]
"""``lost``: the job is somebody else's now; ``gone``: the document is; ``stale``: access or collections changed
meanwhile, so that it must be written to the vector store again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a document, fit to be written. ``text`` and what is in ``passages`` are JSON already."""

    values: Mapping[str, Any]
    text: str
    passages: Sequence[Mapping[str, Any]]
    access: str
    written: frozenset[str]
    """The collections that hold it."""

    @property
    def revision(self) -> str:
        """The name of this version."""
        return str(self.values["revision"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an index job ended: with a ``version``, with nothing to index (``skipped``), or with nothing new.

    ``values`` are columns of the document. ``drop``: the version that could be found goes away.
    """

    job: Job
    version: Version | None = None
    values: Mapping[str, Any]
    drop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    access: str
    revision: str
    attempts: int
    upload: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of outcomes: the verdict on each by the lease of its job, and the kinds of jobs that were queued."""

    verdicts: Mapping[LeaseKey, Verdict]
    queued: frozenset[JobKind]


Place = Callable[[str, Version], Mapping[str, str]]
"""Tells for a document and its new version which documents get which family."""


async def settle(
    connection: Connection,
    outcomes: Sequence[Outcome],
    *,
    jobs: Jobs,
    indexes: Indexes,
    fingerprint: str,
    place: Place,
    leave: Callable[[str], Mapping[str, str]],
) -> Settled:
    """Write what came of some index jobs."""
    await indexes.lock(connection, shared=True)
    collections = await all_indexes(connection)
    live = {one.collection for one in collections if one.state != "retired" and one.fingerprint == fingerprint}
    held = await jobs.held(connection, [one.job for one in outcomes])
    found = await _found(connection, [one.job.document for one in outcomes])
    verdicts = {lease_of(one.job): _verdict(one, held, found, live) for one in outcomes}
    mine = [one for one in outcomes if verdicts[lease_of(one.job)] == "done"]
    now = await jobs.now(connection)
    families: dict[str, str] = {}
    for one in mine:
        if one.version is not None:
            families |= place(one.job.document, one.version)
        elif one.drop:
            families |= leave(one.job.document)
    await _delete_versions(connection, [one.job.document for one in mine if one.version is not None or one.drop])
    await _insert_versions(connection, [(one.job.document, one.version) for one in mine if one.version is not None])
    await _update(connection, mine, now)
    await set_families(connection, families)
    others = [one for one in collections if one.state == "building" and one.fingerprint != fingerprint]
    await _copy_again(connection, others, [one.job.document for one in mine if one.version is not None])
    ended = [one.job for one in outcomes if verdicts[lease_of(one.job)] in ("done", "gone")]
    again = await jobs.done(connection, ended)
    kept = {key for key, one in found.items() if one.upload}
    await clear(connection, {one.job.document for one in mine} - kept - again)
    sweeps = [one.job for one in mine if _leaves_old(one, found[one.job.document])]
    await jobs.put(connection, [sweep_of(one.document, one.source) for one in sweeps])
    queued: dict[JobKind, object] = {"sweep": sweeps, "index": again}
    return Settled(verdicts=verdicts, queued=frozenset(kind for kind, some in queued.items() if some))


async def _copy_again(connection: Connection, building: Iterable[IndexRecord], documents: Sequence[str]) -> None:
    """Set collections that another process builds for another model back to before the first of these documents."""
    for one in building:
        copied = [key for key in documents if key <= one.position]
        if copied:
            await set_index(connection, one.collection, position=min(copied)[:-1])


def sweep_of(document: str, source: str) -> NewJob:
    """Return the job that takes what is not current of a document out of the vector store."""
    return NewJob(key=f"sweep:{document}", kind="sweep", source=source, document=document)


async def set_families(connection: Connection, families: Mapping[str, str]) -> None:
    """Write the family of documents."""
    if not families:
        return
    change = tables.document.update().where(tables.document.c.id == sa.bindparam("key"))
    rows = [{"key": key, "to": family} for key, family in families.items()]
    await connection.execute(change.values(family=sa.bindparam("to")), rows)


async def sketches(connection: Connection, *, source: str | None = None) -> list[tuple[str, str, str, bytes]]:
    """Return id, access, family and sketch of searchable documents, those that stand for others first."""
    columns = tables.document.c
    copy = sa.case((columns.family == columns.id, 0), else_=1)
    query = (
        sa.select(columns.id, columns.access, columns.family, columns.sketch)
        .where(columns.revision != "", columns.sketch.is_not(None))
        .order_by(copy, columns.indexed_at, columns.id)
    )
    if source is not None:
        query = query.where(columns.source == source)
    return [(key, access, family, bytes(sketch)) for key, access, family, sketch in (await connection.execute(query))]


def _verdict(one: Outcome, held: set[LeaseKey], found: Mapping[str, _Found], live: set[str]) -> Verdict:
    if lease_of(one.job) not in held:
        return "lost"
    stored = found.get(one.job.document)
    if stored is None:
        return "gone"
    if one.version is not None and (stored.access != one.version.access or not live <= one.version.written):
        return "stale"
    return "done"


async def _found(connection: Connection, ids: Iterable[str]) -> dict[str, _Found]:
    columns = tables.document.c
    query = (
        sa.select(columns.id, columns.access, columns.revision, columns.attempts, tables.source.c.kind)
        .join(tables.source, tables.source.c.id == columns.source)
        .where(columns.id.in_(sorted(ids)))
        .order_by(columns.id)
        .with_for_update(of=tables.document)
    )
    return {
        key: _Found(access=access, revision=revision, attempts=attempts, upload=kind == "upload")
        for key, access, revision, attempts, kind in (await connection.execute(query)).all()
    }


def _leaves_old(one: Outcome, before: _Found) -> bool:
    """Say whether the vector store may hold what is not current: an older version, or half of one that failed."""
    if one.version is None:
        return before.attempts > 1 or (one.drop and before.revision != "")
    return before.attempts > 1 or before.revision not in ("", one.version.revision)


async def _delete_versions(connection: Connection, documents: Sequence[str]) -> None:
    if documents:
        for table in (tables.passage, tables.text):
            await connection.execute(table.delete().where(table.c.document.in_(documents)))


async def _insert_versions(connection: Connection, versions: Sequence[tuple[str, Version]]) -> None:
    if not versions:
        return
    texts = [{"document": key, "revision": one.revision, "text": one.text} for key, one in versions]
    await _insert(connection, tables.text, texts)
    rows = [passage for _, one in versions for passage in one.passages]
    for at in range(0, len(rows), ROWS):
        await _insert(connection, tables.passage, rows[at : at + ROWS])


async def _insert(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of texts and numbers whose JSON was made before, past what SQLAlchemy does for each value."""
    statement, columns = _insert_into(table, connection.dialect)
    values = list(map(itemgetter(*columns), rows)) if columns else list(rows)
    await connection.exec_driver_sql(statement, values)


@lru_cache(maxsize=8)
def _insert_into(table: sa.Table, dialect: sa.Dialect) -> tuple[str, tuple[str, ...]]:
    """Return a statement in the driver's words, and its columns in order where the driver takes them by order."""
    compiled = table.insert().compile(dialect=dialect)
    return compiled.string, tuple(compiled.positiontup or ())


async def _update(connection: Connection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write the columns of the documents, all that change the same columns in one statement."""
    alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for one in outcomes:
        values = {**one.values, "next_try_at": None}
        if one.version is not None:
            values |= {**one.version.values, "indexed_at": now}
        elif one.drop:
            values |= {"revision": "", "content_hash": "", "passages": 0, "characters": 0, "sketch": None, "family": ""}
        row = {f"new_{name}": value for name, value in values.items()}
        alike.setdefault(tuple(sorted(values)), []).append({**row, "key": one.job.document})
    for columns, rows in alike.items():
        change = tables.document.update().where(tables.document.c.id == sa.bindparam("key"))
        given = {name: sa.bindparam(f"new_{name}", type_=tables.document.c[name].type) for name in columns}
        await connection.execute(change.values(given), rows)
