"""Read what ``kubectl top`` and ``kubectl rollout`` print."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cluster.kinds import Kind
from cluster.recording.transcript.sightings import Fragment
from cluster.recording.transcript.tables import Row

POD_METRICS = Kind(kind="PodMetrics", group="metrics.k8s.io", version="v1beta1", plural="pods")
NODE_METRICS = Kind(kind="NodeMetrics", group="metrics.k8s.io", version="v1beta1", plural="nodes", namespaced=False)
ALONE = ""
"""The name of a container that a row of a whole pod stands for, until it is known whether the pod has only one."""
_AMOUNT = re.compile(r"\d{1,15}(?:m|n|u|k|Ki|Mi|Gi|Ti)?")
_UPDATED = re.compile(r"(\d{1,7}) out of (\d{1,7}) new (?:replicas|pods) have been updated")
_AVAILABLE = re.compile(r"(\d{1,7}) of (\d{1,7}) updated (?:replicas|pods) are available")
_OVERDUE = re.compile(r'error: deployment "([\w.-]{1,253})" exceeded its progress deadline')
_NAMED = re.compile(r'(?:deployment|daemon set|statefulset|deployment spec) "([\w.-]{1,253})"')
_REVISION = re.compile(r"(\d{1,7})\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """One row of ``kubectl top``: a container of a pod (``ALONE``: the whole pod), or a node without one."""

    name: str
    container: str
    used: Fragment


def usages(rows: Iterable[Row]) -> Iterator[Usage]:
    """Yield what rows say of CPU and memory in use."""
    for row in rows:
        amounts = {"cpu": row.get("CPU(cores)", ""), "memory": row.get("MEMORY(bytes)", "")}
        used = {key: amount for key, amount in amounts.items() if _AMOUNT.fullmatch(amount)}
        name = row.get("POD") or row.get("NAME", "")
        if used and name and " " not in name:
            yield Usage(name=name, container=row["NAME"] if row.get("POD") else ALONE, used=used)


def rollout_status(lines: Iterable[str], kind: str, name: str) -> tuple[str, Fragment] | None:
    """Read the last word of ``rollout status`` on a workload: (its name, what is known of it)."""
    spec: Fragment = {}
    status: Fragment = {}
    for line in lines:
        line = line[:1000]
        if match := _NAMED.search(line):
            name = match[1]
        if match := _UPDATED.search(line):
            spec["replicas"], status["updatedReplicas"] = int(match[2]), int(match[1])
        elif match := _AVAILABLE.search(line):
            status["availableReplicas"], status["updatedReplicas"] = int(match[1]), int(match[2])
        elif _OVERDUE.match(line):
            told = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
            status["conditions"] = [told]
        elif line.endswith("successfully rolled out"):
            spec, status = {}, {}
    if not name or not (spec or status):
        return None
    if kind == "DaemonSet":
        return None
    return name, {"spec": spec, "status": status}


def is_overdue(line: str) -> bool:
    """Say whether a line tells that a rollout has passed its deadline."""
    return _OVERDUE.match(line[:1000]) is not None


def newest_revision(lines: Iterable[str]) -> str:
    """Return the highest number that ``rollout history`` lists, empty where it lists none."""
    found = [int(match[1]) for line in lines if (match := _REVISION.match(line[:200]))]
    return str(max(found)) if found else ""
