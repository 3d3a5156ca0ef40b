"""The process that embeds passages: ``python -m kb.embed.apart_process THREADS``, texts on standard input.

It answers each text when its vector is there, in whichever order, and ends with its input. ``kb.embed.apart`` starts it
and says how texts and answers are written.
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from kb.embed.apart import ANSWERED, ASKED, REFUSED, TOO_LONG, VECTOR
from kb.embed.bundled import PASSAGES_NICE, BundledEmbedder
from kb.embed.errors import EmbeddingError, TextTooLong


def main(threads: int) -> None:
    """Embed until there are no more texts."""
    with suppress(OSError):
        os.nice(PASSAGES_NICE)
    source, to, one_at_a_time = sys.stdin.buffer, sys.stdout.buffer, threading.Lock()
    model = BundledEmbedder(threads=threads)

    def answer(number: int, data: bytes) -> None:
        kind, told = _embedded(model, data)
        with one_at_a_time:
            to.write(ANSWERED.pack(number, kind, len(told)) + told)
            to.flush()

    with ThreadPoolExecutor(threads) as pool:
        while len(head := source.read(ASKED.size)) == ASKED.size:
            number, size = ASKED.unpack(head)
            pool.submit(answer, number, source.read(size))
        pool.shutdown(cancel_futures=True)  # nobody is left to read the answers


def _embedded(model: BundledEmbedder, data: bytes) -> tuple[int, bytes]:
    try:
        return VECTOR, model.vector(data.decode("utf-8", "surrogatepass"), "passage: ").tobytes()
    except TextTooLong as exc:
        return TOO_LONG, exc.message.encode()
    except EmbeddingError as exc:
        return REFUSED, exc.message.encode()


if __name__ == "__main__":
    main(int(sys.argv[1]))
