"""Components of the control plane that do not work: by their pods, their leases, or what they leave undone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cluster.fields import Obj, condition, dig, labels, moment, name, objects, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.nodes.view import Fleet, Node, lasting
from diagnose.findings import (
    Confidence,
    Edge,
    Finding,
    NextCheck,
    Reach,
    Remedy,
    Severity,
    Who,
    inferred,
    matched,
    proved,
)
from diagnose.scene import Scene
from diagnose.state import pod_ready

SPACE = "kube-system"
COMPONENTS = ("kube-controller-manager", "kube-apiserver", "etcd", "cloud-controller-manager")
_LEASED = frozenset({"kube-controller-manager", "cloud-controller-manager"})
_ETCD = re.compile(r"etcdserver: (?:request timed out|no leader|mvcc: database space exceeded|leader changed)")
_UNINITIALIZED = "node.cloudprovider.kubernetes.io/uninitialized"
_DOES = {
    "kube-controller-manager": ("makes and replaces pods", "创建和替换 Pod"),
    "kube-apiserver": ("answers all requests to the cluster", "响应对集群的所有请求"),
    "etcd": ("keeps the state of the cluster", "保存集群状态"),
    "cloud-controller-manager": ("sets up nodes and load balancers", "初始化节点和负载均衡"),
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What is seen of one component: its pods, its lease, and what it leaves undone with whom that hits."""

    component: str
    ready: Sequence[Obj]
    down: Sequence[Obj]
    lease: Obj | None
    stale: bool
    fresh: bool
    effects: Sequence[tuple[Evidence, Reach | None]]


def control_plane(fleet: Fleet) -> Iterator[Finding]:
    """Yield a finding for each component that is down, in part or whole."""
    for component in COMPONENTS:
        reading = _read(fleet, component)
        if reading.fresh and not reading.down:
            continue
        alone = reading.stale or (bool(reading.effects) and not reading.ready)
        if reading.down or alone or (component == "etcd" and reading.effects):
            yield _finding(fleet.scene, reading)


def _read(fleet: Fleet, component: str) -> Reading:
    scene = fleet.scene
    silent = {node.name for node in fleet.nodes if node.status != "True"}
    ready: list[Obj] = []
    down: list[Obj] = []
    for pod in scene.snapshot.all("Pod", SPACE):
        if not _belongs(pod, component) or text(pod, "metadata", "deletionTimestamp"):
            continue
        if pod_ready(pod):
            ready.append(pod)
        elif text(pod, "spec", "nodeName") not in silent and _settled(scene, pod):
            down.append(pod)  # on a silent node the node's finding says why
    lease = scene.snapshot.get("Lease", SPACE, component) if component in _LEASED else None
    renewed = moment(lease, "spec", "renewTime")
    age = scene.age(renewed) if renewed else None
    effects: list[tuple[Evidence, Reach | None]] = []
    if component == "kube-controller-manager":
        effects = [*_unmade(scene), *_bare_namespaces(scene)]
    elif component == "cloud-controller-manager":
        effects = list(_uninitialized(fleet.nodes))
    elif component == "etcd":
        effects = list(_etcd_says(scene))
    return Reading(
        component=component,
        ready=ready,
        down=down,
        lease=lease,
        stale=age is not None and age > scene.numbers.lease_stale_seconds,
        fresh=age is not None and age <= scene.numbers.lease_stale_seconds,
        effects=effects,
    )


def _belongs(pod: Obj, component: str) -> bool:
    marks = labels(pod, "metadata", "labels")
    if component in {marks.get("component"), marks.get("k8s-app"), marks.get("app.kubernetes.io/name")}:
        return True
    mirror = "kubernetes.io/config.mirror" in labels(pod, "metadata", "annotations")
    return mirror and name(pod).startswith(f"{component}-")


def _settled(scene: Scene, pod: Obj) -> bool:
    """Say whether a pod has been unready for longer than a restart takes."""
    turned = moment(condition(pod, "Ready"), "lastTransitionTime") or moment(pod, "metadata", "creationTimestamp")
    return turned is not None and scene.age(turned) > scene.numbers.observed_lag_seconds


