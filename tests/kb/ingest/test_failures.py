"""What fails is seen on the document and on its job, is tried again, and loses nothing."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from core.errors import SextantError, StorageError
from core.settings import StorageSettings
from core.storage import Database
from kb.embed.errors import EmbeddingRefused, EmbeddingUnavailable, TextTooLong
from kb.ingest.failing import failure_of
from kb.sources.errors import SourceGone, SourceUnavailable
from kb.stores import StoreFailed, StoreHeld, StoreMismatch, StoreUnreachable, VectorInvalid
from tests.kb.ingest.bench import LIMITS, Bench, benched
from tests.kb.ingest.scripted import page, source


@dataclass(frozen=True, kw_only=True)
class Passing:
    id: str
    where: str
    error: Exception
    code: str


PASSING = (
    Passing(id="store-gone", where="upsert", error=StoreUnreachable("no answer"), code="vector_store_unreachable"),
    Passing(id="store-held", where="upsert", error=StoreHeld("held by process 7"), code="vector_store_held"),
    Passing(id="disk-full", where="flush", error=StoreFailed("No space left on device"), code="vector_store_failed"),
    Passing(
        id="half-written", where="after upsert", error=StoreUnreachable("no answer"), code="vector_store_unreachable"
    ),
    Passing(id="embedding-429", where="embed", error=EmbeddingUnavailable("HTTP 429"), code="embedding_unavailable"),
    Passing(id="unknown", where="upsert", error=ZeroDivisionError("division by zero"), code="internal"),
)


@pytest.mark.parametrize("case", PASSING, ids=lambda case: case.id)
async def test_that_what_passes_is_shown_and_tried_again(bench: Bench, case: Passing) -> None:
    faults = bench.embedder.faults if case.where == "embed" else bench.store.faults
    faults.plan(case.where, case.error)
    bench.shelf.pages = {"alpha.md": page("alpha")}
    await bench.add()
    failed = await bench.document("alpha.md")
    assert (failed.state, failed.error_code, failed.attempts) == ("failed", case.code, 1)
    assert failed.last_error
    assert failed.next_try_at
    job = await bench.ingest.jobs.with_key(f"index:{failed.id}")
    assert (job.state, job.last_error, job.run_at) == ("queued", failed.last_error, failed.next_try_at)
    await bench.later()
    ready = await bench.document("alpha.md")
    assert (ready.state, ready.last_error, ready.next_try_at) == ("ready", "", None)
    await bench.consistent()


async def test_that_a_failed_new_version_leaves_the_old_one_searchable(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha", "walrus")}
    await bench.add()
    bench.shelf.pages["alpha.md"] = page("alpha", "heron")
    bench.embedder.faults.plan("embed", TextTooLong("a text of 900 tokens is too long"))
    await bench.sync()
    dead = await bench.document("alpha.md")
    assert (dead.state, dead.error_code, dead.searchable) == ("dead", "text_too_long", True)
    assert "walrus" in await bench.texts()
    await bench.sync()
    assert (await bench.document("alpha.md")).state == "dead"
    assert await bench.ingest.retry(source_id="docs") == 1
    await bench.settled()
    assert (await bench.document("alpha.md")).state == "ready"
    assert "walrus" not in await bench.texts()
    await bench.consistent()


async def test_that_half_of_a_version_that_was_taken_back_does_not_stay_in_the_store(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha", "walrus")}
    await bench.add()
    bench.shelf.pages["alpha.md"] = page("alpha", "heron")
    bench.store.faults.plan("flush", StoreFailed("No space left on device"))
    await bench.sync()
    assert len(await bench.inventory()) > (await bench.document("alpha.md")).passages
    bench.shelf.pages["alpha.md"] = page("alpha", "walrus")
    await bench.sync()
    assert (await bench.document("alpha.md")).state == "ready"
    await bench.consistent()


async def test_that_a_store_that_is_away_for_long_costs_no_document_its_tries(bench: Bench) -> None:
    bench.store.faults.plan("upsert", *[StoreUnreachable("no answer")] * 12)
    bench.shelf.pages = {"alpha.md": page("alpha")}
    await bench.add()
    while bench.store.faults.planned["upsert"]:
        assert (await bench.document("alpha.md")).state == "failed"
        await bench.later()
    await bench.later()
    assert (await bench.document("alpha.md")).state == "ready"


async def test_that_a_source_that_does_not_answer_leads_to_the_dead_letters(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha"), "beta.md": page("beta")}
    bench.shelf.fetch_errors["alpha.md"] = deque([SourceUnavailable("HTTP 503")] * LIMITS.max_attempts)
    await bench.add()
    for _ in range(LIMITS.max_attempts):
        await bench.later()
    documents = await bench.documents()
    assert (documents["alpha.md"].state, documents["alpha.md"].attempts) == ("dead", LIMITS.max_attempts)
    assert documents["beta.md"].state == "ready"
    dead = await bench.ingest.jobs.list(None, state="dead")
    assert [(one.document, one.last_error) for one in dead] == [(documents["alpha.md"].id, "HTTP 503")]
    assert await bench.ingest.retry(document_id=documents["alpha.md"].id) == 1
    await bench.settled()
    assert (await bench.document("alpha.md")).state == "ready"


async def test_that_a_document_that_takes_too_long_is_stopped(database: Database) -> None:
    async with benched(database, limits=replace(LIMITS, document_seconds=0.05)) as bench:
        bench.shelf.gate = asyncio.Event()
        bench.shelf.pages = {"alpha.md": page("alpha")}
        await bench.add()
        failed = await bench.document("alpha.md")
        assert (failed.state, failed.error_code) == ("failed", "deadline_exceeded")


async def test_that_secrets_in_errors_are_masked(bench: Bench) -> None:
    bench.shelf.pages = {"alpha.md": page("alpha")}
    bench.shelf.fetch_errors["alpha.md"] = deque([SourceGone("no such page: https://joe:s3cretpass@example.com/x")])
    await bench.add()
    assert "s3cretpass" not in (await bench.document("alpha.md")).last_error


async def test_that_a_database_that_is_gone_for_a_while_loses_nothing(tmp_path: Path) -> None:
    class Away(Database):
        away = False

        def write(self):  # type: ignore[no-untyped-def]
            if self.away:
                raise StorageError("the database did not answer")
            return super().write()

    database = Away(StorageSettings(state_dir=tmp_path))
    await database.migrate()
    async with benched(database) as bench:
        bench.shelf.gate = asyncio.Event()
        bench.shelf.pages = {"alpha.md": page("alpha")}
        await bench.ingest.add(source())
        await bench.shelf.asked.wait()
        database.away = True
        bench.shelf.gate.set()
        while bench.ingest.trouble is None:
            await bench.ingest.wait_idle(0.05)
        database.away = False
        await bench.later()
        assert (await bench.document("alpha.md")).state == "ready"
        await bench.consistent()
    await database.close()


@dataclass(frozen=True, kw_only=True)
class Judged:
    id: str
    error: SextantError
    permanent: bool
    counted: bool


JUDGED = (
    Judged(id="database", error=StorageError("x"), permanent=False, counted=False),
    Judged(id="store", error=StoreFailed("x"), permanent=False, counted=False),
    Judged(id="model-away", error=EmbeddingUnavailable("x"), permanent=False, counted=False),
    Judged(id="model-refuses", error=EmbeddingRefused("x"), permanent=True, counted=True),
    Judged(id="vector", error=VectorInvalid("x"), permanent=True, counted=True),
    Judged(id="other-model", error=StoreMismatch("x"), permanent=True, counted=True),
    Judged(id="source-away", error=SourceUnavailable("x"), permanent=False, counted=True),
    Judged(id="source-gone", error=SourceGone("x"), permanent=True, counted=True),
)


@pytest.mark.parametrize("case", JUDGED, ids=lambda case: case.id)
def test_that_errors_are_told_apart(case: Judged) -> None:
    failure = failure_of(case.error)
    assert (failure.permanent, failure.counted) == (case.permanent, case.counted)
