"""Codes for pods that no node takes."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="scheduling", fault_class="scheduling")

CODES: tuple[Code, ...] = (
    _row(
        code="InsufficientResources",
        variants=("cpu", "memory", "ephemeral-storage", "volumes"),
        open_variants=True,
        title=Phrase(en="No node has enough free capacity", zh="没有节点有足够的空闲资源"),
        fires_when=Phrase(
            en="The pod requests more of a resource than any suitable node has free.",
            zh="Pod 请求的某种资源超过任何合适节点的空闲量。",
        ),
        not_when=Phrase(
            en="A node has room and another rule keeps the pod away.",
            zh="有节点容量足够，是其他规则阻止了 Pod。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="NodePodLimitReached",
        title=Phrase(en="Nodes hold as many pods as they may", zh="节点的 Pod 数已达上限"),
        fires_when=Phrase(
            en="Every suitable node already runs its allowed number of pods.",
            zh="每个合适的节点都已运行到允许的 Pod 数量。",
        ),
        not_when=Phrase(
            en="The node has pods to spare and the pool of addresses is empty.",
            zh="节点还能容纳 Pod，用完的是地址池。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="NodeSelectorMismatch",
        title=Phrase(en="No node carries the wanted label", zh="没有节点带有所需标签"),
        fires_when=Phrase(
            en="The pod's nodeSelector asks for a label that no node carries with that value.",
            zh="Pod 的 nodeSelector 要求的标签取值没有任何节点具备。",
        ),
        not_when=Phrase(
            en="The selector fits and the node affinity does not.",
            zh="nodeSelector 匹配，不匹配的是节点亲和性。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="NodeAffinityMismatch",
        title=Phrase(en="No node meets the node affinity", zh="没有节点满足节点亲和性"),
        fires_when=Phrase(
            en="No node meets the required node affinity terms of the pod.",
            zh="没有节点满足 Pod 的必需节点亲和性条件。",
        ),
        not_when=Phrase(en="Only preferred terms are unmet.", zh="未满足的只是偏好条件。"),
        condition_reason="Unschedulable",
    ),
    _row(
        code="TaintNotTolerated",
        title=Phrase(en="Nodes keep the pod away with a taint", zh="节点污点排斥该 Pod"),
        fires_when=Phrase(
            en="Suitable nodes carry a taint that the pod does not tolerate.",
            zh="合适的节点带有 Pod 未容忍的污点。",
        ),
        not_when=Phrase(
            en="The taint stands on a control-plane node beside full workers, or it marks a sick node.",
            zh="污点在控制平面节点上而工作节点已满，或者污点标记的是故障节点。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="NodesCordoned",
        title=Phrase(en="Nodes are closed for new pods", zh="节点已被封锁，不接收新 Pod"),
        fires_when=Phrase(en="The nodes that would fit are marked unschedulable.", zh="合适的节点被标记为不可调度。"),
        not_when=Phrase(
            en="Other nodes are open and another rule blocks them.",
            zh="其他节点是开放的，由别的规则阻止。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="PodAffinityUnsatisfied",
        title=Phrase(en="Pod must stand beside a pod that is not there", zh="Pod 亲和性未满足"),
        fires_when=Phrase(
            en="The pod must run near pods that no suitable node or zone holds.",
            zh="Pod 必须与某类 Pod 相邻，而合适的节点或可用区上没有这类 Pod。",
        ),
        not_when=Phrase(
            en="It is the first pod of a group that asks for itself.",
            zh="它是要求与自身同组相邻的第一个 Pod。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="PodAntiAffinityConflict",
        title=Phrase(en="Pod may not stand beside its peers", zh="Pod 反亲和性冲突"),
        fires_when=Phrase(
            en="Every node or zone that would fit already holds a pod that this one must stay away from.",
            zh="每个合适的节点或可用区都已有该 Pod 必须远离的 Pod。",
        ),
        not_when=Phrase(en="A rollout will soon free the place.", zh="正在进行的发布很快会腾出位置。"),
        condition_reason="Unschedulable",
    ),
    _row(
        code="TopologySpreadUnsatisfied",
        title=Phrase(en="Pod would make the spread uneven", zh="拓扑分布约束无法满足"),
        fires_when=Phrase(
            en="Placing the pod anywhere would break a required rule on even spread, or nodes lack the label that "
            "the rule counts by.",
            zh="放在任何位置都会破坏必需的均匀分布规则，或者节点缺少该规则所依据的标签。",
        ),
        not_when=Phrase(en="The rule is only a preference.", zh="该规则只是偏好。"),
        condition_reason="Unschedulable",
    ),
    _row(
        code="HostPortConflict",
        title=Phrase(en="Port of the node is taken", zh="节点端口已被占用"),
        fires_when=Phrase(
            en="The pod asks for a port of the node itself and every suitable node has it in use.",
            zh="Pod 要求占用节点端口，而每个合适节点上该端口都已被使用。",
        ),
        not_when=Phrase(
            en="An old pod of the same DaemonSet is just leaving.",
            zh="同一 DaemonSet 的旧 Pod 正在退出。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="VolumeZoneConflict",
        title=Phrase(en="Volume lies where the pod cannot run", zh="卷所在位置与 Pod 不一致"),
        fires_when=Phrase(
            en="The pod's volume can only be used on nodes that the pod cannot run on.",
            zh="Pod 的卷只能在 Pod 无法运行的节点上使用。",
        ),
        not_when=Phrase(en="The claim has no volume yet.", zh="存储声明尚未绑定卷。"),
        condition_reason="Unschedulable",
    ),
    _row(
        code="SchedulerUnavailable",
        title=Phrase(en="Scheduler does not work", zh="调度器不工作"),
        fires_when=Phrase(
            en="Pods wait without any word from the scheduler, and the scheduler is not running or has lost its lease.",
            zh="Pod 等待时调度器毫无反应，且调度器未运行或已失去租约。",
        ),
        not_when=Phrase(en="The scheduler's lease is fresh.", zh="调度器的租约是新的。"),
        condition_reason="Unschedulable",
    ),
    _row(
        code="SchedulerNameUnknown",
        title=Phrase(en="Pod asks for a scheduler that does not exist", zh="指定的调度器不存在"),
        fires_when=Phrase(en="The pod names a scheduler that nobody runs.", zh="Pod 指定的调度器没有人在运行。"),
        not_when=Phrase(en="That scheduler runs and reports.", zh="该调度器在运行并有反馈。"),
        condition_reason="Unschedulable",
    ),
    _row(
        code="SchedulingGated",
        severity=Severity.LOW,
        title=Phrase(en="Pod is held back by a scheduling gate", zh="Pod 被调度门控暂缓"),
        fires_when=Phrase(
            en="The pod carries a scheduling gate that its controller has not removed.",
            zh="Pod 带有调度门控，相应控制器尚未移除。",
        ),
        not_when=Phrase(
            en="The gate is younger than five minutes and its controller is active.",
            zh="门控不到五分钟，且其控制器处于活动状态。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="AssignedNodeMissing",
        title=Phrase(en="Pod is assigned to a node that does not exist", zh="Pod 指定的节点不存在"),
        fires_when=Phrase(
            en="The pod is bound to a node name that is not in the cluster.",
            zh="Pod 绑定的节点名不在集群中。",
        ),
        not_when=Phrase(
            en="The node was deleted seconds ago and the pod will be cleaned up.",
            zh="节点几秒前刚被删除，Pod 即将被清理。",
        ),
        condition_reason="Unschedulable",
    ),
    _row(
        code="Unschedulable",
        role=Role.SYMPTOM,
        title=Phrase(en="No node takes the pod", zh="没有节点可接收该 Pod"),
        fires_when=Phrase(
            en="The scheduler finds no node and its reason matches no sharper code.",
            zh="调度器找不到节点，且其理由不属于任何更具体的代码。",
        ),
        not_when=Phrase(
            en="A claim, a volume or a sharper code of this family explains it.",
            zh="可由存储声明、卷或本族更具体的代码解释。",
        ),
        condition_reason="Unschedulable",
    ),
)
