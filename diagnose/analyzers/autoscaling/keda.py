"""KEDA's ScaledObjects and ScaledJobs that are not ready or run on their fallback."""

from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, labels, mapping, moment, name, namespace, numbered, objects, text
from cluster.names import closest
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.analyzers.autoscaling.view import SCALED_OBJECT, Surroundings, target_of
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, matched, proved
from diagnose.remedies import in_application

_KINDS = (SCALED_OBJECT, "ScaledJob.keda.sh")
_PAUSED = "autoscaling.keda.sh/paused"
_AUTHENTICATION = "TriggerAuthentication.keda.sh"


def judge_keda(around: Surroundings) -> Iterator[Observation]:
    """Report each ScaledObject and ScaledJob that does not work."""
    for kind in _KINDS:
        for obj in around.scene.snapshot.all(kind):
            marks = labels(obj, "metadata", "annotations")
            paused = any(key.startswith(_PAUSED) and value != "false" for key, value in marks.items())
            if not paused and not text(obj, "metadata", "deletionTimestamp"):
                yield from _judge(around, obj)


def _judge(around: Surroundings, obj: Obj) -> Iterator[Observation]:
    scene = around.scene
    for index, entry in numbered(obj, "status", "conditions"):
        kind, status = text(entry, "type"), text(entry, "status")
        if (kind, status) not in {("Ready", "False"), ("Fallback", "True")}:
            continue
        since = moment(entry, "lastTransitionTime") or moment(obj, "metadata", "creationTimestamp")
        grace = scene.numbers.hpa_warmup_seconds
        if (kind == "Ready" and _pods_young(around, obj, text(entry, "message"))) or (
            since and scene.age(since) < grace
        ):
            yield InProgress(
                object=ref_of(obj),
                reason=Phrase(en="the event-driven autoscaler is starting", zh="事件驱动的自动伸缩器正在启动"),
                until=(since or scene.now) + timedelta(seconds=grace),
            )
            return
        yield _finding(around, obj, index, entry)
        return


def _pods_young(around: Surroundings, obj: Obj, message: str) -> bool:
    """Say whether only the mirrored health of the inner autoscaler is meant, whose pods are new."""
    if "hpa" not in message.lower() and "metrics" not in message.lower():
        return False
    space, key, wanted = target_of(obj, "scaleTargetRef", kind="Deployment")
    target = around.scene.snapshot.get(key, space, wanted)
    pods = around.scene.graph.pods_of(target) if target is not None else ()
    return bool(pods) and all(around.scene.created_age(pod) < around.scene.numbers.hpa_warmup_seconds for pod in pods)


def _finding(around: Surroundings, obj: Obj, index: int, entry: Obj) -> Finding:
    scene, ref = around.scene, ref_of(obj)
    fallback = text(entry, "type") == "Fallback"
    failed = scene.latest(obj, "KEDAScalerFailed", "ScaledObjectCheckFailed", "ScaledJobCheckFailed")
    which = "message" if text(entry, "message") else "status"
    evidence: list[Evidence] = [scene.field(obj, "status", "conditions", index, which)]
    if failed and scene.age(failed.last) <= scene.numbers.restart_recent_seconds:
        evidence.append(scene.event(failed))
    why, why_zh, near, more = _cause(around, obj)
    evidence += more
    said = evidence[1].quote if len(evidence) > 1 and not more else evidence[0].quote
    if not why:
        quoted = said[:160].rstrip(".")
        why, why_zh = f'KEDA reports "{quoted}"', f"KEDA 报告“{quoted}”"
    what = " and runs on its fallback size" if fallback else ""
    what_zh = "，目前使用备用副本数" if fallback else ""
    triggers = ", ".join(dict.fromkeys(text(trigger, "type") for trigger in objects(obj, "spec", "triggers")))
    space, key, wanted = target_of(obj, "scaleTargetRef", kind="Deployment")
    target = scene.snapshot.get(key, space, wanted)
    return Finding(
        code="ScaledObjectNotReady",
        confidence=proved(
            "the object's own condition and the missing reference agree", "对象的状况与缺失的引用相符", twice=True
        )
        if more
        else matched("the object's own condition says so", "对象自身的状况如此说明", value=0.8),
        object=ref,
        affected=(Reach(ref=ref_of(target), edge=Edge.TARGET),) if target is not None else (),
        summary=Phrase(
            en=f"The event-driven autoscaler {ref.name} ({triggers or 'no trigger'}) does not work{what}: {why}",
            zh=f"事件驱动的自动伸缩器 {ref.name}（{triggers or '无触发器'}）不工作{what_zh}：{why_zh}",
        ),
        expected="status.conditions[Ready]: True" if not fallback else "status.conditions[Fallback]: False",
        actual=f"status.conditions[{text(entry, 'type')}]: {text(entry, 'status')} ({text(entry, 'reason')})",
        near=near,
        evidence=tuple(evidence),
        remedies=(
            in_application(
                Phrase(
                    en=f"Correct in {ref.kind} {ref.name} what the message names: the target, the trigger or its login",
                    zh=f"按消息修正 {ref.kind} {ref.name} 中的目标、触发器或其认证",
                )
            ),
        ),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {ref.namespace} describe {ref.slug.partition('/')[0]} {ref.name}",
                why=Phrase(en="Its events name the trigger that fails", zh="其事件会指出失败的触发器"),
            ),
        ),
        since=moment(entry, "lastTransitionTime"),
    )


def _cause(around: Surroundings, obj: Obj) -> tuple[str, str, tuple[str, ...], list[Evidence]]:
    """Find a reference of the object that leads nowhere: its target, or the login of a trigger."""
    snapshot, space = around.scene.snapshot, namespace(obj)
    if text(obj, "kind") == "ScaledObject" and text(obj, "spec", "scaleTargetRef", "name"):
        _, key, wanted = target_of(obj, "scaleTargetRef", kind="Deployment")
        if snapshot.absent(key, space, wanted):
            kind = key.partition(".")[0]
            near = tuple(closest(wanted, (name(entry) for entry in snapshot.all(key, space))))
            hint, hint_zh = (f" (there is {near[0]})", f"（存在的是 {near[0]}）") if near else ("", "")
            group = key.partition(".")[2] or ("apps" if kind in {"Deployment", "StatefulSet"} else "")
            gone = ObjectRef(kind=kind, group=group, namespace=space, name=wanted)
            proofs = [around.scene.field(obj, "spec", "scaleTargetRef", "name"), around.absence(gone)]
            return (
                f"its target {kind} {wanted} does not exist{hint}",
                f"其目标 {kind} {wanted} 不存在{hint_zh}",
                near,
                proofs,
            )
    for index, trigger in numbered(obj, "spec", "triggers"):
        used = mapping(trigger, "authenticationRef")
        wanted = text(used, "name")
        if not wanted or text(used, "kind") not in {"", "TriggerAuthentication"}:
            continue
        if snapshot.absent(_AUTHENTICATION, space, wanted):
            near = tuple(closest(wanted, (name(entry) for entry in snapshot.all(_AUTHENTICATION, space))))
            gone = ObjectRef(kind="TriggerAuthentication", group="keda.sh", namespace=space, name=wanted)
            proofs = [
                around.scene.field(obj, "spec", "triggers", index, "authenticationRef", "name"),
                around.absence(gone),
            ]
            return (
                f"the TriggerAuthentication {wanted} that it names does not exist",
                f"其引用的 TriggerAuthentication {wanted} 不存在",
                near,
                proofs,
            )
    return "", "", (), []
