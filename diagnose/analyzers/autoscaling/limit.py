"""Autoscalers that stand at their largest size while the load asks for more."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from cluster.fields import Obj, dig, mapping, numbered, text, whole
from cluster.quantities import quantity
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.autoscaling.view import Scaler, State
from diagnose.containers import FieldPath
from diagnose.findings import Finding, NextCheck, Observation, Role, Severity, proved
from diagnose.remedies import object_patch

MAX_GROWTH = 4
"""A suggested maximum is never more than this times the present one."""

_SOURCES = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}
_SLOW = re.compile(r"timeout|deadline exceeded|timed out", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """A measured metric and what the autoscaler aims at."""

    label: str
    now: str
    aim: str
    ratio: Fraction
    path: FieldPath


def judge_limit(scaler: Scaler) -> Iterator[Observation]:
    """Report an autoscaler that would add pods and may not."""
    state = scaler.state("ScalingLimited")
    most = whole(scaler.obj, "spec", "maxReplicas")
    current = whole(scaler.obj, "status", "currentReplicas")
    least = whole(scaler.obj, "spec", "minReplicas", default=1)
    if state.status != "True" or state.reason != "TooManyReplicas" or not most or current < most or least >= most:
        return
    loads = [load for load in _loads(scaler.obj) if load.ratio > 1]
    if loads:
        yield _finding(scaler, state, max(loads, key=lambda load: load.ratio), most, current)


def _loads(obj: Obj) -> Iterator[Load]:
    measured = list(numbered(obj, "status", "currentMetrics"))
    for _, metric in numbered(obj, "spec", "metrics"):
        source = _SOURCES.get(text(metric, "type"))
        if source is None:
            continue
        identity = _identity(mapping(metric, source))
        for place, entry in measured:
            if text(entry, "type") == text(metric, "type") and _identity(mapping(entry, source)) == identity:
                yield from _compared(mapping(metric, source), (place, source), mapping(entry, source), identity)


def _identity(entry: Obj) -> tuple[str, ...]:
    return (
        text(entry, "name") or text(entry, "metric", "name"),
        text(entry, "container"),
        text(entry, "describedObject", "name"),
    )


def _compared(wanted: Obj, at: tuple[int, str], measured: Obj, identity: tuple[str, ...]) -> Iterator[Load]:
    place, source = at
    label = f"{identity[0]} of container {identity[1]}" if identity[1] else identity[0]
    for key, unit in (("averageUtilization", " %"), ("averageValue", ""), ("value", "")):
        aim, now = dig(wanted, "target", key), dig(measured, "current", key)
        left, right = _number(now), _number(aim)
        if left is not None and right:
            path = ("status", "currentMetrics", place, source, "current", key)
            yield Load(label=label, now=f"{now}{unit}", aim=f"{aim}{unit}", ratio=left / right, path=path)
            return


def _number(value: object) -> Fraction | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Fraction(value)
    return quantity(value) if isinstance(value, str) else None


def _finding(scaler: Scaler, state: State, load: Load, most: int, current: int) -> Finding:
    scene = scaler.scene
    slow = _too_slow(scaler)
    better = min(max(math.ceil(most * load.ratio), most + 1), most * MAX_GROWTH)
    undo = object_patch(scaler.ref, {"spec": {"maxReplicas": most}}, summary=Phrase(en="", zh="")).command
    also = "; its pods already answer too slowly" if slow else ""
    also_zh = "；其 Pod 的响应已经过慢" if slow else ""
    return Finding(
        code="AutoscalerAtMaximum",
        role=Role.ROOT if slow else Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=proved("limit and measurement are both read", "上限和测量值均已读取", twice=True),
        object=scaler.ref,
        affected=scaler.reach(),
        summary=Phrase(
            en=f"The autoscaler {scaler.ref.name} runs {current} copies of {scaler.what}, the most it may, while "
            f"{load.label} is at {load.now} instead of {load.aim}{also}",
            zh=f"自动伸缩器 {scaler.ref.name} 已将 {scaler.what} 扩到上限 {current} 个副本，"
            f"而 {load.label} 为 {load.now}，目标是 {load.aim}{also_zh}",
        ),
        expected=f"{load.label}: {load.aim}",
        actual=f"{load.label}: {load.now} with spec.maxReplicas: {most}",
        evidence=(
            scene.field(scaler.obj, "spec", "maxReplicas"),
            scene.field(scaler.obj, *load.path),
            state.evidence(),
            *((slow,) if slow else ()),
        ),
        remedies=(
            object_patch(
                scaler.obj,
                {"spec": {"maxReplicas": better}},
                summary=Phrase(
                    en=f"Let it grow to {better} copies, after checking that quota and nodes have room for them",
                    zh=f"允许扩到 {better} 个副本，之前请确认配额和节点有足够余量",
                ),
                verify=f"kubectl -n {scaler.ref.namespace} get hpa {scaler.ref.name}",
                expect=Phrase(en="REPLICAS grows and TARGETS falls", zh="REPLICAS 增加，TARGETS 下降"),
                undo=undo,
                estimate=Phrase(
                    en="present maximum times measured load divided by aim, the rule of the autoscaler itself",
                    zh="当前上限乘以测量值与目标之比，即自动伸缩器自己的算法",
                ),
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {scaler.ref.namespace} describe resourcequota",
                why=Phrase(en="More copies need room in the quota", zh="更多副本需要配额中有余量"),
            ),
        ),
        since=state.since,
    )


def _too_slow(scaler: Scaler) -> Evidence | None:
    """Quote a probe of the target's pods that ran out of time of late."""
    scene = scaler.scene
    for pod in scaler.pods:
        event = scene.latest(pod, "Unhealthy")
        if event and scene.age(event.last) <= scene.numbers.restart_window_seconds and _SLOW.search(event.message):
            return scene.event(event)
    return None
