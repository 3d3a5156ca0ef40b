"""StatefulSets that work in order and stand at one pod."""

import math
from collections.abc import Iterator
from datetime import timedelta

from cluster.fields import Obj, condition, mapping, moment, name, namespace, objects, text, whole
from cluster.snapshot import ref_of
from core.evidence import Evidence, ObjectRef
from core.phrase import Phrase
from diagnose.durations import spoken_time, spoken_time_zh
from diagnose.findings import (
    Edge,
    Finding,
    InProgress,
    NextCheck,
    Observation,
    Reach,
    Remedy,
    Risk,
    Role,
    proved,
)
from diagnose.remedies import command, in_application
from diagnose.revisions import on_revision
from diagnose.scene import Scene
from diagnose.state import pod_ready

START_SECONDS = 60
"""How long a pod without probes may take to become ready."""

LONGEST_SECONDS = 86400
"""No start is waited for longer than a day, whatever the probes say."""


def ordinal_blocked(scene: Scene, workload: Obj) -> Iterator[Observation]:
    """Yield a finding when pods are missing, or stay on the old revision, behind one that is not ready."""
    if text(workload, "spec", "podManagementPolicy") == "Parallel":
        return
    wanted = whole(workload, "spec", "replicas", default=1)
    first = whole(workload, "spec", "ordinals", "start")
    pods = _by_ordinal(scene, workload)
    order = range(first, first + min(wanted, 10_000))
    at = next((k for k in order if k not in pods or not pod_ready(pods[k])), None)
    if at is not None and at in pods and any(k not in pods for k in order if k > at):
        yield from _judged(
            scene, workload, at, pods[at], [k for k in order if k > at and k not in pods], updating=False
        )
        return
    update = text(workload, "status", "updateRevision")
    if not update or update == text(workload, "status", "currentRevision"):
        return
    if text(workload, "spec", "updateStrategy", "type") == "OnDelete":
        return
    for k in reversed(order):
        pod = pods.get(k)
        if pod is not None and on_revision(pod, update) and pod_ready(pod):
            continue
        behind = [lower for lower in order if lower < k and lower in pods and not on_revision(pods[lower], update)]
        if pod is not None and not pod_ready(pod) and behind:
            yield from _judged(scene, workload, k, pod, behind, updating=True)
        return


def _by_ordinal(scene: Scene, workload: Obj) -> dict[int, Obj]:
    found: dict[int, Obj] = {}
    for pod in scene.graph.pods_of(workload):
        base, _, ordinal = name(pod).rpartition("-")
        if base == name(workload) and ordinal.isascii() and ordinal.isdigit() and len(ordinal) < 10:
            found[int(ordinal)] = pod
    return found


def budget_seconds(pod: Obj) -> int:
    """Return how long the probes of a pod let it start: its slowest container counts."""
    longest = START_SECONDS
    for container in objects(pod, "spec", "containers"):
        total = 0
        for key in ("startupProbe", "readinessProbe"):
            probe = mapping(container, key)
            if probe:
                tries = whole(probe, "failureThreshold", default=3)
                total += whole(probe, "initialDelaySeconds") + whole(probe, "periodSeconds", default=10) * tries
        longest = max(longest, total)
    return min(longest, LONGEST_SECONDS)


def _judged(
    scene: Scene, workload: Obj, at: int, pod: Obj, waiting: list[int], *, updating: bool
) -> Iterator[Observation]:
    if text(pod, "metadata", "deletionTimestamp"):
        return
    began = moment(pod, "status", "startTime") or moment(pod, "metadata", "creationTimestamp")
    lost = moment(condition(pod, "Ready"), "lastTransitionTime")
    since = max((time for time in (began, lost) if time), default=None)
    budget = budget_seconds(pod)
    if since is not None and scene.age(since) <= budget:
        yield InProgress(
            object=ref_of(workload),
            reason=Phrase(
                en=f"StatefulSet {name(workload)} starts its pods one by one and is at {name(pod)}",
                zh=f"StatefulSet {name(workload)} 正按顺序启动 Pod，当前为 {name(pod)}",
            ),
            until=since + timedelta(seconds=budget),
        )
        return
    yield _finding(scene, workload, at, pod, waiting, updating=updating)


