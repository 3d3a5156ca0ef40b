"""Services that lead to pods which are not ready, to foreign pods, or not to where their clients are."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta

from cluster.fields import Obj, dig, labels, mapping, moment, name, objects, text
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.services.selector import pairs
from diagnose.analyzers.services.view import View
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Remedy,
    Role,
    Severity,
    Who,
    inferred,
    matched,
    proved,
)
from diagnose.graph import template_of
from diagnose.ports import long_running, pod_ports
from diagnose.probing import probes_of
from diagnose.remedies import in_application, object_patch, outside
from diagnose.scene import Scene

START_MARGIN_SECONDS = 30
BALANCER_WORK_SECONDS = 600
"""How long a load balancer that is being set up may take before that counts as a fault."""

_EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
_TRACK_KEYS = frozenset({"track", "version", "release", "color", "slot", "stage", "rollouts-pod-template-hash"})


# -- no ready pod


def judge_readiness(view: View) -> Iterator[Finding]:
    """Report a Service none of whose pods is ready."""
    scene = view.scene
    if view.ready or view.around.ready_elsewhere(view.service) or all(_young(scene, pod) for pod in view.pods):
        return
    count = len(view.pods)
    first = view.pods[0]
    slices = view.around.slices(view.service)
    evidence = [_unready(scene, first), scene.field(view.service, "spec", "selector")]
    if slices:
        evidence.insert(0, scene.field(slices[0], "endpoints"))
    names = sorted({name(scene.graph.holder(pod)) for pod in view.pods})
    whose = ", ".join(names[:3])
    yield Finding(
        code="ServiceHasNoReadyEndpoints",
        role=Role.SYMPTOM,
        confidence=proved(
            "every pod that the Service selects is unready", "Service 选中的每个 Pod 都未就绪", twice=bool(slices)
        ),
        object=view.ref,
        affected=view.reach(),
        summary=Phrase(
            en=f"Service {view.ref.name} has no ready pod: 0 of {count} pods of {whose} are ready.",
            zh=f"Service {view.ref.name} 没有就绪的 Pod：{whose} 的 {count} 个 Pod 中有 0 个就绪。",
        ),
        expected="at least 1 ready endpoint",
        actual=f"0 of {count} ready",
        evidence=tuple(evidence[:4]),
        remedies=(
            in_application(
                Phrase(
                    en=f"Get the pods of {whose} ready: the Service follows",
                    zh=f"让 {whose} 的 Pod 就绪，Service 随之恢复",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {view.ref.namespace} describe pods -l {pairs(view.selector, ',')}",
                why=Phrase(en="the pods' events say why they are not ready", zh="Pod 的事件会说明未就绪的原因"),
            ),
        ),
    )


def _young(scene: Scene, pod: Obj) -> bool:
    """Say whether a pod is still within the time that its probes allow for a start."""
    budget = max((probe.budget_seconds for entry in long_running(pod) for probe in probes_of(entry)), default=0)
    return scene.created_age(pod) < budget + START_MARGIN_SECONDS


def _unready(scene: Scene, pod: Obj) -> Evidence:
    entries = dig(pod, "status", "conditions")
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if text(entry, "type") == "Ready":
            return scene.field(pod, "status", "conditions", index, "status")
    return scene.field(pod, "status", "phase")


# -- foreign pods


def judge_strangers(view: View) -> Iterator[Finding]:
    """Report a Service that takes in pods of a workload which cannot serve its port."""
    groups: dict[str, list[Obj]] = {}
    for pod in view.pods:
        groups.setdefault(str(ref_of(view.scene.graph.top(pod))), []).append(pod)
    if len(groups) < 2 or view.headless:
        return
    able = {who: _able(view, pods) for who, pods in groups.items()}
    mine = [who for who, fits in able.items() if fits]
    strangers = [who for who, fits in able.items() if not fits]
    if not mine or not strangers or _tracks(view, groups):
        return
    own, foreign = groups[mine[0]], groups[strangers[0]]
    pair = _separating(own, foreign)
    scene = view.scene
    lost = sum(len(groups[who]) for who in strangers)
    first = foreign[0]
    yield Finding(
        code="ServiceSelectsWrongPods",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=proved(
            "the selector fits pods of several workloads and not all of them declare the target port",
            "选择器匹配多个工作负载的 Pod，而其中有的未声明目标端口",
        ),
        object=view.ref,
        affected=view.reach(),
        summary=Phrase(
            en=f"Service {view.ref.name} also sends traffic to {lost} pods of {', '.join(strangers)}, which do not "
            f"serve its port; it is meant for {', '.join(mine)}.",
            zh=f"Service {view.ref.name} 还把流量发给 {', '.join(strangers)} 的 {lost} 个 Pod，它们不提供该端口；"
            f"它本应只对应 {', '.join(mine)}。",
        ),
        expected=f"only pods of {', '.join(mine)}",
        actual="; ".join(f"{who}: {len(pods)} pods" for who, pods in sorted(groups.items())),
        evidence=(
            scene.field(view.service, "spec", "selector"),
            scene.field(first, "metadata", "labels"),
            scene.field(own[0], "metadata", "labels"),
        ),
        remedies=(_narrow(view, pair),) if pair else (_relabel(strangers[0]),),
    )


def _able(view: View, pods: list[Obj]) -> bool:
    """Say whether the pods of one workload can serve the Service: no Job, and the target ports are theirs."""
    top = view.scene.graph.top(pods[0])
    if text(top, "kind") in {"Job", "CronJob"}:
        return False
    declared = {(entry.name, entry.number) for pod in pods for entry in pod_ports(pod)}
    if not declared:
        return True
    for _, port in view.ports():
        target = dig(port, "targetPort") or dig(port, "port")
        if not any(target in pair or str(pair[1]) == str(target) for pair in declared):
            return False
    return True


def _tracks(view: View, groups: Mapping[str, list[Obj]]) -> bool:
    """Say whether the workloads are tracks of one application: same image, related names or a track label."""
    repositories: list[frozenset[str]] = []
    marks: list[tuple[str, ...]] = []
    for pods in groups.values():
        template = template_of(view.scene.graph.holder(pods[0]))
        spec = template.spec if template else mapping(pods[0], "spec")
        images = (text(entry, "image") for entry in objects(spec, "containers"))
        repositories.append(frozenset(re.split(r"[:@]", image.rpartition("/")[2])[0] for image in images if image))
        carried = labels(pods[0], "metadata", "labels")
        marks.append(tuple(carried.get(key, "") for key in sorted(_TRACK_KEYS)))
    if any(text(view.scene.graph.top(pods[0]), "kind") in {"Job", "CronJob"} for pods in groups.values()):
        return False
    return bool(frozenset.intersection(*repositories)) or (len(set(marks)) > 1 and all(any(mark) for mark in marks))


def _separating(own: list[Obj], foreign: list[Obj]) -> dict[str, str]:
    """Return a pair that all own pods carry and no foreign one does; generated hashes do not count."""
    shared = set.intersection(*(set(labels(pod, "metadata", "labels").items()) for pod in own))
    others = set().union(*(labels(pod, "metadata", "labels").items() for pod in foreign))
    usable = sorted(pair for pair in shared - others if "hash" not in pair[0] and "controller-uid" not in pair[0])
    return dict(usable[:1])


def _narrow(view: View, pair: Mapping[str, str]) -> Remedy:
    back = {"spec": {"selector": dict.fromkeys(pair)}}
    return object_patch(
        view.service,
        {"spec": {"selector": dict(pair)}},
        summary=Phrase(en=f"Add {pairs(pair)} to the selector", zh=f"在选择器中加入 {pairs(pair)}"),
        verify=view.endpoints_command,
        expect=Phrase(en="only the meant pods are listed", zh="只列出预期的 Pod"),
        undo=object_patch(view.ref, back, summary=Phrase(en="", zh="")).command,
    )


def _relabel(stranger: str) -> Remedy:
    return in_application(
        Phrase(
            en=f"Give the pods of {stranger} labels that the Service does not select",
            zh=f"为 {stranger} 的 Pod 使用不会被该 Service 选中的标签",
        )
    )


# -- traffic that stays on the node


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
            f"are on {', '.join(with_pods[:3])}.",
            zh=f"Service {service} 只访问调用方所在节点上的 Pod，而 {where_zh} 上没有：就绪的 Pod 位于 "
            f"{', '.join(with_pods[:3])}。",
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


# -- load balancers


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
    minutes = int(scene.created_age(service) // 60) if scene.created_age(service) < 1e9 else 0
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
            en=f"Service {view.ref.name} has waited {minutes} min for an outside address: {why_en}.",
            zh=f"Service {view.ref.name} 等待外部地址已 {minutes} 分钟：{why_zh}。",
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
