"""Pods that ask for more than a node has or has left."""

from fractions import Fraction

from cluster.fields import name, namespace
from cluster.quantities import readable
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.scheduling.nodes import NodeView
from diagnose.analyzers.scheduling.recount import Recount
from diagnose.analyzers.scheduling.shape import Waiting, add_node
from diagnose.findings import Finding, NextCheck, Remedy
from diagnose.remedies import container_change, in_application, template_patch
from diagnose.requests import container_requests, effective_requests, largest_request

_STEP = {"cpu": Fraction(1, 20), "memory": Fraction(2**20 * 32)}
"""A suggested request is rounded down to this: 50m of CPU, 32Mi of memory."""


def insufficient(waiting: Waiting, resource: str) -> Finding:
    """Report a request that no suitable node has free."""
    recount = waiting.recount
    best = recount.best_free(resource) if recount else None
    if recount is None or best is None:
        return _by_words(waiting, resource)
    wanted = recount.requests.get(resource, Fraction(0))
    biggest = recount.largest_node(resource) or best
    most = biggest.allocatable.get(resource, Fraction(0))
    asks, free = readable(resource, wanted), readable(resource, max(best.free(resource), Fraction(0)))
    who, who_zh = waiting.who
    if most == 0:
        summary = Phrase(
            en=f"No node takes {who}: it requests {asks} {resource}, and no node offers {resource} at all",
            zh=f"没有节点可接收 {who_zh}：它请求 {asks} 的 {resource}，而没有任何节点提供 {resource}",
        )
    elif wanted > most:
        summary = Phrase(
            en=f"{who[0].upper()}{who[1:]} can never fit: it requests {asks} {resource}, more than the largest node "
            f"has in all ({readable(resource, most)} on {biggest.name})",
            zh=f"{who_zh} 永远无法放下：它请求 {asks} 的 {resource}，超过最大节点 {biggest.name} 的总量 "
            f"{readable(resource, most)}",
        )
    else:
        missing = readable(resource, wanted - best.free(resource))
        summary = Phrase(
            en=f"No node has room for {who}: it requests {asks} {resource}, and the best node {best.name} has {free} "
            f"left ({missing} too little)",
            zh=f"没有节点能容纳 {who_zh}：它请求 {asks} 的 {resource}，而最佳节点 {best.name} 只剩 {free}"
            f"（还差 {missing}）",
        )
    return waiting.finding(
        "InsufficientResources",
        variant=resource,
        summary=summary,
        expected=f"{resource} free ≥ {asks}",
        actual=f"{resource} free {free} of {readable(resource, best.allocatable.get(resource, Fraction(0)))} "
        f"on {best.name}; largest node {readable(resource, most)}{_requesters(waiting, best, resource)}",
        evidence=(
            *_request_field(waiting, resource),
            *_node_field(waiting, biggest if wanted > most else best, resource),
        ),
        remedies=_remedies(waiting, recount, best, resource, wanted),
        next_checks=(
            NextCheck(
                command=f"kubectl describe node {best.name}",
                why=Phrase(en="lists what every pod on it requests", zh="列出其上每个 Pod 的资源请求"),
            ),
        ),
    )


def _by_words(waiting: Waiting, resource: str) -> Finding:
    asks = effective_requests(waiting.pod.get("spec") or {}).get(resource)
    amount = f" {readable(resource, asks)}" if asks else ""
    who, who_zh = waiting.who
    return waiting.finding(
        "InsufficientResources",
        variant=resource,
        summary=Phrase(
            en=f"No node has room for {who}: the scheduler says that {resource} is short for its request{amount}",
            zh=f"没有节点能容纳 {who_zh}：调度器表示 {resource} 不足以满足其请求{amount}",
        ),
        expected=f"{resource} free ≥{amount or ' its request'}",
        actual=waiting.others(),
        evidence=_request_field(waiting, resource),
        remedies=(add_node(f"with more {resource}", f"有更多 {resource} "),),
    )


def volumes_exhausted(waiting: Waiting, words: str) -> Finding:
    """Report nodes that may attach no further volume, or have no storage or device left."""
    who, who_zh = waiting.who
    return waiting.finding(
        "InsufficientResources",
        variant="volumes",
        summary=Phrase(
            en=f"No node can attach the volumes of {who}: {words}", zh=f"没有节点能挂载 {who_zh} 的卷：{words}"
        ),
        expected="a node with a free volume slot and storage",
        actual=waiting.others(),
        evidence=(waiting.scene.field(waiting.pod, "spec", "volumes"),),
        remedies=(add_node("that can attach more volumes", "可挂载更多卷"),),
    )


