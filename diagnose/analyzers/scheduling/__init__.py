"""Pods that no node takes.

The scheduler's message is taken apart, then every node is asked again from fields: what the message claims and the
fields confirm is proved. Pods of one controller that wait for the same reason are judged once.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from cluster.fields import Obj, condition, moment, objects, text, uid
from cluster.recording.transcript import hides
from cluster.snapshot import Event, controller_of
from core.phrase import Phrase
from diagnose.analyzers import analyzer
from diagnose.analyzers.scheduling.capacity import insufficient, pod_limit, volumes_exhausted
from diagnose.analyzers.scheduling.closed import nodes_cordoned, nodes_sick, taint_not_tolerated
from diagnose.analyzers.scheduling.message import Clause, take_apart
from diagnose.analyzers.scheduling.neighbours import (
    affinity_unsatisfied,
    anti_affinity_conflict,
    host_port_conflict,
    spread_unsatisfied,
)
from diagnose.analyzers.scheduling.nodes import Fleet
from diagnose.analyzers.scheduling.recount import Blocker, Recount
from diagnose.analyzers.scheduling.shape import Waiting, condition_index
from diagnose.analyzers.scheduling.unscheduled import assigned_node_missing, gated, unheard
from diagnose.analyzers.scheduling.wishes import no_suited_node, placement_by_words
from diagnose.findings import Finding, InProgress, Observation, Role, RuledOut, inferred, matched
from diagnose.remedies import in_application
from diagnose.scene import Scene

_SCALING_UP = ("TriggeredScaleUp", "Nominated")


@analyzer(kinds=("Pod",))
def scheduling(scene: Scene) -> Iterator[Observation]:
    """Yield why each pending pod has no node; what waits inside its grace is in progress."""
    fleet = Fleet(scene)
    groups: dict[tuple[str, str], list[Obj]] = {}
    for pod in scene.live_pods:
        if text(pod, "spec", "nodeName"):
            if text(pod, "status", "phase") == "Pending" and (missing := assigned_node_missing(scene, pod)):
                yield missing
            else:
                yield from _placed_late(scene, pod)
        elif text(pod, "status", "phase") in {"Pending", ""} and not _placed_unseen(scene, pod):
            yield from _pending(scene, pod, groups)
    for (_, message), pods in sorted(groups.items()):
        yield _explain(_waiting(scene, fleet, pods, message))


def _placed_unseen(scene: Scene, pod: Obj) -> bool:
    """Say that a pod has a node which its form does not show, or that nothing tells whether it has one."""
    if condition(pod, "PodScheduled").get("status") == "True":
        return True
    told = bool(condition(pod, "PodScheduled")) or scene.latest(pod, "FailedScheduling") is not None
    return not told and hides(pod, "spec", "nodeName")


def _pending(scene: Scene, pod: Obj, groups: dict[tuple[str, str], list[Obj]]) -> Iterator[Observation]:
    """Sort one pending pod: held back, unheard, in progress, or (into ``groups``) refused."""
    state = condition(pod, "PodScheduled")
    if text(state, "reason") == "SchedulingGated" or objects(pod, "spec", "schedulingGates"):
        yield from gated(scene, pod)
        return
    failed = scene.latest(pod, "FailedScheduling")
    message = text(state, "message") or (failed.message if failed else "")
    if not message:
        yield from unheard(scene, pod)
        return
    until = _patience(scene, pod)
    if until is not None:
        yield until
        return
    owner = text(controller_of(pod), "uid") or uid(pod)
    groups.setdefault((owner, message), []).append(pod)


def _patience(scene: Scene, pod: Obj) -> InProgress | None:
    """Return until when the pod may wait: its first seconds, or while a node is on its way."""
    scaling = scene.latest(pod, *_SCALING_UP)
    refused = scene.latest(pod, "NotTriggerScaleUp")
    if scaling and scaling.last and not (refused and refused.last and refused.last > scaling.last):
        until = scaling.last + timedelta(seconds=scene.numbers.autoscaler_wait_seconds)
        if scene.now < until:
            return InProgress(
                object=scene.holder_ref(pod),
                reason=Phrase(en="a node is on its way for a waiting pod", zh="正在为等待的 Pod 增加节点"),
                until=until,
            )
    born = moment(pod, "metadata", "creationTimestamp")
    grace = scene.numbers.schedule_grace_seconds
    if born and scene.age(born) < grace:
        return InProgress(
            object=scene.holder_ref(pod),
            reason=Phrase(en="a new pod waits for a node", zh="新的 Pod 正在等待节点"),
            until=born + timedelta(seconds=grace),
        )
    return None


def _placed_late(scene: Scene, pod: Obj) -> Iterator[RuledOut]:
    """Say that earlier refusals of a pod that has its node by now do not count."""
    failed = scene.latest(pod, "FailedScheduling")
    placed = moment(condition(pod, "PodScheduled"), "lastTransitionTime")
    if failed is None or failed.last is None:
        return
    born = moment(pod, "metadata", "creationTimestamp")
    late = bool(born and placed and (placed - born).total_seconds() > scene.numbers.schedule_grace_seconds)
    yield RuledOut(
        code="Unschedulable",
        object=scene.holder_ref(pod),
        reason=Phrase(en="the pod had to wait for a node and has one now", zh="Pod 曾等待节点，现已分配到节点"),
        evidence=(scene.event(failed, current=False),),
        healed=late,
        ended=placed or failed.last,
    )


def _waiting(scene: Scene, fleet: Fleet, pods: list[Obj], message: str) -> Waiting:
    pod = pods[0]
    index = condition_index(pod, "PodScheduled")
    failed = scene.latest(pod, "FailedScheduling")
    if index is not None and text(pod, "status", "conditions", index, "message"):
        said = scene.field(pod, "status", "conditions", index, "message")
    else:
        said = scene.event(failed) if failed else scene.field(pod, "status", "phase")
    read = bool(fleet.nodes) and scene.snapshot.coverage.complete("Node")
    return Waiting(
        scene=scene,
        pods=tuple(pods),
        message=message,
        said=said,
        verdict=take_apart(message),
        recount=Recount(fleet=fleet, pod=pod) if read else None,
        since=moment(condition(pod, "PodScheduled"), "lastTransitionTime")
        or moment(pod, "metadata", "creationTimestamp"),
        refused_scale_up=_refused(scene, pod),
    )


def _refused(scene: Scene, pod: Obj) -> Event | None:
    return scene.latest(pod, "NotTriggerScaleUp")


def _explain(waiting: Waiting) -> Finding:
    """Choose the cause: what the fields say, as far as the scheduler says the same; else its words alone."""
    verdict, recount = waiting.verdict, waiting.recount
    if verdict is None or verdict.has("claim"):
        return _other(waiting, next((c for c in verdict.clauses if c.reason == "claim"), None) if verdict else None)
    if recount is not None:
        wish = no_suited_node(waiting, recount)
        if wish is not None and (verdict.has("placement") or verdict.has("zone")):
            return wish
        cause = recount.cause({clause.reason for clause in verdict.clauses})
        if cause is not None and not recount.open and (found := _by_fields(waiting, recount, cause)):
            return found
    return _by_words(waiting)


def _by_fields(waiting: Waiting, recount: Recount, cause: Blocker) -> Finding | None:
    """Report a cause that the recount found and the message names too."""
    views = recount.blocked_by(cause)
    match cause.reason:
        case "resource":
            return insufficient(waiting, cause.detail)
        case "pods":
            return pod_limit(waiting, views[0] if views else None)
        case "cordon":
            return nodes_cordoned(waiting, views)
        case "taint" if cause.sick:
            return nodes_sick(waiting, recount, cause)
        case "taint":
            return taint_not_tolerated(waiting, recount, cause)
        case "pod_affinity":
            return affinity_unsatisfied(waiting, recount, cause.detail)
        case "anti_affinity":
            return anti_affinity_conflict(waiting, recount, cause.detail)
        case "spread":
            return spread_unsatisfied(waiting, recount, cause.detail)
        case "ports":
            return host_port_conflict(waiting, recount, cause.detail)
        case _:
            return None


def _by_words(waiting: Waiting) -> Finding:
    """Report the clause that keeps out most nodes, on the scheduler's word."""
    clauses = waiting.verdict.clauses if waiting.verdict else ()
    named = [clause for clause in clauses if clause.reason != "other"]
    known = [clause for clause in named if "control-plane" not in clause.detail] or named
    if not known:
        return _other(waiting, clauses[0] if clauses else None)
    clause = max(known, key=lambda entry: entry.count)
    waiting = _without_recount(waiting)
    match clause.reason:
        case "resource":
            return insufficient(waiting, clause.detail)
        case "volumes":
            return volumes_exhausted(waiting, clause.text)
        case "pods":
            return pod_limit(waiting, None)
        case "cordon":
            return nodes_cordoned(waiting, ())
        case "taint":
            return taint_not_tolerated(waiting, None, None)
        case "placement" if not hides(waiting.pod, "spec", "nodeSelector"):
            return placement_by_words(waiting)
        case "pod_affinity":
            return affinity_unsatisfied(waiting, None, "")
        case "anti_affinity":
            return anti_affinity_conflict(waiting, None, "")
        case "spread":
            return spread_unsatisfied(waiting, None, "")
        case "ports":
            return host_port_conflict(waiting, None, "")
        case _:
            return _other(waiting, clause)


def _without_recount(waiting: Waiting) -> Waiting:
    """Return the same wait without the nodes: they were not read, or do not confirm what the scheduler says."""
    return replace(waiting, recount=None)


def _other(waiting: Waiting, clause: Clause | None) -> Finding:
    """Report a reason that another family explains or no sharper code names, as a symptom."""
    words = (clause.text if clause else waiting.message)[:200].rstrip(" .")
    who, who_zh = waiting.who
    claim = clause is not None and clause.reason == "claim"
    return waiting.finding(
        "Unschedulable",
        role=Role.SYMPTOM,
        confidence=matched("the scheduler's message says so", "调度器的消息如此说明")
        if claim
        else inferred("the scheduler's reason is of no known kind", "调度器给出的理由不属于已知类型"),
        summary=Phrase(
            en=f"No node takes {who}: {words}",
            zh=f"没有节点可接收 {who_zh}：{words}",
        ),
        expected="a node that takes the pod",
        actual=words,
        evidence=(),
        remedies=(
            in_application(
                Phrase(
                    en="Remove what the message names; the pod is then placed by itself",
                    zh="消除消息指出的原因，Pod 随后会自动调度",
                )
            ),
        ),
    )
