"""Runs and their event streams in the database."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.errors import Conflict, RunNotFound, UsageError
from core.runs.model import (
    CARRIED,
    ENDED,
    OPEN,
    EventType,
    Json,
    Run,
    RunEvent,
    RunFailure,
    RunId,
    RunPage,
    RunState,
    Step,
    may_become,
)
from core.runs.records import cursor_of, event_of, place_of, run_of, step_json
from core.runs.waiting import Changes
from core.runs.writes import Lease, RunWrites
from core.storage import Database
from core.storage.schema import run, run_event

POLL_SECONDS = {"sqlite": 2.0, "postgresql": 0.5}
"""How often a waiter looks without being woken. On SQLite the writer is nearly always this process."""

INTERRUPTED = RunFailure(
    code="interrupted", message="interrupted: the process that ran it ended", next_step="Start it again."
)


class RunStore:
    """Read and write runs. ``clock`` replaces the database's time in tests."""

    def __init__(
        self, database: Database, *, clock: Callable[[], datetime] | None = None, poll_seconds: float | None = None
    ) -> None:
        self._database = database
        self._changes = Changes(poll_seconds or POLL_SECONDS["sqlite" if database.sqlite else "postgresql"])
        self._writes = RunWrites(database, self._changes, clock)
        self.cancel_listeners: set[Callable[[RunId], None]] = set()

    async def create(
        self,
        *,
        kind: str,
        owner: str,
        deadline_seconds: float | None = None,
        idempotency_key: str | None = None,
        fingerprint: str = "",
        lease: Lease | None = None,
    ) -> tuple[Run, bool]:
        """Create a queued run; return it and True, or the run that this owner began under the same key and False.

        ``fingerprint`` stands for the request. Raises ``Conflict`` when the key was used for another request.
        """
        for text in (kind, owner, idempotency_key or "", fingerprint):
            if "\x00" in text:
                raise UsageError("A zero byte cannot be part of a run's kind, owner or Idempotency-Key.")
        return await self._writes.create(
            kind=kind,
            owner=owner,
            deadline=deadline_seconds,
            key=idempotency_key,
            fingerprint=fingerprint,
            lease=lease,
        )

    async def get(self, run_id: str, *, owner: str | None) -> Run:
        """Return a run. ``owner`` None skips the check of who may see it: only for the service itself.

        Raises ``RunNotFound``, also when the run is somebody else's: its existence is not told.
        """
        found = None
        if "\x00" not in run_id:
            async with self._database.read() as connection:
                found = (await connection.execute(sa.select(run).where(run.c.id == run_id))).mappings().one_or_none()
        if found is None or (owner is not None and found["owner"] != owner):
            raise RunNotFound(f"There is no run {run_id!r}.", next_step="List your runs to see what there is.")
        return run_of(found)

    async def list_runs(
        self,
        *,
        owner: str | None,
        limit: int = 50,
        cursor: str | None = None,
        kind: str | None = None,
        state: RunState | None = None,
    ) -> RunPage:
        """Return runs, newest first, without their results."""
        columns = [column for column in run.c if column.name != "result"]
        query = sa.select(*columns).order_by(run.c.created_at.desc(), run.c.id.desc()).limit(limit + 1)
        for column, value in ((run.c.owner, owner), (run.c.kind, kind), (run.c.state, state)):
            if value is not None:
                query = query.where(column == value.replace("\x00", ""))
        if cursor is not None:
            moment, run_id = place_of(cursor)
            after = sa.and_(run.c.created_at == moment, run.c.id < run_id.replace("\x00", ""))
            query = query.where(sa.or_(run.c.created_at < moment, after))
        async with self._database.read() as connection:
            runs = [run_of(row) for row in (await connection.execute(query)).mappings()]
        more = len(runs) > limit
        return RunPage(runs=tuple(runs[:limit]), next_cursor=cursor_of(runs[limit - 1]) if more else None)

    async def events_after(self, run_id: str, seq: int, *, limit: int = 500) -> tuple[RunEvent, ...]:
        """Return the events after ``seq``, in order. Check with ``get`` that the caller may see the run."""
        query = (
            sa.select(run_event)
            .where(run_event.c.run_id == run_id, run_event.c.seq > min(seq, 2**31 - 1))
            .order_by(run_event.c.seq)
            .limit(limit)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
            result = None
            if any(row["type"] == "result" for row in rows):
                result = (await connection.execute(sa.select(run.c.result).where(run.c.id == run_id))).scalar()
        return tuple(event_of(row, result) for row in rows)

    async def wait_after(self, run_id: str, seq: int, timeout: float) -> tuple[RunEvent, ...]:
        """Return the events after ``seq`` as soon as there are any, or nothing after ``timeout`` seconds."""
        return await self._changes.until(run_id, lambda: self.events_after(run_id, seq), bool, timeout)

    async def wait_finished(self, run_id: str, timeout: float) -> Run:
        """Return the run when it has ended, or as it is after ``timeout`` seconds."""
        return await self._changes.until(run_id, lambda: self.get(run_id, owner=None), lambda run: run.ended, timeout)

    async def append_event(self, run_id: str, event: EventType, body: Json = None) -> None:
        """Append to the stream of an open run. Raises ``Conflict`` when it has ended."""
        await self._required(run_id, OPEN, f"take an event {event!r}", events=[(event, body)])

    async def transition(self, run_id: str, to: RunState, *, lease: Lease | None = None) -> Run:
        """Move a run to another open state. Raises ``Conflict`` when that state cannot follow its own.

        Who moves a run to running carries it and gives its ``lease``: without one the next recovery fails the run.
        """
        if to in ENDED:
            raise UsageError(f"A run becomes {to!r} by ``finish``.")
        values: dict[str, Any] = {"state": to}
        if to == "awaiting_approval":
            values |= {"lease_token": None, "lease_until": None}  # it may wait for days: no process stands behind it
        told: list[tuple[EventType, Json]] = [("state", {"state": to})]
        return await self._required(run_id, may_become(to), f"become {to!r}", values=values, events=told, lease=lease)

    async def begin(self, run_id: str, token: str) -> Run | None:
        """Move a queued run to running. None: ``token`` does not carry it, so it must not be worked on."""
        told: list[tuple[EventType, Json]] = [("state", {"state": "running"})]
        values = {"state": "running"}
        return await self._writes.change(run_id, may_become("running"), values=values, events=told, token=token)

    async def carry(
        self,
        run_id: str,
        token: str,
        *,
        steps: Sequence[Step] | None = None,
        progress: float | None = None,
        events: Iterable[tuple[EventType, Json]] = (),
    ) -> Run | None:
        """Write what the carrier of ``token`` has to tell. None: the run is no longer its own, so it must stop."""
        values: dict[str, Any] = {}
        if steps is not None:
            values["steps"] = [step_json(step) for step in steps]
        if progress is not None:
            values["progress"] = progress
        return await self._writes.change(run_id, CARRIED, values=values, events=list(events), token=token)

    async def finish(
        self,
        run_id: str,
        state: RunState,
        *,
        result: Json = None,
        error: RunFailure | None = None,
        token: str | None = None,
    ) -> Run | None:
        """End a run and its stream. None: it had ended before, or ``token`` no longer carries it."""
        if state not in ENDED:
            raise UsageError(f"{state!r} does not end a run.")
        return await self._writes.finish(run_id, state, result=result, error=error, token=token)

    async def request_cancel(self, run_id: str, *, owner: str | None) -> Run:
        """Ask for the end of a run. Its carrier ends it within a second; where nobody carries it, it ends here."""
        found = await self.get(run_id, owner=owner)
        if found.ended:
            return found
        if found.state == "awaiting_approval":
            ended = await self.finish(run_id, "cancelled")
            return ended or await self.get(run_id, owner=owner)
        await self._writes.change(run_id, OPEN, values={"cancel_requested": True})
        for listener in tuple(self.cancel_listeners):
            listener(found.id)
        return await self.get(run_id, owner=owner)

    async def renew(self, lease: Lease, run_ids: Iterable[str]) -> frozenset[str]:
        """Prolong the lease of these runs; return those that are still carried under it."""
        return await self._writes.renew(lease, run_ids)

    async def purge(self, older_than: datetime) -> int:
        """Delete runs that ended before ``older_than``, with their streams. Return how many there were."""
        return await self._writes.purge(older_than)

    async def settle(self) -> None:
        """Wait for writes whose callers were cancelled."""
        await self._writes.settle()

    async def cancel_requests(self, token: str) -> frozenset[str]:
        """Return the runs of ``token`` that somebody, perhaps through another process, wants to end."""
        wanted = (run.c.lease_token == token, run.c.cancel_requested, run.c.state.in_(CARRIED))
        async with self._database.read() as connection:
            return frozenset((await connection.execute(sa.select(run.c.id).where(*wanted))).scalars())

    async def recover(self) -> int:
        """Fail the runs whose process died: their lease has ended. Return how many there were."""
        async with self._database.read() as connection:
            now = await self._writes.now(connection)
            dead = (run.c.state.in_(CARRIED), sa.or_(run.c.lease_until < now, run.c.lease_until.is_(None)))
            ids = (await connection.execute(sa.select(run.c.id).where(*dead))).scalars().all()
        ended = [await self._writes.finish(one, "failed", error=INTERRUPTED, dead_at=now) for one in ids]
        return sum(1 for one in ended if one is not None)

    async def _required(
        self,
        run_id: str,
        allowed: frozenset[RunState],
        what: str,
        *,
        values: dict[str, Any] | None = None,
        events: list[tuple[EventType, Json]],
        lease: Lease | None = None,
    ) -> Run:
        written = await self._writes.change(run_id, allowed, values=values or {}, events=events, lease=lease)
        if written is None:
            found = await self.get(run_id, owner=None)
            raise Conflict(f"Run {run_id} is {found.state!r} and cannot {what}.")
        return written
