"""Where a rollout stands, in numbers and in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cluster.fields import Obj, name, numbered, objects, text
from cluster.recording.forms import hides
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, NextCheck, Reach, Remedy, Role, proved
from diagnose.remedies import ROLLOUT_SECONDS, command, in_application, roll_back
from diagnose.revisions import (
    Change,
    Revision,
    current_revision,
    difference,
    on_revision,
    revisions,
    serving_revision,
)
from diagnose.scene import Scene
from diagnose.state import pod_ready, read_workload


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Ready pods of the new revision (``new_ready``) and of older ones, and what differs between the two.

    ``old`` is the older revision that still serves; ``pods`` are those of the new one that are not ready.
    """

    new: Revision | None
    old: Revision | None
    new_ready: int
    old_ready: int
    wanted: int
    changes: tuple[Change, ...]
    pods: tuple[Obj, ...]


def standing(scene: Scene, workload: Obj) -> Standing:
    """Read where a rollout stands."""
    found = revisions(scene.graph, workload)
    new, old = current_revision(found), serving_revision(found)
    reading = read_workload(scene, workload)
    marks = (new.hash, name(new.holder)) if new else (text(workload, "status", "updateRevision"),)
    own = [pod for pod in scene.graph.pods_of(workload) if on_revision(pod, *marks)]
    new_ready = sum(pod_ready(pod) for pod in own)
    return Standing(
        new=new,
        old=old,
        new_ready=new_ready,
        old_ready=max(reading.ready - new_ready, 0),
        wanted=reading.wanted,
        changes=difference(old.template, new.template) if new and old else (),
        pods=tuple(pod for pod in own if not pod_ready(pod)),
    )


def label(workload: Obj) -> str:
    """Name a workload in a sentence."""
    return f"{text(workload, 'kind')} {name(workload)}"


def stuck(scene: Scene, workload: Obj, evidence: list[Evidence], *, since: datetime | None, reason: str) -> Finding:
    """Say that a rollout does not arrive; ``reason`` is the controller's word for it."""
    now = standing(scene, workload)
    if now.new is not None and now.old is not None:
        evidence = [*evidence[:1], *_changed_image(scene, now.new, now.old), *evidence[1:2]]
    if now.old is not None:
        evidence.append(_ready_evidence(scene, now.old, workload))
    counted = not hides(workload, "status", "readyReplicas")
    serves = f"; old revision serves {now.old_ready}/{now.wanted}"
    return Finding(
        code="RolloutStuck",
        role=Role.SYMPTOM,
        confidence=proved("the workload's own status says so", "工作负载自身的状态写明"),
        object=ref_of(workload),
        affected=_affected(scene, workload, now),
        summary=_summary(scene, workload, now, since),
        expected=f"{now.wanted} pods of the new revision ready" if counted else "the new revision ready",
        actual=f"{now.new_ready}/{now.wanted} ready; {reason}{serves}" if counted else reason,
        evidence=tuple(evidence[:4]),
        remedies=tuple(_remedies(scene, workload, now)),
        next_checks=_look(workload, now),
        since=since,
    )


def _summary(scene: Scene, workload: Obj, now: Standing, since: datetime | None) -> Phrase:
    first = now.new is not None and now.new.number <= 1 and now.old is None
    number = f" (revision {now.new.number})" if now.new and now.new.number and not first else ""
    number_zh = f"（版本 {now.new.number}）" if number and now.new else ""
    known = since is not None and scene.age(since) >= 1
    waited = f" for {spoken_time(scene.age(since))}" if known else ""
    waited_zh = f"已 {spoken_time_zh(scene.age(since))}" if known else ""
    old = f"; the old version still serves with {now.old_ready}/{now.wanted}" if now.old_ready else ""
    old_zh = f"；旧版本仍以 {now.old_ready}/{now.wanted} 提供服务" if now.old_ready else ""
    shown = "; ".join(str(change) for change in now.changes[:2])
    counted = not hides(workload, "status", "readyReplicas")
    ready = f": {now.new_ready} of {now.wanted} pods are ready{old}" if counted else ""
    ready_zh = f"：{now.wanted} 个 Pod 中有 {now.new_ready} 个就绪{old_zh}" if counted else ""
    what = label(workload) if first else f"The new version of {label(workload)}{number}"
    what_zh = label(workload) if first else f"{label(workload)} 的新版本{number_zh}"
    return Phrase(
        en=f"{what} has not become ready{waited}{ready}" + (f" (what changed: {shown})" if shown else ""),
        zh=f"{what_zh} {waited_zh}仍未就绪{ready_zh}" + (f"（改动：{shown}）" if shown else ""),
    )


