"""Making the cases on a real cluster, and recording them: ``python -m evals.live KUBECTL REGISTRY``.

KUBECTL is a kubectl program whose configuration ($KUBECONFIG) points at a throw-away cluster with one node that holds
the image ``busybox:test``; REGISTRY is the HOST:PORT of an image registry that holds nothing.
"""

import argparse
import asyncio
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import yaml

from cluster.client import connect
from cluster.kubeconfig import find_identity
from cluster.live import collect
from cluster.recording.bundle import write_bundle
from evals.cases import CaseFile, read_cases

Kubectl = Callable[..., str]
"""``kubectl(*arguments, stdin="")`` returns what it printed and raises when it fails."""

PATIENCE = "--timeout=180s"
COUNT_PATIENCE = "--timeout=60s"
_COUNT = re.compile(r"\{\.count\}=(\d+)")
AT_ONCE = 12


def make(kubectl: Kubectl, entry: CaseFile, registry: str) -> None:
    """Make one case in a namespace of its own and wait until its fault shows."""
    labels = [f"{key}={value}" for key, value in entry.case.namespace_labels.items()]
    kubectl("create", "namespace", entry.id)
    if labels:
        kubectl("label", "namespace", entry.id, *labels)
    manifests = yaml.safe_dump_all(entry.manifests).replace("REGISTRY", registry)
    kubectl("-n", entry.id, "apply", "-f", "-", stdin=manifests)
    for words in entry.case.wait:
        _wait(kubectl, entry.id, words)
    if entry.case.then:
        kubectl("-n", entry.id, *entry.case.then.replace("REGISTRY", registry).split())
    for words in entry.case.then_wait:
        _wait(kubectl, entry.id, words)


def _wait(kubectl: Kubectl, space: str, words: str) -> None:
    """Wait as ``kubectl wait`` does; a count of events that was passed before anybody looked is reached as well."""
    counted = _COUNT.search(words)
    try:
        kubectl("-n", space, "wait", *words.split(), COUNT_PATIENCE if counted else PATIENCE)
    except (AssertionError, subprocess.CalledProcessError):
        if counted is None:
            raise
        selector = [word for word in words.split() if "reason=" in word]
        counts = kubectl(
            "-n", space, "get", "events", "--field-selector", *selector, "-o", "jsonpath={.items[*].count}"
        )
        if max(map(int, counts.split()), default=0) < int(counted[1]):
            raise


async def record(entry: CaseFile) -> None:
    """Record the namespace of a case that was made."""
    async with connect(find_identity()) as client:
        snapshot = await collect(client, namespace=entry.id)
    entry.recording.parent.mkdir(exist_ok=True)
    write_bundle(snapshot, entry.recording)


def paste(kubectl: Kubectl, entry: CaseFile) -> str:
    """Return what somebody would paste who looks into the namespace: tables, descriptions, events, logs."""
    space = ("-n", entry.id)
    kind = entry.case.target.partition("/")[0] or "deploy"
    asked: list[tuple[str, ...]] = [
        ("get", "pods", "-o", "wide"),
        ("get", "deploy,sts,ds,job,cronjob,svc,ingress,hpa,pvc"),
        ("describe", entry.case.target),
        ("describe", "pods"),
        *([] if kind in {"pvc", "persistentvolumeclaim"} else [("describe", "pvc")]),
        ("get", "events", "--sort-by=.lastTimestamp"),
    ]
    for line in kubectl(*space, "get", "pods", "-o", _CONTAINERS).splitlines():
        pod, _, names = line.partition(" ")
        for name in names.split():
            asked += [("logs", pod, "-c", name, "--tail=60"), ("logs", pod, "-c", name, "--previous", "--tail=60")]
    return "\n".join(f"$ kubectl {' '.join((*space, *words))}\n{_shown(kubectl, *space, *words)}" for words in asked)


_CONTAINERS = (
    'jsonpath={range .items[*]}{.metadata.name} {.spec.initContainers[*].name} {.spec.containers[*].name}{"\\n"}{end}'
)


def _shown(kubectl: Kubectl, *words: str) -> str:
    """Return what a command prints, an error in its words too."""
    try:
        return kubectl(*words)
    except subprocess.CalledProcessError as exc:
        return str(exc.stderr)


def main() -> int:
    """Make and record all cases."""
    parser = argparse.ArgumentParser(prog="python -m evals.live")
    parser.add_argument("kubectl")
    parser.add_argument("registry")
    arguments = parser.parse_args()

    def kubectl(*words: str, stdin: str = "") -> str:
        # The program is the one that the person who runs this names.
        done = subprocess.run(  # noqa: S603
            [arguments.kubectl, *words], input=stdin, capture_output=True, text=True, check=True
        )
        return done.stdout

    def one(entry: CaseFile) -> str:
        make(kubectl, entry, arguments.registry)
        asyncio.run(record(entry))
        entry.session.write_text(paste(kubectl, entry), encoding="utf-8")
        return entry.id

    with ThreadPoolExecutor(AT_ONCE) as threads:
        for name in threads.map(one, read_cases()):
            sys.stdout.write(f"recorded {name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
