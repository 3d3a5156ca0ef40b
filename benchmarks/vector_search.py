"""Time hybrid filtered search on the embedded store: ``python -m benchmarks.vector_search [POINTS …]``.

Synthetic passages: random directions of 384 numbers, 120 terms each by Zipf's law, 50 namespaces. Two callers are
measured: one who reads the platform's fifth and two namespaces, and one for whom everything is open, the worst case.
"""

import argparse
import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from kb.lexical import TermVector
from kb.stores import PLATFORM, Access, Collection, CollectionSpec, Entry, Filter, HybridQuery, namespace_label
from kb.stores.edge import EdgeStore

DIMENSIONS = 384
NAMESPACES = 50
VOCABULARY = 50_000
SEARCHES = 300
AT_ONCE = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Milliseconds of one search at a time, and searches a second with several at once.

    ``cpu`` is the processor time of one search: what a loaded machine does not blur.
    """

    cpu: float
    p50: float
    p95: float
    p99: float
    per_second: float


class Synthetic:
    """Make passages and questions from one stream of chance."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = np.random.default_rng(seed)
        ranks = np.arange(1, VOCABULARY + 1)
        self._odds = np.cumsum(1 / ranks) / np.sum(1 / ranks)

    def terms(self, count: int, commonest: int = 0) -> TermVector:
        """Return ``count`` draws of terms, none among the ``commonest``."""
        drawn = np.searchsorted(self._odds, self._chance.random(count))
        ids = sorted({int(one) * 80_021 % 2**32 for one in drawn if one >= commonest})
        return TermVector(ids=tuple(ids), weights=tuple(float(one) for one in self._chance.uniform(0.3, 2, len(ids))))

    def direction(self) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        """Return a random direction."""
        vector = self._chance.standard_normal(DIMENSIONS).astype(np.float32)
        return vector / np.float32(np.linalg.norm(vector))

    def passage(self, number: int, *, shared: bool) -> Entry:
        """Return a passage: open to all, or in four of five cases a namespace's own."""
        space = int(self._chance.integers(NAMESPACES))
        open_to_all = shared or self._chance.random() < 0.2
        return Entry(
            id=f"doc-{number // 10}#{number}",
            document=f"doc-{number // 10}",
            source=f"source-{number % 7}",
            access=PLATFORM if open_to_all else namespace_label(f"ns-{space}"),
            language="zh" if number % 3 == 0 else "en",
            kind="text",
            dense=self.direction(),
            lexical=self.terms(150),
        )

    def question(self) -> HybridQuery:
        """Return a search of somebody who may read two namespaces, every second one in one language."""
        spaces = [f"ns-{one}" for one in self._chance.integers(NAMESPACES, size=2)]
        only = Filter(access=Access.of(spaces), languages=("en",) if self._chance.random() < 0.5 else ())
        return HybridQuery(filter=only, dense=self.direction(), lexical=self.terms(16, commonest=20), limit=10)


async def timed(collection: Collection, synthetic: Synthetic) -> Timing:
    """Measure searches one by one, then several at once."""
    questions = [synthetic.question() for _ in range(SEARCHES)]
    for question in questions[:20]:
        await collection.query(question)
    took: list[float] = []
    used = time.process_time()
    for question in questions:
        start = time.perf_counter()
        await collection.query(question)
        took.append((time.perf_counter() - start) * 1000)
    cpu = round((time.process_time() - used) * 1000 / SEARCHES, 2)
    start = time.perf_counter()
    for first in range(0, SEARCHES, AT_ONCE):
        await asyncio.gather(*(collection.query(one) for one in questions[first : first + AT_ONCE]))
    rate = SEARCHES / (time.perf_counter() - start)
    p50, p95, p99 = (round(float(np.percentile(took, share)), 2) for share in (50, 95, 99))
    return Timing(cpu=cpu, p50=p50, p95=p95, p99=p99, per_second=round(rate))


async def measured(points: int, folder: Path, *, shared: bool) -> dict[str, object]:
    """Fill a collection, then search it."""
    synthetic = Synthetic()
    store = EdgeStore(folder)
    collection = await store.create(CollectionSpec(fingerprint="synthetic", dimensions=DIMENSIONS))
    writing = 0.0
    for first in range(0, points, 1000):
        batch = [synthetic.passage(number, shared=shared) for number in range(first, min(points, first + 1000))]
        start = time.perf_counter()
        await collection.upsert(batch)
        writing += time.perf_counter() - start
    start = time.perf_counter()
    await collection.flush()
    flushing = time.perf_counter() - start
    timing = await timed(collection, synthetic)
    await store.close()
    start = time.perf_counter()
    store = EdgeStore(folder)
    collection = await store.create(CollectionSpec(fingerprint="synthetic", dimensions=DIMENSIONS))
    opening = time.perf_counter() - start
    reopened = await timed(collection, synthetic)
    await store.close()
    return {
        "points": points,
        "open_to_all": shared,
        "just_written": asdict(timing),
        "reopened": asdict(reopened),
        "writes_per_second": round(points / writing),
        "flush_seconds": round(flushing, 2),
        "reopen_seconds": round(opening, 2),
    }


def main() -> int:
    """Print one JSON object a line; times are milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vector_search")
    parser.add_argument("points", nargs="*", type=int, default=[20_000, 100_000])
    sys.stdout.write(json.dumps({"machine": platform.platform(), "cpus": os.cpu_count()}) + "\n")
    for points in parser.parse_args().points:
        for shared in (False, True):
            with tempfile.TemporaryDirectory() as folder:
                result = asyncio.run(measured(points, Path(folder) / "store", shared=shared))
            sys.stdout.write(json.dumps(result) + "\n")
            sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
