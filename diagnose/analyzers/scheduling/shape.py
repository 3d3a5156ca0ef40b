"""What all findings about scheduling have in common: the waiting pods, the scheduler's words, how sure it is."""

from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, numbered, text
from cluster.snapshot import Event
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.scheduling.message import Verdict
from diagnose.analyzers.scheduling.recount import Recount
from diagnose.findings import Confidence, Edge, Finding, NextCheck, Remedy, Role, Severity, Who, matched, proved
from diagnose.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Pods of one controller that wait for a node for the same reason. ``recount`` is None when nodes were not read."""

    scene: Scene
    pods: tuple[Obj, ...]
    message: str
    said: Evidence
    verdict: Verdict | None
    recount: Recount | None
    since: datetime | None
    refused_scale_up: Event | None = None

    @property
    def pod(self) -> Obj:
        """One of the pods: they are alike."""
        return self.pods[0]

    @property
    def holder(self) -> ObjectRef:
        """What must be edited to change the pods."""
        return self.scene.holder_ref(self.pod)

    @property
    def who(self) -> tuple[str, str]:
        """Name the pods for people in both languages."""
        one = text(self.pod, "metadata", "name") == self.holder.name
        return (
            (f"pod {self.holder.name}", f"Pod {self.holder.name}")
            if one
            else (
                f"a pod of {self.holder.kind} {self.holder.name}",
                f"{self.holder.kind} {self.holder.name} 的 Pod",
            )
        )

    def finding(
        self,
        code: str,
        *,
        summary: Phrase,
        evidence: tuple[Evidence, ...],
        variant: str = "",
        part: str = "",
        obj: ObjectRef | None = None,
        confidence: Confidence | None = None,
        expected: str = "",
        actual: str = "",
        near: tuple[str, ...] = (),
        remedies: tuple[Remedy, ...] = (),
        role: Role = Role.ROOT,
        severity: Severity = Severity.HIGH,
        next_checks: tuple[NextCheck, ...] = (),
    ) -> Finding:
        """Complete what a rule says to a finding."""
        proofs = [self.said, *evidence]
        if self.refused_scale_up:
            proofs.append(self.scene.event(self.refused_scale_up))
        return Finding(
            code=code,
            variant=variant,
            role=role,
            severity=severity,
            confidence=confidence or self.sure(),
            object=obj or self.holder,
            part=part,
            affected=self.scene.reach_pods(self.pods, Edge.SCHEDULING if obj else Edge.OWNER),
            summary=summary,
            expected=expected,
            actual=actual,
            near=near,
            evidence=tuple(proofs[:4]),
            remedies=remedies,
            next_checks=next_checks or (self.describe(),),
            since=self.since,
        )

    def sure(self) -> Confidence:
        """Say how sure a cause is that both the scheduler's words and the nodes' fields give."""
        if self.recount is None:
            return matched(
                "the scheduler's message says so; no field of a node that was read confirms it",
                "调度器的消息如此说明；已读取的节点字段无法印证",
            )
        return proved(
            "the scheduler's message and the nodes' own fields agree", "调度器的消息与节点字段一致", twice=True
        )

    def describe(self) -> NextCheck:
        """Ask for the newest words of the scheduler."""
        return NextCheck(
            command=f"kubectl -n {self.holder.namespace} get events --field-selector reason=FailedScheduling",
            why=Phrase(en="the newest words of the scheduler, node by node", zh="查看调度器最新的逐节点说明"),
        )

    def others(self) -> str:
        """Write what keeps further nodes out, from the scheduler's clauses."""
        clauses = self.verdict.clauses if self.verdict else ()
        return "; ".join(f"{clause.count} {clause.text}" for clause in clauses if clause.count)[:300]


def add_node(en: str, zh: str) -> Remedy:
    """Advise to add a node, which no command of the cluster itself does."""
    return Remedy(
        summary=Phrase(
            en=f"Add a node {en}, or let the autoscaler add one", zh=f"增加一个{zh}的节点，或由自动扩缩容添加"
        ),
        who=Who.CLUSTER_ADMIN,
    )


def condition_index(pod: Obj, kind: str) -> int | None:
    """Return the place of a condition among those of the pod."""
    return next((index for index, entry in numbered(pod, "status", "conditions") if entry.get("type") == kind), None)
