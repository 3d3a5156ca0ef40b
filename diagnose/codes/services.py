"""Codes for Services that lead to no pod, to the wrong port or to the wrong pods."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="services", fault_class="network")

CODES: tuple[Code, ...] = (
    _row(
        code="ServiceSelectorMismatch",
        title=Phrase(en="Service matches no pod", zh="Service 选不中任何 Pod"),
        fires_when=Phrase(
            en="The Service's selector fits no pod, and pods with nearly these labels exist or someone uses the "
            "Service.",
            zh="Service 的选择器不匹配任何 Pod，而存在标签相近的 Pod 或有使用者。",
        ),
        not_when=Phrase(
            en="The matching workload is scaled to zero or its pods are refused, or the Service needs no selector.",
            zh="匹配的工作负载缩容为零或其 Pod 被拒绝，或者该 Service 不需要选择器。",
        ),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="ServiceTargetPortMismatch",
        variants=("number", "name"),
        title=Phrase(en="Service sends to a port that nobody serves", zh="Service 指向无人监听的端口"),
        fires_when=Phrase(
            en="The Service's target port is a name or number that its pods do not serve.",
            zh="Service 的目标端口（名称或数字）不是其 Pod 所提供的。",
        ),
        not_when=Phrase(
            en="The pods declare no ports and nothing contradicts the number.",
            zh="Pod 未声明端口，也没有证据与该端口号矛盾。",
        ),
        condition_reason="PortMismatch",
    ),
    _row(
        code="ServiceProtocolMismatch",
        title=Phrase(en="Service and pod differ in protocol", zh="Service 与 Pod 的协议不一致"),
        fires_when=Phrase(
            en="The pods have the port only with another protocol than the Service.",
            zh="Pod 有该端口，但协议与 Service 不同。",
        ),
        not_when=Phrase(
            en="The pods declare both protocols or no port at all.",
            zh="Pod 同时声明了两种协议，或者未声明端口。",
        ),
        condition_reason="PortMismatch",
    ),
    _row(
        code="ServiceSelectsWrongPods",
        title=Phrase(en="Service also matches foreign pods", zh="Service 选中了不相关的 Pod"),
        fires_when=Phrase(
            en="The selector takes in pods of two workloads and one of them cannot serve the port.",
            zh="选择器同时选中两个工作负载的 Pod，其中一个无法在该端口提供服务。",
        ),
        not_when=Phrase(en="The workloads are two tracks of one application.", zh="它们是同一应用的两个发布轨道。"),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="ServiceHasNoReadyEndpoints",
        role=Role.SYMPTOM,
        title=Phrase(en="Service has no ready pod", zh="Service 没有就绪的 Pod"),
        fires_when=Phrase(
            en="The Service matches pods and none of them is ready.",
            zh="Service 匹配到 Pod，但没有一个就绪。",
        ),
        not_when=Phrase(
            en="One pod is ready, or all are still within the time that their probes allow.",
            zh="有一个 Pod 就绪，或者全部仍在探针允许的启动时间内。",
        ),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="ServiceLocalTrafficPolicy",
        severity=Severity.MEDIUM,
        title=Phrase(en="Service serves only clients of the same node", zh="Service 只服务本节点的流量"),
        fires_when=Phrase(
            en="The Service keeps traffic on the node and a node with clients has no ready pod.",
            zh="Service 把流量限制在本节点，而有客户端的节点上没有就绪的 Pod。",
        ),
        not_when=Phrase(en="Every node with clients has a pod.", zh="每个有客户端的节点上都有 Pod。"),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="LoadBalancerPending",
        title=Phrase(en="Load balancer gets no address", zh="负载均衡器没有分配地址"),
        fires_when=Phrase(
            en="A Service of type LoadBalancer has had no address for more than three minutes.",
            zh="LoadBalancer 类型的 Service 超过三分钟没有地址。",
        ),
        not_when=Phrase(
            en="It was created less than three minutes ago or an address is being set up.",
            zh="创建不到三分钟，或者地址正在配置中。",
        ),
        condition_reason="DependencyNotReady",
    ),
)
