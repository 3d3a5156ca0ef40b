"""Nodes that have fallen silent: is only the kubelet down, or is the whole machine out of reach."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from cluster.fields import moment, name, namespace, numbered, text
from cluster.snapshot import controller_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.nodes.view import Node, hit, lasting
from diagnose.findings import (
    Confidence,
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Remedy,
    Risk,
    RuledOut,
    Severity,
    Who,
    inferred,
    matched,
    proved,
)
from diagnose.remedies import command

TOGETHER_SECONDS = 120
"""Nodes of one group that fall silent within this share one cause."""
TAIL = 400
"""Lines at the end of a log in which dialling a node may be mentioned."""

_REFUSED = re.compile(r"dial tcp \[?([0-9a-fA-F.:]{2,45}?)\]?:10250: connect: connection refused")
_LOST = re.compile(
    r"dial tcp \[?([0-9a-fA-F.:]{2,45}?)\]?:10250: (?:i/o timeout|connect: (?:no route to host|connection timed out))"
)
_OFF = ("node.cloudprovider.kubernetes.io/shutdown", "node.kubernetes.io/out-of-service")


@dataclass(frozen=True, kw_only=True)
class Silence:
    """One silent node: a sign that its machine lives, and one that it does not."""

    node: Node
    alive: Evidence | None
    dead: Evidence | None
    off: bool = False


def silent(nodes: Iterable[Node]) -> Iterator[Observation]:
    """Judge all nodes whose kubelet stopped reporting; several of one group at one time are one finding."""
    lost: list[Silence] = []
    for node in nodes:
        if (early := _renewed(node)) is not None:
            yield early
        elif _put_away(node):
            yield RuledOut(
                code="NodeUnreachable",
                object=node.ref,
                reason=Phrase(
                    en=f"node {node.name} is silent, but it was cordoned before and nothing waits for it",
                    zh=f"节点 {node.name} 已无响应，但此前已被封锁，且没有 Pod 在等待它",
                ),
                evidence=(node.quote("Ready"),),
            )
        else:
            told = _signs(node)
            if told.alive is not None:
                yield _kubelet_down(told)
            else:
                lost.append(told)
    for group in _together(lost):
        yield _unreachable(group)


def _renewed(node: Node) -> InProgress | None:
    """Return a grace when the lease was renewed just now: the condition follows within seconds."""
    grace = node.scene.numbers.node_grace_seconds
    if node.renewed is None or node.scene.age(node.renewed) >= grace:
        return None
    return InProgress(
        object=node.ref,
        reason=Phrase(en="the node reports again", zh="节点已恢复上报"),
        until=node.renewed + timedelta(seconds=grace),
    )


def _put_away(node: Node) -> bool:
    """Say whether somebody drained the node before it went silent."""
    if not node.cordoned:
        return False
    return all(text(controller_of(pod), "kind") in {"DaemonSet", "Node"} for pod in node.pods)


def _signs(node: Node) -> Silence:
    off = next((index for index, entry in numbered(node.obj, "spec", "taints") if text(entry, "key") in _OFF), None)
    if off is not None:
        return Silence(node=node, alive=None, dead=node.scene.field(node.obj, "spec", "taints", off, "key"), off=True)
    return Silence(node=node, alive=_fresher(node) or _told(node, _REFUSED), dead=_told(node, _LOST))


def _fresher(node: Node) -> Evidence | None:
    """Return something that the machine reported well after its kubelet fell silent."""
    last = max((time for time in (node.heartbeat, node.renewed) if time), default=None)
    if last is None:
        return None
    since = last + timedelta(seconds=node.scene.numbers.node_grace_seconds)
    for index, entry in numbered(node.obj, "status", "conditions"):
        beat = moment(entry, "lastHeartbeatTime")
        if text(entry, "status") != "Unknown" and beat and beat > since and text(entry, "type") != "Ready":
            return node.scene.field(node.obj, "status", "conditions", index, "lastHeartbeatTime")
    if node.scene.age(node.since) < node.scene.numbers.lease_stale_seconds:
        return None  # a leader that died with the node still looks alive for as long as its lease lasts
    living = {node.name, *(name(pod) for pod in node.pods)}
    fresh = timedelta(seconds=node.scene.numbers.lease_stale_seconds)
    for lease in node.scene.snapshot.all("Lease"):
        renewed = moment(lease, "spec", "renewTime")
        holder = text(lease, "spec", "holderIdentity").partition("_")[0]
        if namespace(lease) == "kube-node-lease" or renewed is None or holder not in living:
            continue
        if renewed > since and node.scene.now - renewed <= fresh:
            return node.scene.field(lease, "spec", "renewTime")
    return None


def _told(node: Node, pattern: re.Pattern[str]) -> Evidence | None:
    """Return what another component says about dialling this node's kubelet since it fell silent."""
    for event in node.scene.snapshot.iter_events():
        if ":10250" in event.message and _about(node, pattern, event.message):
            after = node.heartbeat is None or event.last is None or event.last >= node.heartbeat
            if after:
                return node.scene.event(event)
    for (space, pod_name, container, previous), excerpt in node.scene.snapshot.logs.items():
        first = max(len(excerpt.lines) - TAIL, 0)
        for number in range(len(excerpt.lines), first, -1):
            line = excerpt.lines[number - 1]
            if ":10250" in line and _about(node, pattern, line):
                pod = node.scene.snapshot.get("Pod", space, pod_name)
                if pod is not None:
                    return node.scene.line(pod, container, number, previous=previous)
    return None


