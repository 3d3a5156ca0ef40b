"""Nodes whose kubelet reports that its container runtime or its network does not work."""

import re
from datetime import timedelta

from cluster.fields import Obj, condition, moment, name, text
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.nodes.view import YOUNG_SECONDS, Node, hit
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Reach, Remedy, RuledOut, Who, matched, proved
from diagnose.remedies import command
from diagnose.state import pod_ready

_RUNTIME = re.compile(
    r"container runtime is down|PLEG is not healthy|container runtime not ready: RuntimeReady=false|"
    r"(?:containerd|crio|cri-dockerd|dockershim)\.sock.{0,200}(?:connection refused|no such file)",
    re.IGNORECASE,
)
_CHECKING = "container runtime status check may not have completed yet"
_NETWORK = re.compile(
    r"NetworkPluginNotReady|NetworkReady=false|cni (?:plugin not initialized|config uninitialized)", re.IGNORECASE
)
_AGENTS = re.compile(
    r"calico-node|flannel|cilium(?!-operator)|weave|antrea-agent|kube-router|canal|\bcni\b|ovn|multus|aws-node|kindnet"
)


def starting(node: Node) -> InProgress | None:
    """Return until when the node may still be starting: it or its kubelet is new."""
    begun = [moment(node.obj, "metadata", "creationTimestamp")]
    event = node.scene.latest(node.obj, "Starting", "Rebooted")
    begun.append(event.last if event else None)
    newest = max((time for time in begun if time), default=None)
    if newest is None or node.scene.age(newest) >= YOUNG_SECONDS:
        return None
    return InProgress(
        object=node.ref,
        reason=Phrase(en="the node has just started", zh="节点刚刚启动"),
        until=newest + timedelta(seconds=YOUNG_SECONDS),
    )


def came_back(node: Node) -> RuledOut | None:
    """Say that a node which is Ready was not for a while, when events still tell of it."""
    event = node.scene.latest(node.obj, "NodeNotReady")
    born = moment(node.obj, "metadata", "creationTimestamp")
    if event is None or event.last is None or node.status != "True":
        return None
    if born is not None and event.last < born + timedelta(seconds=YOUNG_SECONDS):
        return None
    return RuledOut(
        code="NodeUnreachable",
        object=node.ref,
        reason=Phrase(
            en=f"node {node.name} was not ready for a while and is ready again",
            zh=f"节点 {node.name} 曾短暂未就绪，现已恢复",
        ),
        evidence=(node.quote("Ready", "status"), node.scene.event(event, current=False)),
        healed=True,
        ended=node.since or event.last,
    )


def runtime_down(node: Node) -> Finding | None:
    """Report a node whose kubelet cannot talk to the container runtime."""
    version = text(node.obj, "status", "nodeInfo", "containerRuntimeVersion")
    unknown = version.endswith("Unknown")
    said = _RUNTIME.search(node.message)
    if node.status == "True" or (said is None and not unknown and _CHECKING not in node.message):
        return None
    engine = version.partition(":")[0] or "the container runtime"
    engine_zh = version.partition(":")[0] or "容器运行时"
    affected = node.affected(node.since)
    end, end_zh = hit(len(affected))
    proofs = [node.quote("Ready")]
    if unknown:
        proofs.append(node.scene.field(node.obj, "status", "nodeInfo", "containerRuntimeVersion"))
    unit = {"containerd": "containerd", "cri-o": "crio", "docker": "docker"}.get(engine, "containerd")
    return node.finding(
        "NodeContainerRuntimeDown",
        confidence=proved(
            "the kubelet says so in the node's Ready condition"
            + (" and cannot read the runtime's version" if unknown else ""),
            "kubelet 在节点的 Ready 状况中如此说明" + ("，且读不到运行时版本" if unknown else ""),
            twice=unknown and said is not None,
        ),
        summary=Phrase(
            en=f"Node {node.name} cannot start or stop containers, because {engine} does not answer{end}",
            zh=f"节点 {node.name} 无法启动或停止容器，因为 {engine_zh} 没有响应{end_zh}",
        ),
        expected="status.conditions[Ready]: True",
        actual=f"Ready: {node.status} ({node.message[:160]})",
        affected=affected,
        evidence=tuple(proofs),
        remedies=(_restart(node, unit),),
        since=node.since,
    )


def _restart(node: Node, unit: str) -> Remedy:
    """Restart a service of a node from the cluster itself: the debug pod needs no working network."""
    return Remedy(
        summary=Phrase(
            en=f"On node {node.name}, read why {unit} stopped (journalctl -u {unit}) and restart it "
            f"(systemctl restart {unit})",
            zh=f"在节点 {node.name} 上查看 {unit} 停止的原因（journalctl -u {unit}）并重启（systemctl restart {unit}）",
        ),
        verify=f"kubectl get node {node.name}",
        expect=Phrase(en="STATUS Ready", zh="STATUS 为 Ready"),
        who=Who.CLUSTER_ADMIN,
    )


