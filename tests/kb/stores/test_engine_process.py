"""Two processes: whichever dies, nothing acknowledged is lost, nobody waits for ever, and the folder becomes free."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from kb.stores import Collection, HybridQuery, StoreFailed, StoreHeld, StoreInterrupted, engine_process, holder
from kb.stores import edge_log as logs
from kb.stores.edge import EdgeStore
from kb.stores.edge_log import Log, synced
from tests.kb.stores.samples import entries, entry
from tests.kb.stores.test_edge import ALL, SPEC


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EdgeStore]:
    found = EdgeStore(tmp_path / "store")
    yield found
    await found.close()


def engine_of(store: EdgeStore) -> int:
    pid = store.engine_pid
    assert pid is not None
    return pid


def question(number: int = 1) -> HybridQuery:
    one = entries(number)[-1]
    return HybridQuery(filter=ALL, dense=one.dense, lexical=one.lexical)


async def ids(collection: Collection) -> list[str]:
    return [hit.record.id for hit in await collection.query(question())]


async def test_what_is_under_way_when_the_engine_dies_fails_and_the_next_call_starts_another(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    await collection.upsert(entries(100))
    before, first = await ids(collection), engine_of(store)
    os.kill(first, signal.SIGSTOP)
    under_way = [
        *(asyncio.create_task(collection.query(question())) for _ in range(5)),
        asyncio.create_task(collection.delete_source("nobody's")),
    ]
    await asyncio.sleep(0)  # each of them runs until it waits for its answer
    assert store.under_way == len(under_way)
    os.kill(first, signal.SIGKILL)
    with capture_logs():
        ended = await asyncio.gather(*under_way, return_exceptions=True)
    assert [type(one) for one in ended] == [StoreInterrupted] * 6
    assert all(isinstance(one, StoreFailed) and one.retryable and "signal 9" in one.message for one in ended)
    assert await ids(collection) == before
    assert engine_of(store) != first
    assert await collection.size() == 100


@pytest.mark.parametrize("written", [3, 70])
async def test_nothing_acknowledged_is_lost_when_the_engine_dies_amid_writes_and_searches(
    store: EdgeStore, written: int
) -> None:
    collection = await store.create(SPEC)
    for one in entries(written):
        await collection.upsert([one])
    asked = [asyncio.create_task(collection.upsert([entry(f"late {number}")])) for number in range(20)]
    asked += [asyncio.create_task(collection.delete_source("nobody's")) for _ in range(20)]
    searches = [asyncio.create_task(collection.query(question())) for _ in range(20)]
    await asyncio.wait([*asked, *searches], return_when=asyncio.FIRST_COMPLETED)
    os.kill(engine_of(store), signal.SIGKILL)
    ended = await asyncio.gather(*asked, return_exceptions=True)
    found = await asyncio.gather(*searches, return_exceptions=True)
    assert {type(one) for one in [*ended, *found]} <= {type(None), tuple, StoreInterrupted}
    acknowledged = {one.id for one in entries(written)}
    acknowledged |= {f"late {number}" for number in range(20) if ended[number] is None}
    try:
        page = await collection.inventory()
    except StoreInterrupted:  # all was answered before it died, so nobody had noticed
        page = await collection.inventory()
    held = {one.id for one in page.records}
    assert acknowledged <= held
    assert held <= {*acknowledged, *(f"late {number}" for number in range(20))}


OWNER = """
import asyncio, sys
from pathlib import Path
from kb.stores.edge import EdgeStore
from tests.kb.stores.samples import entries
from tests.kb.stores.test_edge import SPEC

