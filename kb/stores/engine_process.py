"""The owner's side of the engine's process: start it, ask it, notice its end, stop it."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from typing import Any

import structlog

from kb.stores.errors import StoreFailed, StoreInterrupted
from kb.stores.frames import Frame, Frames, packed

END_SECONDS = 30.0
"""How long a process may take for what was asked and for closing its shards. Then it is killed, and its log has all."""

LAST_WORDS_SECONDS = 2.0
"""How long is waited for what a process said before it died."""

_PASSED_ON = ("TMPDIR", "LD_LIBRARY_PATH")

log = structlog.get_logger("sextant.kb")


class _Child:
    """A running process. What it says goes to the log, a line at a time."""

    def __init__(self, folder: Path, link: socket.socket, kept_open: Iterable[int]) -> None:
        try:
            self.process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - a module of ours, without a shell
                [sys.executable, "-m", "kb.stores.engine", str(folder.absolute())],
                stdin=link.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=tuple(kept_open),
                start_new_session=True,  # Ctrl-C in a terminal is for the owner, who still has requests to finish
                env=_environment(),
            )
        except OSError as exc:
            message = f"the engine of the vector store in {folder} cannot be started: {exc.strerror}"
            raise StoreFailed(message, next_step="check the memory and the number of processes that are left") from exc
        self.said = ""
        self._listener = Thread(target=self._listen, name="engine-listener", daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        assert self.process.stderr is not None  # noqa: S101 - it is a pipe
        with self.process.stderr as lines:
            for line in lines:
                if said := line.decode("utf-8", "replace").strip():
                    self.said = said[:300]
                    log.warning("the engine of the vector store says", said=self.said)
        self.process.wait()

    def ended(self, seconds: float) -> bool:
        """Wait for the end of the process and say whether it came."""
        self._listener.join(seconds)
        return not self._listener.is_alive()

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        code = self.process.returncode
        how = "" if code is None else f"exit code {code}" if code >= 0 else f"signal {-code}"
        return ", ".join(filter(None, (how, self.said)))


class _Link(asyncio.Protocol):
    """A connection to a process, and the requests that wait for their answers."""

    def __init__(self, folder: Path, child: _Child) -> None:
        self._folder = folder
        self.child = child
        self._frames = Frames()
        self._number = 0
        self._failing: asyncio.Task[None] | None = None
        self.waiting: dict[int, asyncio.Future[tuple[Any, bytes]]] = {}
        self.transport: asyncio.WriteTransport | None = None
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101 - the one of a socket is
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Give answers to those who wait for them."""
        for number, told, blob in self._frames.fed(data):
            asker = self.waiting.pop(number, None)
            if asker is None or asker.done():
                continue
            if told[0] == "done":
                asker.set_result((told[1], blob))
            else:
                asker.set_exception(StoreFailed(told[1], next_step=told[2]))

    def connection_lost(self, _: Exception | None) -> None:
        """Tell those who still wait that their answers will not come."""
        self.ended = True
        if self.waiting:
            self._failing = asyncio.get_running_loop().create_task(self._fail())

    async def _fail(self) -> None:
        await asyncio.to_thread(self.child.ended, LAST_WORDS_SECONDS)
        for asker in self.waiting.values():
            if not asker.done():
                asker.set_exception(self._interrupted())
        self.waiting.clear()

    def _interrupted(self) -> StoreInterrupted:
        how = f" ({self.child.ending})" if self.child.ending else ""
        message = f"the engine of the vector store in {self._folder} ended in the middle of an operation{how}"
        return StoreInterrupted(message, next_step="retry: it is started again")

    def ask(self, told: tuple[Any, ...], blob: bytes) -> "asyncio.Future[tuple[Any, bytes]]":
        """Send a request. The answer comes when it comes: others may be asked meanwhile."""
        if self.ended:
            raise self._interrupted()
        self._number = (self._number + 1) % 2**32
        answer = self.waiting[self._number] = asyncio.get_running_loop().create_future()
        if self.transport is not None:
            self.transport.write(packed(Frame(self._number, told, blob)))
        return answer


class EngineProcess:
    """The engine of one folder, started when it is first asked and again after it has died."""

    def __init__(self, folder: Path, kept_open: Iterable[int]) -> None:
        self._folder = folder
        self._kept_open = tuple(kept_open)
        self._link: _Link | None = None
        self._starting: asyncio.Task[_Link] | None = None
        self._closed = False

    async def ask(self, what: str, name: str, *arguments: Any, blob: bytes = b"") -> tuple[Any, bytes]:
        """Ask for something and return the answer. Raises ``StoreFailed``; ``StoreInterrupted`` when it died."""
        if self._closed:
            raise StoreFailed("the vector store is closed")
        link = self._link
        if link is None or link.ended:
            link = await self._started()
        return await link.ask((what, name, *arguments), blob)

    @property
    def pid(self) -> int | None:
        """The number of the process, None where none runs."""
        link = self._link
        return None if link is None or link.ended else link.child.process.pid

    @property
    def under_way(self) -> int:
        """How many requests wait for their answers."""
        return len(self._link.waiting) if self._link else 0

    async def _started(self) -> _Link:
        """Start a process for all who wait for one."""
        if self._starting is None:
            self._starting = asyncio.get_running_loop().create_task(self._start())
        starting = self._starting
        try:
            return await asyncio.shield(starting)
        finally:
            if starting.done() and self._starting is starting:
                self._starting = None

    async def _start(self) -> _Link:
        ours, theirs = socket.socketpair()
        try:
            child = await asyncio.to_thread(_Child, self._folder, theirs, self._kept_open)
        except StoreFailed:
            ours.close()
            raise
        finally:
            theirs.close()
        link = _Link(self._folder, child)
        await asyncio.get_running_loop().create_unix_connection(lambda: link, sock=ours)
        self._link = link
        return link

    async def close(self) -> None:
        """Let what was asked be done, make everything durable, and end the process."""
        self._closed = True
        if self._starting is not None:
            await asyncio.wait([self._starting])
        link, self._link = self._link, None
        if link is None:
            return
        try:
            async with asyncio.timeout(END_SECONDS):
                if link.waiting:
                    await asyncio.wait([*link.waiting.values()])
                if not link.ended:
                    await link.ask(("stop", self._folder.name), b"")
        except (StoreInterrupted, TimeoutError):
            link.child.process.kill()
        finally:
            if link.transport is not None:
                link.transport.close()
            if not await asyncio.to_thread(link.child.ended, END_SECONDS):
                link.child.process.kill()
                await asyncio.to_thread(link.child.ended, END_SECONDS)


def _environment() -> dict[str, str]:
    """Return what the engine needs of the environment, which holds no secrets of the service."""
    passed_on = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    return {
        **passed_on,
        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
        "PYTHONUTF8": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
