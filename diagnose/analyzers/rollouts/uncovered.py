"""DaemonSets without a working pod on nodes that need one."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj, condition, labels, name, namespace, numbered, objects, strings, text, whole
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.findings import Edge, Finding, NextCheck, Observation, Reach, Remedy, Risk, Role, proved
from diagnose.graph import Template, template_of
from diagnose.remedies import command, in_application, template_patch
from diagnose.scene import Scene
from diagnose.state import read_workload

_NETWORK = re.compile(
    r"cni plugin not initialized|network plugin is not ready|failed to (?:set ?up|setup) network"
    r"|no networks found in /etc/cni|failed to find plugin",
    re.IGNORECASE,
)
_DRIVER = re.compile(r"driver name ([a-z0-9.-]{1,100}) not found in the list of registered CSI drivers", re.IGNORECASE)
_NETWORK_PATH = "/etc/cni/net.d"
_DRIVER_PATH = "/var/lib/kubelet/plugins_registry"
_BUILT_IN = (
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
    ("node.kubernetes.io/network-unavailable", "NoSchedule"),
)
"""Taints that every DaemonSet pod is made to tolerate."""


def nodes_uncovered(scene: Scene, workload: Obj) -> Iterator[Observation]:
    """Yield one finding for the nodes on which a DaemonSet's pods are wanted and do not run."""
    template = template_of(workload)
    if template is None:
        return
    covered = _covered(scene, workload)
    gaps = list(_excluded(scene, template, covered))
    if gaps:
        yield _missing_agent(scene, workload, gaps)
        return
    reading = read_workload(scene, workload)
    if reading.wanted == 0 or not reading.observed:
        return
    lacking = reading.wanted - whole(workload, "status", "currentNumberScheduled")
    waiting = [pod for pod in scene.graph.pods_of(workload) if _waits(scene, pod)]
    if lacking > 0 or (waiting and reading.ready < reading.wanted):
        yield _short(scene, workload, max(lacking, 0), waiting)


def _covered(scene: Scene, workload: Obj) -> set[str]:
    return {text(pod, "spec", "nodeName") or _pinned(pod) for pod in scene.graph.pods_of(workload)}


def _pinned(pod: Obj) -> str:
    """Return the node that a DaemonSet's pod is made for: its affinity names it."""
    terms = objects(
        pod, "spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"
    )
    for term in terms:
        for entry in objects(term, "matchFields"):
            if text(entry, "key") == "metadata.name":
                return next(iter(strings(entry, "values")), "")
    return ""


def _waits(scene: Scene, pod: Obj) -> bool:
    young = scene.created_age(pod) <= scene.numbers.schedule_grace_seconds
    return text(pod, "status", "phase") == "Pending" and not text(pod, "spec", "nodeName") and not young


# -- wanted by the controller, and not there


