"""Codes for what is there and overloaded."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="saturation", fault_class="performance", severity=Severity.MEDIUM)

CODES: tuple[Code, ...] = (
    _row(
        code="CPUSaturated",
        variants=("throttled", "overloaded"),
        title=Phrase(en="CPU is used up", zh="CPU 已用尽"),
        fires_when=Phrase(
            en="A container uses all of its CPU limit, or a node all of its CPU, and probes or calls time out; or a "
            "text tells of the throttling.",
            zh="容器用满 CPU 上限或节点用满 CPU，且探针或调用超时；或有文字写明发生了 CPU 限流。",
        ),
        not_when=Phrase(
            en="Nothing was measured, nothing is slow, or the program is in its first minute.",
            zh="没有测量数据、没有变慢的迹象，或程序启动不到一分钟。",
        ),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="NetworkDegraded",
        variants=("latency", "loss"),
        title=Phrase(en="Network is slow or loses packets", zh="网络延迟或丢包"),
        fires_when=Phrase(
            en="Calls to several targets time out and share one node or pod while others are fine, or a chaos "
            "experiment disturbs the network.",
            zh="对多个目标的调用超时，且都与同一个节点或 Pod 有关，而其他位置正常；或有混沌实验干扰网络。",
        ),
        not_when=Phrase(
            en="Connections are refused, a network policy, CPU or DNS explains it, or only one peer is silent.",
            zh="连接被拒绝、由网络策略、CPU 或 DNS 引起，或只有一个对端没有应答。",
        ),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="ProcessLimitExhausted",
        variants=("file_descriptors", "processes", "ephemeral_ports", "conntrack", "inotify"),
        title=Phrase(en="Program runs into a limit of the system", zh="程序触及系统限制"),
        fires_when=Phrase(
            en="The current log says that open files, processes, local ports, connection entries or file watches "
            "ran out.",
            zh="当前日志写明打开的文件、进程、本地端口、连接跟踪表项或文件监视已耗尽。",
        ),
        not_when=Phrase(
            en="The line only prints a limit, or an address cannot be bound.",
            zh="该行只是打印限制值，或者是地址无法绑定。",
        ),
        condition_reason="CrashLooping",
    ),
    _row(
        code="RetryStorm",
        role=Role.CONTRIBUTING,
        title=Phrase(en="Callers repeat failing calls ever faster", zh="调用方不断加快重试"),
        fires_when=Phrase(
            en="Failing calls of two or more callers to one Service grow threefold within ten minutes.",
            zh="两个以上调用方对同一 Service 的失败调用在十分钟内增至三倍以上。",
        ),
        not_when=Phrase(
            en="The calls grow fewer, there is one caller, or the callers have just started.",
            zh="调用逐渐减少、只有一个调用方，或调用方刚刚启动。",
        ),
        condition_reason="DependencyNotReady",
    ),
)
