"""Pods pushed out by more important ones, by taints, or refused by the node that they were given to."""

import re
from collections.abc import Iterator

from cluster.fields import Obj, mapping, name, numbered, text, whole
from cluster.snapshot import Event, ref_of
from core.evidence import ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.evictions.case import Removed, lost, made_by, made_up, title
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Risk, Role, RuledOut, Who, matched, proved
from diagnose.placement import SICK_TAINTS, taints, tolerates
from diagnose.remedies import command, template_patch
from diagnose.scene import Scene

_BY = re.compile(r"Preempted (?:in order to admit critical pod|by (?:a )?(?:pod )?(?P<who>[\w./-]{1,253})?)")


def preempted(removed: Removed) -> Finding | None:
    """Report a pod that had to make room for one of higher priority."""
    event = removed.scene.latest(removed.pod, "Preempted", "Preempting")
    if removed.actor != "PreemptionByScheduler" and removed.reason != "Preempting" and event is None:
        return None
    scene = removed.scene
    winner = _winner(scene, event.message if event else removed.message)
    own = whole(removed.pod, "spec", "priority")
    proofs = [*removed.said()]
    if event is not None:
        proofs.append(scene.event(event))
    proofs.append(scene.field(removed.pod, "spec", "priority"))
    who, who_zh = "a pod of higher priority", "优先级更高的 Pod"
    chain: tuple[Reach, ...] = ()
    if winner is not None:
        ref = scene.holder_ref(winner)
        theirs = whole(winner, "spec", "priority")
        who, who_zh = f"{title(ref)} (priority {theirs})", f"{title(ref)}（优先级 {theirs}）"
        chain = (Reach(ref=ref, edge=Edge.SCHEDULING),)
        proofs.insert(1, scene.field(winner, "spec", "priority"))
    where = f" on node {removed.node}" if removed.node else ""
    where_zh = f"（节点 {removed.node}）" if removed.node else ""
    gone_now = lost(removed.holder, Phrase(en=f"(priority {own})", zh=f"（优先级 {own}）"))
    return removed.finding(
        "PodPreempted",
        obj=removed.holder,
        confidence=proved("the scheduler or kubelet says so", "调度器或 kubelet 如此说明", twice=winner is not None),
        summary=Phrase(
            en=f"{gone_now.en}{where} to make room for {who}",
            zh=f"{gone_now.zh}{where_zh}，为{who_zh} 让出资源",
        ),
        expected="room for both",
        actual=f"spec.priority: {own}",
        chain=chain,
        evidence=tuple(proofs),
        remedies=_room(removed),
        next_checks=(_classes(),),
    )


def _room(removed: Removed) -> tuple[Remedy, ...]:
    classes = sorted(
        (whole(entry, "value"), name(entry))
        for entry in removed.scene.snapshot.all("PriorityClass")
        if not name(entry).startswith("system-") and whole(entry, "value") > whole(removed.pod, "spec", "priority")
    )
    capacity = Remedy(
        summary=Phrase(
            en="Add nodes, or lower requests, so that both find room", zh="增加节点或降低 requests，让两者都能放下"
        ),
        risk=Risk.NONE,
        who=Who.CLUSTER_ADMIN,
    )
    if not classes:
        return (capacity,)
    higher = classes[0][1]
    return (
        capacity,
        template_patch(
            removed.scene,
            removed.pod,
            {"priorityClassName": higher, "priority": None},
            summary=Phrase(
                en=f"Or give it the priority class {higher}, if it is as important as what pushes it out",
                zh=f"或者，如果它同样重要，使用优先级类 {higher}",
            ),
        ),
    )


def _classes() -> NextCheck:
    return NextCheck(
        command="kubectl get priorityclasses", why=Phrase(en="which priorities there are", zh="有哪些优先级")
    )


def _winner(scene: Scene, message: str) -> Obj | None:
    match = _BY.search(message[:2000])
    who = match["who"] if match else None
    if not who:
        return None
    found = scene.snapshot.by_uid.get(who)
    if found is None and "/" in who:
        space, _, pod = who.partition("/")
        found = scene.snapshot.get("Pod", space, pod)
    return found if found is not None and text(found, "kind") == "Pod" else None