def network_not_ready(node: Node) -> Finding | None:
    """Report a node without a working pod network, with the network agent on it."""
    said = _NETWORK.search(node.message) if node.status == "False" else None
    unavailable = condition(node.obj, "NetworkUnavailable")
    closed = text(unavailable, "status") == "True"
    if said is None and not closed:
        return None
    kind = "Ready" if said else "NetworkUnavailable"
    began = node.since if said else moment(unavailable, "lastTransitionTime")
    agent = _agent(node)
    proofs = [node.quote(kind) if text(condition(node.obj, kind), "message") else node.quote(kind, "reason")]
    end, end_zh = "", ""
    chain: tuple[Reach, ...] = ()
    checks: tuple[NextCheck, ...] = ()
    affected = node.affected(began)
    if agent is not None:
        ref, holder = ref_of(agent), node.scene.holder_ref(agent)
        chain = (Reach(ref=holder, edge=Edge.SCHEDULING),)
        checks = (
            NextCheck(
                command=f"kubectl -n {ref.namespace} logs {ref.slug} --all-containers --tail=50",
                why=Phrase(en="what the network agent of the node says", zh="该节点网络组件的日志"),
            ),
        )
        if not pod_ready(agent):
            end = f"; its network agent {holder.slug} is not ready there"
            end_zh = f"；其网络组件 {holder.slug} 在该节点上未就绪"
            proofs.append(node.scene.field(agent, "status", "conditions"))
            if all(reach.ref != ref for reach in affected):
                affected = (*affected, Reach(ref=ref, edge=Edge.SCHEDULING))
    elif _complete(node):
        end, end_zh = "; no pod of a network plugin is on it", "；该节点上没有网络插件的 Pod"
    more, more_zh = hit(len(node.affected(began)))
    return node.finding(
        "NodeNetworkNotReady",
        confidence=proved(
            "the node's own condition says so",
            "节点自身的状况如此说明",
            twice=agent is not None and not pod_ready(agent),
        ),
        summary=Phrase(
            en=f"Node {node.name} has no working pod network{end}{more}",
            zh=f"节点 {node.name} 的 Pod 网络不可用{end_zh}{more_zh}",
        ),
        expected="a pod network on the node",
        actual=f"{kind}: {text(condition(node.obj, kind), 'status')} ({proofs[0].quote[:160]})",
        affected=affected,
        chain=chain,
        evidence=tuple(proofs),
        remedies=_network_remedies(agent),
        next_checks=checks,
        since=began,
    )


def _network_remedies(agent: Obj | None) -> tuple[Remedy, ...]:
    if agent is None:
        return (
            Remedy(
                summary=Phrase(
                    en="Install the cluster's network plugin on this node, or let its DaemonSet run there",
                    zh="在该节点上安装集群的网络插件，或让其 DaemonSet 能在该节点运行",
                ),
                who=Who.CLUSTER_ADMIN,
            ),
        )
    ref = ref_of(agent)
    return (
        command(
            f"kubectl -n {ref.namespace} delete {ref.slug}",
            summary=Phrase(
                en="Start the node's network agent anew; its log says what else it needs",
                zh="重新启动该节点的网络组件；其日志会说明还缺什么",
            ),
            verify=f"kubectl get node {text(agent, 'spec', 'nodeName')}",
            expect=Phrase(en="STATUS Ready", zh="STATUS 为 Ready"),
            reversible=False,
            who=Who.CLUSTER_ADMIN,
        ),
    )


def _agent(node: Node) -> Obj | None:
    found = [pod for pod in node.pods if _AGENTS.search(name(pod)) and not text(pod, "metadata", "deletionTimestamp")]
    return min(found, key=lambda pod: (pod_ready(pod), name(pod)), default=None)


def _complete(node: Node) -> bool:
    return node.scene.snapshot.coverage.complete("Pod", "kube-system")


def agent_without_routes(node: Node) -> Finding | None:
    """Report a network agent that has lost its peers while pods on the node are not ready."""
    agent = _agent(node)
    if node.status != "True" or agent is None or pod_ready(agent):
        return None
    event = node.scene.latest(agent, "Unhealthy")
    if event is None or not re.search(r"BGP not established|BIRD is not ready|Felix is not live", event.message):
        return None
    if node.scene.age(event.last) > node.scene.numbers.restart_window_seconds:
        return None
    began = moment(condition(agent, "Ready"), "lastTransitionTime") or event.first
    harmed = [pod for pod in node.unready(began) if pod is not agent]
    if not harmed:
        return None
    holder = node.scene.holder_ref(agent)
    return node.finding(
        "NodeNetworkNotReady",
        confidence=matched("the network agent's own check says so", "网络组件自身的检查如此说明"),
        summary=Phrase(
            en=f"The network agent {holder.slug} on node {node.name} is not ready, so pods there may lose traffic: "
            f"{event.message[:160]}",
            zh=f"节点 {node.name} 上的网络组件 {holder.slug} 未就绪，该节点上的 Pod 可能丢失流量："
            f"{event.message[:160]}",
        ),
        expected="the node's network agent is Ready",
        actual=event.message[:160],
        affected=node.scene.reach_pods([agent, *harmed], Edge.SCHEDULING),
        chain=(Reach(ref=holder, edge=Edge.SCHEDULING),),
        evidence=(node.scene.event(event),),
        remedies=_network_remedies(agent),
        since=began,
    )
