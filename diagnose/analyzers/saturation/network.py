"""Time-outs that share one end: a node whose traffic is lost, or a pod."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass

from cluster.fields import Obj, condition, labels, mapping, name, namespace, objects, text
from cluster.snapshot import ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.saturation.said import Logs
from diagnose.complaints import Complaint, complaints
from diagnose.findings import Edge, Finding, NextCheck, Severity, Who, inferred
from diagnose.graph import selector_matches
from diagnose.places import locate
from diagnose.remedies import command
from diagnose.scene import Scene
from diagnose.state import pod_ready

_WORDS = ("timeout", "timed out", "etimedout", "no route to host", "unreachable", "deadline exceeded", "连接超时")
_LATE = ("deadline exceeded", "read timed out", "slow")
MIN_TARGETS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """One pod that gets no answer from one target. ``behind`` are the nodes of the target's pods."""

    complaint: Complaint
    node: str
    target: str
    service: Obj | None
    behind: frozenset[str]


def degraded(logs: Logs, busy: Set[str]) -> Iterator[Finding]:
    """Yield the node or pod that time-outs to several targets share; ``busy`` nodes explain theirs by their CPU."""
    scene = logs.scene
    found = list(_silences(logs))
    if len({entry.target for entry in found}) < MIN_TARGETS:
        return
    from_node: dict[str, list[Silence]] = {}
    to_node: dict[str, list[Silence]] = {}
    for entry in found:
        if entry.node:
            from_node.setdefault(entry.node, []).append(entry)
        if len(entry.behind) == 1:
            to_node.setdefault(next(iter(entry.behind)), []).append(entry)
    blamed: set[str] = set()
    for node, entries in sorted(from_node.items()):
        if node in busy or not _healthy(scene, node) or not _alone(scene, entries, found):
            continue
        if len({entry.target for entry in entries}) >= MIN_TARGETS:
            blamed.add(node)
            yield _from(scene, node, entries)
    for node, entries in sorted(to_node.items()):
        sources = {entry.node for entry in entries if entry.node != node}
        several = len({entry.target for entry in entries}) >= MIN_TARGETS
        if node in busy | blamed or sources <= blamed or not sources or not several or not _healthy(scene, node):
            continue
        if _reached_elsewhere(scene, node, found):
            yield _towards(scene, node, entries)


def _silences(logs: Logs) -> Iterator[Silence]:
    scene = logs.scene
    guarded = _guarded(scene)
    for container in logs.speaking(_WORDS):
        pod = container.pod
        if not text(pod, "spec", "nodeName") or _selected(pod, guarded):
            continue
        for complaint in complaints(scene, container):
            if complaint.code != "DependencyUnreachable" or complaint.variant != "timeout" or not complaint.host:
                continue
            place = locate(scene, pod, complaint.host)
            if place.kind in {"missing", "own", "unread"}:
                continue
            pods = scene.graph.pods_of_service(place.obj) if place.kind == "service" and place.obj else ()
            if any(_selected(entry, guarded) for entry in pods):
                continue
            if place.kind == "service" and not any(pod_ready(entry) for entry in pods):
                continue  # nobody is there to answer: no matter of the network
            yield Silence(
                complaint=complaint,
                node=text(pod, "spec", "nodeName"),
                target=f"{place.service}.{place.space}" if place.service else complaint.host,
                service=place.obj if place.kind == "service" else None,
                behind=frozenset(text(entry, "spec", "nodeName") for entry in pods if pod_ready(entry)),
            )


def _guarded(scene: Scene) -> Mapping[str, list[Obj]]:
    """Return the network policies by namespace: what they select may be cut off on purpose."""
    found: dict[str, list[Obj]] = {}
    for policy in scene.snapshot.all("NetworkPolicy"):
        found.setdefault(namespace(policy), []).append(policy)
    return found


def _selected(pod: Obj, guarded: Mapping[str, list[Obj]]) -> bool:
    policies = guarded.get(namespace(pod), ())
    carried = labels(pod, "metadata", "labels") if policies else {}
    return any(selector_matches(mapping(policy, "spec", "podSelector"), carried) for policy in policies)


def _healthy(scene: Scene, node: str) -> bool:
    """Say whether a node reports itself as ready: else its own finding explains the silence."""
    known = scene.snapshot.get("Node", "", node)
    return known is None or condition(known, "Ready").get("status") == "True"


def _alone(scene: Scene, entries: list[Silence], found: list[Silence]) -> bool:
    """Say whether a pod of one of these workloads runs well elsewhere and does not complain."""
    silent = {id(entry.complaint.pod) for entry in found}
    here = {entry.node for entry in entries}
    for entry in entries:
        holder = scene.graph.holder(entry.complaint.pod)
        for pod in scene.graph.pods_of(holder):
            away = text(pod, "spec", "nodeName") not in here | {""}
            if away and pod_ready(pod) and id(pod) not in silent and _read(scene, pod):
                return True
    return False


