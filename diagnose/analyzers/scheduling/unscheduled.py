"""Pods that the scheduler has not judged: gated, of an unknown scheduler, bound to a node that is gone, or unheard."""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, labels, moment, name, numbered, objects, text
from cluster.names import closest
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.scheduling.shape import condition_index
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Remedy,
    Role,
    Severity,
    Who,
    inferred,
    proved,
)
from diagnose.remedies import command, in_application, template_patch
from diagnose.scene import Scene
from diagnose.state import pod_ready

GATE_GRACE_SECONDS = 300
SILENCE_SECONDS = 120
GONE_SECONDS = 60
"""A pod of a node that was just deleted is cleaned up within about 40 s."""
DEFAULT_SCHEDULER = "default-scheduler"


def gated(scene: Scene, pod: Obj) -> Iterator[Observation]:
    """Report a pod that its scheduling gates hold back."""
    gates = [text(gate, "name") for gate in objects(pod, "spec", "schedulingGates")]
    names = ", ".join(filter(None, gates))
    holder = scene.holder_ref(pod)
    born = moment(pod, "metadata", "creationTimestamp")
    if born and scene.age(born) < GATE_GRACE_SECONDS:
        yield InProgress(
            object=holder,
            reason=Phrase(en=f"held back by the scheduling gate {names}", zh=f"被调度门控 {names} 暂缓"),
            until=born + timedelta(seconds=GATE_GRACE_SECONDS),
        )
        return
    index = condition_index(pod, "PodScheduled")
    said = (scene.field(pod, "status", "conditions", index, "reason"),) if index is not None else ()
    owner = next(iter(gates), "").partition("/")[0]
    yield Finding(
        code="SchedulingGated",
        severity=Severity.LOW,
        confidence=proved("the pod carries the gate", "Pod 带有该门控", twice=bool(said)),
        object=holder,
        part=names,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{_pod_of(holder)} is held back on purpose by the scheduling gate {names}; its controller has not "
            "let it go yet",
            zh=f"{holder.kind} {holder.name}{'' if holder.kind == 'Pod' else ' 的 Pod'} 被调度门控 {names} 有意暂缓，"
            "其控制器尚未放行",
        ),
        expected="spec.schedulingGates: <unset>",
        actual=f"spec.schedulingGates: {names}",
        evidence=(scene.field(pod, "spec", "schedulingGates"), *said),
        remedies=(
            in_application(
                Phrase(
                    en=f"Ask the controller that owns {owner or 'the gate'} (a queue, a quota) why it holds the pod",
                    zh=f"向负责 {owner or '该门控'} 的控制器（如队列、配额）查询为何暂缓",
                )
            ),
        ),
        since=born,
    )


def assigned_node_missing(scene: Scene, pod: Obj) -> Finding | None:
    """Report a pod that is bound to a node which does not exist; one that a kubelet has taken in was on a node."""
    node = text(pod, "spec", "nodeName")
    if text(pod, "status", "startTime"):
        return None
    if not scene.snapshot.absent("Node", "", node) or scene.created_age(pod) < GONE_SECONDS:
        return None
    near = tuple(closest(node, (name(entry) for entry in scene.snapshot.all("Node"))))
    holder = scene.holder_ref(pod)
    return Finding(
        code="AssignedNodeMissing",
        confidence=proved(
            "the pod names a node that the complete list of nodes does not hold",
            "完整的节点列表中没有该节点",
            twice=True,
        ),
        object=holder,
        part=node,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{holder.kind} {holder.name} is bound to the node {node}, which does not exist"
            + (f"; there is {near[0]}" if near else ""),
            zh=f"{holder.kind} {holder.name} 被绑定到不存在的节点 {node}" + (f"；存在的是 {near[0]}" if near else ""),
        ),
        expected=f"node {near[0]}" if near else "a node that exists",
        actual=f"spec.nodeName: {node}",
        near=near,
        evidence=(scene.field(pod, "spec", "nodeName"), scene.absence("Node", "", node)),
        remedies=(
            template_patch(
                scene,
                pod,
                {"nodeName": None},
                summary=Phrase(en="Drop nodeName and let the scheduler choose", zh="去掉 nodeName，由调度器选择节点"),
            ),
        ),
        since=moment(pod, "metadata", "creationTimestamp"),
    )