def by_taint(removed: Removed) -> Finding | None:
    """Report a pod that a taint drives from its node."""
    scene = removed.scene
    event = scene.latest(removed.pod, "TaintManagerEviction")
    cancelled = event is not None and event.message.startswith("Cancelling")
    if removed.actor != "DeletionByTaintManager" and (event is None or cancelled):
        return None
    node = scene.snapshot.get("Node", "", removed.node)
    proofs = list(removed.said())
    if event is not None and not cancelled:
        proofs.append(scene.event(event))
    execute = [taint for taint in (taints(node) if node is not None else ()) if taint.effect == "NoExecute"]
    driving = [taint for taint in execute if not tolerates(mapping(removed.pod, "spec"), taint)]
    taint = next((taint for taint in (*driving, *execute) if taint in driving or taint.key in SICK_TAINTS), None)
    if taint is not None and node is not None:
        proofs.append(scene.field(node, "spec", "taints", taint.index))
    well = taint is None or taint.key not in SICK_TAINTS
    what, what_zh = (f"the taint {taint}", f"污点 {taint}") if taint else ("a taint", "污点")
    return removed.finding(
        "EvictedByTaint",
        obj=ref_of(node) if node is not None else ObjectRef(kind="Node", name=removed.node),
        part=removed.holder.name,
        role=Role.ROOT if well else Role.SYMPTOM,
        confidence=proved("the taint manager says so", "污点控制器如此说明", twice=taint is not None),
        summary=Phrase(
            en=f"{lost(removed.holder).en}, because {what} on node {removed.node} drives it away",
            zh=f"{lost(removed.holder).zh}，因为节点 {removed.node} 的{what_zh} 将其驱离",
        ),
        expected=f"a toleration for {taint}" if taint and well else "a node that is well",
        actual=f"taint {taint}" if taint else "a taint",
        evidence=tuple(proofs),
        remedies=_untainted(removed, taint.key, taint.value) if taint and well else (),
        next_checks=(
            NextCheck(
                command=f"kubectl describe node {removed.node}",
                why=Phrase(en="its taints, and who set them", zh="其污点以及由谁设置"),
            ),
        ),
    )


def _untainted(removed: Removed, key: str, value: str) -> tuple[Remedy, ...]:
    toleration = {"key": key, "operator": "Equal" if value else "Exists", "effect": "NoExecute"}
    if value:
        toleration["value"] = value
    present = [dict(entry) for _, entry in numbered(removed.pod, "spec", "tolerations")]
    return (
        command(
            f"kubectl taint node {removed.node} {key}:NoExecute-",
            summary=Phrase(
                en="Remove the taint, if the node is meant for such pods", zh="如果该节点本应运行这类 Pod，移除该污点"
            ),
            verify=f"kubectl get pods -A -o wide --field-selector spec.nodeName={removed.node}",
            expect=Phrase(en="the pods stay", zh="Pod 不再被移除"),
            undo=f"kubectl taint node {removed.node} {key}{f'={value}' if value else ''}:NoExecute",
            who=Who.CLUSTER_ADMIN,
        ),
        template_patch(
            removed.scene,
            removed.pod,
            {"tolerations": [*present, toleration]},
            summary=Phrase(en="Or let the pods tolerate it", zh="或者让 Pod 容忍该污点"),
        ),
    )


def gone(scene: Scene) -> Iterator[Finding | RuledOut]:
    """Judge the events of pods that are gone: preempted or driven away, by whether their owner has enough."""
    for event in scene.snapshot.iter_events():
        code = {"Preempted": "PodPreempted", "TaintManagerEviction": "EvictedByTaint"}.get(event.reason)
        ref = event.ref
        if code is None or ref.kind != "Pod" or event.message.startswith("Cancelling"):
            continue
        if scene.snapshot.get("Pod", ref.namespace, ref.name) is not None:
            continue
        owner = made_by(scene, ref.namespace, ref.name)
        if owner is None:
            continue
        if made_up(scene, owner):
            yield RuledOut(
                code=code,
                object=ref_of(scene.graph.holder(owner)),
                reason=Phrase(
                    en="a pod was removed from its node before, and another one runs in its place",
                    zh="此前有 Pod 被移出节点，现已由其他 Pod 替代运行",
                ),
                evidence=(scene.event(event, current=False),),
                healed=True,
                ended=event.last,
            )
        else:
            yield _of_gone(scene, code, event, owner)


def _of_gone(scene: Scene, code: str, event: Event, owner: Obj) -> Finding:
    ref = ref_of(scene.graph.holder(owner))
    winner = _winner(scene, event.message)
    why = ("to make room for a pod of higher priority", "为优先级更高的 Pod 让出资源")
    if winner is not None:
        top = scene.holder_ref(winner)
        why = (f"to make room for {title(top)}", f"为 {title(top)} 让出资源")
    if code == "EvictedByTaint":
        why = ("because of a taint on its node", "原因是其节点上的污点")
    return Finding(
        code=code,
        role=Role.ROOT if code == "PodPreempted" else Role.CONTRIBUTING,
        confidence=matched(
            "an event of a pod that is gone; its owner lacks pods", "已删除 Pod 的事件；其控制器缺少 Pod"
        ),
        object=ref,
        affected=(Reach(ref=ref_of(owner), edge=Edge.OWNER),),
        summary=Phrase(
            en=f"A pod of {title(ref)} was removed {why[0]}, and too few run since",
            zh=f"{title(ref)} 的一个 Pod 被移除，{why[1]}，此后运行的 Pod 不足",
        ),
        expected="as many pods as wanted",
        actual=event.message[:160],
        evidence=(scene.event(event),),
        remedies=(
            Remedy(
                summary=Phrase(
                    en="Add nodes or lower requests, so that both find room",
                    zh="增加节点或降低 requests，让两者都能放下",
                ),
                risk=Risk.NONE,
                who=Who.CLUSTER_ADMIN,
            ),
        ),
        next_checks=(_classes(),),
        since=event.last,
    )
