"""Codes for workloads whose new revision does not arrive, or that were stopped on purpose."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="rollouts", fault_class="rollout")

CODES: tuple[Code, ...] = (
    _row(
        code="RolloutStuck",
        role=Role.SYMPTOM,
        title=Phrase(en="New version does not become ready", zh="新版本迟迟不就绪"),
        fires_when=Phrase(
            en="A rollout exceeded its deadline or no new pod became ready for ten minutes.",
            zh="发布超过期限，或者十分钟内没有新 Pod 就绪。",
        ),
        not_when=Phrase(
            en="It is paused, still within its deadline, or finished.",
            zh="发布已暂停、仍在期限内，或者已完成。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="RolloutStrategyUnsafe",
        variants=("blocked", "drains_all"),
        severity=Severity.MEDIUM,
        title=Phrase(en="Rollout strategy blocks itself or stops all pods", zh="发布策略自相阻塞或停掉全部 Pod"),
        fires_when=Phrase(
            en="A rollout may stop no old pod while the new one needs what the old ones hold, or it stopped all old "
            "pods before a new one was ready.",
            zh="发布不允许停止旧 Pod，而新 Pod 需要旧 Pod 占用的资源；或在新 Pod 就绪之前停止了所有旧 Pod。",
        ),
        not_when=Phrase(
            en="Both numbers round to 0 (then one pod may be missing), or Recreate guards a volume with a single "
            "writer.",
            zh="两个数值取整后都为 0（此时允许缺少一个 Pod），或 Recreate 用于保护只能单点写入的卷。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="WorkloadScaledToZero",
        title=Phrase(en="Workload is scaled to zero", zh="工作负载副本数为零"),
        fires_when=Phrase(
            en="The workload wants no pods and something that was asked about needs it.",
            zh="工作负载的副本数为零，而被询问的对象需要它。",
        ),
        not_when=Phrase(
            en="An autoscaler or sleep puts it at zero, it is an old revision, or nobody uses it.",
            zh="是自动伸缩或休眠所致、是旧版本，或者没有使用者。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="WorkloadSuspended",
        variants=("paused", "suspended", "on_delete", "partition"),
        role=Role.CONTRIBUTING,
        severity=Severity.LOW,
        title=Phrase(en="Workload is paused on purpose", zh="工作负载被有意暂停"),
        fires_when=Phrase(
            en="A change or a run waits because the workload is paused, suspended or updates only by hand.",
            zh="由于工作负载被暂停、挂起或只能手动更新，变更或运行没有生效。",
        ),
        not_when=Phrase(en="Nothing waits behind the pause.", zh="暂停并未挡住任何变更。"),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="StatefulSetOrdinalBlocked",
        role=Role.SYMPTOM,
        title=Phrase(en="One pod blocks those after it", zh="一个 Pod 挡住了后面的 Pod"),
        fires_when=Phrase(
            en="A StatefulSet works in order and stands at one pod that is not ready.",
            zh="StatefulSet 按顺序处理，停在一个未就绪的 Pod 上。",
        ),
        not_when=Phrase(
            en="It manages its pods in parallel, or the pod is within the time that its probes allow.",
            zh="它并行管理 Pod，或者该 Pod 仍在探针允许的时间内。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="StatefulSetServiceMissing",
        title=Phrase(en="Governing Service of a StatefulSet is missing", zh="StatefulSet 的治理 Service 缺失"),
        fires_when=Phrase(
            en="The headless Service that the StatefulSet names is absent or not headless, and its pods call each "
            "other by name.",
            zh="StatefulSet 指定的 headless Service 不存在或不是 headless，而 Pod 之间按名称互访。",
        ),
        not_when=Phrase(
            en="No Service is named, or nobody uses the pods' names.",
            zh="没有指定 Service，或者没有人使用 Pod 名称。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="DaemonSetNodesUncovered",
        title=Phrase(en="Node agent is missing on some nodes", zh="部分节点缺少节点代理"),
        fires_when=Phrase(
            en="A DaemonSet has no working pod on nodes that need it.",
            zh="DaemonSet 在需要它的节点上没有正常运行的 Pod。",
        ),
        not_when=Phrase(
            en="The nodes are left out on purpose and nothing on them fails.",
            zh="这些节点是有意排除的，且其上没有故障。",
        ),
        condition_reason="DeadlineExceeded",
    ),
)
