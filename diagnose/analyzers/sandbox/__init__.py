"""Pods that get no network, no address or no runtime, before any container starts."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, moment, name, namespace, objects, text, truth
from cluster.snapshot import Event, ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.sandbox import runtime_class
from diagnose.containers import containers
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Remedy,
    Risk,
    RuledOut,
    Who,
    matched,
    proved,
)
from diagnose.remedies import command, outside
from diagnose.scene import Scene
from diagnose.state import pod_ready

REASONS = ("FailedCreatePodSandBox", "NetworkNotReady")

_EXHAUSTED = re.compile(
    r"no IP addresses available in range set|failed to assign an IP address to container|No more free "
    r"(?:addresses|blocks)|"
    r"Assigned 0 out of 1 requested|No more IPs available|range is full|pod cidr not assigned|no available IPs?",
    re.IGNORECASE,
)
_PLUGIN = re.compile(r"plugin type=\"(?P<plugin>[\w.-]{1,60})\"|CNI network \"(?P<network>[\w.-]{1,60})\"")
_PREFIX = re.compile(
    r"^(?:Failed to create pod sandbox: |\[(?=failed to set)|"
    r"rpc error: code = \w{1,30} desc = |failed to create pod network sandbox "
    r"[^:]{1,200}: |"
    r"failed to set ?up (?:network for )?sandbox (?:container )?\"[^\"]{1,100}\"(?: network for pod "
    r"\"[^\"]{1,200}\")?: |"
    r"plugin type=\"[\w.-]{1,60}\"(?: name=\"[\w.-]{1,60}\")? failed \(add\): |networkPlugin cni failed to set "
    r"up pod [^:]{1,200}: |"
    r"error adding pod \S{1,200} to CNI network \"[^\"]{1,60}\": |network is not ready: |\s+)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"in range set: (?P<range>[\w.:/-]{3,100})")
_HEX = re.compile(r"\b[0-9a-f]{12,64}\b")
_NETWORK = re.compile(r"network|\bcni\b|plugin|subnet|hostPort", re.IGNORECASE)
_NETWORK_PODS = re.compile(
    r"calico|flannel|cilium|weave|antrea|kube-router|canal|\bcni\b|ovn|multus|aws-node|kindnet|kube-ovn"
)
_SYSTEM = re.compile(rf"^kube-|-system$|{_NETWORK_PODS.pattern}")
"""Namespaces where network plugins live: a pod elsewhere may bear such a name by chance."""


@analyzer(kinds=("Pod",))
def sandbox(scene: Scene) -> Iterator[Observation]:
    """Yield a finding for each pod whose network cannot be set up; several on one node are the node's."""
    failing = [(pod, event) for pod in scene.live_pods if (event := _failure(scene, pod)) is not None]
    by_node = Counter(text(pod, "spec", "nodeName") for pod, _ in failing)
    for pod, event in failing:
        made = moment(pod, "metadata", "creationTimestamp")
        if made is not None and scene.age(made) < scene.numbers.pull_grace_seconds:
            yield InProgress(
                object=scene.holder_ref(pod),
                reason=Phrase(
                    en="the first attempt to set up a pod's network failed and is repeated",
                    zh="首次建立 Pod 网络失败，正在重试",
                ),
                until=made + timedelta(seconds=scene.numbers.pull_grace_seconds),
            )
        elif runtime_class.asks_for_runtime(event.message):
            yield runtime_class.missing(scene, pod, event)
        elif _EXHAUSTED.search(event.message):
            yield _exhausted(scene, pod, event)
        else:
            yield _failed(scene, pod, event, several=by_node[text(pod, "spec", "nodeName")] > 1)
    yield from runtime_class.refused(scene)
    yield from _healed(scene)


def _failure(scene: Scene, pod: Obj) -> Event | None:
    """Return the newest failure of a pod none of whose containers has been started since."""
    if any(entry.running or entry.ended for entry in containers(pod)) or not text(pod, "spec", "nodeName"):
        return None
    newest = scene.latest(pod, *REASONS, "Pulling", "Pulled", "Created", "Started")
    return newest if newest is not None and newest.reason in REASONS else None


def innermost(message: str) -> str:
    """Strip what kubelet and runtime put in front, and the ids, which change with every attempt."""
    for _ in range(12):
        match = _PREFIX.match(message)
        if match is None or match.end() == len(message):
            break
        message = message[match.end() :]
    message = message.strip()
    return _HEX.sub("…", message.removesuffix("]") if message.count("]") > message.count("[") else message)


