import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from core.errors import RunCancelled, StorageError, TargetNotFound
from core.runs import Json, Run, Runner, RunProgress, RunStore, Work
from core.settings import StorageSettings
from core.storage import Database

SOON = 30.0  # an upper bound for a loaded machine; nothing waits for it


@pytest.fixture
def store(database: Database) -> RunStore:
    return RunStore(database, poll_seconds=0.05)


@pytest.fixture
async def runner(store: RunStore) -> AsyncIterator[Runner]:
    async with Runner(store, watch_seconds=0.02) as opened:
        yield opened


async def for_ever(progress: RunProgress) -> Json:
    async with progress.step("collect"):
        await asyncio.Event().wait()
    return None


async def until_step(store: RunStore, run: Run) -> None:
    """Wait until the work of ``run`` has told its first step."""
    seq = 0
    while True:
        for event in await store.wait_after(run.id, seq, SOON):
            seq = event.seq
            if event.type == "step":
                return


async def test_work_runs_to_its_result_and_tells_its_steps(runner: Runner, store: RunStore) -> None:
    async def work(progress: RunProgress) -> Json:
        async with progress.step("collect") as step:
            step.text = "12 objects"
            await progress.report(0.5)
            await progress.report(0.501)
        async with progress.step("analyse"):
            assert progress.seconds_left is not None
            assert 0 < progress.seconds_left <= 60
        return {"verdict": "healthy"}

    run = await runner.start(kind="diagnosis", owner="alice", work=work, deadline_seconds=60)
    assert run.state == "queued"
    done = await runner.wait(run.id, SOON)
    assert (done.state, done.result, done.progress) == ("succeeded", {"verdict": "healthy"}, 1.0)
    assert [(step.name, step.state, step.note) for step in done.steps] == [
        ("collect", "succeeded", "12 objects"),
        ("analyse", "succeeded", ""),
    ]
    events = await store.events_after(run.id, 0)
    assert [event.type for event in events] == [
        *("state", "state", "step", "progress", "step", "step", "step", "state", "result", "done")
    ]


async def test_a_known_error_becomes_the_failure_of_the_run(runner: Runner) -> None:
    async def work(progress: RunProgress) -> Json:
        async with progress.step("collect"):
            raise TargetNotFound("No Deployment checkout.", next_step="Use password=hunter2 or another.")

    run = await runner.start(kind="diagnosis", owner="a", work=work)
    failed = await runner.wait(run.id, SOON)
    assert failed.state == "failed"
    assert failed.error is not None
    assert (failed.error.code, failed.error.message) == ("target_not_found", "No Deployment checkout.")
    assert "hunter2" not in failed.error.next_step
    assert [(step.name, step.state) for step in failed.steps] == [("collect", "failed")]


@pytest.mark.parametrize("result", [float("nan"), {"x": object()}, None])
async def test_an_unforeseen_error_is_logged_and_told_without_internals(
    runner: Runner, caplog: pytest.LogCaptureFixture, result: Json
) -> None:
    async def work(progress: RunProgress) -> Json:
        if result is None:
            raise ZeroDivisionError("internal detail")
        return result

    with caplog.at_level(logging.ERROR, "sextant.runs"):
        run = await runner.start(kind="diagnosis", owner="a", work=work)
        failed = await runner.wait(run.id, SOON)
    assert failed.error is not None
    assert failed.error.code == "internal"
    assert "detail" not in failed.error.message
    assert run.id in caplog.text


async def test_a_run_that_takes_too_long_fails_at_its_deadline(runner: Runner) -> None:
    run = await runner.start(kind="k", owner="a", work=for_ever, deadline_seconds=0.1)
    failed = await runner.wait(run.id, SOON)
    assert failed.error is not None
    assert failed.error.code == "deadline_exceeded"
    assert {step.state for step in failed.steps} <= {"failed"}


async def test_a_cancel_ends_the_work_within_a_second(runner: Runner, store: RunStore) -> None:
    run = await runner.start(kind="k", owner="a", work=for_ever)
    await until_step(store, run)
    async with asyncio.timeout(1):
        await store.request_cancel(run.id, owner="a")
        ended = await runner.wait(run.id, SOON)
    assert ended.state == "cancelled"
    assert [(step.name, step.state) for step in ended.steps] == [("collect", "cancelled")]


async def test_a_cancel_of_another_process_ends_the_work(
    runner: Runner, store: RunStore, storage: StorageSettings
) -> None:
    run = await runner.start(kind="k", owner="a", work=for_ever)
    other = Database(storage)
    await RunStore(other).request_cancel(run.id, owner="a")
    assert (await runner.wait(run.id, SOON)).state == "cancelled"
    await other.close()


