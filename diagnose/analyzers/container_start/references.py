"""ConfigMaps, Secrets and keys that a pod names and that are not there."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from cluster.fields import Obj, dig, mapping, moment, namespace, text, truth
from cluster.recording.transcript import hides
from cluster.snapshot import Event
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.container_start.lacking import Lack, key_missing, object_missing
from diagnose.containers import Container, containers
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    Observation,
)
from diagnose.graph import Reference, references
from diagnose.scene import Scene
from diagnose.state import START_REASONS

SETTLE_SECONDS = 10
"""A pod younger than this may only be faster than the object that it needs."""

RETRY_SECONDS = 120
"""Within this time the kubelet tries again once the object is there."""

_NOT_FOUND = re.compile(r"(?P<kind>configmap|secret) \"(?P<name>[^\"]{1,253})\" not found")

_NO_KEY = re.compile(
    r"couldn't find key (?P<key>\S{1,253}) in (?P<kind>ConfigMap|Secret) "
    r"(?P<space>[^/\s]{1,63})/(?P<name>[^\s:,]{1,253})"
)

_NO_MOUNT_KEY = re.compile(r"references non-existent (?:config|secret) key: (?P<key>[^\s,:]{1,253})")


def missing_references(scene: Scene, pod: Obj) -> Iterator[Observation]:
    """Yield what the pod names and is not there: before its start a cause, under a running pod a warning."""
    all_containers = {entry.name: entry for entry in containers(pod)}
    started = any(entry.running or entry.ended for entry in all_containers.values())
    said = list(_said(scene, pod, all_containers))
    seen: set[tuple[str, str, str]] = set()
    for reference in references(mapping(pod, "spec")):
        if reference.kind not in {"ConfigMap", "Secret"} or reference.optional:
            continue
        identity = (reference.kind, reference.name, reference.key)
        if identity in seen:
            continue
        seen.add(identity)
        holder = all_containers.get(reference.container)
        if holder is not None and holder.waiting_reason not in START_REASONS | {"CreateContainerConfigError"}:
            continue
        running = (holder.running or bool(holder.ended)) if holder else started
        if holder is not None and holder.role == "init" and dig(holder.status, "state", "terminated"):
            continue
        yield from _lacking(scene, pod, reference, said, running=running)
    if hides(pod, "spec", "containers", 0, "env"):
        yield from _undeclared(scene, pod, said, seen)


def _undeclared(scene: Scene, pod: Obj, said: list["Said"], seen: set[tuple[str, str, str]]) -> Iterator[Observation]:
    """Report what the kubelet misses of a pod whose own declarations were not shown."""
    known = {(kind, wanted) for kind, wanted, _ in seen}
    for entry in said:
        if (entry.kind, entry.name) in known:
            continue
        known.add((entry.kind, entry.name))
        edge = Edge.ENV if entry.container else Edge.MOUNT
        reference = Reference(
            kind=entry.kind, name=entry.name, key=entry.key, edge=edge, path=(), container=entry.container
        )
        found = scene.snapshot.get(entry.kind, namespace(pod), entry.name)
        lack = Lack(scene=scene, pod=pod, reference=reference, found=found, said=entry.evidence, running=False)
        if entry.key:
            yield _young(lack) or key_missing(lack, keys_of(found) if found is not None else None)
        else:
            yield _appeared(lack) if found is not None else _young(lack) or object_missing(lack)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A text of the kubelet that names a missing object or key."""

    kind: str
    name: str
    key: str
    evidence: Evidence
    container: str = ""


def _said(scene: Scene, pod: Obj, known: Mapping[str, Container]) -> Iterator[Said]:
    for container in known.values():
        if container.waiting_reason != "CreateContainerConfigError":
            continue
        path = (*container.status_path, "state", "waiting", "message")
        told = _parsed(text(container.waiting, "message"), scene.field(pod, *path), pod)
        yield from (replace(entry, container=container.name) for entry in told)
    event = scene.latest(pod, "FailedMount")
    if event is not None and not any(entry.running for entry in known.values()):
        yield from _parsed(event.message, scene.event(event), pod, event)


