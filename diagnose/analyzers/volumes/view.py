"""What the rules for volumes share: a pod whose volumes do not come, what was said, and the claim behind a volume."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cluster.fields import Obj, mapping, moment, name, namespace, numbered, text
from cluster.snapshot import Event, ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.claims.view import Storage, Use
from diagnose.containers import containers
from diagnose.findings import Edge, NextCheck, Reach
from diagnose.graph import references
from diagnose.scene import Scene

FAILURES = ("FailedAttachVolume", "FailedMapVolume", "FailedMount")
STARTS = frozenset({"Created", "Pulled", "Pulling", "Started", "SuccessfulAttachVolume"})

_VOLUME = re.compile(r"for volume \"(?P<volume>[^\"]{1,253})\"")
_INNER = re.compile(
    r"^.{0,200}?failed for volume \"[^\"]{1,253}\"\s*(?:\([^)]{0,400}\))?(?: pod \"[^\"]{1,100}\")?\s*: |"
    r"^(?:rpc error: code = \w{1,30} desc = |timed out waiting for the condition: )"
)


@dataclass(frozen=True)
class Waiting:
    """A pod with a node whose volumes are not there yet."""

    storage: Storage
    pod: Obj

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.storage.scene

    @property
    def node(self) -> str:
        """The node that it was given to."""
        return text(self.pod, "spec", "nodeName")

    @cached_property
    def holder(self) -> ObjectRef:
        """What must be edited to change such pods."""
        return self.scene.holder_ref(self.pod)

    @cached_property
    def said(self) -> tuple[Event, ...]:
        """The failures since anything went well, newest first."""
        found: list[Event] = []
        for event in reversed(self.scene.snapshot.events(self.pod)):
            if event.reason in STARTS - {"SuccessfulAttachVolume"}:
                break
            if event.reason in FAILURES:
                found.append(event)
        return tuple(found)

    @cached_property
    def attached(self) -> datetime | None:
        """When a volume was attached last."""
        event = self.scene.latest(self.pod, "SuccessfulAttachVolume")
        return event.last if event else None

    def claim_of(self, volume: str) -> Obj | None:
        """Return the claim whose volume has that name, or that the pod mounts under it."""
        bound = self.scene.snapshot.get("PersistentVolume", "", volume)
        wanted = text(bound, "spec", "claimRef", "name")
        own = [entry for entry in references(mapping(self.pod, "spec")) if entry.kind == "PersistentVolumeClaim"]
        for entry in own:
            claim = self.scene.snapshot.get("PersistentVolumeClaim", namespace(self.pod), entry.name)
            called = text(self.pod, "spec", *entry.path[:2], "name")
            if claim is not None and (text(claim, "spec", "volumeName") == volume or called == volume):
                return claim
            if claim is not None and wanted == entry.name:
                return claim
        return None

    def object_for(self, volume: str) -> ObjectRef:
        """Point at the claim of a volume, or at what mounts it."""
        claim = self.claim_of(volume)
        return ref_of(claim) if claim is not None else self.holder

    def users(self, claim: Obj) -> tuple[Use, ...]:
        """Return the other pods that mount a claim."""
        uses = self.storage.uses.get((namespace(claim), name(claim)), ())
        return tuple(use for use in uses if use.pod is not self.pod)

    def affected(self) -> tuple[Reach, ...]:
        """Point at the pod."""
        return self.scene.reach_pods([self.pod], Edge.MOUNT)

    def describe(self) -> NextCheck:
        """Ask for the pod's newest events."""
        return NextCheck(
            command=f"kubectl -n {namespace(self.pod)} describe pod/{name(self.pod)}",
            why=Phrase(en="its newest events say what its volumes wait for", zh="其最新事件会说明卷在等待什么"),
        )


def started(pod: Obj) -> bool:
    """Say whether any container of a pod has run."""
    return any(entry.running or entry.ended for entry in containers(pod))


def named_volume(message: str) -> str:
    """Return the volume that a message names."""
    match = _VOLUME.search(message[:2000])
    return match["volume"] if match else ""


def innermost(message: str) -> str:
    """Strip what the kubelet puts in front of the cause."""
    for _ in range(4):
        match = _INNER.match(message)
        if match is None or match.end() >= len(message):
            break
        message = message[match.end() :]
    return " ".join(message.split())


def attachments(scene: Scene, volume: str) -> Iterator[Obj]:
    """Yield the attachments of a volume that were read."""
    for entry in scene.snapshot.all("VolumeAttachment"):
        if text(entry, "spec", "source", "persistentVolumeName") == volume:
            yield entry


def volume_entry(pod: Obj, called: str) -> tuple[int, Obj] | None:
    """Return the volume of a pod with that name, with its index."""
    return next(
        ((index, entry) for index, entry in numbered(pod, "spec", "volumes") if text(entry, "name") == called), None
    )


def began(event: Event, pod: Obj) -> datetime | None:
    """Return when a failure began."""
    return event.first or event.last or moment(pod, "metadata", "creationTimestamp")