def _unmade(scene: Scene) -> Iterator[tuple[Evidence, Reach | None]]:
    """Yield Deployments that nobody has acted on: no ReplicaSet at all, or an older generation observed."""
    lag = scene.numbers.observed_lag_seconds
    for entry in scene.snapshot.all("Deployment"):
        born = moment(entry, "metadata", "creationTimestamp")
        seen, wanted = whole(entry, "status", "observedGeneration"), whole(entry, "metadata", "generation")
        if born is None or text(entry, "metadata", "deletionTimestamp") or seen >= wanted or wanted < 1:
            continue
        if not isinstance(dig(entry, "status", "observedGeneration"), int | None):
            continue
        written = [moment(field, "time") for field in objects(entry, "metadata", "managedFields")]
        changed = max((time for time in written if time), default=None)
        # A status that nobody ever wrote proves it by itself; a ReplicaSet disproves it.
        new = not seen and not scene.graph.children(entry)
        since = born if new else changed
        if since is not None and scene.age(since) > lag:
            yield (
                scene.field(entry, "status", "observedGeneration"),
                Reach(ref=ref_of(entry), edge=Edge.POLICY),
            )


def _bare_namespaces(scene: Scene) -> Iterator[tuple[Evidence, Reach | None]]:
    """Yield the proof for namespaces that lack the account which each gets at once."""
    for entry in scene.snapshot.all("Namespace"):
        born = moment(entry, "metadata", "creationTimestamp")
        if born is None or text(entry, "status", "phase") != "Active" or scene.age(born) <= 60:
            continue
        if scene.snapshot.absent("ServiceAccount", name(entry), "default"):
            yield scene.absence("ServiceAccount", name(entry), "default"), None


def _uninitialized(nodes: Sequence[Node]) -> Iterator[tuple[Evidence, Reach | None]]:
    for node in nodes:
        if node.scene.created_age(node.obj) <= 180:
            continue
        for index, taint in enumerate(objects(node.obj, "spec", "taints")):
            key = node.scene.field(node.obj, "spec", "taints", index, "key")
            if text(taint, "key") == _UNINITIALIZED == key.quote:
                pods = tuple(node.scene.reach_pods(node.kept_away(), Edge.SCHEDULING))
                yield key, pods[0] if pods else None


def _etcd_says(scene: Scene) -> Iterator[tuple[Evidence, Reach | None]]:
    """Yield what requests were told about the store, when it was told twice and lately, with whom they were about."""
    found = [event for event in scene.snapshot.iter_events() if _ETCD.search(event.message[:2000])]
    lately = [event for event in found if scene.age(event.last) <= scene.numbers.restart_window_seconds]
    if sum(event.count for event in lately) >= 2:
        yield from ((scene.event(event), Reach(ref=event.ref, edge=Edge.POLICY)) for event in lately[:2])


def _finding(scene: Scene, reading: Reading) -> Finding:
    component, total = reading.component, len(reading.ready) + len(reading.down)
    serves = (bool(reading.ready) and not reading.stale) or reading.fresh
    proofs: list[Evidence] = [_unready(scene, pod) for pod in reading.down[:1]]
    if reading.lease is not None and reading.stale:
        proofs.append(scene.field(reading.lease, "spec", "renewTime"))
    proofs += [evidence for evidence, _ in reading.effects[:2]]
    affected = {reach.ref: reach for pod in reading.down for reach in scene.reach_pods([pod])}
    affected.update({reach.ref: reach for _, reach in reading.effects if reach is not None})
    state, state_zh = _state(scene, reading, total)
    does, does_zh = _DOES[component]
    undone = [reach.ref for _, reach in reading.effects if reach is not None and reach.ref.kind == "Deployment"]
    undone = undone if component == "kube-controller-manager" else []
    tail = f"; nobody has acted on Deployment {undone[0].name} yet" if undone else ""
    tail_zh = f"；Deployment {undone[0].name} 至今没有被处理" if undone else ""
    return Finding(
        code="ControlPlaneComponentDown",
        variant=component,
        severity=Severity.MEDIUM if serves else Severity.CRITICAL,
        confidence=_sure(reading),
        object=_object(reading),
        part=component,
        affected=tuple(affected.values()),
        summary=Phrase(
            en=f"{component}, which {does}, {state}{tail}",
            zh=f"{does_zh}的 {component} {state_zh}{tail_zh}",
        ),
        expected=f"{component} works",
        actual=f"{len(reading.ready)} of {total} pods Ready" if total else "its work is not done",
        evidence=tuple(entry for entry in proofs if entry.quote)[:4],
        remedies=(_repair(reading),),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {SPACE} logs pod/{name(reading.down[0])} --tail=50"
                if reading.down
                else f"kubectl -n {SPACE} get pods,leases -o wide",
                why=Phrase(en="what the component says", zh="该组件的日志或状态"),
            ),
        ),
        since=moment(condition(reading.down[0], "Ready"), "lastTransitionTime") if reading.down else None,
    )


