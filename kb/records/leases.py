"""Leases on jobs: claim one, keep it, end it, or lose it.

A worker claims a job for some seconds and prolongs that while it works. A worker that died is found by its lease; one
that was only slow finds out when it writes (``LeaseLost``) and writes nothing.
"""

import random
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.storage import Database
from kb.records import tables
from kb.records.errors import LeaseLost
from kb.records.model import Job, JobKind, JobState
from kb.records.rows import Connection, job_of, plain

LONGEST_WAIT_SECONDS = 300
"""No retry waits longer, so that an end of the trouble is noticed within five minutes."""

PRIORITIES: dict[JobKind, int] = {"access": 0, "remove": 1, "sync": 2, "sweep": 3, "rebuild": 4, "index": 5}
"""Lower runs first: what takes access away before what adds."""

_CLAIMING = 7_361_248_096
"""Any number that nobody else locks in this database. Claims wait for each other for some milliseconds, so that two
workers never take two jobs of one document."""

_GONE = "The process that worked on it ended before it was done"

job = tables.job


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a job failed, in words that may be shown. ``permanent``: no use in trying again.

    ``counted`` False: it was not the job's fault (a store or a database that is away), so the try does not count.
    """

    message: str
    code: str
    permanent: bool = False
    counted: bool = True


LeaseKey = tuple[str, str]
"""A job's id and the token of one lease of it."""


def lease_of(one: Job) -> LeaseKey:
    """Return the lease under which a job was claimed."""
    return one.id, one.lease_token


