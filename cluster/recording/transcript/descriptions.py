"""Read what ``kubectl describe`` prints: split objects apart, and give each to the reader of its kind."""

from collections.abc import Iterator
from dataclasses import dataclass

from cluster.kinds import BY_KEY, Kind
from cluster.recording.transcript.blocks import Block, blocks, find, pair_list
from cluster.recording.transcript.described_kinds import KINDS, config_map_data
from cluster.recording.transcript.described_pods import described_pod
from cluster.recording.transcript.happenings import Happening, described
from cluster.recording.transcript.implied import sets_of_description
from cluster.recording.transcript.moments import spoken_time
from cluster.recording.transcript.sightings import DESCRIBED, Fragment


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """One object as it was described."""

    kind: Kind
    namespace: str
    name: str
    fragment: Fragment
    events: tuple[Happening, ...]
    rank: int = DESCRIBED


def read_descriptions(lines: tuple[str, ...], kinds: list[Kind], namespace: str) -> Iterator[Described]:
    """Yield the objects of one output. Without ``Name:`` in the first column there is none."""
    named = [at for at, line in enumerate(lines) if line.startswith("Name:")]
    starts = [at for n, at in enumerate(named) if n == 0 or not "".join(lines[max(at - 2, 0) : at]).strip()]
    distinct = list(dict.fromkeys(kind.key for kind in kinds))
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(lines)
        found = blocks(lines[start:end])
        key = distinct[0] if len(distinct) == 1 else _kind_key(found)
        if key in BY_KEY and (told := _object(found, BY_KEY[key], namespace)):
            if key == "ConfigMap":
                told.fragment.update(config_map_data(lines[start:end]))
            yield told


def _kind_key(found: list[Block]) -> str:
    """Guess the kind by sections that only it has."""
    keys = {block.key for block in found}
    for mark, key in (
        ("Containers", "Pod"),
        ("StrategyType", "Deployment"),
        ("Update Strategy", "StatefulSet"),
        ("Desired Number of Nodes Scheduled", "DaemonSet"),
        ("Completions", "Job"),
        ("Session Affinity", "Service"),
        ("Subsets", "Endpoints"),
        ("System Info", "Node"),
        ("Provisioner", "StorageClass"),
        ("Rules", "Ingress"),
        ("Reference", "HorizontalPodAutoscaler"),
        ("Reclaim Policy", "PersistentVolume"),
        ("Used By", "PersistentVolumeClaim"),
        ("Allowed disruptions", "PodDisruptionBudget"),
        ("Min available", "PodDisruptionBudget"),
        ("Max unavailable", "PodDisruptionBudget"),
        ("PolicyRule", "Role"),
        ("Mountable secrets", "ServiceAccount"),
    ):
        if mark in keys:
            return key
    return ""


def _object(found: list[Block], kind: Kind, namespace: str) -> Described | None:
    name = find(found, "Name").value.strip()
    where = find(found, "Namespace").value.strip() or namespace
    if not name or len(name) > 300 or " " in name:
        return None
    meta: Fragment = {}
    for block in found:
        if block.key in {"Labels", "Annotations"} and (pairs := pair_list(block)):
            meta[block.key.lower()] = pairs
        elif block.key == "CreationTimestamp" and (made := spoken_time(block.value)):
            meta["creationTimestamp"] = made
    fragment: Fragment = {"metadata": meta}
    if owner := find(found, "Controlled By").value.strip():
        fragment["_owner"] = owner
    reader = described_pod if kind.kind == "Pod" else KINDS.get(kind.key)
    if reader is not None:
        told = reader(found)
        meta.update(told.pop("metadata", {}))
        fragment.update(told)
    if kind.kind == "Deployment":
        fragment["_sets"] = sets_of_description(found, meta.get("annotations", {}))
    events = tuple(described(find(found, "Events").lines, kind, where if kind.namespaced else "default", name))
    return Described(kind=kind, namespace=where, name=name, fragment=fragment, events=events)
