"""Count what one diagnosis of a live namespace costs: ``python -m benchmarks.live NAMESPACE`` with $KUBECONFIG set.

Prints requests by verb, seconds of collecting and analysing, and how many causes and symptoms were found.
"""

import argparse
import asyncio
import json
import sys
import time
from collections import Counter

from cluster.client import connect
from cluster.kubeconfig import find_identity
from cluster.live import collect
from cluster.snapshot import Snapshot
from diagnose.engine import diagnose


async def _collected(namespace: str) -> tuple[Snapshot, Counter[str], float]:
    async with connect(find_identity()) as client:
        start = time.perf_counter()
        snapshot = await collect(client, namespace=namespace)
        took = time.perf_counter() - start
        verbs: Counter[str] = Counter()
        for (verb, _), count in client.requests.items():
            verbs[verb] += count
        return snapshot, verbs, took


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.live")
    parser.add_argument("namespace", nargs="?", default="", help="empty: all namespaces")
    namespace = parser.parse_args().namespace
    snapshot, verbs, collecting = asyncio.run(_collected(namespace))
    start = time.perf_counter()
    diagnosis = diagnose(snapshot, namespace=namespace)
    report = {
        "namespace": namespace or "(all)",
        "requests": sum(verbs.values()),
        "requests_by_verb": dict(sorted(verbs.items())),
        "collect_seconds": round(collecting, 3),
        "analyse_seconds": round(time.perf_counter() - start, 3),
        "verdict": diagnosis.verdict.value,
        "causes": len(diagnosis.roots),
        "symptoms_folded": len(diagnosis.folded),
        "unexplained": len(diagnosis.unexplained),
        "codes": dict(sorted(Counter(root.code for root in diagnosis.roots).items())),
    }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
