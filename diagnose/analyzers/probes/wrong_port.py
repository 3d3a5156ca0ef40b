"""Probes that ask a port where nothing listens, and programs that listen on the loopback address only."""

import re
from typing import Any

from cluster.names import closest
from core.phrase import Phrase
from diagnose.analyzers.probes.reading import ProbeFailure
from diagnose.analyzers.probes.shape import Told, check_name, consequence, earlier_probe, probe_patch
from diagnose.findings import NextCheck, Remedy, inferred, matched, proved
from diagnose.logs.listen import listening
from diagnose.ports import declared_ports, labels_of, pod_ports
from diagnose.probing import probes_of
from diagnose.remedies import in_application
from diagnose.served import ServedPort, served_ports, service_targets

_REFUSED = re.compile(r"connection refused|failed to connect service|actively refused", re.IGNORECASE)
_NOT_A_NUMBER = re.compile(r'strconv\.(?:Atoi|ParseInt): parsing "([^"]{1,63})": invalid syntax')


def refused(failure: ProbeFailure) -> bool:
    """Say whether the kubelet's connection was refused."""
    return bool(_REFUSED.search(failure.output)) and failure.probe.handler != "exec"


def named_port_unknown(failure: ProbeFailure) -> Told | None:
    """Report a probe whose named port no port of the container bears: it can never succeed."""
    probe = failure.probe
    asked = probe.asked
    if not isinstance(asked, str) or probe.port is not None or not asked:
        return None
    ports = declared_ports(failure.container)
    names = [port.name for port in ports if port.name]
    near = tuple(closest(asked, names))
    fitting = next((port for port in ports if near and port.name == near[0]), ports[0] if len(ports) == 1 else None)
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    have = labels_of(ports) or "none"
    remedies: tuple[Remedy, ...]
    if fitting:
        value = fitting.name or fitting.number
        remedies = (_port_patch(failure, value),)
    else:
        remedies = (
            in_application(
                Phrase(
                    en=f"Name the port {asked} in the container's list of ports, or ask a port that stands there",
                    zh=f"在容器的端口列表中增加名为 {asked} 的端口，或者让探针使用已有的端口",
                )
            ),
        )
    said = _NOT_A_NUMBER.search(failure.output)
    ports_field = failure.scene.field(failure.container.pod, *failure.container.spec_path, "ports")
    return Told(
        code="ProbeWrongPort",
        confidence=proved(
            "the probe's port name is not among the container's ports"
            + (", and the kubelet cannot read it as a number" if said else ""),
            "探针的端口名不在容器的端口中" + ("，kubelet 也无法将其解析为数字" if said else ""),
            twice=bool(said),
        ),
        summary=Phrase(
            en=f'{who} asks a port named "{asked}", but the container has no port of that name '
            f"(its ports: {have}){end}",
            zh=f"{who_zh}使用名为 “{asked}” 的端口，但容器没有这个名称的端口（已有端口：{have}）{end_zh}",
        ),
        expected=f"{probe.key}.{probe.handler}.port: {fitting.name or fitting.number}" if fitting else "",
        actual=f"{probe.key}.{probe.handler}.port: {asked}",
        near=near,
        evidence=failure.proofs(failure.field(probe.handler, "port"), ports_field),
        remedies=remedies,
    )


def listens_on_loopback(failure: ProbeFailure) -> Told | None:
    """Report a refused probe whose port the program opens for its own pod only."""
    port = failure.probe.port
    if port is None or not refused(failure):
        return None
    heard = listening(failure.scene, failure.container.pod, failure.container.name)
    here = [entry for entry in heard if entry.port == port]
    if not here or not all(entry.loopback for entry in here):
        return None
    inner = here[0]
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    return Told(
        code="AppListensOnLoopback",
        variant=False,
        confidence=proved(
            "the log names the loopback address and the kubelet is refused on the same port",
            "日志显示监听回环地址，而 kubelet 在同一端口被拒绝",
            twice=True,
        ),
        summary=Phrase(
            en=f"Container {failure.container.name} listens on port {port} only for itself (127.0.0.1): "
            f"{who.lower()} is refused{end}",
            zh=f"容器 {failure.container.name} 只在回环地址 127.0.0.1 上监听端口 {port}：{who_zh}被拒绝{end_zh}",
        ),
        expected=f"listen 0.0.0.0:{port}",
        actual=f"listen 127.0.0.1:{port}",
        evidence=failure.proofs(inner.evidence, failure.field(failure.probe.handler, "port")),
        remedies=(bind_everywhere(port),),
    )


def bind_everywhere(port: int) -> Remedy:
    """Advise to listen on all addresses."""
    return in_application(
        Phrase(
            en=f"Let the program listen on 0.0.0.0:{port} instead of 127.0.0.1 (its host or bind option, often HOST)",
            zh=f"让程序监听 0.0.0.0:{port} 而不是 127.0.0.1（通常由 host 或 bind 选项、HOST 变量决定）",
        )
    )


