"""Rollouts whose new revision does not become ready."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cluster.fields import Obj, condition, dig, moment, name, numbered, objects, text, truth, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.jobs.runs import spoken_time, spoken_time_zh
from diagnose.findings import Edge, Finding, InProgress, NextCheck, Observation, Reach, Remedy, Role, RuledOut, proved
from diagnose.remedies import ROLLOUT_SECONDS, command, roll_back
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

OBSERVED_SECONDS = 60
"""How far the controller's own judgement may be behind before the deadline is judged here."""

NO_DEADLINE = 2**31 - 1
"""The ``progressDeadlineSeconds`` that means "none"."""

_TIMED_OUT = frozenset({"ProgressDeadlineExceeded", "ReplicaSetCreateError"})


def rollout_stuck(scene: Scene, workload: Obj) -> Iterator[Observation]:
    """Yield a finding for a rollout beyond its deadline, ``InProgress`` for one inside it."""
    if truth(workload, "spec", "paused") or read_workload(scene, workload).wanted == 0:
        return
    if text(workload, "kind") == "Deployment":
        yield from _deployment(scene, workload)
    else:
        yield from _by_pods(scene, workload)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a rollout stands: ready pods of the new and the old revision, and what differs between them."""

    new: Revision | None
    old: Revision | None
    new_ready: int
    new_wanted: int
    old_ready: int
    wanted: int
    changes: tuple[Change, ...]
    pods: tuple[Obj, ...]


def standing(scene: Scene, workload: Obj) -> Standing:
    """Read where a rollout stands. ``pods`` are those of the new revision that are not ready."""
    found = revisions(scene.graph, workload)
    new, old = current_revision(found), serving_revision(found)
    reading = read_workload(scene, workload)
    marks = (new.hash, name(new.holder)) if new else (text(workload, "status", "updateRevision"),)
    pods = scene.graph.pods_of(workload)
    own = [pod for pod in pods if on_revision(pod, *marks)]
    new_ready = sum(pod_ready(pod) for pod in own)
    return Standing(
        new=new,
        old=old,
        new_ready=new_ready,
        new_wanted=reading.wanted,
        old_ready=max(reading.ready - new_ready, 0),
        wanted=reading.wanted,
        changes=difference(old.template, new.template) if new and old else (),
        pods=tuple(pod for pod in own if not pod_ready(pod)),
    )


# -- Deployments: their own condition decides


def _deployment(scene: Scene, deployment: Obj) -> Iterator[Observation]:
    at = next(
        (i for i, entry in numbered(deployment, "status", "conditions") if text(entry, "type") == "Progressing"), None
    )
    progressing = condition(deployment, "Progressing")
    reason, status = text(progressing, "reason"), text(progressing, "status")
    done = read_workload(scene, deployment).progress == "satisfied"
    if at is None or reason in {"NewReplicaSetAvailable", "DeploymentPaused"}:
        return
    moved = moment(progressing, "lastUpdateTime") or moment(progressing, "lastTransitionTime")
    if status == "False" and reason in _TIMED_OUT:
        if done:
            yield _over(scene, deployment, at, moved)
        else:
            yield _stuck(scene, deployment, _condition_evidence(scene, deployment, at), since=moved, reason=reason)
        return
    deadline = whole(deployment, "spec", "progressDeadlineSeconds", default=600)
    if done or moved is None or condition(deployment, "ReplicaFailure").get("status") == "True":
        return
    if deadline >= NO_DEADLINE:
        deadline = scene.numbers.rollout_grace_seconds
    if scene.age(moved) <= deadline + OBSERVED_SECONDS:
        yield _in_progress(scene, deployment, moved + timedelta(seconds=deadline))
    else:
        yield _stuck(scene, deployment, _condition_evidence(scene, deployment, at), since=moved, reason=reason)


def _condition_evidence(scene: Scene, deployment: Obj, at: int) -> list[Evidence]:
    return [
        scene.field(deployment, "status", "conditions", at, "reason"),
        scene.field(deployment, "status", "conditions", at, "message"),
    ]


def _over(scene: Scene, workload: Obj, at: int, ended: datetime | None) -> RuledOut:
    return RuledOut(
        code="RolloutStuck",
        object=ref_of(workload),
        reason=Phrase(
            en=f"The rollout of {_label(workload)} was late and is complete now",
            zh=f"{_label(workload)} 的发布曾经超时，现已完成",
        ),
        evidence=(scene.field(workload, "status", "conditions", at, "reason", current=False),),
        healed=True,
        ended=ended,
    )


# -- StatefulSets and DaemonSets: no condition, so their pods decide


def _by_pods(scene: Scene, workload: Obj) -> Iterator[Observation]:
    kind, status = text(workload, "kind"), dig(workload, "status")
    if text(workload, "spec", "updateStrategy", "type") == "OnDelete":
        return
    reading = read_workload(scene, workload)
    if kind == "StatefulSet":
        update = text(status, "updateRevision")
        behind = bool(update) and text(status, "currentRevision") != update
        behind = behind and not whole(workload, "spec", "updateStrategy", "rollingUpdate", "partition")
        fields: tuple[tuple[str, ...], ...] = (("status", "updateRevision"), ("status", "currentRevision"))
    else:
        behind = whole(status, "updatedNumberScheduled") < reading.wanted
        fields = (("status", "updatedNumberScheduled"), ("status", "desiredNumberScheduled"))
    if not behind or not reading.observed or reading.progress == "satisfied":
        return
    moved = _last_progress(scene, workload)
    grace = scene.numbers.rollout_grace_seconds
    if moved is not None and scene.age(moved) <= grace:
        yield _in_progress(scene, workload, moved + timedelta(seconds=grace))
        return
    evidence = [scene.field(workload, *path) for path in fields]
    yield _stuck(scene, workload, evidence, since=moved, reason="no pod became ready")


def _last_progress(scene: Scene, workload: Obj) -> datetime | None:
    """Return when the rollout moved last: a pod became ready, or its revision was made."""
    new = current_revision(revisions(scene.graph, workload))
    times = [new.created] if new and new.created else []
    for pod in scene.graph.pods_of(workload):
        if pod_ready(pod) and (time := moment(condition(pod, "Ready"), "lastTransitionTime")):
            times.append(time)
    if not new:
        update = text(workload, "status", "updateRevision")
        born = [
            time
            for pod in scene.graph.pods_of(workload)
            if on_revision(pod, update) and (time := moment(pod, "metadata", "creationTimestamp"))
        ]
        times += [min(born)] if born else []
    return max(times, default=None)


# -- what is said


def _label(workload: Obj) -> str:
    return f"{text(workload, 'kind')} {name(workload)}"


def _in_progress(scene: Scene, workload: Obj, until: datetime) -> InProgress:
    now = standing(scene, workload)
    reading = read_workload(scene, workload)
    until = max(until, scene.now)
    return InProgress(
        object=ref_of(workload),
        reason=Phrase(
            en=f"{_label(workload)} is being rolled out: {now.new_ready} of {now.wanted} pods of the new version are "
            f"ready; it has until {until:%H:%M:%S} UTC",
            zh=f"{_label(workload)} 正在发布：新版本 {now.wanted} 个 Pod 中有 {now.new_ready} 个就绪；"
            f"期限为 {until:%H:%M:%S}（UTC）",
        ),
        until=until,
        serving=reading.ready >= reading.wanted,
    )


def _stuck(scene: Scene, workload: Obj, evidence: list[Evidence], *, since: datetime | None, reason: str) -> Finding:
    now = standing(scene, workload)
    if now.changes and now.new and now.old:
        evidence = [*evidence[:1], *_changed_image(scene, now), *evidence[1:]]
    if now.old is not None:
        evidence.append(_ready_evidence(scene, now.old, workload))
    return Finding(
        code="RolloutStuck",
        role=Role.SYMPTOM,
        confidence=proved("the workload's own status says so", "工作负载自身的状态写明"),
        object=ref_of(workload),
        affected=_affected(scene, workload, now),
        summary=_summary(scene, workload, now, since),
        expected=f"{now.wanted} pods of the new revision ready",
        actual=f"{now.new_ready}/{now.wanted} ready; {reason}; old revision serves {now.old_ready}/{now.wanted}",
        evidence=tuple(evidence[:4]),
        remedies=tuple(_remedies(scene, workload, now)),
        next_checks=_look(workload, now),
        since=since,
    )


def _summary(scene: Scene, workload: Obj, now: Standing, since: datetime | None) -> Phrase:
    number = f" (revision {now.new.number})" if now.new and now.new.number else ""
    number_zh = f"（版本 {now.new.number}）" if now.new and now.new.number else ""
    waited = f" for {spoken_time(scene.age(since))}" if since else ""
    waited_zh = f"（已 {spoken_time_zh(scene.age(since))}）" if since else ""
    old = f"; the old version still serves with {now.old_ready} of {now.wanted}" if now.old_ready else ""
    old_zh = f"；旧版本仍以 {now.old_ready}/{now.wanted} 提供服务" if now.old_ready else ""
    shown = "; ".join(str(change) for change in now.changes[:2])
    return Phrase(
        en=f"The new version of {_label(workload)}{number} does not become ready{waited}: {now.new_ready} of "
        f"{now.wanted} of its pods are{old}" + (f" (what changed: {shown})" if shown else ""),
        zh=f"{_label(workload)} 的新版本{number_zh}迟迟不就绪{waited_zh}：{now.wanted} 个 Pod 中有 {now.new_ready} 个就绪"
        f"{old_zh}" + (f"（改动：{shown}）" if shown else ""),
    )


def _changed_image(scene: Scene, now: Standing) -> list[Evidence]:
    """Quote the new image where images differ."""
    if now.new is None or not any(change.path.endswith(".image") for change in now.changes):
        return []
    path = (
        ("spec", "template", "spec")
        if text(now.new.holder, "kind") == "ReplicaSet"
        else ("data", "spec", "template", "spec")
    )
    before = (
        {text(entry, "name"): text(entry, "image") for entry in objects(now.old.template, "spec", "containers")}
        if now.old
        else {}
    )
    for index, entry in numbered(now.new.template, "spec", "containers"):
        if before.get(text(entry, "name")) != text(entry, "image"):
            return [scene.field(now.new.holder, *path, "containers", index, "image")]
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
        yield command(
            f"kubectl -n {ref.namespace} rollout undo {ref.slug} --to-revision={now.old.number}",
            summary=Phrase(
                en=f"Go back to revision {now.old.number}, which still serves, while this is sorted out"
                + ("; then delete the broken pod by hand" if ref.kind == "StatefulSet" else ""),
                zh=f"先回滚到仍在提供服务的版本 {now.old.number}"
                + ("，然后手动删除出问题的 Pod" if ref.kind == "StatefulSet" else ""),
            ),
            verify=f"kubectl -n {ref.namespace} rollout status {ref.slug} --timeout={ROLLOUT_SECONDS}s",
            expect=Phrase(en="the rollout is reported complete", zh="提示发布完成"),
            undo=f"kubectl -n {ref.namespace} rollout undo {ref.slug}",
        )


def _look(workload: Obj, now: Standing) -> tuple[NextCheck, ...]:
    ref = ref_of(workload)
    mark = f" -l pod-template-hash={now.new.hash}" if now.new and now.new.hash and ref.kind == "Deployment" else ""
    pods = (
        f"kubectl -n {ref.namespace} describe pods{mark}" if mark else f"kubectl -n {ref.namespace} describe {ref.slug}"
    )
    return (
        NextCheck(
            command=pods,
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
