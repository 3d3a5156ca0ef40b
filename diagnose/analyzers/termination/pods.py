"""Pods that should be gone and are still there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from cluster.fields import Obj, moment, name, namespace, numbered, text, truth, whole
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.termination.leaving import Leaving, finalizers, without_finalizers
from diagnose.containers import containers
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Remedy,
    Risk,
    Role,
    Severity,
    Who,
    inferred,
    proved,
)
from diagnose.remedies import command
from diagnose.state import workload_satisfied

DRAIN_SECONDS = 300
"""A node that is being emptied may be slow with the last of its pods for this long."""

_KILL = ("FailedKillPod", "FailedPreStopHook")
_VOLUME = ("FailedUnMount", "FailedUnmount", "FailedUnmountVolume", "FailedUnmountDevice", "VolumeFailedDelete")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reason:
    """Why a pod does not go: as the end of a sentence, with its proof."""

    words: Phrase
    evidence: tuple[Evidence, ...] = ()
    kind: str = ""


def judge_pods(leaving: Leaving) -> Iterator[Observation]:
    """Report each pod that outlives its deletion by more than the grace."""
    scene = leaving.scene
    for pod in leaving.objects:
        due = moment(pod, "metadata", "deletionTimestamp")
        if text(pod, "kind") != "Pod" or due is None or not leaving.late(pod):
            continue
        over = scene.age(due)
        node = scene.snapshot.get("Node", "", text(pod, "spec", "nodeName"))
        drained = node is not None and truth(node, "spec", "unschedulable") and leaving.lost_node(pod) is None
        if drained and over <= DRAIN_SECONDS and not finalizers(pod):
            yield InProgress(
                object=ref_of(pod),
                reason=Phrase(
                    en="its node is being emptied and it is shutting down", zh="所在节点正在腾空，Pod 正在关闭"
                ),
                until=due + timedelta(seconds=DRAIN_SECONDS),
            )
        else:
            yield _finding(leaving, pod, over)


def _finding(leaving: Leaving, pod: Obj, over: float) -> Finding:
    scene, ref = leaving.scene, ref_of(pod)
    holder = scene.graph.holder(pod)
    own = holder is pod
    who = f"Pod {ref.name}" if own else f"A pod of {text(holder, 'kind')} {name(holder)}"
    who_zh = f"Pod {ref.name}" if own else f"{text(holder, 'kind')} {name(holder)} 的一个 Pod"
    reason = _reason(leaving, pod)
    harmless = not own and workload_satisfied(scene, holder)
    grace = whole(pod, "metadata", "deletionGracePeriodSeconds")
    extra = f" (its own {grace} s to shut down are already counted)" if grace > 0 else ""
    extra_zh = f"（已计入自身的 {grace} 秒关闭时间）" if grace > 0 else ""
    space = scene.snapshot.get("Namespace", "", namespace(pod))
    ending = space is not None and text(space, "metadata", "deletionTimestamp")
    return Finding(
        code="PodTerminatingStuck",
        role=Role.SYMPTOM,
        severity=_severity(reason, harmless=harmless),
        confidence=proved(
            "its deletion is overdue by the snapshot's time" + (" and the reason was read" if reason.kind else ""),
            "按快照时间其删除已逾期" + ("，且已读到原因" if reason.kind else ""),
            twice=reason.kind in {"node", "no node", "finalizer", "event"},
        )
        if reason.kind
        else inferred(
            "its deletion is overdue; nothing that was read says why", "其删除已逾期，但没有读到原因", value=0.6
        ),
        object=ref,
        affected=(
            *scene.reach_pods([pod]),
            *((Reach(ref=ref_of(space), edge=Edge.OWNER),) if space is not None and ending else ()),
        ),
        summary=Phrase(
            en=f"{who} should have been gone {spoken_time(over)} ago and is still there{extra}{reason.words.en}",
            zh=f"{who_zh} 本应在 {spoken_time_zh(over)}前消失，却仍然存在{extra_zh}{reason.words.zh}",
        ),
        expected=f"gone by {text(pod, 'metadata', 'deletionTimestamp')}",
        actual=f"still there {spoken_time(over)} later",
        evidence=(scene.field(pod, "metadata", "deletionTimestamp"), *reason.evidence),
        remedies=_remedies(leaving, pod, reason),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe pod {ref.name}",
                why=Phrase(en="its events say what its shutdown waits for", zh="其事件会说明关闭在等待什么"),
            ),
        ),
        since=moment(pod, "metadata", "deletionTimestamp"),
    )


def _severity(reason: _Reason, *, harmless: bool) -> Severity:
    """Weigh it: a leftover of a workload that is served in full harms nobody, unless something behind it is broken."""
    if not harmless:
        return Severity.HIGH
    return Severity.MEDIUM if reason.kind in {"node", "no node", "finalizer", "event"} else Severity.LOW


def _reason(leaving: Leaving, pod: Obj) -> _Reason:
    """Find why the pod stays: its node first, then a finalizer, then what the kubelet says."""
    scene = leaving.scene
    where = text(pod, "spec", "nodeName")
    if (node := leaving.lost_node(pod)) is not None:
        at = next((i for i, e in numbered(node, "status", "conditions") if text(e, "type") == "Ready"), 0)
        return _Reason(
            words=Phrase(
                en=f": its node {where} does not answer, so nobody can confirm that it ended",
                zh=f"：所在节点 {where} 没有响应，无法确认它已结束",
            ),
            evidence=(scene.field(node, "status", "conditions", at, "status"),),
            kind="node",
        )
    if where and scene.snapshot.absent("Node", "", where) and scene.snapshot.all("Node"):
        return _Reason(
            words=Phrase(en=f": its node {where} no longer exists", zh=f"：所在节点 {where} 已不存在"),
            evidence=(scene.field(pod, "spec", "nodeName"), scene.absence("Node", "", where)),
            kind="no node",
        )
    if left := finalizers(pod):
        held = ", ".join(left[:3])
        return _Reason(
            words=Phrase(en=f": the finalizer {held} holds it", zh=f"：被终结器（finalizer）{held} 阻挡"),
            evidence=(scene.field(pod, "metadata", "finalizers"),),
            kind="finalizer",
        )
    if (event := _told(leaving, pod)) is not None:
        return _Reason(
            words=Phrase(
                en=f": the node reports {event.message[:160].rstrip('.')}", zh=f"：节点报告 {event.message[:160]}"
            ),
            evidence=(scene.event(event),),
            kind="event",
        )
    running = [container for container in containers(pod) if container.running]
    if running:
        return _Reason(
            words=Phrase(
                en=f": container {running[0].name} still runs and cannot be stopped",
                zh=f"：容器 {running[0].name} 仍在运行，无法停止",
            ),
            evidence=(scene.field(pod, *running[0].status_path, "state"),),
            kind="running",
        )
    return _Reason(words=Phrase(en="", zh=""))


def _told(leaving: Leaving, pod: Obj) -> Event | None:
    """Return the newest event that says what the kubelet fails at."""
    return leaving.scene.latest(pod, *_KILL, *_VOLUME)


def _remedies(leaving: Leaving, pod: Obj, reason: _Reason) -> tuple[Remedy, ...]:
    ref, where = ref_of(pod), text(pod, "spec", "nodeName")
    force = command(
        f"kubectl -n {ref.namespace} delete pod {ref.name} --force --grace-period=0",
        summary=Phrase(
            en="Remove the pod from the records, only once it is certain that its node is switched off: a program "
            "that still runs there could write to the same volume twice",
            zh="仅在确认节点已关机后，从记录中移除该 Pod：如果程序仍在运行，可能会对同一个卷重复写入",
        ),
        verify=f"kubectl -n {ref.namespace} get pod {ref.name}",
        expect=Phrase(en="NotFound", zh="返回 NotFound"),
        risk=Risk.DATA,
        reversible=False,
        who=Who.NAMESPACE_ADMIN,
    )
    if reason.kind == "finalizer":
        return (
            Remedy(
                summary=Phrase(
                    en="Bring back the controller that set the finalizer, so that it cleans up and removes it",
                    zh="恢复设置该终结器的控制器，让它完成清理并移除",
                ),
                who=Who.CLUSTER_ADMIN,
            ),
            without_finalizers(pod, finalizers(pod)),
        )
    if reason.kind == "no node":
        return (force,)
    repair = command(
        f"kubectl describe node {where}" if where else f"kubectl -n {ref.namespace} describe pod {ref.name}",
        summary=Phrase(
            en=f"Get node {where} well again: the pod then goes by itself" if where else "See what the pod waits for",
            zh=f"修复节点 {where}，Pod 随后会自行消失" if where else "查看该 Pod 在等待什么",
        ),
        who=Who.CLUSTER_ADMIN,
    )
    return (repair, force) if leaving.lost_node(pod) is not None or reason.kind == "node" else (repair,)
