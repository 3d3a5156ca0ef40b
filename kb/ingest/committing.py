"""Make what was written to the vector store durable and current, several documents at a time.

A flush of the embedded store stops the whole process for up to 200 ms, so documents wait for each other, the longer
the longer a flush took: flushing stays below a tenth of the time, transactions below half of it.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import structlog

from core.errors import SextantError
from kb.ingest.context import Context
from kb.ingest.families import Families
from kb.records.jobs import LeaseKey, lease_of
from kb.records.versions import Outcome, Verdict, Version, settle

GROUP = 64
"""Documents of one transaction: some hundred milliseconds of the writer at most."""

GROUP_CHARACTERS = 2_000_000
"""Text that may wait for its transaction: it bounds the memory of those that wait."""

LINGER_FACTOR, LONGEST_LINGER_SECONDS = 10.0, 2.0

log = structlog.get_logger("sextant.kb")


@dataclass(slots=True, kw_only=True)
class _Waiting:
    outcome: Outcome
    verdict: "asyncio.Future[Verdict]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def characters(self) -> int:
        return len(self.outcome.version.text) if self.outcome.version else 0


class Committer:
    """Collects outcomes and writes them in groups."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._waiting: list[_Waiting] = []
        self._characters = 0
        self._working = 0
        self._changed = asyncio.Event()
        self._flush_seconds = 0.0
        self._write_seconds = 0.0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take outcomes."""
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self) -> None:
        """Stop. Nothing may wait any more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    @contextmanager
    def working(self) -> Iterator[None]:
        """Tell that a document is being worked on, so that waiting for it may be worth while."""
        self._working += 1
        try:
            yield
        finally:
            self._working -= 1
            if not self._working:
                self._changed.set()

    async def settle(self, outcome: Outcome) -> Verdict:
        """Write an outcome with the next group. Raises what kept it from being written."""
        waiting = _Waiting(outcome=outcome)
        self._waiting.append(waiting)
        self._characters += waiting.characters
        if len(self._waiting) == 1 or self._full():
            self._changed.set()
        try:
            return await waiting.verdict
        finally:
            if waiting in self._waiting:  # cancelled before its turn
                self._waiting.remove(waiting)
                self._characters -= waiting.characters

    async def _run(self) -> None:
        while True:
            await self._gather()
            group, size = list[_Waiting](), 0
            while self._waiting and len(group) < GROUP and size <= GROUP_CHARACTERS:
                group.append(self._waiting.pop(0))
                size += group[-1].characters
            self._characters -= size
            if group:
                await self._write(group)

    async def _gather(self) -> None:
        loop = asyncio.get_running_loop()
        while not self._waiting:
            self._changed.clear()
            await self._changed.wait()
        linger = max(LINGER_FACTOR * self._flush_seconds, self._write_seconds)
        until = loop.time() + min(LONGEST_LINGER_SECONDS, linger)
        while not self._full() and self._working and loop.time() < until:
            self._changed.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout_at(until):
                    await self._changed.wait()

    def _full(self) -> bool:
        return len(self._waiting) >= GROUP or self._characters >= GROUP_CHARACTERS

    async def _write(self, group: list[_Waiting]) -> None:
        try:
            verdicts = await self._settled([one.outcome for one in group])
        except Exception as exc:  # noqa: BLE001 - each document of the group is told why it was not written
            if len(group) > 1 and not isinstance(exc, SextantError):
                log.warning("A group of documents could not be stored at once.", error=str(exc), documents=len(group))
                for one in group:  # only one of them is to blame
                    await self._write([one])
                return
            for one in group:
                if not one.verdict.done():
                    one.verdict.set_exception(exc)
            return
        for one in group:
            if not one.verdict.done():
                one.verdict.set_result(verdicts[lease_of(one.outcome.job)])

    async def _settled(self, outcomes: list[Outcome]) -> Mapping[LeaseKey, Verdict]:
        context, loop = self._context, asyncio.get_running_loop()
        await self._flush({name for one in outcomes if one.version for name in one.version.written})
        began = loop.time()
        async with context.families.changing() as families, context.database.write() as connection:
            settled = await settle(
                connection,
                outcomes,
                jobs=context.jobs,
                indexes=context.collections.indexes,
                fingerprint=context.embedder.fingerprint,
                place=lambda key, version: _place(families, key, version),
                leave=families.leave,
            )
        self._write_seconds = loop.time() - began
        if settled.queued:
            context.wake(*settled.queued)
        return settled.verdicts

    async def _flush(self, names: set[str]) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        if not names:
            return
        live = {one.name: one for one in await self._context.collections.live(fitting=False)}
        for name in names & live.keys():
            await live[name].flush()
        self._flush_seconds = loop.time() - began


def _place(families: Families, key: str, version: Version) -> dict[str, str]:
    return families.place(key, version.access, version.values["sketch"])
