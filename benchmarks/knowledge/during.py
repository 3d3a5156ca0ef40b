"""Measure searches while a source is being ingested, against the same searches at rest."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.knowledge.embedders import CountingEmbedder, InstantEmbedder
from benchmarks.knowledge.filling import Base, fill
from benchmarks.knowledge.ingesting import ingesting, record
from benchmarks.knowledge.measures import Load, Measure, open_loop
from benchmarks.knowledge.searching import searched
from benchmarks.knowledge.sizes import Sizes
from kb.embed import Embedder
from kb.embed.apart import ApartEmbedder
from kb.embed.bundled import BundledEmbedder

SLOWER = 2.0
UNDER_WAY = 20
"""Passages that are embedded before the searches begin: listing is over, and all workers embed."""

POLL_SECONDS = 0.1


def during(sizes: Sizes, folder: Path) -> list[Measure]:
    """Search at rest, then while the corpus is being embedded, with questions embedded and with vectors at hand."""
    with TemporaryDirectory() as state:
        return asyncio.run(_during(sizes, folder, Path(state)))


async def _during(sizes: Sizes, folder: Path, state: Path) -> list[Measure]:
    inner = ApartEmbedder(await asyncio.to_thread(BundledEmbedder))
    model = CountingEmbedder(inner)
    asking: dict[str, Embedder] = {"vectors at hand": InstantEmbedder(), "questions embedded": model}
    async with ingesting(state, folder, model) as (ingest, database, store):
        base = Base(database=database, store=store, embedder=model)
        await fill(base, sizes.during_passages)
        for embedder in asking.values():
            await _load(base, embedder, sizes, seconds=sizes.during_seconds / 10)
        rest = {name: await _load(base, embedder, sizes) for name, embedder in asking.items()}
        await ingest.add(record())
        while model.embedded < UNDER_WAY:  # noqa: ASYNC110 - the embedder tells nobody
            await asyncio.sleep(POLL_SECONDS)
        first, began = model.embedded, asyncio.get_running_loop().time()
        busy = {name: await _load(base, embedder, sizes) for name, embedder in asking.items()}
        rate = (model.embedded - first) / (asyncio.get_running_loop().time() - began)
        left = await ingest.progress()
    await inner.close()
    measures = [Measure(name="embedded meanwhile", value=rate, unit="passages/s")]
    if not left.pending:
        measures.append(Measure(name="documents left at the end (too few)", value=0, unit="", bound=1, at_least=True))
    for name in asking:
        before, after = rest[name].milliseconds(99), busy[name].milliseconds(99)
        measures += [
            Measure(name=f"search at rest, {name}, p50", value=rest[name].milliseconds(50), unit="ms"),
            Measure(name=f"search at rest, {name}, p99", value=before, unit="ms"),
            Measure(name=f"search during ingestion, {name}, p50", value=busy[name].milliseconds(50), unit="ms"),
            Measure(name=f"search during ingestion, {name}, p99", value=after, unit="ms"),
            Measure(name=f"p99 during ingestion / at rest, {name}", value=after / before, unit="x", bound=SLOWER),
        ]
    return measures


async def _load(base: Base, embedder: Embedder, sizes: Sizes, *, seconds: float | None = None) -> Load:
    work = searched(base.search(embedder))
    return await open_loop(work, rate=sizes.during_rate, seconds=seconds or sizes.during_seconds)