def _changed_image(scene: Scene, new: Revision, old: Revision) -> list[Evidence]:
    """Quote the new image where images differ."""
    in_set = text(new.holder, "kind") == "ReplicaSet"
    path = ("spec", "template", "spec") if in_set else ("data", "spec", "template", "spec")
    before = {text(entry, "name"): text(entry, "image") for entry in objects(old.template, "spec", "containers")}
    for index, entry in numbered(new.template, "spec", "containers"):
        if before.get(text(entry, "name")) not in {None, text(entry, "image")}:
            return [scene.field(new.holder, *path, "containers", index, "image")]
    return []


def _ready_evidence(scene: Scene, old: Revision, workload: Obj) -> Evidence:
    if text(old.holder, "kind") == "ReplicaSet":
        return scene.field(old.holder, "status", "readyReplicas")
    return scene.field(workload, "status", "numberReady" if text(workload, "kind") == "DaemonSet" else "readyReplicas")


def _affected(scene: Scene, workload: Obj, now: Standing) -> tuple[Reach, ...]:
    """Point at the new pods that are not ready, and at what makes them: not at the old ones, which are well."""
    maker = now.new.holder if now.new and text(now.new.holder, "kind") == "ReplicaSet" else workload
    return (*scene.reach_pods(now.pods), Reach(ref=ref_of(maker), edge=Edge.OWNER))


def _remedies(scene: Scene, workload: Obj, now: Standing) -> Iterator[Remedy]:
    if back := roll_back(scene, workload):
        yield back
    elif now.old is not None and text(workload, "kind") in {"StatefulSet", "DaemonSet"}:
        ref = ref_of(workload)
        by_hand = ref.kind == "StatefulSet"
        yield command(
            f"kubectl -n {ref.namespace} rollout undo {ref.slug} --to-revision={now.old.number}",
            summary=Phrase(
                en=f"Go back to revision {now.old.number}, which still serves, while this is sorted out"
                + ("; then delete the broken pod by hand" if by_hand else ""),
                zh=f"先回滚到仍在提供服务的版本 {now.old.number}" + ("，然后手动删除出问题的 Pod" if by_hand else ""),
            ),
            verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s",
            expect=Phrase(en="the rollout is reported complete", zh="提示发布完成"),
            undo=f"kubectl -n {ref.namespace} rollout undo {ref.slug}",
        )
    else:
        yield in_application(
            Phrase(
                en="Correct what the new pods wait for: no older version that serves is there to go back to",
                zh="解决新 Pod 的问题：没有可以回滚的、仍在提供服务的旧版本",
            )
        )


def _look(workload: Obj, now: Standing) -> tuple[NextCheck, ...]:
    ref = ref_of(workload)
    by_hash = now.new is not None and now.new.hash and ref.kind == "Deployment"
    what = f"pods -l pod-template-hash={now.new.hash}" if now.new and by_hash else ref.slug
    return (
        NextCheck(
            command=f"kubectl -n {ref.namespace} describe {what}",
            why=Phrase(
                en="conditions and newest events of the new pods name what they wait for",
                zh="新 Pod 的状况与最新事件会说明它们在等什么",
            ),
        ),
        NextCheck(
            command=f"kubectl -n {ref.namespace} logs {ref.slug} --all-containers --tail=50",
            why=Phrase(en="the program may say why it is not ready", zh="程序日志可能写明未就绪的原因"),
        ),
    )
