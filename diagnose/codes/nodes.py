"""Codes for nodes, their services and the control plane."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="nodes", fault_class="node")

CODES: tuple[Code, ...] = (
    _row(
        code="NodeContainerRuntimeDown",
        title=Phrase(en="Node's container runtime does not answer", zh="节点的容器运行时没有响应"),
        fires_when=Phrase(
            en="The kubelet reports the node as not ready because its container runtime is down or too slow.",
            zh="kubelet 因容器运行时停止或过慢而报告节点未就绪。",
        ),
        not_when=Phrase(
            en="The node or its kubelet started less than two minutes ago.",
            zh="节点或其 kubelet 启动不到两分钟。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="NodeNetworkNotReady",
        title=Phrase(en="Node has no working pod network", zh="节点的 Pod 网络不可用"),
        fires_when=Phrase(
            en="The node's conditions say that its network plugin is not ready, or its network agent lost its peers.",
            zh="节点状况表明网络插件未就绪，或者其网络组件失去了对端。",
        ),
        not_when=Phrase(en="The node is younger than two minutes.", zh="节点加入不到两分钟。"),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="NodeKubeletDown",
        title=Phrase(en="Node's kubelet is silent", zh="节点的 kubelet 没有上报"),
        fires_when=Phrase(
            en="The kubelet stopped reporting and something proves that the machine itself lives.",
            zh="kubelet 停止上报，而有证据表明机器本身仍在运行。",
        ),
        not_when=Phrase(en="The node is shutting down or was drained before.", zh="节点正在关机，或此前已被排空。"),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="NodeUnreachable",
        title=Phrase(en="Node cannot be reached", zh="节点无法连接"),
        fires_when=Phrase(
            en="The node stopped reporting and there is no sign that its machine lives.",
            zh="节点停止上报，且没有迹象表明机器仍在运行。",
        ),
        not_when=Phrase(
            en="Its lease was renewed less than 40 seconds ago, or it was drained before.",
            zh="其租约在 40 秒内续约过，或者此前已被排空。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="NodeUnderPressure",
        variants=("memory", "disk", "pids"),
        title=Phrase(en="Node runs out of a resource", zh="节点资源即将耗尽"),
        fires_when=Phrase(
            en="The node reports pressure on memory, disk or process ids, or cannot free disk space again and again.",
            zh="节点报告内存、磁盘或进程号不足，或者反复无法释放磁盘空间。",
        ),
        not_when=Phrase(en="The pressure is over.", zh="资源压力已经解除。"),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="KubeProxyDown",
        title=Phrase(en="kube-proxy does not work on a node", zh="某个节点上的 kube-proxy 不工作"),
        fires_when=Phrase(
            en="The kube-proxy pod of a working node is not ready, or absent while its DaemonSet wants it.",
            zh="正常节点上的 kube-proxy Pod 未就绪，或者 DaemonSet 需要它而它不存在。",
        ),
        not_when=Phrase(
            en="The cluster has no kube-proxy DaemonSet, because its network plugin does that work.",
            zh="集群没有 kube-proxy 的 DaemonSet，由网络插件承担其工作。",
        ),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="ControlPlaneComponentDown",
        variants=("kube-controller-manager", "kube-apiserver", "etcd", "cloud-controller-manager"),
        title=Phrase(en="Part of the control plane is down", zh="控制面组件不工作"),
        fires_when=Phrase(
            en="A component's pod is not ready, its lease is stale, or what it should do stays undone.",
            zh="组件的 Pod 未就绪、其租约过期，或者它应做的事没有完成。",
        ),
        not_when=Phrase(
            en="Its lease is fresh and all its pods that can be seen are ready.",
            zh="其租约有效，且能看到的 Pod 都已就绪。",
        ),
        condition_reason="DeadlineExceeded",
    ),
)
