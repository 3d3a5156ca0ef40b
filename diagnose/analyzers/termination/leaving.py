"""What is being deleted, and which finalizers hold it: the index that the rules of this family share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from cluster.fields import Obj, condition, moment, namespace, objects, strings, text
from core.phrase import Phrase
from diagnose.controllers import Controllers
from diagnose.findings import Remedy, Risk, Who
from diagnose.remedies import object_patch
from diagnose.scene import Scene

_LEFT_OUT = frozenset({"Event", "EndpointSlice", "Endpoints", "Lease"})
"""Kinds without finalizers of which there are many."""

BY_KUBERNETES = frozenset(
    {
        *("kubernetes", "foregroundDeletion", "orphan", "kubernetes.io/pvc-protection", "kubernetes.io/pv-protection"),
        *("batch.kubernetes.io/job-tracking", "customresourcecleanup.apiextensions.k8s.io"),
        *("resource.kubernetes.io/delete-protection", "kubernetes.io/vac-protection"),
    }
)
"""Finalizers that the controller manager or the API server itself removes."""

_OUTSIDE = re.compile(
    r"load-?balancer|external-(?:attacher|provisioner|snapshotter)|crossplane|aws|amazon|azure|gke|google|gcp|aliyun|"
    r"alicloud|tencent|openstack|cloud|csi|volume-protection",
    re.IGNORECASE,
)
CLOUD_SECONDS = 600
"""What a cloud must delete first (load balancers, disks) may take this long."""


@dataclass(frozen=True)
class Leaving:
    """All objects that are being deleted."""

    scene: Scene

    @cached_property
    def objects(self) -> tuple[Obj, ...]:
        """Every object with a ``deletionTimestamp``, by kind, namespace and name."""
        return tuple(
            obj
            for kind, table in self.scene.snapshot.objects.items()
            if kind not in _LEFT_OUT
            for obj in table.values()
            if text(obj, "metadata", "deletionTimestamp")
        )

    @cached_property
    def by_namespace(self) -> Mapping[str, tuple[Obj, ...]]:
        """The same by namespace."""
        found: dict[str, list[Obj]] = {}
        for obj in self.objects:
            found.setdefault(namespace(obj), []).append(obj)
        return {key: tuple(value) for key, value in found.items()}

    @cached_property
    def controllers(self) -> Controllers:
        """The workloads by the words that name them."""
        return Controllers(self.scene)

    @cached_property
    def ending_namespaces(self) -> frozenset[str]:
        """The namespaces that have been going for longer than the grace: one finding speaks for all in them.

        Those that cannot even be listed are left out: what holds their contents is another matter.
        """
        return frozenset(
            text(obj, "metadata", "name")
            for obj in self.objects
            if text(obj, "kind") == "Namespace"
            and self.age(obj) > self.scene.numbers.finalizer_grace_seconds
            and text(condition(obj, "NamespaceDeletionDiscoveryFailure"), "status") != "True"
        )

    def age(self, obj: Obj) -> float:
        """Seconds since the deletion was asked for; of a pod, since it should have been gone.

        Infinite where the time cannot be read: then nothing is inside a grace, and nothing is judged late either.
        """
        return self.scene.age(moment(obj, "metadata", "deletionTimestamp"))

    def late(self, obj: Obj) -> bool:
        """Say whether an object has had its time to go."""
        grace = self.scene.numbers.finalizer_grace_seconds
        if text(obj, "kind") == "Pod":
            grace = self.scene.numbers.terminating_grace_seconds
        deleted = moment(obj, "metadata", "deletionTimestamp")
        return deleted is not None and self.scene.age(deleted) > grace

    @cached_property
    def users(self) -> Mapping[tuple[str, str], tuple[Obj, ...]]:
        """The pods that hold a claim, by (namespace, claim): those that are placed and have not ended."""
        wanted = {(namespace(obj), text(obj, "metadata", "name")) for obj in self.objects if _is_claim(obj)}
        found: dict[tuple[str, str], list[Obj]] = {}
        for space in {space for space, _ in wanted}:
            for pod in self.scene.snapshot.all("Pod", space):
                if text(pod, "status", "phase") in {"Succeeded", "Failed"}:
                    continue
                for volume in objects(pod, "spec", "volumes"):
                    claim = text(volume, "persistentVolumeClaim", "claimName")
                    if (space, claim) in wanted:
                        found.setdefault((space, claim), []).append(pod)
        return {key: tuple(value) for key, value in found.items()}

    def lost_node(self, pod: Obj) -> Obj | None:
        """Return the node of a pod when it does not answer."""
        node = self.scene.snapshot.get("Node", "", text(pod, "spec", "nodeName"))
        if node is None or text(condition(node, "Ready"), "status") not in {"False", "Unknown"}:
            return None
        return node


def _is_claim(obj: Obj) -> bool:
    return text(obj, "kind") == "PersistentVolumeClaim"


def finalizers(obj: Obj) -> list[str]:
    """Return the finalizers that are left."""
    return strings(obj, "metadata", "finalizers")


def cleans_outside(obj: Obj) -> bool:
    """Say whether something outside the cluster must be deleted first, which takes longer."""
    return any(_OUTSIDE.search(entry) for entry in finalizers(obj))


def without_finalizers(obj: Obj, left: list[str]) -> Remedy:
    """Remove the finalizers by hand: the last resort."""
    names = ", ".join(left[:3])
    return object_patch(
        obj,
        {"metadata": {"finalizers": None}},
        summary=Phrase(
            en=f"Last resort: remove {names} by hand. What it was to clean up stays behind, inside or outside the "
            "cluster; look for that first",
            zh=f"最后手段：手工移除 {names}。它本应清理的内容（集群内外）会遗留下来，请先确认",
        ),
        expect=Phrase(en="NotFound: the object is gone", zh="返回 NotFound，对象已被删除"),
        risk=Risk.DATA,
        who=Who.NAMESPACE_ADMIN if text(obj, "metadata", "namespace") else Who.CLUSTER_ADMIN,
    )
