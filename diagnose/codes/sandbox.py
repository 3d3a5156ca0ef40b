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
)
