"""Probes that run a command which is not in the image or cannot be executed."""

import re
from collections.abc import Sequence

from core.phrase import Phrase
from diagnose.analyzers.probes.output import missing_program
from diagnose.analyzers.probes.reading import ProbeFailure
from diagnose.analyzers.probes.shape import Told, check_name, consequence, probe_patch
from diagnose.findings import Remedy, proved
from diagnose.remedies import in_application
from diagnose.served import served_ports


def runs_missing_command(failure: ProbeFailure) -> Told | None:
    """Report an exec probe whose program the container does not have."""
    probe = failure.probe
    if probe.handler != "exec" or not (probe.command or not failure.shown):
        return None
    missing = missing_program(failure.output)
    if missing is None or not (missing or probe.command):
        return None
    program = missing or probe.command[0]
    denied = "permission denied" in failure.output.lower()
    what = "may not be executed" if denied else "does not exist in the image"
    what_zh = "没有执行权限" if denied else "在镜像中不存在"
    who, who_zh = check_name(failure)
    end, end_zh = consequence(failure)
    line = probe.written() if probe.command else f"exec {program}"
    return Told(
        code="ProbeCommandMissing",
        confidence=proved(
            "the runtime cannot run the very command that the probe names",
            "运行时无法执行探针所写的命令",
            twice=bool(missing),
        ),
        summary=Phrase(
            en=f'{who} runs "{program}" inside the container, but that program {what}{end}',
            zh=f"{who_zh}在容器内执行 “{program}”，但该程序{what_zh}{end_zh}",
        ),
        expected="a program that the image holds",
        actual=line,
        evidence=failure.proofs(*([failure.field("exec", "command")] if failure.shown else [])),
        remedies=_instead(failure, program),
    )


_OWN_ADDRESS = re.compile(
    r"http://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(?P<port>\d{1,5}))?(?P<path>/[^\s'\"|;&]{0,300})?"
)


def _own_address(command: Sequence[str]) -> tuple[int, str] | None:
    """Return port and path of the one page of its own container that a command asks for."""
    found = {(match["port"] or "80", match["path"] or "/") for word in command for match in _OWN_ADDRESS.finditer(word)}
    if len(found) != 1:
        return None
    port, path = found.pop()
    return int(port), path


def _instead(failure: ProbeFailure, program: str) -> tuple[Remedy, ...]:
    ports = [entry for entry in served_ports(failure.scene, failure.container) if not entry.loopback]
    change = in_application(
        Phrase(
            en=f"Put {program} into the image, or let the probe run a program that the image has",
            zh=f"把 {program} 加入镜像，或者让探针执行镜像中已有的程序",
        )
    )
    if asked := _own_address(failure.probe.command):
        number, path = asked
        return (
            probe_patch(
                failure,
                {failure.probe.key: {"exec": None, "httpGet": {"port": number, "path": path}}},
                summary=Phrase(
                    en=f"Let the kubelet ask for {path} on port {number} itself instead of running {program}",
                    zh=f"让 kubelet 直接请求端口 {number} 上的 {path}，而不是执行 {program}",
                ),
            ),
            change,
        )
    if not ports:
        return (change,)
    port = ports[0].number
    return (
        probe_patch(
            failure,
            {failure.probe.key: {"exec": None, "tcpSocket": {"port": port}}},
            summary=Phrase(
                en=f"Check that port {port} accepts connections instead of running a command",
                zh=f"改为检查端口 {port} 能否连接，而不是执行命令",
            ),
        ),
        change,
    )
