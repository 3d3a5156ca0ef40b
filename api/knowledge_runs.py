"""Runs that follow work of the knowledge base: they watch it, and cancelling one cancels what it follows.

Ingestion has a queue and workers of its own and outlives the process; a run is the view of it that every other kind of
work has too: steps, progress, a stream of events, an end.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Any, Final

from api.context import Services, owner_of
from core.errors import SextantError
from core.identity import Caller
from core.runs import Json, Run, RunProgress, Work
from kb.ingest.collections import REBUILD
from kb.knowledge import Parts
from kb.records.errors import JobNotFound
from kb.records.model import Progress, SourceRecord

KEPT = "What was indexed before stays searchable. "
FOLLOWED_SECONDS: Final = 7 * 86_400.0
"""How long an ingestion is followed at most: runs are kept as long. It goes on without being followed."""
LOOK_SECONDS: Final = 0.5
"""How often it is looked at: progress that is older than that looks stuck."""
DUE_SECONDS: Final = 3600.0
"""Retries within this time are waited for; back-off is shorter, so that only a schedule lies beyond."""
FOLLOWED_AT_ONCE: Final = 256
"""Followers only wait. Those of every tenant have room, and they take no slot of work that computes."""


class IngestionFailed(SextantError):
    """A source could not be listed. What had been indexed stays searchable."""

    code, status, title = "ingestion_failed", 502, "The source could not be read"


def fingerprint(*parts: Any) -> str:
    """Return what stands for a request, so that an Idempotency-Key is not used for another one."""
    return sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


async def follow_source(
    services: Services,
    caller: Caller,
    begin: Callable[[], Awaitable[SourceRecord]],
    *,
    idempotency_key: str | None,
    fingerprint: str,
) -> tuple[SourceRecord, Run]:
    """Start a run, ``begin`` the ingestion and return its source with the run that follows it.

    The run comes first, so that a key that was used for something else is refused before anything has happened.
    ``begin`` must do nothing twice: under a known key it is called again, and the first run is returned.
    """
    parts = services.knowledge
    begun: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    run = await services.followers.start(
        kind="ingestion",
        owner=owner_of(caller),
        work=ingestion(services, parts, begun),
        deadline_seconds=FOLLOWED_SECONDS,
        idempotency_key=idempotency_key,
        fingerprint=fingerprint,
    )
    try:
        source = await begin()
    except SextantError as exc:
        begun.set_exception(exc)
        begun.exception()  # the run may be one of before, which does not wait for it
        raise
    except BaseException:
        begun.cancel()
        raise
    begun.set_result(source.id)
    return source, run


def ingestion(services: Services, parts: Parts, begun: Awaitable[str]) -> Work:
    """Return the work of a run that follows the ingestion of a source from its listing to its last document."""

    async def work(progress: RunProgress) -> Json:
        source_id = await begun
        try:
            return await _followed(parts, source_id, progress)
        except asyncio.CancelledError:
            run = await services.context.store.get(progress.run_id, owner=None)
            if run.cancel_requested:  # a person ended it; a server that stops leaves the ingestion to the next one
                await parts.ingest.cancel(source_id=source_id)
            raise

    return work


async def _followed(parts: Parts, source_id: str, progress: RunProgress) -> Json:
    async with progress.step("list") as note:
        now = await _looked(parts, source_id, progress, lambda: _listing(parts, source_id))
        source = await parts.sources.get(source_id, access=None)
        note.text = f"{now.documents} documents"
        if source.state == "failed":
            raise IngestionFailed(
                f"{source.name} could not be read: {source.last_error or 'no reason was given'}",
                next_step=f"{KEPT if now.passages else ''}Try again with `sextant kb sync`.",
            )
    async with progress.step("index") as note:
        now = await _looked(parts, source_id, progress, lambda: _working(parts, source_id))
        note.text = told(now)
    return {
        "source": source.id,
        "documents": now.documents,
        "ready": now.ready,
        "dead": now.dead,
        "skipped": now.skipped,
        "passages": now.passages,
    }


async def _listing(parts: Parts, source_id: str) -> bool:
    """Say whether the source is being listed, or will be without anybody asking."""
    try:
        job = await parts.jobs.with_key(f"sync:{source_id}")
    except JobNotFound:  # one for uploads is never listed
        return False
    return job.state in {"queued", "running"}


async def _working(parts: Parts, source_id: str) -> bool:
    return await parts.jobs.open(source=source_id, due_within=DUE_SECONDS) > 0


async def _looked(
    parts: Parts, source_id: str, progress: RunProgress, going_on: Callable[[], Awaitable[bool]]
) -> Progress:
    """Look at a source as long as something goes on, telling how far it is. Raises ``SourceNotFound``."""
    said = ""
    while True:
        more = await going_on()
        await parts.sources.get(source_id, access=None)  # somebody may have removed it
        now = await parts.documents.progress(source_id)
        if (text := told(now)) != said:
            await progress.report(share(now), text)
            said = text
        if not more:
            return now
        await asyncio.sleep(LOOK_SECONDS)


def unsettled(now: Progress) -> int:
    """Count the documents to which something will still happen by itself."""
    return now.pending + now.indexing + now.failed


def share(now: Progress) -> float:
    """Return how much is done, from 0 to 1."""
    return 1 - unsettled(now) / now.documents if now.documents else 0.0


def told(now: Progress) -> str:
    """Say how far it is: documents, rate, remaining time."""
    text = f"{now.documents - unsettled(now)} of {now.documents} documents"
    if now.dead:
        text += f", {now.dead} given up"
    if unsettled(now) and now.rate:
        text += f", {now.rate:.1f}/s"
    if unsettled(now) and now.remaining_seconds is not None:
        text += f", about {max(1, round(now.remaining_seconds))} s left"
    return text


def reindexing(parts: Parts, *, begun: bool = False) -> Work:
    """Return the work of a run that builds the index anew, unless that has ``begun``, and follows it to the switch."""

    async def work(progress: RunProgress) -> Json:
        async with progress.step("build") as note:
            if not begun:
                await parts.ingest.rebuild()
            while (building := await _building(parts)) is not None:
                await progress.report(building, f"{round(100 * building)} % of the documents")
                job = await parts.jobs.with_key(REBUILD)
                if job.state in {"dead", "cancelled"}:
                    raise IngestionFailed(
                        f"The index could not be built: {job.last_error or job.state}",
                        next_step="The old one is searched as before. Try again with `sextant kb reindex`.",
                    )
                await asyncio.sleep(LOOK_SECONDS)
            now = await parts.documents.progress()
            note.text = f"{now.passages} passages"
        return {"passages": now.passages}

    return work


async def _building(parts: Parts) -> float | None:
    """Return how much of a new collection is built, None when there is none.

    Ids of documents are hashes: they are spread evenly, so that the place of one is a share of all.
    """
    found = next((one for one in await parts.ingest.index_state() if one.state == "building"), None)
    return None if found is None else int(found.position[:8] or "0", 16) / 16**8
