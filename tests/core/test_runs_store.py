import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from core.errors import Conflict, RunNotFound, UsageError
from core.runs import Run, RunFailure, RunState, RunStore, Step
from core.runs.model import ENDED, TRANSITIONS
from core.runs.store import INTERRUPTED
from core.runs.writes import Lease
from core.settings import StorageSettings
from core.storage import Database

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = Lease(token="mine", seconds=30)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(database: Database, clock: Clock) -> RunStore:
    return RunStore(database, clock=clock)


@pytest.fixture
async def other_store(database: Database, storage: StorageSettings, clock: Clock) -> AsyncIterator[RunStore]:
    """The store of another process on the same database. It polls fast, so that tests need not wait."""
    other = Database(storage)
    yield RunStore(other, clock=clock, poll_seconds=0.01)
    await other.close()


async def types_and_states(store: RunStore, run_id: str) -> list[tuple[str, object]]:
    events = await store.events_after(run_id, 0)
    return [(event.type, event.body.get("state") if isinstance(event.body, dict) else event.body) for event in events]


async def test_a_run_goes_from_queued_to_its_result_and_its_stream_tells_it(store: RunStore, clock: Clock) -> None:
    run, fresh = await store.create(kind="diagnosis", owner="alice", deadline_seconds=60, lease=LEASE)
    assert fresh
    assert (run.state, run.deadline_at, run.created_at) == ("queued", NOON + timedelta(seconds=60), NOON)
    clock.pass_(1)
    begun = await store.begin(run.id, "mine")
    assert begun is not None
    assert (begun.state, begun.started_at) == ("running", NOON + timedelta(seconds=1))
    step = Step(name="collect", state="running", started_at=clock.now)
    await store.carry(run.id, "mine", steps=[step], events=[("step", {"name": "collect", "state": "running"})])
    clock.pass_(1)
    await store.finish(run.id, "succeeded", result={"verdict": "healthy", "zh": "健康"}, token="mine")
    done = await store.get(run.id, owner="alice")
    assert (done.state, done.progress, done.result) == ("succeeded", 1.0, {"verdict": "healthy", "zh": "健康"})
    assert done.finished_at == NOON + timedelta(seconds=2)
    assert done.steps == (Step(name="collect", state="succeeded", started_at=step.started_at, finished_at=clock.now),)
    events = await store.events_after(run.id, 0)
    assert [event.seq for event in events] == [1, 2, 3, 4, 5, 6]
    assert [event.type for event in events] == ["state", "state", "step", "state", "result", "done"]
    assert [event.last for event in events] == [False] * 5 + [True]
    assert events[4].body == done.result