def unheard(scene: Scene, pod: Obj) -> Iterator[Observation]:
    """Judge a pending pod of which no scheduler has said anything."""
    born = moment(pod, "metadata", "creationTimestamp")
    asked = text(pod, "spec", "schedulerName") or DEFAULT_SCHEDULER
    holder = scene.holder_ref(pod)
    if scene.latest(pod, "FailedScheduling"):
        return
    if born and scene.age(born) < SILENCE_SECONDS:
        yield InProgress(
            object=holder,
            reason=Phrase(en="waiting for the scheduler", zh="等待调度器"),
            until=born + timedelta(seconds=SILENCE_SECONDS),
        )
        return
    if asked != DEFAULT_SCHEDULER:
        if not _runs(scene, asked):
            yield _unknown_scheduler(scene, pod, asked, holder)
            return
    elif (dead := _scheduler_dead(scene)) is not None:
        yield _scheduler_down(scene, pod, *dead)
        return
    yield _silent(scene, pod, asked, holder)


def _runs(scene: Scene, asked: str) -> bool:
    """Say whether a scheduler of that name reports anything or looks like a workload here."""
    if any(event.component == asked for event in scene.snapshot.iter_events()):
        return True
    return any(
        asked in {name(entry), labels(entry, "metadata", "labels").get("app", "")}
        for kind in ("Deployment", "DaemonSet", "StatefulSet", "Pod", "Lease")
        for entry in scene.snapshot.all(kind)
    )


def _schedulers(scene: Scene) -> list[str]:
    seen = {
        event.component for event in scene.snapshot.iter_events() if event.reason in {"Scheduled", "FailedScheduling"}
    }
    seen |= {
        text(pod, "spec", "schedulerName")
        for pod in scene.snapshot.all("Pod")
        if text(pod, "spec", "nodeName") and text(pod, "status", "phase") == "Running"
    }
    return sorted(seen - {""})


def _unknown_scheduler(scene: Scene, pod: Obj, asked: str, holder: ObjectRef) -> Finding:
    known = _schedulers(scene)
    near = tuple(closest(asked, known)) or tuple(known[:3])
    value = near[0] if near else DEFAULT_SCHEDULER
    return Finding(
        code="SchedulerNameUnknown",
        confidence=proved("no event, lease or workload bears that name", "没有任何事件、租约或工作负载使用该名称"),
        object=holder,
        part=asked,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{holder.kind} {holder.name} waits for a scheduler named {asked}, which nobody runs here",
            zh=f"{holder.kind} {holder.name} 在等待名为 {asked} 的调度器，而这里没有运行它",
        ),
        expected=f"spec.schedulerName: {value}",
        actual=f"spec.schedulerName: {asked}",
        near=near,
        evidence=(scene.field(pod, "spec", "schedulerName"), scene.field(pod, "status", "phase")),
        remedies=(
            template_patch(
                scene,
                pod,
                {"schedulerName": value},
                summary=Phrase(en=f"Use the scheduler {value}", zh=f"使用调度器 {value}"),
            ),
        ),
        since=moment(pod, "metadata", "creationTimestamp"),
    )


def _scheduler_dead(scene: Scene) -> tuple[Obj, Evidence, Phrase] | None:
    """Return what shows that the default scheduler does not work: its pod or its lease, the proof and the words."""
    for pod in scene.snapshot.all("Pod", "kube-system"):
        if labels(pod, "metadata", "labels").get("component") == "kube-scheduler" and not pod_ready(pod):
            for index, entry in numbered(pod, "status", "conditions"):
                if text(entry, "type") == "Ready":
                    return (
                        pod,
                        scene.field(pod, "status", "conditions", index, "status"),
                        Phrase(en="its pod is not ready", zh="其 Pod 未就绪"),
                    )
            return pod, scene.field(pod, "status", "phase"), Phrase(en="its pod is not ready", zh="其 Pod 未就绪")
    lease = scene.snapshot.get("Lease", "kube-system", "kube-scheduler")
    renewed = moment(lease, "spec", "renewTime") if lease else None
    if lease is not None and renewed and scene.age(renewed) > scene.numbers.lease_stale_seconds:
        age = int(scene.age(renewed))
        return (
            lease,
            scene.field(lease, "spec", "renewTime"),
            Phrase(en=f"it last renewed its lease {age} s ago", zh=f"上次续租在 {age} 秒前"),
        )
    return None


