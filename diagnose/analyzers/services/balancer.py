"""Services of type LoadBalancer that get no address."""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import moment, objects, text
from cluster.snapshot import Event
from core.phrase import Phrase
from diagnose.analyzers.services.view import View
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import (
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Remedy,
    Who,
    matched,
    proved,
)
from diagnose.remedies import object_patch, outside

BALANCER_WORK_SECONDS = 600
"""How long a load balancer that is being set up may take before that counts as a fault."""


def judge_balancer(view: View) -> Iterator[Observation]:
    """Report a Service of type LoadBalancer that has got no address."""
    service, scene = view.service, view.scene
    if text(service, "spec", "type") != "LoadBalancer" or objects(service, "status", "loadBalancer", "ingress"):
        return
    born = moment(service, "metadata", "creationTimestamp")
    grace = scene.numbers.lb_grace_seconds
    failed = scene.latest(service, "SyncLoadBalancerFailed", "UnAvailableLoadBalancer", "AllocationFailed")
    working = scene.latest(service, "EnsuringLoadBalancer")
    until = born + timedelta(seconds=grace) if born else None
    if working and working.last and (failed is None or (failed.last or working.last) < working.last):
        until = max(until or working.last, working.last + timedelta(seconds=BALANCER_WORK_SECONDS))
    if until and scene.now < until:
        yield InProgress(
            object=view.ref,
            reason=Phrase(en="the load balancer is being set up", zh="负载均衡器正在创建"),
            until=until,
            serving=bool(view.ready),
        )
        return
    yield _pending(view, failed)


def _pending(view: View, failed: Event | None) -> Finding:
    scene, service = view.scene, view.service
    wanted = text(service, "spec", "loadBalancerClass")
    age = scene.created_age(service) if scene.created_age(service) < 1e9 else 0
    if failed:
        why_en = f"its controller reports: {failed.message[:160].rstrip('.')}"
        why_zh = f"其控制器报告：{failed.message[:160].rstrip('.')}"
    elif wanted:
        why_en, why_zh = f"no controller serves the class {wanted}", f"没有控制器处理类 {wanted}"
    else:
        why_en = "nothing in this cluster seems to provide load balancers"
        why_zh = "该集群中似乎没有提供负载均衡器的组件"
    evidence = [scene.field(service, "status", "loadBalancer", "ingress"), scene.field(service, "spec", "type")]
    if failed:
        evidence.insert(0, scene.event(failed))
    elif wanted:
        evidence.append(scene.field(service, "spec", "loadBalancerClass"))
    return Finding(
        code="LoadBalancerPending",
        confidence=matched("the controller's event names the reason", "控制器的事件说明了原因")
        if failed
        else proved(
            "no address was assigned and no controller has said anything", "没有分配地址，也没有任何控制器的事件"
        ),
        object=view.ref,
        affected=view.around.hit(service),
        summary=Phrase(
            en=f"Service {view.ref.name} has waited {spoken_time(age)} for an outside address: {why_en}",
            zh=f"Service {view.ref.name} 等待外部地址已 {spoken_time_zh(age)}：{why_zh}",
        ),
        expected="status.loadBalancer.ingress: an address",
        actual="status.loadBalancer.ingress: <unset>",
        evidence=tuple(evidence),
        remedies=_balancer_remedies(view, failed),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {view.ref.namespace} describe {view.ref.slug}",
                why=Phrase(en="its events show what the controller does", zh="其事件会显示控制器的动作"),
            ),
        ),
        since=moment(service, "metadata", "creationTimestamp"),
    )


def _balancer_remedies(view: View, failed: Event | None) -> tuple[Remedy, ...]:
    node_port = object_patch(
        view.service,
        {"spec": {"type": "NodePort"}},
        summary=Phrase(
            en="Reach it over a port of the nodes instead (NodePort)", zh="改用节点端口（NodePort）对外提供"
        ),
        undo=object_patch(view.ref, {"spec": {"type": "LoadBalancer"}}, summary=Phrase(en="", zh="")).command,
    )
    if failed:
        said = outside(
            Phrase(
                en="Repair what the event names at the provider: quota, subnet, address pool or permission",
                zh="在云厂商侧修复事件中指出的问题：配额、子网、地址池或权限",
            )
        )
        return (said, node_port)
    install = Remedy(
        summary=Phrase(en="Install or configure a load balancer for this cluster", zh="为该集群安装或配置负载均衡器"),
        who=Who.CLUSTER_ADMIN,
    )
    return (node_port, install)