class Leases:
    """What workers do with jobs.

    ``clock`` replaces the database's time in tests, ``spread`` the random part of waiting.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Callable[[], datetime] | None = None,
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._database = database
        self._clock = clock
        self._spread = spread

    async def now(self, connection: Connection) -> datetime:
        """Return the time that leases and retries are measured by."""
        return self._clock() if self._clock else await self._database.now(connection)

    async def claim(self, kinds: Sequence[JobKind], limit: int, *, lease_seconds: float) -> tuple[Job, ...]:
        """Take up to ``limit`` jobs that are due, the first due first; none of a document that is being worked on."""
        async with self._database.write() as connection:
            if not self._database.sqlite:
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_CLAIMING)))
            now = await self.now(connection)
            ids = await self._due(connection, kinds, limit, now)
            if not ids:
                return ()
            claimed = await connection.execute(
                job.update()
                .where(job.c.id.in_(ids))
                .values(
                    state="running",
                    attempts=job.c.attempts + 1,
                    lease_token=secrets.token_hex(8),
                    lease_until=now + timedelta(seconds=lease_seconds),
                    started_at=now,
                    finished_at=None,
                )
                .returning(*job.c)
            )
            found = {row["id"]: job_of(row) for row in claimed.mappings()}
            await _begin_documents(connection, [one.document for one in found.values() if one.kind == "index"])
        return tuple(found[one] for one in ids)

    async def _due(self, connection: Connection, kinds: Sequence[JobKind], limit: int, now: datetime) -> list[str]:
        other = job.alias("other")
        busy = sa.exists().where(other.c.document == job.c.document, other.c.state == "running")
        pick = (
            sa.select(job.c.id, job.c.document)
            .where(
                job.c.state == "queued",
                job.c.priority.in_([PRIORITIES[kind] for kind in kinds]),
                job.c.run_at <= now,
                sa.or_(job.c.document == "", sa.not_(busy)),
            )
            .order_by(job.c.priority, job.c.run_at, job.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=job)
        )
        taken: set[str] = set()
        ids: list[str] = []
        for key, document in (await connection.execute(pick)).all():
            if not document or document not in taken:
                taken.add(document)
                ids.append(key)
        return ids

    async def reap(self, *, everyone: bool = False) -> int:
        """Give jobs whose worker has gone to others; those that used up their tries that way become dead.

        ``everyone``: no worker is left at all, so that no lease needs to be waited for.
        """
        async with self._database.write() as connection:
            now = await self.now(connection)
            gone = sa.select(job).where(job.c.state == "running")
            if not everyone:
                gone = gone.where(job.c.lease_until < now)
            found = [job_of(row) for row in (await connection.execute(gone.with_for_update())).mappings()]
            for one in found:
                await self._reap(connection, one, now)
        return len(found)

    async def _reap(self, connection: Connection, one: Job, now: datetime) -> None:
        if one.cancel_requested:
            await self._end(connection, one, "cancelled", now)
            return
        dead = one.attempts >= one.max_attempts
        times = f" {one.attempts} times" if dead else ""
        step = " It is not tried again by itself: see the log of that process, then retry it." if dead else ""
        failure = Failure(message=f"{_GONE}{times}.{step}", code="interrupted", permanent=dead)
        await self._failed(connection, one, failure, now, run_at=now)

    async def heartbeat(self, tokens: Iterable[str], *, lease_seconds: float) -> dict[LeaseKey, bool]:
        """Prolong the leases under these tokens. Return the jobs still held, and whether somebody wants them ended."""
        held = sorted(set(tokens))
        if not held:
            return {}
        async with self._database.write() as connection:
            until = await self.now(connection) + timedelta(seconds=lease_seconds)
            kept = await connection.execute(
                job.update()
                .where(job.c.lease_token.in_(held), job.c.state == "running")
                .values(lease_until=until)
                .returning(job.c.id, job.c.lease_token, job.c.cancel_requested)
            )
            return {(key, token): bool(cancelled) for key, token, cancelled in kept.all()}

    async def hold(self, connection: Connection, one: Job) -> None:
        """Raise ``LeaseLost`` unless the job is still this worker's, and keep it so until the transaction ends."""
        mine = sa.select(job.c.id).where(
            job.c.id == one.id, job.c.lease_token == one.lease_token, job.c.state == "running"
        )
        if (await connection.execute(mine.with_for_update())).first() is None:
            raise _lost(one)

    async def held(self, connection: Connection, jobs: Sequence[Job]) -> set[LeaseKey]:
        """Return the leases of those jobs that still hold, and keep them so until the transaction ends."""
        query = sa.select(job.c.id, job.c.lease_token).where(
            job.c.id.in_(sorted({one.id for one in jobs})), job.c.state == "running"
        )
        rows = (await connection.execute(query.order_by(job.c.id).with_for_update())).all()
        return {(key, token) for key, token in rows} & {lease_of(one) for one in jobs}

    async def done(self, connection: Connection, jobs: Sequence[Job]) -> set[str]:
        """End jobs that ``hold`` or ``held`` has confirmed; return the documents that were asked for once more."""
        now = await self.now(connection)
        mine = job.c.id.in_(sorted(one.id for one in jobs))
        once_more = (
            job.update()
            .where(mine, job.c.again)
            .values(state="queued", attempts=0, again=False, run_at=now, lease_token="", lease_until=None)
            .returning(job.c.document)
        )
        again = set((await connection.execute(once_more)).scalars())
        ended = {"state": "done", "finished_at": now, "lease_token": "", "lease_until": None}
        ended |= {"last_error": "", "error_code": ""}
        await connection.execute(job.update().where(mine, job.c.state == "running").values(**ended))
        await _set_documents(connection, sorted(again), {"state": "pending"}, kind="index")
        return again

    async def fail(self, connection: Connection, one: Job, failure: Failure) -> Job:
        """Write down that a job failed and when it is tried next. Raises ``LeaseLost``."""
        await self.hold(connection, one)
        now = await self.now(connection)
        wait = min(LONGEST_WAIT_SECONDS, 2 ** min(one.attempts, 16)) * (0.5 + self._spread() / 2)
        return await self._failed(connection, one, failure, now, run_at=now + timedelta(seconds=wait))

    async def _failed(
        self, connection: Connection, one: Job, failure: Failure, now: datetime, *, run_at: datetime
    ) -> Job:
        told = {"last_error": plain(failure.message), "error_code": plain(failure.code)}
        values: dict[str, Any] = {**told, "lease_token": "", "lease_until": None}
        stored = (await connection.execute(sa.select(job.c.again).where(job.c.id == one.id))).scalar_one()
        most = one.max_attempts if failure.counted else one.max_attempts + 1
        if stored:  # what was asked for meanwhile is another piece of work
            values |= {"state": "queued", "attempts": 0, "again": False, "run_at": now}
        elif failure.permanent or one.attempts >= most:
            values |= {"state": "dead", "finished_at": now}
        else:
            values |= {"state": "queued", "max_attempts": most, "run_at": run_at}
        changed = await connection.execute(job.update().where(job.c.id == one.id).values(**values).returning(*job.c))
        after = job_of(changed.mappings().one())
        state = "dead" if after.state == "dead" else "pending" if stored else "failed"
        next_try = after.run_at if after.state == "queued" else None
        await _set_documents(connection, [one.document], {**told, "state": state, "next_try_at": next_try}, one.kind)
        if one.kind == "sync":
            await _set_source(connection, one.source, {**told, "state": "failed"})
        return after

    async def release(self, connection: Connection, one: Job) -> None:
        """Give a job back unfinished, as if it had not been claimed. A lost lease is no error here."""
        back = {"state": "queued", "attempts": max(one.attempts - 1, 0), "lease_token": "", "lease_until": None}
        mine = (job.c.id == one.id, job.c.lease_token == one.lease_token, job.c.state == "running")
        given = await connection.execute(job.update().where(*mine).values(**back))
        if given.rowcount:
            await _set_documents(connection, [one.document], {"state": "pending"}, one.kind)

    async def postpone(self, connection: Connection, one: Job, seconds: float) -> None:
        """Put a job back for later without counting the try. Raises ``LeaseLost``."""
        await self.hold(connection, one)
        run_at = await self.now(connection) + timedelta(seconds=seconds)
        await self.release(connection, one)
        await connection.execute(job.update().where(job.c.id == one.id).values(run_at=run_at))

    async def cancelled(self, connection: Connection, one: Job) -> None:
        """End a running job that somebody wanted ended. Raises ``LeaseLost``."""
        await self.hold(connection, one)
        await self._end(connection, one, "cancelled", await self.now(connection))

    async def _end(self, connection: Connection, one: Job, state: JobState, now: datetime) -> None:
        stored = (await connection.execute(sa.select(job.c.again).where(job.c.id == one.id))).scalar_one()
        values: dict[str, Any] = {"lease_token": "", "lease_until": None, "cancel_requested": False, "again": False}
        values |= {"state": "queued", "attempts": 0, "run_at": now} if stored else {"state": state, "finished_at": now}
        await connection.execute(job.update().where(job.c.id == one.id).values(**values))
        told = "pending" if stored else state
        await _set_documents(connection, [one.document], {"state": told, "next_try_at": None}, one.kind)
        if one.kind == "sync":
            listed = sa.case((tables.source.c.synced_at.is_(None), "new"), else_="ready")
            await _set_source(connection, one.source, {"state": listed})


async def _begin_documents(connection: Connection, ids: Sequence[str]) -> None:
    if ids:
        columns = tables.document.c
        begun = {"state": "indexing", "attempts": columns.attempts + 1, "next_try_at": None}
        await connection.execute(tables.document.update().where(columns.id.in_(ids)).values(**begun))


async def _set_documents(connection: Connection, ids: Sequence[str], values: dict[str, Any], kind: JobKind) -> None:
    if kind == "index" and ids:
        await connection.execute(tables.document.update().where(tables.document.c.id.in_(ids)).values(**values))


async def _set_source(connection: Connection, source: str, values: dict[str, Any]) -> None:
    """Change a source whose listing has ended, unless it is being removed."""
    listed = (tables.source.c.id == source, tables.source.c.state != "removing")
    await connection.execute(tables.source.update().where(*listed).values(**values))


def _lost(one: Job) -> LeaseLost:
    what = one.document or one.source or one.id
    return LeaseLost(f"The {one.kind} job of {what} is no longer this worker's.")
