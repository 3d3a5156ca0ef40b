"""Pods that ask for a container runtime which the cluster or their node does not have."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from cluster.fields import Obj, name, objects, text
from cluster.names import closest
from cluster.snapshot import Event, ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.admission.refusals import NO_RUNTIME_CLASS, Refusal, reach_of, refusals
from diagnose.findings import Finding, NextCheck, Reach, Remedy, Who, proved
from diagnose.graph import template_of
from diagnose.remedies import outside, template_patch
from diagnose.scene import Scene

_HANDLER = re.compile(
    r"no runtime for \\?\"(?P<quoted>[^\"\\]{1,253})\\?\" is configured|"
    r"(?:failed|unable) to find runtime handler (?P<bare>[\w.-]{1,253})|"
    r"unknown runtime handler \\?\"?(?P<unknown>[\w.-]{1,253})",
    re.IGNORECASE,
)


def asks_for_runtime(message: str) -> bool:
    """Say whether a text tells that a runtime, or the class that names it, is not there."""
    return bool(NO_RUNTIME_CLASS.search(message) or _HANDLER.search(message))


def refused(scene: Scene) -> Iterator[Finding]:
    """Yield workloads whose pods are refused because their RuntimeClass does not exist."""
    for refusal in refusals(scene):
        if refusal.short and not refusal.namespace_ends and NO_RUNTIME_CLASS.search(refusal.message):
            yield _refused(scene, refusal)


def _refused(scene: Scene, refusal: Refusal) -> Finding:
    found = NO_RUNTIME_CLASS.search(refusal.message)
    wanted = found["name"] if found else ""
    return _finding(
        scene, refusal.workload, wanted, "", refusal.evidence[:1], reach_of(scene, refusal), since=refusal.since
    )


def missing(scene: Scene, pod: Obj, event: Event) -> Finding:
    """Report a pod whose node has no runtime of the wanted kind, or whose class is gone."""
    handler = _HANDLER.search(event.message)
    wanted = text(pod, "spec", "runtimeClassName")
    asked = next((group for group in handler.groups() if group), "") if handler else ""
    return _finding(
        scene, pod, wanted or asked, asked, (scene.event(event),), scene.reach_pods([pod]), since=event.first
    )


def _finding(
    scene: Scene,
    holder: Obj,
    wanted: str,
    handler: str,
    quotes: Sequence[Evidence],
    affected: Sequence[Reach],
    *,
    since: datetime | None,
) -> Finding:
    top = scene.graph.holder(holder)
    known = scene.snapshot.get("RuntimeClass", "", wanted)
    present = [name(entry) for entry in scene.snapshot.all("RuntimeClass")]
    near = closest(wanted, present) if known is None else []
    evidence = [*quotes]
    template = template_of(top)
    if template is not None and text(template.spec, "runtimeClassName"):
        evidence.append(scene.field(top, *template.spec_path, "runtimeClassName"))
    if known is not None:
        evidence.append(scene.field(known, "handler"))
    elif scene.snapshot.absent("RuntimeClass", "", wanted):
        evidence.append(scene.absence("RuntimeClass", "", wanted))
    node = text(holder, "spec", "nodeName")
    having = _nodes_with(scene, handler) if handler else []
    what = _what(wanted, handler, node, near, having)
    return Finding(
        code="RuntimeClassMissing",
        confidence=proved(
            "the refusal names it, and the classes were read",
            "拒绝信息写明了它，并读取了运行时类",
            twice=len(evidence) > 1,
        ),
        object=ref_of(top),
        part=wanted,
        affected=tuple(affected),
        summary=Phrase(
            en=f"Pods of {text(top, 'kind')} {name(top)} cannot start: {what.en}",
            zh=f"{text(top, 'kind')} {name(top)} 的 Pod 无法启动：{what.zh}",
        ),
        expected=f"runtime handler {handler} on node {node}" if handler else f"RuntimeClass {wanted}",
        actual="not configured" if handler else f"absent; present: {', '.join(present[:5]) or 'none'}",
        near=tuple(near),
        evidence=tuple(dict.fromkeys(evidence))[:4],
        remedies=tuple(_remedies(scene, top, wanted, handler, near)),
        next_checks=(
            NextCheck(
                command="kubectl get runtimeclasses",
                why=Phrase(en="which classes there are, with their handlers", zh="有哪些运行时类及其 handler"),
            ),
        ),
        since=since,
    )


def _what(wanted: str, handler: str, node: str, near: list[str], having: list[str]) -> Phrase:
    if handler:
        where, where_zh = (f"node {node}", f"节点 {node}") if node else ("their node", "其节点")
        other = f" (nodes that have it: {', '.join(having[:3])})" if having else ""
        other_zh = f"（具备它的节点：{', '.join(having[:3])}）" if having else ""
        return Phrase(
            en=f"RuntimeClass {wanted} wants runtime {handler}, which is not set up on {where}{other}",
            zh=f"运行时类 {wanted} 需要运行时 {handler}，而{where_zh} 没有配置{other_zh}",
        )
    hint, hint_zh = (f" (there is {', '.join(near)})", f"（现有相近的：{', '.join(near)}）") if near else ("", "")
    return Phrase(
        en=f"they ask for RuntimeClass {wanted}, which does not exist{hint}",
        zh=f"它们要求的运行时类 {wanted} 不存在{hint_zh}",
    )


def _nodes_with(scene: Scene, handler: str) -> list[str]:
    return [
        name(node)
        for node in scene.snapshot.all("Node")
        if any(text(entry, "name") == handler for entry in objects(node, "status", "runtimeHandlers"))
    ]


def _remedies(scene: Scene, top: Obj, wanted: str, handler: str, near: list[str]) -> Iterator[Remedy]:
    if near:
        yield template_patch(
            scene,
            top,
            {"runtimeClassName": near[0]},
            summary=Phrase(en=f"Use RuntimeClass {near[0]}, which exists", zh=f"改用已存在的运行时类 {near[0]}"),
        )
    given = outside(
        Phrase(
            en=f"Have the cluster's admin set up {'runtime ' + handler if handler else 'RuntimeClass ' + wanted}",
            zh=f"请集群管理员配置{'运行时 ' + handler if handler else '运行时类 ' + wanted}",
        )
    )
    yield Remedy(summary=given.summary, risk=given.risk, who=Who.CLUSTER_ADMIN)
    yield template_patch(
        scene,
        top,
        {"runtimeClassName": None},
        summary=Phrase(
            en="Or leave the runtime class out, if the program need not be kept apart from the node: the default "
            "runtime is used then",
            zh="或者，如果该程序不需要额外隔离，去掉运行时类，改用默认运行时",
        ),
    )
