"""One reading process, as the process that started it sees it."""

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

from core.errors import SextantError
from kb.documents.errors import DocumentTooLarge
from kb.environment import bare_environment
from kb.ingest.frames import SIZE, framed
from kb.ingest.preparing import Asked, Method

START_SECONDS = 30.0
"""Half a second on an idle machine."""

PIECE = 1024 * 1024


class ReaderEnded(SextantError):
    """A reading process ended while it read a document, for a reason that need not lie with the document."""

    code, title, retryable = "reader_ended", "Reading the document was interrupted", True


class Reader:
    """A process that reads documents. It ends when this process does."""

    def __init__(self, method: Method) -> None:
        """Start it and wait until it is ready. Raises ``ReaderEnded`` and ``OSError``."""
        told = pickle.dumps(method)
        theirs, self._into = os.pipe()
        self._out, answers = os.pipe()
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kb.ingest.reader"],
                stdin=theirs,
                stdout=answers,
                stderr=subprocess.DEVNULL,
                process_group=0,  # an interrupt at the keyboard is for the service, which ends its readers itself
                env=bare_environment(),
            )
        except BaseException:
            self._close()
            raise
        finally:
            os.close(theirs)
            os.close(answers)
        try:
            self._exchange(told, START_SECONDS)
        except DocumentTooLarge as exc:  # there is no document yet
            self.end()
            raise ReaderEnded(f"It was not ready within {START_SECONDS:g} s.") from exc
        except BaseException:
            self.end()
            raise

    def ask(self, asked: Asked, seconds: float) -> bytes:
        """Return the answer to a document.

        Raises ``DocumentTooLarge`` when it took too long, ``ReaderEnded`` when the process died; then it is of no more
        use.
        """
        return self._exchange(pickle.dumps(asked, protocol=pickle.HIGHEST_PROTOCOL), seconds)

    def end(self) -> None:
        """End the process now."""
        self._process.kill()
        self._process.wait()
        self._close()

    def _close(self) -> None:
        os.close(self._into)
        os.close(self._out)

    def _exchange(self, told: bytes, seconds: float) -> bytes:
        """Send a frame and return the one that comes back. The process reads all of it before it answers."""
        until = time.monotonic() + seconds
        with suppress(BrokenPipeError):  # what comes back, or does not, says why
            rest = memoryview(framed(told))
            while rest:
                rest = rest[os.write(self._into, rest) :]
        poll = select.poll()
        poll.register(self._out, select.POLLIN)
        (size,) = SIZE.unpack(self._received(poll, SIZE.size, until))
        return self._received(poll, size, until)

    def _received(self, poll: select.poll, size: int, until: float) -> bytes:
        pieces = bytearray()
        while len(pieces) < size:
            if not poll.poll(max(0.0, until - time.monotonic()) * 1000):
                raise DocumentTooLarge("Reading took too long and was stopped.", next_step="Split the document.")
            if not (piece := os.read(self._out, min(PIECE, size - len(pieces)))):
                raise self._death()
            pieces += piece
        return bytes(pieces)

    def _death(self) -> SextantError:
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return DocumentTooLarge(
                "Reading took too much processor time and was stopped.", next_step="Split the document."
            )
        reason = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        message = f"The process that read the document ended {reason}."
        return ReaderEnded(
            message, next_step="It is tried again by itself; see whether the machine is short of memory."
        )
