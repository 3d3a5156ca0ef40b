"""Open sources once for all documents that are fetched from them: opening one may mean cloning a repository."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from kb.records.model import SourceRecord
from kb.sources.source import Source

LINGER_SECONDS = 20.0
"""How long a source stays open without use: the next document of a listing usually follows within seconds."""

OpenSource = Callable[[SourceRecord], Source]


@dataclass(slots=True, kw_only=True)
class _Opened:
    record: SourceRecord
    source: Source
    users: int = 0
    closing: asyncio.TimerHandle | None = None


class OpenSources:
    """The sources that are open now."""

    def __init__(self, open_source: OpenSource) -> None:
        self._open_source = open_source
        self._opened: dict[str, _Opened] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def use(self, record: SourceRecord) -> AsyncIterator[Source]:
        """Give the source, opened with the options that it has now."""
        opened = self._opened.get(record.id)
        if opened is None or opened.record.options != record.options:
            if opened is not None:  # its users go on with what they have
                self._retire(opened)
            opened = _Opened(record=record, source=self._open_source(record))
            self._opened[record.id] = opened
        if opened.closing is not None:
            opened.closing.cancel()
            opened.closing = None
        opened.users += 1
        try:
            yield opened.source
        finally:
            opened.users -= 1
            if not opened.users:
                loop = asyncio.get_running_loop()
                current = self._opened.get(record.id) is opened
                opened.closing = loop.call_later(LINGER_SECONDS if current else 0, self._close_soon, opened)

    async def close(self) -> None:
        """Close every source."""
        for opened in list(self._opened.values()):
            if opened.closing is not None:
                opened.closing.cancel()
            await opened.source.close()
        self._opened.clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _retire(self, opened: _Opened) -> None:
        del self._opened[opened.record.id]
        if not opened.users:
            if opened.closing is not None:
                opened.closing.cancel()
            self._close_soon(opened)

    def _close_soon(self, opened: _Opened) -> None:
        if self._opened.get(opened.record.id) is opened:
            del self._opened[opened.record.id]
        task = asyncio.get_running_loop().create_task(opened.source.close())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