def _short(scene: Scene, workload: Obj, lacking: int, waiting: list[Obj]) -> Finding:
    nodes = [node for pod in waiting if (node := _pinned(pod))]
    shown = f" ({', '.join(nodes[:3])}{', …' if len(nodes) > 3 else ''})" if nodes else ""
    count = max(lacking, len(waiting))
    wanted = whole(workload, "status", "desiredNumberScheduled")
    ref = ref_of(workload)
    return Finding(
        code="DaemonSetNodesUncovered",
        role=Role.SYMPTOM,
        confidence=proved("the DaemonSet's own numbers say so", "DaemonSet 自身的数值写明"),
        object=ref,
        affected=(*scene.reach_pods(waiting), Reach(ref=ref, edge=Edge.OWNER)),
        summary=Phrase(
            en=f"DaemonSet {name(workload)} has no working pod on {count} of {wanted} nodes{shown}",
            zh=f"DaemonSet {name(workload)} 在 {wanted} 个节点中的 {count} 个上没有正常运行的 Pod{shown}",
        ),
        expected=f"desiredNumberScheduled {wanted}",
        actual=f"currentNumberScheduled {whole(workload, 'status', 'currentNumberScheduled')}, "
        f"numberReady {whole(workload, 'status', 'numberReady')}",
        evidence=(
            scene.field(workload, "status", "desiredNumberScheduled"),
            scene.field(workload, "status", "currentNumberScheduled"),
            scene.field(workload, "status", "numberReady"),
        ),
        remedies=(
            in_application(
                Phrase(
                    en="Remove what keeps its pods from these nodes: room, taints, labels or a refusal",
                    zh="消除 Pod 无法进入这些节点的原因：资源、污点、标签或拒绝创建",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe {ref.slug}",
                why=Phrase(en="its events say what keeps the pods away", zh="其事件会说明 Pod 为何无法创建"),
            ),
        ),
    )


# -- left out of a node on which pods fail for want of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A node without the agent: why it is left out, and the pod that fails there for want of it.

    ``at`` is the index of the taint that keeps it away, -1 where the labels of ``selector`` are missing instead.
    """

    node: Obj
    taint: Obj
    at: int
    selector: dict[str, str]
    pod: Obj
    event: Event


def _excluded(scene: Scene, template: Template, covered: set[str]) -> Iterator[Gap]:
    """Yield the nodes that a network or storage agent leaves out while pods fail on them for want of it."""
    mounts = {text(volume, "hostPath", "path").rstrip("/") for volume in objects(template.spec, "volumes")}
    if not mounts & {_NETWORK_PATH, _DRIVER_PATH, f"{_DRIVER_PATH}/"}:
        return
    victims = _victims(scene, template, mounts)
    for node in scene.snapshot.all("Node") if victims else ():
        if name(node) in covered or name(node) not in victims:
            continue
        if condition(node, "Ready").get("status") == "Unknown":
            continue
        found = _untolerated(node, template)
        selector = {
            key: value
            for key, value in labels(template.spec, "nodeSelector").items()
            if labels(node, "metadata", "labels").get(key) != value
        }
        if found or selector:
            pod, event = victims[name(node)]
            at, taint = found or (-1, {})
            yield Gap(node=node, taint=taint, at=at, selector={} if found else selector, pod=pod, event=event)


def _victims(scene: Scene, template: Template, mounts: set[str]) -> dict[str, tuple[Obj, Event]]:
    """Return by node a pod that fails for want of this agent: of the network, or of the storage driver it registers."""
    words = " ".join(
        word
        for container in objects(template.spec, "containers")
        for word in (text(container, "image"), *strings(container, "args"), *strings(container, "command"))
    )
    found: dict[str, tuple[Obj, Event]] = {}
    for pod in scene.live_pods:
        for event in scene.snapshot.events(pod):
            driver = _DRIVER.search(event.message)
            network = _NETWORK_PATH in mounts and _NETWORK.search(event.message)
            if network or (driver and _DRIVER_PATH in mounts and driver[1] in words):
                found.setdefault(text(pod, "spec", "nodeName"), (pod, event))
    return found


def _untolerated(node: Obj, template: Template) -> tuple[int, Obj] | None:
    """Return the first taint of a node that keeps the DaemonSet's pods away."""
    tolerations = objects(template.spec, "tolerations")
    for index, taint in numbered(node, "spec", "taints"):
        key, effect = text(taint, "key"), text(taint, "effect")
        if effect == "PreferNoSchedule" or (key, effect) in _BUILT_IN:
            continue
        if not any(_tolerates(entry, taint) for entry in tolerations):
            return index, taint
    return None


def _tolerates(toleration: Obj, taint: Obj) -> bool:
    if text(toleration, "effect") not in {"", text(taint, "effect")}:
        return False
    if text(toleration, "operator") == "Exists":
        return text(toleration, "key") in {"", text(taint, "key")}
    return text(toleration, "key") == text(taint, "key") and text(toleration, "value") == text(taint, "value")


def _missing_agent(scene: Scene, workload: Obj, gaps: list[Gap]) -> Finding:
    first = gaps[0]
    nodes = ", ".join(name(gap.node) for gap in gaps[:3]) + (", …" if len(gaps) > 3 else "")
    if first.at >= 0:
        why = f"it does not tolerate the taint {_written(first.taint)}"
        why_zh = f"未容忍污点 {_written(first.taint)}"
        where: Evidence = scene.field(first.node, "spec", "taints", first.at)
    else:
        pairs = ",".join(f"{key}={value}" for key, value in first.selector.items())
        why, why_zh = f"the label {pairs}, which it asks for, is missing", f"缺少标签 {pairs}"
        template = template_of(workload)
        where = scene.field(workload, *(template.spec_path if template else ("spec",)), "nodeSelector")
    return Finding(
        code="DaemonSetNodesUncovered",
        role=Role.ROOT,
        confidence=proved(
            "the rule that leaves the node out and the failing pod were read",
            "已读取排除节点的规则和失败的 Pod",
            twice=True,
        ),
        object=ref_of(workload),
        part="nodes",
        affected=(
            *scene.reach_pods([gap.pod for gap in gaps], Edge.SCHEDULING),
            *(Reach(ref=ObjectRef(kind="Node", name=name(gap.node)), edge=Edge.SCHEDULING) for gap in gaps),
        ),
        summary=Phrase(
            en=f"Pods on node {nodes} fail for want of DaemonSet {name(workload)}, which does not run there: {why}",
            zh=f"节点 {nodes} 上的 Pod 因缺少 DaemonSet {name(workload)} 而失败，它没有在那里运行：{why_zh}",
        ),
        expected=f"a pod of {name(workload)} on {nodes}",
        actual=why,
        evidence=(where, scene.event(first.event)),
        remedies=(_reach(scene, workload, first),),
    )


def _written(taint: Obj) -> str:
    value = f"={text(taint, 'value')}" if text(taint, "value") else ""
    return f"{text(taint, 'key')}{value}:{text(taint, 'effect')}"


def _reach(scene: Scene, workload: Obj, gap: Gap) -> Remedy:
    if gap.at < 0:
        key, value = next(iter(gap.selector.items()))
        return command(
            f"kubectl label node {name(gap.node)} {key}={value}",
            summary=Phrase(
                en="Give the node the label that the DaemonSet asks for", zh="给节点加上 DaemonSet 要求的标签"
            ),
            verify=f"kubectl -n {namespace(workload)} get {ref_of(workload).slug}",
            expect=Phrase(en="one more pod is ready", zh="多出一个就绪的 Pod"),
            undo=f"kubectl label node {name(gap.node)} {key}-",
            risk=Risk.NONE,
        )
    template = template_of(workload)
    kept = [dict(entry) for entry in objects(template.spec, "tolerations")] if template else []
    entry = {"key": text(gap.taint, "key"), "effect": text(gap.taint, "effect")}
    value = text(gap.taint, "value")
    entry |= {"operator": "Equal", "value": value} if value else {"operator": "Exists"}
    return template_patch(
        scene,
        workload,
        {"tolerations": [*kept, entry]},
        summary=Phrase(en=f"Tolerate the taint {_written(gap.taint)}", zh=f"容忍污点 {_written(gap.taint)}"),
    )
