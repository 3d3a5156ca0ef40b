"""The queue of jobs, on both databases."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from core.storage import Database
from kb.records.errors import JobNotFound, LeaseLost
from kb.records.jobs import LONGEST_WAIT_SECONDS, Failure, Jobs, NewJob
from kb.records.model import Job, JobKind, SourceRecord
from kb.records.sources import Sources
from kb.stores.selection import Access

LEASE = 30.0
AWAY = Failure(message="it did not answer", code="away")
BROKEN = Failure(message="it is broken", code="broken", permanent=True)
OUTSIDE = Failure(message="the store is away", code="store", counted=False)
KINDS: tuple[JobKind, ...] = ("access", "remove", "sync", "sweep", "rebuild", "index")


@dataclass
class Clock:
    """The time, moved by hand."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(database: Database, clock: Clock) -> Jobs:
    return Jobs(database, clock=clock, spread=lambda: 1.0)


async def put(database: Database, jobs: Jobs, *new: NewJob, rerun: bool = True) -> None:
    async with database.write() as connection:
        await jobs.put(connection, new, rerun=rerun)


async def claim(jobs: Jobs, limit: int = 10) -> tuple[Job, ...]:
    return await jobs.claim(KINDS, limit, lease_seconds=LEASE)


async def done(database: Database, jobs: Jobs, job: Job) -> None:
    async with database.write() as connection:
        await jobs.hold(connection, job)
        await jobs.done(connection, [job])


async def fail(database: Database, jobs: Jobs, job: Job, failure: Failure = AWAY) -> Job:
    async with database.write() as connection:
        return await jobs.fail(connection, job, failure)


def sync(key: str = "a", **values: object) -> NewJob:
    return NewJob(key=f"sync:{key}", kind="sync", source=key, **values)  # type: ignore[arg-type]


