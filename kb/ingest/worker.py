"""Take jobs from the queue and carry them: claims, leases, cancellation, retries.

Several processes may do so over one PostgreSQL database; who works on what is decided by the queue alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

import structlog

from core.errors import SextantError, StorageError
from kb.ingest.context import Context
from kb.ingest.failing import failure_of, is_outside
from kb.ingest.limits import IngestEvent
from kb.records.errors import LeaseLost
from kb.records.jobs import LeaseKey, NewJob, lease_of
from kb.records.model import DocumentState, Job, JobKind
from kb.records.sources import due_sources, update_source
from kb.stores.errors import CollectionNotFound

BEAT_SECONDS = 5.0
"""How soon a cancellation by another process is noticed, at the latest."""

FIRST_PAUSE_SECONDS = 0.25
"""How long no document is begun after a store or a model was away; twice as long each time."""

AHEAD_SECONDS, MOST_AHEAD = 1.0, 32
"""Documents are claimed ahead for this long only: who claims more than it works on keeps it from others. Each claim is
a transaction, which on a busy machine takes longer than a small document."""

PURGE_SECONDS = 3600.0

Reason = Literal["lost", "cancelled", "closing"]

log = structlog.get_logger("sextant.kb")

Release = Callable[[], None]
Handler = Callable[[Sequence[Job], Release], Awaitable[None]]


@dataclass(slots=True, kw_only=True)
class Lane:
    """Kinds of jobs that share slots. ``batch`` jobs are given to the handler at once."""

    kinds: tuple[JobKind, ...]
    slots: int
    handler: Handler
    batch: int = 1
    busy: int = 0
    hungry: bool = True
    dry: bool = False
    """The queue had no more when it was last asked; who adds to it wakes the lane."""


@dataclass(slots=True, kw_only=True)
class _Carried:
    jobs: Sequence[Job]
    task: "asyncio.Task[None] | None" = None
    reason: Reason | None = None
    since: float = 0.0
    lanes: list[Lane] = field(default_factory=list)


class Worker:
    """Carries the jobs of some lanes."""

    def __init__(self, context: Context, lanes: Sequence[Lane]) -> None:
        self._context = context
        self._lanes = lanes
        self._carried: dict[LeaseKey, _Carried] = {}
        self._wake = asyncio.Event()
        self._loops: list[asyncio.Task[None]] = []
        self._closing = False
        self._paused_until = 0.0
        self._pauses = 0
        self._beat_at = 0.0
        self.trouble: SextantError | None = None
        """Why nothing is claimed right now: the database does not answer."""

    def start(self) -> None:
        """Begin to claim."""
        loop = asyncio.get_running_loop()
        self._beat_at = loop.time()
        self._loops = [loop.create_task(self._claiming()), loop.create_task(self._beating())]

    async def close(self, grace: float) -> None:
        """Claim no more, let what runs end within ``grace`` seconds, give the rest back."""
        self._closing = True
        self._wake.set()
        if self._loops:
            await asyncio.gather(self._loops[0], return_exceptions=True)
        tasks = self._tasks()
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for carried in list(self._carried.values()):
            self._stop(carried, "closing")
        if tasks := self._tasks():
            await asyncio.wait(tasks)
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)

    def wake(self, *kinds: JobKind) -> None:
        """Look for jobs of these kinds now; without any, for all."""
        for lane in self._lanes:
            if not kinds or set(kinds) & set(lane.kinds):
                lane.hungry, lane.dry = True, False
        self._wake.set()

    def stop(self, job_ids: Sequence[str]) -> None:
        """End jobs that somebody has cancelled, where they run in this process."""
        for carried in list(self._carried.values()):
            if any(job.id in job_ids for job in carried.jobs):
                self._stop(carried, "cancelled")

    @property
    def idle(self) -> bool:
        """Say whether this process works on nothing."""
        return not self._carried

    def _tasks(self) -> set["asyncio.Task[None]"]:
        return {one.task for one in self._carried.values() if one.task is not None}

    def _stop(self, carried: _Carried, reason: Reason) -> None:
        if carried.task is not None and carried.reason is None:
            carried.reason = reason
            carried.task.cancel()

    async def _claiming(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._closing:
            self._wake.clear()
            try:
                for lane in self._lanes:
                    await self._fill(lane)
                self.trouble = None
            except StorageError as exc:
                if self.trouble is None:
                    log.warning("Jobs cannot be claimed.", error=exc.message)
                self.trouble = exc
            except Exception:  # the loop that takes jobs must outlive whatever one claim ran into
                log.exception("Claiming jobs failed for a reason that is not known.")
            patience = self._context.limits.poll_seconds
            if 0 < (left := self._paused_until - loop.time()) < patience:
                patience = left
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._wake.wait()
                continue
            self.wake()

    async def _fill(self, lane: Lane) -> None:
        loop = asyncio.get_running_loop()
        while lane.hungry and not self._closing:
            ahead = self._ahead(lane)
            free = lane.slots + ahead - lane.busy
            if free <= ahead // 2:
                return
            if "index" in lane.kinds and self._pauses:
                if lane.busy or loop.time() < self._paused_until:
                    return  # one at a time, until one succeeds
                free = 1
            limit = lane.batch if lane.batch > 1 else free
            jobs = await self._context.jobs.claim(lane.kinds, limit, lease_seconds=self._context.limits.lease_seconds)
            lane.dry = len(jobs) < limit
            lane.hungry = not lane.dry
            if lane.batch > 1 and jobs:
                self._carry(lane, jobs)
            elif lane.batch == 1:
                for job in jobs:
                    self._carry(lane, [job])

    def _ahead(self, lane: Lane) -> int:
        """Return how many documents are claimed before there is a slot for them: few statements for quick ones."""
        if "index" not in lane.kinds:
            return 0
        alone = self._context.limits.alone
        return MOST_AHEAD if alone else min(MOST_AHEAD, int(AHEAD_SECONDS * lane.slots / self._context.pace.seconds))

    def _carry(self, lane: Lane, jobs: Sequence[Job]) -> None:
        loop = asyncio.get_running_loop()
        carried = _Carried(jobs=jobs, since=loop.time())
        for job in jobs:
            self._carried[lease_of(job)] = carried
        lane.busy += 1
        carried.lanes = [lane]
        carried.task = loop.create_task(self._work(carried, lane))

    def _release(self, carried: _Carried) -> None:
        """Give the slot of a job to the next one; once is enough."""
        for lane in carried.lanes:
            lane.busy -= 1
            lane.hungry = not lane.dry
            if "index" not in lane.kinds:
                self.wake()  # a document may have waited for it
        carried.lanes = []
        self._wake.set()

    async def _work(self, carried: _Carried, lane: Lane) -> None:
        try:
            await self._handled(carried, lane)
            if "index" in lane.kinds:
                self._pauses = 0
        except asyncio.CancelledError:
            await self._stopped(carried)
        except LeaseLost as exc:
            log.info("A job was taken over.", job=exc.message)
        except Exception as exc:  # noqa: BLE001 - the edge of a job: whatever happened is written down on it
            await self._failed(carried, lane, exc)
        finally:
            for job in carried.jobs:
                self._carried.pop(lease_of(job), None)
            self._release(carried)

    async def _handled(self, carried: _Carried, lane: Lane) -> None:
        try:
            await lane.handler(carried.jobs, lambda: self._release(carried))
        except CollectionNotFound:  # another process has just dropped one that was replaced
            self._context.collections.refresh()
            await lane.handler(carried.jobs, lambda: self._release(carried))

    async def _stopped(self, carried: _Carried) -> None:
        if carried.reason is None or carried.reason == "lost":
            return
        with suppress(LeaseLost, StorageError):  # a lease that nobody renews ends by itself
            async with self._context.database.write() as connection:
                for job in carried.jobs:
                    if carried.reason == "closing":
                        await self._context.jobs.release(connection, job)
                    else:
                        await self._context.jobs.cancelled(connection, job)

    async def _failed(self, carried: _Carried, lane: Lane, error: Exception) -> None:
        failure = failure_of(error)
        if failure.code == "internal":
            log.error("A job failed for a reason that is not known.", exc_info=error)
        if "index" in lane.kinds and is_outside(error):
            longest = self._context.limits.longest_pause_seconds
            pause = min(longest, FIRST_PAUSE_SECONDS * 2 ** min(self._pauses, 16))
            self._paused_until, self._pauses = asyncio.get_running_loop().time() + pause, self._pauses + 1
        for job in carried.jobs:
            try:
                async with self._context.database.write() as connection:
                    after = await self._context.jobs.fail(connection, job, failure)
            except LeaseLost:
                continue
            except StorageError as exc:
                log.warning("That a job failed could not be written down: it runs again when its lease ends.",
                            error=exc.message, job=job.id)  # fmt: skip
                continue
            state: DocumentState = "dead" if after.state == "dead" else "failed"
            self._context.tell(
                IngestEvent(kind=job.kind, source=job.source, document=job.document, state=state, error=failure.message)
            )

    async def _beating(self) -> None:
        loop = asyncio.get_running_loop()
        every = min(self._context.limits.lease_seconds / 3, BEAT_SECONDS)
        purge_at = loop.time()
        while True:
            try:
                await self._beat()
                if loop.time() >= purge_at:
                    await self._purge()
                    purge_at = loop.time() + PURGE_SECONDS
            except StorageError as exc:
                log.warning("Leases could not be prolonged.", error=exc.message)
                if loop.time() - self._beat_at > self._context.limits.lease_seconds:
                    for carried in list(self._carried.values()):
                        self._stop(carried, "lost")  # others may have taken the jobs
            except Exception:  # the loop that keeps leases must outlive whatever one beat ran into
                log.exception("A heartbeat failed for a reason that is not known.")
            await asyncio.sleep(every)

    async def _beat(self) -> None:
        loop, jobs = asyncio.get_running_loop(), self._context.jobs
        began = loop.time()
        carried = dict(self._carried)
        tokens = {job.lease_token for one in carried.values() for job in one.jobs}
        held = await jobs.heartbeat(tokens, lease_seconds=self._context.limits.lease_seconds)
        self._beat_at = began
        for key, one in carried.items():
            if self._carried.get(key) is one and one.since < began:
                if key not in held and len(one.jobs) == 1:
                    self._stop(one, "lost")
                elif held.get(key):
                    self._stop(one, "cancelled")
        if not self._closing:
            if await jobs.reap():
                self.wake()
            await self._schedule()

    async def _schedule(self) -> None:
        """Queue the listing of sources whose time has come."""
        context = self._context
        async with context.database.read() as connection:
            due = await due_sources(connection, await context.jobs.now(connection))
        if not due:
            return
        async with context.database.write() as connection:
            now = await context.jobs.now(connection)
            for source in await due_sources(connection, now):
                await context.jobs.put(connection, [sync_of(source.id, context.limits.max_attempts)], rerun=False)
                following = None if source.schedule_seconds is None else timedelta(seconds=source.schedule_seconds)
                await update_source(connection, source.id, {"next_sync_at": following and now + following})
        self.wake("sync")

    async def _purge(self) -> None:
        context = self._context
        async with context.database.read() as connection:
            now = await context.jobs.now(connection)
        await context.jobs.purge(now - timedelta(seconds=context.limits.keep_jobs_seconds))


def sync_of(source: str, max_attempts: int) -> NewJob:
    """Return the job that lists a source."""
    return NewJob(key=f"sync:{source}", kind="sync", source=source, max_attempts=max_attempts)
