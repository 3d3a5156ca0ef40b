"""A reading process: takes documents from standard input, one after the other, and answers what came of them.

It holds no secrets, writes no files, has bounds on memory and on the processor time of each document, and gives way to
searches. ``kb.ingest.reading`` starts and ends it.
"""

import os
import pickle
import resource
import sys
from contextlib import suppress
from typing import BinaryIO

from kb.documents.errors import DocumentError, DocumentTooLarge
from kb.ingest.frames import Answer, framed, packed, read_frame
from kb.ingest.preparing import Asked, Method, prepare

NICE = 10
"""Documents are read with what searches leave."""

READY = b"ready"


def main() -> None:
    """Read the method, then documents until there are no more."""
    source, to = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a reader prints may come between the answers
    first = read_frame(source)
    if first is None:
        return
    method: Method = pickle.loads(first)  # noqa: S301 - of the process that started this one
    with suppress(OSError):
        os.nice(NICE)
    _bound(method)
    method.count("warm")
    to.write(framed(READY))
    to.flush()
    _serve(method, source, to)


def _serve(method: Method, source: BinaryIO, to: BinaryIO) -> None:
    while (data := read_frame(source)) is not None:
        asked: Asked = pickle.loads(data)  # noqa: S301 - of the process that started this one
        _wind(method)
        to.write(framed(packed(_answer(asked, method))))
        to.flush()


def _answer(asked: Asked, method: Method) -> Answer:
    try:
        return prepare(asked, method)
    except DocumentError as problem:
        return problem
    except MemoryError:
        return DocumentTooLarge("Reading the document takes too much memory.", next_step="Split it.")


def _bound(method: Method) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with suppress(OSError, ValueError):  # macOS bounds no address space, and has no /proc
        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        memory = used + method.limits.max_memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _wind(method: Method) -> None:
    """Let the clock of processor time run anew: what was used before is no document's fault."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + method.limits.seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


if __name__ == "__main__":
    main()
