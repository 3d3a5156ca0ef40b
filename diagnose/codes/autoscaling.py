"""Codes for autoscalers that do not do their work."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="autoscaling", fault_class="rollout", condition_reason="DeadlineExceeded")

CODES: tuple[Code, ...] = (
    _row(
        code="AutoscalerTargetMissing",
        title=Phrase(en="Autoscaler points at a workload that does not exist", zh="自动伸缩器指向不存在的工作负载"),
        fires_when=Phrase(
            en="The autoscaler's target is absent, or the cluster has no such kind.",
            zh="自动伸缩器的目标不存在，或集群没有该类型。",
        ),
        not_when=Phrase(
            en="The target exists, or reading it was only forbidden or timed out.",
            zh="目标存在，或者只是读取时被禁止或超时。",
        ),
    ),
    _row(
        code="AutoscalerMetricsUnavailable",
        title=Phrase(en="Autoscaler gets no measurements", zh="自动伸缩器得不到测量值"),
        fires_when=Phrase(
            en="The autoscaler has failed for more than two minutes to read the metrics that it needs.",
            zh="自动伸缩器超过两分钟无法读取所需的指标。",
        ),
        not_when=Phrase(
            en="The workload is scaled to zero, its pods are new or not ready, or a request is missing.",
            zh="工作负载缩到零，其 Pod 刚创建或未就绪，或者缺少请求值。",
        ),
    ),
    _row(
        code="AutoscalerRequestsMissing",
        title=Phrase(
            en="Container lacks the request that the autoscaler measures against", zh="容器缺少自动伸缩所需的请求值"
        ),
        fires_when=Phrase(
            en="The autoscaler aims at a share of a request, and a container of the running pods makes none.",
            zh="自动伸缩器以请求值的百分比为目标，而运行中的 Pod 有容器没有设置该请求值。",
        ),
        not_when=Phrase(
            en="The aim is an absolute value, or the running pod has the request from a default.",
            zh="目标是绝对值，或者运行中的 Pod 由默认值得到了该请求值。",
        ),
    ),
    _row(
        code="AutoscalerAtMaximum",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        title=Phrase(en="Autoscaler is at its maximum under load", zh="自动伸缩器在负载下已达上限"),
        fires_when=Phrase(
            en="The autoscaler runs as many pods as it may, and a metric is still above its aim.",
            zh="自动伸缩器已达最大副本数，而指标仍高于目标。",
        ),
        not_when=Phrase(
            en="It is at its minimum, or no metric is above its aim, or minimum and maximum are the same.",
            zh="处于最小副本数，或没有指标高于目标，或最小值与最大值相同。",
        ),
    ),
    _row(
        code="AutoscalerConflict",
        title=Phrase(en="Two owners scale one workload", zh="同一工作负载由两方伸缩"),
        fires_when=Phrase(
            en="Two autoscalers, or an autoscaler and another owner of the size, act on one workload.",
            zh="两个自动伸缩器，或自动伸缩器与另一个副本数的所有者，同时作用于一个工作负载。",
        ),
        not_when=Phrase(
            en="One of them made the other, only recommends, or never changes the size.",
            zh="其中一个由另一个创建，或只给建议，或从不改变副本数。",
        ),
    ),
    _row(
        code="ScaledObjectNotReady",
        title=Phrase(en="Event-driven autoscaler does not work", zh="事件驱动的自动伸缩器不工作"),
        fires_when=Phrase(
            en="A KEDA object is not ready, or runs on its fallback, for more than two minutes.",
            zh="KEDA 对象未就绪或使用备用副本数超过两分钟。",
        ),
        not_when=Phrase(
            en="It is paused on purpose, idle, or its pods are new.", zh="被有意暂停、处于空闲，或其 Pod 刚创建。"
        ),
    ),
)
