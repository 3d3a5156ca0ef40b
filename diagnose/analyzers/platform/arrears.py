"""Namespaces that the platform suspended because their account is in arrears."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cluster.fields import Obj, dig, labels, name, namespace, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.platform.denials import DEBT, Denial
from diagnose.findings import Edge, Finding, Reach, Remedy, RuledOut, proved
from diagnose.remedies import outside
from diagnose.scene import Scene

STATUS = "debt.sealos/status"
QUOTA = "debt-limit0"
SCHEDULER = "sealos-debt-scheduler"
SAVED = "sealos.io/original-suspend-state"
DENIED = 40001

_SUSPENDED = re.compile(r"(?:Terminate)?Suspend|FinalDeletion")
_WELL = re.compile(r"Normal|Resume|Warning|Approaching")
_DELETED = re.compile(r"FinalDeletion")
_KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob", "Job", "Pod", "Ingress", "Service")
_CUSTOM = ("Certificate.cert-manager.io", "Cluster.apps.kubeblocks.io", "App.sextant.dev")


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What shows that a namespace is suspended. ``state`` is the platform's own word, or empty."""

    space: str
    holder: Obj | None
    quota: Obj | None
    state: str


def arrears(scene: Scene, refused: Sequence[Denial]) -> Iterator[Finding | RuledOut]:
    """Yield one finding for each namespace that is suspended, or that may not write for want of money."""
    marked = {marks.space: marks for marks in _marks(scene)}
    for marks in marked.values():
        if _WELL.match(marks.state):
            yield _resumed(scene, marks)
        else:
            yield _suspended(scene, marks)
    denied: dict[str, list[Denial]] = {}
    for denial in refused:
        counts = denial.webhook == DEBT and denial.number in {0, DENIED}
        if counts and not (denial.about.namespace in marked and not _WELL.match(marked[denial.about.namespace].state)):
            denied.setdefault(denial.about.namespace, []).append(denial)
    for space, entries in denied.items():
        yield _write_denied(scene, space, entries)


def _marks(scene: Scene) -> Iterator[Marks]:
    """Yield namespaces that carry the mark of a suspension, or the quota that one leaves."""
    quotas = {namespace(quota): quota for quota in scene.snapshot.all("ResourceQuota") if name(quota) == QUOTA}
    for holder in scene.snapshot.all("Namespace"):
        state = labels(holder, "metadata", "annotations").get(STATUS, "")
        quota = quotas.pop(name(holder), None)
        if _SUSPENDED.match(state) or quota is not None:
            yield Marks(space=name(holder), holder=holder, quota=quota, state=state)
    for space, quota in quotas.items():
        yield Marks(space=space, holder=None, quota=quota, state="")


def _resumed(scene: Scene, marks: Marks) -> RuledOut:
    """Say that a quota is what a finished resume left behind."""
    return RuledOut(
        code="NamespaceSuspendedForArrears",
        object=_ref(marks),
        reason=Phrase(
            en=f"namespace {marks.space} is in order by its account's state {marks.state}; quota {QUOTA} is left over",
            zh=f"命名空间 {marks.space} 的账户状态为 {marks.state}，属于正常；配额 {QUOTA} 是遗留的",
        ),
        evidence=(scene.field(marks.holder, "metadata", "annotations", STATUS),) if marks.holder is not None else (),
    )


