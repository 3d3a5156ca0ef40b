"""Nodes that run out of memory, disk or process ids."""

from collections.abc import Iterator
from datetime import datetime

from cluster.fields import Obj, condition, moment, numbered, objects, text, truth, whole
from cluster.snapshot import Event
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.nodes.view import Node, hit, lasting
from diagnose.findings import Confidence, Finding, Observation, Remedy, Risk, RuledOut, Severity, Who, matched, proved
from diagnose.remedies import command

KINDS = {"MemoryPressure": "memory", "DiskPressure": "disk", "PIDPressure": "pids"}
_WORDS = {"memory": ("memory", "内存"), "disk": ("disk space", "磁盘空间"), "pids": ("process ids", "进程号（PID）")}
_BEGUN = {
    "MemoryPressure": "NodeHasInsufficientMemory",
    "DiskPressure": "NodeHasDiskPressure",
    "PIDPressure": "NodeHasInsufficientPID",
}
_COLLECTING = ("FreeDiskSpaceFailed", "ImageGCFailed")
"""What the kubelet says when it must free disk space and cannot."""


def pressure(node: Node) -> Iterator[Observation]:
    """Yield a finding for each resource that the node lacks now, and what is over."""
    for kind, variant in KINDS.items():
        state = condition(node.obj, kind)
        if text(state, "status") == "True":
            began = moment(state, "lastTransitionTime")
            yield _finding(
                node,
                variant,
                proofs=[node.quote(kind, "message" if text(state, "message") else "status")],
                confidence=proved(
                    "the kubelet sets the condition", "kubelet 设置了该状况", twice=bool(_evicted(node, variant))
                ),
                actual=f"{kind}: True ({text(state, 'message')[:120]})",
                began=began,
            )
        elif (event := _collecting(node) if variant == "disk" else None) is not None:
            yield _finding(
                node,
                variant,
                proofs=[node.scene.event(event)],
                confidence=matched(
                    "the kubelet fails to free disk space again and again", "kubelet 反复尝试释放磁盘空间失败"
                ),
                actual=event.message[:160],
                began=event.first,
            )
        elif (over := _over(node, kind, state)) is not None:
            yield over


def _collecting(node: Node) -> Event | None:
    """Return the newest failure to free disk space, when it was repeated and is recent."""
    event = node.scene.latest(node.obj, *_COLLECTING)
    if event is None or node.scene.age(event.last) > node.scene.numbers.restart_window_seconds:
        return None
    about = [entry for entry in node.scene.snapshot.events(node.obj) if entry.reason in _COLLECTING]
    times = sum(entry.count for entry in about)
    return event if times >= 2 and "invalid capacity 0" not in event.message else None


def _over(node: Node, kind: str, state: Obj) -> RuledOut | None:
    """Say that pressure has ended, when events still tell of it."""
    event = node.scene.latest(node.obj, _BEGUN[kind])
    ended = moment(state, "lastTransitionTime")
    if event is None or text(state, "status") != "False":
        return None
    return RuledOut(
        code="NodeUnderPressure",
        object=node.ref,
        reason=Phrase(
            en=f"node {node.name} was short of {_WORDS[KINDS[kind]][0]} and is not any more",
            zh=f"节点 {node.name} 曾缺少{_WORDS[KINDS[kind]][1]}，现已恢复",
        ),
        evidence=(node.quote(kind, "status"),),
        healed=True,
        ended=ended or event.last,
    )


_EVICTED_WORDS = {"memory": ("memory",), "disk": ("ephemeral-storage", "inodes", "DiskPressure"), "pids": ("pids",)}


def _evicted(node: Node, variant: str) -> list[Obj]:
    """Return the pods that the kubelet removed from this node for want of the resource."""
    scene = node.scene
    return [
        pod
        for pod in scene.live_pods
        if text(pod, "status", "reason") == "Evicted"
        and text(pod, "spec", "nodeName") == node.name
        and any(word in text(pod, "status", "message") for word in _EVICTED_WORDS[variant])
    ]


