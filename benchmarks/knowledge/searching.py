"""Measure searches: how long one takes over many passages, and what becomes of 300 a second."""

import asyncio
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.knowledge.embedders import InstantEmbedder
from benchmarks.knowledge.filling import Base, caller, fill, opened, questions
from benchmarks.knowledge.measures import Measure, Work, capacity, milliseconds, one_by_one, open_loop
from benchmarks.knowledge.sizes import Sizes
from kb.embed import Embedder
from kb.embed.bundled import BundledEmbedder
from kb.lexical import expand, query_vector
from kb.search import Search, SearchRequest
from kb.stores import Filter, HybridQuery

LANGUAGES = ("en", "zh")
AT_ONCE = 4

EMBED_BOUND_MS, PLAIN_BOUND_MS, LOAD_BOUND_MS = 40.0, 20.0, 50.0


def stored(base: Base, embedder: Embedder) -> Work:
    """Return searches of the store: one hybrid query each, inside the access of a caller and one language."""
    asked = questions()
    terms = [
        query_vector(one, additions=[(extra.text, extra.weight) for extra in expand(one).additions]) for one in asked
    ]

    async def work(number: int) -> object:
        at = number % len(asked)
        query = HybridQuery(
            filter=Filter(access=caller(number), languages=(LANGUAGES[number % 2], "other")),
            dense=await embedder.query(asked[at]),
            lexical=terms[at],
        )
        return await (await base.collection()).query(query)

    return work


def searched(search: Search) -> Work:
    """Return searches on the whole path: question, both halves of the languages, passages from SQL, ranking."""
    asked = questions()

    async def work(number: int) -> object:
        # Every second caller narrows the kind as well.
        kinds = ("text", "table") if number % 4 < 2 else ()
        request = SearchRequest(text=asked[number % len(asked)], access=caller(number), kinds=kinds)
        return await search.search(request)

    return work


def latency(sizes: Sizes) -> list[Measure]:
    """Time single searches over many passages, of 50 tenants and open to all, at both levels."""
    found = []
    for name, shared in (("50 tenants", 0.2), ("open to all", 1.0)):
        with TemporaryDirectory() as folder:
            found += asyncio.run(_latency(Path(folder), name, sizes, shared))
            if sizes.compacted:
                subprocess.run(
                    [sys.executable, "-m", "kb.stores.compacting", f"{folder}/vectors"],
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
                found += asyncio.run(_latency(Path(folder), f"{name}, compacted", sizes, None))
    return found


async def _latency(folder: Path, name: str, sizes: Sizes, shared: float | None) -> list[Measure]:
    model = await asyncio.to_thread(BundledEmbedder)
    measures = []
    async with opened(folder, InstantEmbedder()) as base:
        if shared is not None:
            await fill(base, sizes.passages, shared=shared)
        for level, embedder, bound in (
            ("without embedding", base.embedder, PLAIN_BOUND_MS),
            ("with embedding", model, EMBED_BOUND_MS),
        ):
            for path, work in (("store", stored(base, embedder)), ("search", searched(base.search(embedder)))):
                took = await one_by_one(work, sizes.searches, warm=sizes.warm)
                title = f"{path}, {sizes.passages:,} passages, {name}, {level}"
                measures += [
                    Measure(name=f"{title}, p50", value=milliseconds(took, 50), unit="ms"),
                    Measure(name=f"{title}, p95", value=milliseconds(took, 95), unit="ms", bound=bound),
                ]
        measures += await _stages(base, model, name, sizes)
    await model.close()
    return measures


async def _stages(base: Base, model: Embedder, name: str, sizes: Sizes) -> list[Measure]:
    """Say where the time of the whole path goes: the mean of each stage."""
    search, asked = base.search(model), questions()
    total: dict[str, float] = {}
    for number in range(sizes.searches):
        request = SearchRequest(text=asked[number % len(asked)], access=caller(number))
        for stage, seconds in (await search.search(request)).seconds.items():
            total[stage] = total.get(stage, 0.0) + seconds
    return [
        Measure(name=f"  of it {stage}, {name}, mean", value=seconds / sizes.searches * 1000, unit="ms")
        for stage, seconds in total.items()
    ]


def load(sizes: Sizes) -> list[Measure]:
    """Ask 300 searches a second for a minute, whether or not they are answered, of 50 tenants."""
    with TemporaryDirectory() as folder:
        return asyncio.run(_load(Path(folder), sizes))


async def _load(folder: Path, sizes: Sizes) -> list[Measure]:
    measures = []
    async with opened(folder, InstantEmbedder()) as base:
        await fill(base, sizes.load_passages)
        for path, work in (("store", stored(base, base.embedder)), ("search", searched(base.search()))):
            await one_by_one(work, sizes.warm, warm=0)
            most = await capacity(work, sizes.searches, at_once=AT_ONCE)
            came = await open_loop(work, rate=sizes.rate, seconds=sizes.load_seconds)
            title = f"{path}, {sizes.load_passages:,} passages, {sizes.rate:g}/s for {sizes.load_seconds:g} s"
            measures += [
                Measure(name=f"{title}, answered", value=came.rate, unit="searches/s"),
                Measure(name=f"{title}, p50", value=came.milliseconds(50), unit="ms"),
                Measure(name=f"{title}, p99", value=came.milliseconds(99), unit="ms", bound=LOAD_BOUND_MS),
                Measure(name=f"{title}, given up", value=came.unfinished, unit="searches", bound=0),
                Measure(name=f"{path}, most with {AT_ONCE} at once", value=most, unit="searches/s"),
            ]
    return measures
