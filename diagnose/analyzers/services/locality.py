"""Services that keep traffic on a node on which they have clients and no ready pod."""

from collections.abc import Iterator

from cluster.fields import Obj, labels, mapping, text
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.services.view import View
from diagnose.findings import (
    Edge,
    Finding,
    Reach,
    Severity,
    inferred,
    proved,
)
from diagnose.remedies import object_patch

_EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"


def judge_locality(view: View) -> Iterator[Finding]:
    """Report a Service that keeps traffic on a node on which it has clients and no ready pod."""
    spec = mapping(view.service, "spec")
    with_pods = {text(pod, "spec", "nodeName") for pod in view.ready}
    if not with_pods:
        return
    if text(spec, "internalTrafficPolicy") == "Local":
        clients = _client_nodes(view)
        bare = sorted(node for node in clients if node not in with_pods)
        if bare:
            yield _local(view, "internalTrafficPolicy", bare, sorted(with_pods), clients[bare[0]])
    if text(spec, "externalTrafficPolicy") == "Local" and text(spec, "type") in {"LoadBalancer", "NodePort"}:
        nodes = [view.scene.snapshot.get("Node", "", node) for node in sorted(with_pods)]
        shut = [node for node in nodes if node is not None and _EXCLUDED in labels(node, "metadata", "labels")]
        if shut and len(shut) == len(nodes):
            yield _local(view, "externalTrafficPolicy", [], sorted(with_pods), shut[0])


def _client_nodes(view: View) -> dict[str, Obj]:
    """Return the nodes on which known clients run, each with one client pod."""
    found: dict[str, Obj] = {}
    for user in view.around.users(view.service):
        holder = view.scene.snapshot.find(user.ref)
        for pod in view.scene.graph.pods_of(holder) if holder and user.edge is Edge.ENV else ():
            if node := text(pod, "spec", "nodeName"):
                found.setdefault(node, pod)
    return found


def _local(view: View, policy: str, bare: list[str], with_pods: list[str], proof: Obj) -> Finding:
    scene, service = view.scene, view.ref.name
    inside = policy == "internalTrafficPolicy"
    where = ", ".join(bare[:3]) if bare else "every node that takes outside traffic"
    where_zh = "、".join(bare[:3]) if bare else "所有接收外部流量的节点"
    evidence = (
        scene.field(view.service, "spec", policy),
        scene.field(proof, "spec", "nodeName") if inside else scene.field(proof, "metadata", "labels", _EXCLUDED),
        scene.field(view.ready[0], "spec", "nodeName"),
    )
    users = [reach for reach in view.around.users(view.service) if reach.edge is Edge.ENV] if inside else []
    return Finding(
        code="ServiceLocalTrafficPolicy",
        severity=Severity.MEDIUM,
        confidence=inferred(
            "clients were found by the Service's name in their settings",
            "客户端是通过其配置中的 Service 名称找到的",
            value=0.6,
        )
        if inside
        else proved("policy and node labels were read", "已读取策略与节点标签"),
        object=view.ref,
        part=policy,
        affected=(*users[:5], Reach(ref=ref_of(proof), edge=Edge.ENV if inside else Edge.SCHEDULING)),
        summary=Phrase(
            en=f"Service {service} only reaches pods on the caller's own node, and {where} has none: its ready pods "
            f"are on {', '.join(with_pods[:3])}",
            zh=f"Service {service} 只访问调用方所在节点上的 Pod，而 {where_zh} 上没有：就绪的 Pod 位于 "
            f"{', '.join(with_pods[:3])}",
        ),
        expected=f"spec.{policy}: Cluster",
        actual=f"spec.{policy}: Local",
        evidence=evidence,
        remedies=(
            object_patch(
                view.service,
                {"spec": {policy: "Cluster"}},
                summary=Phrase(en="Let the Service use the pods of all nodes", zh="让 Service 使用所有节点上的 Pod"),
                undo=object_patch(view.ref, {"spec": {policy: "Local"}}, summary=Phrase(en="", zh="")).command,
            ),
        ),
    )