async def test_work_that_ignores_its_cancel_does_not_hold_the_run(runner: Runner, store: RunStore) -> None:
    released, gone_on = asyncio.Event(), asyncio.Event()

    async def work(progress: RunProgress) -> Json:
        try:
            async with progress.step("collect"):
                while not released.is_set():
                    try:
                        await released.wait()
                    except asyncio.CancelledError:
                        continue
        finally:
            gone_on.set()
        return None

    run = await runner.start(kind="k", owner="a", work=work)
    await until_step(store, run)
    await store.request_cancel(run.id, owner="a")
    assert (await runner.wait(run.id, SOON)).state == "cancelled"
    released.set()
    async with asyncio.timeout(SOON):
        await gone_on.wait()
    assert (await store.get(run.id, owner="a")).state == "cancelled"


async def test_a_cancel_reaches_a_run_that_still_waits_for_a_slot(store: RunStore) -> None:
    async with Runner(store, at_once=1) as runner:
        first = await runner.start(kind="k", owner="a", work=for_ever)
        await until_step(store, first)
        second = await runner.start(kind="k", owner="a", work=for_ever)
        await store.request_cancel(second.id, owner="a")
        ended = await runner.wait(second.id, SOON)
        assert (ended.state, ended.started_at) == ("cancelled", None)
        assert (await store.get(first.id, owner="a")).state == "running"


async def test_the_same_key_begins_the_work_once(runner: Runner) -> None:
    begun = 0

    async def work(progress: RunProgress) -> Json:
        nonlocal begun
        begun += 1
        return begun

    runs = [await runner.start(kind="k", owner="a", work=work, idempotency_key="x", fingerprint="f") for _ in range(3)]
    assert len({run.id for run in runs}) == 1
    assert (await runner.wait(runs[0].id, SOON)).result == 1


async def test_closing_ends_what_runs_as_interrupted_and_takes_no_more(store: RunStore) -> None:
    runner = Runner(store)
    await runner.open()
    run = await runner.start(kind="k", owner="a", work=for_ever)
    await until_step(store, run)
    await runner.close()
    ended = await store.get(run.id, owner="a")
    assert ended.state == "failed"
    assert ended.error is not None
    assert ended.error.code == "interrupted"
    with pytest.raises(StorageError):
        await runner.start(kind="k", owner="a", work=for_ever)


async def test_closing_gives_what_runs_its_time(store: RunStore) -> None:
    go = asyncio.Event()

    async def work(progress: RunProgress) -> Json:
        await go.wait()
        return "done"

    runner = Runner(store)
    await runner.open()
    run = await runner.start(kind="k", owner="a", work=work)
    closing = asyncio.create_task(runner.close(grace_seconds=SOON))
    await asyncio.sleep(0)
    go.set()
    await closing
    assert (await store.get(run.id, owner="a")).result == "done"


async def test_work_stops_when_another_process_has_ended_its_run(store: RunStore) -> None:
    stopped = asyncio.Event()

    async def work(progress: RunProgress) -> Json:
        try:
            async with progress.step("collect"):
                await asyncio.Event().wait()
        finally:
            stopped.set()
        return None

    async with Runner(store, watch_seconds=0.01, lease_seconds=0.03) as runner:
        run = await runner.start(kind="k", owner="a", work=work)
        await until_step(store, run)
        await store.finish(run.id, "failed")
        async with asyncio.timeout(SOON):
            await stopped.wait()


async def test_work_that_goes_on_after_its_end_is_told(runner: Runner, store: RunStore) -> None:
    heard: list[Exception] = []
    ended = asyncio.Event()

    async def work(progress: RunProgress) -> Json:
        async with progress.step("collect"):
            await store.finish(progress.run_id, "failed")
        try:
            await progress.report(0.5)
        finally:
            ended.set()
        return None

    async def watched(progress: RunProgress) -> Json:
        try:
            return await work(progress)
        except RunCancelled as exc:
            heard.append(exc)
            raise
        finally:
            ended.set()

    await runner.start(kind="k", owner="a", work=watched)
    async with asyncio.timeout(SOON):
        await ended.wait()
    assert len(heard) == 1


async def test_runs_of_a_dead_process_fail_when_a_runner_opens(store: RunStore, database: Database) -> None:
    orphan, _ = await store.create(kind="k", owner="a")
    async with Runner(store):
        failed = await store.get(orphan.id, owner="a")
    assert failed.error is not None
    assert failed.error.message == "interrupted: the process that ran it ended"


async def test_many_runs_end_each_with_its_own_result(runner: Runner) -> None:
    def work(number: int) -> Work:
        async def one(progress: RunProgress) -> Json:
            async with progress.step("count"):
                await asyncio.sleep(0)
            return number

        return one

    runs = [await runner.start(kind="k", owner="a", work=work(number)) for number in range(20)]
    ended = await asyncio.gather(*(runner.wait(run.id, SOON) for run in runs))
    assert [run.result for run in ended] == list(range(20))
