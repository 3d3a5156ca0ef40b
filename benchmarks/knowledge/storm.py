"""Measure a storm of events: what is written of 1,000 a second, and how many documents they make."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from benchmarks.knowledge.measures import Measure
from benchmarks.knowledge.sizes import Sizes
from core.settings import StorageSettings
from core.storage import Database
from kb.events import EventMemory, RememberedSource
from kb.events.tables import occurrence, pattern, seen
from kb.sources.source import Item
from kb.stores import namespace_label

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SPACES, WORKLOADS = 10, 10
REASONS = {
    "BackOff": "Back-off {n}s restarting failed container main in pod {pod}_{space}({uid})",
    "Unhealthy": "Readiness probe failed: Get http://10.0.{o}.{p}:8080/ready: dial tcp: connection refused after {n}ms",
    "FailedScheduling": "0/{n} nodes are available: {p} Insufficient memory.",
}
PATTERNS = SPACES * WORKLOADS * len(REASONS)
EACH = 100
"""Events that are told at once, as a watch gives them in a burst."""

LETTERS = "bcdfghjklm"


class CountingDatabase(Database):
    """Count the write transactions."""

    def __init__(self, settings: StorageSettings) -> None:
        super().__init__(settings)
        self.transactions = 0

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction, counted."""
        self.transactions += 1
        async with super().write() as connection:
            yield connection


class Clock:
    """A clock that is set by hand, and a pause that ends when it is."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now


def event(serial: int, moment: datetime) -> dict[str, Any]:
    """Return one event: of another pod each time, of a hundred workloads, with a message that repeats none."""
    space, app = f"team-{serial % SPACES}", f"app-{'abcdefghij'[serial // SPACES % WORKLOADS]}"
    reason = list(REASONS)[serial // (SPACES * WORKLOADS) % len(REASONS)]
    suffix = "".join(LETTERS[int(digit)] for digit in f"{serial % 100_000:05}")
    pod, uid = f"{app}-7c9d6b5f4d-{suffix}", f"0a1b2c3d-1111-4222-8333-{serial:012}"
    number, octets = serial % 997, divmod(serial % 65_536, 256)
    message = REASONS[reason].format(n=number, pod=pod, space=space, uid=uid, o=octets[0], p=octets[1])
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "kind": "Event",
        "apiVersion": "v1",
        "metadata": {"name": f"{pod}.{serial:x}", "namespace": space, "uid": uid},
        "involvedObject": {"kind": "Pod", "apiVersion": "v1", "name": pod, "namespace": space},
        "reason": reason,
        "message": message,
        "type": "Warning",
        "count": 1,
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "source": {"component": "kubelet"},
    }


def storm(sizes: Sizes) -> list[Measure]:
    """Tell a storm on a clock of its own, and count what comes of it."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_storm(Path(folder), sizes))


async def _storm(folder: Path, sizes: Sizes) -> list[Measure]:
    database, clock = CountingDatabase(StorageSettings(state_dir=folder)), Clock()
    await database.migrate()
    database.transactions = 0
    never = asyncio.Event()

    async def pause(seconds: float) -> None:
        del seconds  # the clock does not run by itself: what is due is written when events come
        await never.wait()

    spent, serial, waiting = 0.0, 0, 0
    memory = EventMemory(database, clock=clock, pause=pause)
    for _ in range(sizes.storm_seconds * sizes.storm_rate // EACH):
        events = [event(serial + at, clock.now) for at in range(EACH)]
        serial += EACH
        began = time.process_time()
        await memory.record(events, cluster="east")
        spent += time.process_time() - began
        waiting = max(waiting, memory.health.waiting)
        clock.now += timedelta(seconds=EACH / sizes.storm_rate)
    await memory.close()
    transactions = database.transactions
    async with database.read() as connection:
        patterns, hours, marks = [
            (await connection.execute(sa.select(sa.func.count()).select_from(table))).scalar_one()
            for table in (pattern, occurrence, seen)
        ]
    documents = 0
    for number in range(SPACES):
        source = RememberedSource(memory, namespace_label(f"team-{number}"), "events")
        documents += len([one async for one in source.items({}) if isinstance(one, Item)])
    await database.close()
    title = f"storm of {sizes.storm_rate:,} events/s for {sizes.storm_seconds} s"
    flushes = sizes.storm_seconds / memory.limits.flush_seconds + 1
    return [
        Measure(name=f"{title}, transactions", value=transactions, unit="", bound=flushes),
        Measure(name=f"{title}, rows of patterns", value=patterns, unit="rows", bound=PATTERNS),
        Measure(name=f"{title}, rows of hours", value=hours, unit="rows", bound=2 * PATTERNS),
        Measure(name=f"{title}, marks of single events", value=marks, unit="rows", bound=2 * memory.limits.max_seen),
        Measure(name=f"{title}, documents to embed", value=documents, unit="documents", bound=PATTERNS),
        Measure(name=f"{title}, patterns waiting at most", value=waiting, unit="", bound=memory.limits.flush_keys),
        Measure(name=f"{title}, processor time", value=spent, unit="s", bound=float(sizes.storm_seconds)),
    ]