def _network_pod(scene: Scene, node: str) -> Obj | None:
    """Return the pod of the network plugin on a node, one that is not ready first."""
    found = [
        pod
        for pod in scene.snapshot.all("Pod")
        if text(pod, "spec", "nodeName") == node
        and _NETWORK_PODS.search(name(pod))
        and (truth(pod, "spec", "hostNetwork") or _SYSTEM.search(namespace(pod)))
        and not text(pod, "metadata", "deletionTimestamp")
    ]
    return min(found, key=lambda pod: (pod_ready(pod), name(pod)), default=None)


def _failed(scene: Scene, pod: Obj, event: Event, *, several: bool) -> Finding:
    node = text(pod, "spec", "nodeName")
    cause = innermost(event.message) or event.reason
    plugin = _PLUGIN.search(event.message)
    named = (plugin["plugin"] or plugin["network"]) if plugin else ""
    helper = _network_pod(scene, node)
    whole = several or event.reason == "NetworkNotReady" or "not initialized" in event.message
    known = scene.snapshot.get("Node", "", node)
    evidence = [scene.event(event)]
    chain, checks, tail_en, tail_zh = [], [], "", ""
    if helper is not None and not pod_ready(helper):
        owner = scene.holder_ref(helper)
        chain.append(Reach(ref=owner, edge=Edge.SCHEDULING))
        tail_en, tail_zh = f"; {owner.slug} is not ready on this node", f"；{owner.slug} 在该节点上未就绪"
        evidence.append(scene.field(helper, "status", "phase"))
    if helper is not None:
        ref = ref_of(helper)
        checks.append(
            NextCheck(
                command=f"kubectl -n {ref.namespace} logs {ref.slug} --tail=50",
                why=Phrase(en="what the network plugin of the node says", zh="该节点网络插件的日志"),
            )
        )
    checks.append(
        NextCheck(
            command=f"kubectl describe node {node}",
            why=Phrase(en="whether the node reports its network as ready", zh="节点是否报告网络就绪"),
        )
    )
    image = "sandbox image" in event.message
    what, what_zh = "set up the network of new pods", "为新 Pod 建立网络"
    repair = Phrase(
        en="Repair the network plugin on the node: what the quoted text names", zh="按引用的文字修复该节点的网络插件"
    )
    if not image and not _NETWORK.search(event.message):
        what, what_zh = "make the sandbox in which a pod's containers run", "创建承载 Pod 容器的 sandbox"
        repair = Phrase(
            en="Repair the container runtime on the node: what the quoted text names",
            zh="按引用的文字修复该节点的容器运行时",
        )
    if image:
        what, what_zh = (
            "start new pods, because an image that every pod needs is not there",
            "启动新 Pod，因为缺少每个 Pod 都需要的镜像",
        )
        repair = Phrase(
            en="Let the node reach that image's registry, or name a mirror as sandbox image in the runtime's settings",
            zh="让节点能访问该镜像的仓库，或在运行时设置中把 sandbox 镜像改为镜像站地址",
        )
    by = f" by network plugin {named}" if named else ""
    by_zh = f"（网络插件 {named}）" if named else ""
    return Finding(
        code="SandboxCreationFailed",
        confidence=matched("the runtime's own words", "运行时的原话", value=0.8 if named else 0.7),
        object=ref_of(known) if whole and known is not None else scene.holder_ref(pod),
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"Node {node} cannot {what}{by}: {cause[:200]}{tail_en}",
            zh=f"节点 {node} 无法{what_zh}{by_zh}：{cause[:200]}{tail_zh}",
        ),
        expected="the sandbox image on the node" if image else "a network for the pod",
        actual=cause[:200],
        evidence=tuple(evidence),
        chain=tuple(chain),
        remedies=(
            outside(repair),
            command(
                f"kubectl cordon {node}",
                summary=Phrase(
                    en=f"Keep new pods off node {node} until that is done, where others can take them",
                    zh=f"在修复之前不再向节点 {node} 调度新 Pod（前提是其他节点能容纳）",
                ),
                verify=f"kubectl get node {node}",
                expect=Phrase(en="SchedulingDisabled", zh="显示 SchedulingDisabled"),
                undo=f"kubectl uncordon {node}",
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        next_checks=tuple(checks),
        since=event.first,
    )


def _exhausted(scene: Scene, pod: Obj, event: Event) -> Finding:
    node = text(pod, "spec", "nodeName")
    known = scene.snapshot.get("Node", "", node)
    here = [entry for entry in scene.snapshot.all("Pod") if text(entry, "spec", "nodeName") == node]
    holding = sum(bool(text(entry, "status", "podIP")) and not _host_network(entry) for entry in here)
    done = sum(text(entry, "status", "phase") == "Succeeded" for entry in here)
    cidr = text(known, "spec", "podCIDR")
    said = _RANGE.search(event.message)
    size = f" of {cidr}" if cidr else f" of {said['range']}" if said else ""
    size_zh = f"（{cidr or (said['range'] if said else '')}）" if size else ""
    used, used_zh = (f"; {holding} pods hold one", f"；已有 {holding} 个 Pod 占用") if holding else ("", "")
    evidence = [scene.event(event)]
    if known is not None and cidr:
        evidence.append(scene.field(known, "spec", "podCIDR"))
    finished = f"; {done} finished pods are still there" if done else ""
    finished_zh = f"；还留有 {done} 个已结束的 Pod" if done else ""
    return Finding(
        code="PodAddressesExhausted",
        confidence=proved(
            "the network plugin says so and the range was read", "网络插件如此说明，并读取了地址段", twice=bool(cidr)
        ),
        object=ref_of(known) if known is not None else ObjectRef(kind="Node", name=node),
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"Node {node} has no free address{size} for new pods{used}{finished}",
            zh=f"节点 {node} 没有空闲的 Pod 地址{size_zh}{used_zh}{finished_zh}",
        ),
        expected="a free address",
        actual=f"{holding} in use, none free" if holding else "none free",
        evidence=tuple(evidence),
        remedies=(
            *(_without_finished(node) if done else ()),
            outside(
                Phrase(en="Give nodes a larger address range, or add nodes", zh="为节点分配更大的地址段，或增加节点")
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl get pods -A -o wide --field-selector spec.nodeName={node}",
                why=Phrase(en="which pods hold addresses", zh="哪些 Pod 占用了地址"),
            ),
        ),
        since=event.first,
    )