def _about(node: Node, pattern: re.Pattern[str], words: str) -> bool:
    match = pattern.search(words[:4000])
    return match is not None and match[1] in node.addresses


def _age(node: Node) -> tuple[str, str]:
    last = max((time for time in (node.heartbeat, node.renewed) if time), default=node.since)
    return lasting(node.scene.age(last)) if last else ("some time", "一段时间")


def _proofs(node: Node) -> list[Evidence]:
    proofs = [node.quote("Ready")]
    if node.renewed is not None:
        proofs.append(node.scene.field(node.lease, "spec", "renewTime"))
    elif node.heartbeat is not None:
        proofs.append(node.quote("Ready", "lastHeartbeatTime"))
    return proofs


def _kubelet_down(told: Silence) -> Finding:
    node = told.node
    affected = node.affected(node.since)
    end, end_zh = hit(len(affected))
    age, age_zh = _age(node)
    return node.finding(
        "NodeKubeletDown",
        confidence=proved(
            "the kubelet is silent while the machine still answers", "kubelet 无响应，而机器仍有响应", twice=True
        ),
        severity=Severity.CRITICAL,
        summary=Phrase(
            en=f"The kubelet of node {node.name} has been silent for {age}, while the machine itself still lives{end}",
            zh=f"节点 {node.name} 的 kubelet 已有 {age_zh}没有上报，而机器本身仍在运行{end_zh}",
        ),
        expected="the kubelet reports",
        actual=f"Ready: {node.status} ({node.message[:120]})",
        affected=affected,
        evidence=(*_proofs(node), *((told.alive,) if told.alive else ())),
        remedies=(
            Remedy(
                summary=Phrase(
                    en=f"On node {node.name}, read why the kubelet stopped (journalctl -u kubelet) and restart it "
                    "(systemctl restart kubelet)",
                    zh=f"在节点 {node.name} 上查看 kubelet 停止的原因（journalctl -u kubelet）"
                    "并重启（systemctl restart kubelet）",
                ),
                verify=f"kubectl get node {node.name}",
                expect=Phrase(en="STATUS Ready", zh="STATUS 为 Ready"),
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        since=node.since,
    )


def _together(lost: Sequence[Silence]) -> Iterator[list[Silence]]:
    """Group silent nodes of one zone or node group that fell silent at about the same time."""
    order = sorted(lost, key=lambda told: (told.node.group, told.node.since or told.node.scene.now, told.node.name))
    group: list[Silence] = []
    for told in order:
        last = group[-1].node if group else None
        near = (
            last is not None
            and last.group == told.node.group
            and told.node.group[1]
            and last.since is not None
            and told.node.since is not None
            and (told.node.since - last.since).total_seconds() <= TOGETHER_SECONDS
        )
        if group and not near:
            yield group
            group = []
        group.append(told)
    if group:
        yield group


def _unreachable(group: Sequence[Silence]) -> Finding:
    first = group[0]
    node, nodes = first.node, [told.node for told in group]
    affected = tuple({reach.ref: reach for each in nodes for reach in each.affected(each.since)}.values())
    end, end_zh = hit(len(affected))
    age, age_zh = _age(node)
    label, value = node.group
    if len(nodes) > 1:
        names = ", ".join(each.name for each in nodes[:3]) + (", …" if len(nodes) > 3 else "")
        alike = sum(each.group == node.group for each in node.fleet.nodes)
        place = "zone" if label.endswith("zone") else "node group"
        place_zh = "可用区" if label.endswith("zone") else "节点组"
        what = f"{len(nodes)} of {alike} nodes of {place} {value} ({names}) have"
        what_zh = f"{place_zh} {value} 的 {alike} 个节点中有 {len(nodes)} 个（{names}）"
    else:
        what, what_zh = f"Node {node.name} has", f"节点 {node.name} "
    dead = next((told.dead for told in group if told.dead), None)
    return node.finding(
        "NodeUnreachable",
        confidence=_sure(first, dead),
        severity=Severity.CRITICAL,
        summary=Phrase(
            en=f"{what} not reported for {age}: the machine is off, cut off or hung{end}",
            zh=f"{what_zh}已有 {age_zh}没有上报：机器已关机、断网或卡死{end_zh}",
        ),
        expected="the node reports",
        actual=f"Ready: {node.status} ({node.message[:120]})",
        affected=affected,
        chain=tuple(Reach(ref=each.ref, edge=Edge.SCHEDULING) for each in nodes[1:6]),
        evidence=(*_proofs(node), *((dead,) if dead else ())),
        remedies=_remedies(node),
        next_checks=() if first.off else (_rival(node),),
        since=node.since,
    )


def _sure(first: Silence, dead: Evidence | None) -> Confidence:
    if first.off:
        return proved("the cloud provider reports the machine as off", "云厂商报告该机器已关机", twice=True)
    if dead is not None:
        return matched("another component cannot reach the node either", "其他组件也无法连接该节点", value=0.8)
    return inferred(
        "the node gives no sign of life; whether only its kubelet stopped cannot be told from here",
        "该节点没有任何存活迹象；从这里无法判断是否只是 kubelet 停止",
        value=0.6,
    )


def _rival(node: Node) -> NextCheck:
    target = node.addresses[0] if node.addresses else node.name
    return NextCheck(
        command=f"ping -c 3 {target}",
        why=Phrase(
            en="whether the machine answers: if it does, only its kubelet is down",
            zh="机器是否有响应：若有，则只是 kubelet 停止",
        ),
    )


def _remedies(node: Node) -> tuple[Remedy, ...]:
    return (
        Remedy(
            summary=Phrase(
                en=f"Bring the machine of node {node.name} and its network back (power, provider's console, switch)",
                zh=f"恢复节点 {node.name} 的机器及其网络（电源、云控制台、交换机）",
            ),
            risk=Risk.NONE,
            who=Who.OUTSIDE,
        ),
        command(
            f"kubectl delete node {node.name}",
            summary=Phrase(
                en="When the machine is surely off and does not come back: remove the node, so that its pods and "
                "volumes move (two machines writing to one volume would damage it)",
                zh="确认机器已关机且不会恢复后：删除该节点，使其 Pod 和卷迁移（若两台机器同时写同一个卷会损坏数据）",
            ),
            verify="kubectl get nodes",
            expect=Phrase(en="the node is gone and its pods run elsewhere", zh="该节点消失，Pod 在其他节点运行"),
            risk=Risk.DATA,
            reversible=False,
            who=Who.CLUSTER_ADMIN,
        ),
    )
