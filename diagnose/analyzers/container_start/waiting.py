"""Init containers that do not end: what they wait for, and whether that is there."""

import re
from datetime import timedelta

from cluster.fields import Obj, name, namespace, objects, strings, text, truth
from cluster.names import closest
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.container_start.failure import Failure
from diagnose.containers import Container
from diagnose.fault import named
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Role, inferred, matched
from diagnose.logs.matching import Match, best_match
from diagnose.logs.reading import LogItem, LogReading, read_log
from diagnose.remedies import in_application
from diagnose.scene import Scene

_WAITS = re.compile(
    r"\bwait(?:ing|s)?\b|sleep|retry|not ready|try(?:ing)? again|still|can't resolve|refused|等待|重试", re.IGNORECASE
)
_PROGRESS = re.compile(
    r"\d{1,3}(?:\.\d+)? ?%|\b\d{1,9}/\d{1,9}\b|\b\d{1,12} (?:rows|records|files|bytes|[KMG]i?B)\b", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+")
_HOST_PORT = re.compile(
    r"(?:nc\b[^|;&\n]{0,60}?\s|--?h(?:ost)?[= ]|https?://|tcp://|wait-for(?:-it)?(?:\.sh)?\s|nslookup\s|getent "
    r"hosts\s|dig\s|ping\s"
    r"(?:-\w+ \d+ )?|-h )(?P<host>[a-z0-9][a-z0-9.-]{0,200})(?:[: ](?:-p )?(?P<port>\d{2,5}))?",
    re.IGNORECASE,
)
RECENT_SECONDS = 60
"""A new kind of line within this time is progress."""


def hanging(scene: Scene, container: Container) -> Observation | None:
    """Return the finding of a plain init container that runs too long without progress, or that it is in progress."""
    if container.role != "init" or not container.running:
        return None
    age = scene.age(container.started_at)
    limit = scene.numbers.init_hang_seconds
    started = container.started_at
    if started is None:
        return None
    if age <= limit:
        return InProgress(
            object=scene.holder_ref(container.pod),
            reason=Phrase(
                en=f"init container {container.name} has run for {age:.0f} s",
                zh=f"初始化容器 {container.name} 已运行 {age:.0f} 秒",
            ),
            until=started + timedelta(seconds=limit),
        )
    reading = read_log(scene, container.pod, container.name, previous=False)
    if reading is not None and progresses(scene, reading):
        return InProgress(
            object=scene.holder_ref(container.pod),
            reason=Phrase(
                en=f"init container {container.name} has run for {age / 60:.0f} min and its log shows progress",
                zh=f"初始化容器 {container.name} 已运行 {age / 60:.0f} 分钟，日志显示有进展",
            ),
            until=scene.now + timedelta(seconds=limit),
        )
    return _hanging(scene, container, reading, age)


def progresses(scene: Scene, reading: LogReading) -> bool:
    """Say whether the last lines show work being done: counts that move, or fresh lines of several kinds."""
    last = reading.items[-8:]
    if any(_WAITS.search(item.text) for item in last[-3:]):
        return False
    shapes = {_DIGITS.sub("#", item.text) for item in last}
    counted = [item.text for item in last if _PROGRESS.search(item.text)]
    if len(set(counted)) >= 2:
        return True
    newest = next((item.time for item in reversed(last) if item.time), None)
    return newest is not None and scene.age(newest) <= RECENT_SECONDS and len(shapes) >= 2


def _hanging(scene: Scene, container: Container, reading: LogReading | None, age: float) -> Finding:
    match = best_match(reading) if reading else None
    line = _line(match, reading)
    evidence = scene.field(container.pod, *container.status_path, "state", "running", "startedAt")
    failure = Failure(scene=scene, container=container, message=line.text if line else "", evidence=evidence)
    host, port = _target(container, match)
    found = _service(scene, container, host) if host else None
    peer = f"{host}:{port}" if host and port else host
    en, zh, near = _state_of(scene, container, host, found)
    extra = [scene.line(container.pod, container.name, line.number)] if line else []
    if host and found is None and _in_cluster(scene, container, host) is not None:
        space, wanted = _in_cluster(scene, container, host) or ("", "")
        if scene.snapshot.absent("Service", space, wanted):
            extra.append(scene.absence("Service", space, wanted))
    for key in ("command", "args"):
        if strings(container.spec, key):
            extra.append(failure.spec_evidence(key))
            break
    waits_en = f" and waits for {peer}{en}" if peer else " and its log shows no progress" if reading else ""
    waits_zh = f"，一直在等待 {peer}{zh}" if peer else "，日志没有进展" if reading else ""
    subject = named(container)
    return failure.finding(
        "InitContainerHanging",
        Phrase(
            en=f"{subject.en} has run for {age / 60:.0f} min{waits_en}; nothing else of the pod can start",
            zh=f"{subject.zh} 已运行 {age / 60:.0f} 分钟{waits_zh}；Pod 的其他容器无法启动",
        ),
        role=Role.SYMPTOM,
        confidence=matched("log or command name what it waits for", "日志或命令指明了等待对象", value=0.75)
        if peer
        else inferred("nothing says what it waits for", "没有信息说明它在等待什么", value=0.5),
        expected=f"{peer} answers" if peer else "the init container ends",
        actual=f"running for {age / 60:.0f} min",
        near=near,
        evidence=extra,
        remedies=(
            in_application(
                Phrase(
                    en=f"Bring {peer} up, or correct the name"
                    if peer
                    else "Give the step a time limit and let it say what it waits for",
                    zh=f"让 {peer} 恢复可用，或修正名称" if peer else "为该步骤设置超时，并输出它在等待什么",
                )
            ),
        ),
        next_checks=_checks(container, host, found),
        chain=[Reach(ref=ref_of(found), edge=Edge.ENV)] if found is not None else [],
    )


def _line(match: Match | None, reading: LogReading | None) -> LogItem | None:
    if match is not None:
        return match.item
    return reading.items[-1] if reading and reading.items else None


def _target(container: Container, match: Match | None) -> tuple[str, str]:
    if match is not None and match.captured("host"):
        port = match.captured("port")
        host = match.captured("host")
        spoken = _HOST_PORT.search(_script(container))
        if not port and spoken and spoken["host"] == host:
            port = spoken["port"] or ""
        return host, port
    spoken = _HOST_PORT.search(_script(container))
    return (spoken["host"], spoken["port"] or "") if spoken else ("", "")


def _script(container: Container) -> str:
    return "\n".join([*strings(container.spec, "command"), *strings(container.spec, "args")])[:8000]


def _in_cluster(scene: Scene, container: Container, host: str) -> tuple[str, str] | None:
    """Read ``svc``, ``svc.ns`` and ``svc.ns.svc…`` as (namespace, Service)."""
    parts = host.rstrip(".").split(".")
    if len(parts) == 1 and host != "localhost":
        return namespace(container.pod), host
    if len(parts) >= 3 and parts[2] == "svc":
        return parts[1], parts[0]
    if len(parts) == 2 and scene.snapshot.get("Namespace", "", parts[1]) is not None:
        return parts[1], parts[0]
    return None


def _service(scene: Scene, container: Container, host: str) -> Obj | None:
    wanted = _in_cluster(scene, container, host)
    return scene.snapshot.get("Service", *wanted) if wanted else None


def _state_of(scene: Scene, container: Container, host: str, found: Obj | None) -> tuple[str, str, list[str]]:
    """Say how it stands with the awaited Service, in English and Chinese, with near-misses."""
    if found is not None:
        pods = scene.graph.pods_of_service(found)
        ready = sum(_ready(pod) for pod in pods)
        if not pods:
            return f", a Service that selects no pod in {namespace(found)}", "（该 Service 没有选中任何 Pod）", []
        return (
            f", a Service with {ready} of {len(pods)} pods ready",
            f"（该 Service 有 {ready}/{len(pods)} 个就绪的 Pod）",
            [],
        )
    wanted = _in_cluster(scene, container, host) if host else None
    if wanted is None or not scene.snapshot.absent("Service", *wanted):
        return "", "", []
    near = closest(wanted[1], (name(entry) for entry in scene.snapshot.all("Service", wanted[0])))
    hint = f"; did you mean {near[0]}?" if near else ""
    hint_zh = f"；是否应为 {near[0]}？" if near else ""
    return (
        f", but there is no Service {wanted[1]} in {wanted[0]}{hint}",
        f"，但 {wanted[0]} 中没有名为 {wanted[1]} 的 Service{hint_zh}",
        near,
    )


def _ready(pod: Obj) -> bool:
    statuses = objects(pod, "status", "containerStatuses")
    return bool(statuses) and all(truth(status, "ready") for status in statuses)


def _checks(container: Container, host: str, found: Obj | None) -> tuple[NextCheck, ...]:
    space = namespace(container.pod)
    checks = []
    if found is not None:
        checks.append(
            NextCheck(
                command=f"kubectl -n {namespace(found)} get endpointslices -l kubernetes.io/service-name={name(found)}",
                why=Phrase(en="whether anything ready stands behind it", zh="它后面是否有就绪的后端"),
            )
        )
    elif host:
        checks.append(
            NextCheck(
                command=f"kubectl -n {space} get services",
                why=Phrase(en=f"whether {host} is the right name", zh=f"{host} 是否为正确的名称"),
            )
        )
    pod = text(container.pod, "metadata", "name")
    checks.append(
        NextCheck(
            command=f"kubectl -n {space} logs pod/{pod} -c {container.name}",
            why=Phrase(en="what the step says", zh="该步骤的输出"),
        )
    )
    return tuple(checks)