def _without_finished(node: str) -> Iterator[Remedy]:
    """Delete the pods of a node that ended well: some plugins keep their addresses until then."""
    chosen = f"--field-selector=status.phase==Succeeded,spec.nodeName={node}"
    yield command(
        f"kubectl delete pods -A {chosen}",
        summary=Phrase(
            en=f"Delete the finished pods of node {node} (their logs go with them): some plugins keep their addresses",
            zh=f"删除节点 {node} 上已结束的 Pod（其日志也会消失）：部分插件会保留其地址",
        ),
        verify=f"kubectl get pods -A --field-selector spec.nodeName={node}",
        expect=Phrase(en="the waiting pods start", zh="等待中的 Pod 启动"),
        risk=Risk.DATA,
        reversible=False,
        who=Who.CLUSTER_ADMIN,
    )


def _host_network(pod: Obj) -> bool:
    return any(text(entry, "ip") == text(pod, "status", "hostIP") for entry in objects(pod, "status", "podIPs"))


def _healed(scene: Scene) -> Iterator[RuledOut]:
    """Say of a former failure that the pod has started since."""
    for pod in scene.live_pods:
        event = scene.latest(pod, "FailedCreatePodSandBox")
        if event is None or not any(entry.running or entry.ended for entry in containers(pod)):
            continue
        yield RuledOut(
            code="SandboxCreationFailed",
            object=scene.holder_ref(pod),
            reason=Phrase(
                en="setting up a pod's network failed before and the pod has started since",
                zh="此前建立 Pod 网络失败，之后 Pod 已启动",
            ),
            evidence=(scene.event(event, current=False),),
            healed=_outlasted(scene, pod, event),
            ended=event.last,
        )


def _outlasted(scene: Scene, pod: Obj, event: Event) -> bool:
    """Say whether the failures went on for longer than a first start may take."""
    made = moment(pod, "metadata", "creationTimestamp")
    grace = timedelta(seconds=scene.numbers.pull_grace_seconds)
    return made is None or event.last is None or event.last - made > grace
