"""Pods that the kubelet evicted: the node lacked a resource, or the pod used more local disk than it may."""

import re
from collections.abc import Mapping
from typing import Any

from cluster.fields import Obj, numbered, text
from cluster.quantities import quantity
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.evictions.case import Removed, lost
from diagnose.containers import container_named
from diagnose.findings import Finding, NextCheck, Remedy, Role, Who, proved
from diagnose.remedies import container_change, in_application, template_patch

UNUSUAL = 0.30
"""A threshold above this part of the node's capacity is no default of any kubelet."""

_LOW = re.compile(r"node was low on resource: \[?(?P<resource>[\w-]{1,60})", re.IGNORECASE)
_CONDITION = re.compile(r"node had condition: \[(?P<kinds>[\w ,]{1,120})\]", re.IGNORECASE)
_THRESHOLD = re.compile(r"Threshold quantity: (?P<threshold>[\w.]{1,30}), available: (?P<available>[\w.]{0,29}\w)")
_USING = re.compile(
    r"Container (?P<container>[\w.-]{1,63}) was using (?P<used>[\w.]{1,30}), (?:request is (?P<request>[\w.]{1,30})|"
    r"which exceeds its request of (?P<exceeded>[\w.]{1,30}))"
)
_CONTAINER_LIMIT = re.compile(
    r"Container (?P<container>[\w.-]{1,63}) exceeded its local ephemeral storage limit \"(?P<limit>[\w.]{1,30})\""
)
_POD_LIMIT = re.compile(
    r"Pod ephemeral local storage usage exceeds the total limit of containers (?P<limit>[\w.]{1,30})"
)
_VOLUME_LIMIT = re.compile(
    r"Usage of EmptyDir volume \"(?P<volume>[\w.-]{1,63})\" exceeds the limit \"(?P<limit>[\w.]{1,30})\""
)
_VARIANTS = {"memory": "memory", "pids": "pids", "MemoryPressure": "memory", "PIDPressure": "pids"}
_WORDS = {"memory": ("memory", "内存"), "disk": ("disk space", "磁盘空间"), "pids": ("process ids", "进程号（PID）")}


def by_node_pressure(removed: Removed) -> Finding | None:
    """Report a pod that had to leave because its node lacked a resource."""
    low, state = _LOW.search(removed.message), _CONDITION.search(removed.message)
    if removed.reason != "Evicted" or (low is None and state is None):
        return None
    told = low["resource"] if low else state["kinds"].split(",")[0].strip() if state else ""
    variant = _VARIANTS.get(told, "disk")
    what, what_zh = _WORDS[variant]
    node = removed.scene.snapshot.get("Node", "", removed.node)
    numbers = _THRESHOLD.search(removed.message)
    using = _USING.search(removed.message)
    size, size_zh = "", ""
    if numbers:
        size = f" ({numbers['available']} left, {numbers['threshold']} must stay free)"
        size_zh = f"（剩余 {numbers['available']}，须保留 {numbers['threshold']}）"
    used, used_zh = "", ""
    if using:
        request = using["request"] or using["exceeded"]
        used = f"; its container {using['container']} used {using['used']} and requests {request}"
        used_zh = f"；其容器 {using['container']} 用了 {using['used']}，requests 为 {request}"
    odd, odd_zh, capacity = _unusual(removed, variant, numbers)
    proofs = [*removed.said(), *capacity]
    if node is not None:
        proofs.append(_now(removed, node, variant))
    return removed.finding(
        "EvictedByNodePressure",
        variant=variant,
        obj=ObjectRef(kind="Node", name=removed.node) if removed.node else removed.holder,
        part=removed.holder.name,
        confidence=proved(
            "the kubelet's own words in the pod's status", "Pod 状态中 kubelet 的原话", twice=bool(numbers)
        ),
        summary=Phrase(
            en=f"{lost(removed.holder).en}, because node {removed.node} ran out of {what}{size}{used}{odd}",
            zh=f"{lost(removed.holder).zh}，因为节点 {removed.node} 的{what_zh}不足{size_zh}{used_zh}{odd_zh}",
        ),
        expected=f"{what} available: more than {numbers['threshold']}" if numbers else f"enough {what}",
        actual=f"available: {numbers['available']}" if numbers else told,
        evidence=tuple(proofs),
        remedies=_remedies(removed, variant, using),
        next_checks=(
            NextCheck(
                command=f"kubectl describe node {removed.node}",
                why=Phrase(en="whether the node is still under pressure", zh="节点是否仍有资源压力"),
            ),
        ),
    )


def _now(removed: Removed, node: Obj, variant: str) -> Evidence:
    """Quote the node's condition as it is now."""
    kind = {"memory": "MemoryPressure", "disk": "DiskPressure", "pids": "PIDPressure"}[variant]
    for index, entry in numbered(node, "status", "conditions"):
        if text(entry, "type") == kind:
            return removed.scene.field(node, "status", "conditions", index)
    return removed.scene.field(node, "status", "conditions")


def _unusual(removed: Removed, variant: str, numbers: re.Match[str] | None) -> tuple[str, str, list[Evidence]]:
    """Say of a threshold that it is a large part of what the node has at all."""
    key = {"memory": "memory", "disk": "ephemeral-storage"}.get(variant)
    node = removed.scene.snapshot.get("Node", "", removed.node)
    if key is None or numbers is None or node is None:
        return "", "", []
    whole = quantity(text(node, "status", "capacity", key))
    asked = quantity(numbers["threshold"])
    if not whole or not asked or asked / whole <= UNUSUAL:
        return "", "", []
    share = int(100 * asked / whole)
    return (
        f"; the kubelet is set to keep {share} % of the node's {_WORDS[variant][0]} free, which is unusual",
        f"；kubelet 被设置为保留节点 {share}% 的{_WORDS[variant][1]}，这并不常见",
        [removed.scene.field(node, "status", "capacity", key)],
    )


