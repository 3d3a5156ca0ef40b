"""Containers and nodes without CPU to spare."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from cluster.fields import Obj, name, namespace, text
from cluster.quantities import readable_cpu
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.saturation.said import Logs, recent
from diagnose.analyzers.saturation.slow import slowness
from diagnose.analyzers.saturation.usage import Amount, Usage, amount_at, cpu_limit
from diagnose.containers import Container, containers
from diagnose.fault import named
from diagnose.findings import (
    Confidence,
    Edge,
    Finding,
    NextCheck,
    Remedy,
    Role,
    Severity,
    Who,
    inferred,
    matched,
)
from diagnose.logs.reading import read_log
from diagnose.remedies import command, container_change, in_application, template_patch
from diagnose.scene import Scene

FULL = Fraction(95, 100)
"""From this share on CPU counts as used up: a sample is a mean over some seconds, so peaks are cut already."""
FIRST_SECONDS = 60
"""A program may use all it can get while it starts."""
THROTTLED_PERCENT = 25
"""So many periods out of a hundred without CPU are felt by whoever waits."""

_THROTTLED = re.compile(
    r"\b(?:cpu|cfs|cgroup)\b.{0,80}\bthrottl\w{0,5}|\bthrottl\w{0,5}.{0,80}\b(?:cpu|cfs)\b|"
    r"CPUThrottling(?:High)?|nr_throttled",
    re.IGNORECASE,
)
_NOT = re.compile(r"client-side throttling|throttling request|rate.?limit|(?<![0-9.])0(?:\.0{1,6})?\s?%", re.IGNORECASE)
_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?) ?%")
_COUNTS = re.compile(r"nr_periods\D{1,3}([0-9]{1,15})\b.{0,60}nr_throttled\D{1,3}([0-9]{1,15})\b", re.IGNORECASE)


def throttled(logs: Logs, usage: Usage, hot: Sequence[Finding]) -> Iterator[Finding]:
    """Yield containers that use all of their CPU limit and answer slowly, and those that are said to be throttled."""
    scene = usage.scene
    told: set[tuple[str, str, str]] = set()
    crowded = {finding.object.name for finding in hot}
    for container, proof in _said_to_be(logs):
        key = (namespace(container.pod), name(container.pod), container.name)
        limit = cpu_limit(container)
        if key not in told and limit is not None:
            told.add(key)
            yield _throttled(scene, container, limit, usage.of(container), proof, slowness(scene, container))
    if not usage.pods:
        return
    for pod in scene.live_pods:
        if (namespace(pod), name(pod)) not in usage.pods:
            continue
        for container in containers(pod):
            used, limit = usage.of(container), cpu_limit(container)
            if used is None or limit is None or used.amount < limit.amount * FULL:
                continue
            if (namespace(pod), name(pod), container.name) in told or text(pod, "spec", "nodeName") in crowded:
                continue
            if container.started_at is not None and scene.age(container.started_at) < FIRST_SECONDS:
                continue
            slow = slowness(scene, container)
            if slow is not None:
                yield _throttled(scene, container, limit, used, None, slow)


def _said_to_be(logs: Logs) -> Iterator[tuple[Container, Evidence]]:
    """Yield containers that events or their own log call throttled, with the quote."""
    scene = logs.scene
    for event in scene.snapshot.iter_events():
        if "throttl" not in f"{event.reason} {event.message}".lower() or event.ref.kind != "Pod":
            continue
        if scene.age(event.last) > scene.numbers.restart_window_seconds:
            continue
        pod = scene.snapshot.find(event.ref)
        if pod is None or not _tells(f"{event.reason} {event.message}"):
            continue
        for container in containers(pod):
            if container.role in {"main", "sidecar"} and event.container in {"", container.name}:
                yield container, scene.event(event)
    for container in logs.speaking(("throttl",)):
        reading = read_log(scene, container.pod, container.name, previous=False) if container.running else None
        lines = [item for item in recent(scene, reading) if _tells(item.text)] if reading else []
        if lines:
            yield container, scene.line(container.pod, container.name, lines[-1].number)


def _tells(said: str) -> bool:
    """Say whether a text tells of CPU throttling that is felt."""
    said = said[:600]
    if not _THROTTLED.search(said) or _NOT.search(said):
        return False
    if counts := _COUNTS.search(said):
        return int(counts[2]) * 100 > THROTTLED_PERCENT * int(counts[1])
    if "nr_throttled" in said.lower():
        return False
    share = _PERCENT.search(said)
    return share is None or float(share[1]) > THROTTLED_PERCENT


def _throttled(
    scene: Scene,
    container: Container,
    limit: Amount,
    used: Amount | None,
    proof: Evidence | None,
    slow: Evidence | None,
) -> Finding:
    quotes = [proof, *([scene.field(used.holder, *used.path)] if used else []), scene.field(limit.holder, *limit.path)]
    evidence = tuple(dict.fromkeys(entry for entry in (*quotes, slow) if entry is not None))
    who, most = named(container), readable_cpu(limit.amount)
    use = readable_cpu(used.amount) if used else ""
    first = (
        Phrase(en=f"uses {use} CPU of the {most} that it may use", zh=f"CPU 用量 {use}，上限为 {most}")
        if used and used.amount >= limit.amount * FULL
        else Phrase(en=f"is held back at its CPU limit of {most}", zh=f"被限制在 CPU 上限 {most}")
    )
    late = Phrase(en=", and it answers too slowly", zh="，且响应过慢") if slow else Phrase(en="", zh="")
    return Finding(
        code="CPUSaturated",
        variant="throttled",
        role=Role.ROOT if slow else Role.CONTRIBUTING,
        severity=Severity.MEDIUM,
        confidence=_sure(proof, used),
        object=scene.holder_ref(container.pod),
        part=container.name,
        affected=scene.reach_pods([container.pod]),
        summary=Phrase(en=f"{who.en} {first.en}{late.en}", zh=f"{who.zh} {first.zh}{late.zh}"),
        expected=f"CPU use below the limit {limit.written}",
        actual=f"usage.cpu {used.written}" if used else "throttled",
        evidence=evidence[:4],
        remedies=(
            _raised(scene, container, limit),
            in_application(
                Phrase(
                    en="Or let the program do less at once: fewer workers, cheaper work for each request",
                    zh="或减轻程序的负担：减少工作线程，降低单个请求的开销",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {namespace(container.pod)} top pod --containers",
                why=Phrase(en="whether it stays at its limit", zh="是否持续处于上限"),
            ),
        ),
    )


def _sure(proof: Evidence | None, used: Amount | None) -> Confidence:
    if proof is not None:
        return matched("a text tells of the throttling", "有文字写明发生了限流", value=0.75 if used else 0.7)
    return inferred("one sample of the metrics, and slow answers", "只有一次指标采样，以及响应缓慢的迹象", value=0.5)


def _raised(scene: Scene, container: Container, limit: Amount) -> Remedy:
    more = f"{int(limit.amount * 1500)}m" if limit.amount * 1500 >= 1 else "10m"
    return template_patch(
        scene,
        container.pod,
        container_change(container, {"resources": {"limits": {"cpu": more}}}),
        summary=Phrase(
            en=f"Raise the CPU limit from {limit.written} to {more}", zh=f"将 CPU 上限从 {limit.written} 提高到 {more}"
        ),
        estimate=Phrase(en="1.5 times the present limit; measure and correct", zh="取当前上限的 1.5 倍；请实测后修正"),
    )


def overloaded(usage: Usage) -> Iterator[Finding]:
    """Yield nodes whose CPU is used up while pods of several owners on them answer slowly."""
    scene = usage.scene
    full: dict[str, tuple[Obj, Amount, Amount]] = {}
    for node in scene.snapshot.all("Node"):
        sample = usage.nodes.get(name(node))
        used = amount_at(sample, "usage", "cpu") if sample is not None else None
        room = amount_at(node, "status", "allocatable", "cpu") or amount_at(node, "status", "capacity", "cpu")
        if used is not None and room is not None and room.amount > 0 and used.amount >= room.amount * FULL:
            full[name(node)] = (node, used, room)
    if not full:
        return
    on: dict[str, list[Obj]] = {}
    for pod in scene.live_pods:
        if (where := text(pod, "spec", "nodeName")) in full:
            on.setdefault(where, []).append(pod)
    for where, (node, used, room) in full.items():
        slow = [(pod, sign) for pod in on.get(where, []) if (sign := _slow(scene, pod)) is not None]
        if len({scene.holder_ref(pod) for pod, _ in slow}) > 1:
            yield _overloaded(usage, node, used, room, slow, on[where])


def _slow(scene: Scene, pod: Obj) -> Evidence | None:
    signs = (slowness(scene, entry) for entry in containers(pod) if entry.role in {"main", "sidecar"})
    return next((sign for sign in signs if sign is not None), None)


def _overloaded(
    usage: Usage,
    node: Obj,
    used: Amount,
    room: Amount,
    slow: Sequence[tuple[Obj, Evidence]],
    pods: Sequence[Obj],
) -> Finding:
    scene, where = usage.scene, name(node)
    greedy = _greedy(usage, pods)
    shown = "; ".join(f"{ref.kind} {ref.name} {readable_cpu(amount)}" for ref, amount in greedy)
    top, top_zh = (f" (most by {shown})", f"（用量最大：{shown}）") if shown else ("", "")
    count = len({scene.holder_ref(pod) for pod, _ in slow})
    share = int(used.amount * 100 / room.amount)
    return Finding(
        code="CPUSaturated",
        variant="overloaded",
        severity=Severity.MEDIUM,
        confidence=inferred(
            "one sample of the metrics, and several owners answer slowly",
            "只有一次指标采样，且多个工作负载响应缓慢",
            value=0.5,
        ),
        object=ref_of(node),
        affected=scene.reach_pods([pod for pod, _ in slow], Edge.SCHEDULING),
        summary=Phrase(
            en=f"Node {where} has no CPU left: {readable_cpu(used.amount)} of {readable_cpu(room.amount)} "
            f"({share} %) is used, and {count} workloads on it answer too slowly{top}",
            zh=f"节点 {where} 的 CPU 已用尽：{readable_cpu(room.amount)} 中已用 {readable_cpu(used.amount)}"
            f"（{share}%），其上有 {count} 个工作负载响应过慢{top_zh}",
        ),
        expected=f"CPU use below {readable_cpu(room.amount)}",
        actual=f"usage.cpu {used.written}",
        evidence=(
            scene.field(used.holder, *used.path),
            scene.field(room.holder, *room.path),
            *(sign for _, sign in slow[:2]),
        ),
        remedies=(
            in_application(
                Phrase(
                    en="Let pods request the CPU that they use, so that they are spread over the nodes",
                    zh="让 Pod 按实际用量申请 CPU，使其分散到各节点",
                )
            ),
            command(
                f"kubectl cordon {where}",
                summary=Phrase(
                    en=f"Keep new pods off node {where} until then", zh=f"在此之前不再向节点 {where} 调度新 Pod"
                ),
                verify=f"kubectl get node {where}",
                expect=Phrase(en="SchedulingDisabled", zh="显示 SchedulingDisabled"),
                undo=f"kubectl uncordon {where}",
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        next_checks=(
            NextCheck(
                command="kubectl top pod -A --sort-by=cpu",
                why=Phrase(en="which pods use the most CPU", zh="哪些 Pod 的 CPU 用量最大"),
            ),
        ),
    )


def _greedy(usage: Usage, pods: Sequence[Obj]) -> list[tuple[ObjectRef, Fraction]]:
    """Return the two owners that use the most CPU on a node."""
    total: dict[ObjectRef, Fraction] = {}
    for pod in pods:
        sample = usage.pods.get((namespace(pod), name(pod)))
        if sample is not None:
            ref = usage.scene.holder_ref(pod)
            total[ref] = total.get(ref, Fraction(0)) + usage.of_pod(sample)
    return sorted(total.items(), key=lambda entry: (-entry[1], entry[0]))[:2]
