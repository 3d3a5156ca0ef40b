"""Measure ingestion: against the raw model, without a model, twice the same, and all of a large documentation."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.knowledge.corpus import copied, pages, spread
from benchmarks.knowledge.embedders import InstantEmbedder
from benchmarks.knowledge.measures import Measure
from benchmarks.knowledge.processes import peak_mib, processor_seconds
from benchmarks.knowledge.sizes import Sizes
from core.settings import StorageSettings
from core.storage import Database
from kb.documents.errors import DocumentEmpty
from kb.documents.reading import read_path
from kb.embed import Embedder
from kb.embed.apart import ApartEmbedder
from kb.embed.bundled import BundledEmbedder
from kb.ingest.ingest import Ingest
from kb.passages.splitting import split
from kb.records.model import SourceRecord
from kb.records.passages import Passages
from kb.sources.directory import DirectoryOptions, DirectorySource
from kb.stores.edge import EdgeStore

SOURCE = "measured"
PATIENCE_SECONDS = 3_600.0
MAX_BYTES, MAX_DOCUMENTS = 32 * 1024 * 1024, 200_000
RAW_SHARE, PIPELINE_RATE, AGAIN_SHARE = 0.9, 2_000.0, 0.05
WHOLE_MINUTES, WHOLE_MIB = 20.0, 1.5 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingested:
    """What an ingestion came to: its time, the same source once more, and documents that failed.

    ``processor`` is the processor time of the first, children included: what a loaded machine blurs little. ``peak`` is
    the memory of all processes in MiB.
    """

    seconds: float
    processor: float
    again_seconds: float
    passages: int
    failed: int
    peak: float

    @property
    def rate(self) -> float:
        """Passages a second."""
        return self.passages / self.seconds


@asynccontextmanager
async def ingesting(state: Path, folder: Path, embedder: Embedder) -> AsyncIterator[tuple[Ingest, Database, EdgeStore]]:
    """Open an ingestion whose one source is a folder, on SQLite and the embedded store."""
    database, store = Database(StorageSettings(state_dir=state)), EdgeStore(state / "vectors")
    await database.migrate()
    options = DirectoryOptions(path=str(folder))
    ingest = Ingest(
        database,
        store,
        embedder,
        lambda _: DirectorySource(options, max_bytes=MAX_BYTES, max_documents=MAX_DOCUMENTS),
    )
    await ingest.start()
    try:
        yield ingest, database, store
    finally:
        await ingest.close(grace=0)
        await store.close()
        await database.close()


def record() -> SourceRecord:
    """Return the source to add."""
    return SourceRecord(id=SOURCE, name=SOURCE, kind="directory", created_at=datetime.now(UTC))


async def ingested(folder: Path, embedder: Embedder) -> Ingested:
    """Ingest a folder into an empty knowledge base, then list it again."""
    with TemporaryDirectory() as state:
        async with ingesting(Path(state), folder, embedder) as (ingest, database, _):
            began, used = time.perf_counter(), processor_seconds()
            await ingest.add(record())
            await _idle(ingest)
            seconds, processor = time.perf_counter() - began, processor_seconds() - used
            began = time.perf_counter()
            await ingest.sync(SOURCE)
            await _idle(ingest)
            again = time.perf_counter() - began
            progress = await ingest.progress(SOURCE)
            return Ingested(
                seconds=seconds,
                processor=processor,
                again_seconds=again,
                passages=await Passages(database).count(),
                failed=progress.documents - progress.ready - progress.skipped,
                peak=peak_mib(),
            )


async def _idle(ingest: Ingest) -> None:
    if not await ingest.wait_idle(PATIENCE_SECONDS, source_id=SOURCE):
        raise TimeoutError("the ingestion did not end")


def texts_of(folder: Path, embedder: Embedder) -> list[str]:
    """Return the texts that an ingestion of the folder embeds."""
    texts = []
    for page in pages(folder):
        with suppress(DocumentEmpty):
            texts += [one.embedded for one in split(read_path(page), embedder.count_tokens)]
    return texts


async def raw(texts: Sequence[str], embedder: Embedder) -> float:
    """Return the passages a second of the model alone."""
    began = time.perf_counter()
    done = 0
    async for _ in embedder.passages(texts):
        done += 1
    return done / (time.perf_counter() - began)


def rate(sizes: Sizes, folder: Path) -> list[Measure]:
    """Compare whole ingestions with the model alone on the same passages, in turn, in one run."""
    with TemporaryDirectory() as sample:
        return asyncio.run(_rate(sizes, copied(spread(folder, sizes.sample_pages), folder, Path(sample))))


async def _rate(sizes: Sizes, sample: Path) -> list[Measure]:
    model = await asyncio.to_thread(BundledEmbedder)
    product = ApartEmbedder(model)
    texts = texts_of(sample, model)
    await raw(texts[:50], model)  # warm
    alone, whole = [await raw(texts, model)], list[Ingested]()
    for _ in range(sizes.rounds):
        whole.append(await ingested(sample, product))
        alone.append(await raw(texts, model))
    await product.close()
    raw_rate, whole_rate = statistics.median(alone), statistics.median(one.rate for one in whole)
    return [
        Measure(name="the model alone", value=raw_rate, unit="passages/s"),
        Measure(name=f"whole ingestion of the same {len(texts):,} passages", value=whole_rate, unit="passages/s"),
        Measure(name="whole ingestion / model", value=whole_rate / raw_rate, unit="x", bound=RAW_SHARE, at_least=True),
        Measure(name="documents of it that failed", value=max(one.failed for one in whole), unit="documents"),
    ]


def pipeline(sizes: Sizes, folder: Path) -> list[Measure]:
    """Ingest with a model that costs nothing: once counting with the real tokens, once with letters."""
    with TemporaryDirectory() as sample:
        return asyncio.run(_pipeline(sizes, copied(spread(folder, sizes.pipeline_pages), folder, Path(sample))))


async def _pipeline(sizes: Sizes, sample: Path) -> list[Measure]:
    model = await asyncio.to_thread(BundledEmbedder)
    measures = []
    for name, embedder in (
        ("tokens counted by the model's tokenizer", InstantEmbedder(model.counter)),
        ("tokens guessed", InstantEmbedder()),
    ):
        found = sorted([await ingested(sample, embedder) for _ in range(sizes.rounds)], key=lambda one: one.rate)
        middle = found[len(found) // 2]
        title = f"pipeline without embedding, {middle.passages:,} passages"
        each = middle.processor / middle.passages * 1000
        measures += [
            Measure(name=f"{title}, {name}", value=middle.rate, unit="passages/s", bound=PIPELINE_RATE, at_least=True),
            Measure(name=f"  its processor time a passage, {name}", value=each, unit="ms"),
            Measure(name=f"  the same source again, {name}", value=middle.again_seconds, unit="s"),
        ]
    await model.close()
    return measures


def whole(sizes: Sizes, folder: Path) -> list[Measure]:
    """Ingest everything with the bundled model, list it again, and tell the peak of memory, children included."""
    if sizes.pages is None:
        return asyncio.run(_whole(folder))
    with TemporaryDirectory() as sample:
        return asyncio.run(_whole(copied(spread(folder, sizes.pages), folder, Path(sample))))


async def _whole(folder: Path) -> list[Measure]:
    model = ApartEmbedder(await asyncio.to_thread(BundledEmbedder))
    found = await ingested(folder, model)
    await model.close()
    count = len(pages(folder))
    share = found.again_seconds / found.seconds
    return [
        Measure(name=f"documentation of {count:,} pages", value=found.seconds / 60, unit="min", bound=WHOLE_MINUTES),
        Measure(name="its passages", value=found.passages, unit="passages"),
        Measure(name="its rate", value=found.rate, unit="passages/s"),
        Measure(name="its documents that failed", value=found.failed, unit="documents"),
        Measure(name="peak memory of the process and its children", value=found.peak, unit="MiB", bound=WHOLE_MIB),
        Measure(name="the unchanged source again / first time", value=share, unit="x", bound=AGAIN_SHARE),
    ]