def _suspended(scene: Scene, marks: Marks) -> Finding:
    evidence: list[Evidence] = []
    if marks.holder is not None and marks.state:
        evidence.append(scene.field(marks.holder, "metadata", "annotations", STATUS))
    if marks.quota is not None:
        evidence.append(scene.field(marks.quota, "metadata", "name"))
    stopped, more = _stopped(scene, marks.space)
    evidence += more
    state, state_zh = (f" (state {marks.state})", f"（状态 {marks.state}）") if marks.state else ("", "")
    many, many_zh = (
        (
            f", and {stopped} of its objects {'is' if stopped == 1 else 'are'} stopped",
            f"，其中 {stopped} 个对象已被停止",
        )
        if stopped
        else ("", "")
    )
    risk, risk_zh = ("", "")
    if _DELETED.match(marks.state):
        risk, risk_zh = ("; its data is about to be deleted", "；其数据即将被删除")
    return Finding(
        code="NamespaceSuspendedForArrears",
        variant="suspended",
        confidence=proved(
            "the namespace bears the platform's mark", "命名空间带有平台的停用标记", twice=len(evidence) > 1
        ),
        object=_ref(marks),
        affected=tuple(_within(scene, marks.space)),
        summary=Phrase(
            en=f"Namespace {marks.space} is suspended because its account is in arrears{state}{many}{risk}",
            zh=f"命名空间 {marks.space} 因账户欠费被停用{state_zh}{many_zh}{risk_zh}",
        ),
        expected=f"{STATUS} = Normal",
        actual=f"{STATUS} = {marks.state}" if marks.state else f"ResourceQuota {QUOTA} present",
        evidence=tuple(evidence[:4]),
        remedies=(_pay(),),
    )


def _write_denied(scene: Scene, space: str, entries: Sequence[Denial]) -> Finding:
    holder = scene.snapshot.get("Namespace", "", space)
    affected = [reach for entry in entries for reach in entry.affected]
    first = entries[0]
    return Finding(
        code="NamespaceSuspendedForArrears",
        variant="write_denied",
        confidence=proved("the platform's webhook for arrears refused it", "平台的欠费 webhook 拒绝了请求"),
        object=ref_of(holder) if holder is not None else ObjectRef(kind="Namespace", name=space),
        affected=tuple(dict.fromkeys(affected)),
        summary=Phrase(
            en=f"Nothing new may be created in namespace {space} because its account is in arrears: "
            f"{first.about.kind} {first.about.name} was refused",
            zh=f"命名空间 {space} 因账户欠费不能创建新对象：{first.about.kind} {first.about.name} 被拒绝",
        ),
        expected="request allowed",
        actual=f"denied by {first.webhook}" + (f" with {first.number}" if first.number else ""),
        evidence=tuple(dict.fromkeys(entry.evidence for entry in entries))[:4],
        remedies=(_pay(),),
        since=min((entry.since for entry in entries if entry.since), default=None),
    )


def _ref(marks: Marks) -> ObjectRef:
    return ref_of(marks.holder) if marks.holder is not None else ObjectRef(kind="Namespace", name=marks.space)


def _within(scene: Scene, space: str) -> Iterator[Reach]:
    """Point at all that runs or serves in the namespace: the suspension stands above each of them."""
    for kind in (*_KINDS, *_CUSTOM):
        for obj in scene.snapshot.all(kind, space):
            yield Reach(ref=ref_of(obj), edge=Edge.POLICY)


def _stopped(scene: Scene, space: str) -> tuple[int, list[Evidence]]:
    """Count what bears a mark of the suspension, and quote two of these marks."""
    count = 0
    quotes: list[Evidence] = []
    for pod in scene.snapshot.all("Pod", space):
        if text(pod, "spec", "schedulerName") == SCHEDULER:
            count += 1
            quotes.append(scene.field(pod, "spec", "schedulerName"))
    for kind in ("Deployment", "StatefulSet", "CronJob", *_CUSTOM):
        for obj in scene.snapshot.all(kind, space):
            if SAVED in labels(obj, "metadata", "annotations"):
                count += 1
                quotes.append(scene.field(obj, "metadata", "annotations", SAVED))
    for ingress in scene.snapshot.all("Ingress", space):
        if dig(ingress, "spec", "ingressClassName") == "pause":
            count += 1
            quotes.append(scene.field(ingress, "spec", "ingressClassName"))
    return count, quotes[:2]


def _pay() -> Remedy:
    return outside(
        Phrase(
            en="Pay what is owed: everything returns by itself then, and nothing needs to be edited",
            zh="补缴欠费：之后一切会自动恢复，无需修改任何配置",
        )
    )