def pod_limit(waiting: Waiting, view: NodeView | None) -> Finding:
    """Report suitable nodes that already run as many pods as they may."""
    who, who_zh = waiting.who
    limit = view.allocatable.get("pods", Fraction(0)) if view else None
    count = f"{len(view.pods)} of {limit} on {view.name}" if view else waiting.others()
    count_zh = f"{view.name} 上 {len(view.pods)}/{limit}" if view else count
    return waiting.finding(
        "NodePodLimitReached",
        obj=ref_of(view.node) if view else None,
        summary=Phrase(
            en=f"No node takes {who}: every suitable node already runs as many pods as it may ({count})",
            zh=f"没有节点可接收 {who_zh}：每个合适的节点都已达到 Pod 数上限（{count_zh}）",
        ),
        expected=f"pods < {limit}" if view else "fewer pods",
        actual=f"pods: {count}",
        evidence=(waiting.scene.field(view.node, "status", "allocatable", "pods"),) if view else (),
        remedies=(add_node("for more pods", "可运行更多 Pod "),),
    )


# -- parts


def _request_field(waiting: Waiting, resource: str) -> tuple[Evidence, ...]:
    found = largest_request(waiting.pod, resource)
    return (waiting.scene.field(waiting.pod, *found[1]),) if found else ()


def _node_field(waiting: Waiting, view: NodeView, resource: str) -> tuple[Evidence, ...]:
    proofs = [waiting.scene.field(view.node, "status", "allocatable", resource)]
    for _, pod in view.largest(resource)[:1]:
        if found := largest_request(pod, resource):
            proofs.append(waiting.scene.field(pod, *found[1]))
    return tuple(proofs)


def _requesters(waiting: Waiting, view: NodeView, resource: str) -> str:
    """Name the pods that request most on the node, by what made them."""
    graph = waiting.scene.graph
    named = [
        f"{namespace(pod)}/{name(graph.holder(pod))} {readable(resource, amount)}"
        for amount, pod in view.largest(resource)
    ]
    return f"; most is requested there by {', '.join(named)}" if named else ""


def _remedies(
    waiting: Waiting, recount: Recount, best: NodeView, resource: str, wanted: Fraction
) -> tuple[Remedy, ...]:
    node = add_node(
        f"with at least {readable(resource, wanted)} {resource} free",
        f"至少有 {readable(resource, wanted)} {resource} 空闲",
    )
    found = largest_request(waiting.pod, resource)
    lower = _lowered(waiting, recount, best, resource)
    if found is None or lower is None:
        ask = in_application(
            Phrase(
                en=f"Lower the request for {resource} to what a node has, or free room on {best.name}",
                zh=f"把 {resource} 的请求降到节点可提供的数量，或在 {best.name} 上腾出空间",
            )
        )
        return (node, ask)
    container = found[0]
    change = container_change(container, {"resources": {"requests": {resource: lower}}})
    return (
        template_patch(
            waiting.scene,
            waiting.pod,
            change,
            summary=Phrase(
                en=f"Lower the request of container {container.name} to {lower} {resource}, if that is enough for it",
                zh=f"如果够用，把容器 {container.name} 的 {resource} 请求降到 {lower}",
            ),
            estimate=Phrase(
                en=f"what {best.name} has left now, rounded down; measured use would be a better base",
                zh=f"取 {best.name} 当前剩余量并向下取整；以实测用量为准更好",
            ),
        ),
        node,
    )


def _lowered(waiting: Waiting, recount: Recount, best: NodeView, resource: str) -> str | None:
    """Return the largest request of the container that would fit the best node now, or None."""
    found = largest_request(waiting.pod, resource)
    if found is None or resource not in _STEP:
        return None
    others = recount.requests.get(resource, Fraction(0)) - container_requests(found[0].spec).get(resource, Fraction(0))
    room = best.free(resource) - others
    steps = room // _STEP[resource]
    if steps <= 0:
        return None
    value = steps * _STEP[resource]
    return f"{int(value * 1000)}m" if resource == "cpu" else f"{int(value / 2**20)}Mi"
