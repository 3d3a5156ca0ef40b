"""Codes for pods that the platform removed or refused."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="evictions", fault_class="lifecycle", condition_reason="Unschedulable")

CODES: tuple[Code, ...] = (
    _row(
        code="EvictedByNodePressure",
        variants=("memory", "disk", "pids"),
        title=Phrase(en="Pod removed because its node ran short", zh="节点资源不足，Pod 被驱逐"),
        fires_when=Phrase(
            en="The kubelet evicted a pod for want of memory, disk or process ids, and nothing runs in its place.",
            zh="kubelet 因内存、磁盘或进程号不足驱逐了 Pod，且没有替代的 Pod 在运行。",
        ),
        not_when=Phrase(en="Its owner runs as many pods as it wants.", zh="其控制器运行的 Pod 数量已足够。"),
    ),
    _row(
        code="EphemeralStorageLimitExceeded",
        title=Phrase(en="Pod wrote more local data than it may", zh="Pod 写入的本地数据超过限制"),
        fires_when=Phrase(
            en="The kubelet evicted a pod whose container or emptyDir volume exceeded its local storage limit.",
            zh="容器或 emptyDir 卷超过本地存储限制，Pod 被 kubelet 驱逐。",
        ),
        not_when=Phrase(en="The node itself lacked disk space.", zh="是节点自身磁盘空间不足。"),
    ),
    _row(
        code="PodPreempted",
        title=Phrase(en="Pod made room for a more important one", zh="Pod 被更高优先级的 Pod 抢占"),
        fires_when=Phrase(
            en="A pod was removed for one of higher priority and its owner lacks pods since.",
            zh="Pod 为更高优先级的 Pod 让出资源而被移除，此后其控制器缺少 Pod。",
        ),
        not_when=Phrase(en="Its owner runs as many pods as it wants.", zh="其控制器运行的 Pod 数量已足够。"),
    ),
    _row(
        code="EvictedByTaint",
        title=Phrase(en="Pod driven away by its node's taint", zh="Pod 被节点污点驱逐"),
        fires_when=Phrase(
            en="A taint with effect NoExecute that the pod does not tolerate drove it from its node.",
            zh="节点上 Pod 未容忍的 NoExecute 污点将其驱离。",
        ),
        not_when=Phrase(
            en="The deletion was cancelled, or the pod runs elsewhere.", zh="驱逐已取消，或 Pod 已在别处运行。"
        ),
    ),
    _row(
        code="NodeAdmissionRejected",
        title=Phrase(en="Node refused the pod", zh="节点拒绝了 Pod"),
        fires_when=Phrase(
            en="The kubelet refused a pod that was given to its node, and none runs in its place.",
            zh="kubelet 拒绝了分配到本节点的 Pod，且没有替代的 Pod 在运行。",
        ),
        not_when=Phrase(
            en="The owner made another pod that runs, as is usual after a node's restart.",
            zh="控制器已创建新的 Pod 并在运行，节点重启后常见。",
        ),
    ),
)
