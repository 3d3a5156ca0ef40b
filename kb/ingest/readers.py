"""Reading processes: documents are read and split beside this process, which searches with one core at a time.

Documents are read in threads; processes are started when many come at once, and end when none does. A process that
dies takes one document with it. PDF and Office files have a process of their own each (``kb.documents.isolated``).
"""

import pickle
import threading
import time
from collections import deque

import structlog

from kb.documents.isolated import is_foreign
from kb.ingest.frames import unpacked
from kb.ingest.preparing import Asked, Method, Prepared, Unchanged, prepare
from kb.ingest.reading import Reader, ReaderEnded

MANY, MANY_SECONDS = 32, 2.0
"""So many documents in so short a time are worth more processes: half a second each to start. A model that embeds on
this machine's cores lets fewer through."""

IDLE_SECONDS = 60.0
"""How long a process waits for another document; each holds about 100 MB."""

PATIENCE_SECONDS = 0.05
"""How long a document waits for another one to be read before one more process is started: where the model is what
takes long, one is enough."""

LARGE_BYTES = 1024 * 1024
"""After a larger document a process ends, so that its memory is given back."""

log = structlog.get_logger("sextant.kb")


class Readers:
    """Up to ``processes`` reading processes; each document has ``seconds``. None: all is read in this process."""

    def __init__(
        self,
        method: Method,
        *,
        processes: int,
        seconds: float,
        many: int = MANY,
    ) -> None:
        self._method = method
        self._most = processes
        self._seconds = seconds
        self._recent: deque[float] = deque(maxlen=many)
        self._waiting: deque[Reader] = deque()
        self._count = 0
        self._used_at = 0.0
        self._changed = threading.Condition()
        self._closed = False

    def read(self, asked: Asked) -> Prepared | Unchanged:
        """Read and split a document. Blocks: call it in as many threads as shall read at once.

        Raises ``DocumentError``, and ``ReaderEnded`` where it should be tried again.
        """
        data = asked.content.data
        reader = None if is_foreign(data) else self._taken()
        if reader is None:
            return prepare(asked, self._method)
        keep = False
        try:
            answer = reader.ask(asked, self._seconds)
            keep = len(data) < LARGE_BYTES
        finally:
            self._give_back(reader, keep=keep)
        return unpacked(answer)

    @property
    def running(self) -> int:
        """How many processes there are."""
        return self._count

    def rest(self) -> None:
        """End the processes where nothing has been read for a while."""
        with self._changed:
            if not self._waiting or time.monotonic() - self._used_at < IDLE_SECONDS:
                return
            ended, self._waiting = self._waiting, deque()
            self._count -= len(ended)
        for reader in ended:
            reader.end()

    def close(self) -> None:
        """End all processes once the documents that are being read are done."""
        with self._changed:
            self._closed = True
            ended, self._waiting = self._waiting, deque()
            self._count -= len(ended)
            self._changed.notify_all()
        for reader in ended:
            reader.end()

    def _taken(self) -> Reader | None:
        """Return a process to read with, a new one where there may be more; None: read in this one."""
        with self._changed:
            if not self._count and not self._hurried():
                return None
            self._used_at = time.monotonic()
            if self._count:
                self._changed.wait_for(self._free, PATIENCE_SECONDS)
            self._changed.wait_for(lambda: self._free() or self._count < self._most)
            if self._closed:
                raise ReaderEnded("The program was closed before the document was read.")
            if not self._most:
                return None
            if self._waiting:
                return self._waiting.pop()
            self._count += 1
        return self._started()

    def _hurried(self) -> bool:
        """Take note of a document; say whether they come fast."""
        if not (many := self._recent.maxlen):
            return True
        now = time.monotonic()
        hurried = len(self._recent) == many and now - self._recent[0] < MANY_SECONDS
        self._recent.append(now)
        return hurried

    def _free(self) -> bool:
        """Say whether nobody needs to wait for a process: one is free, or there will be none."""
        return bool(self._waiting) or self._closed or not self._most

    def _started(self) -> Reader | None:
        try:
            return Reader(self._method)
        except (OSError, ReaderEnded, pickle.PicklingError, AttributeError, TypeError) as exc:
            log.warning("Documents are read in this process: another could not be started.", error=str(exc))
            with self._changed:
                self._most = 0
                self._count -= 1
                self._changed.notify_all()
            return None

    def _give_back(self, reader: Reader, *, keep: bool) -> None:
        with self._changed:
            self._used_at = time.monotonic()
            keep = keep and not self._closed
            if keep:
                self._waiting.append(reader)
            else:
                self._count -= 1
            self._changed.notify()
        if not keep:
            reader.end()
