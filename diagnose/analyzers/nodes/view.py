"""What the rules for nodes share: each node with its pods, its signs of life and whom its fault harms."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from cluster.fields import Obj, condition, labels, mapping, moment, name, numbered, objects, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.containers import FieldPath
from diagnose.findings import Confidence, Edge, Finding, NextCheck, Reach, Remedy, Role, Severity
from diagnose.placement import SICK_TAINTS, taints, tolerates
from diagnose.scene import Scene
from diagnose.state import pod_ready

YOUNG_SECONDS = 120
"""A node joins, or a kubelet starts, within this; what it lacks until then is start-up."""

_UNTOLERATED = re.compile(r"untolerated taint|that the pod didn't tolerate", re.IGNORECASE)
_GROUPS = (
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
    "eks.amazonaws.com/nodegroup",
    "cloud.google.com/gke-nodepool",
    "kubernetes.azure.com/agentpool",
    "alibabacloud.com/nodepool-id",
)


@dataclass(frozen=True)
class Fleet:
    """All nodes of a snapshot and the pods on them, indexed when first needed."""

    scene: Scene

    @cached_property
    def pods(self) -> Mapping[str, tuple[Obj, ...]]:
        """The unfinished pods by the node that they are on; those without one under an empty name."""
        found: dict[str, list[Obj]] = {}
        for pod in self.scene.snapshot.all("Pod"):
            if text(pod, "status", "phase") not in {"Succeeded", "Failed"}:
                found.setdefault(text(pod, "spec", "nodeName"), []).append(pod)
        return {key: tuple(value) for key, value in found.items()}

    @cached_property
    def nodes(self) -> tuple["Node", ...]:
        """All nodes that are not being deleted."""
        found = self.scene.snapshot.all("Node")
        return tuple(Node(self, entry) for entry in found if not text(entry, "metadata", "deletionTimestamp"))


@dataclass(frozen=True)
class Node:
    """One node as the rules see it."""

    fleet: Fleet
    obj: Obj

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.fleet.scene

    @property
    def name(self) -> str:
        """Its name."""
        return name(self.obj)

    @property
    def ref(self) -> ObjectRef:
        """Point at the node."""
        return ref_of(self.obj)

    @cached_property
    def ready(self) -> Obj:
        """The condition ``Ready``, or empty."""
        return condition(self.obj, "Ready")

    @property
    def status(self) -> str:
        """``True``, ``False`` or ``Unknown``; empty when the condition is not there."""
        return text(self.ready, "status")

    @property
    def message(self) -> str:
        """The message of ``Ready``."""
        return text(self.ready, "message")

    @property
    def since(self) -> datetime | None:
        """When ``Ready`` became what it is."""
        return moment(self.ready, "lastTransitionTime")

    @property
    def heartbeat(self) -> datetime | None:
        """When the kubelet last wrote its status."""
        return moment(self.ready, "lastHeartbeatTime")

    @cached_property
    def renewed(self) -> datetime | None:
        """When the kubelet last renewed its lease; None when the lease was not read."""
        return moment(self.lease, "spec", "renewTime")

    @cached_property
    def lease(self) -> Obj:
        """The node's lease, or empty."""
        return self.scene.snapshot.get("Lease", "kube-node-lease", self.name) or {}

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of the node, as other components dial it."""
        return tuple(
            filter(None, (text(entry, "address") for entry in objects(self.obj, "status", "addresses")))
        ) or tuple(filter(None, {text(pod, "status", "hostIP") for pod in self.pods}))

    @cached_property
    def group(self) -> tuple[str, str]:
        """The label and value of its zone or node group, empty when it has none."""
        carried = labels(self.obj, "metadata", "labels")
        return next(((key, carried[key]) for key in _GROUPS if carried.get(key)), ("", ""))

    @property
    def cordoned(self) -> bool:
        """Whether somebody closed it for new pods."""
        return mapping(self.obj, "spec").get("unschedulable") is True

    @cached_property
    def pods(self) -> tuple[Obj, ...]:
        """The unfinished pods on it."""
        return self.fleet.pods.get(self.name, ())

    def condition_path(self, kind: str) -> FieldPath:
        """Return the path of a condition within the node."""
        for index, entry in numbered(self.obj, "status", "conditions"):
            if entry.get("type") == kind:
                return ("status", "conditions", index)
        return ("status", "conditions")

    def quote(self, kind: str, key: str = "message") -> Evidence:
        """Quote a field of a condition."""
        return self.scene.field(self.obj, *self.condition_path(kind), key)

    def unready(self, began: datetime | None) -> Iterator[Obj]:
        """Yield the pods on it that stopped serving, or wait, since its fault began."""
        slack = timedelta(seconds=YOUNG_SECONDS)
        for pod in self.pods:
            if pod_ready(pod):
                continue
            turned = moment(condition(pod, "Ready"), "lastTransitionTime")
            if began is None or turned is None or turned >= began - slack:
                yield pod

    def kept_away(self) -> Iterator[Obj]:
        """Yield the pods that find no node and are kept from this one by a taint that its fault put there."""
        own = [taint for taint in taints(self.obj) if taint.key in SICK_TAINTS]
        if not own:
            return
        for pod in self.fleet.pods.get("", ()):
            said = text(condition(pod, "PodScheduled"), "message")
            if _UNTOLERATED.search(said) and not all(tolerates(mapping(pod, "spec"), taint) for taint in own):
                yield pod

    def affected(self, began: datetime | None) -> tuple[Reach, ...]:
        """Point at the pods that the node's fault harms."""
        harmed = self.scene.reach_pods(self.unready(began), Edge.SCHEDULING)
        return harmed + self.scene.reach_pods(self.kept_away(), Edge.SCHEDULING)

    def describe(self) -> NextCheck:
        """Ask for the node's conditions and events."""
        return NextCheck(
            command=f"kubectl describe node {self.name}",
            why=Phrase(en="its conditions, taints and newest events", zh="其状况、污点和最新事件"),
        )

    def finding(
        self,
        code: str,
        *,
        confidence: Confidence,
        summary: Phrase,
        evidence: tuple[Evidence, ...],
        variant: str = "",
        role: Role = Role.ROOT,
        severity: Severity = Severity.HIGH,
        expected: str = "",
        actual: str = "",
        affected: tuple[Reach, ...] | None = None,
        chain: tuple[Reach, ...] = (),
        remedies: tuple[Remedy, ...] = (),
        next_checks: tuple[NextCheck, ...] = (),
        since: datetime | None = None,
    ) -> Finding:
        """Complete what a rule says to a finding about this node."""
        return Finding(
            code=code,
            variant=variant,
            role=role,
            severity=severity,
            confidence=confidence,
            object=self.ref,
            affected=self.affected(since) if affected is None else affected,
            summary=summary,
            expected=expected,
            actual=actual,
            evidence=tuple(entry for entry in evidence if entry.quote)[:4]
            or (self.scene.field(self.obj, "metadata", "name"),),
            chain=chain,
            remedies=remedies,
            next_checks=(*next_checks, self.describe()),
            since=since,
        )


def hit(reached: int) -> tuple[str, str]:
    """Say how many pods a fault harms, as the end of a sentence."""
    if not reached:
        return "", ""
    return (
        f"; {reached} pod{'s' if reached != 1 else ''} cannot serve because of it",
        f"；{reached} 个 Pod 因此无法服务",
    )


def lasting(seconds: float) -> tuple[str, str]:
    """Write a duration in the largest unit that fits, for people."""
    for size, unit, unit_zh in ((86400, "d", "天"), (3600, "h", "小时"), (60, "min", "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}", f"{int(seconds // size)} {unit_zh}"
    return f"{int(seconds)} s", f"{int(seconds)} 秒"
