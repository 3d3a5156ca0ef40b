"""Codes for callers that do not reach what they call."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role, Severity

_row = partial(Code, family="clients", fault_class="dependency")

CODES: tuple[Code, ...] = (
    _row(
        code="ClientAddressUnknown",
        title=Phrase(en="Address names no Service", zh="地址没有对应的 Service"),
        fires_when=Phrase(
            en="A program calls a host in the form of a Service, no Service bears that name, and its log or failure "
            "confirms it.",
            zh="程序访问形如 Service 的主机名，而没有这个名称的 Service，且日志或失败证实了这一点。",
        ),
        not_when=Phrase(
            en="The name is external, its namespace was not read, a Service of type ExternalName or a headless Service "
            "serves it, or the program works.",
            zh="名称在集群外、其命名空间未读取、由 ExternalName 或无头 Service 提供，或程序工作正常。",
        ),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="ClientPortMismatch",
        title=Phrase(en="Service does not offer the port that is called", zh="被访问的端口不在 Service 中"),
        fires_when=Phrase(
            en="A program calls a Service at a port that is not among the ports of the Service.",
            zh="程序访问 Service 的某个端口，而该端口不在其端口列表中。",
        ),
        not_when=Phrase(
            en="The Service is headless and its pods declare no ports, or the program works.",
            zh="该 Service 为无头且其 Pod 未声明端口，或程序工作正常。",
        ),
        condition_reason="PortMismatch",
    ),
    _row(
        code="DependencyUnreachable",
        variants=("in_cluster", "external"),
        role=Role.SYMPTOM,
        title=Phrase(en="A needed service does not answer", zh="所依赖的服务没有应答"),
        fires_when=Phrase(
            en="The current log names an address that refuses, times out or cuts connections.",
            zh="当前日志写明某个地址拒绝连接、超时或中断连接。",
        ),
        not_when=Phrase(
            en="A later line reports success, or only the first tries of a program that is ready now failed.",
            zh="之后的日志显示成功，或只是现已就绪的程序在启动时的最初几次尝试失败。",
        ),
        condition_reason="DependencyNotReady",
    ),
    _row(
        code="EnvVarShadowed",
        severity=Severity.MEDIUM,
        title=Phrase(en="One environment variable hides another", zh="环境变量被另一处设置盖住"),
        fires_when=Phrase(
            en="A variable is set twice with different values, or takes the value that Kubernetes made for a Service, "
            "and the failing program's log names it.",
            zh="同一变量被设置为两个不同的值，或取到 Kubernetes 为 Service 生成的值，且失败程序的日志提到它。",
        ),
        not_when=Phrase(
            en="Both values are equal, or nothing fails over it (then it is only untidy).",
            zh="两个值相同，或没有因此失败（此时只是不整洁）。",
        ),
        condition_reason="DependencyNotReady",
    ),
)
