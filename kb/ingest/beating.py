"""Keep the leases of what is worked on, notice cancellations, find jobs whose worker has died, list by schedule."""

import asyncio
from datetime import timedelta

import structlog

from core.errors import StorageError
from kb.ingest.context import Context
from kb.ingest.lanes import Carried
from kb.records.jobs import LeaseKey, NewJob
from kb.records.sources import due_sources, update_source

BEAT_SECONDS = 5.0
"""How soon a cancellation by another process is noticed, at the latest."""

PURGE_SECONDS = 3600.0

log = structlog.get_logger("sextant.kb")


class Heartbeat:
    """Beats for the jobs that a worker carries."""

    def __init__(self, context: Context, carried: dict[LeaseKey, Carried]) -> None:
        self._context = context
        self._carried = carried
        self._beat_at = asyncio.get_running_loop().time()
        self.closing = False
        """Nothing new is taken up any more."""

    async def run(self) -> None:
        """Beat until the task is cancelled."""
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
                        carried.stop("lost")  # others may have taken the jobs
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
                    one.stop("lost")
                elif held.get(key):
                    one.stop("cancelled")
        if not self.closing:
            if await jobs.reap():
                self._context.wake()
            await self._schedule()
            await asyncio.to_thread(self._context.readers.rest)

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
        context.wake("sync")

    async def _purge(self) -> None:
        context = self._context
        async with context.database.read() as connection:
            now = await context.jobs.now(connection)
        await context.jobs.purge(now - timedelta(seconds=context.limits.keep_jobs_seconds))


def sync_of(source: str, max_attempts: int) -> NewJob:
    """Return the job that lists a source."""
    return NewJob(key=f"sync:{source}", kind="sync", source=source, max_attempts=max_attempts)
