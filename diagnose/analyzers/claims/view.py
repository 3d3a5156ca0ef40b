"""What the rules for claims share: each claim with its class, its pods and the volumes that could be its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from cluster.fields import Obj, dig, labels, mapping, moment, name, namespace, numbered, objects, strings, text
from cluster.quantities import quantity
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.containers import FieldPath
from diagnose.findings import Confidence, Edge, Finding, NextCheck, Reach, Remedy, Risk, Severity
from diagnose.graph import references
from diagnose.remedies import applying
from diagnose.scene import Scene

DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
_OLD_DEFAULT_CLASS = "storageclass.beta.kubernetes.io/is-default-class"
_OLD_CLASS = "volume.beta.kubernetes.io/storage-class"
BY_HAND = "kubernetes.io/no-provisioner"
FRESH_SECONDS = 600
"""Events of the driver older than this say nothing about now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A pod that mounts a claim. ``path`` leads to the claim's name within the pod, or to the ephemeral volume."""

    pod: Obj
    path: FieldPath
    volume: str
    made_by_controller: bool = False


@dataclass(frozen=True)
class Storage:
    """Indices over one snapshot, each made when it is first needed."""

    scene: Scene

    @cached_property
    def uses(self) -> Mapping[tuple[str, str], tuple[Use, ...]]:
        """Who mounts which claim, by namespace and claim name."""
        found: dict[tuple[str, str], list[Use]] = {}
        for pod in self.scene.live_pods:
            spec = mapping(pod, "spec")
            by_template = self._template_volumes(pod)
            for reference in references(spec):
                if reference.kind == "PersistentVolumeClaim":
                    volume = text(spec, *reference.path[:2], "name")
                    use = Use(
                        pod=pod,
                        path=("spec", *reference.path, "claimName"),
                        volume=volume,
                        made_by_controller=volume in by_template,
                    )
                    found.setdefault((namespace(pod), reference.name), []).append(use)
            for index, entry in numbered(spec, "volumes"):
                if mapping(entry, "ephemeral", "volumeClaimTemplate"):
                    called = text(entry, "name")
                    use = Use(pod=pod, path=("spec", "volumes", index, "name"), volume=called, made_by_controller=True)
                    found.setdefault((namespace(pod), f"{name(pod)}-{called}"), []).append(use)
        return {key: tuple(value) for key, value in found.items()}

    def _template_volumes(self, pod: Obj) -> frozenset[str]:
        owner = self.scene.graph.owner(pod)
        templates = objects(owner, "spec", "volumeClaimTemplates") if owner is not None else []
        return frozenset(name(template) for template in templates)

    @cached_property
    def classes(self) -> tuple[Obj, ...]:
        """All storage classes, those marked as default first."""
        found = self.scene.snapshot.all("StorageClass")
        return tuple(sorted(found, key=lambda entry: (not is_default(entry), name(entry))))

    @cached_property
    def volumes(self) -> tuple[Obj, ...]:
        """All volumes."""
        return tuple(self.scene.snapshot.all("PersistentVolume"))


def is_default(storage_class: Obj) -> bool:
    """Say whether a class is marked as the default."""
    marks = labels(storage_class, "metadata", "annotations")
    return "true" in {marks.get(DEFAULT_CLASS), marks.get(_OLD_DEFAULT_CLASS)}