def asks_wrong_port(failure: ProbeFailure) -> Told | None:
    """Report a refused probe on a port that the container does not serve, when it serves another."""
    port = failure.probe.port
    if port is None or not refused(failure):
        return None
    served = [entry for entry in served_ports(failure.scene, failure.container) if not entry.loopback]
    declared = {entry.number for entry in pod_ports(failure.container.pod)}
    logged = [entry for entry in served if entry.source == "log"]
    if any(entry.number == port and entry.source == "log" for entry in served):
        return None
    if port in declared:
        real = [entry for entry in logged if not entry.aside and entry.number not in declared]
        return _wrong_port(failure, port, real[0], declared_too=True) if real else None
    others = [entry for entry in served if entry.number != port]
    if others:
        targets = {number for number, _ in service_targets(failure.scene, failure.container)}
        best = min(others, key=lambda entry: (entry.aside, entry.source == "declared", entry.number not in targets))
        return _wrong_port(failure, port, best, declared_too=False)
    return _by_comparison(failure, port)


def _wrong_port(failure: ProbeFailure, port: int, real: ServedPort, *, declared_too: bool) -> Told:
    name = failure.container.name
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    how, how_zh = {
        "log": (f"its log says that it listens on {real.number}", f"其日志显示监听 {real.number}"),
        "probe": (f"another check reaches it on {real.number}", f"另一个检查可以在 {real.number} 端口连通"),
        "declared": (f"the container declares port {real.number}", f"容器声明的端口是 {real.number}"),
    }[real.source]
    if declared_too:
        confidence = matched(f"nothing answers on the declared port and {how}", f"声明的端口无人响应，且{how_zh}")
    else:
        confidence = proved(
            f"the kubelet is refused on {port} and {how}",
            f"kubelet 在 {port} 端口被拒绝，且{how_zh}",
            twice=real.source != "declared",
        )
    return Told(
        code="ProbeWrongPort",
        confidence=confidence,
        summary=Phrase(
            en=f"{who} asks port {port}, where nothing listens; {how}{end}",
            zh=f"{who_zh}访问端口 {port}，但该端口无人监听；{how_zh}{end_zh}",
        ),
        expected=f"{failure.probe.key}.{failure.probe.handler}.port: {real.name or real.number}",
        actual=f"{failure.probe.key}.{failure.probe.handler}.port: {failure.probe.asked}",
        near=(f"{real.number} ({real.name})" if real.name else str(real.number),),
        evidence=failure.proofs(failure.field(failure.probe.handler, "port"), real.evidence),
        remedies=(_port_patch(failure, real.number),),
        next_checks=()
        if real.source != "declared"
        else (
            NextCheck(
                command=f"kubectl -n {failure.holder.namespace} logs {failure.holder.slug} -c {name} --tail=50",
                why=Phrase(
                    en="the program's own start-up line names the port that it listens on",
                    zh="程序自身的启动日志会写明监听的端口",
                ),
            ),
        ),
    )


def _by_comparison(failure: ProbeFailure, port: int) -> Told | None:
    """Compare with an older revision that serves and with the Service in front, when no port is known."""
    before = earlier_probe(failure)
    if before and before.port and before.port != port:
        other, proof = before.port, failure.scene.field(before.container.pod, *before.path, before.handler, "port")
        en, zh = f"an older revision that still serves is asked on {other}", f"仍在服务的旧版本使用端口 {other}"
    else:
        targets = service_targets(failure.scene, failure.container)
        if len(targets) != 1 or targets[0][0] == port:
            return None
        other, proof = targets[0]
        en, zh = f"its Service sends traffic to port {other}", f"其 Service 把流量发往端口 {other}"
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    return Told(
        code="ProbeWrongPort",
        confidence=inferred(f"no port of the container is known; {en}", f"不知道容器的实际端口；{zh}", value=0.55),
        summary=Phrase(
            en=f"{who} is refused on port {port} while {en}{end}",
            zh=f"{who_zh}在端口 {port} 被拒绝，而{zh}{end_zh}",
        ),
        expected=f"{failure.probe.key}.{failure.probe.handler}.port: {other}",
        actual=f"{failure.probe.key}.{failure.probe.handler}.port: {failure.probe.asked}",
        near=(str(other),),
        evidence=failure.proofs(failure.field(failure.probe.handler, "port"), proof),
        remedies=(_port_patch(failure, other),),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {failure.holder.namespace} logs {failure.holder.slug} "
                f"-c {failure.container.name} --tail=50",
                why=Phrase(
                    en="the program's start-up line names the port that it listens on",
                    zh="程序的启动日志会写明监听的端口",
                ),
            ),
        ),
    )


def _port_patch(failure: ProbeFailure, value: int | str) -> Remedy:
    """Set the port of every probe of the container that asks the same wrong one."""
    wrong = failure.probe.asked
    changes: dict[str, dict[str, Any]] = {
        probe.key: {probe.handler: {"port": value}} for probe in probes_of(failure.container) if probe.asked == wrong
    }
    return probe_patch(
        failure,
        changes,
        summary=Phrase(
            en=f"Let the check ask port {value} instead of {wrong}", zh=f"让检查访问端口 {value}，而不是 {wrong}"
        ),
    )
