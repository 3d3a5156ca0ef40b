"""Rollouts whose new revision does not become ready in time."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from cluster.fields import Obj, condition, dig, labels, moment, name, namespace, numbered, text, truth, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence
from core.phrase import Phrase
from diagnose.analyzers.rollouts.standing import label, standing, stuck
from diagnose.findings import InProgress, Observation, RuledOut
from diagnose.revisions import HASHES, current_revision, on_revision, revisions
from diagnose.scene import Scene
from diagnose.state import pod_ready, read_workload

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


# -- Deployments: their own condition decides


def _deployment(scene: Scene, deployment: Obj) -> Iterator[Observation]:
    conditions = numbered(deployment, "status", "conditions")
    at = next((index for index, entry in conditions if text(entry, "type") == "Progressing"), None)
    progressing = condition(deployment, "Progressing")
    reason, status = text(progressing, "reason"), text(progressing, "status")
    if at is None and scene.created_age(deployment) <= scene.numbers.observed_lag_seconds:
        born = moment(deployment, "metadata", "creationTimestamp") or scene.now
        yield _in_progress(scene, deployment, born + timedelta(seconds=scene.numbers.observed_lag_seconds))
        return
    if at is None or reason in {"NewReplicaSetAvailable", "DeploymentPaused"}:
        return
    done = read_workload(scene, deployment).progress == "satisfied"
    moved = moment(progressing, "lastUpdateTime") or moment(progressing, "lastTransitionTime")
    if status == "False" and reason in _TIMED_OUT:
        if done:
            yield _over(scene, deployment, at, moved)
        else:
            yield stuck(scene, deployment, _said(scene, deployment, at), since=moved, reason=reason)
        return
    if done or moved is None or condition(deployment, "ReplicaFailure").get("status") == "True":
        return
    deadline: float = whole(deployment, "spec", "progressDeadlineSeconds", default=600)
    if not 0 < deadline < NO_DEADLINE:
        deadline = scene.numbers.rollout_grace_seconds
    if scene.age(moved) <= deadline + scene.numbers.observed_lag_seconds:
        yield _in_progress(scene, deployment, moved + timedelta(seconds=deadline))
    else:
        yield stuck(scene, deployment, _said(scene, deployment, at), since=moved, reason=reason)


def _said(scene: Scene, deployment: Obj, at: int) -> list[Evidence]:
    return [
        scene.field(deployment, "status", "conditions", at, "reason"),
        scene.field(deployment, "status", "conditions", at, "message"),
    ]


def _over(scene: Scene, workload: Obj, at: int, ended: datetime | None) -> RuledOut:
    return RuledOut(
        code="RolloutStuck",
        object=ref_of(workload),
        reason=Phrase(
            en=f"The rollout of {label(workload)} was late and is complete now",
            zh=f"{label(workload)} 的发布曾经超时，现已完成",
        ),
        evidence=(scene.field(workload, "status", "conditions", at, "reason", current=False),),
        healed=True,
        ended=ended,
    )


# -- StatefulSets and DaemonSets: they have no such condition, so their pods decide


def _by_pods(scene: Scene, workload: Obj) -> Iterator[Observation]:
    status = dig(workload, "status")
    reading = read_workload(scene, workload)
    if text(workload, "spec", "updateStrategy", "type") == "OnDelete" or reading.progress == "satisfied":
        return
    if text(workload, "kind") == "StatefulSet":
        update = text(status, "updateRevision")
        behind = bool(update) and text(status, "currentRevision") != update
        behind = behind and not whole(workload, "spec", "updateStrategy", "rollingUpdate", "partition")
        fields = ("updateRevision", "currentRevision")
    else:
        behind = whole(status, "updatedNumberScheduled") < reading.wanted
        fields = ("updatedNumberScheduled", "desiredNumberScheduled")
    if not behind or not reading.observed:
        return
    moved = _last_progress(scene, workload)
    grace = scene.numbers.rollout_grace_seconds
    if moved is not None and scene.age(moved) <= grace:
        yield _in_progress(scene, workload, moved + timedelta(seconds=grace))
        return
    if moved is None and not scene.snapshot.coverage.complete("Pod", namespace(workload)):
        return  # the pods would tell how long it has lasted
    evidence = [scene.field(workload, "status", key) for key in fields]
    yield stuck(scene, workload, evidence, since=moved, reason="no pod became ready")


def _last_progress(scene: Scene, workload: Obj) -> datetime | None:
    """Return when the rollout moved last: a pod became ready or was told to end, or its revision was made."""
    pods = scene.graph.pods_of(workload)
    times = [moment(condition(pod, "Ready"), "lastTransitionTime") for pod in pods if pod_ready(pod)]
    times += [moment(pod, "metadata", "deletionTimestamp") for pod in pods]
    new = current_revision(revisions(scene.graph, workload))
    if new is not None:
        times.append(new.created)
    else:
        times.append(_first_of_newest(workload, pods))
    return max((time for time in times if time), default=None)


def _first_of_newest(workload: Obj, pods: Iterable[Obj]) -> datetime | None:
    """Return when the first pod of the newest revision was made: that of its name, or of the newest pod."""
    born = [(time, pod) for pod in pods if (time := moment(pod, "metadata", "creationTimestamp"))]
    if not born:
        return None
    latest, newest = max(born, key=lambda entry: (entry[0], name(entry[1])))
    update = text(workload, "status", "updateRevision")
    marks = [update] if update else [labels(newest, "metadata", "labels").get(key, "") for key in HASHES]
    return min((time for time, pod in born if on_revision(pod, *marks)), default=latest)


def _in_progress(scene: Scene, workload: Obj, until: datetime) -> InProgress:
    now = standing(scene, workload)
    reading = read_workload(scene, workload)
    until = max(until, scene.now)
    return InProgress(
        object=ref_of(workload),
        reason=Phrase(
            en=f"{label(workload)} is being rolled out: {now.new_ready} of {now.wanted} pods of the new version are "
            f"ready; it has until {until:%H:%M:%S} UTC",
            zh=f"{label(workload)} 正在发布：新版本 {now.wanted} 个 Pod 中有 {now.new_ready} 个就绪；"
            f"期限为 {until:%H:%M:%S}（UTC）",
        ),
        until=until,
        serving=reading.ready >= reading.wanted,
    )
