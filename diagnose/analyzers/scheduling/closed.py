"""Nodes that are closed: cordoned, tainted, or sick."""

from cluster.fields import dig, moment, objects, text
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.scheduling.nodes import NodeView
from diagnose.analyzers.scheduling.recount import Blocker, Recount
from diagnose.analyzers.scheduling.shape import Waiting
from diagnose.findings import Finding, NextCheck, Remedy, Risk, Role, Who, inferred, matched
from diagnose.placement import Taint, tolerates
from diagnose.remedies import command, in_application, template_patch


def nodes_cordoned(waiting: Waiting, views: tuple[NodeView, ...]) -> Finding:
    """Report nodes that would fit and are closed for new pods."""
    if not views:
        return _cordoned_by_words(waiting)
    names = ", ".join(view.name for view in views[:3])
    by = _cordoned_by(views[0])
    who, who_zh = waiting.who
    return waiting.finding(
        "NodesCordoned",
        obj=ref_of(views[0].node),
        summary=Phrase(
            en=f"No node takes {who}: {names}, which would fit, {'is' if len(views) == 1 else 'are'} closed for new "
            f"pods (cordoned{by})",
            zh=f"没有节点可接收 {who_zh}：本来合适的 {names} 已被封锁（cordon{by}），不接收新 Pod",
        ),
        expected="spec.unschedulable: <unset>",
        actual=f"spec.unschedulable: true on {names}",
        evidence=(waiting.scene.field(views[0].node, "spec", "unschedulable"),),
        remedies=(
            command(
                f"kubectl uncordon {views[0].name}",
                summary=Phrase(
                    en=f"Open {views[0].name} again, once whoever closed it has finished",
                    zh=f"在封锁者完成操作后，重新开放 {views[0].name}",
                ),
                verify=f"kubectl get node {views[0].name}",
                expect=Phrase(en="STATUS no longer says SchedulingDisabled", zh="STATUS 不再显示 SchedulingDisabled"),
                undo=f"kubectl cordon {views[0].name}",
                risk=Risk.NONE,
                who=Who.CLUSTER_ADMIN,
            ),
        ),
    )


def _cordoned_by(view: NodeView) -> str:
    """Say who closed the node and when, as the node's managed fields tell."""
    for entry in objects(view.node, "metadata", "managedFields"):
        if dig(entry, "fieldsV1", "f:spec", "f:unschedulable") is not None:
            when = moment(entry, "time")
            return f" by {text(entry, 'manager')}" + (f" at {when:%Y-%m-%d %H:%M} UTC" if when else "")
    return ""


def _cordoned_by_words(waiting: Waiting) -> Finding:
    who, who_zh = waiting.who
    return waiting.finding(
        "NodesCordoned",
        summary=Phrase(
            en=f"No node takes {who}: the scheduler says that nodes are closed for new pods (cordoned)",
            zh=f"没有节点可接收 {who_zh}：调度器表示节点已被封锁（cordon）",
        ),
        expected="an open node",
        actual=waiting.others(),
        evidence=(),
        remedies=(
            in_application(
                Phrase(
                    en="Ask who closed the nodes (kubectl get nodes) and why",
                    zh="查明是谁、为何封锁了节点（kubectl get nodes）",
                )
            ),
        ),
    )


# -- taints


def taint_not_tolerated(waiting: Waiting, recount: Recount | None, blocker: Blocker | None) -> Finding:
    """Report a taint that the pod does not tolerate on nodes that would fit."""
    views = recount.blocked_by(blocker) if recount and blocker else ()
    if recount is None or not views:
        return _tainted_by_words(waiting)
    taint = recount.repelled(views[0])
    if taint is None:
        return _tainted_by_words(waiting)
    names = ", ".join(view.name for view in views[:3])
    nearest, (differs, differs_zh) = _nearest_toleration(recount, taint)
    who, who_zh = waiting.who
    tolerations = [*objects(recount.spec, "tolerations"), _toleration(taint)]
    return waiting.finding(
        "TaintNotTolerated",
        part=taint.key,
        summary=Phrase(
            en=f"No node takes {who}: {names} would fit but {'keeps' if len(views) == 1 else 'keep'} pods away with "
            f"the taint {taint}, which the pod does not tolerate{differs}",
            zh=f"没有节点可接收 {who_zh}：{names} 本来合适，但带有污点 {taint}，而 Pod 未容忍该污点{differs_zh}",
        ),
        expected=f"tolerations: {taint}",
        actual=f"taints on {len(views)} of the nodes: {taint}",
        near=(nearest,) if nearest else (),
        evidence=(
            waiting.scene.field(views[0].node, "spec", "taints", taint.index),
            *_toleration_field(waiting),
        ),
        remedies=(
            template_patch(
                waiting.scene,
                waiting.pod,
                {"tolerations": [dict(entry) for entry in tolerations if not _automatic(text(entry, "key"))]},
                summary=Phrase(
                    en=f"Let the pod tolerate {taint}, if it is meant to run on such nodes",
                    zh=f"如果 Pod 应当在这类节点上运行，让它容忍 {taint}",
                ),
            ),
            command(
                f"kubectl taint node {views[0].name} {taint}-",
                summary=Phrase(en=f"Remove the taint from {views[0].name}", zh=f"移除 {views[0].name} 上的污点"),
                verify=f"kubectl describe node {views[0].name}",
                expect=Phrase(en="the taint is no longer listed", zh="不再列出该污点"),
                undo=f"kubectl taint node {views[0].name} {taint}",
                risk=Risk.NONE,
                who=Who.CLUSTER_ADMIN,
            ),
        ),
    )


