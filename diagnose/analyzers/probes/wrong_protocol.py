"""Probes that reach a program which speaks another protocol."""

import re
from typing import Any

from cluster.fields import text
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.probes.reading import ProbeFailure
from diagnose.analyzers.probes.shape import Told, check_name, consequence, probe_patch, tcp_instead
from diagnose.findings import matched, proved
from diagnose.logs.reading import read_log
from diagnose.ports import declared_ports
from diagnose.remedies import in_application

# -- protocol

_PLAIN_SERVER = re.compile(
    r"server gave HTTP response to HTTPS client|first record does not look like a TLS handshake|"
    r"tls: (?:unsupported|wrong) version|wrong version number",
    re.IGNORECASE,
)
_TLS_SERVER = re.compile(
    r"HTTP request (?:was sent )?to (?:an )?HTTPS (?:server|port)|malformed HTTP response \"?\\x15|"
    r"speaking plain HTTP to an SSL-enabled",
    re.IGNORECASE,
)
_NO_HEALTH = re.compile(r"unknown service grpc\.health|does not implement the grpc health protocol", re.IGNORECASE)
_NOT_HTTP = re.compile(
    r"malformed HTTP (?:response|status code|version)|HTTP/1\.x transport connection broken|"
    r"net/http: HTTP/1\.x|Unexpected HTTP/1\.x request",
    re.IGNORECASE,
)
_NOT_GRPC = re.compile(
    r"error reading server preface|http2: frame too large|unexpected HTTP status code", re.IGNORECASE
)
_DROPPED = re.compile(r"\bEOF\b|connection reset by peer", re.IGNORECASE)
_BARE_GRPC = "gRPC without the health service"

_DATA_PORTS = {
    6379: "Redis",
    5432: "PostgreSQL",
    3306: "MySQL",
    27017: "MongoDB",
    9092: "Kafka",
    5672: "AMQP",
    11211: "memcached",
    4222: "NATS",
}


def speaks_wrong_protocol(failure: ProbeFailure) -> Told | None:
    """Report a probe that reaches a program which speaks another protocol."""
    probe, output = failure.probe, failure.output
    port = probe.port
    if probe.handler in {"httpGet", "tcpSocket", "grpc"} and port is not None and _only_udp(failure, port):
        return _udp(failure, port)
    if probe.handler == "httpGet":
        secure = text(probe.spec, "httpGet", "scheme") == "HTTPS"
        if secure and _PLAIN_SERVER.search(output):
            return _protocol(failure, "HTTPS", "HTTP", {"httpGet": {"scheme": "HTTP"}}, "scheme")
        if not secure and (_TLS_SERVER.search(output) or _log_says_tls(failure)):
            return _protocol(
                failure, "HTTP", "HTTPS", {"httpGet": {"scheme": "HTTPS"}}, "scheme", _log_says_tls(failure)
            )
        data = _DATA_PORTS.get(port or 0)
        if data and _DROPPED.search(output):
            return _protocol(failure, "HTTP", data, tcp_instead(port, "httpGet"), "port")
        if _NOT_HTTP.search(output):
            return _protocol(failure, "HTTP", "", tcp_instead(port, "httpGet"), "port")
    if probe.handler == "grpc":
        if _NO_HEALTH.search(output):
            return _protocol(failure, "gRPC health", _BARE_GRPC, tcp_instead(port, "grpc"), "port")
        if _NOT_GRPC.search(output):
            return _protocol(failure, "gRPC", "", tcp_instead(port, "grpc"), "port")
    return None


def _protocol(
    failure: ProbeFailure, asked: str, spoken: str, change: dict[str, Any], field: str, line: Evidence | None = None
) -> Told:
    probe = failure.probe
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    answer = spoken or f"another protocol than {asked}"
    answer_zh = "不带健康检查服务的 gRPC" if spoken == _BARE_GRPC else spoken or f"{asked} 以外的协议"
    to_tcp = "tcpSocket" in change
    extra = (line,) if line else ()
    return Told(
        code="ProbeWrongProtocol",
        confidence=proved(
            "the program's answer and the probe's setting contradict each other",
            "程序的响应与探针的设置相互矛盾",
            twice=True,
        )
        if spoken
        else matched("the answer is not of the protocol that the probe speaks", "响应不属于探针所用的协议"),
        summary=Phrase(
            en=f"{who} speaks {asked} to port {probe.asked}, but the program there speaks {answer}{end}",
            zh=f"{who_zh}以 {asked} 访问端口 {probe.asked}，但该端口的程序使用 {answer_zh}{end_zh}",
        ),
        expected=f"{probe.key}.{next(iter(change))}.{field}: {spoken}"
        if field == "scheme"
        else f"{probe.key}.tcpSocket",
        actual=f"{probe.key}.{probe.handler}.{field}: " + (asked if field == "scheme" else str(probe.asked)),
        evidence=failure.proofs(*extra, failure.field(probe.handler, field)),
        remedies=(
            probe_patch(
                failure,
                {probe.key: change},
                summary=Phrase(
                    en=f"Check only that port {probe.asked} accepts connections (tcpSocket)",
                    zh=f"改为只检查端口 {probe.asked} 能否连接（tcpSocket）",
                )
                if to_tcp
                else Phrase(en=f"Let the check speak {spoken}", zh=f"让检查使用 {spoken}"),
            ),
        ),
    )


def _only_udp(failure: ProbeFailure, port: int) -> bool:
    protocols = {entry.protocol for entry in declared_ports(failure.container) if entry.number == port}
    return protocols == {"UDP"} and "refused" in failure.output


def _udp(failure: ProbeFailure, port: int) -> Told:
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    entry = next(entry for entry in declared_ports(failure.container) if entry.number == port)
    field = failure.scene.field(failure.container.pod, *entry.path, "protocol")
    return Told(
        code="ProbeWrongProtocol",
        confidence=proved(
            "the kubelet is refused over TCP and the port is declared as UDP",
            "kubelet 通过 TCP 被拒绝，而该端口声明为 UDP",
            twice=True,
        ),
        summary=Phrase(
            en=f"{who} connects to port {port} over TCP, but the container declares that port only for UDP{end}",
            zh=f"{who_zh}通过 TCP 连接端口 {port}，但容器声明该端口仅用于 UDP{end_zh}",
        ),
        expected=f"ports[].containerPort: {port} protocol: TCP",
        actual=f"ports[].containerPort: {port} protocol: UDP",
        evidence=failure.proofs(field),
        remedies=(
            in_application(
                Phrase(
                    en="Ask a port that the container serves over TCP, or check with a command inside it (exec)",
                    zh="让探针访问容器通过 TCP 提供的端口，或改用容器内命令（exec）检查",
                )
            ),
        ),
    )


def _log_says_tls(failure: ProbeFailure) -> Evidence | None:
    """Return the line in which the program itself complains of plain HTTP on its TLS port."""
    if not re.search(r"statuscode: 400|EOF|reset|malformed", failure.output):
        return None
    reading = read_log(failure.scene, failure.container.pod, failure.container.name, previous=False)
    for item in reversed(reading.items[-200:] if reading else ()):
        if _TLS_SERVER.search(item.text) or "first record does not look like a TLS handshake" in item.text:
            return failure.scene.line(failure.container.pod, failure.container.name, item.number)
    return None
