"""Disruption budgets that forbid an eviction which somebody wants.

A budget that allows nothing harms nobody by itself: it counts once somebody wants to evict.
"""

from collections.abc import Iterator, Sequence

from cluster.fields import Obj, dig, name, text, whole
from cluster.snapshot import ref_of
from core.phrase import Phrase
from diagnose.analyzers.termination.evicting import Evictions, Wish
from diagnose.findings import Edge, Finding, NextCheck, Observation, Reach, Remedy, Role, Severity, proved
from diagnose.remedies import command, fresh_copy, object_patch
from diagnose.scene import Scene
from diagnose.state import pod_ready


def judge_budgets(scene: Scene) -> Iterator[Observation]:
    """Report each budget that stands in the way of an eviction; one that could never allow any, as hygiene."""
    if not scene.snapshot.objects.get("PodDisruptionBudget"):
        return
    evictions = Evictions(scene)
    for budget in scene.snapshot.all("PodDisruptionBudget"):
        if text(budget, "metadata", "deletionTimestamp") or not evictions.pods_of(budget):
            continue
        shared = evictions.rival_of(budget)
        if whole(budget, "status", "disruptionsAllowed", default=-1) != 0 and shared is None:
            continue
        if whole(budget, "status", "expectedPods", default=1) == 0:
            continue
        wish = evictions.wish(budget)
        if wish is not None and shared is not None and name(shared) < name(budget) and evictions.wish(shared):
            continue  # one of the two tells it
        if wish is not None:
            yield _finding(evictions, budget, wish, shared)
        elif _impossible(budget):
            yield _finding(evictions, budget, None, None)


def _impossible(budget: Obj) -> bool:
    """Say whether the budget could allow no eviction even with every pod healthy."""
    expected, desired = whole(budget, "status", "expectedPods"), whole(budget, "status", "desiredHealthy")
    return 0 < expected <= desired


def _finding(evictions: Evictions, budget: Obj, wish: Wish | None, shared: Obj | None) -> Finding:
    scene, ref = evictions.scene, ref_of(budget)
    current, desired = whole(budget, "status", "currentHealthy"), whole(budget, "status", "desiredHealthy")
    expected = whole(budget, "status", "expectedPods")
    pods = evictions.pods_of(budget)
    holder = scene.holder_ref(pods[0])
    who = f"{holder.kind} {holder.name}"
    rule, rule_zh = _rule(budget)
    if shared is not None and wish is not None:
        why = f"its pods are protected by the budget {name(shared)} as well, and Kubernetes evicts no pod with two"
        why_zh = f"其 Pod 同时受预算 {name(shared)} 保护，而 Kubernetes 不驱逐有两个预算的 Pod"
    elif _impossible(budget):
        why = f"the budget ({rule}) wants {desired} of {expected} pods healthy at all times, so none may ever go"
        why_zh = f"该预算（{rule_zh}）要求 {expected} 个 Pod 中始终有 {desired} 个健康，因此一个也不能驱逐"
    else:
        why = f"the budget ({rule}) needs {desired} healthy pods and has {current}"
        why_zh = f"该预算（{rule_zh}）需要 {desired} 个健康的 Pod，现有 {current} 个"
    refused = wish is not None and wish.node is None
    start = (
        f"{wish.words.en}{': ' if refused else ', but '}"
        if wish
        else "Nobody empties a node now, but if somebody did: "
    )
    start_zh = f"{wish.words.zh}{'：' if refused else '，但 '}" if wish else "目前没有人腾空节点；一旦腾空，"
    return Finding(
        code="EvictionBlockedByBudget",
        role=Role.ROOT if wish else Role.HYGIENE,
        severity=Severity.HIGH if wish else Severity.LOW,
        confidence=wish.confidence
        if wish
        else proved("the budget's own numbers leave no room", "预算自身的数值不留余地"),
        object=ref,
        affected=(Reach(ref=ref_of(wish.node), edge=Edge.SCHEDULING),) if wish and wish.node is not None else (),
        chain=tuple(Reach(ref=ref_of(pod), edge=Edge.POLICY) for pod in pods[:3]),
        summary=Phrase(
            en=f"{start[0].upper()}{start[1:]}the pods of {who} may not be moved: {why}",
            zh=f"{start_zh}{who} 的 Pod 不能移走：{why_zh}",
        ),
        expected="one budget for each pod" if shared is not None else "status.disruptionsAllowed: 1 or more",
        actual=f"two: {ref.name}, {name(shared)}"
        if shared is not None
        else f"status.disruptionsAllowed: {whole(budget, 'status', 'disruptionsAllowed')}",
        evidence=tuple(
            entry
            for entry in (
                scene.field(budget, "status", "disruptionsAllowed"),
                *(wish.evidence if wish else ()),
                scene.field(budget, "spec", _which(budget)),
            )
            if entry.quote
        ),
        remedies=_remedies(scene, budget, pods, shared),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe pdb {ref.name}",
                why=Phrase(en="it shows how many may go now", zh="显示目前允许驱逐的数量"),
            ),
        ),
    )