def _finding(
    node: Node, variant: str, *, proofs: list[Evidence], confidence: Confidence, actual: str, began: datetime | None
) -> Finding:
    scene = node.scene
    what, what_zh = _WORDS[variant]
    evicted = _evicted(node, variant)
    affected = (*scene.reach_pods(evicted), *scene.reach_pods(node.kept_away()))
    for index, taint in numbered(node.obj, "spec", "taints"):
        if text(taint, "key").endswith(f"{'pid' if variant == 'pids' else variant}-pressure"):
            proofs.append(scene.field(node.obj, "spec", "taints", index, "key"))
    if evicted:
        proofs.append(scene.field(evicted[0], "status", "message"))
    for_long, for_long_zh = lasting(scene.age(began)) if began else ("", "")
    tail = f" (for {for_long})" if for_long else ""
    tail_zh = f"（已持续 {for_long_zh}）" if for_long else ""
    images, images_zh = _images(node) if variant == "disk" else ("", "")
    gone = f"; {len(evicted)} pod{'s were' if len(evicted) != 1 else ' was'} removed from it" if evicted else ""
    gone_zh = f"；已有 {len(evicted)} 个 Pod 被移除" if evicted else ""
    end, end_zh = hit(len(affected) - len(evicted))
    return node.finding(
        "NodeUnderPressure",
        variant=variant,
        severity=Severity.HIGH if affected else Severity.MEDIUM,
        confidence=confidence,
        summary=Phrase(
            en=f"Node {node.name} is short of {what}{tail}, so it takes no new pods and may remove some{images}{gone}"
            f"{end}",
            zh=f"节点 {node.name} 缺少{what_zh}{tail_zh}，因此不再接收新 Pod，并可能移除已有 Pod"
            f"{images_zh}{gone_zh}{end_zh}",
        ),
        expected=f"enough {what}",
        actual=actual,
        affected=affected,
        evidence=tuple(proofs),
        remedies=_remedies(node, variant),
        since=began,
    )


def _images(node: Node) -> tuple[str, str]:
    """Say how much the images take that the node lists: the largest fifty."""
    total = sum(max(whole(entry, "sizeBytes"), 0) for entry in objects(node.obj, "status", "images"))
    if total < 2**30:
        return "", ""
    size = f"{total / 2**30:.1f} GiB"
    return f"; its listed images take {size}", f"；其列出的镜像共占 {size}"


def _remedies(node: Node, variant: str) -> tuple[Remedy, ...]:
    free = {
        "disk": Phrase(
            en="Free disk space on the node: unused images (crictl rmi --prune), old logs below /var/log, or enlarge "
            "its disk",
            zh="释放节点磁盘：清理未使用的镜像（crictl rmi --prune）和 /var/log 下的旧日志，或扩大磁盘",
        ),
        "memory": Phrase(
            en="Give the pods of this node memory requests that match their use, or move some of them to other nodes",
            zh="让该节点上 Pod 的内存 requests 与实际用量相符，或把一部分迁到其他节点",
        ),
        "pids": Phrase(
            en="Find the program that starts so many processes on this node, and limit it (kubelet: podPidsLimit)",
            zh="找出在该节点上启动大量进程的程序并加以限制（kubelet 的 podPidsLimit）",
        ),
    }[variant]
    kind = next(key for key, value in KINDS.items() if value == variant)
    relief = (
        Remedy(
            summary=free,
            verify=f"kubectl get node {node.name} -o jsonpath='{{.status.conditions[?(@.type==\"{kind}\")].status}}'",
            expect=Phrase(en="False (it takes up to 5 minutes)", zh="显示 False（最多需要 5 分钟）"),
            risk=Risk.NONE,
            who=Who.CLUSTER_ADMIN,
        ),
    )
    if not _others(node):
        return relief
    return (
        *relief,
        command(
            f"kubectl drain {node.name} --ignore-daemonsets --delete-emptydir-data",
            summary=Phrase(
                en="Or move its pods to other nodes while it is put right (data in emptyDir volumes is lost)",
                zh="或者在处理期间把其 Pod 迁到其他节点（emptyDir 卷中的数据会丢失）",
            ),
            verify=f"kubectl get pods -A -o wide --field-selector spec.nodeName={node.name}",
            expect=Phrase(en="only pods of DaemonSets are left", zh="只剩 DaemonSet 的 Pod"),
            undo=f"kubectl uncordon {node.name}",
            risk=Risk.DATA,
            who=Who.CLUSTER_ADMIN,
        ),
    )


def _others(node: Node) -> bool:
    """Say whether another node could take the pods of this one."""
    return any(
        other.name != node.name and other.status == "True" and not truth(other.obj, "spec", "unschedulable")
        for other in node.fleet.nodes
    )
