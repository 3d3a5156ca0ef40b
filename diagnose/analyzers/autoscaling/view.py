"""What the rules for autoscalers share: one autoscaler with its target, its pods and its conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cluster.fields import EMPTY, Obj, mapping, moment, name, namespace, numbered, objects, text
from cluster.kinds import group_of, kind_key
from cluster.snapshot import ref_of
from core.evidence import AbsenceSource, Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.findings import Edge, NextCheck, Reach
from diagnose.scene import Scene

SCALED_OBJECT = "ScaledObject.keda.sh"

TargetKey = tuple[str, str, str]
"""(namespace, kind key, name)."""


@dataclass(frozen=True)
class Surroundings:
    """Indices over one snapshot that the rules ask."""

    scene: Scene

    @cached_property
    def scalers(self) -> Mapping[TargetKey, tuple[Obj, ...]]:
        """The autoscalers that stay, by what they scale."""
        found: dict[TargetKey, list[Obj]] = {}
        for obj in self.scene.snapshot.all("HorizontalPodAutoscaler"):
            if not text(obj, "metadata", "deletionTimestamp"):
                found.setdefault(target_of(obj, "scaleTargetRef"), []).append(obj)
        return {key: tuple(value) for key, value in found.items()}

    def absence(self, ref: ObjectRef) -> Evidence:
        """Quote that an object of any kind is not in the complete list of its kind."""
        return Evidence(source=AbsenceSource(object=ref), quote="<absent>", observed_at=self.scene.now)


def target_of(obj: Obj, key: str, *, kind: str = "") -> TargetKey:
    """Return what ``spec.KEY`` points at; ``kind`` is the one meant when none is written."""
    target = mapping(obj, "spec", key)
    written = text(target, "kind") or kind
    return namespace(obj), kind_key(written, group_of(text(target, "apiVersion"))), text(target, "name")


@dataclass(frozen=True)
class Scaler:
    """One HorizontalPodAutoscaler as the rules see it."""

    around: Surroundings
    obj: Obj

    @property
    def scene(self) -> Scene:
        """The scene."""
        return self.around.scene

    @property
    def ref(self) -> ObjectRef:
        """Point at the autoscaler."""
        return ref_of(self.obj)

    @cached_property
    def target_ref(self) -> ObjectRef:
        """Point at what it scales, which need not exist."""
        target = mapping(self.obj, "spec", "scaleTargetRef")
        return ObjectRef(
            kind=text(target, "kind"),
            namespace=namespace(self.obj),
            name=text(target, "name"),
            group=group_of(text(target, "apiVersion")),
        )

    @property
    def target_key(self) -> TargetKey:
        """Return what it scales as the indices file it."""
        return target_of(self.obj, "scaleTargetRef")

    @cached_property
    def target(self) -> Obj | None:
        """What it scales, when the snapshot holds it."""
        space, key, wanted = self.target_key
        return self.scene.snapshot.get(key, space, wanted)

    @cached_property
    def pods(self) -> tuple[Obj, ...]:
        """The pods of its target whose state counts."""
        if self.target is None:
            return ()
        live = {id(pod) for pod in self.scene.live_pods_in(self.ref.namespace)}
        return tuple(pod for pod in self.scene.graph.pods_of(self.target) if id(pod) in live)

    @cached_property
    def keeper(self) -> ObjectRef | None:
        """Point at the ScaledObject that made it, or None."""
        for owner in objects(self.obj, "metadata", "ownerReferences"):
            if kind_key(text(owner, "kind"), group_of(text(owner, "apiVersion"))) == SCALED_OBJECT:
                return ObjectRef(
                    kind="ScaledObject", group="keda.sh", namespace=self.ref.namespace, name=text(owner, "name")
                )
        return None

    def state(self, kind: str) -> "State":
        """Return the condition of that type."""
        for index, entry in numbered(self.obj, "status", "conditions"):
            if text(entry, "type") == kind:
                return State(scaler=self, index=index, entry=entry)
        return State(scaler=self, index=-1, entry=EMPTY)

    @property
    def what(self) -> str:
        """``Deployment web``, as it is written in the autoscaler."""
        return f"{self.target_ref.kind} {self.target_ref.name}"

    def reach(self) -> tuple[Reach, ...]:
        """Point at the workload that is scaled."""
        return (Reach(ref=ref_of(self.target), edge=Edge.TARGET),) if self.target is not None else ()

    @property
    def describe(self) -> str:
        """The command that shows it with its conditions and events."""
        return f"kubectl -n {self.ref.namespace} describe hpa {self.ref.name}"

    def look(self) -> NextCheck:
        """Return the next thing to read."""
        return NextCheck(
            command=self.describe,
            why=Phrase(
                en="Its conditions and events say what the autoscaler measured last",
                zh="其状况和事件说明自动伸缩器最近一次测量的结果",
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One condition of an autoscaler; empty when it has none of the type."""

    scaler: Scaler
    index: int
    entry: Obj

    @property
    def status(self) -> str:
        """``True``, ``False``, ``Unknown`` or nothing."""
        return text(self.entry, "status")

    @property
    def reason(self) -> str:
        """The reason."""
        return text(self.entry, "reason")

    @property
    def message(self) -> str:
        """The message."""
        return text(self.entry, "message")

    @property
    def since(self) -> datetime | None:
        """When it last changed."""
        return moment(self.entry, "lastTransitionTime")

    @property
    def age(self) -> float:
        """Seconds since it last changed, or since the autoscaler was made."""
        scene = self.scaler.scene
        return min(scene.age(self.since), scene.created_age(self.scaler.obj))

    def evidence(self, quote: str = "") -> Evidence:
        """Quote the message, or the reason where there is none."""
        which = "message" if self.message else "reason"
        return self.scaler.scene.field(self.scaler.obj, "status", "conditions", self.index, which, quote=quote)


def named(obj: Obj) -> str:
    """``Deployment web``."""
    return f"{text(obj, 'kind')} {name(obj)}"
