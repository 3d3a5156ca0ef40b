"""Take jobs from the queue and carry them: claims, leases, cancellation, retries.

Several processes may do so over one PostgreSQL database; who works on what is decided by the queue alone.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from core.errors import SextantError, StorageError
from kb.ingest.beating import Heartbeat
from kb.ingest.context import Context
from kb.ingest.ending import give_back, write_failure
from kb.ingest.failing import failure_of, is_outside
from kb.ingest.lanes import Carried, Lane
from kb.records.errors import LeaseLost
from kb.records.jobs import LeaseKey, lease_of
from kb.records.model import Job, JobKind
from kb.stores.errors import CollectionNotFound

FIRST_PAUSE_SECONDS = 0.25
"""How long no document is begun after a store or a model was away; twice as long each time."""

AHEAD_SECONDS, MOST_AHEAD = 1.0, 128
"""Documents are claimed ahead for this long only: who claims more than it works on keeps it from others. Each claim is
a transaction, which on a busy machine takes longer than a small document."""

log = structlog.get_logger("sextant.kb")


class Worker:
    """Carries the jobs of some lanes."""

    def __init__(self, context: Context, lanes: Sequence[Lane]) -> None:
        self._context = context
        self._lanes = lanes
        self._carried: dict[LeaseKey, Carried] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._loops: list[asyncio.Task[None]] = []
        self._closing = False
        self._paused_until = 0.0
        self._pauses = 0
        self._heartbeat: Heartbeat | None = None
        self.trouble: SextantError | None = None
        """Why nothing is claimed right now: the database does not answer."""

    def start(self) -> None:
        """Begin to claim."""
        loop = asyncio.get_running_loop()
        self._heartbeat = Heartbeat(self._context, self._carried)
        self._loops = [loop.create_task(self._claiming()), loop.create_task(self._heartbeat.run())]

    async def close(self, grace: float) -> None:
        """Claim no more, let what runs end within ``grace`` seconds, give the rest back."""
        self._closing = True
        if self._heartbeat is not None:
            self._heartbeat.closing = True
        self._wake.set()
        if self._loops:
            await asyncio.gather(self._loops[0], return_exceptions=True)
        tasks = self._tasks()
        if tasks:
            await asyncio.wait(tasks, timeout=grace)
        for carried in list(self._carried.values()):
            carried.stop("closing")
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
                carried.stop("cancelled")

    async def rested(self, seconds: float) -> None:
        """Wait until this process works on nothing, at most so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    def _tasks(self) -> set["asyncio.Task[None]"]:
        return {one.task for one in self._carried.values() if one.task is not None}

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
            if not (free := self._room(lane)):
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

    def _room(self, lane: Lane) -> int:
        """Return how many jobs are claimed now: none while there is work enough."""
        ahead = self._ahead(lane)
        free = lane.slots + ahead - lane.busy
        return free if free > ahead // 2 else 0

    def _ahead(self, lane: Lane) -> int:
        """Return how many documents are claimed before there is a slot for them: few statements for quick ones."""
        if "index" not in lane.kinds:
            return 0
        alone = self._context.limits.alone
        return MOST_AHEAD if alone else min(MOST_AHEAD, int(AHEAD_SECONDS * lane.slots / self._context.pace.seconds))

    def _carry(self, lane: Lane, jobs: Sequence[Job]) -> None:
        loop = asyncio.get_running_loop()
        carried = Carried(jobs=jobs, since=loop.time())
        for job in jobs:
            self._carried[lease_of(job)] = carried
        self._idle.clear()
        lane.busy += 1
        carried.lanes = [lane]
        carried.task = loop.create_task(self._work(carried, lane))

    def _release(self, carried: Carried) -> None:
        """Give the slot of a job to the next one; once is enough."""
        for lane in carried.lanes:
            lane.busy -= 1
            lane.hungry = not lane.dry
            if "index" not in lane.kinds:
                self.wake("index", "sweep")  # a document may have waited for it
            elif lane.hungry and self._room(lane):
                self._wake.set()
        carried.lanes = []

    async def _work(self, carried: Carried, lane: Lane) -> None:
        try:
            await self._handled(carried, lane)
            if "index" in lane.kinds:
                self._pauses = 0
        except asyncio.CancelledError:
            await give_back(self._context, carried)
        except LeaseLost as exc:
            log.info("A job was taken over.", job=exc.message)
        except Exception as exc:  # noqa: BLE001 - the edge of a job: whatever happened is written down on it
            await self._failed(carried, lane, exc)
        finally:
            for job in carried.jobs:
                self._carried.pop(lease_of(job), None)
            if not self._carried:
                self._idle.set()
            self._release(carried)

    async def _handled(self, carried: Carried, lane: Lane) -> None:
        try:
            await lane.handler(carried.jobs, lambda: self._release(carried))
        except CollectionNotFound:  # another process has just dropped one that was replaced
            self._context.collections.refresh()
            await lane.handler(carried.jobs, lambda: self._release(carried))

    async def _failed(self, carried: Carried, lane: Lane, error: Exception) -> None:
        failure = failure_of(error)
        if failure.code == "internal":
            log.error("A job failed for a reason that is not known.", exc_info=error)
        if "index" in lane.kinds and is_outside(error):
            longest = self._context.limits.longest_pause_seconds
            pause = min(longest, FIRST_PAUSE_SECONDS * 2 ** min(self._pauses, 16))
            self._paused_until, self._pauses = asyncio.get_running_loop().time() + pause, self._pauses + 1
        await write_failure(self._context, carried.jobs, failure)
