"""Codes for traffic that policies keep out."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="network_policies", fault_class="network", condition_reason="DependencyNotReady")

CODES: tuple[Code, ...] = (
    _row(
        code="NetworkPolicyBlocksTraffic",
        variants=("ingress", "egress"),
        title=Phrase(en="A network policy blocks a needed connection", zh="网络策略阻断了所需的连接"),
        fires_when=Phrase(
            en="A program gets no answer from a peer, and the rules of the caller's or the called pod's policies deny "
            "that connection.",
            zh="程序得不到对端的应答，且调用方或被调用方 Pod 的策略规则不放行该连接。",
        ),
        not_when=Phrase(
            en="Some rule allows it, the policies or an end were not read, the connection is refused at once, or the "
            "caller works.",
            zh="有规则放行、策略或某一端未读取、连接被立即拒绝，或调用方工作正常。",
        ),
    ),
    _row(
        code="NetworkPolicyBlocksDNS",
        title=Phrase(en="A network policy blocks name lookups", zh="网络策略阻断了域名解析"),
        fires_when=Phrase(
            en="A program's names do not resolve, and no rule for its outgoing traffic admits UDP to the cluster's "
            "DNS.",
            zh="程序的名称无法解析，且其出站规则没有放行到集群 DNS 的 UDP 流量。",
        ),
        not_when=Phrase(
            en="A rule without ports or peers admits it, the resolver answers that a name does not exist, or the pod "
            "calls addresses only.",
            zh="有不限端口或不限去向的规则放行、解析器明确答复名称不存在，或 Pod 只访问 IP 地址。",
        ),
    ),
    _row(
        code="MeshPolicyDenied",
        variants=("authorization", "mtls"),
        title=Phrase(en="The service mesh refuses a call", zh="服务网格拒绝了调用"),
        fires_when=Phrase(
            en="A call is refused in the words of the mesh or cut off, and a policy of the mesh at the called pod "
            "explains it.",
            zh="调用被网格以其特有文字拒绝或被中断，且被调用 Pod 处的网格策略能够解释。",
        ),
        not_when=Phrase(
            en="The program itself answers 403, the mode is permissive, or neither end has a proxy.",
            zh="由程序自身返回 403、模式为宽松，或两端都没有代理。",
        ),
    ),
)
