"""What the rules for evictions share: a pod that was removed, whether it has been replaced, and its finding."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from cluster.fields import Obj, condition, moment, numbered, text, whole
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.containers import FieldPath, containers
from diagnose.findings import Confidence, Finding, NextCheck, Reach, Remedy, Role, RuledOut, Severity
from diagnose.scene import Scene

CUT = re.compile(r"-[a-z0-9]{1,10}$")
"""What a controller appends to its name to make that of a pod."""


@dataclass(frozen=True)
class Removed:
    """A pod that was failed, evicted or pushed out by the platform, not by its own program."""

    scene: Scene
    pod: Obj

    @property
    def reason(self) -> str:
        """``status.reason``, such as ``Evicted`` or ``OutOfcpu``."""
        return text(self.pod, "status", "reason")

    @property
    def message(self) -> str:
        """``status.message``, cut to what a pattern may look at."""
        return text(self.pod, "status", "message")[:4000]

    @cached_property
    def actor(self) -> str:
        """Who disrupts the pod, by its condition ``DisruptionTarget``; empty without one."""
        state = condition(self.pod, "DisruptionTarget")
        return text(state, "reason") if text(state, "status") == "True" else ""

    @property
    def node(self) -> str:
        """The node that it was on."""
        return text(self.pod, "spec", "nodeName")

    @property
    def failed(self) -> bool:
        """Whether it is over for the pod."""
        return text(self.pod, "status", "phase") == "Failed"

    @cached_property
    def owner(self) -> Obj | None:
        """What made the pod and makes its successor."""
        return self.scene.graph.owner(self.pod)

    @cached_property
    def when(self) -> datetime | None:
        """When it was removed."""
        ends = [entry.ended_at for entry in containers(self.pod)]
        return (
            moment(condition(self.pod, "DisruptionTarget"), "lastTransitionTime")
            or max((end for end in ends if end), default=None)
            or moment(self.pod, "status", "startTime")
            or moment(self.pod, "metadata", "creationTimestamp")
        )

    @cached_property
    def replaced(self) -> bool:
        """Whether other pods have taken its place: what they lack is not due to this one any more."""
        return self.owner is not None and made_up(self.scene, self.owner)

    @property
    def holder(self) -> ObjectRef:
        """What must be edited to change such pods."""
        return self.scene.holder_ref(self.pod)

    def path(self, kind: str) -> FieldPath:
        """Return the path of a condition within the pod."""
        for index, entry in numbered(self.pod, "status", "conditions"):
            if entry.get("type") == kind:
                return ("status", "conditions", index)
        return ("status", "conditions")

    def said(self) -> Iterator[Evidence]:
        """Yield what the pod's own status says about its removal."""
        if self.message:
            yield self.scene.field(self.pod, "status", "message")
        if self.reason:
            yield self.scene.field(self.pod, "status", "reason")
        if self.actor:
            at = self.path("DisruptionTarget")
            yield self.scene.field(self.pod, *at, "message" if self._explained else "reason")

    @property
    def _explained(self) -> bool:
        return bool(text(condition(self.pod, "DisruptionTarget"), "message"))

    def over(self, code: str) -> RuledOut:
        """Say that the pod has been replaced since."""
        return RuledOut(
            code=code,
            object=self.holder,
            reason=Phrase(
                en="a pod was removed from its node before, and another one runs in its place",
                zh="此前有 Pod 被移出节点，现已由其他 Pod 替代运行",
            ),
            evidence=tuple(self.said())[:1],
            healed=True,
            ended=self.when,
        )

    def finding(
        self,
        code: str,
        *,
        obj: ObjectRef,
        confidence: Confidence,
        summary: Phrase,
        evidence: tuple[Evidence, ...],
        variant: str = "",
        part: str = "",
        role: Role = Role.ROOT,
        expected: str = "",
        actual: str = "",
        chain: tuple[Reach, ...] = (),
        remedies: tuple[Remedy, ...] = (),
        next_checks: tuple[NextCheck, ...] = (),
    ) -> Finding:
        """Complete what a rule says to a finding."""
        return Finding(
            code=code,
            variant=variant,
            part=part,
            role=role,
            severity=Severity.HIGH if role is Role.ROOT else Severity.MEDIUM,
            confidence=confidence,
            object=obj,
            affected=self.scene.reach_pods([self.pod]),
            summary=summary,
            expected=expected,
            actual=actual,
            evidence=tuple(entry for entry in evidence if entry.quote)[:4] or (self.scene.field(self.pod, "status"),),
            chain=chain,
            remedies=remedies,
            next_checks=next_checks,
            since=self.when,
        )


def made_up(scene: Scene, owner: Obj) -> bool:
    """Say whether a controller runs as many pods as it wants, ready or not."""
    kind = text(owner, "kind")
    if kind == "DaemonSet":
        wanted = whole(owner, "status", "desiredNumberScheduled")
    elif kind == "Job":
        wanted = whole(owner, "spec", "parallelism", default=1)
    else:
        wanted = whole(owner, "spec", "replicas", default=1)
    running = [
        pod
        for pod in scene.graph.children(owner)
        if text(pod, "status", "phase") == "Running" and not text(pod, "metadata", "deletionTimestamp")
    ]
    return len(running) >= wanted


def made_by(scene: Scene, space: str, pod: str) -> Obj | None:
    """Return the controller of a pod that is gone, by the name that it gave the pod; None when unsure."""
    stem = CUT.sub("", pod)
    for kind in ("ReplicaSet", "StatefulSet"):
        owner = scene.snapshot.get(kind, space, stem)
        if owner is not None and stem != pod:
            return owner
    return None


def lost(ref: ObjectRef, remark: Phrase | None = None, times: int = 1) -> Phrase:
    """Say that a workload lost a pod, or several; of a bare pod that it was removed. ``remark`` follows the name."""
    en, zh = (f" {remark.en}", remark.zh) if remark else ("", "")
    if ref.kind == "Pod":
        return Phrase(en=f"{title(ref)}{en} was removed", zh=f"{title(ref)}{zh} 被移除")
    if times > 1:
        return Phrase(
            en=f"{title(ref)}{en} lost {times} pods one after the other",
            zh=f"{title(ref)}{zh} 接连有 {times} 个 Pod 被移除",
        )
    return Phrase(en=f"{title(ref)}{en} lost a pod", zh=f"{title(ref)}{zh} 的一个 Pod 被移除")


def title(ref: ObjectRef) -> str:
    """Name an object in a sentence."""
    return f"{ref.kind} {ref.name}"
