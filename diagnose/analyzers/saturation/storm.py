"""Callers that repeat their calls ever faster and so keep down what they call."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cluster.fields import Obj
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.saturation.said import WINDOW_SECONDS, Logs
from diagnose.containers import Container
from diagnose.findings import Edge, Finding, Reach, Role, Severity, inferred
from diagnose.logs.matching import match_item, never
from diagnose.logs.reading import LogItem, read_log
from diagnose.places import locate
from diagnose.remedies import in_application

GROWTH = 3
"""So many times more lines in the second half of the window than in the first are a storm, not a steady fault."""
MIN_LINES = 10
"""Fewer lines in the second half may grow by chance."""

_WORDS = ("retry", "retries", "attempt", "timeout", "timed out", "refused", "unreachable", "503", "504", "重试", "超时")
_RETRY = re.compile(r"\bretr(?:y|ies|ied|ying)\b|\battempt(?:s|ing)?\b|重试", re.IGNORECASE)
_HOSTS = (
    re.compile(r"[a-z]{2,8}://(?:[^\s/@]{1,80}@)?([a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?)", re.IGNORECASE),
    re.compile(r"\b(?:to|from|host|upstream|calling)[ =:]{1,2}([a-z0-9](?:[a-z0-9.-]{0,200}[a-z0-9])?)", re.IGNORECASE),
)
_OVERRUN = re.compile(r"\b50[34]\b")
_FAILS = re.compile(r"fail|error|refus|time|unavailab|50[234]|失败|超时|拒绝", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A container that repeats calls to one Service: lines of the earlier and of the later half of the window."""

    container: Container
    service: Obj
    early: int
    late: int
    first: LogItem
    last: LogItem


def storms(logs: Logs) -> Iterator[Finding]:
    """Yield each caller of a Service that two or more workloads call ever more often in vain."""
    callers: dict[ObjectRef, list[Caller]] = {}
    for container in logs.speaking(_WORDS):
        for caller in _callers(logs, container):
            callers.setdefault(ref_of(caller.service), []).append(caller)
    for target, found in sorted(callers.items()):
        owners = {logs.scene.holder_ref(caller.container.pod) for caller in found}
        if len(owners) < 2:
            continue
        for caller in found:
            yield _finding(logs, caller, target, len(owners))


def _callers(logs: Logs, container: Container) -> Iterator[Caller]:
    scene = logs.scene
    if not container.running or scene.age(container.started_at) < WINDOW_SECONDS:
        return  # a program that starts may wait for its peers
    reading = read_log(scene, container.pod, container.name, previous=False)
    by_host: dict[str, list[LogItem]] = {}
    for item in reading.items if reading else ():
        if item.time is None or scene.age(item.time) > WINDOW_SECONDS:
            continue
        if host := _host(item):
            by_host.setdefault(host, []).append(item)
    for host, items in by_host.items():
        half = WINDOW_SECONDS / 2
        late = sum(1 for item in items if scene.age(item.time) <= half)
        early = len(items) - late
        if late < MIN_LINES or late < GROWTH * max(early, 1):
            continue
        place = locate(scene, container.pod, host)
        if place.kind == "service" and place.obj is not None:
            yield Caller(container=container, service=place.obj, early=early, late=late, first=items[0], last=items[-1])


def _host(item: LogItem) -> str:
    """Return whom a line calls in vain, or an empty string."""
    if never(item):
        return ""
    said = item.text[:600]
    found = match_item(item)
    if found and found[0].connection and found[1].get("host"):
        return found[1]["host"].lower().rstrip(".")
    if not (_RETRY.search(said) and _FAILS.search(said)) and not _OVERRUN.search(said):
        return ""
    named = next((hit for pattern in _HOSTS if (hit := pattern.search(said))), None)
    return named[1].lower().rstrip(".") if named else ""


def _finding(logs: Logs, caller: Caller, target: ObjectRef, owners: int) -> Finding:
    scene, pod = logs.scene, caller.container.pod
    holder = scene.holder_ref(pod)
    lines: tuple[Evidence, ...] = tuple(
        dict.fromkeys(scene.line(pod, caller.container.name, item.number) for item in (caller.first, caller.last))
    )
    return Finding(
        code="RetryStorm",
        role=Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=inferred("the lines of several callers grow together", "多个调用方的日志行同时增多", value=0.6),
        object=holder,
        part=caller.container.name,
        affected=scene.reach_pods([pod]),
        summary=Phrase(
            en=f"{holder.kind} {holder.name} repeats its failing calls to Service {target.name} ever faster "
            f"({caller.early} lines in five minutes, then {caller.late}), and so do {owners - 1} more of its callers",
            zh=f"{holder.kind} {holder.name} 对 Service {target.name} 的失败调用重试越来越频繁"
            f"（前五分钟 {caller.early} 行，后五分钟 {caller.late} 行），另有 {owners - 1} 个调用方也是如此",
        ),
        expected="retries that slow down",
        actual=f"{caller.early} -> {caller.late} lines per 5 min",
        evidence=lines,
        chain=(Reach(ref=target, edge=Edge.ENV),),
        remedies=(
            in_application(
                Phrase(
                    en="Cap the retries, wait longer after each one (with some chance in it), and stop calling for a "
                    "while when most calls fail",
                    zh="限制重试次数，每次重试加长等待并加入随机抖动，多数调用失败时暂停调用（熔断）",
                )
            ),
        ),
        since=caller.first.time,
    )
