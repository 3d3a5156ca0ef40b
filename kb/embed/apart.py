"""The bundled model with a process of its own for passages.

In one process questions and passages share an interpreter: a thread of low priority that holds it while others have the
processor keeps every search waiting. Two processes share only the cores, and there the priority is what counts.
"""

import asyncio
import struct
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterable
from itertools import chain

import numpy as np
import structlog

from kb.embed.bundled import DIMENSIONS, BundledEmbedder
from kb.embed.embedder import TokenCounter, Vector
from kb.embed.errors import EmbeddingRefused, EmbeddingUnavailable, TextTooLong
from kb.environment import bare_environment

ASKED = struct.Struct("<II")
"""Before a text: its number, its size in bytes."""

ANSWERED = struct.Struct("<IBI")
"""Before an answer: the text's number, what it is, its size in bytes."""

VECTOR, TOO_LONG, REFUSED = range(3)

IDLE_SECONDS = 60.0
"""How long the process waits for more passages; it holds about 200 MB."""

log = structlog.get_logger("sextant.kb")


class ApartEmbedder:
    """Passages in another process, questions in this one. The process is started when there are passages."""

    name = BundledEmbedder.name
    dimensions = DIMENSIONS
    max_tokens = BundledEmbedder.max_tokens

    def __init__(self, model: BundledEmbedder, *, idle_seconds: float = IDLE_SECONDS) -> None:
        self._model = model
        self._idle_seconds = idle_seconds
        self._process: _Process | None = None
        self._starting = asyncio.Lock()
        self._users = 0
        self._rest: asyncio.TimerHandle | None = None

    @property
    def fingerprint(self) -> str:
        """That of the model: where it runs does not change a vector."""
        return self._model.fingerprint

    @property
    def counter(self) -> TokenCounter:
        """Counts tokens in other processes too."""
        return self._model.counter

    def count_tokens(self, text: str) -> int:
        """Return how many tokens ``text`` has, what the model adds not counted."""
        return self._model.count_tokens(text)

    async def query(self, text: str) -> Vector:
        """Embed a question."""
        return await self._model.query(text)

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages in order. At most twice as many as there are threads are read ahead.

        Raises ``EmbeddingUnavailable`` when the process dies: the next passages get a new one.
        """
        rest = iter(texts)
        first = next(rest, None)
        if first is None:
            return
        self._users += 1
        waiting: deque[asyncio.Future[Vector]] = deque()
        try:
            process = await self._running()
            if process is None:
                async for vector in self._model.passages(chain((first,), rest)):
                    yield vector
                return
            for text in chain((first,), rest):
                waiting.append(process.ask(text))
                if len(waiting) >= 2 * self._model.threads:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for future in waiting:  # the caller stopped, or one text could not be embedded
                future.cancel()
            self._users -= 1
            self._later()

    async def close(self) -> None:
        """End the process and the threads."""
        if self._rest is not None:
            self._rest.cancel()
        if self._process is not None:
            await self._process.end()
        await self._model.close()

    async def _running(self) -> "_Process | None":
        """Return the process, started where there is none; None where no process can be started."""
        async with self._starting:
            if self._process is None or self._process.ended:
                if self._process is not None:
                    await self._process.end()
                try:
                    self._process = await _Process.start(self._model.threads)
                except OSError as exc:
                    log.warning("Passages are embedded in this process: another could not be started.", error=str(exc))
                    return None
            return self._process

    def _later(self) -> None:
        """End the process once nobody has used it for a while."""
        if self._rest is not None:
            self._rest.cancel()
        if not self._users:
            self._rest = asyncio.get_running_loop().call_later(self._idle_seconds, self._rested)

    def _rested(self) -> None:
        if not self._users and self._process is not None:
            self._process.kill()


class _Process:
    """A running process, and the texts that wait for their vectors."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._number = 0
        self._killed = False
        self._waiting: dict[int, asyncio.Future[Vector]] = {}
        self._answers = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, threads: int) -> "_Process":
        """Start a process. Raises ``OSError``."""
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "kb.embed.apart_process", str(threads)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,  # an interrupt at the keyboard is for the service, which ends it itself
                env=bare_environment(),
            )
        )

    @property
    def ended(self) -> bool:
        """Whether it answers no more."""
        return self._killed or self._answers.done()

    def ask(self, text: str) -> asyncio.Future[Vector]:
        """Send a text. Its vector comes when it comes."""
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        future: asyncio.Future[Vector] = asyncio.get_running_loop().create_future()
        if self.ended:
            future.set_exception(self._death())
            return future
        self._number = (self._number + 1) % 2**32
        self._waiting[self._number] = future
        data = text.encode("utf-8", "surrogatepass")
        self._process.stdin.write(ASKED.pack(self._number, len(data)) + data)
        return future

    def kill(self) -> None:
        """End it now. What waits fails."""
        self._killed = True
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """End it and wait for its end."""
        self.kill()
        await self._answers

    async def _listen(self) -> None:
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        try:
            while True:
                number, kind, size = ANSWERED.unpack(await self._process.stdout.readexactly(ANSWERED.size))
                self._answered(number, kind, await self._process.stdout.readexactly(size))
        except asyncio.IncompleteReadError:
            self._process.stdin.close()
            await self._process.wait()
        finally:
            for future in self._waiting.values():
                if not future.done():
                    future.set_exception(self._death())
            self._waiting.clear()

    def _answered(self, number: int, kind: int, data: bytes) -> None:
        future = self._waiting.pop(number)
        if future.done():
            return
        if kind == VECTOR:
            future.set_result(np.frombuffer(data, dtype=np.float32))
        elif kind == TOO_LONG:
            future.set_exception(TextTooLong(data.decode(), next_step="split it, or ask a shorter question"))
        else:
            future.set_exception(EmbeddingRefused(data.decode()))

    def _death(self) -> EmbeddingUnavailable:
        code = self._process.returncode
        how = "" if code is None else f" with exit code {code}" if code >= 0 else f" by signal {-code}"
        message = f"The process that embeds passages ended{how}."
        return EmbeddingUnavailable(
            message, next_step="It is started again by itself; see whether the machine is short of memory."
        )
