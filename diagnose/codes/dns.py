"""Codes for names that do not resolve."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role

_row = partial(Code, family="dns", fault_class="network", condition_reason="DependencyNotReady")

CODES: tuple[Code, ...] = (
    _row(
        code="ClusterDNSDown",
        title=Phrase(en="The cluster's DNS does not answer", zh="集群 DNS 无法应答"),
        fires_when=Phrase(
            en="No endpoint of the cluster's DNS Service is ready.", zh="集群 DNS 的 Service 没有就绪的端点。"
        ),
        not_when=Phrase(
            en="Some replicas are ready, a cache on the nodes answers, or DNS is served outside the cluster.",
            zh="仍有副本就绪、节点上的缓存可以应答，或 DNS 由集群外提供。",
        ),
    ),
    _row(
        code="ClusterDNSConfigInvalid",
        variants=("syntax", "override", "upstream"),
        title=Phrase(en="The cluster's DNS is misconfigured", zh="集群 DNS 配置有误"),
        fires_when=Phrase(
            en="The DNS server cannot parse its Corefile, hides a Service's name, or gets no answer from its upstream.",
            zh="DNS 服务器无法解析 Corefile、截走了 Service 的名称，或得不到上游的应答。",
        ),
        not_when=Phrase(
            en="Only a single name fails, or the name really does not exist.",
            zh="只有个别名称失败，或该名称确实不存在。",
        ),
    ),
    _row(
        code="PodDNSPolicyWrong",
        title=Phrase(en="Pod does not ask the cluster's DNS", zh="Pod 没有使用集群 DNS"),
        fires_when=Phrase(
            en="A program fails to resolve a Service that exists, and the pod's DNS policy leads elsewhere.",
            zh="程序无法解析存在的 Service，而 Pod 的 DNS 策略指向别处。",
        ),
        not_when=Phrase(
            en="The pod uses external names only, or nothing fails.", zh="Pod 只使用外部名称，或没有任何失败。"
        ),
    ),
    _row(
        code="NameNotResolved",
        role=Role.SYMPTOM,
        title=Phrase(en="Name does not resolve", zh="名称无法解析"),
        fires_when=Phrase(
            en="The current log says that a name does not exist or that no resolver answers, and no sharper code fits.",
            zh="当前日志表明某个名称不存在或没有解析器应答，且没有更准确的代码。",
        ),
        not_when=Phrase(
            en="A later line reports success, or the name is that of an exporter of a ready pod.",
            zh="之后的日志显示成功，或该名称属于已就绪 Pod 的监控导出器。",
        ),
    ),
)
