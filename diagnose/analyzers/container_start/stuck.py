"""Pods that have a node and whose containers are not even tried: volumes that do not mount, or no word at all."""

from datetime import timedelta

from cluster.fields import Obj, condition, moment, text
from core.phrase import Phrase
from diagnose.analyzers.container_start.failure import Failure
from diagnose.containers import containers
from diagnose.findings import InProgress, NextCheck, Observation, inferred, matched
from diagnose.remedies import in_application
from diagnose.scene import Scene
from diagnose.state import START_REASONS, pod_ready

_VOLUME_REASONS = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_OTHER_FAMILIES = ("FailedCreatePodSandBox", "NetworkNotReady")


def stuck(scene: Scene, pod: Obj) -> Observation | None:
    """Return what keeps a scheduled pod in ContainerCreating, once its grace is over."""
    if not text(pod, "spec", "nodeName") or text(pod, "status", "phase") not in {"Pending", "Running", ""}:
        return None
    first = next(iter(containers(pod)), None)
    if first is None or any(c.running or c.ended or c.waiting_reason not in START_REASONS for c in containers(pod)):
        return None
    since = moment(condition(pod, "PodScheduled"), "lastTransitionTime") or moment(pod, "metadata", "creationTimestamp")
    if since is None or scene.latest(pod, *_OTHER_FAMILIES) is not None:
        return None
    if pod_ready(pod):
        return None  # its containers run, whatever their statuses leave out
    age = scene.age(since)
    event = scene.latest(pod, *_VOLUME_REASONS)
    grace = scene.numbers.attach_grace_seconds if event else scene.numbers.create_grace_seconds
    if age <= grace:
        return InProgress(
            object=scene.holder_ref(pod),
            reason=Phrase(
                en=f"a pod was placed {age:.0f} s ago and is starting", zh=f"Pod 在 {age:.0f} 秒前完成调度，正在启动"
            ),
            until=since + timedelta(seconds=grace),
        )
    pulling = scene.latest(pod, "Pulling", "Pulled")
    if event is None and pulling is not None and pulling.reason == "Pulling":
        return InProgress(
            object=scene.holder_ref(pod),
            reason=Phrase(
                en=f"the image of container {pulling.container or first.name} is still being pulled",
                zh=f"容器 {pulling.container or first.name} 的镜像仍在拉取",
            ),
            until=scene.now + timedelta(seconds=scene.numbers.slow_pull_seconds),
        )
    check = NextCheck(
        command=f"kubectl -n {text(pod, 'metadata', 'namespace')} describe pod/{text(pod, 'metadata', 'name')}",
        why=Phrase(en="the newest events of the pod", zh="Pod 的最新事件"),
    )
    if event is not None:
        said = event.message[:220]
        failure = Failure(scene=scene, container=first, message=said, evidence=scene.event(event), event=event)
        return failure.finding(
            "ContainerStartFailed",
            Phrase(en=f"Containers cannot start: {said}", zh=f"容器无法启动：{said}"),
            confidence=matched("the kubelet's own words", "kubelet 的原话", value=0.7),
            expected="the volumes are mounted",
            actual=said,
            remedies=(in_application(Phrase(en="Do what the quoted text asks for", zh="按引用的文字处理")),),
            next_checks=(check,),
        )
    if not scene.snapshot.coverage.complete("Event", text(pod, "metadata", "namespace")):
        return None  # an event may well say why
    node = text(pod, "spec", "nodeName")
    evidence = (
        scene.field(pod, *first.status_path, "state", "waiting", "reason")
        if first.status_path
        else scene.field(pod, "spec", "nodeName")
    )
    failure = Failure(scene=scene, container=first, message="", evidence=evidence)
    return failure.finding(
        "ContainerStartFailed",
        Phrase(
            en=f"Containers have not been started on node {node} for {age / 60:.0f} min and no event says why",
            zh=f"节点 {node} 已 {age / 60:.0f} 分钟没有启动容器，也没有事件说明原因",
        ),
        confidence=inferred("no event tells the cause", "没有事件说明原因", value=0.4),
        expected="the containers are created",
        actual=first.waiting_reason or "no status",
        next_checks=(
            check,
            NextCheck(
                command=f"kubectl describe node {node}",
                why=Phrase(en="whether its kubelet and runtime work", zh="其 kubelet 与运行时是否正常"),
            ),
        ),
    )
