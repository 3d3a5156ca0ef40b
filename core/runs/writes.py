"""Write transactions over runs. Each changes a run and its stream at once, and is never cut in the middle."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.errors import Conflict, SextantError
from core.runs.model import CARRIED, EventType, Json, Run, RunFailure, RunState, Step, StepState, may_become
from core.runs.records import failure_json, run_of, step_json
from core.runs.waiting import Changes
from core.storage import Database
from core.storage.schema import Moment, run, run_event

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """Who carries a run: ``token`` is the runner's own secret name; without renewal it ends after ``seconds``."""

    token: str
    seconds: float


class RunWrites:
    """The transactions behind ``RunStore``. ``clock`` replaces the database's time in tests."""

    def __init__(self, database: Database, changes: Changes, clock: Callable[[], datetime] | None) -> None:
        self._database = database
        self._changes = changes
        self._clock = clock
        self._writes: set[asyncio.Task[Any]] = set()

    async def create(
        self, *, kind: str, owner: str, deadline: float | None, key: str | None, fingerprint: str, lease: Lease | None
    ) -> tuple[Run, bool]:
        """Insert a queued run and True, or return the one of the same owner and key and False."""
        return await self._whole(self._create(kind, owner, deadline, key, fingerprint, lease))

    async def change(
        self,
        run_id: str,
        allowed: frozenset[RunState],
        *,
        values: dict[str, Any],
        events: Sequence[tuple[EventType, Json]] = (),
        token: str | None = None,
        lease: Lease | None = None,
    ) -> Run | None:
        """Update a run that is in an ``allowed`` state (and carried by ``token``). None: it is not.

        ``lease`` makes its holder the carrier from now on.
        """
        return await self._whole(self._change(run_id, allowed, values, events, token, lease))

    async def finish(
        self,
        run_id: str,
        state: RunState,
        *,
        result: Json = None,
        error: RunFailure | None = None,
        token: str | None = None,
        dead_at: datetime | None = None,
    ) -> Run | None:
        """End a run and its stream; with ``dead_at`` only if its lease had ended by then. None: not done."""
        return await self._whole(self._finish(run_id, state, result, error, token=token, dead_at=dead_at))

    async def renew(self, lease: Lease, run_ids: Iterable[str]) -> frozenset[str]:
        """Prolong the lease of these runs; return those that are still carried under it."""
        ids = sorted(run_ids)
        if not ids:
            return frozenset()

        async def write() -> frozenset[str]:
            async with self._database.write() as connection:
                until = await self.now(connection) + timedelta(seconds=lease.seconds)
                mine = (run.c.id.in_(ids), run.c.lease_token == lease.token, run.c.state.in_(CARRIED))
                kept = await connection.execute(run.update().where(*mine).values(lease_until=until).returning(run.c.id))
                return frozenset(kept.scalars())

        return await self._whole(write())

    async def purge(self, older_than: datetime) -> int:
        """Delete runs that ended before ``older_than``, with their streams. Return how many there were."""

        async def write() -> int:
            async with self._database.write() as connection:
                old = await connection.execute(run.delete().where(run.c.finished_at < older_than))
                return old.rowcount

        return await self._whole(write())

    async def settle(self) -> None:
        """Wait for writes whose callers were cancelled."""
        while self._writes:
            await asyncio.wait(self._writes)

    async def now(self, connection: AsyncConnection) -> datetime:
        """Return the time that leases are measured by."""
        return self._clock() if self._clock else await self._database.now(connection)

    async def _create(
        self, kind: str, owner: str, deadline: float | None, key: str | None, fingerprint: str, lease: Lease | None
    ) -> tuple[Run, bool]:
        insert = sqlite.insert(run) if self._database.sqlite else postgresql.insert(run)
        async with self._database.write() as connection:
            now = await self.now(connection)
            added = insert.values(
                id=uuid.uuid4().hex,
                kind=kind,
                state="queued",
                owner=owner,
                created_at=now,
                deadline_at=None if deadline is None else now + timedelta(seconds=deadline),
                progress=0.0,
                steps=[],
                idempotency_key=key,
                fingerprint=fingerprint,
                cancel_requested=False,
                last_seq=1,
                lease_token=lease.token if lease else None,
                lease_until=None if lease is None else now + timedelta(seconds=lease.seconds),
            ).on_conflict_do_nothing(index_elements=["owner", "idempotency_key"])
            row = (await connection.execute(added.returning(run))).mappings().one_or_none()
            if row is not None:
                await self._tell(connection, row["id"], 0, [("state", {"state": "queued"})], now)
                return run_of(row), True
            same = (run.c.owner == owner, run.c.idempotency_key == key)
            first = (await connection.execute(sa.select(run).where(*same))).mappings().one()
        begun = run_of(first)
        if first["fingerprint"] != fingerprint:
            raise Conflict(
                f"The Idempotency-Key {key!r} was used for another request, which began run {begun.id}.",
                next_step="Repeat the same request to get its run, or choose a new key.",
            )
        return begun, False

    async def _finish(
        self,
        run_id: str,
        state: RunState,
        result: Json,
        error: RunFailure | None,
        *,
        token: str | None,
        dead_at: datetime | None,
    ) -> Run | None:
        ending: list[tuple[EventType, Json]] = [("state", {"state": state})]
        if state == "succeeded":
            ending.append(("result", None))
        if error is not None:
            ending.append(("error", failure_json(error)))
        ending.append(("done", {"state": state}))
        where = [run.c.id == run_id, run.c.state.in_(may_become(state))]
        if token is not None:
            where.append(run.c.lease_token == token)
        if dead_at is not None:
            where.append(sa.or_(run.c.lease_until < dead_at, run.c.lease_until.is_(None)))
        async with self._database.write() as connection:
            now = await self.now(connection)
            lock = sa.select(run).where(*where).with_for_update()
            row = (await connection.execute(lock)).mappings().one_or_none()
            if row is None:
                return None
            before = run_of(row)
            change = (
                run.update()
                .where(run.c.id == run_id)
                .values(
                    state=state,
                    finished_at=now,
                    progress=1.0 if state == "succeeded" else before.progress,
                    steps=[step_json(step) for step in _closed(before.steps, state, now)],
                    result=result,
                    error=failure_json(error) if error else None,
                    last_seq=row["last_seq"] + len(ending),
                    lease_token=None,
                    lease_until=None,
                )
            )
            done = await connection.execute(change.returning(run))
            ended = run_of(done.mappings().one())
            await self._tell(connection, run_id, row["last_seq"], ending, now, closes=True)
        self._changes.wake(run_id)
        return ended

    async def _change(
        self,
        run_id: str,
        allowed: frozenset[RunState],
        values: dict[str, Any],
        events: Sequence[tuple[EventType, Json]],
        token: str | None,
        lease: Lease | None,
    ) -> Run | None:
        where = [run.c.id == run_id, run.c.state.in_(allowed)]
        if token is not None:
            where.append(run.c.lease_token == token)
        async with self._database.write() as connection:
            now = await self.now(connection)
            fields = values | {"last_seq": run.c.last_seq + len(events)}
            if lease is not None:
                fields |= {"lease_token": lease.token, "lease_until": now + timedelta(seconds=lease.seconds)}
            if values.get("state") == "running":
                fields["started_at"] = sa.func.coalesce(run.c.started_at, sa.literal(now, Moment()))
            changed = await connection.execute(run.update().where(*where).values(fields).returning(run))
            row = changed.mappings().one_or_none()
            if row is None:
                return None
            await self._tell(connection, run_id, row["last_seq"] - len(events), events, now)
        self._changes.wake(run_id)
        return run_of(row)

    async def _tell(
        self,
        connection: AsyncConnection,
        run_id: str,
        seq: int,
        events: Sequence[tuple[EventType, Json]],
        now: datetime,
        *,
        closes: bool = False,
    ) -> None:
        rows = [
            {
                "run_id": run_id,
                "seq": seq + at,
                "type": type_,
                "body": body,
                "at": now,
                "last": closes and at == len(events),
            }
            for at, (type_, body) in enumerate(events, start=1)
        ]
        if rows:
            await connection.execute(run_event.insert(), rows)

    async def _whole(self, write: Coroutine[Any, Any, T]) -> T:
        """Let a write end even when its caller is cancelled: a transaction cut in the middle costs the connection."""
        task = asyncio.ensure_future(write)
        self._writes.add(task)
        task.add_done_callback(self._written)
        return await asyncio.shield(task)

    def _written(self, task: asyncio.Task[Any]) -> None:
        self._writes.discard(task)
        with suppress(asyncio.CancelledError, SextantError):  # the caller has it, unless it was cancelled meanwhile
            task.result()


def _closed(steps: Sequence[Step], state: RunState, now: datetime) -> tuple[Step, ...]:
    """End the steps that the end of the run interrupts."""
    end: StepState = "cancelled" if state == "cancelled" else "failed" if state == "failed" else "succeeded"
    return tuple(step if step.state != "running" else replace(step, state=end, finished_at=now) for step in steps)
