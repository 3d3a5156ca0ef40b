"""Codes for pods that get no network or no address, before any container starts."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code

_row = partial(Code, family="sandbox", fault_class="startup")

CODES: tuple[Code, ...] = (
    _row(
        code="SandboxCreationFailed",
        title=Phrase(en="Pod network cannot be set up", zh="Pod 网络无法建立"),
        fires_when=Phrase(
            en="The node cannot set up the pod's network, so that no container starts.",
            zh="节点无法为 Pod 建立网络，因此没有容器启动。",
        ),
        not_when=Phrase(
            en="It failed once and the pod has started since, or the sandbox is merely made anew after a reboot.",
            zh="只失败过一次且 Pod 已启动，或者只是节点重启后重建沙箱。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="PodAddressesExhausted",
        title=Phrase(en="No address left for pods", zh="Pod 地址已用完"),
        fires_when=Phrase(
            en="The node or the address pool has no free address for a new pod.",
            zh="节点或地址池没有空闲地址分给新的 Pod。",
        ),
        not_when=Phrase(
            en="Far fewer pods run than there are addresses and the message is old.",
            zh="运行的 Pod 远少于地址数，且该消息是旧的。",
        ),
        condition_reason="DeadlineExceeded",
    ),
    _row(
        code="RuntimeClassMissing",
        title=Phrase(en="Runtime class or its runtime is missing", zh="运行时类或其运行时不存在"),
        fires_when=Phrase(
            en="A pod names a RuntimeClass that does not exist, or one whose runtime its node does not have.",
            zh="Pod 指定的运行时类不存在，或其节点没有该类所需的运行时。",
        ),
        not_when=Phrase(
            en="The class exists and only its node selector keeps the pod waiting.",
            zh="运行时类存在，只是其节点选择器使 Pod 等待。",
        ),
        condition_reason="DeadlineExceeded",
    ),
)