def _parsed(message: str, evidence: Evidence, pod: Obj, event: Event | None = None) -> Iterator[Said]:
    for match in _NOT_FOUND.finditer(message):
        kind = "ConfigMap" if match["kind"] == "configmap" else "Secret"
        yield Said(kind=kind, name=match["name"], key="", evidence=evidence)
    for match in _NO_KEY.finditer(message):
        yield Said(kind=match["kind"], name=match["name"], key=match["key"], evidence=evidence)
    if event is not None and (lost := _NO_MOUNT_KEY.search(message)) is not None:
        for reference in references(mapping(pod, "spec")):
            volume = text(dig(pod, "spec", *reference.path[:2]), "name")
            if reference.key == lost["key"] and f'volume "{volume}"' in message:
                yield Said(kind=reference.kind, name=reference.name, key=reference.key, evidence=evidence)


def _lacking(scene: Scene, pod: Obj, reference: Reference, said: list[Said], *, running: bool) -> Iterator[Observation]:
    space = namespace(pod)
    found = scene.snapshot.get(reference.kind, space, reference.name)
    told_by = next(
        (
            entry
            for entry in said
            if (entry.kind, entry.name) == (reference.kind, reference.name)
            and entry.key in {"", reference.key}
            and (found is None or entry.key == reference.key)
        ),
        None,
    )
    told = told_by.evidence if told_by is not None else None
    lack = Lack(scene=scene, pod=pod, reference=reference, found=found, said=told, running=running)
    if found is None:
        if told_by is not None and told_by.key and not scene.snapshot.absent(reference.kind, space, reference.name):
            # The kubelet looked into the object, so it exists, although it was not read here.
            yield _young(lack) or key_missing(lack, None)
            return
        if reference.key and reference.edge.value == "mount":
            return  # the whole volume reference speaks for its keys
        if scene.snapshot.absent(reference.kind, space, reference.name) or told is not None:
            yield _young(lack) or object_missing(lack)
        return
    if told is not None and not reference.key:
        yield _appeared(lack)
        return
    if not reference.key:
        return
    keys = keys_of(found)
    if (keys is not None and reference.key not in keys) or (keys is None and told is not None):
        yield _young(lack) or key_missing(lack, keys)
    elif told is not None and keys is not None:
        yield _appeared(lack)


def keys_of(source: Obj) -> set[str] | None:
    """Return the keys of a ConfigMap or Secret; None when they are not known."""
    if truth(source, "dataKeysUnknown"):
        return None
    return {key for part in ("data", "binaryData", "stringData") for key in mapping(source, part)}


def _young(lack: Lack) -> InProgress | None:
    made = moment(lack.pod, "metadata", "creationTimestamp")
    if made is None or lack.scene.created_age(lack.pod) >= SETTLE_SECONDS:
        return None
    return InProgress(
        object=lack.scene.holder_ref(lack.pod),
        reason=Phrase(
            en=f"the pod waits for {lack.reference.kind} {lack.reference.name}, which may still be created",
            zh=f"Pod 正在等待 {lack.reference.kind} {lack.reference.name}，它可能即将创建",
        ),
        until=made + timedelta(seconds=SETTLE_SECONDS),
    )


def _appeared(lack: Lack) -> InProgress:
    return InProgress(
        object=lack.scene.holder_ref(lack.pod),
        reason=Phrase(
            en=f"{lack.reference.kind} {lack.reference.name} has what was missing now; the kubelet tries again soon",
            zh=f"{lack.reference.kind} {lack.reference.name} 现已具备所缺内容，kubelet 很快会重试",
        ),
        until=lack.scene.now + timedelta(seconds=RETRY_SECONDS),
    )


def awaits_reference(scene: Scene, pod: Obj) -> bool:
    """Say whether the pod lacks a ConfigMap, Secret or key, so that other signs of not starting follow from it."""
    return any(isinstance(entry, Finding | InProgress) for entry in missing_references(scene, pod))
