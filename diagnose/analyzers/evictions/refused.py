"""Pods that their node refused at the door, or that ended when it was shut down."""

import re

from cluster.fields import Obj, dig, numbered, text
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.evictions.case import Removed, lost, title
from diagnose.findings import Finding, NextCheck, Remedy, Risk, proved
from diagnose.remedies import command, fresh_copy, template_patch
from diagnose.state import job_failed

REFUSALS = frozenset(
    {
        "NodeAffinity",
        "NodePorts",
        "NodeShutdown",
        "PodOSNotSupported",
        "SupplementalGroupsPolicyNotSupported",
        "TopologyAffinityError",
        "UnexpectedAdmissionError",
    }
)
_SHORT = re.compile(r"requested: (?P<asked>\d{1,20}), used: (?P<used>\d{1,20}), capacity: (?P<capacity>\d{1,20})")


def refused(removed: Removed) -> Finding | None:
    """Report a pod that its node refused at the door."""
    reason = removed.reason
    if not removed.failed:
        return None
    if reason == "Terminated" and "node shutdown" in removed.message:
        return _shut_down(removed)
    if not (reason in REFUSALS or re.fullmatch(r"OutOf[\w./-]{1,100}", reason)):
        return None
    scene = removed.scene
    numbers = _SHORT.search(removed.message)
    by_hand = removed.owner is None and bool(dig(removed.pod, "spec", "nodeName")) and not _scheduled(removed)
    size, size_zh = "", ""
    if numbers:
        unit = {"OutOfcpu": "m", "OutOfmemory": " bytes"}.get(reason, "")
        asked, used, capacity = (f"{numbers[key]}{unit}" for key in ("asked", "used", "capacity"))
        size = f": it asks for {asked}, {used} of {capacity} are in use"
        size_zh = f"：它需要 {asked}，{capacity} 中已用 {used}".replace(" bytes", " 字节")
    own = "; its node was set by hand (spec.nodeName)" if by_hand else ""
    own_zh = "；其节点是手工指定的（spec.nodeName）" if by_hand else ""
    proofs = list(removed.said())
    if by_hand:
        proofs.append(scene.field(removed.pod, "spec", "nodeName"))
    refused_en, refused_zh = f"a pod of {title(removed.holder)}", f"{title(removed.holder)} 的一个 Pod"
    if removed.holder.kind == "Pod":
        refused_en = refused_zh = title(removed.holder)
    return removed.finding(
        "NodeAdmissionRejected",
        obj=removed.holder,
        confidence=proved(
            "the kubelet's own words in the pod's status", "Pod 状态中 kubelet 的原话", twice=bool(numbers)
        ),
        summary=Phrase(
            en=f"Node {removed.node} refused {refused_en} ({reason}{size}), and none runs in its place{own}",
            zh=f"节点 {removed.node} 拒绝了 {refused_zh}（{reason}{size_zh}），且没有替代的 Pod 在运行{own_zh}",
        ),
        expected=f"node {removed.node} admits the pod",
        actual=f"status.reason: {reason}",
        evidence=tuple(proofs),
        remedies=(_without_node(removed) if by_hand else _remade(removed),),
        next_checks=(
            NextCheck(
                command=f"kubectl describe node {removed.node}",
                why=Phrase(en="what the node has left", zh="该节点还剩多少资源"),
            ),
        ),
    )


def _shut_down(removed: Removed) -> Finding:
    """Report a pod that ended with its node's orderly shutdown."""
    gone_now = lost(removed.holder)
    return removed.finding(
        "NodeAdmissionRejected",
        obj=removed.holder,
        confidence=proved("the kubelet's own words in the pod's status", "Pod 状态中 kubelet 的原话"),
        summary=Phrase(
            en=f"{gone_now.en}, because node {removed.node} was shut down, and none runs in its place",
            zh=f"{gone_now.zh}，因为节点 {removed.node} 已关机，且没有替代的 Pod 在运行",
        ),
        expected=f"node {removed.node} is up",
        actual=f"status.reason: {removed.reason}",
        evidence=tuple(removed.said()),
        remedies=(_remade(removed),),
        next_checks=(
            NextCheck(
                command=f"kubectl get node {removed.node}",
                why=Phrase(en="whether the node is back", zh="节点是否已恢复"),
            ),
        ),
    )


def _remade(removed: Removed) -> Remedy:
    """Have the pod made again by whoever makes it."""
    if removed.owner is not None and text(removed.owner, "kind") == "Job" and job_failed(removed.owner):
        return _job_again(removed.owner)
    ref = ref_of(removed.pod)
    where = f"kubectl -n {ref.namespace}"
    if removed.owner is not None:
        return command(
            f"{where} delete {ref.slug}",
            summary=Phrase(
                en="Delete the failed pod, so that its owner makes a new one", zh="删除已失败的 Pod，由其控制器重建"
            ),
            verify=f"{where} get pods -o wide",
            expect=Phrase(en="a new pod runs", zh="新的 Pod 正常运行"),
            reversible=False,
        )
    return command(
        f"{fresh_copy(ref)} | jq 'del(.spec.nodeName)' | {where} replace --force -f -",
        summary=Phrase(
            en="Make the pod again and let the scheduler choose its node: nobody else replaces it",
            zh="重新创建该 Pod，并由调度器选择节点：没有控制器会替换它",
        ),
        verify=f"{where} get {ref.slug} -o wide",
        expect=Phrase(en="the new pod runs", zh="新的 Pod 正常运行"),
        risk=Risk.RESTART,
        reversible=False,
    )


def _job_again(job: Obj) -> Remedy:
    """Run a Job again that makes no further pod."""
    ref = ref_of(job)
    return command(
        f"{fresh_copy(ref)} | kubectl -n {ref.namespace} replace --force -f -",
        summary=Phrase(
            en="Run the Job again once the node takes such pods, or let it go to another node: it has failed for good",
            zh="待节点能接受这类 Pod 后重新运行该 Job，或让它去其他节点：该 Job 已彻底失败，不会再创建 Pod",
        ),
        verify=f"kubectl -n {ref.namespace} get {ref.slug}",
        expect=Phrase(en="it completes", zh="该 Job 成功完成"),
        risk=Risk.RESTART,
        reversible=False,
    )


def _scheduled(removed: Removed) -> bool:
    return removed.scene.latest(removed.pod, "Scheduled") is not None or any(
        text(entry, "type") == "PodScheduled" for _, entry in numbered(removed.pod, "status", "conditions")
    )


def _without_node(removed: Removed) -> Remedy:
    return template_patch(
        removed.scene,
        removed.pod,
        {"nodeName": None},
        summary=Phrase(
            en="Remove spec.nodeName, so that the scheduler chooses a node with room",
            zh="去掉 spec.nodeName，由调度器选择有余量的节点",
        ),
    )
