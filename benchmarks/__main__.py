"""Run all measurements: ``make bench``. Prints a table and writes ``benchmarks/results/DATE.json``."""

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import synthetic, watching
from cluster.client import connect
from cluster.fake import FakeCluster
from cluster.fields import parse_time
from cluster.identity import Credentials, Identity
from cluster.live import collect
from cluster.recording.bundle import write_bundle
from cluster.snapshot import KindCoverage, Snapshot, SnapshotBuilder
from diagnose.engine import diagnose

REPEATS = 5
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One measured figure beside its bound; ``unit`` is s, MiB, x (a ratio) or calls."""

    name: str
    value: float
    unit: str
    bound: float

    @property
    def met(self) -> bool:
        """Whether the bound holds."""
        return self.value <= self.bound


def seconds(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Return the median wall time of ``work`` after one warm-up."""
    work()
    times: list[float] = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def parsed(pages: list[bytes]) -> Snapshot:
    """Parse LIST answers into a snapshot, as a collection does after the bytes have come."""
    builder = SnapshotBuilder(origin="synthetic")
    for page in pages:
        body = json.loads(page)
        kind = body["kind"].removesuffix("List")
        for obj in body["items"]:
            builder.add(obj)
        builder.covered(KindCoverage(kind=kind, state="complete", count=len(body["items"])))
    now = parse_time(synthetic.NOW)
    assert now is not None
    return builder.build(now=now)


def parsing() -> list[Result]:
    """Compare parsing and indexing with plain ``json.loads`` over the same bytes."""
    pages = synthetic.pages(5000)
    plain = seconds(lambda: [json.loads(page) for page in pages])
    ours = seconds(lambda: parsed(pages))
    size = sum(len(page) for page in pages) / MIB
    print(f"5,000 pods are {size:.0f} MiB of JSON; json.loads takes {plain:.2f} s")
    return [Result(name="parse and index / json.loads", value=ours / plain, unit="x", bound=2.0)]


def analysis() -> list[Result]:
    """Analyse 5,000 pods, and one workload of a namespace with 200."""
    large = parsed(synthetic.pages(5000))
    small = parsed(synthetic.pages(200))
    whole = seconds(lambda: diagnose(large), repeats=3)
    one = seconds(lambda: diagnose(small, target="deploy/app-25", namespace="team-000"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Result(name="analysis of 5,000 pods", value=whole, unit="s", bound=2.0),
        Result(name="peak memory of that process", value=peak, unit="MiB", bound=500.0),
        Result(name="one workload among 200 pods", value=one, unit="s", bound=0.3),
    ]


async def _collected(pods: int) -> tuple[int, float]:
    objects = [obj for items in synthetic.cluster(pods).values() for obj in items]
    async with (
        FakeCluster(objects).serve() as endpoint,
        connect(Identity(endpoint=endpoint, credentials=Credentials())) as client,
    ):
        start = time.perf_counter()
        await collect(client)
        took = time.perf_counter() - start
        return sum(count for (verb, _), count in client.requests.items() if verb == "list"), took


def collecting() -> list[Result]:
    """Count the LIST calls of a snapshot of 5,000 pods."""
    calls, took = asyncio.run(_collected(5000))
    print(f"collecting 5,000 pods from the fake API server took {took:.1f} s")
    return [Result(name="LIST calls for 5,000 pods", value=calls, unit="calls", bound=25)]


def commands() -> list[Result]:
    """Time whole processes: the help text, and a diagnosis of a small bundle."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder) / "small.tar.zst"
        write_bundle(parsed(synthetic.pages(200)), bundle)
        helping = seconds(lambda: _run("--help"))
        diagnosing = seconds(lambda: _run("diagnose", "deploy/app-25", "-n", "team-000", "--from", str(bundle)))
    return [
        Result(name="sextant --help", value=helping, unit="s", bound=0.3),
        Result(name="sextant diagnose --from a bundle of 200 pods", value=diagnosing, unit="s", bound=1.0),
    ]


def watched() -> list[Result]:
    """Hold 10,000 pods in a watch cache while 1,000 events come each second."""
    found = asyncio.run(watching.measure(10_000, 1000.0, 30.0))
    print(f"10,000 pods of {found.json_bytes_per_pod} bytes of JSON were listed in {found.ready_seconds:.0f} s")
    return [
        Result(name="watch cache of 10,000 pods, peak memory", value=found.peak_mib, unit="MiB", bound=600.0),
        Result(name="its delay at 1,000 events/s, 99 of 100", value=found.lag_p99, unit="s", bound=2.0),
        Result(name="its requests each second", value=found.requests_per_second, unit="calls", bound=10.0),
        Result(name="LIST calls of a snapshot from it", value=found.namespace_snapshot_lists, unit="calls", bound=0.0),
    ]


def _run(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "cli.main", *arguments], check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Measure, print, write. Exits with 1 when a bound is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    arguments = parser.parse_args()
    # Each group runs in a process of its own, so that one's memory is not another's.
    if group := os.environ.get("SEXTANT_BENCH_GROUP"):
        results = GROUPS[group]()
        sys.stderr.write(json.dumps([asdict(result) for result in results]))
        return 0
    results = [result for group in GROUPS for result in _in_child(group)]
    for result in results:
        state = "ok" if result.met else "OVER"
        print(f"{state:<5} {result.name:<46} {result.value:8.3f} {result.unit} (bound {result.bound:g})")
    now = datetime.now(UTC)
    report = {
        "date": now.strftime("%Y-%m-%d"),
        "command": "make bench",
        "machine": {
            "cpu_count": os.cpu_count(),
            "architecture": platform.machine(),
            "python": platform.python_version(),
        },
        "load": os.getloadavg()[0],
        "results": [{**asdict(result), "met": result.met} for result in results],
    }
    arguments.output.mkdir(exist_ok=True)
    (arguments.output / f"{report['date']}.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    return 0 if all(result.met for result in results) else 1


def _in_child(group: str) -> list[Result]:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks"],
        env={**os.environ, "SEXTANT_BENCH_GROUP": group},
        check=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    return [Result(**entry) for entry in json.loads(done.stderr)]


GROUPS: dict[str, Callable[[], list[Result]]] = {
    "parsing": parsing,
    "analysis": analysis,
    "collecting": collecting,
    "commands": commands,
    "watching": watched,
}

if __name__ == "__main__":
    sys.exit(main())
