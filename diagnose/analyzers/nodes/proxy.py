"""Nodes without a working kube-proxy: pods there cannot use the addresses of Services."""

import re
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, condition, labels, mapping, moment, name, namespace, text, whole
from cluster.snapshot import controller_of, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.nodes.view import YOUNG_SECONDS, Fleet, Node
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Role, Severity, Who, proved
from diagnose.placement import meets_terms, required_terms, selector_misses
from diagnose.remedies import command
from diagnose.state import pod_ready

TAIL = 200
"""Lines at the end of a pod's log in which a Service's address may be mentioned."""

_DIAL = re.compile(
    r"(?<![0-9.])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![0-9.]).{0,120}?"
    r"(?:i/o timeout|timed? ?out|connection refused|no route to host|network is unreachable)",
    re.IGNORECASE,
)


def proxy_down(fleet: Fleet) -> Iterator[Observation]:
    """Yield a finding for each node whose kube-proxy pod is not ready, or absent while its DaemonSet wants it."""
    for owner in fleet.scene.snapshot.all("DaemonSet"):
        if "kube-proxy" in {name(owner), labels(owner, "metadata", "labels").get("k8s-app")}:
            yield from _judge(fleet, owner)


def _judge(fleet: Fleet, owner: Obj) -> Iterator[Observation]:
    scene = fleet.scene
    complete = scene.snapshot.coverage.complete("Pod", namespace(owner))
    for node in fleet.nodes:
        mine = [pod for pod in node.pods if text(controller_of(pod), "name") == name(owner)]
        mine = [pod for pod in mine if namespace(pod) == namespace(owner)]
        pod = min(mine, key=lambda entry: (not pod_ready(entry), name(entry)), default=None)
        if node.status != "True" or (pod is not None and pod_ready(pod)):
            continue  # a node that is down itself explains its pods
        if pod is None and not (complete and _wants(owner, node)):
            continue
        began = moment(condition(pod, "Ready"), "lastTransitionTime") if pod else None
        began = began or (moment(pod, "metadata", "creationTimestamp") if pod else None)
        if began and scene.age(began) < YOUNG_SECONDS:
            yield InProgress(
                object=ref_of(owner),
                reason=Phrase(en="kube-proxy starts on a node", zh="kube-proxy 正在某个节点上启动"),
                until=began + timedelta(seconds=YOUNG_SECONDS),
            )
        elif pod is not None or scene.created_age(node.obj) >= YOUNG_SECONDS:
            yield _finding(node, owner, pod)


def _wants(owner: Obj, node: Node) -> bool:
    """Say whether the DaemonSet is to run on a node, and its controller counts one pod too few."""
    spec = mapping(owner, "spec", "template", "spec")
    short = whole(owner, "status", "numberReady") < whole(owner, "status", "desiredNumberScheduled")
    return short and not selector_misses(spec, node.obj) and meets_terms(required_terms(spec), node.obj)


def _failing(node: Node) -> list[tuple[Obj, Evidence]]:
    """Return the pods on a node that are not ready and whose log tells of a Service's address that fails."""
    scene = node.scene
    known = {text(entry, "spec", "clusterIP") for entry in scene.snapshot.all("Service")} - {"", "None"}
    found: list[tuple[Obj, Evidence]] = []
    for (space, pod_name, container, previous), excerpt in scene.snapshot.logs.items():
        pod = scene.snapshot.get("Pod", space, pod_name)
        if pod is None or text(pod, "spec", "nodeName") != node.name or pod_ready(pod):
            continue
        for number in range(len(excerpt.lines), max(len(excerpt.lines) - TAIL, 0), -1):
            match = _DIAL.search(excerpt.lines[number - 1][:2000])
            if match and match[1] in known:
                found.append((pod, scene.line(pod, container, number, previous=previous)))
                break
    return found


def _finding(node: Node, owner: Obj, pod: Obj | None) -> Finding:
    scene = node.scene
    failing = _failing(node)
    ref = ref_of(owner)
    asked = scene.target is not None and scene.target in {ref, ref_of(pod) if pod is not None else ref}
    if pod is not None:
        proofs = [scene.field(pod, "status", "conditions"), scene.field(pod, "spec", "nodeName")]
        state, state_zh = "is not ready", "未就绪"
        chain = (Reach(ref=ref_of(pod), edge=Edge.SCHEDULING),)
    else:
        proofs = [scene.field(owner, "status", "numberReady"), scene.field(owner, "status", "desiredNumberScheduled")]
        state, state_zh = "has no pod", "没有 Pod"
        chain = (Reach(ref=ref, edge=Edge.SCHEDULING),)
    proofs += [evidence for _, evidence in failing[:2]]
    affected = {reach.ref: reach for reach in chain}
    affected.update({reach.ref: reach for reach in scene.reach_pods((hurt for hurt, _ in failing), Edge.ROUTE)})
    count = len({ref_of(hurt) for hurt, _ in failing})
    end = f"; {count} pod{'s' if count != 1 else ''} there cannot reach Services" if count else ""
    end_zh = f"；该节点上有 {count} 个 Pod 无法访问 Service" if count else ""
    return node.finding(
        "KubeProxyDown",
        role=Role.ROOT if failing or asked else Role.CONTRIBUTING,
        severity=Severity.HIGH if failing else Severity.MEDIUM,
        confidence=proved(
            "the state of kube-proxy's pods on this node" + (" and logs of pods there" if failing else ""),
            "该节点上 kube-proxy Pod 的状态" + ("以及该节点上 Pod 的日志" if failing else ""),
            twice=bool(failing),
        ),
        summary=Phrase(
            en=f"kube-proxy {state} on node {node.name}, so the addresses of Services are not kept up to date there"
            f"{end}",
            zh=f"节点 {node.name} 上的 kube-proxy {state_zh}，因此该节点上的 Service 地址不再更新{end_zh}",
        ),
        expected=f"a Ready pod of {ref.slug} on the node",
        actual="not Ready" if pod is not None else "no pod",
        affected=tuple(affected.values()),
        chain=chain,
        evidence=tuple(proofs),
        remedies=(
            command(
                f"kubectl -n {ref.namespace} delete pods --field-selector spec.nodeName={node.name} "
                f"-l {_selector(owner)}"
                if pod is not None
                else f"kubectl -n {ref.namespace} rollout restart {ref.slug}",
                summary=Phrase(
                    en="Start kube-proxy on this node anew; its log says what else it needs",
                    zh="在该节点上重新启动 kube-proxy；其日志会说明还缺什么",
                ),
                verify=f"kubectl -n {ref.namespace} get pods -o wide --field-selector spec.nodeName={node.name}",
                expect=Phrase(en="the pod of kube-proxy is 1/1 Running", zh="kube-proxy 的 Pod 为 1/1 Running"),
                reversible=False,
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} logs {ref.slug} --tail=50",
                why=Phrase(en="what kube-proxy says", zh="kube-proxy 的日志"),
            ),
        ),
        since=moment(condition(pod, "Ready"), "lastTransitionTime") if pod else None,
    )


def _selector(owner: Obj) -> str:
    pairs = labels(owner, "spec", "selector", "matchLabels")
    return ",".join(f"{key}={value}" for key, value in sorted(pairs.items())) or f"k8s-app={name(owner)}"
