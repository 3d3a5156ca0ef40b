"""Codes for what is to go and stays."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role

_row = partial(Code, family="termination", fault_class="lifecycle", condition_reason="DeadlineExceeded")

CODES: tuple[Code, ...] = (
    _row(
        code="FinalizerBlocked",
        variants=("object", "namespace"),
        title=Phrase(en="Deletion waits for a finalizer that nobody removes", zh="删除被无人移除的终结器阻挡"),
        fires_when=Phrase(
            en="An object has been marked for deletion for more than two minutes and still has a finalizer, or a "
            "namespace stays in Terminating because something in it is left or cannot be listed.",
            zh="对象被标记删除超过两分钟而仍有终结器，或命名空间因仍有内容或无法列出内容而停在 Terminating。",
        ),
        not_when=Phrase(
            en="A pod still mounts the claim, a cloud resource is cleaned up for less than ten minutes, or the "
            "children are still going.",
            zh="仍有 Pod 挂载该存储声明，云资源清理不足十分钟，或子对象仍在删除中。",
        ),
    ),
    _row(
        code="PodTerminatingStuck",
        role=Role.SYMPTOM,
        title=Phrase(en="Pod outlives its deletion", zh="Pod 到期仍未消失"),
        fires_when=Phrase(
            en="A pod is still there more than a minute after it should have been gone.",
            zh="Pod 在应当消失的时刻一分钟之后仍然存在。",
        ),
        not_when=Phrase(
            en="It may still use its time to shut down, or its node is being emptied.",
            zh="仍在允许的关闭时间内，或其节点正在腾空。",
        ),
    ),
    _row(
        code="EvictionBlockedByBudget",
        title=Phrase(en="Disruption budget forbids an eviction", zh="中断预算禁止驱逐"),
        fires_when=Phrase(
            en="A disruption budget allows no eviction, or a pod has two of them, while a node is being emptied or an "
            "eviction was refused.",
            zh="中断预算不允许驱逐（或一个 Pod 有两个预算），而节点正在腾空或驱逐已被拒绝。",
        ),
        not_when=Phrase(
            en="Nobody wants to evict, the budget has no pods, or only a rollout replaces pods.",
            zh="没有人要驱逐，预算没有对应的 Pod，或只是发布在替换 Pod。",
        ),
    ),
)