async def test_the_stream_resumes_after_any_event(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a")
    for number in range(5):
        await store.append_event(run.id, "progress", {"progress": number / 5})
    every = await store.events_after(run.id, 0)
    for seq in range(len(every) + 2):
        assert await store.events_after(run.id, seq) == every[seq:]
    assert await store.events_after(run.id, 1, limit=2) == every[1:3]
    assert await store.events_after(run.id, 2**80) == ()


async def test_events_written_at_once_have_no_gaps_and_no_doubles(store: RunStore, other_store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a")
    await asyncio.gather(*(one.append_event(run.id, "progress", n) for n in range(10) for one in (store, other_store)))
    events = await store.events_after(run.id, 0)
    assert [event.seq for event in events] == list(range(1, 22))


async def test_a_waiter_is_woken_by_an_event(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a")
    waiting = asyncio.create_task(store.wait_after(run.id, 1, timeout=60))
    await asyncio.sleep(0)
    await store.append_event(run.id, "progress", {"progress": 0.5})
    async with asyncio.timeout(1):  # less than it polls, so that it was woken
        (event,) = await waiting
    assert (event.seq, event.body) == (2, {"progress": 0.5})


async def test_a_waiter_finds_what_another_process_wrote(store: RunStore, other_store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a")
    waiting = asyncio.create_task(other_store.wait_after(run.id, 1, timeout=60))
    finished = asyncio.create_task(other_store.wait_finished(run.id, timeout=60))
    await asyncio.sleep(0)
    await store.finish(run.id, "cancelled")
    assert [event.type for event in await waiting] == ["state", "done"]
    assert (await finished).state == "cancelled"


async def test_a_waiter_gets_nothing_when_time_is_up(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a")
    assert await store.wait_after(run.id, 1, timeout=0) == ()
    assert await store.wait_after(run.id, 1, timeout=0.01) == ()
    assert (await store.wait_finished(run.id, timeout=0.01)).state == "queued"


async def test_the_same_key_and_request_return_the_first_run(store: RunStore, other_store: RunStore) -> None:
    first, fresh = await store.create(kind="k", owner="a", idempotency_key="x", fingerprint="f")
    again, second = await other_store.create(kind="k", owner="a", idempotency_key="x", fingerprint="f")
    assert (again, fresh, second) == (first, True, False)
    other, _ = await store.create(kind="k", owner="b", idempotency_key="x", fingerprint="g")
    assert other.id != first.id
    with pytest.raises(Conflict, match=first.id):
        await store.create(kind="k", owner="a", idempotency_key="x", fingerprint="g")


async def test_only_one_of_many_callers_with_one_key_begins(store: RunStore, other_store: RunStore) -> None:
    begun = await asyncio.gather(
        *(one.create(kind="k", owner="a", idempotency_key="x") for one in (store, other_store) for _ in range(5))
    )
    assert len({run.id for run, _ in begun}) == 1
    assert [fresh for _, fresh in begun].count(True) == 1


async def test_runs_without_a_key_are_always_new(store: RunStore) -> None:
    first, _ = await store.create(kind="k", owner="a")
    second, fresh = await store.create(kind="k", owner="a")
    assert fresh
    assert second.id != first.id


async def test_a_run_of_somebody_else_does_not_exist(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="alice")
    for attempt in (
        store.get(run.id, owner="bob"),
        store.request_cancel(run.id, owner="bob"),
        store.get("x", owner=None),
    ):
        with pytest.raises(RunNotFound):
            await attempt
    with pytest.raises(RunNotFound):
        await store.get("\x00", owner="bob")
    assert (await store.get(run.id, owner=None)).owner == "alice"


async def test_lists_are_paged_newest_first_and_hold_the_owners_runs_only(store: RunStore, clock: Clock) -> None:
    made = []
    for number in range(7):
        made.append((await store.create(kind="odd" if number % 2 else "even", owner="a"))[0].id)
        clock.pass_(number % 2)  # some share their moment
    await store.create(kind="k", owner="b")
    seen: list[Run] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = await store.list_runs(owner="a", limit=3, cursor=cursor)
        seen, cursor, pages = [*seen, *page.runs], page.next_cursor, pages + 1
    assert pages == 3
    assert sorted(run.id for run in seen) == sorted(made)
    assert all(newer.created_at >= older.created_at for newer, older in pairwise(seen))
    assert len((await store.list_runs(owner="a", kind="odd")).runs) == 3
    assert (await store.list_runs(owner="a", state="running")).runs == ()
    assert len((await store.list_runs(owner=None)).runs) == 8


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk6YQ"])
async def test_a_cursor_that_no_list_returned_is_refused(store: RunStore, cursor: str) -> None:
    with pytest.raises(UsageError):
        await store.list_runs(owner="a", cursor=cursor)


@pytest.mark.parametrize("state", sorted(TRANSITIONS))
async def test_only_legal_transitions_happen(store: RunStore, state: RunState) -> None:
    for target in sorted(TRANSITIONS):
        run, _ = await store.create(kind="k", owner="a", lease=LEASE)
        if state != "queued":
            await store.transition(run.id, "running")
        if state == "awaiting_approval":
            await store.transition(run.id, state)
        elif state in ENDED:
            await store.finish(run.id, state)
        if target in ENDED:
            ended = await store.finish(run.id, target)
            assert (ended is not None) == (target in TRANSITIONS[state])
        elif target in TRANSITIONS[state]:
            assert (await store.transition(run.id, target)).state == target
        else:
            with pytest.raises(Conflict, match=state):
                await store.transition(run.id, target)


async def test_what_has_ended_takes_no_more_events(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a", lease=LEASE)
    await store.finish(run.id, "failed", error=RunFailure(code="x", message="it broke", next_step="mend it"))
    failed = await store.get(run.id, owner="a")
    assert failed.error == RunFailure(code="x", message="it broke", next_step="mend it")
    with pytest.raises(Conflict):
        await store.append_event(run.id, "progress", {})
    assert await store.carry(run.id, "mine", progress=0.5) is None
    with pytest.raises(RunNotFound):
        await store.append_event("none", "progress", {})
    with pytest.raises(UsageError):
        await store.transition(run.id, "succeeded")
    with pytest.raises(UsageError):
        await store.finish(run.id, "running")


async def test_who_does_not_carry_a_run_can_neither_advance_nor_end_it(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a", lease=LEASE)
    assert await store.begin(run.id, "theirs") is None
    assert await store.finish(run.id, "succeeded", token="theirs") is None
    assert (await store.get(run.id, owner="a")).state == "queued"


async def test_a_run_whose_process_died_fails_when_its_lease_ends(
    store: RunStore, other_store: RunStore, clock: Clock
) -> None:
    dead, _ = await store.create(kind="k", owner="a", lease=LEASE)
    await store.begin(dead.id, "mine")
    alive, _ = await store.create(kind="k", owner="a", lease=Lease(token="theirs", seconds=30))
    waiting, _ = await store.create(kind="k", owner="a", lease=LEASE)
    await store.begin(waiting.id, "mine")
    await store.transition(waiting.id, "awaiting_approval")
    clock.pass_(29)
    assert await other_store.recover() == 0
    assert await store.renew(Lease(token="theirs", seconds=30), [alive.id, dead.id]) == {alive.id}
    clock.pass_(2)
    assert await other_store.recover() == 1
    assert await other_store.recover() == 0
    failed = await store.get(dead.id, owner="a")
    assert (failed.state, failed.error) == ("failed", INTERRUPTED)
    assert (await store.get(alive.id, owner="a")).state == "queued"
    assert (await store.get(waiting.id, owner="a")).state == "awaiting_approval"
    assert await store.carry(dead.id, "mine", progress=0.9) is None
    await store.transition(waiting.id, "running", lease=Lease(token="theirs", seconds=30))
    assert await other_store.recover() == 0
    assert await store.carry(waiting.id, "theirs", progress=0.9) is not None
    assert (await types_and_states(store, dead.id))[-1] == ("done", "failed")


async def test_a_cancel_is_told_to_the_carrier_in_any_process(store: RunStore, other_store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a", lease=LEASE)
    heard: list[str] = []
    other_store.cancel_listeners.add(heard.append)
    asked = await other_store.request_cancel(run.id, owner="a")
    assert asked.cancel_requested
    assert heard == [run.id]
    assert await store.cancel_requests("mine") == {run.id}
    assert await store.cancel_requests("theirs") == frozenset()


async def test_a_run_that_nobody_carries_is_cancelled_at_once(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a", lease=LEASE)
    await store.begin(run.id, "mine")
    await store.transition(run.id, "awaiting_approval")
    assert (await store.request_cancel(run.id, owner="a")).state == "cancelled"
    assert (await store.request_cancel(run.id, owner="a")).state == "cancelled"


async def test_old_runs_are_deleted_with_their_streams(store: RunStore, clock: Clock) -> None:
    old, _ = await store.create(kind="k", owner="a")
    await store.finish(old.id, "cancelled")
    clock.pass_(100)
    young, _ = await store.create(kind="k", owner="a")
    await store.finish(young.id, "cancelled")
    running, _ = await store.create(kind="k", owner="a")
    assert await store.purge(NOON + timedelta(seconds=50)) == 1
    assert await store.events_after(old.id, 0) == ()
    assert {run.id for run in (await store.list_runs(owner="a")).runs} == {young.id, running.id}


async def test_zero_bytes_are_refused_before_the_database_sees_them(store: RunStore) -> None:
    with pytest.raises(UsageError):
        await store.create(kind="k", owner="a", idempotency_key="a\x00b")


async def test_a_write_whose_caller_was_cancelled_is_whole(store: RunStore) -> None:
    run, _ = await store.create(kind="k", owner="a")
    writing = asyncio.create_task(store.append_event(run.id, "progress", {"progress": 1}))
    await asyncio.sleep(0)
    writing.cancel()
    assert await asyncio.gather(writing, return_exceptions=True)
    await store.settle()
    assert [event.seq for event in await store.events_after(run.id, 0)] in ([1], [1, 2])
    await store.append_event(run.id, "progress", {"progress": 1})
