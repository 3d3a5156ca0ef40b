"""The queue of jobs: a table, written in the same transaction as what the jobs change."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from kb.records import tables
from kb.records.errors import JobNotFound
from kb.records.leases import (
    LONGEST_WAIT_SECONDS,
    PRIORITIES,
    Failure,
    LeaseKey,
    Leases,
    lease_of,
)
from kb.records.model import Job, JobKind, JobState
from kb.records.rows import Connection, job_of, plain
from kb.stores.selection import Access

__all__ = ["LONGEST_WAIT_SECONDS", "Failure", "Jobs", "LeaseKey", "NewJob", "lease_of"]

job = tables.job


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be queued. While one with this ``key`` is open no second one is made."""

    key: str
    kind: JobKind
    source: str = ""
    document: str = ""
    payload: dict[str, Any] = field(default_factory=dict)
    max_attempts: int = 5
    delay_seconds: float = 0.0


class Jobs(Leases):
    """The queue as those see it who want something done."""

    async def put(self, connection: Connection, jobs: Iterable[NewJob], *, rerun: bool = True) -> None:
        """Queue jobs in the caller's transaction. One with the same key that has ended is queued anew.

        With ``rerun`` one that is running right now runs once more when it is done; else it is left alone.
        """
        now = await self.now(connection)
        rows = [_row(one, now) for one in jobs]
        if not rows:
            return
        insert = sqlite.insert(job) if self._database.sqlite else postgresql.insert(job)
        new, running = insert.excluded, job.c.state == "running"
        fresh: dict[str, Any] = {
            name: sa.case((running, job.c[name]), else_=new[name])
            for name in ("state", "attempts", "max_attempts", "run_at", "last_error", "error_code", "created_at",
                         "started_at", "finished_at", "cancel_requested")
        }  # fmt: skip
        changed = fresh | {
            "payload": new.payload,
            "priority": new.priority,
            "again": sa.case((running, sa.true() if rerun else job.c.again), else_=sa.false()),
        }
        await connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=changed), rows)

    async def cancel(self, connection: Connection, *, source: str = "", document: str = "") -> tuple[str, ...]:
        """End the open jobs of a source or document that wait, and ask for the end of those that run.

        Return the ids of those that run. Sweeps and removals go on: they take away what is not wanted.
        """
        now = await self.now(connection)
        mine = job.c.document == plain(document) if document else job.c.source == plain(source)
        meant = sa.and_(mine, job.c.kind.in_(("sync", "index")))
        waiting = sa.select(job).where(meant, job.c.state == "queued").with_for_update()
        for row in (await connection.execute(waiting)).mappings().all():
            await self._end(connection, job_of(row), "cancelled", now)
        asked = job.update().where(meant, job.c.state == "running").values(cancel_requested=True, again=False)
        return tuple((await connection.execute(asked.returning(job.c.id))).scalars())

    async def get(self, job_id: str) -> Job:
        """Return a job. Raises ``JobNotFound``."""
        return await self._one(job.c.id == plain(job_id), job_id)

    async def with_key(self, key: str) -> Job:
        """Return the job with this key. Raises ``JobNotFound``."""
        return await self._one(job.c.key == plain(key), key)

    async def _one(self, which: sa.ColumnElement[bool], name: str) -> Job:
        async with self._database.read() as connection:
            row = (await connection.execute(sa.select(job).where(which))).mappings().one_or_none()
        if row is None:
            raise JobNotFound(f"There is no job {name!r}.", next_step="List the jobs to see what there is.")
        return job_of(row)

    async def list(
        self,
        access: Access | None,
        *,
        source: str | None = None,
        document: str | None = None,
        state: JobState | None = None,
        limit: int = 100,
    ) -> tuple[Job, ...]:
        """Return jobs, the next due first. ``access`` lets through those of its sources; None is the service itself."""
        query = sa.select(job).order_by(job.c.state, job.c.priority, job.c.run_at, job.c.id).limit(limit)
        if access is not None:
            query = query.join(tables.source, tables.source.c.id == job.c.source).where(
                tables.source.c.access.in_(sorted(access.labels))
            )
        for column, value in ((job.c.source, source), (job.c.document, document), (job.c.state, state)):
            if value is not None:
                query = query.where(column == plain(value))
        async with self._database.read() as connection:
            return tuple(job_of(row) for row in (await connection.execute(query)).mappings())

    async def open(self, *, source: str | None = None, due_within: float = 0.0) -> int:
        """Count the jobs that run or are due within some seconds. What waits longer for a retry is not counted.

        A removal that waits does so for jobs of its source that are being ended: it is counted.
        """
        async with self._database.read() as connection:
            until = await self.now(connection) + timedelta(seconds=due_within)
            due = sa.and_(job.c.state == "queued", sa.or_(job.c.run_at <= until, job.c.kind == "remove"))
            query = sa.select(sa.func.count()).select_from(job).where(sa.or_(job.c.state == "running", due))
            if source is not None:
                query = query.where(job.c.source == plain(source))
            return (await connection.execute(query)).scalar_one()

    async def running(self, *, source: str, kinds: Sequence[JobKind]) -> bool:
        """Say whether some job of a source is being worked on."""
        query = sa.select(job.c.id).where(job.c.source == source, job.c.state == "running", job.c.kind.in_(kinds))
        async with self._database.read() as connection:
            return (await connection.execute(query.limit(1))).first() is not None

    async def purge(self, older_than: datetime) -> int:
        """Delete jobs that were done or cancelled before ``older_than``. Dead ones stay until somebody decides."""
        old = job.delete().where(job.c.state.in_(("done", "cancelled")), job.c.finished_at < older_than)
        async with self._database.write() as connection:
            return (await connection.execute(old)).rowcount


def _row(new: NewJob, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4().hex,
        "key": plain(new.key),
        "kind": new.kind,
        "source": plain(new.source),
        "document": plain(new.document),
        "payload": new.payload,
        "state": "queued",
        "priority": PRIORITIES[new.kind],
        "attempts": 0,
        "max_attempts": new.max_attempts,
        "run_at": now + timedelta(seconds=new.delay_seconds),
        "lease_token": "",
        "lease_until": None,
        "last_error": "",
        "error_code": "",
        "created_at": now,
        "started_at": None,
        "finished_at": None,
        "cancel_requested": False,
        "again": False,
    }
