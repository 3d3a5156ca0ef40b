"""Write down how jobs ended that were not done: told to end, or failed."""

from collections.abc import Sequence
from contextlib import suppress

import structlog

from core.errors import StorageError
from kb.ingest.context import Context
from kb.ingest.lanes import Carried
from kb.ingest.limits import IngestEvent
from kb.records.errors import LeaseLost
from kb.records.jobs import Failure
from kb.records.model import DocumentState, Job

log = structlog.get_logger("sextant.kb")


async def give_back(context: Context, carried: Carried) -> None:
    """Write down that jobs were told to end: cancelled, or left to the next start."""
    if carried.reason is None or carried.reason == "lost":
        return
    with suppress(LeaseLost, StorageError):  # a lease that nobody renews ends by itself
        async with context.database.write() as connection:
            for job in carried.jobs:
                if carried.reason == "closing":
                    await context.jobs.release(connection, job)
                else:
                    await context.jobs.cancelled(connection, job)


async def write_failure(context: Context, jobs: Sequence[Job], failure: Failure) -> None:
    """Write down that jobs failed, and tell who listens."""
    for job in jobs:
        try:
            async with context.database.write() as connection:
                after = await context.jobs.fail(connection, job, failure)
        except LeaseLost:
            continue
        except StorageError as exc:
            log.warning("That a job failed could not be written down: it runs again when its lease ends.",
                        error=exc.message, job=job.id)  # fmt: skip
            continue
        state: DocumentState = "dead" if after.state == "dead" else "failed"
        context.tell(
            IngestEvent(kind=job.kind, source=job.source, document=job.document, state=state, error=failure.message)
        )
