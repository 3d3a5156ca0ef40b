"""Pods whose own wish no node meets: nodeSelector, node affinity, and where their volumes lie."""

from cluster.fields import Obj, labels, name, objects
from cluster.names import closest
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.scheduling.nodes import NodeView
from diagnose.analyzers.scheduling.recount import VOLUME_TERMS, Recount
from diagnose.analyzers.scheduling.shape import Waiting
from diagnose.findings import Finding, Remedy, Risk, Who, matched
from diagnose.placement import required_terms, selector_misses, unmet, written
from diagnose.remedies import command, in_application, template_patch


def no_suited_node(waiting: Waiting, recount: Recount) -> Finding | None:
    """Report which wish leaves no node; None when the wishes themselves leave some."""
    if recount.suited or not recount.fleet.nodes:
        return None
    if not recount.by_selector:
        return selector_mismatch(waiting, recount)
    if not recount.by_affinity:
        return affinity_mismatch(waiting, recount)
    return volume_elsewhere(waiting, recount)


# -- nodeSelector


def selector_mismatch(waiting: Waiting, recount: Recount) -> Finding:
    """Name the pair of the nodeSelector that nodes lack, with what they carry instead."""
    spec, nodes = recount.spec, recount.fleet.nodes
    nearest = min(
        nodes,
        key=lambda view: (
            len(selector_misses(spec, view.node)),
            bool(objects(view.node, "spec", "taints")),
            view.name,
        ),
    )
    misses = selector_misses(spec, nearest.node)
    key, value = next(iter(sorted(misses.items())))
    values = sorted({view.labels[key] for view in nodes if key in view.labels})
    keys = sorted({label for view in nodes for label in view.labels})
    near_value = closest(value, values)
    near_key = [label for label in closest(key, keys) if any(view.labels.get(label) == value for view in nodes)]
    carrying = sum(key in view.labels for view in nodes)
    one_short = sum(len(selector_misses(spec, view.node)) == 1 for view in nodes)
    have = f"nodes have {key}={', '.join(values[:5])}" if values else f"no node has the label {key}"
    have_zh = f"节点的 {key} 取值为 {', '.join(values[:5])}" if values else f"没有节点带有标签 {key}"
    who, who_zh = waiting.who
    field = waiting.scene.field(waiting.pod, "spec", "nodeSelector", key)
    if values:
        shown = next(view for view in nodes if key in view.labels)
        proof = waiting.scene.field(shown.node, "metadata", "labels", key)
    else:
        proof = waiting.scene.field(nearest.node, "metadata", "labels")
    return waiting.finding(
        "NodeSelectorMismatch",
        summary=Phrase(
            en=f"No node takes {who}: it asks for nodes with {key}={value}, but {have}",
            zh=f"没有节点可接收 {who_zh}：它要求节点带有 {key}={value}，但{have_zh}",
        ),
        part=key,
        expected=f"a node with {key}={value}",
        actual=f"{key}: {', '.join(values[:5]) if values else '<unset>'} on {carrying or len(nodes)} nodes"
        + (f"; {one_short} nodes lack only this label" if one_short and len(misses) == 1 else ""),
        near=tuple(f"{key}={entry}" for entry in near_value) or tuple(f"{label}={value}" for label in near_key),
        evidence=(field, proof),
        remedies=_selector_remedies(waiting, nearest, key, value, near_value, near_key),
    )


def _selector_remedies(
    waiting: Waiting, nearest: NodeView, key: str, value: str, near_value: list[str], near_key: list[str]
) -> tuple[Remedy, ...]:
    drop = template_patch(
        waiting.scene,
        waiting.pod,
        {"nodeSelector": {key: None}},
        summary=Phrase(
            en=f"Drop the condition {key}={value}, if the pod may run on any node",
            zh=f"如果可以在任何节点运行，去掉条件 {key}={value}",
        ),
    )
    label = command(
        f"kubectl label node {nearest.name} {key}={value}",
        summary=Phrase(
            en=f"Mark a node that is meant, for instance {nearest.name}",
            zh=f"给预期的节点打上标签，例如 {nearest.name}",
        ),
        verify=f"kubectl get nodes -l {key}={value}",
        expect=Phrase(en="the node is listed", zh="列出该节点"),
        undo=f"kubectl label node {nearest.name} {key}-",
        risk=Risk.NONE,
        who=Who.CLUSTER_ADMIN,
    )
    if not near_value and not near_key:
        return (drop, label)
    change = {key: near_value[0]} if near_value else {key: None, near_key[0]: value}
    pair = f"{key}={near_value[0]}" if near_value else f"{near_key[0]}={value}"
    correct = template_patch(
        waiting.scene,
        waiting.pod,
        {"nodeSelector": change},
        summary=Phrase(en=f"Ask for {pair}, which nodes carry", zh=f"改为要求节点实际带有的 {pair}"),
    )
    return (correct, label)


# -- node affinity


