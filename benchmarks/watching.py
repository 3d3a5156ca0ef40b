"""Measure the watch cache: ``python -m benchmarks.watching``. Its server runs in a process of its own.

Prints one JSON object: memory for the pods held, how far behind the cache is while events come at a rate (from the
write on the server to what a reader of the cache sees), and requests per second when nothing but events comes.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import synthetic
from cluster.client import ClusterClient, connect
from cluster.fake import FakeCluster
from cluster.identity import Credentials, Endpoint, Identity
from cluster.kinds import BY_KEY
from cluster.watching import WatchCache, collect_from

MIB = 1024 * 1024
BEACON = ("watch-beacon", "beacon")
BEACON_EVERY = 10
"""One event in ten is of an object that tells when it was written; events come in order, so that it speaks for all."""

DESCRIBED: list[dict[str, Any]] = [
    {
        "manager": manager,
        "operation": "Update",
        "apiVersion": "v1",
        "time": synthetic.BORN,
        "fieldsType": "FieldsV1",
        "fieldsV1": {
            f"f:{part}": {f"f:{part}-{number}": {".": {}, "f:value": {}, "f:observed": {}} for number in range(30)}
            for part in ("metadata", "spec")
        },
    }
    for manager in ("kube-controller-manager", "kubelet")
]
"""What a server says of who owns which field: a third of a real pod."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What ``measure`` found. Times are in seconds, ``lag_*`` from write to visible.

    ``held_mib`` is the JSON that is held, ``memory_mib`` what the process grew by, ``peak_mib`` all it ever had.
    """

    pods: int
    json_bytes_per_pod: int
    ready_seconds: float
    held_mib: float
    memory_mib: float
    peak_mib: float
    events_per_second: float
    lag_median: float
    lag_p99: float
    lag_max: float
    requests_per_second: float
    namespace_snapshot_seconds: float
    namespace_snapshot_lists: int


def serve(pods: int, rate: float, seconds: float) -> None:
    """Serve a cluster; print the address, wait for a line, then change pods at a rate for a while."""
    objects = [obj for items in synthetic.cluster(pods).values() for obj in items]
    podlike = [obj for obj in objects if obj["kind"] == "Pod"]
    for pod in podlike:
        pod["metadata"]["managedFields"] = DESCRIBED
    size = len(json.dumps(podlike[0], separators=(",", ":")))
    beacon = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"namespace": BEACON[0], "name": BEACON[1]}}
    fake = FakeCluster([*objects, {**podlike[0], "metadata": {"namespace": BEACON[0], "name": BEACON[1]}}, beacon])
    with fake.serve_in_thread() as endpoint:
        print(json.dumps({"server": endpoint.server, "bytes": size}), flush=True)
        sys.stdin.readline()
        began = time.monotonic()
        for number in range(round(rate * seconds)):
            pod = podlike[(number * 7919) % len(podlike)]
            if number % BEACON_EVERY == 0:
                metadata = {"namespace": BEACON[0], "name": BEACON[1]}
                pod = {**pod, "metadata": {**metadata, "annotations": {"written": repr(time.monotonic())}}}
            else:
                changed = {**pod["metadata"], "annotations": {"generation": str(number)}}
                pod = {**pod, "metadata": changed}
            fake.store.put(pod)
            ahead = began + (number + 1) / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        print(json.dumps({"seconds": time.monotonic() - began}), flush=True)
        sys.stdin.readline()


async def measure(pods: int, rate: float, seconds: float) -> Measured:
    """Fill a cache from a server in another process, then follow its changes."""
    arguments = [sys.executable, "-m", "benchmarks.watching", "--serve"]
    arguments += ["--pods", str(pods), "--rate", str(rate), "--seconds", str(seconds)]
    server = await asyncio.create_subprocess_exec(*arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        told = json.loads(await server.stdout.readline())
        identity = Identity(endpoint=Endpoint(server=told["server"]), credentials=Credentials())
        before = resident()
        async with connect(identity) as client, WatchCache(client) as cache:
            began = time.monotonic()
            await cache.ready(300)
            ready = time.monotonic() - began
            await collect_from(cache, namespace="team-000")
            asked = client.requests.total()
            began = time.monotonic()
            server.stdin.write(b"go\n")
            lags, sent_in = await follow(cache, server.stdout)
            requests = client.requests.total() - asked
            following = time.monotonic() - began
            memory = resident() - before
            lists = listed(client)
            began = time.monotonic()
            await collect_from(cache, namespace="team-000")
            snapshot = time.monotonic() - began
            return Measured(
                pods=next(entry.objects for entry in cache.health() if entry.kind == "Pod"),
                json_bytes_per_pod=told["bytes"],
                ready_seconds=ready,
                held_mib=sum(entry.bytes for entry in cache.health()) / MIB,
                memory_mib=memory,
                peak_mib=resident("VmHWM"),
                events_per_second=rate * seconds / sent_in,
                lag_median=statistics.median(lags),
                lag_p99=sorted(lags)[int(len(lags) * 0.99)],
                lag_max=max(lags),
                requests_per_second=requests / following,
                namespace_snapshot_seconds=snapshot,
                namespace_snapshot_lists=listed(client) - lists,
            )
    finally:
        server.stdin.close()
        await server.wait()


async def follow(cache: WatchCache, output: asyncio.StreamReader) -> tuple[list[float], float]:
    """Note how old each beacon is when a reader of the cache sees it, until the server has sent everything."""
    found = cache.watching(BY_KEY["Pod"].path())
    assert found is not None
    lags: list[float] = []
    last = ""
    ended = asyncio.ensure_future(output.readline())
    with cache.changes(namespace=BEACON[0], kinds={"Pod"}) as changes:
        while not ended.done():
            change = asyncio.ensure_future(anext(changes))
            await asyncio.wait({change, ended}, return_when=asyncio.FIRST_COMPLETED)
            change.cancel()
            beacon: dict[str, Any] = found[0].held.find(*BEACON) or {}
            written = beacon.get("metadata", {}).get("annotations", {}).get("written", "")
            if written and written != last:
                last = written
                lags.append(time.monotonic() - float(written))
    return lags, float(json.loads(await ended)["seconds"])


def listed(client: ClusterClient) -> int:
    """Return how many lists were asked for so far."""
    return sum(count for (verb, _), count in client.requests.items() if verb == "list")


def resident(field: str = "VmRSS") -> float:
    """Return this process's resident memory in MiB, now or (``VmHWM``) at most."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{field}:"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> int:
    """Print the figures; exit with 1 where a bound of the project is exceeded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.watching")
    parser.add_argument("--pods", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=1000.0, help="events per second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--serve", action="store_true", help="be the server (used by the measurement itself)")
    options = parser.parse_args()
    if options.serve:
        serve(options.pods, options.rate, options.seconds)
        return 0
    found = asyncio.run(measure(options.pods, options.rate, options.seconds))
    print(json.dumps({key: round(value, 4) for key, value in asdict(found).items()}, indent=2))
    return 0 if found.peak_mib <= 600 and found.lag_p99 <= 2 and found.requests_per_second <= 10 else 1


if __name__ == "__main__":
    sys.exit(main())