async def test_that_a_job_is_claimed_once(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (claimed,) = await claim(jobs)
    assert (claimed.state, claimed.attempts) == ("running", 1)
    assert await claim(jobs) == ()


async def test_that_equal_work_is_queued_once(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync(), sync("b"))
    await put(database, jobs, sync())
    assert len(await claim(jobs)) == 2


async def test_that_a_transaction_that_fails_queues_nothing(database: Database, jobs: Jobs) -> None:
    async def cut_off() -> None:
        async with database.write() as connection:
            await jobs.put(connection, [sync()])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await cut_off()
    assert await claim(jobs) == ()


async def test_that_a_job_that_has_ended_is_queued_anew_with_all_its_tries(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (first,) = await claim(jobs)
    assert (await fail(database, jobs, first, BROKEN)).state == "dead"
    await put(database, jobs, sync())
    (second,) = await claim(jobs)
    assert (second.id, second.attempts, second.last_error) == (first.id, 1, "")


async def test_that_work_asked_for_while_it_runs_runs_once_more(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (first,) = await claim(jobs)
    await put(database, jobs, sync())
    assert await claim(jobs) == ()
    await done(database, jobs, first)
    (second,) = await claim(jobs)
    await done(database, jobs, second)
    assert await claim(jobs) == ()


async def test_that_work_asked_for_while_it_runs_runs_once_more_even_when_it_failed_for_good(
    database: Database, jobs: Jobs
) -> None:
    await put(database, jobs, sync())
    (first,) = await claim(jobs)
    await put(database, jobs, sync())
    assert (await fail(database, jobs, first, BROKEN)).state == "queued"


async def test_that_a_schedule_does_not_make_running_work_run_twice(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (first,) = await claim(jobs)
    await put(database, jobs, sync(), rerun=False)
    await done(database, jobs, first)
    assert await claim(jobs) == ()


async def test_that_a_failed_job_waits_longer_each_time_but_never_above_five_minutes(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    await put(database, jobs, sync(max_attempts=20))
    waits = []
    for _ in range(12):
        (job,) = await claim(jobs)
        after = await fail(database, jobs, job)
        assert (after.state, after.last_error, after.error_code) == ("queued", "it did not answer", "away")
        waits.append((after.run_at - clock.now).total_seconds())
        assert await claim(jobs) == ()
        clock.advance(waits[-1])
    assert waits[:4] == [2, 4, 8, 16]
    assert max(waits) == waits[-1] == LONGEST_WAIT_SECONDS


async def test_that_a_job_is_dead_after_its_last_try(database: Database, jobs: Jobs, clock: Clock) -> None:
    await put(database, jobs, sync(max_attempts=2))
    for expected in ("queued", "dead"):
        (job,) = await claim(jobs)
        assert (await fail(database, jobs, job)).state == expected
        clock.advance(LONGEST_WAIT_SECONDS)
    assert await claim(jobs) == ()


async def test_that_what_is_not_the_jobs_fault_costs_no_try(database: Database, jobs: Jobs, clock: Clock) -> None:
    await put(database, jobs, sync(max_attempts=1))
    for _ in range(5):
        (job,) = await claim(jobs)
        assert (await fail(database, jobs, job, OUTSIDE)).state == "queued"
        clock.advance(LONGEST_WAIT_SECONDS)
    (job,) = await claim(jobs)
    assert (await fail(database, jobs, job)).state == "dead"


async def test_that_a_job_of_a_worker_that_died_goes_to_another(database: Database, jobs: Jobs, clock: Clock) -> None:
    await put(database, jobs, sync())
    (first,) = await claim(jobs)
    clock.advance(LEASE + 1)
    assert await jobs.reap() == 1
    (second,) = await claim(jobs)
    assert (second.id, second.attempts) == (first.id, 2)
    with pytest.raises(LeaseLost):
        await done(database, jobs, first)
    with pytest.raises(LeaseLost):
        await fail(database, jobs, first)
    await done(database, jobs, second)


async def test_that_a_job_that_kills_its_worker_each_time_ends_dead_and_says_so(
    database: Database, jobs: Jobs, clock: Clock
) -> None:
    await put(database, jobs, sync(max_attempts=2))
    for _ in range(2):
        await claim(jobs)
        clock.advance(LEASE + 1)
        await jobs.reap()
    job = await jobs.with_key("sync:a")
    assert job.state == "dead"
    assert "ended before it was done 2 times" in job.last_error


async def test_that_a_heartbeat_keeps_a_job(database: Database, jobs: Jobs, clock: Clock) -> None:
    await put(database, jobs, sync())
    (job,) = await claim(jobs)
    for _ in range(3):
        clock.advance(LEASE - 1)
        assert await jobs.heartbeat([job.lease_token], lease_seconds=LEASE) == {(job.id, job.lease_token): False}
        assert await jobs.reap() == 0
    await done(database, jobs, job)
    assert await jobs.heartbeat([job.lease_token], lease_seconds=LEASE) == {}


async def test_that_two_jobs_of_one_document_never_run_at_once(database: Database, jobs: Jobs) -> None:
    index = NewJob(key="index:d", kind="index", source="a", document="d")
    sweep = NewJob(key="sweep:d", kind="sweep", source="a", document="d")
    await put(database, jobs, index, sweep)
    (first,) = await claim(jobs)
    assert await claim(jobs) == ()
    await done(database, jobs, first)
    (second,) = await claim(jobs)
    assert {first.kind, second.kind} == {"index", "sweep"}


async def test_that_what_takes_access_away_runs_first(database: Database, jobs: Jobs) -> None:
    await put(
        database,
        jobs,
        *(NewJob(key=kind, kind=kind, document=kind if kind in ("index", "sweep") else "") for kind in KINDS[::-1]),
    )
    assert [one.kind for one in await claim(jobs)] == list(KINDS)
    assert await jobs.claim(("index",), 5, lease_seconds=LEASE) == ()


async def test_that_waiting_jobs_are_cancelled_and_running_ones_asked_to_end(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (running,) = await claim(jobs)
    await put(database, jobs, NewJob(key="index:d", kind="index", source="a", document="d"))
    async with database.write() as connection:
        assert await jobs.cancel(connection, source="a") == (running.id,)
    assert (await jobs.with_key("index:d")).state == "cancelled"
    assert await jobs.heartbeat([running.lease_token], lease_seconds=LEASE) == {(running.id, running.lease_token): True}
    async with database.write() as connection:
        await jobs.cancelled(connection, running)
    assert (await jobs.get(running.id)).state == "cancelled"
    await put(database, jobs, sync())
    assert len(await claim(jobs)) == 1


async def test_that_a_job_that_is_given_back_loses_no_try(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (job,) = await claim(jobs)
    async with database.write() as connection:
        await jobs.release(connection, job)
    (again,) = await claim(jobs)
    assert again.attempts == 1


async def test_that_a_postponed_job_is_due_later(database: Database, jobs: Jobs, clock: Clock) -> None:
    await put(database, jobs, sync())
    (job,) = await claim(jobs)
    async with database.write() as connection:
        await jobs.postpone(connection, job, 10)
    assert await claim(jobs) == ()
    assert (await jobs.open(), await jobs.open(due_within=10)) == (0, 1)
    clock.advance(10)
    assert len(await claim(jobs)) == 1


async def test_that_old_ended_jobs_are_purged_and_dead_ones_kept(database: Database, jobs: Jobs, clock: Clock) -> None:
    await put(database, jobs, sync("a"), sync("b"), sync("c"))
    first, second, _ = await claim(jobs)
    await done(database, jobs, first)
    await fail(database, jobs, second, BROKEN)
    clock.advance(3600)
    assert await jobs.purge(clock.now - timedelta(seconds=60)) == 1
    assert [one.state for one in await jobs.list(None)] == ["dead", "running"]
    with pytest.raises(JobNotFound):
        await jobs.get(first.id)


async def test_that_a_caller_sees_the_jobs_of_its_sources_only(database: Database, jobs: Jobs, clock: Clock) -> None:
    for key, access in (("a", "platform"), ("b", "namespace:shop")):
        record = SourceRecord(id=key, name=key, kind="directory", access=access, created_at=clock.now)
        await Sources(database).add(record)
    await put(database, jobs, sync("a"), sync("b"))
    assert [one.source for one in await jobs.list(Access.of([]))] == ["a"]
    assert len(await jobs.list(Access.of(["shop"]))) == 2
    assert await jobs.list(Access(labels=frozenset())) == ()


async def test_that_zero_bytes_in_an_error_do_not_stop_it_from_being_written(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (job,) = await claim(jobs)
    after = await fail(database, jobs, job, Failure(message="a\x00b\ud800", code="x"))
    assert after.last_error == "a\ufffdb\ufffd"


async def test_that_nobody_waits_for_leases_when_no_worker_is_left(database: Database, jobs: Jobs) -> None:
    await put(database, jobs, sync())
    (first,) = await claim(jobs)
    assert await jobs.reap() == 0
    assert await jobs.reap(everyone=True) == 1
    (second,) = await claim(jobs)
    assert (second.id, second.attempts) == (first.id, 2)
