"""The embedded store: one owner, durable without a flush, a clear word when something is wrong."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kb.stores import PLATFORM, Access, CollectionSpec, Filter, HybridQuery, StoreError, StoreFailed, StoreHeld
from kb.stores.edge import EdgeStore
from kb.stores.engine_shard import translated
from kb.stores.holder import LOCK_FILE
from tests.kb.stores.samples import DIMENSIONS, entries, entry

SPEC = CollectionSpec(fingerprint="f" * 16, dimensions=DIMENSIONS)
ALL = Filter(access=Access(labels=frozenset({PLATFORM})))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[EdgeStore]:
    found = EdgeStore(tmp_path / "store")
    yield found
    await found.close()


async def test_a_second_opener_is_told_who_holds_the_store(store: EdgeStore, tmp_path: Path) -> None:
    with pytest.raises(StoreHeld, match=f"held by process {os.getpid()} ") as told:
        EdgeStore(tmp_path / "store")
    assert told.value.next_step
    await store.close()
    await EdgeStore(tmp_path / "store").close()


async def test_a_holder_that_left_no_name_is_still_a_holder(store: EdgeStore, tmp_path: Path) -> None:
    (tmp_path / "store" / LOCK_FILE).write_text("")
    with pytest.raises(StoreHeld, match="another process"):
        EdgeStore(tmp_path / "store")


async def test_what_was_written_is_there_after_reopening(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    collection = await store.create(SPEC)
    await collection.upsert(entries(150))
    await store.switch("current", SPEC.name)
    await store.close()
    again = EdgeStore(tmp_path)
    assert await again.names() == (SPEC.name,)
    assert await (await again.open("current")).size() == 150
    await again.close()


WRITER = """
import asyncio, sys
from pathlib import Path
from kb.stores.edge import EdgeStore
from tests.kb.stores.samples import entries
from tests.kb.stores.test_edge import SPEC

async def main():
    store = EdgeStore(Path(sys.argv[1]))
    collection = await store.create(SPEC)
    for number, one in enumerate(entries(10_000)):
        await collection.upsert([one])
        print(number, flush=True)

asyncio.run(main())
"""


def kill_a_writer(folder: Path, after: int) -> int:
    """Run a writer, kill it after so many acknowledgements, and return how many there were in all."""
    command = [sys.executable, "-c", WRITER, str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        for _ in range(after):
            process.stdout.readline()
        with pytest.raises(StoreHeld, match=f"process {process.pid} "):
            EdgeStore(folder)
        process.send_signal(signal.SIGKILL)
        return after + len(process.stdout.readlines())


@pytest.mark.parametrize("after", [1, 40, 333])
async def test_nothing_acknowledged_is_lost_when_the_process_is_killed(tmp_path: Path, after: int) -> None:
    acknowledged = kill_a_writer(tmp_path, after)
    store = EdgeStore(tmp_path)
    collection = await store.open(SPEC.name)
    found: set[str] = set()
    page = await collection.inventory()
    found.update(record.id for record in page.records)
    while page.next:
        page = await collection.inventory(after=page.next)
        found.update(record.id for record in page.records)
    assert {one.id for one in entries(10_000)[:acknowledged]} <= found
    assert len(found) == await collection.size() <= acknowledged + 1
    await store.close()


async def test_a_folder_without_its_entry_in_the_state_is_made_anew(tmp_path: Path) -> None:
    store = EdgeStore(tmp_path)
    await (await store.create(SPEC)).upsert([entry("half")])
    await store.close()
    (tmp_path / "state.json").unlink()  # as if the process had died before it was written
    again = EdgeStore(tmp_path)
    assert await (await again.create(SPEC)).size() == 0
    await again.close()


async def test_a_state_that_cannot_be_read_is_reported_and_the_folder_let_go(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("{")
    for _ in range(2):
        with pytest.raises(StoreFailed, match=r"state\.json"):
            EdgeStore(tmp_path)
    (tmp_path / "state.json").write_text(json.dumps({"sizes": {}, "aliases": {}}))
    await EdgeStore(tmp_path).close()


async def test_a_closed_store_says_so(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    await store.close()
    with pytest.raises(StoreFailed, match="closed"):
        await collection.count(ALL)
    with pytest.raises(StoreFailed, match="closed"):
        await store.create(SPEC)
    assert not (await store.health()).ok
    await store.close()


async def test_what_the_engine_raises_is_translated_and_our_own_is_not(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    with pytest.raises(StoreFailed, match="refused") as told, translated("x"):
        raise Exception("No space left on device")
    assert "disk space" in told.value.next_step
    with pytest.raises(ZeroDivisionError), translated("x"):
        _ = 1 / 0
    with pytest.raises(StoreError):
        await collection.scroll(ALL, after="not a UUID")


async def test_searches_run_while_passages_are_written_and_removed(store: EdgeStore) -> None:
    collection = await store.create(SPEC)
    stored = entries(400)
    await collection.upsert(stored[:200])

    async def write() -> None:
        for start in range(200, 400, 20):
            await collection.upsert(stored[start : start + 20])
            await collection.delete_document(stored[start - 100].document)
            await collection.flush()

    async def search() -> None:
        for one in stored[:60]:
            await collection.query(HybridQuery(filter=ALL, dense=one.dense, lexical=one.lexical))

    await asyncio.gather(write(), search(), search())
    assert await collection.size() == 400 - 10 * 4


@pytest.mark.parametrize("name", ["../x", "", "A", "a/b", "a" * 200])
async def test_a_name_that_is_no_folder_name_is_refused(store: EdgeStore, name: str) -> None:
    with pytest.raises(StoreError):
        await store.create(CollectionSpec(base=name, fingerprint="", dimensions=DIMENSIONS))