def _count(sick: int) -> str:
    if sick == 1:
        return "the pod that is not healthy"
    return f"the {sick} pods that are not healthy" if sick else "the missing pods"


def _which(budget: Obj) -> str:
    return "maxUnavailable" if dig(budget, "spec", "maxUnavailable") is not None else "minAvailable"


def _rule(budget: Obj) -> tuple[str, str]:
    which = _which(budget)
    value = dig(budget, "spec", which)
    value = value if isinstance(value, str | int) else "?"
    return f"{which} {value}", f"{which} 为 {value}"


def _remedies(scene: Scene, budget: Obj, pods: Sequence[Obj], shared: Obj | None) -> tuple[Remedy, ...]:
    ref = ref_of(budget)
    check = f"kubectl -n {ref.namespace} get pdb {ref.name}"
    expect = Phrase(en="ALLOWED DISRUPTIONS is 1 or more", zh="ALLOWED DISRUPTIONS 至少为 1")
    if shared is not None:
        return (
            command(
                f"{fresh_copy(ref_of(shared))} > {name(shared)}.json\n"
                f"kubectl -n {ref.namespace} delete pdb {name(shared)}",
                summary=Phrase(
                    en=f"Keep one of the two budgets: save and delete {name(shared)} (or {ref.name} instead, if the "
                    "other is the one that is wanted)",
                    zh=f"两个预算只保留一个：保存后删除 {name(shared)}（如果要保留的是它，则改为删除 {ref.name}）",
                ),
                verify=f"kubectl -n {ref.namespace} get pdb",
                expect=Phrase(en="one budget is left for these pods", zh="这些 Pod 只剩一个预算"),
                undo=f"kubectl -n {ref.namespace} replace --force -f {name(shared)}.json",
            ),
        )
    found: list[Remedy] = []
    holder = scene.graph.holder(pods[0])
    replicas = whole(holder, "spec", "replicas", default=1)
    if _impossible(budget):
        if _which(budget) == "minAvailable" and text(holder, "kind") in {"Deployment", "StatefulSet"}:
            slug = ref_of(holder).slug
            found.append(
                command(
                    f"kubectl -n {ref.namespace} scale {slug} --replicas={replicas + 1}",
                    summary=Phrase(
                        en=f"Run one pod more ({replicas + 1}), so that one may go without falling below the budget",
                        zh=f"多运行一个 Pod（{replicas + 1} 个），移走一个也不会低于预算",
                    ),
                    verify=check,
                    expect=expect,
                    undo=f"kubectl -n {ref.namespace} scale {slug} --replicas={replicas}",
                )
            )
        former = {"minAvailable": dig(budget, "spec", "minAvailable"), "maxUnavailable": None}
        if _which(budget) == "maxUnavailable":
            former = {"maxUnavailable": dig(budget, "spec", "maxUnavailable"), "minAvailable": None}
        blank = Phrase(en="", zh="")
        found.append(
            object_patch(
                budget,
                {"spec": {"maxUnavailable": 1, "minAvailable": None}},
                summary=Phrase(
                    en="Let one pod at a time go; with a single pod this means a short outage",
                    zh="允许每次移走一个 Pod；如果只有一个 Pod，会有短暂中断",
                ),
                verify=check,
                expect=expect,
                undo=object_patch(ref, {"spec": former}, summary=blank).command,
            )
        )
        return tuple(found)
    sick = [pod for pod in pods if not pod_ready(pod)]
    found.append(
        Remedy(
            summary=Phrase(
                en=f"Get {_count(len(sick))} well first; the budget then allows it",
                zh="先让不健康的 Pod 恢复，预算随后就会放行",
            )
        )
    )
    if sick and text(budget, "spec", "unhealthyPodEvictionPolicy") != "AlwaysAllow":
        former_policy = text(budget, "spec", "unhealthyPodEvictionPolicy") or None
        found.append(
            object_patch(
                budget,
                {"spec": {"unhealthyPodEvictionPolicy": "AlwaysAllow"}},
                summary=Phrase(
                    en="Let pods that are not healthy be moved in any case: they serve nobody",
                    zh="允许随时移走不健康的 Pod：它们并未提供服务",
                ),
                verify=check,
                undo=object_patch(
                    ref, {"spec": {"unhealthyPodEvictionPolicy": former_policy}}, summary=Phrase(en="", zh="")
                ).command,
            )
        )
    return tuple(found)