@dataclass(frozen=True)
class Claim:
    """One claim as the rules see it."""

    storage: Storage
    obj: Obj

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.storage.scene

    @property
    def ref(self) -> ObjectRef:
        """Point at the claim."""
        return ref_of(self.obj)

    @property
    def phase(self) -> str:
        """``Pending``, ``Bound`` or ``Lost``."""
        return text(self.obj, "status", "phase")

    @property
    def age(self) -> float:
        """Seconds since it was created."""
        return self.scene.created_age(self.obj)

    @property
    def class_name(self) -> str | None:
        """The class as written: a name, empty on purpose, or None when it is left to the cluster."""
        written = dig(self.obj, "spec", "storageClassName")
        if isinstance(written, str):
            return written
        return labels(self.obj, "metadata", "annotations").get(_OLD_CLASS)

    @cached_property
    def storage_class(self) -> Obj | None:
        """The class object, when there is one."""
        return self.scene.snapshot.get("StorageClass", "", self.class_name) if self.class_name else None

    @property
    def provisioner(self) -> str:
        """The driver that the class names."""
        return text(self.storage_class, "provisioner")

    @property
    def waits_for_pod(self) -> bool:
        """Whether the class makes volumes only when a pod that mounts the claim gets its node."""
        return text(self.storage_class, "volumeBindingMode") == "WaitForFirstConsumer"

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """The pods that mount it."""
        return self.storage.uses.get((self.ref.namespace, self.ref.name), ())

    @property
    def asked(self) -> Fraction:
        """The size asked for."""
        return quantity(dig(self.obj, "spec", "resources", "requests", "storage")) or Fraction(0)

    @property
    def size(self) -> str:
        """The size as written."""
        written = dig(self.obj, "spec", "resources", "requests", "storage")
        return str(written) if written is not None else "?"

    @property
    def modes(self) -> list[str]:
        """The access modes asked for."""
        return strings(self.obj, "spec", "accessModes")

    def latest(self, *reasons: str) -> Event | None:
        """Return the newest event about the claim with one of these reasons."""
        return self.scene.latest(self.obj, *reasons)

    def affected(self) -> tuple[Reach, ...]:
        """Point at the pods that mount the claim; without pods at the owner that made it."""
        reach = self.scene.reach_pods((use.pod for use in self.uses), Edge.MOUNT)
        owner = self.scene.graph.owner(self.obj)
        return reach or ((Reach(ref=ref_of(owner), edge=Edge.OWNER),) if owner is not None else ())

    def user(self) -> tuple[str, str]:
        """Name who waits for the claim, as the end of a sentence."""
        if not self.uses:
            return "", ""
        holder = self.scene.holder_ref(self.uses[0].pod)
        return f", so {holder.kind} {holder.name} cannot start", f"，因此 {holder.kind} {holder.name} 无法启动"

    def finding(
        self,
        code: str,
        *,
        confidence: Confidence,
        summary: Phrase,
        evidence: tuple[Evidence, ...],
        variant: str = "",
        severity: Severity = Severity.HIGH,
        expected: str = "",
        actual: str = "",
        near: tuple[str, ...] = (),
        remedies: tuple[Remedy, ...] = (),
    ) -> Finding:
        """Complete what a rule says to a finding."""
        return Finding(
            code=code,
            variant=variant,
            severity=severity,
            confidence=confidence,
            object=self.ref,
            affected=self.affected(),
            summary=summary,
            expected=expected,
            actual=actual,
            near=near[:3],
            evidence=tuple(entry for entry in evidence if entry.quote)[:4],
            remedies=remedies,
            next_checks=(self.describe(),),
            since=moment(self.obj, "metadata", "creationTimestamp"),
        )

    def describe(self) -> NextCheck:
        """Ask for the claim's newest events."""
        return NextCheck(
            command=f"kubectl -n {self.ref.namespace} describe pvc {self.ref.name}",
            why=Phrase(en="its newest events say what the storage driver does", zh="其最新事件会说明存储驱动的动作"),
        )

    def field(self, *path: str | int) -> Evidence:
        """Quote a field of the claim."""
        return self.scene.field(self.obj, *path)

    def class_field(self) -> Evidence:
        """Quote the class as written; an empty one is quoted with its key, since an empty quote proves nothing."""
        if self.class_name == "":
            return self.scene.field(self.obj, "spec", quote='"storageClassName":""')
        return self.field("spec", "storageClassName")

    def made_anew(self, change: Mapping[str, Any], *, summary: Phrase) -> Remedy:
        """Replace the claim, whose spec cannot be changed; an unbound claim holds no data."""
        spec = {
            key: value
            for key, value in mapping(self.obj, "spec").items()
            if key in {"accessModes", "resources", "storageClassName", "volumeMode", "selector", "volumeName"}
        }
        spec = {key: value for key, value in {**spec, **change}.items() if value is not None}
        manifest = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": self.ref.name, "namespace": self.ref.namespace},
            "spec": spec,
        }
        where = f"-n {self.ref.namespace}"
        note, note_zh = self._template_note()
        return Remedy(
            summary=Phrase(en=summary.en + note, zh=summary.zh + note_zh),
            command=f"kubectl {where} delete pvc {self.ref.name}\n{applying(manifest)}",
            patch={"spec": dict(change)},
            verify=f"kubectl {where} get pvc {self.ref.name}",
            expect=Phrase(en="STATUS Bound", zh="STATUS 为 Bound"),
            risk=Risk.NONE,
            reversible=False,
        )

    def _template_note(self) -> tuple[str, str]:
        if not any(use.made_by_controller for use in self.uses):
            return "", ""
        return (
            " (and in the volumeClaimTemplates of the StatefulSet, which must be made anew for that)",
            "（同时修改 StatefulSet 的 volumeClaimTemplates，为此需要重建该 StatefulSet）",
        )