def _automatic(key: str) -> bool:
    """Say whether a toleration is one that the API server adds to every pod by itself."""
    return key in {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"}


def _toleration(taint: Taint) -> dict[str, str]:
    if taint.value:
        return {"key": taint.key, "operator": "Equal", "value": taint.value, "effect": taint.effect}
    return {"key": taint.key, "operator": "Exists", "effect": taint.effect}


def _toleration_field(waiting: Waiting) -> tuple[Evidence, ...]:
    return (waiting.scene.field(waiting.pod, "spec", "tolerations"),)


def _nearest_toleration(recount: Recount, taint: Taint) -> tuple[str, tuple[str, str]]:
    """Return the toleration of the same key and, in both languages, the field that differs."""
    for entry in objects(recount.spec, "tolerations"):
        if text(entry, "key") != taint.key or tolerates({"tolerations": [entry]}, taint):
            continue
        if text(entry, "effect") not in {"", taint.effect}:
            field, own = "effect", text(entry, "effect")
        else:
            field, own = "value", text(entry, "value") or "<unset>"
        wanted = taint.effect if field == "effect" else taint.value or "<unset>"
        words = (
            f" (its toleration has {field} {own}, not {wanted})",
            f"（其容忍度的 {field} 为 {own}，而不是 {wanted}）",
        )
        return f"toleration {taint.key} with {field} {own}", words
    return "", ("", "")


def _tainted_by_words(waiting: Waiting) -> Finding:
    clauses = waiting.verdict.clauses if waiting.verdict else ()
    named = [clause.detail.strip(": ") for clause in clauses if clause.reason == "taint" and clause.detail]
    what = f"the taint {named[0]}" if named else "a taint"
    what_zh = f"污点 {named[0]}" if named else "污点"
    who, who_zh = waiting.who
    return waiting.finding(
        "TaintNotTolerated",
        part=named[0].partition(":")[0] if named else "",
        confidence=matched(
            "the scheduler's message says so; the nodes' taints were not compared",
            "调度器的消息如此说明；未比较节点污点",
        ),
        summary=Phrase(
            en=f"No node takes {who}: the scheduler says that nodes keep it away with {what}",
            zh=f"没有节点可接收 {who_zh}：调度器表示节点以{what_zh}排斥它",
        ),
        expected="a matching toleration",
        actual=waiting.others(),
        evidence=_toleration_field(waiting),
        remedies=(
            in_application(
                Phrase(
                    en="Let the pod tolerate the taint, or run it on other nodes",
                    zh="让 Pod 容忍该污点，或在其他节点运行",
                )
            ),
        ),
    )


def nodes_sick(waiting: Waiting, recount: Recount, blocker: Blocker) -> Finding:
    """Report that the nodes which would fit are not well: the taint is set by Kubernetes itself."""
    views = recount.blocked_by(blocker)
    names = ", ".join(view.name for view in views[:3])
    taint = recount.repelled(views[0])
    path = ("spec", "taints", taint.index) if taint else ("spec", "taints")
    who, who_zh = waiting.who
    return waiting.finding(
        "Unschedulable",
        role=Role.SYMPTOM,
        confidence=inferred("the taint marks a node that is not well", "该污点表示节点异常"),
        summary=Phrase(
            en=f"No node takes {who}: {names} would fit but {'is' if len(views) == 1 else 'are'} not well "
            f"({blocker.detail})",
            zh=f"没有节点可接收 {who_zh}：{names} 本来合适，但节点异常（{blocker.detail}）",
        ),
        expected="a node that is well",
        actual=blocker.detail,
        evidence=(waiting.scene.field(views[0].node, *path),),
        remedies=(_repair(views[0]),),
        next_checks=(
            NextCheck(
                command=f"kubectl describe node {views[0].name}",
                why=Phrase(en="its conditions say what is wrong with it", zh="其状况会说明节点的问题"),
            ),
        ),
    )


def _repair(view: NodeView) -> Remedy:
    return Remedy(
        summary=Phrase(
            en=f"Get node {view.name} well again: Kubernetes then removes the taint",
            zh=f"修复节点 {view.name}，污点会自动移除",
        ),
        who=Who.CLUSTER_ADMIN,
    )
