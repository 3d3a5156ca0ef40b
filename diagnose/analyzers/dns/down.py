"""The cluster's DNS without a pod that answers."""

from collections.abc import Iterator

from cluster.fields import Obj, dig, name, numbered, text
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.dns.view import Names
from diagnose.findings import Finding, NextCheck, Remedy, Who, proved
from diagnose.remedies import command
from diagnose.state import pod_ready

NEW_SECONDS = 60
"""A DNS Service younger than this may still wait for its first pod."""


def down(names: Names) -> Iterator[Finding]:
    """Report a cluster whose DNS Service has no ready endpoint."""
    scene, service = names.scene, names.service
    if service is None:
        return
    listed = scene.snapshot.coverage.complete("EndpointSlice", names.space)
    pasted = any(entry.kind == "EndpointSlice" and entry.state == "partial" for entry in scene.snapshot.coverage.kinds)
    if not listed and not (pasted and names.slices):
        return
    if names.ready or names.cached_by_node or scene.created_age(service) < NEW_SECONDS:
        return
    if any(pod_ready(pod) for pod in names.pods) or text(service, "spec", "type") == "ExternalName":
        return
    holders = {scene.holder_ref(pod) for pod in names.pods}
    stopped = None if names.pods else names.workload
    holder = holders.pop() if len(holders) == 1 else ref_of(stopped or service)
    evidence = [scene.field(stopped, "spec", "replicas")] if stopped and text(stopped, "kind") == "Deployment" else []
    evidence += [scene.field(entry, "endpoints") for entry in names.slices[:1]]
    evidence += [_trouble(names, pod) for pod in names.pods[:1]]
    hit = names.hit()
    count = len(names.pods)
    victims = f"; {len(hit)} pod{' fails' if len(hit) == 1 else 's fail'} over it" if hit else ""
    state = f"none of the {count} pods behind Service {name(service)} is ready"
    state_zh = f"Service {name(service)} 后面的 {count} 个 Pod 均未就绪"
    if not count:
        state = f"there are no pods behind Service {name(service)}"
        state_zh = f"Service {name(service)} 后面没有 Pod"
    victims_zh = f"；{len(hit)} 个 Pod 因此失败" if hit else ""
    yield Finding(
        code="ClusterDNSDown",
        confidence=proved(
            "no endpoint of the DNS Service is ready", "DNS Service 没有就绪的端点", twice=listed and bool(hit)
        ),
        object=holder,
        affected=(*scene.reach_pods(names.pods), *hit),
        summary=Phrase(
            en=f"The cluster's DNS answers nobody: {state}{victims}",
            zh=f"集群 DNS 无法应答：{state_zh}{victims_zh}",
        ),
        expected="at least 1 ready endpoint",
        actual="0 ready endpoints",
        evidence=tuple(evidence) or (scene.field(service, "spec", "selector"),),
        remedies=(
            _start(names, holder)
            if stopped is not None and dig(stopped, "spec", "replicas") == 0
            else command(
                f"kubectl -n {names.space} rollout restart {holder.slug}"
                if holder.kind in {"Deployment", "DaemonSet"}
                else f"kubectl -n {names.space} get deployments,daemonsets",
                summary=Phrase(
                    en="Bring the DNS pods up: their own state says what they lack; restart them when nothing else is "
                    "wrong",
                    zh="让 DNS 的 Pod 恢复运行：其自身状态会说明缺少什么；没有其他问题时重启它们",
                ),
                verify=f"kubectl -n {names.space} get endpointslices -l kubernetes.io/service-name={name(service)}",
                expect=Phrase(en="ready addresses are listed", zh="列出就绪的地址"),
            ),
        ),
        next_checks=(pods_check(names),),
    )


def _trouble(names: Names, pod: Obj) -> Evidence:
    """Quote what a DNS pod that is down says of itself."""
    for index, entry in numbered(pod, "status", "conditions"):
        if text(entry, "type") == "PodScheduled" and text(entry, "status") == "False" and text(entry, "message"):
            return names.scene.field(pod, "status", "conditions", index, "message")
    for index, entry in numbered(pod, "status", "containerStatuses"):
        if text(entry, "state", "waiting", "reason"):
            return names.scene.field(pod, "status", "containerStatuses", index, "state", "waiting", "reason")
    return names.scene.field(pod, "status", "phase")


def _start(names: Names, holder: ObjectRef) -> Remedy:
    """Give a stopped DNS its two usual pods again."""
    return command(
        f"kubectl -n {names.space} scale {holder.slug} --replicas=2",
        summary=Phrase(
            en=f"Start {holder.slug} again: it is set to 0 pods", zh=f"重新启动 {holder.slug}：其副本数被设为 0"
        ),
        verify=f"kubectl -n {names.space} rollout status {holder.slug} --timeout=180s",
        expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
        undo=f"kubectl -n {names.space} scale {holder.slug} --replicas=0",
        who=Who.CLUSTER_ADMIN,
    )


def pods_check(names: Names) -> NextCheck:
    """Name the command that lists the DNS pods."""
    return NextCheck(
        command=f"kubectl -n {names.space} get pods -l k8s-app=kube-dns",
        why=Phrase(en="the state of the DNS pods", zh="DNS Pod 的状态"),
    )