def _finding(scene: Scene, workload: Obj, at: int, pod: Obj, waiting: list[int], *, updating: bool) -> Finding:
    state, state_zh = _state(scene, pod)
    behind = ", ".join(f"{name(workload)}-{k}" for k in waiting[:3]) + (", …" if len(waiting) > 3 else "")
    what = (
        ("stays" if len(waiting) == 1 else "stay") + " on the old version"
        if updating
        else ("is" if len(waiting) == 1 else "are") + " not created"
    )
    what_zh = "仍停留在旧版本" if updating else "没有创建"
    evidence: list[Evidence] = []
    index = next(
        (i for i, entry in enumerate(objects(pod, "status", "conditions")) if text(entry, "type") == "Ready"), None
    )
    if index is not None:
        evidence.append(scene.field(pod, "status", "conditions", index, "status"))
    if updating:
        evidence.append(scene.field(workload, "status", "updateRevision"))
        evidence.append(scene.field(workload, "status", "currentRevision"))
    else:
        evidence.append(scene.field(workload, "status", "replicas"))
        evidence.append(scene.field(workload, "spec", "replicas"))
    since = moment(condition(pod, "Ready"), "lastTransitionTime")
    return Finding(
        code="StatefulSetOrdinalBlocked",
        role=Role.SYMPTOM,
        confidence=proved(
            "order, readiness and what waits behind it were read", "已读取顺序、就绪状态和后面等待的 Pod", twice=True
        ),
        object=ref_of(workload),
        part=str(at),
        affected=(
            *scene.reach_pods([pod]),
            *(Reach(ref=_pod_ref(workload, k), edge=Edge.OWNER) for k in waiting[:3] if updating),
            Reach(ref=ref_of(workload), edge=Edge.OWNER),
        ),
        summary=Phrase(
            en=f"StatefulSet {name(workload)} works in order and stands at pod {name(pod)}, which {state}; "
            f"{behind} {what}",
            zh=f"StatefulSet {name(workload)} 按顺序处理，停在 Pod {name(pod)}（{state_zh}）；{behind} {what_zh}",
        ),
        expected=f"{name(pod)} Ready=True",
        actual=f"{name(pod)} Ready=False; waiting: {behind}",
        evidence=tuple(evidence),
        remedies=tuple(_remedies(workload, pod, updating=updating)),
        next_checks=(
            NextCheck(
                command=f"kubectl -n {namespace(pod)} describe pod/{name(pod)}",
                why=Phrase(en="its conditions and events name what it waits for", zh="其状况与事件会说明它在等什么"),
            ),
        ),
        since=since,
    )


def _pod_ref(workload: Obj, ordinal: int) -> ObjectRef:
    return ObjectRef(kind="Pod", namespace=namespace(workload), name=f"{name(workload)}-{ordinal}")


def _state(scene: Scene, pod: Obj) -> tuple[str, str]:
    lost = moment(condition(pod, "Ready"), "lastTransitionTime")
    age = scene.age(lost) if lost else scene.created_age(pod)
    if age == math.inf:
        return "is not ready", "未就绪"
    return f"has not been ready for {spoken_time(age)}", f"已 {spoken_time_zh(age)}未就绪"


def _remedies(workload: Obj, pod: Obj, *, updating: bool) -> Iterator[Remedy]:
    if not updating and text(workload, "status", "updateRevision") == text(workload, "status", "currentRevision"):
        yield in_application(
            Phrase(
                en=f"Correct what {name(pod)} waits for; the pods after it follow by themselves",
                zh=f"解决 {name(pod)} 的问题；后面的 Pod 会自动跟上",
            )
        )
        return
    yield command(
        f"kubectl -n {namespace(pod)} delete pod/{name(pod)}",
        summary=Phrase(
            en=f"Once the template is right again, delete {name(pod)} by hand: a StatefulSet does not replace a "
            "pod that never became ready",
            zh=f"模板修好后请手动删除 {name(pod)}：StatefulSet 不会替换从未就绪的 Pod",
        ),
        verify=f"kubectl -n {namespace(pod)} get pod/{name(pod)}",
        expect=Phrase(en="1/1 Running with the new template", zh="以新模板运行并就绪"),
        risk=Risk.RESTART,
        reversible=False,
    )
