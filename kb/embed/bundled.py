"""The bundled model e5-small-ops on ONNX Runtime: English and Chinese, no network, no GPU.

One text a call: the model is quantised dynamically, so in a batch a text's vector would depend on its neighbours.
Speed comes from threads, each with a text of its own; questions have a thread to themselves, so that they never queue
behind passages.
"""

import asyncio
import hashlib
import os
import sys
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Literal

import numpy as np
import onnxruntime as ort

from core.data import data_file
from kb.embed.counting import WordCounter
from kb.embed.embedder import Vector, unit
from kb.embed.errors import EmbeddingRefused, ModelFilesBroken, TextTooLong

FOLDER = "models/e5-small-ops"
FILES = {
    "model_int8.onnx": "b55032259682418aa640742839e43997607ec2255f0de2c1116683c63af5ec5a",
    "tokenizer.json": "cd6a31b9b4d27e421693a867c53410ededae9e9ce64ec3c724ad089581472b15",
    "normalize.json": "ad1d27d82677ee3eaf9f1b299ff206303827c3bb8ead3e160f7e06dbd563ba01",
}
"""SHA-256 of each file. Another hash is another model, whose vectors must not meet these."""

DIMENSIONS = 384
CONTEXT_TOKENS = 512
ADDED_TOKENS = 6
"""The prefix and the special tokens take at most this many of the context."""

RECIPE = "prefix, mean of tokens, unit length, one text a call"
"""How the model is used is part of what a vector is."""

PASSAGES_NICE = 10
"""Passages are embedded with what searches leave: a tenth of a core while both are busy, all of it otherwise."""

Prefix = Literal["query: ", "passage: "]


class BundledEmbedder:
    """Embed on this machine's cores. ``threads`` is how many passages are worked on at once (default: all cores)."""

    name = "e5-small-ops"
    dimensions = DIMENSIONS
    max_tokens = CONTEXT_TOKENS - ADDED_TOKENS

    def __init__(self, *, folder: Path | None = None, threads: int | None = None) -> None:
        content = {file: _verified(folder, file, digest) for file, digest in FILES.items()}
        self.fingerprint = hashlib.sha256("|".join((*FILES.values(), RECIPE)).encode()).hexdigest()[:16]
        self.counter = WordCounter(content["tokenizer.json"], content["normalize.json"])
        self._session = _session(content["model_int8.onnx"])
        self.threads = threads or cores()
        self._passages = ThreadPoolExecutor(self.threads, thread_name_prefix="embed-passages", initializer=_give_way)
        self._queries = ThreadPoolExecutor(1, thread_name_prefix="embed-query")

    def count_tokens(self, text: str) -> int:
        """Return how many tokens ``text`` has, what the model adds not counted."""
        return self.counter(text)

    async def query(self, text: str) -> Vector:
        """Embed a question."""
        return await asyncio.get_running_loop().run_in_executor(self._queries, self.vector, text, "query: ")

    async def passages(self, texts: Iterable[str]) -> AsyncIterator[Vector]:
        """Embed passages in order. At most twice as many as there are threads are read ahead."""
        loop = asyncio.get_running_loop()
        running: deque[asyncio.Future[Vector]] = deque()
        try:
            for text in texts:
                running.append(loop.run_in_executor(self._passages, self.vector, text, "passage: "))
                if len(running) >= 2 * self.threads:
                    yield await running.popleft()
            while running:
                yield await running.popleft()
        finally:
            for future in running:  # the caller stopped, or one text could not be embedded
                future.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def close(self) -> None:
        """End the threads; what is running is finished, what waits is dropped."""
        for executor in (self._passages, self._queries):
            await asyncio.to_thread(executor.shutdown, wait=True, cancel_futures=True)

    def vector(self, text: str, prefix: Prefix) -> Vector:
        """Embed one text, in the calling thread. Raises ``TextTooLong`` and ``EmbeddingRefused``."""
        ids = self.counter.tokenizer.encode(prefix + self.counter.normal(text)).ids
        if len(ids) > CONTEXT_TOKENS:
            message = f"a text of {len(ids)} tokens is longer than the {CONTEXT_TOKENS} that {self.name} reads"
            raise TextTooLong(message, next_step="split it, or ask a shorter question")
        row = np.array([ids], dtype=np.int64)
        hidden = np.asarray(self._session.run(None, {"input_ids": row, "attention_mask": np.ones_like(row)})[0])
        vector = unit(hidden[0].mean(axis=0))
        if vector is None:
            message = f"{self.name} gave a vector that is not a direction for a text of {len(ids)} tokens"
            raise EmbeddingRefused(message)
        return vector


def _give_way() -> None:
    """Let questions and searches go first: on Linux a thread has a priority of its own."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), PASSAGES_NICE)


def cores() -> int:
    """Return how many cores this process may use; macOS cannot say that and names the machine's."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _verified(folder: Path | None, name: str, digest: str) -> bytes:
    """Read a file of the model; the bytes that were checked are the bytes that are used."""
    try:
        path = folder / name if folder else data_file(f"{FOLDER}/{name}")
        content = path.read_bytes()
    except OSError as exc:
        message = f"{name} of the bundled model cannot be read: {exc}"
        raise ModelFilesBroken(message, next_step="install the package again") from exc
    if (found := hashlib.sha256(content).hexdigest()) != digest:
        message = f"{name} of the bundled model has the checksum {found[:12]}…, not {digest[:12]}…"
        raise ModelFilesBroken(message, next_step="install the package again")
    return content


def _session(model: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