def _read(scene: Scene, pod: Obj) -> bool:
    return any(scene.snapshot.log(pod, text(entry, "name")) for entry in objects(pod, "spec", "containers"))


def _reached_elsewhere(scene: Scene, node: str, found: list[Silence]) -> bool:
    """Say whether all time-outs lead to this node: others would have another cause."""
    return all(entry.behind == {node} for entry in found if entry.service is not None) and bool(
        scene.snapshot.get("Node", "", node)
    )


def _from(scene: Scene, node: str, entries: list[Silence]) -> Finding:
    pods = {id(entry.complaint.pod): entry.complaint.pod for entry in entries}
    targets = sorted({entry.target for entry in entries})
    others = [
        pod
        for pod in scene.live_pods
        if text(pod, "spec", "nodeName") == node and id(pod) not in pods and pod_ready(pod) and _read(scene, pod)
    ]
    single = len(pods) == 1 and bool(others)
    only = next(iter(pods.values()))
    owner = scene.holder_ref(only)
    shown = ", ".join(targets[:3])
    where = (
        Phrase(
            en=f"One pod of {owner.kind} {owner.name} on node {node}",
            zh=f"{owner.kind} {owner.name} 在节点 {node} 上的一个 Pod",
        )
        if single
        else Phrase(en=f"Pods on node {node}", zh=f"节点 {node} 上的 Pod")
    )
    return _finding(
        scene,
        ref_of(only) if single else _node(scene, node),
        entries,
        list(pods.values()),
        Phrase(
            en=f"{where.en} get no answer in time from {shown}, while pods of the same workload on other nodes do",
            zh=f"{where.zh} 访问 {shown} 超时，而同一工作负载在其他节点上的 Pod 正常",
        ),
        node,
    )


def _towards(scene: Scene, node: str, entries: list[Silence]) -> Finding:
    targets = sorted({entry.target for entry in entries})
    pods = {id(entry.complaint.pod): entry.complaint.pod for entry in entries}
    behind = [pod for entry in entries if entry.service for pod in scene.graph.pods_of_service(entry.service)]
    shown = ", ".join(targets[:3])
    return _finding(
        scene,
        _node(scene, node),
        entries,
        [*pods.values(), *behind],
        Phrase(
            en=f"Callers on other nodes get no answer in time from {shown}, and what they call runs on node {node}",
            zh=f"其他节点上的调用方访问 {shown} 超时，而这些服务都运行在节点 {node} 上",
        ),
        node,
    )


def _node(scene: Scene, node: str) -> ObjectRef:
    known = scene.snapshot.get("Node", "", node)
    return ref_of(known) if known is not None else ObjectRef(kind="Node", name=node)


def _finding(
    scene: Scene, about: ObjectRef, entries: list[Silence], pods: list[Obj], summary: Phrase, node: str
) -> Finding:
    said = " ".join(entry.complaint.item.text.lower()[:400] for entry in entries)
    late = any(word in said for word in _LATE)
    times = [entry.complaint.since for entry in entries if entry.complaint.since]
    lines = tuple(dict.fromkeys(entry.complaint.line for entry in entries))
    matrix = "; ".join(
        sorted({f"{name(scene.graph.holder(entry.complaint.pod))}@{entry.node} -> {entry.target}" for entry in entries})
    )
    return Finding(
        code="NetworkDegraded",
        variant="latency" if late else "loss",
        severity=Severity.MEDIUM,
        confidence=inferred(
            "time-outs to several targets share this end; the network itself was not measured",
            "对多个目标的超时都与此处有关；网络本身没有测量数据",
            value=0.5,
        ),
        object=about,
        affected=scene.reach_pods(list({id(pod): pod for pod in pods}.values()), Edge.SCHEDULING),
        summary=summary,
        expected="answers in time",
        actual=matrix[:300],
        evidence=lines[:4],
        remedies=(
            command(
                f"kubectl cordon {node}",
                summary=Phrase(
                    en=f"Keep new pods off node {node}, then delete the pods that time out so that they move",
                    zh=f"不再向节点 {node} 调度新 Pod，然后删除超时的 Pod 使其迁移",
                ),
                verify=f"kubectl get node {node}",
                expect=Phrase(en="SchedulingDisabled", zh="显示 SchedulingDisabled"),
                undo=f"kubectl uncordon {node}",
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl get pods -A -o wide --field-selector spec.nodeName={node}",
                why=Phrase(
                    en="whether the network plugin's pod on that node is well", zh="该节点上的网络插件 Pod 是否正常"
                ),
            ),
        ),
        since=min(times, default=None),
    )