async def main():
    store = EdgeStore(Path(sys.argv[1]))
    collection = await store.create(SPEC)
    await collection.upsert(entries(50))
    print(store.engine_pid, flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


def orphan(folder: Path) -> int:
    """Return the engine of an owner that was killed. It is stopped, and has not noticed yet."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", OWNER, str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        engine = int(process.stdout.readline())
        os.kill(engine, signal.SIGSTOP)
        process.send_signal(signal.SIGKILL)
    return engine


async def test_an_engine_without_its_owner_ends_and_until_then_nobody_opens_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = orphan(tmp_path)
    with monkeypatch.context() as impatient:
        impatient.setattr(holder, "ORPHAN_SECONDS", 0.0)
        with pytest.raises(StoreHeld, match="engine of a process that has ended"):
            EdgeStore(tmp_path)
    os.kill(engine, signal.SIGCONT)
    store = EdgeStore(tmp_path)  # waits for it
    assert await (await store.open(SPEC.name)).size() == 50
    await store.close()


async def test_the_engine_leaves_signals_of_the_terminal_to_its_owner(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    engine = engine_of(store)
    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(engine, one)
    assert os.getsid(engine) != os.getsid(0)
    assert await collection.size() == 0
    assert engine_of(store) == engine


async def test_an_engine_that_cannot_start_says_why_in_one_line(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken, capture_logs() as said:
        broken.setattr(engine_process, "_environment", lambda: {"PYTHONHOME": "nowhere"})
        with pytest.raises(StoreInterrupted, match="exit code 1"):
            await store.create(SPEC)
    assert {one["log_level"] for one in said} == {"warning"}
    assert not any("\n" in str(one["said"]) for one in said)
    assert await (await store.create(SPEC)).size() == 0


def environment_of(process: int) -> bytes:
    told = Path(f"/proc/{process}/environ")
    return told.read_bytes() if told.exists() else b""


async def test_no_secret_of_the_service_goes_into_the_engine(store: EdgeStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEXTANT_LLM__API_KEY", "key-1")
    assert "key-1" not in str(engine_process._environment())
    await store.create(SPEC)
    assert b"key-1" not in environment_of(engine_of(store))


async def test_closing_lets_searches_that_run_come_to_their_end(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    await collection.upsert(entries(300))
    expected = await ids(collection)
    running = [asyncio.create_task(ids(collection)) for _ in range(20)]
    await asyncio.sleep(0)  # each of them runs until it waits for its answer
    assert store.under_way == len(running)
    engine = engine_of(store)
    await store.close()
    assert [await one for one in running] == [expected] * 20
    with pytest.raises(ProcessLookupError):
        os.kill(engine, 0)
    with pytest.raises(StoreFailed, match="closed"):
        await collection.query(question())


async def test_an_engine_that_does_not_answer_is_killed_when_the_store_is_closed(
    store: EdgeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    collection = await store.create(SPEC)
    os.kill(engine_of(store), signal.SIGSTOP)
    search = asyncio.create_task(collection.query(question()))
    await asyncio.sleep(0)
    monkeypatch.setattr(engine_process, "END_SECONDS", 0.05)
    await store.close()
    with pytest.raises(StoreInterrupted):
        await search


async def test_a_thousand_passages_at_once_are_written_while_others_search(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    await collection.upsert(entries(10))
    writing = asyncio.create_task(collection.upsert(entries(1_000, seed=2)))
    searches = 0
    while not writing.done():
        assert await collection.query(question())
        searches += 1
    await writing
    assert searches
    assert await collection.size() == 1_000


async def whole(collection: Collection) -> set[str]:
    return {one.id for one in (await collection.inventory()).records}


async def test_what_was_flushed_is_there_although_no_segment_reached_the_disk(tmp_path: Path) -> None:
    folder, before = tmp_path / "store", tmp_path / "before"
    store = EdgeStore(folder)
    await store.create(SPEC)
    await store.close()
    shutil.copytree(folder, before)
    store = EdgeStore(folder)
    collection = await store.open(SPEC.name)
    await collection.upsert(entries(200))
    await collection.delete_document("doc-3")
    await collection.flush()
    shard = Path("collections") / SPEC.name
    shutil.rmtree(before / shard / "wal")
    shutil.copytree(folder / shard / "wal", before / shard / "wal")  # as a power cut would leave it
    expected = await whole(collection)
    await store.close()
    store = EdgeStore(before)
    assert await whole(await store.open(SPEC.name)) == expected
    assert len(expected) == 196
    await store.close()


async def test_one_run_to_the_disk_serves_all_who_wait_and_none_who_came_too_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wal").mkdir()
    runs: list[int] = []
    loop, gate, begun = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()

    def slow(folder: Path) -> None:
        runs.append(len(runs))
        loop.call_soon_threadsafe(begun.set)
        asyncio.run_coroutine_threadsafe(gate.wait(), loop).result()
        synced(folder)

    monkeypatch.setattr(logs, "synced", slow)
    log = Log(tmp_path)
    first = asyncio.create_task(log.flush())
    await begun.wait()
    late = [asyncio.create_task(log.flush()) for _ in range(10)]
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(first, *late)
    assert len(runs) == 2


async def test_a_log_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed, match="cannot write"):
        await Log(tmp_path / "missing").flush()


async def test_the_same_passage_written_twice_is_found_as_it_is_now(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    old = entry("a", revision="1")
    await collection.upsert([old])
    assert (await collection.query(HybridQuery(filter=ALL, dense=old.dense)))[0].record.revision == "1"
    await collection.upsert([entry("a", revision="2")])
    assert (await collection.query(HybridQuery(filter=ALL, dense=old.dense)))[0].record.revision == "2"