def affinity_mismatch(waiting: Waiting, recount: Recount) -> Finding:
    """Name the expression of the best term that the best node fails."""
    terms = required_terms(recount.spec)
    options = [
        (len(unmet(term, view.node)), index, view) for view in recount.by_selector for index, term in enumerate(terms)
    ]
    _, index, view = min(options, key=lambda entry: (entry[0], entry[1], entry[2].name))
    failed = unmet(terms[index], view.node)
    wanted = " and ".join(written(entry) for entry in failed)
    key = str(failed[0].get("key") or "")
    values = sorted({other.labels[key] for other in recount.fleet.nodes if key in other.labels})
    asked = [entry for entry in failed[0].get("values") or () if isinstance(entry, str)]
    near = closest(asked[0], values) if asked else []
    have = f"{key}: {', '.join(values[:5]) if values else '<unset>'}"
    who, who_zh = waiting.who
    path = ("spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    scene = waiting.scene
    proof = (
        scene.field(view.node, "metadata", "labels", key)
        if key in view.labels
        else scene.field(view.node, "metadata", "labels")
    )
    return waiting.finding(
        "NodeAffinityMismatch",
        summary=Phrase(
            en=f"No node takes {who}: its node affinity requires {wanted}, and the nodes have {have}",
            zh=f"没有节点可接收 {who_zh}：其节点亲和性要求 {wanted}，而节点为 {have}",
        ),
        part=key,
        expected=f"a node with {wanted}",
        actual=have,
        near=tuple(f"{key}={entry}" for entry in near),
        evidence=(scene.field(waiting.pod, *path), proof),
        remedies=(
            template_patch(
                scene,
                waiting.pod,
                {"affinity": {"nodeAffinity": {path[-1]: None}}},
                summary=Phrase(
                    en="Drop the required node affinity, or turn it into a preference",
                    zh="去掉必需的节点亲和性，或改为偏好",
                ),
            ),
        ),
    )


# -- volumes


def volume_elsewhere(waiting: Waiting, recount: Recount) -> Finding:
    """Report a bound volume that only nodes may use which the pod does not accept or which do not exist."""
    scene = waiting.scene
    volume = next(
        (entry for entry in recount.volumes if not any(_reaches(entry, view) for view in recount.by_affinity)),
        recount.volumes[0],
    )
    terms = objects(volume, *VOLUME_TERMS)
    where = " or ".join(" and ".join(written(e) for e in objects(term, "matchExpressions")) for term in terms)
    usable = [view for view in recount.fleet.nodes if _reaches(volume, view)]
    fits = ", ".join(view.name for view in usable[:3]) or "no node"
    fits_zh = ", ".join(view.name for view in usable[:3]) or "没有节点"
    who, who_zh = waiting.who
    return waiting.finding(
        "VolumeZoneConflict",
        part=name(volume),
        summary=Phrase(
            en=f"No node takes {who}: its volume {name(volume)} can only be used on nodes with {where} ({fits}), and "
            "the pod cannot run there",
            zh=f"没有节点可接收 {who_zh}：其卷 {name(volume)} 只能在带有 {where} 的节点（{fits_zh}）上使用，"
            "而 Pod 无法在那里运行",
        ),
        expected=f"a node with {where} that the pod accepts",
        actual=f"usable on: {fits}",
        evidence=(scene.field(volume, *VOLUME_TERMS), *_wish(waiting, recount)),
        remedies=_volume_remedies(waiting, recount, where),
    )


def _reaches(volume: Obj, view: NodeView) -> bool:
    return any(not unmet(term, view.node) for term in objects(volume, *VOLUME_TERMS))


def _wish(waiting: Waiting, recount: Recount) -> tuple[Evidence, ...]:
    if labels(recount.spec, "nodeSelector"):
        return (waiting.scene.field(waiting.pod, "spec", "nodeSelector"),)
    if required_terms(recount.spec):
        return (waiting.scene.field(waiting.pod, "spec", "affinity", "nodeAffinity"),)
    return ()


def _volume_remedies(waiting: Waiting, recount: Recount, where: str) -> tuple[Remedy, ...]:
    wish = labels(recount.spec, "nodeSelector")
    bring = Remedy(
        summary=Phrase(
            en=f"Add a node with {where}, where the volume can be used", zh=f"在卷可用的位置（{where}）增加节点"
        ),
        who=Who.CLUSTER_ADMIN,
    )
    if not wish:
        return (bring,)
    drop = template_patch(
        waiting.scene,
        waiting.pod,
        {"nodeSelector": dict.fromkeys(wish)},
        summary=Phrase(
            en="Drop the nodeSelector, so that the pod may follow its volume",
            zh="去掉 nodeSelector，让 Pod 可以跟随其卷",
        ),
    )
    return (drop, bring)


def placement_by_words(waiting: Waiting) -> Finding:
    """Say what the scheduler says of placement when no node was read."""
    spec = waiting.pod.get("spec") or {}
    wish = labels(spec, "nodeSelector")
    code = "NodeSelectorMismatch" if wish else "NodeAffinityMismatch"
    pairs = ", ".join(f"{key}={value}" for key, value in sorted(wish.items()))
    asked = pairs or " or ".join(
        " and ".join(written(e) for e in objects(term, "matchExpressions")) for term in required_terms(spec)
    )
    who, who_zh = waiting.who
    field = ("spec", "nodeSelector") if wish else ("spec", "affinity")
    return waiting.finding(
        code,
        confidence=matched(
            "the scheduler's message says so; the nodes' labels were not read", "调度器的消息如此说明；未能读取节点标签"
        ),
        summary=Phrase(
            en=f"No node takes {who}: the scheduler finds none with {asked or 'what its affinity requires'}",
            zh=f"没有节点可接收 {who_zh}：调度器找不到满足 {asked or '其亲和性'} 的节点",
        ),
        expected=f"a node with {asked}" if asked else "a node that meets the affinity",
        actual=waiting.others(),
        evidence=(waiting.scene.field(waiting.pod, *field),),
        remedies=(
            in_application(
                Phrase(
                    en="Compare with the labels that nodes have (kubectl get nodes --show-labels) and correct the pod",
                    zh="与节点实际标签（kubectl get nodes --show-labels）比较并修正 Pod",
                )
            ),
        ),
    )