def _unready(scene: Scene, pod: Obj) -> Evidence:
    """Quote the conditions of a pod, or what is left of its status."""
    told = scene.field(pod, "status", "conditions")
    return told if told.quote else scene.field(pod, "status")


def _state(scene: Scene, reading: Reading, total: int) -> tuple[str, str]:
    if reading.down and reading.ready:
        return (
            f"is not ready in {len(reading.down)} of {total} places",
            f"在 {total} 处中有 {len(reading.down)} 处未就绪",
        )
    if reading.down:
        return "is not ready", "未就绪"
    if reading.stale:
        age, age_zh = lasting(scene.age(moment(reading.lease, "spec", "renewTime")))
        holder = text(reading.lease, "spec", "holderIdentity").partition("_")[0]
        by, by_zh = (f" (last by {holder})", f"（上次由 {holder} 续约）") if holder else ("", "")
        return f"has not renewed its lease for {age}{by}", f"已有 {age_zh}没有续约其租约{by_zh}"
    if reading.component == "etcd":
        return "answers requests with errors", "以错误响应请求"
    return "does not do its work", "没有履行职责"


def _sure(reading: Reading) -> Confidence:
    if reading.down or reading.stale:
        return proved(
            "the state of its pods or of its lease",
            "其 Pod 或租约的状态",
            twice=bool(reading.effects) or bool(reading.down and reading.stale),
        )
    if reading.component == "etcd":
        return matched("the API server's own answers to requests say so", "API 服务器对请求的回答如此说明")
    return inferred(
        "only seen by what it leaves undone; its pods and lease were not read",
        "仅从未完成的工作推断；未能读取其 Pod 和租约",
        value=0.55,
    )


def _object(reading: Reading) -> ObjectRef:
    if reading.down:
        return ref_of(reading.down[0])
    if reading.lease is not None:
        return ref_of(reading.lease)
    return ObjectRef(kind="Namespace", name=SPACE)


def _repair(reading: Reading) -> Remedy:
    component = reading.component
    if component == "etcd" and any("space exceeded" in entry.quote for entry, _ in reading.effects):
        summary = Phrase(
            en="Compact and defragment etcd, then clear its alarm (etcdctl compact, defrag, alarm disarm), or raise "
            "its quota",
            zh="压缩并整理 etcd 后解除告警（etcdctl compact、defrag、alarm disarm），或提高其配额",
        )
    else:
        summary = Phrase(
            en=f"On the control plane's machine, read the container's log (crictl logs) and check the manifest of "
            f"{component} in /etc/kubernetes/manifests; on a managed cluster ask its provider",
            zh=f"在控制面机器上查看该容器日志（crictl logs），并检查 /etc/kubernetes/manifests 中 {component} 的清单；"
            "托管集群请联系服务商",
        )
    return Remedy(
        summary=summary,
        verify=f"kubectl -n {SPACE} get pods -l component={component}",
        expect=Phrase(en="all pods 1/1 Running", zh="所有 Pod 均为 1/1 Running"),
        who=Who.CLUSTER_ADMIN,
    )