def _scheduler_down(scene: Scene, pod: Obj, at_fault: Obj, proof: Evidence, words: Phrase) -> Finding:
    ref = ObjectRef(
        kind=text(at_fault, "kind"),
        namespace="kube-system",
        name=name(at_fault),
        group="coordination.k8s.io" if text(at_fault, "kind") == "Lease" else "",
    )
    return Finding(
        code="SchedulerUnavailable",
        severity=Severity.CRITICAL,
        confidence=proved(
            "pods wait unheard and the scheduler shows no life", "Pod 无人处理，且调度器没有活动", twice=True
        ),
        object=ref,
        affected=scene.reach_pods([pod], Edge.SCHEDULING),
        summary=Phrase(
            en=f"New pods are not placed because the cluster's scheduler does not work: {words.en}",
            zh=f"集群的调度器不工作（{words.zh}），因此新的 Pod 无法得到节点",
        ),
        expected="kube-scheduler renews its lease every few seconds",
        actual=words.en,
        evidence=(proof, scene.field(pod, "status", "phase")),
        remedies=(
            Remedy(
                summary=Phrase(
                    en="Restart the scheduler on the control plane and read its log",
                    zh="在控制平面重启调度器并查看其日志",
                ),
                who=Who.CLUSTER_ADMIN,
            ),
            command(
                "kubectl -n kube-system get pods -l component=kube-scheduler -o wide",
                summary=Phrase(en="See whether its pods run and where", zh="查看其 Pod 是否运行、在何处运行"),
                verify="kubectl -n kube-system get lease kube-scheduler -o yaml",
                expect=Phrase(en="renewTime is a few seconds old", zh="renewTime 在几秒之内"),
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        since=moment(pod, "metadata", "creationTimestamp"),
    )


def _silent(scene: Scene, pod: Obj, asked: str, holder: ObjectRef) -> Finding:
    lease = scene.snapshot.get("Lease", "kube-system", "kube-scheduler")
    age = scene.created_age(pod)
    waited, waited_zh = (f"{age / 60:.0f} min", f"{age / 60:.0f} 分钟") if age < 1e9 else ("a while", "一段时间")
    return Finding(
        code="Unschedulable",
        role=Role.SYMPTOM,
        confidence=inferred(
            "the scheduler has said nothing about the pod" + ("" if lease else ", and its lease could not be read"),
            "调度器对该 Pod 没有任何说明" + ("" if lease else "，也无法读取其租约"),
            value=0.4,
        ),
        object=holder,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{holder.kind} {holder.name} has waited {waited} for a node without any word from the "
            f"scheduler {asked}",
            zh=f"{holder.kind} {holder.name} 等待节点已 {waited_zh}，调度器 {asked} 没有任何说明",
        ),
        expected="condition PodScheduled",
        actual="no condition PodScheduled",
        evidence=(scene.field(pod, "status", "phase"), scene.field(pod, "spec", "nodeName")),
        next_checks=(
            NextCheck(
                command="kubectl -n kube-system get pods -l component=kube-scheduler",
                why=Phrase(en="shows whether the scheduler runs", zh="查看调度器是否在运行"),
            ),
        ),
        since=moment(pod, "metadata", "creationTimestamp"),
    )


def _pod_of(holder: ObjectRef) -> str:
    return f"Pod {holder.name}" if holder.kind == "Pod" else f"A pod of {holder.kind} {holder.name}"