def _remedies(removed: Removed, variant: str, using: re.Match[str] | None) -> tuple[Remedy, ...]:
    found: list[Remedy] = []
    resource = {"memory": "memory", "disk": "ephemeral-storage"}.get(variant)
    container = container_named(removed.pod, using["container"]) if using else None
    if container is not None and using is not None and resource is not None:
        found.append(
            template_patch(
                removed.scene,
                removed.pod,
                container_change(container, {"resources": {"requests": {resource: using["used"]}}}),
                summary=Phrase(
                    en=f"Request what container {container.name} uses, so that it is placed where that much is free",
                    zh=f"让容器 {container.name} 的 requests 等于实际用量，使其被调度到有足够余量的节点",
                ),
                estimate=Phrase(en="the use that the eviction message reports", zh="取自驱逐消息中的用量"),
            )
        )
    found.append(
        Remedy(
            summary=Phrase(
                en=f"Free {_WORDS[variant][0]} on node {removed.node}, or add nodes",
                zh=f"释放节点 {removed.node} 的{_WORDS[variant][1]}，或增加节点",
            ),
            verify=f"kubectl describe node {removed.node}",
            expect=Phrase(en="no condition but Ready is True", zh="除 Ready 外没有状况为 True"),
            who=Who.CLUSTER_ADMIN,
        )
    )
    return tuple(found)


def storage_limit(removed: Removed) -> Finding | None:
    """Report a pod that wrote more to the node's disk than it may."""
    if removed.reason != "Evicted":
        return None
    one, volume = _CONTAINER_LIMIT.search(removed.message), _VOLUME_LIMIT.search(removed.message)
    match = one or volume or _POD_LIMIT.search(removed.message)
    if match is None:
        return None
    limit = match["limit"]
    if one:
        who, who_zh = f"container {one['container']} wrote", f"容器 {one['container']} 写入"
        part = one["container"]
    elif volume:
        who, who_zh = f"the emptyDir volume {volume['volume']} holds", f" emptyDir 卷 {volume['volume']} 的内容"
        part = volume["volume"]
    else:
        who, who_zh, part = "its containers together wrote", "其所有容器合计写入", ""
    proofs = list(removed.said())
    remedies: list[Remedy] = []
    container = container_named(removed.pod, part) if one else None
    if container is not None:
        at = (*container.spec_path, "resources", "limits", "ephemeral-storage")
        proofs.insert(1, removed.scene.field(removed.pod, *at))
        remedies.append(_raised(removed, container_change(container, _limits(limit)), limit))
    elif volume:
        for index, entry in numbered(removed.pod, "spec", "volumes"):
            if text(entry, "name") == part:
                proofs.insert(1, removed.scene.field(removed.pod, "spec", "volumes", index, "emptyDir"))
                larger = {"volumes": [{"name": part, "emptyDir": {"sizeLimit": _doubled(limit)}}]}
                remedies.append(_raised(removed, larger, limit))
    gone = lost(removed.holder, times=_alike(removed, match.re))
    return removed.finding(
        "EphemeralStorageLimitExceeded",
        obj=removed.holder,
        part=part,
        role=Role.ROOT,
        confidence=proved(
            "the kubelet's own words in the pod's status, and the limit in the spec",
            "Pod 状态中 kubelet 的原话，以及配置中的限制",
            twice=len(proofs) > 2,
        ),
        summary=Phrase(
            en=f"{gone.en}, because {who} more than the {limit} of the node's disk that it may use",
            zh=f"{gone.zh}，因为{who_zh}超过了允许使用的节点磁盘 {limit}",
        ),
        expected=f"at most {limit}",
        actual="more (the message does not say how much)",
        evidence=tuple(proofs),
        remedies=(
            *remedies,
            in_application(
                Phrase(
                    en="Let the program write less to local files: rotate logs, or put lasting data on a storage claim",
                    zh="让程序少写本地文件：轮转日志，或把持久数据放到存储声明上",
                )
            ),
        ),
    )


def _alike(removed: Removed, pattern: re.Pattern[str]) -> int:
    """Count the pods of the same owner that stay listed with the same fate."""
    if removed.owner is None:
        return 1
    return sum(
        text(pod, "status", "reason") == "Evicted" and bool(pattern.search(text(pod, "status", "message")[:4000]))
        for pod in removed.scene.graph.children(removed.owner)
    )


def _limits(limit: str) -> dict[str, Any]:
    return {"resources": {"limits": {"ephemeral-storage": _doubled(limit)}}}


def _doubled(limit: str) -> str:
    match = re.fullmatch(r"(\d{1,12})([A-Za-z]{0,2})", limit)
    return f"{int(match[1]) * 2}{match[2]}" if match else limit


def _raised(removed: Removed, change: Mapping[str, Any], limit: str) -> Remedy:
    return template_patch(
        removed.scene,
        removed.pod,
        change,
        summary=Phrase(
            en=f"Raise the limit from {limit} to {_doubled(limit)}", zh=f"将限制从 {limit} 提高到 {_doubled(limit)}"
        ),
        estimate=Phrase(
            en="twice the present limit, since the use is not reported", zh="未报告实际用量，取当前限制的两倍"
        ),
    )
