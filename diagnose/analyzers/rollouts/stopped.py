"""Workloads that were scaled to zero."""

import json
import re
from collections.abc import Iterator

from cluster.fields import Obj, dig, labels, name, text
from cluster.snapshot import controller_of, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.rollouts.authors import Author, author_of
from diagnose.analyzers.rollouts.users import Need, Users, autoscaled
from diagnose.findings import Edge, Finding, Observation, Reach, Remedy, Role, RuledOut, Severity, proved
from diagnose.remedies import ROLLOUT_SECONDS, command
from diagnose.scene import Scene

_SCALED_DOWN = re.compile(r"from ([0-9]{1,6}) to 0\b")
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SLEEPERS = re.compile(
    r"(?:original|previous|last)[-_.]?replicas|/(?:pause|paused|sleep|hibernate[a-z]{0,8})$", re.IGNORECASE
)
"""Annotations of programs that put workloads to sleep; those that end in replicas hold the former size."""


def scaled_to_zero(scene: Scene, workload: Obj, users: Users) -> Iterator[Observation]:
    """Yield a finding when a workload without pods is needed, else say that it was stopped on purpose."""
    if dig(workload, "spec", "replicas") != 0 or isinstance(dig(workload, "spec", "replicas"), bool):
        return
    if controller_of(workload):
        return
    author = author_of(workload, "replicas")
    asleep = autoscaled(scene, workload) or bool(_sleep_marks(workload))
    needs = [] if asleep else users.needs(workload)
    asked = _asked_for(scene, workload, users)
    if asleep or not (needs or asked):
        yield _on_purpose(scene, workload, author, asleep=asleep)
        return
    yield _finding(scene, workload, author, needs, asked=asked)


def _label(workload: Obj) -> str:
    return f"{text(workload, 'kind')} {name(workload)}"


def _sleep_marks(workload: Obj) -> dict[str, str]:
    marks = labels(workload, "metadata", "annotations")
    return {key: value for key, value in marks.items() if _SLEEPERS.search(key) and value.lower() != "false"}


def _asked_for(scene: Scene, workload: Obj, users: Users) -> bool:
    """Say whether the user asked about a Service that leads to this workload alone."""
    return scene.target is not None and any(scene.target == ref_of(service) for service in users.services(workload))


def _on_purpose(scene: Scene, workload: Obj, author: Author | None, *, asleep: bool) -> RuledOut:
    by, by_zh = (f" {author.en}", f"（{author.zh}）") if author else ("", "")
    why, why_zh = (
        ("it is put to sleep", "由自动休眠控制") if asleep else ("nothing was found that needs it", "没有发现使用者")
    )
    return RuledOut(
        code="WorkloadScaledToZero",
        object=ref_of(workload),
        reason=Phrase(
            en=f"{_label(workload)} was stopped on purpose: its replicas are set to 0{by}, and {why}",
            zh=f"{_label(workload)} 是有意停止的：副本数被设为 0{by_zh}，{why_zh}",
        ),
        evidence=(scene.field(workload, "spec", "replicas"),),
    )


def _finding(scene: Scene, workload: Obj, author: Author | None, needs: list[Need], *, asked: bool) -> Finding:
    hard = bool(needs) and (asked or any(need.failing for need in needs))
    size, rule, trace = former_size(scene, workload)
    evidence: list[Evidence] = [scene.field(workload, "spec", "replicas"), *(need.evidence for need in needs[:2])]
    evidence += trace[: 4 - len(evidence)]
    by, by_zh = (f" {author.en}", f"（{author.zh}）") if author else ("", "")
    who, who_zh = _needed_by(needs)
    affected = [Reach(ref=ref_of(workload), edge=Edge.OWNER)]
    for need in needs[:10]:
        affected += [Reach(ref=ref_of(need.service), edge=Edge.SELECTOR), Reach(ref=ref_of(need.user), edge=need.edge)]
    return Finding(
        code="WorkloadScaledToZero",
        role=Role.ROOT if hard or not needs else Role.CONTRIBUTING,
        severity=Severity.HIGH if hard else Severity.LOW,
        confidence=proved(
            "the number of replicas and what needs them were read", "已读取副本数和需要它的对象", twice=bool(needs)
        ),
        object=ref_of(workload),
        affected=tuple(dict.fromkeys(affected)),
        summary=Phrase(
            en=f"{_label(workload)} runs no pods because its replicas are set to 0{by}{who}",
            zh=f"{_label(workload)} 没有运行任何 Pod：副本数被设为 0{by_zh}{who_zh}",
        ),
        expected="spec.replicas >= 1",
        actual="spec.replicas = 0",
        evidence=tuple(evidence[:4]),
        remedies=(_scale(workload, size, rule),),
        since=author.time if author else None,
    )


def _needed_by(needs: list[Need]) -> tuple[str, str]:
    if not needs:
        return "", ""
    first = needs[0]
    service = f"Service {name(first.service)}"
    if first.edge is Edge.ROUTE:
        user = f"{text(first.user, 'kind')} {name(first.user)}"
        return f", while {user} leads to it through {service}", f"，而 {user} 通过 {service} 指向它"
    return (
        f", while other pods call it through {service}" + (" and fail" if first.failing else ""),
        f"，而其他 Pod 通过 {service} 调用它" + ("并因此出错" if first.failing else ""),
    )


def former_size(scene: Scene, workload: Obj) -> tuple[int, Phrase, list[Evidence]]:
    """Return how many replicas there were before, the rule by which that is known, and its trace."""
    for event in reversed(scene.snapshot.events(workload)):
        if event.reason == "ScalingReplicaSet" and (found := _SCALED_DOWN.search(event.message)):
            trace = [scene.event(event, current=False)]
            return int(found[1]), Phrase(en="as many as before it was scaled down", zh="缩容前的副本数"), trace
    applied = labels(workload, "metadata", "annotations").get(_LAST_APPLIED, "")
    count = _applied_replicas(applied)
    if count > 0:
        return count, Phrase(en="as many as were applied last", zh="最近一次 apply 的副本数"), []
    return 1, Phrase(en="one to begin with; the former number is not known", zh="先启动一个；之前的副本数未知"), []


def _applied_replicas(applied: str) -> int:
    try:
        manifest = json.loads(applied) if applied else None
    except (ValueError, RecursionError):
        return 0
    count = dig(manifest, "spec", "replicas")
    return count if isinstance(count, int) and not isinstance(count, bool) else 0


def _scale(workload: Obj, size: int, rule: Phrase) -> Remedy:
    ref = ref_of(workload)
    return command(
        f"kubectl -n {ref.namespace} scale {ref.slug} --replicas={size}",
        summary=Phrase(en=f"Start it again with {size} {_replicas(size)}", zh=f"重新启动，副本数设为 {size}"),
        verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s"
        if ref.kind != "ReplicaSet"
        else f"kubectl -n {ref.namespace} get {ref.slug}",
        expect=Phrase(en="successfully rolled out", zh="输出 successfully rolled out，表示发布完成"),
        undo=f"kubectl -n {ref.namespace} scale {ref.slug} --replicas=0",
        estimate=rule,
    )


def _replicas(count: int) -> str:
    return "replica" if count == 1 else "replicas"
