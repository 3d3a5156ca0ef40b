"""Codes for kinds that others add to the cluster, and the APIs behind them."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="extensions", fault_class="delivery", condition_reason="DeadlineExceeded")

CODES: tuple[Code, ...] = (
    _row(
        code="CustomResourceKindMissing",
        title=Phrase(en="Cluster lacks the kind that is asked for", zh="集群缺少所需的类型"),
        fires_when=Phrase(
            en="Somebody was told that a kind does not exist, and its definition is absent or lacks that version.",
            zh="有组件被告知某类型不存在，且其定义不存在或没有该版本。",
        ),
        not_when=Phrase(
            en="The API that serves it is only unavailable, or the definition was added since.",
            zh="只是提供它的 API 不可用，或之后已添加该定义。",
        ),
    ),
    _row(
        code="CustomResourceNotReconciled",
        title=Phrase(en="Custom resource is not brought about", zh="自定义资源未达到期望状态"),
        fires_when=Phrase(
            en="A standard condition is bad, the last change was not taken up for five minutes, or only this one of "
            "its kind has no status.",
            zh="标准状况异常，最近一次修改五分钟未被处理，或同类对象中只有它没有状态。",
        ),
        not_when=Phrase(
            en="The kind never has a status, the resource is paused, or its condition is new.",
            zh="该类型从不带状态，对象已暂停，或状况刚出现。",
        ),
    ),
    _row(
        code="APIServiceUnavailable",
        title=Phrase(en="API served by another program does not answer", zh="由其他程序提供的 API 没有响应"),
        fires_when=Phrase(
            en="The API server has marked an API behind a Service as not available for more than a minute.",
            zh="API 服务器将某个由 Service 提供的 API 标记为不可用超过一分钟。",
        ),
        not_when=Phrase(
            en="The API is built in, its state is unknown, or it has just gone.",
            zh="该 API 为内置，状态未知，或刚刚不可用。",
        ),
    ),
    _row(
        code="APIVersionRemoved",
        title=Phrase(en="Version of a kind that Kubernetes removed", zh="Kubernetes 已移除的类型版本"),
        fires_when=Phrase(
            en="A manifest, release or controller is refused because it asks for a version that is no longer served.",
            zh="清单、发布或控制器因使用不再提供的版本而被拒绝。",
        ),
        not_when=Phrase(
            en="The old version stands only in the copy of the last applied manifest.",
            zh="旧版本只出现在最近应用清单的副本中。",
        ),
    ),
)
