"""Codes for containers that run and fail the checks of the kubelet."""

from functools import partial

from core.phrase import Phrase
from diagnose.codes.code import Code
from diagnose.findings import Role

_row = partial(Code, family="probes", fault_class="health")
_PROBES = ("liveness", "readiness", "startup")

CODES: tuple[Code, ...] = (
    _row(
        code="ProbeWrongPort",
        variants=_PROBES,
        title=Phrase(en="Probe asks the wrong port", zh="探针端口错误"),
        fires_when=Phrase(
            en="The probe is refused on a port that the container does not serve while it serves another.",
            zh="探针连接的端口被拒绝，而容器实际在另一个端口上服务。",
        ),
        not_when=Phrase(
            en="The port is right and the program is not up yet, or it listens on the loopback address.",
            zh="端口正确而程序尚未就绪，或者程序只监听回环地址。",
        ),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="ProbeWrongPath",
        variants=_PROBES,
        title=Phrase(en="Probe asks a path that does not exist", zh="探针路径错误"),
        fires_when=Phrase(
            en="The port answers the probe with a status such as 404, 405, 401 or 403, or redirects it to another "
            "host.",
            zh="端口可达，但对探针返回 404、405、401 或 403 等状态，或重定向到其他主机。",
        ),
        not_when=Phrase(
            en="The status is a server error, or the port belongs to another program.",
            zh="状态是服务端错误，或者该端口属于另一个程序。",
        ),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="ProbeWrongProtocol",
        variants=_PROBES,
        title=Phrase(en="Probe speaks the wrong protocol", zh="探针协议错误"),
        fires_when=Phrase(
            en="The probe reaches the program and the two speak different protocols, such as HTTP against HTTPS.",
            zh="探针连上了程序，但双方协议不同，例如 HTTP 对 HTTPS。",
        ),
        not_when=Phrase(
            en="The TLS error belongs to a client of the program itself.",
            zh="TLS 错误来自程序自身作为客户端的连接。",
        ),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="ProbeTimingTooTight",
        variants=_PROBES,
        title=Phrase(en="Probe allows too little time", zh="探针时限过紧"),
        fires_when=Phrase(
            en="The probe gives up while the program still starts normally, or before a slow answer arrives.",
            zh="程序仍在正常启动时探针就已放弃，或者响应较慢而探针先超时。",
        ),
        not_when=Phrase(en="The program was ready once and has failed ever since.", zh="程序曾经就绪，之后一直失败。"),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="ProbeCommandMissing",
        variants=_PROBES,
        title=Phrase(en="Probe's command does not exist", zh="探针命令不存在"),
        fires_when=Phrase(
            en="The command that the probe runs in the container is not in the image or cannot be executed.",
            zh="探针在容器内执行的命令不在镜像中或无法执行。",
        ),
        not_when=Phrase(en="The container was stopping when the probe ran.", zh="探针执行时容器正在停止。"),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="ProbeFailing",
        variants=_PROBES,
        role=Role.SYMPTOM,
        title=Phrase(en="Health check fails", zh="健康检查失败"),
        fires_when=Phrase(
            en="A probe fails now and no sharper code names the reason.",
            zh="探针当前失败，且没有更具体的代码说明原因。",
        ),
        not_when=Phrase(
            en="A dependency that the answer names is at fault, or the pod is being deleted.",
            zh="探针响应中指出的依赖才是原因，或者 Pod 正在被删除。",
        ),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="ReadinessGateUnsatisfied",
        title=Phrase(en="Readiness gate is not met", zh="就绪门控未满足"),
        fires_when=Phrase(
            en="All containers are ready, but an extra condition that another controller must set is absent or "
            "not true.",
            zh="所有容器均已就绪，但需由其他控制器设置的附加条件不存在或不为真。",
        ),
        not_when=Phrase(
            en="The pod is younger than two minutes and still being registered.",
            zh="Pod 创建不到两分钟，仍在注册。",
        ),
        condition_reason="ProbeFailing",
    ),
    _row(
        code="AppListensOnLoopback",
        title=Phrase(en="Program listens only inside its own pod", zh="程序只监听本机回环地址"),
        fires_when=Phrase(
            en="The program listens on 127.0.0.1 and connections to the pod's address are refused.",
            zh="程序监听 127.0.0.1，访问 Pod 地址的连接被拒绝。",
        ),
        not_when=Phrase(
            en="The probe runs inside the container, passes, and no Service uses the port.",
            zh="探针在容器内执行且通过，也没有 Service 使用该端口。",
        ),
        condition_reason="ProbeFailing",
    ),
)
